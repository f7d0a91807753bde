"""
Kept alignments: what was aligned once is not aligned again.

Lines of PAF are kept by what they were made of. A *shelf* stands for one way of aligning to one
target (the digests and names of its contigs in order, the aligner, its version, preset and
options); on it lie files of *members*, each the lines of one query contig, or of a whole query
where an aligner's answer cannot be divided. A file is written once, whole or not at all, and what
is read of it is checked; a damaged one is removed, and what was in it is made again. When all files
together are more than the settings allow, those go first that were not used for longest.

::

    .kept/<shelf>/<random>.kept     members, zstd, one after another
                                    JSON: what they are, and where
                                    64 letters: SHA-256 of that JSON; 16 digits: its length
"""

import json
import os
import secrets
import time
from collections.abc import Callable, Iterable, Mapping
from contextlib import ExitStack, suppress
from dataclasses import dataclass
from hashlib import sha256
from pathlib import Path
from typing import Any, BinaryIO

import zstandard

from holdfast.base.digests import joined_sha256
from holdfast.base.files import TEMPORARY, atomic_file

FOLDER = ".kept"
ENDING = ".kept"
VERSION = 1
LENGTH_DIGITS = 16
TRAILER = 64 + LENGTH_DIGITS
CONTENTS_LIMIT = 1 << 30  #: bytes that a file's list of members may have
STEP = 1 << 20
LEVEL = 3  #: of zstd
FORGOTTEN = 24 * 3600.0  #: seconds after which a file that a kill left half-written is removed


class _Damaged(Exception):
    """A file is not what was written."""


@dataclass(frozen=True, slots=True)
class _Member:
    """Where a member's compressed lines lie in a file, and their SHA-256."""

    start: int
    size: int
    digest: str


@dataclass(frozen=True, slots=True)
class Lines:
    """Lines of one member that were kept, checked, and open to be read."""

    file: BinaryIO
    member: _Member

    def copy_to(self, output: BinaryIO) -> None:
        """Write the lines to `output`."""
        part = _Part(self.file, self.member)
        zstandard.ZstdDecompressor().copy_stream(part, output)  # type: ignore[arg-type]  # it only reads


class Shelf:
    """What is kept of one way of aligning to one target. Use as a context: it holds files open."""

    def __init__(self, folder: Path) -> None:
        self.folder = folder
        self._stack = ExitStack()

    def __enter__(self) -> "Shelf":
        return self

    def __exit__(self, *_: object) -> None:
        self._stack.close()

    def find(self, keys: Iterable[str]) -> dict[str, Lines]:
        """What is kept of `keys`, whole; files that were of use count as used now."""
        wanted, found = set(keys), {}
        for path in self._newest_first():
            if not wanted:
                break
            with suppress(OSError):  # another process made room just now, or it cannot be read
                for key, lines in self._taken(path, wanted).items():
                    found[key] = lines
                    wanted.discard(key)
        return found

    def keep(self, members: Mapping[str, Iterable[bytes]], about: Mapping[str, Any]) -> None:
        """Keep the lines of each member; `about` tells people where they come from."""
        self.folder.mkdir(parents=True, exist_ok=True)
        with atomic_file(self.folder / f"{secrets.token_hex(8)}{ENDING}") as file:
            packer = zstandard.ZstdCompressor(level=LEVEL)
            contents = {key: _packed(packer, parts, file) for key, parts in members.items()}
            text = json.dumps({"version": VERSION, "about": about, "members": contents}).encode()
            file.write(text)
            file.write(sha256(text).hexdigest().encode())
            file.write(f"{len(text):0{LENGTH_DIGITS}}".encode())

    def _newest_first(self) -> list[Path]:
        times = {path: _used(path) for path in self.folder.glob(f"*{ENDING}")}
        return sorted(times, key=lambda path: (-times[path], path.name))

    def _taken(self, path: Path, wanted: set[str]) -> dict[str, Lines]:
        """Those of the `wanted` members that are in the file at `path`."""
        with ExitStack() as stack:
            file = stack.enter_context(path.open("rb"))
            try:
                members = {key: each for key, each in _contents(file).items() if key in wanted}
                for member in members.values():
                    _check(file, member)
            except _Damaged:
                _remove(path)
                return {}
            if members:
                with suppress(PermissionError):  # it is somebody else's
                    os.utime(path)
                self._stack.push(stack.pop_all())
            return {key: Lines(file, member) for key, member in members.items()}


class KeptAlignments:
    """All shelves of one folder."""

    def __init__(self, folder: Path, most: int) -> None:
        self.folder, self.most = folder, most  # bytes of all files together

    def shelf(self, key: Any) -> Shelf:
        """The shelf for `key`, which is JSON of all that decides the lines besides the query."""
        text = json.dumps([VERSION, key], sort_keys=True).encode()
        return Shelf(self.folder / joined_sha256([text])[:32])

    def make_room(self) -> None:
        """Remove what was not used for longest until the rest is no more than it may be."""
        files = [
            (_used(path), path.name, path, _size(path)) for path in self.folder.glob(f"*/*{ENDING}")
        ]
        total = sum(size for *_, size in files)
        for _, _, path, size in sorted(files):
            if total <= self.most:
                break
            _remove(path)
            total -= size
        self._tidy()

    def _tidy(self) -> None:
        """Remove what kills left, and shelves that have long been empty."""
        now = time.time()
        for left in self.folder.glob(f"*/{TEMPORARY}*"):
            if now - _used(left) > FORGOTTEN:
                _remove(left)
        for shelf in self.folder.glob("*"):
            if now - _used(shelf) > FORGOTTEN:
                with suppress(OSError):  # something lies on it
                    shelf.rmdir()


class _Part:
    """The bytes of one member, for a decompressor."""

    def __init__(self, file: BinaryIO, member: _Member) -> None:
        self.file, self.left = file, member.size
        file.seek(member.start)

    def read(self, size: int = -1) -> bytes:
        """The next bytes of the member."""
        wanted = self.left if size < 0 else min(size, self.left)
        part = self.file.read(wanted)
        self.left -= len(part)
        return part


def _packed(packer: zstandard.ZstdCompressor, parts: Iterable[bytes], file: BinaryIO) -> list[Any]:
    """Write `parts` compressed; where they are, as :class:`_Member` has it."""
    start, hasher = file.tell(), sha256()
    frame = packer.compressobj()

    def write(packed: bytes) -> None:
        hasher.update(packed)
        file.write(packed)

    for part in parts:
        write(frame.compress(part))
    write(frame.flush())
    return [start, file.tell() - start, hasher.hexdigest()]


def _contents(file: BinaryIO) -> dict[str, _Member]:
    """The members of a file."""
    size = file.seek(0, os.SEEK_END)
    if size < TRAILER:
        raise _Damaged
    file.seek(size - TRAILER)
    trailer = file.read(TRAILER)
    length = int(trailer[64:]) if trailer[64:].isdigit() else CONTENTS_LIMIT
    if length >= min(CONTENTS_LIMIT, size):
        raise _Damaged
    file.seek(size - TRAILER - length)
    text = file.read(length)
    if sha256(text).hexdigest().encode() != trailer[:64]:
        raise _Damaged
    return {key: _Member(*each) for key, each in json.loads(text)["members"].items()}


def _check(file: BinaryIO, member: _Member) -> None:
    """Raise unless the member is as it was written."""
    part, hasher = _Part(file, member), sha256()
    while read := part.read(STEP):
        hasher.update(read)
    if part.left or hasher.hexdigest() != member.digest:
        raise _Damaged


def _remove(path: Path) -> None:
    with suppress(OSError):  # somebody else's file, or removed just now
        path.unlink()


def _used(path: Path) -> float:
    return _stated(path, lambda state: state.st_mtime)


def _size(path: Path) -> int:
    return int(_stated(path, lambda state: state.st_size))


def _stated(path: Path, what: Callable[[os.stat_result], float]) -> float:
    """Something about a file; 0 if another process removed it."""
    try:
        return what(path.stat())
    except FileNotFoundError:
        return 0.0
