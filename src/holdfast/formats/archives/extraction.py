"""
Members written below a folder, or read to see whether an archive is whole.

The folder is new and nobody else's, and only regular files are ever made in it, each opened as one
that must not exist: so no name can go through a link, because there is none. Names are checked
before anything of them is touched.
"""

import errno
import os
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from hashlib import sha256
from pathlib import Path

from holdfast.base.files import safe_name
from holdfast.errors import ArchiveRefused, FormatError, UnsafeName
from holdfast.formats.archives.kinds import Kind, check_content
from holdfast.formats.archives.limits import Budget, Limits
from holdfast.formats.archives.members import CHUNK, ENCRYPTED, Member, open_members
from holdfast.formats.archives.streams import BROKEN


@dataclass(frozen=True, slots=True)
class Extracted:
    """A file that came out of an archive."""

    name: str  #: POSIX path below the folder
    size: int
    sha256: str


def extract(path: Path, kind: Kind, folder: Path, limits: Limits) -> Iterator[Extracted]:
    """Put what is in the archive at `path` into `folder`, which must be empty.

    Raises
    ------
    FormatError
        The archive is cut off or broken, is not what its name says, goes beyond `limits`, or holds
        what would leave the folder, a link, a device, or one name twice.
    OSError
        The disk refuses.
    """
    check_content(path, kind)
    budget = Budget(path, limits, folder)
    writer = _Writer(path, folder, budget)
    with _as_format_errors(path, folder), open_members(path, kind) as members:
        for member in members:
            budget.spend_member()
            yield writer.put(member)


def examine(path: Path, kind: Kind, limits: Limits) -> bool:
    """Whether the archive at `path` could be read to its end; nothing is written.

    What is in it need not be harmless: False says that it goes beyond `limits`, is encrypted, or
    that the program for it lacks, so that nobody knows whether it is whole.

    Raises
    ------
    FormatError
        The archive is cut off or broken, or is not what its name says.
    """
    check_content(path, kind)
    budget = Budget(path, limits)
    known = True
    try:
        with _as_format_errors(path, None), open_members(path, kind) as members:
            for member in members:
                budget.spend_member()
                known = known and (member.odd != ENCRYPTED)
                while member.stream is not None and (chunk := member.stream.read(CHUNK)):
                    budget.spend(len(chunk))
    except ArchiveRefused:
        return False
    return known


class _Writer:
    """Puts members into the folder, and remembers them for those that are the same file again."""

    def __init__(self, path: Path, folder: Path, budget: Budget) -> None:
        self._path, self._folder, self._budget = path, folder, budget
        self._known: dict[str, Extracted] = {}

    def put(self, member: Member) -> Extracted:
        """Write `member`, hashed on the way."""
        name = _checked_name(self._path, member.name)
        if member.odd:
            raise ArchiveRefused(
                self._path, None, f"it holds {member.name!r}, {member.odd}; it is refused"
            )
        target = self._folder / name
        target.parent.mkdir(parents=True, exist_ok=True)
        done = self._linked(member, name) if member.stream is None else self._written(member, name)
        self._known[name] = done
        return done

    def _written(self, member: Member, name: str) -> Extracted:
        assert member.stream is not None, "a link is not written"
        if member.size is not None:
            self._budget.announce(member.size)
        digest, size = sha256(), 0
        with (self._folder / name).open("xb") as file:
            while chunk := member.stream.read(CHUNK):
                self._budget.spend(len(chunk))
                digest.update(chunk)
                file.write(chunk)
                size += len(chunk)
            os.fchmod(file.fileno(), 0o444)
        if member.size is not None and size != member.size:
            raise EOFError(f"{size:,} of the {member.size:,} bytes of {member.name!r} are there")
        return Extracted(name, size, digest.hexdigest())

    def _linked(self, member: Member, name: str) -> Extracted:
        """A hard link to an earlier member: it can only be to one that is here."""
        earlier = self._known.get(_checked_name(self._path, member.same_as))
        if earlier is None:
            raise ArchiveRefused(
                self._path,
                None,
                f"it holds {member.name!r}, a link to {member.same_as!r}, which is not before it",
            )
        os.link(self._folder / earlier.name, self._folder / name)
        return Extracted(name, earlier.size, earlier.sha256)


def _checked_name(archive: Path, name: str) -> str:
    try:
        return str(safe_name(name))
    except UnsafeName as error:
        raise ArchiveRefused(archive, None, f"it holds an unsafe name: {error}") from error


@contextmanager
def _as_format_errors(path: Path, folder: Path | None) -> Iterator[None]:
    """What the libraries say of a broken archive, as one sentence."""
    try:
        yield
    except FileExistsError as error:
        name = _below(error.filename2 or error.filename, folder)
        raise ArchiveRefused(
            path, None, f"it holds {name!r} twice, or as file and folder"
        ) from error
    except (NotADirectoryError, IsADirectoryError) as error:
        name = _below(error.filename, folder)
        raise ArchiveRefused(path, None, f"it holds {name!r} as a file and as a folder") from error
    except OSError as error:
        # A zip can name places that no file has: EINVAL is said of those.
        if error.errno not in {None, errno.EINVAL, errno.EOVERFLOW}:
            raise  # the disk, not the archive
        raise _broken(path, error) from error
    except NotImplementedError as error:
        why = f"it is packed in a way that is not known ({error})"
        raise ArchiveRefused(path, None, f"{why}; unpack it by its own program") from error
    except BROKEN as error:
        raise _broken(path, error) from error


def _below(name: object, folder: Path | None) -> str:
    text = str(name)
    return text.removeprefix(f"{folder}/") if folder is not None else text


def _broken(path: Path, error: BaseException) -> FormatError:
    why = " ".join(str(error).split()) or type(error).__name__
    return FormatError(
        path, None, f"it is cut off or broken ({why}); fetch it again or tell its makers"
    )
