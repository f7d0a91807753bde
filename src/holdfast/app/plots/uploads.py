"""
Uploads: files that people send through the web, to be compared, drawn or loaded.

Each lies in a folder of its own, ``uploads/<whose>/<id>/``, whose name nobody can guess and that
holds nothing of what the sender called the file. A large one comes in pieces: each says where it
begins, and who was cut off asks how much has arrived and goes on there. Sizes are bounded before
and while anything is written. An upload is named as ``upload:ID`` wherever a genome or an alignment
is named; only its owner can name it.
"""

import json
import os
import re
import secrets
import shutil
import time
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from dataclasses import asdict, dataclass, replace
from datetime import UTC, datetime, timedelta
from hashlib import sha256
from pathlib import Path, PurePath
from typing import Any, BinaryIO

from holdfast.app.container import Container
from holdfast.base.digests import file_sha256
from holdfast.base.files import write_atomic
from holdfast.base.locks import Held, exclusive
from holdfast.base.wording import size as sized
from holdfast.errors import StoreBusy, TooMuch, UploadNotFound, UsageError, printable

SCHEME = "upload:"
ABOUT, CONTENT, LOCK = "about.json", "content", "lock"
ID = re.compile(r"[A-Za-z0-9_-]{24}")
LONGEST = 200  #: letters of a name
AT_ONCE = 1000  #: uploads of one person
GUESTS = "guests"  #: whose folder it is that nobody has signed in for
#: Endings that tell what a file is; others are not kept, for its content tells.
ENDINGS = frozenset(
    "fa fasta fna fsa fas ffn idx fai paf maf sam bam axt chain delta coords tab blast6 blast7 txt "
    "out mashmap tar tgz gz bgz zst bz2 xz gb gbk gbff embl 2bit".split()
)


@dataclass(frozen=True, slots=True)
class Upload:
    """A file that somebody sends, or has sent."""

    id: str
    name: str  #: what its sender calls it
    owner: str  #: empty: a guest
    began: datetime
    size: int | None  #: bytes; None: the sender did not say
    received: int  #: bytes that are here
    sha256: str | None  #: once it is whole
    file: Path

    @property
    def is_whole(self) -> bool:
        """Whether all of it is here."""
        return self.sha256 is not None

    @property
    def given(self) -> str:
        """What it is named where a genome or an alignment is named."""
        return f"{SCHEME}{self.id}"


def begin_upload(container: Container, name: str, size: int | None = None) -> Upload:
    """Begin to take a file called `name` of `size` bytes.

    Raises
    ------
    UsageError
        It has no name.
    TooMuch
        It is larger than the settings or the disk allow, or there are too many.
    """
    known = _shown_name(name)
    _refuse_size(container, size)
    others = _of_owner(container)
    if len(others) >= AT_ONCE:
        raise TooMuch(f"there are {AT_ONCE} uploads of yours already; remove some first")
    _refuse_space(container, sum(each.size or each.received for each in others), size or 0)
    word = secrets.token_urlsafe(18)
    folder = container.settings.uploads / _whose(_owner(container)) / word
    folder.mkdir(parents=True, mode=0o700)
    made = Upload(
        id=word,
        name=known,
        owner=_owner(container),
        began=datetime.now(UTC),
        size=size,
        received=0,
        sha256=None,
        file=folder / f"{CONTENT}{_ending(known)}",
    )
    made.file.touch(mode=0o600)
    _write(made)
    return made


def uploads(container: Container) -> tuple[Upload, ...]:
    """The uploads of whoever asks, the newest first. What guests uploaded is in nobody's list."""
    return _of_owner(container) if _owner(container) else ()


def upload(container: Container, word: str) -> Upload:
    """The upload whose id is `word`, of whoever asks.

    Raises
    ------
    UploadNotFound
        There is none, or it is another's.
    """
    word = word.removeprefix(SCHEME)
    missing = UploadNotFound("this upload is not here (any more); upload the file again")
    if not ID.fullmatch(word):
        raise missing
    root = container.settings.uploads
    if container.person is None:
        folders = list(root.glob(f"*/{word}"))
    else:
        folders = [root / _whose(_owner(container)) / word]
    for folder in folders:
        with suppress(OSError, ValueError, KeyError, TypeError):
            return _read(folder)
    raise missing


def whole_upload(container: Container, word: str) -> Upload:
    """The upload whose id is `word`, all of which is here.

    Raises
    ------
    UploadNotFound
        There is none, or it is another's.
    UsageError
        Some of it is still to come.
    """
    found = upload(container, word)
    if not found.is_whole:
        raise UsageError(f"{found.name} has not arrived yet; wait for its upload to end")
    return found


def is_upload(given: str) -> bool:
    """Whether `given` names an upload."""
    return given.startswith(SCHEME)


def remove_upload(container: Container, word: str) -> None:
    """Remove an upload of whoever asks.

    Raises
    ------
    UploadNotFound
        There is none, or it is another's.
    """
    _discard(upload(container, word).file.parent)


def remove_old_uploads(container: Container) -> int:
    """Remove the uploads of everybody that are older than the setting says; how many."""
    before = datetime.now(UTC) - timedelta(days=container.settings.upload_days)
    count = 0
    for folder in container.settings.uploads.glob("*/*"):
        touched = _touched(folder)
        if touched is not None and touched < before:
            _discard(folder)
            count += 1
    return count


class Receiving:
    """An upload that is being written. Use it within the block of :func:`receiving`."""

    def __init__(self, container: Container, upload: Upload, file: BinaryIO) -> None:
        self._upload, self._file = upload, file
        self._most = upload.size if upload.size is not None else container.settings.upload_limit
        self._reserve = container.settings.disk_reserve
        self._next_look = 0.0
        self.received = upload.received

    def write(self, piece: bytes) -> None:
        """Add `piece` to what is here.

        Raises
        ------
        TooMuch
            It is more than was said, or than is allowed, or the disk is full: nothing of the piece
            is kept.
        """
        if self.received + len(piece) > self._most:
            raise TooMuch(
                f"{self._upload.name} is larger than "
                f"{'was said' if self._upload.size is not None else 'an upload may be'}: "
                f"{sized(self._most)}"
            )
        if time.monotonic() >= self._next_look:
            self._next_look = time.monotonic() + 1.0
            free = shutil.disk_usage(self._upload.file.parent).free
            if free - len(piece) < self._reserve:
                raise TooMuch("the server's disk is nearly full; ask its administrator")
        self._file.write(piece)
        self.received += len(piece)


@contextmanager
def receiving(container: Container, word: str, offset: int) -> Iterator[Receiving]:
    """Take a piece of an upload that begins at `offset`; what came of it counts, also of half.

    Raises
    ------
    UploadNotFound
        There is none, or it is another's.
    UsageError
        So much is not here, or more is; the message tells how much is.
    StoreBusy
        Another piece is just being taken.
    """
    found = upload(container, word)
    try:
        with exclusive(found.file.parent / LOCK):
            found = upload(container, word)
            if found.is_whole:
                raise UsageError(f"{found.name} is here already, all of it")
            if offset != found.received:
                raise UsageError(f"{found.received} bytes are here; go on from there")
            with found.file.open("ab") as file:
                yield Receiving(container, found, file)
    except Held as held:
        raise StoreBusy(f"another piece of {found.name} is being taken; wait for it") from held


def complete(container: Container, word: str) -> Upload:
    """Say that nothing more comes: the upload is flushed, digested and whole.

    Raises
    ------
    UploadNotFound
        There is none, or it is another's.
    UsageError
        Less has come than was said, or nothing.
    """
    found = upload(container, word)
    with exclusive(found.file.parent / LOCK, wait=60):
        found = upload(container, word)
        if found.is_whole:
            return found
        if found.size is not None and found.received < found.size:
            raise UsageError(
                f"{found.received} of {found.size} bytes of {found.name} have come; send the rest"
            )
        if not found.received:
            raise UsageError(f"{found.name} is empty; choose another file")
        with found.file.open("rb") as file:
            os.fsync(file.fileno())
        whole = replace(found, size=found.received, sha256=file_sha256(found.file))
        _write(whole)
    return whole


# ----------------------------------------------------------------------------------------------


def _refuse_size(container: Container, size: int | None) -> None:
    most = container.settings.upload_limit
    if size is not None and size < 0:
        raise UsageError("no file has fewer than 0 bytes")
    if size is not None and size > most:
        raise TooMuch(
            f"a file may have {sized(most)} and this one has {sized(size)}; compress it, or let "
            "the server fetch it from a URL"
        )


def _refuse_space(container: Container, used: int, size: int) -> None:
    most = container.settings.upload_space
    if used + size > most:
        raise TooMuch(
            f"your uploads may have {sized(most)} together, and {sized(used)} are here; remove "
            "some that you no longer need"
        )
    container.settings.uploads.mkdir(parents=True, exist_ok=True)
    free = shutil.disk_usage(container.settings.uploads).free
    if size + container.settings.disk_reserve > free:
        raise TooMuch("the server's disk has no room for this file; ask its administrator")


def _of_owner(container: Container) -> tuple[Upload, ...]:
    """The uploads of whoever asks, or of all guests, the newest first."""
    folder = container.settings.uploads / _whose(_owner(container))
    found = []
    for about in folder.glob(f"*/{ABOUT}"):
        with suppress(OSError, ValueError, KeyError, TypeError):  # it is being removed
            found.append(_read(about.parent))
    return tuple(sorted(found, key=lambda each: each.began, reverse=True))


def _owner(container: Container) -> str:
    """Whose an upload is."""
    return container.author if container.person is None else container.person.name


def _whose(owner: str) -> str:
    """The name of the folder of somebody's uploads."""
    return sha256(owner.encode()).hexdigest()[:24] if owner else GUESTS


def _shown_name(name: str) -> str:
    """What an upload is called: the last part of what a browser says, printable and not long."""
    shown = printable(PurePath(name.replace("\\", "/")).name.strip())[-LONGEST:]
    if not shown:
        raise UsageError("the file has no name; give it one")
    return shown


def _ending(name: str) -> str:
    """The ending under which a file called `name` is kept: only known words."""
    words = [word.lower() for word in name.split(".")[1:]][-2:]
    return "".join(f".{word}" for word in words if word in ENDINGS)


def _write(made: Upload) -> None:
    document: dict[str, Any] = asdict(made)
    del document["received"]
    document |= {"began": made.began.isoformat(), "file": made.file.name}
    write_atomic(made.file.parent / ABOUT, json.dumps(document).encode(), 0o600)


def _read(folder: Path) -> Upload:
    document = json.loads((folder / ABOUT).read_bytes())
    file = folder / document["file"]
    document |= {
        "began": datetime.fromisoformat(document["began"]),
        "file": file,
        "received": file.stat().st_size,
    }
    return Upload(**document)


def _discard(folder: Path) -> None:
    """Take an upload away; its description goes first, so nobody finds half of one."""
    (folder / ABOUT).unlink(missing_ok=True)
    shutil.rmtree(folder, ignore_errors=True)


def _touched(folder: Path) -> datetime | None:
    """When anything of an upload was written last."""
    with suppress(OSError):
        times = [each.stat().st_mtime for each in (folder, *folder.iterdir())]
        return datetime.fromtimestamp(max(times), UTC)
    return None
