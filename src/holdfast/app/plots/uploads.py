"""
Uploads: files that people send through the web, to be compared, drawn or loaded.

Each lies in a folder of its own, ``uploads/<whose>/<id>/``, whose name nobody can guess and that
holds nothing of what the sender called the file. A large one comes in pieces
(:mod:`~holdfast.app.plots.receiving`); sizes are bounded before and while anything is written. An
upload is named as ``upload:ID`` wherever a genome or an alignment is named; only its owner can name
it.
"""

import json
import re
import secrets
import shutil
from contextlib import suppress
from dataclasses import asdict, dataclass
from datetime import UTC, datetime, timedelta
from hashlib import sha256
from pathlib import Path, PurePath
from typing import Any

from holdfast.app.container import Container
from holdfast.base.files import write_atomic
from holdfast.base.wording import size as sized
from holdfast.errors import TooMuch, UploadNotFound, UsageError, printable

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
    write_about(made)
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


def write_about(made: Upload) -> None:
    """Write down what is known of an upload."""
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
