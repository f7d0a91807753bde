"""
Parts: files under way, and what an interrupted attempt leaves for the next.

What is under way lies at ``<name>.part``. A part large enough to be worth resuming has a note
beside it, ``<name>.part.json``, that says which version of the file it is a beginning of and how
much of it is safely on the disk. The order of writing: no note → empty part → note → bytes; so a
part with a note only ever holds bytes of the version in the note. Small files are kept in memory
until they are complete.
"""

import hashlib
import json
import os
from collections.abc import Callable
from contextlib import suppress
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path
from queue import SimpleQueue
from threading import Semaphore, Thread
from typing import Protocol

from holdfast.errors import DigestMismatch, FetchFailed
from holdfast.remotes.interface import RemoteFile
from holdfast.remotes.versions import Version

SMALL = 256 * 1024  #: bytes; a smaller file is fetched again rather than resumed
BLOCK = 1024**2  #: bytes handed to the writing thread at once
AHEAD = 32  #: blocks the network may be ahead of the disk
FLUSH = 64 * 1024**2  #: bytes after which a part is made durable while it grows

PROMISES = ("sha512", "sha256", "sha1", "md5")  #: the digests a remote's promise may be in


class Hasher:
    """SHA-256 of what arrives, and whichever other digest the remote promised."""

    def __init__(self, promise: str | None) -> None:
        kind, _, self._promised = (promise or "").partition(":")
        self._sha256 = hashlib.sha256()
        self._kind = kind if kind in PROMISES else ""
        self._other = (
            hashlib.new(kind, usedforsecurity=False) if self._kind not in ("", "sha256") else None
        )

    def update(self, chunk: bytes) -> None:
        """Take the next bytes. hashlib lets other threads run while it does."""
        self._sha256.update(chunk)
        if self._other is not None:
            self._other.update(chunk)

    @property
    def sha256(self) -> str:
        """In hexadecimal."""
        return self._sha256.hexdigest()

    def check(self, name: str) -> None:
        """Raise DigestMismatch when a promise is broken."""
        found = (self._other or self._sha256).hexdigest()
        if self._kind and found != self._promised.lower():
            raise DigestMismatch(name, f"{self._kind}:{self._promised}", f"{self._kind}:{found}")


class Received(Protocol):
    """A file whose bytes have all been received, and which now waits to be durable."""

    temporary: Path
    size: int
    flushed: bool  #: its bytes are on the disk already

    def finish(self) -> str:
        """See that all bytes are written and as promised; the SHA-256. May take a while."""


class Small:
    """A small file, in memory until it is complete."""

    flushed = False

    def __init__(self, temporary: Path, name: str, promise: str | None) -> None:
        self.temporary, self.name, self.promise = temporary, name, promise
        self.size = 0
        self._chunks: list[bytes] = []

    def write(self, chunk: bytes) -> None:
        """Take the next bytes."""
        self._chunks.append(chunk)
        self.size += len(chunk)

    def finish(self) -> str:
        """Write it; see :class:`Received`."""
        content = b"".join(self._chunks)
        self._chunks.clear()
        hasher = Hasher(self.promise)
        hasher.update(content)
        hasher.check(self.name)
        flags = os.O_WRONLY | os.O_CREAT | os.O_TRUNC | os.O_NOFOLLOW | os.O_CLOEXEC
        descriptor = os.open(self.temporary, flags, 0o644)
        try:
            _write_all(descriptor, content)
        finally:
            os.close(descriptor)
        return hasher.sha256

    def leave(self) -> None:
        """An attempt ended badly: nothing of it is kept."""
        self._chunks.clear()


class _Belt:
    """A thread that takes the blocks put on its belt, one by one, after `first` is done."""

    def __init__(
        self, take: Callable[[bytes], None], first: Callable[[], None] | None = None
    ) -> None:
        self._take, self._first = take, first
        self._blocks: SimpleQueue[bytes | None] = SimpleQueue()
        self._room = Semaphore(AHEAD)
        self._error: BaseException | None = None
        self._thread = Thread(target=self._work, daemon=True)
        self._thread.start()

    def put(self, block: bytes) -> None:
        """Put a block on the belt; waits while it is full. Raises what the thread met with."""
        if self._error is not None:
            raise self._error
        self._room.acquire()
        self._blocks.put(block)

    def stop(self) -> BaseException | None:
        """Let the thread take what is left and end; what it met with, if anything."""
        self._blocks.put(None)
        self._thread.join()
        return self._error

    def _work(self) -> None:
        try:
            if self._first is not None:
                self._first()
            while (block := self._blocks.get()) is not None:
                self._take(block)
                self._room.release()
        except BaseException as error:  # noqa: BLE001 - it is raised in the thread that asks
            self._error = error
            self._room.release()
            while self._blocks.get() is not None:
                self._room.release()


class Part:
    """A large file. One thread writes (and now and then flushes), one digests what comes."""

    flushed = True

    def __init__(self, temporary: Path, file: RemoteFile, version: Version, offset: int) -> None:
        self.temporary, self.name, self.version = temporary, file.name, version
        self.size = offset
        self._offset = self._written = self._flushed = offset
        self._hasher = Hasher(file.digest)
        self._pending: list[bytes] = []
        self._pending_size = 0
        self._descriptor = _open_part(temporary, version, offset)
        self._digesting = _Belt(self._hasher.update, self._digest_beginning)
        self._writing = _Belt(self._write_block)

    def write(self, chunk: bytes) -> None:
        """Take the next bytes; waits while the disk is far behind."""
        self._pending.append(chunk)
        self._pending_size += len(chunk)
        self.size += len(chunk)
        if self._pending_size >= BLOCK:
            self._hand_over()

    def _hand_over(self) -> None:
        block = b"".join(self._pending)
        self._pending, self._pending_size = [], 0
        self._writing.put(block)
        self._digesting.put(block)

    def _digest_beginning(self) -> None:
        """What an earlier attempt left is read again."""
        place = 0
        while place < self._offset:
            chunk = os.pread(self._descriptor, min(BLOCK, self._offset - place), place)
            if not chunk:
                raise FetchFailed(f"{self.temporary}: became shorter meanwhile; run again")
            self._hasher.update(chunk)
            place += len(chunk)

    def _write_block(self, block: bytes) -> None:
        _write_all(self._descriptor, block)
        self._written += len(block)
        # Here and not beside: writing to a file while it is flushed costs the kernel much more.
        if self._written - self._flushed >= FLUSH:
            os.fdatasync(self._descriptor)
            _write_note(self.temporary, self.version, self._written)
            self._flushed = self._written

    def _close(self) -> None:
        """Let the threads do what is left and end. Raises what they met with."""
        if self._descriptor < 0:
            return
        try:
            if self._pending:
                self._hand_over()
        finally:
            errors = [belt.stop() for belt in (self._writing, self._digesting)]
            descriptor, self._descriptor = self._descriptor, -1
            try:
                os.fsync(descriptor)
            finally:
                os.close(descriptor)
        for error in errors:
            if error is not None:
                raise error

    def finish(self) -> str:
        """See :class:`Received`."""
        self._close()
        self._hasher.check(self.name)
        return self._hasher.sha256

    def leave(self) -> None:
        """An attempt ended badly: what came of it is kept for the next."""
        with suppress(OSError, FetchFailed):
            self._close()
            _write_note(self.temporary, self.version, self.size)


def _open_part(temporary: Path, version: Version, offset: int) -> int:
    """A descriptor to write bytes of `version` from `offset` on; the note is right before it."""
    flags = os.O_RDWR | os.O_CREAT | os.O_NOFOLLOW | os.O_CLOEXEC
    if not offset:
        note_of(temporary).unlink(missing_ok=True)
    descriptor = os.open(temporary, flags, 0o644)
    try:
        os.ftruncate(descriptor, offset)
        os.lseek(descriptor, offset, os.SEEK_SET)
        if not offset:
            _write_note(temporary, version, 0)
    except BaseException:
        os.close(descriptor)
        raise
    return descriptor


def _write_all(descriptor: int, content: bytes) -> None:
    view = memoryview(content)
    while view:
        view = view[os.write(descriptor, view) :]


def note_of(temporary: Path) -> Path:
    """Where the note of the part at `temporary` is."""
    return temporary.with_name(f"{temporary.name}.json")


def _write_note(temporary: Path, version: Version, safe: int) -> None:
    """Note that the first `safe` bytes of the part are on the disk and of this `version`."""
    note = {
        "size": version.size,
        "modified": version.modified.isoformat() if version.modified else None,
        "etag": version.etag,
        "safe": safe,
        "boot": _boot(),
    }
    # A torn or lost note costs a transfer from the start, no more; so it is not flushed itself.
    beside = temporary.with_name(f"{temporary.name}.json~")
    beside.write_text(json.dumps(note), encoding="utf-8")
    beside.replace(note_of(temporary))


@dataclass(frozen=True, slots=True)
class Beginning:
    """What an earlier attempt left of a file: `size` good bytes of one `version`."""

    version: Version
    size: int


def beginning(temporary: Path) -> Beginning | None:
    """The trustworthy beginning at `temporary`, if there is one worth going on from.

    Within one boot of the machine all that was written counts, whoever was killed. After another
    boot only what was flushed does: the rest may be holes.
    """
    try:
        note = json.loads(note_of(temporary).read_text(encoding="utf-8"))
        modified = datetime.fromisoformat(note["modified"]) if note["modified"] else None
        version = Version(note["size"], modified, note["etag"])
        there = temporary.lstat().st_size
        size = there if note["boot"] and note["boot"] == _boot() else min(there, int(note["safe"]))
    except (OSError, ValueError, TypeError, KeyError):
        return None
    return Beginning(version, size) if size > 0 else None


def forget(temporary: Path) -> None:
    """Remove a part and its note."""
    note_of(temporary).unlink(missing_ok=True)
    temporary.unlink(missing_ok=True)


def _boot() -> str:
    """What tells this run of the machine from others; empty where the kernel does not say."""
    try:
        return Path("/proc/sys/kernel/random/boot_id").read_text(encoding="ascii").strip()
    except OSError:
        return ""
