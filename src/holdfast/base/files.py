"""
Files that are there whole or not at all.

Write beside, flush, rename, flush the folder: a reader sees the old file or the new one, also after
a power cut. What a crash leaves behind is a temporary file whose name begins with
:data:`TEMPORARY`, which nothing reads and the next writer may remove.
"""

import os
import re
import tempfile
from collections.abc import Iterable, Iterator
from contextlib import contextmanager
from pathlib import Path, PurePosixPath
from typing import BinaryIO

from holdfast.errors import UnsafeName

TEMPORARY = ".tmp-"
#: segments that begin with neither dot nor anything odd: a path that is written as simply as can be
_PLAIN = re.compile(r"[A-Za-z0-9_][A-Za-z0-9_.+,=%@~-]*(?:/[A-Za-z0-9_][A-Za-z0-9_.+,=%@~-]*)*")


def fsync_directory(directory: Path) -> None:
    """Make the names in `directory` durable."""
    descriptor = os.open(directory, os.O_RDONLY | os.O_DIRECTORY)
    try:
        os.fsync(descriptor)
    finally:
        os.close(descriptor)


@contextmanager
def atomic_file(path: Path, mode: int = 0o644) -> Iterator[BinaryIO]:
    """A file open for writing that appears at `path` when the block ends well, else never."""
    descriptor, name = tempfile.mkstemp(prefix=TEMPORARY, dir=path.parent)
    temporary = Path(name)
    try:
        with os.fdopen(descriptor, "wb") as file:
            yield file
            file.flush()
            os.fchmod(file.fileno(), mode)
            os.fsync(file.fileno())
        temporary.rename(path)
    except BaseException:
        temporary.unlink(missing_ok=True)
        raise
    fsync_directory(path.parent)


class WrittenBeside:
    """A file that is whole and durable beside its place, and not there yet."""

    def __init__(self, path: Path, parts: Iterable[bytes], mode: int = 0o644) -> None:
        self.path = path
        descriptor, name = tempfile.mkstemp(prefix=TEMPORARY, dir=path.parent)
        self._temporary = Path(name)
        try:
            with os.fdopen(descriptor, "wb") as file:
                file.writelines(parts)
                file.flush()
                os.fchmod(file.fileno(), mode)
                os.fsync(file.fileno())
        except BaseException:
            self.discard()
            raise

    def put(self) -> None:
        """Let it appear at its place, durably."""
        self._temporary.rename(self.path)
        fsync_directory(self.path.parent)

    def discard(self) -> None:
        """Leave nothing behind; one that was put stays."""
        self._temporary.unlink(missing_ok=True)


def write_atomic(path: Path, content: bytes, mode: int = 0o644) -> None:
    """Put `content` at `path` in one step, durably."""
    with atomic_file(path, mode) as file:
        file.write(content)


def point_symlink(link: Path, target: str) -> None:
    """Make `link` a symbolic link to `target` by one rename: there is no moment without it."""
    beside = link.with_name(f"{TEMPORARY}{link.name}-{os.getpid()}")
    beside.unlink(missing_ok=True)
    beside.symlink_to(target)
    beside.rename(link)
    fsync_directory(link.parent)


def remove_leftovers(directory: Path) -> None:
    """Remove the temporary files a crash left in `directory`. Only its one writer may ask this."""
    for leftover in directory.glob(f"{TEMPORARY}*"):
        if not leftover.is_dir() or leftover.is_symlink():
            leftover.unlink(missing_ok=True)


def safe_path(name: str) -> str:
    """What :func:`safe_name` makes of `name`, as text.

    Nearly all names are plain; for them no path is made, of which a bank may need a million.

    >>> safe_path("annotation/genes.gff"), safe_path("a//./b")
    ('annotation/genes.gff', 'a/b')
    """
    return name if _PLAIN.fullmatch(name) else str(safe_name(name))


def safe_name(name: str) -> PurePosixPath:
    """`name`, which came from outside, as a relative path that cannot leave its folder.

    >>> safe_name("annotation/genes.gff")
    PurePosixPath('annotation/genes.gff')
    >>> safe_name("../passwd")
    Traceback (most recent call last):
    holdfast.errors.UnsafeName: '../passwd' would leave its folder; it is refused

    Raises
    ------
    UnsafeName
        The name is absolute, empty, climbs, or holds a control character or a backslash.
    """
    path = PurePosixPath(name)
    climbs = path.is_absolute() or ".." in path.parts or not path.parts
    if climbs:
        raise UnsafeName(f"{name!r} would leave its folder; it is refused")
    if "\\" in name or not name.isprintable():
        raise UnsafeName(f"{name!r} holds a backslash or an unprintable character; it is refused")
    return path
