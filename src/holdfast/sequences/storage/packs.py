"""
Packs: immutable files of records, named by the SHA-256 of their bytes.

A pack is written beside its final place, flushed and then renamed, so whatever bears a pack's name
is complete. A pack begins with :data:`MAGIC`, then come records and dictionaries one after another;
what stands where is said by the journal. Reading maps packs into memory and keeps them mapped, up
to a number of packs: a map takes a descriptor of the process and one of the system's maps.
"""

import hashlib
import mmap
import os
import resource
import sys
import tempfile
from collections import deque
from collections.abc import Callable
from concurrent.futures import Future, ThreadPoolExecutor
from dataclasses import dataclass
from pathlib import Path
from typing import Protocol

from holdfast.base.files import TEMPORARY, fsync_directory, remove_leftovers
from holdfast.errors import PackMissing, StoreDamaged

MAGIC = b"holdfast pack 1\n"
SUFFIX = ".pack"
BESIDE = 1 << 16  #: bytes from which a piece is written beside the coming work
AHEAD = 2  #: pieces that may wait to be written: bounds the memory
SYNCED_TOGETHER = 1 << 23  #: bytes that wait in the system's memory for the disk
MAPS_MOST = 256  #: packs that are mapped at once, where as many descriptors are to be had


class Hasher(Protocol):
    """What is used of hashlib's objects."""

    def update(self, content: bytes, /) -> None:
        """Take the next bytes."""

    def hexdigest(self) -> str:
        """The digest so far."""

    def copy(self) -> "Hasher":
        """One more with the same state."""


@dataclass(frozen=True, slots=True)
class PackName:
    """A pack in the journal: its SHA-256 in hexadecimal and its size in bytes."""

    sha256: str
    size: int


@dataclass(frozen=True, slots=True)
class Place:
    """Where `size` bytes stand: at `offset` of the pack that is `pack`th in its entry's list."""

    pack: int
    offset: int
    size: int


@dataclass(frozen=True, slots=True)
class Mark:
    """A place in a pack being written to which it can be taken back."""

    size: int
    hasher: Hasher


class PackWriter:
    """A pack being written, under a temporary name.

    Large pieces are hashed and written in a thread, beside the coming work; what the disk refuses
    is raised by a later call.
    """

    def __init__(self, folder: Path) -> None:
        self._folder = folder
        self._thread = ThreadPoolExecutor(1)
        self._under_way: deque[Future[None]] = deque()
        self._unsynced = 0  # bytes that may not be on the disk yet
        descriptor, name = tempfile.mkstemp(prefix=TEMPORARY, dir=folder)
        self._temporary = Path(name)
        self._file = os.fdopen(descriptor, "w+b")
        self._hasher: Hasher = hashlib.sha256()
        self.size = 0
        self.append(MAGIC)

    def append(self, content: bytes) -> int:
        """Write `content` at the end; its offset."""
        offset = self.size
        self.size += len(content)
        if len(content) < BESIDE and not self._under_way:
            self._write(content)
            return offset
        self._under_way.append(self._thread.submit(self._write, content))
        self._wait(AHEAD)
        return offset

    def _write(self, content: bytes) -> None:
        self._file.write(content)
        self._hasher.update(content)
        self._unsynced += len(content)
        if self._unsynced >= SYNCED_TOGETHER:  # so that the end need not wait for all
            self._file.flush()
            os.fdatasync(self._file.fileno())
            self._unsynced = 0

    def _wait(self, most: int = 0) -> None:
        """Wait until at most `most` pieces are still to be written."""
        while len(self._under_way) > most:
            self._under_way.popleft().result()

    def mark(self) -> Mark:
        """The end as it is now."""
        self._wait()
        return Mark(self.size, self._hasher.copy())

    def take_back(self, mark: Mark) -> bytes:
        """Forget what was appended after `mark`; what it was."""
        self._wait()
        self._file.seek(mark.size)
        content = self._file.read()
        self.drop_after(mark)
        return content

    def drop_after(self, mark: Mark) -> None:
        """Forget what was appended after `mark`."""
        self._wait()
        self._file.flush()
        self._file.truncate(mark.size)
        self._file.seek(mark.size)
        self.size, self._hasher = mark.size, mark.hasher

    def name(self) -> PackName:
        """The name of the pack if nothing more is appended."""
        self._wait()
        return PackName(self._hasher.hexdigest(), self.size)

    def finish(self) -> PackName:
        """Make the pack durable under its name."""
        name = self.name()
        self._file.flush()
        os.fchmod(self._file.fileno(), 0o444)
        os.fsync(self._file.fileno())
        self._file.close()
        self._thread.shutdown()
        path = pack_path(self._folder, name.sha256)
        if not path.parent.exists():
            path.parent.mkdir(exist_ok=True)
            fsync_directory(self._folder)
        self._temporary.rename(path)
        fsync_directory(path.parent)  # after a crash its old name may be there too, and is removed
        return name

    def discard(self) -> None:
        """Leave nothing behind. Does nothing after `finish`."""
        self._thread.shutdown(cancel_futures=True)
        self._file.close()
        self._temporary.unlink(missing_ok=True)


class Packs:
    """The packs of a store, mapped into memory when first read; safe among threads.

    When too many are mapped, all are let go of. `forgotten` is then called: whoever keeps records
    must let go of them too, or their packs stay mapped.
    """

    def __init__(self, folder: Path, forgotten: Callable[[], None] = lambda: None) -> None:
        self.folder, self._forgotten = folder, forgotten
        self._open: dict[str, memoryview] = {}
        self._most = _maps_most()

    def content(self, sha256: str) -> memoryview:
        """The bytes of a pack.

        Raises
        ------
        PackMissing
            It is not there.
        StoreDamaged
            It is no pack.
        """
        found = self._open.get(sha256)
        if found is not None:
            return found
        if len(self._open) >= self._most:
            self.forget()
        return self._open.setdefault(sha256, self._map(sha256))

    def record(self, sha256: str, offset: int, size: int) -> memoryview:
        """`size` bytes at `offset` of a pack.

        Raises
        ------
        PackMissing
            The pack is not there.
        StoreDamaged
            It is too short, or no pack.
        """
        content = self.content(sha256)
        if offset + size > len(content):
            raise StoreDamaged(f"the pack {sha256} is cut short; restore it from a copy")
        return content[offset : offset + size]

    def forget(self) -> None:
        """Let go of all mapped packs; they are unmapped when the last reader lets go."""
        self._open = {}
        self._forgotten()

    def on_forgetting(self, forgotten: Callable[[], None]) -> None:
        """Have `forgotten` called when packs are let go of."""
        self._forgotten = forgotten

    def _map(self, sha256: str) -> memoryview:
        try:
            with pack_path(self.folder, sha256).open("rb") as file:
                view = memoryview(_mapped(file.fileno()))
        except FileNotFoundError as error:
            raise PackMissing(f"the pack {sha256} is missing; restore it from a copy") from error
        except ValueError as error:
            raise StoreDamaged(f"the pack {sha256} is empty; restore it from a copy") from error
        if view[: len(MAGIC)] != MAGIC:
            raise StoreDamaged(f"the pack {sha256} is damaged; restore it from a copy")
        return view


def _mapped(descriptor: int) -> mmap.mmap:
    """The file in memory. Before 3.13 Python keeps a descriptor of its own with every map."""
    if sys.version_info >= (3, 13):
        return mmap.mmap(descriptor, 0, access=mmap.ACCESS_READ, trackfd=False)
    return mmap.mmap(descriptor, 0, access=mmap.ACCESS_READ)


def _maps_most() -> int:
    """How many packs may be mapped at once: a quarter of the descriptors, and not too many."""
    descriptors, _ = resource.getrlimit(resource.RLIMIT_NOFILE)
    if descriptors == resource.RLIM_INFINITY:
        return MAPS_MOST
    return max(1, min(MAPS_MOST, descriptors // 4))


def pack_path(folder: Path, sha256: str) -> Path:
    """Where the pack of this name is."""
    return folder / sha256[:2] / (sha256 + SUFFIX)


def clear_leftovers(folder: Path) -> None:
    """Remove what an interrupted writer left. Only the one writer may ask this."""
    remove_leftovers(folder)
