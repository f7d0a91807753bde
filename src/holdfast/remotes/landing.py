"""
Putting files down so that they are there whole, durable, or not at all.

What is under way lies at ``<name>.part``. A part large enough to be worth resuming has a note
beside it, ``<name>.part.json``, that says which version of the file it is a beginning of and how
much of it is safely on the disk. The order of writing: no note → empty part → note → bytes; so a
part with a note only ever holds bytes of the version in the note. Small files are kept in memory
until they are complete, written, and made durable many at once: one flush of the file system for
hundreds of files, then their renames, then one flush of each folder. Only then are they reported.

::

    receiving ─▶ Small (in memory) ─┐
             └─▶ Part (threads      ├─▶ Landing ─▶ batch: flush, rename, flush folders ─▶ Arrived
                 write and digest) ─┘
"""

import ctypes
import hashlib
import json
import os
import stat
from collections.abc import Callable, Iterable, Sequence
from concurrent.futures import Future, ThreadPoolExecutor
from contextlib import suppress
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path, PurePosixPath
from queue import SimpleQueue
from threading import Semaphore, Thread
from time import monotonic
from typing import Generic, Protocol, TypeVar

from holdfast.base.files import fsync_directory, safe_name
from holdfast.errors import DigestMismatch, FetchFailed
from holdfast.remotes.interface import Arrived, RemoteFile, same_time

SMALL = 256 * 1024  #: bytes; a smaller file is fetched again rather than resumed
BLOCK = 1024**2  #: bytes handed to the writing thread at once
AHEAD = 32  #: blocks the network may be ahead of the disk
FLUSH = 64 * 1024**2  #: bytes after which a part is made durable while it grows
BATCH_FILES = 1000
BATCH_BYTES = 64 * 1024**2
BATCH_SECONDS = 2.0

PROMISES = ("sha512", "sha256", "sha1", "md5")  #: the digests a remote's promise may be in


@dataclass(frozen=True, slots=True)
class Version:
    """What tells one version of a remote file from another. None is unknown."""

    size: int | None = None
    modified: datetime | None = None
    etag: str | None = None

    def contradicts(self, other: "Version") -> str:
        """What shows that `other` is another version, in words; empty when nothing does."""
        if self.size is not None and other.size is not None and self.size != other.size:
            return f"size {self.size} became {other.size}"
        if not same_time(self.modified, other.modified):
            return f"modification time {self.modified} became {other.modified}"
        if self.etag and other.etag and _plain_tag(self.etag) != _plain_tag(other.etag):
            return f"ETag {self.etag} became {other.etag}"
        return ""

    @property
    def condition(self) -> str:
        """The text for ``If-Range`` (RFC 9110, 13.1.5): a strong tag, or a date; may be empty."""
        if self.etag and not self.etag.startswith("W/"):
            return self.etag
        if self.modified is None:
            return ""
        return self.modified.strftime("%a, %d %b %Y %H:%M:%S GMT")


def _plain_tag(etag: str) -> str:
    """An ETag without the marks that servers add to it on the way."""
    return etag.removeprefix("W/").strip('"').removesuffix("-gzip").removesuffix("-br")


def listed_version(file: RemoteFile) -> Version:
    """The version a listing told of."""
    return Version(file.size, file.modified, file.etag)


Load = TypeVar("Load")


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


class _Belt(Generic[Load]):
    """A thread that takes the loads put on its belt, one after another, after `first` is done."""

    def __init__(
        self, take: Callable[[Load], None], first: Callable[[], None] | None = None
    ) -> None:
        self._take, self._first = take, first
        self._loads: SimpleQueue[Load | None] = SimpleQueue()
        self._room = Semaphore(AHEAD)
        self._error: BaseException | None = None
        self._thread = Thread(target=self._work, daemon=True)
        self._thread.start()

    def put(self, load: Load) -> None:
        """Put a load on the belt; waits while it is full. Raises what the thread met with."""
        if self._error is not None:
            raise self._error
        self._room.acquire()
        self._loads.put(load)

    def stop(self) -> BaseException | None:
        """Let the thread take what is left and end; what it met with, if anything."""
        self._loads.put(None)
        self._thread.join()
        return self._error

    def _work(self) -> None:
        try:
            if self._first is not None:
                self._first()
            while (load := self._loads.get()) is not None:
                self._take(load)
                self._room.release()
        except BaseException as error:  # noqa: BLE001 - it is raised in the thread that asks
            self._error = error
            self._room.release()
            while self._loads.get() is not None:
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
        _note(temporary).unlink(missing_ok=True)
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


# Notes ---------------------------------------------------------------------------------------


def _note(temporary: Path) -> Path:
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
    beside.replace(_note(temporary))


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
        note = json.loads(_note(temporary).read_text(encoding="utf-8"))
        modified = datetime.fromisoformat(note["modified"]) if note["modified"] else None
        version = Version(note["size"], modified, note["etag"])
        there = temporary.lstat().st_size
        size = there if note["boot"] and note["boot"] == _boot() else min(there, int(note["safe"]))
    except (OSError, ValueError, TypeError, KeyError):
        return None
    return Beginning(version, size) if size > 0 else None


def forget(temporary: Path) -> None:
    """Remove a part and its note."""
    _note(temporary).unlink(missing_ok=True)
    temporary.unlink(missing_ok=True)


def _boot() -> str:
    """What tells this run of the machine from others; empty where the kernel does not say."""
    try:
        return Path("/proc/sys/kernel/random/boot_id").read_text(encoding="ascii").strip()
    except OSError:
        return ""


# Landing -------------------------------------------------------------------------------------


@dataclass(frozen=True, slots=True)
class _Waiting:
    file: RemoteFile
    received: Received
    modified: datetime | None
    etag: str | None


class Landing:
    """Puts received files into one folder, many at once. Use it in a ``with`` block.

    Whoever receives calls :meth:`put`, and :meth:`poll` now and then; a second thread does the
    waiting for the disk. On leaving the block, also by an error, what was put is landed.
    """

    def __init__(
        self, folder: Path, files: Sequence[RemoteFile], arrived: Callable[[Arrived], None]
    ) -> None:
        for file in files:
            safe_name(file.name)
        self.folder, self._arrived = folder, arrived
        self._suffix = free_suffix(file.name for file in files)
        self._folders: set[str] = set()
        self._begun: set[str] = set()
        self._batch: list[_Waiting] = []
        self._bytes = 0
        self._since = monotonic()
        self._settler = ThreadPoolExecutor(1, thread_name_prefix="landing")
        self._settling: list[Future[tuple[list[Arrived], Exception | None]]] = []

    def __enter__(self) -> "Landing":
        self.folder.mkdir(parents=True, exist_ok=True)
        # Asked once: with ten thousand files, looking for each one's note would be felt.
        notes = f"{self._suffix}.json"
        self._begun = {str(note)[: -len(".json")] for note in self.folder.rglob(f"*{notes}")}
        return self

    def __exit__(self, kind: type[BaseException] | None, *_: object) -> None:
        try:
            if kind is None or issubclass(kind, Exception):
                self._send()
            if kind is None:
                self.poll(to_the_end=True)
            else:
                with suppress(FetchFailed):
                    self.poll(to_the_end=True)
        finally:
            self._settler.shutdown()

    def temporary(self, name: str) -> Path:
        """Where the file `name` is while it is under way. Its folder is made."""
        parent = name.rpartition("/")[0]
        if parent not in self._folders:
            _make_folder(self.folder, PurePosixPath(parent))
            self._folders.add(parent)
        return Path(f"{self.folder}/{name}{self._suffix}")

    def beginning(self, name: str) -> Beginning | None:
        """What an earlier attempt left of the file `name`, of this run or another."""
        path = f"{self.folder}/{name}{self._suffix}"
        return beginning(Path(path)) if path in self._begun else None

    def begin(self, file: RemoteFile, version: Version, offset: int = 0) -> Small | Part:
        """The place for the bytes of `file` from `offset` on, which are of this `version`.

        Raises
        ------
        FetchFailed
            The disk refuses.
        """
        try:
            temporary = self.temporary(file.name)
            if version.size is not None and version.size <= SMALL and not offset:
                return Small(temporary, file.name, file.digest)
            self._begun.add(str(temporary))
            return Part(temporary, file, version, offset)
        except OSError as error:
            raise disk_error(self.folder / file.name, error) from error

    def there(self, file: RemoteFile) -> bool:
        """Whether `file` arrived earlier: in place, with the listed size and time."""
        if file.size is None or file.modified is None:
            return False
        try:
            found = os.lstat(f"{self.folder}/{file.name}")
        except OSError:
            return False
        time = datetime.fromtimestamp(int(found.st_mtime), UTC)
        same = found.st_size == file.size and same_time(file.modified, time)
        return same and stat.S_ISREG(found.st_mode)

    def greet(self, file: RemoteFile) -> None:
        """Report a file that is :meth:`there`. Raises DigestMismatch, as for one that arrives."""
        path = self.folder / file.name
        hasher = Hasher(file.digest)
        with path.open("rb") as content:
            while block := content.read(BLOCK):
                hasher.update(block)
            found = os.fstat(content.fileno())
        try:
            hasher.check(file.name)
        except DigestMismatch:
            path.unlink()
            raise
        modified = datetime.fromtimestamp(int(found.st_mtime), UTC)
        self._arrived(Arrived(file, path, found.st_size, hasher.sha256, modified, file.etag))

    def put(
        self,
        file: RemoteFile,
        received: Received,
        modified: datetime | None,
        etag: str | None,
    ) -> None:
        """All bytes of `file` were received: make it durable and report it, soon."""
        self._batch.append(_Waiting(file, received, modified, etag))
        self._bytes += received.size
        if len(self._batch) >= BATCH_FILES or self._bytes >= BATCH_BYTES:
            self._send()

    def poll(self, to_the_end: bool = False) -> None:
        """Report what landed meanwhile; with `to_the_end`, wait for all of it.

        Raises
        ------
        FetchFailed
            Something could not be put down; the rest of its batch was.
        """
        if self._batch and monotonic() - self._since >= BATCH_SECONDS:
            self._send()
        while self._settling and (to_the_end or self._settling[0].done()):
            landed, error = self._settling.pop(0).result()
            for arrival in landed:
                self._arrived(arrival)
            if error is not None:
                raise error

    def _send(self) -> None:
        if self._batch:
            self._settling.append(self._settler.submit(self._settle, self._batch))
        self._batch, self._bytes, self._since = [], 0, monotonic()

    def _settle(self, batch: list[_Waiting]) -> tuple[list[Arrived], Exception | None]:
        """Write, flush, rename, flush folders. Runs in the second thread."""
        error: Exception | None = None
        finished: list[tuple[_Waiting, str]] = []
        for waiting in batch:
            try:
                finished.append((waiting, waiting.received.finish()))
            except DigestMismatch as mismatch:
                forget(waiting.received.temporary)
                error = mismatch
            except FetchFailed as failed:
                error = failed
            except OSError as refused:
                error = disk_error(self.folder / waiting.file.name, refused)
        try:
            return self._rename(finished), error
        except OSError as refused:
            return [], disk_error(Path(refused.filename2 or self.folder), refused)

    def _rename(self, finished: list[tuple[_Waiting, str]]) -> list[Arrived]:
        unflushed = [one.received.temporary for one, _ in finished if not one.received.flushed]
        for one, _ in finished:
            if one.modified is not None:
                stamp = one.modified.timestamp()
                os.utime(one.received.temporary, (stamp, stamp))
        flush(self.folder, unflushed)
        landed = []
        for one, sha256 in finished:
            path = Path(f"{self.folder}/{one.file.name}")
            one.received.temporary.rename(path)
            if one.received.flushed:
                _note(one.received.temporary).unlink(missing_ok=True)
            landed.append(
                Arrived(one.file, path, one.received.size, sha256, one.modified, one.etag)
            )
        for parent in {arrival.path.parent for arrival in landed}:
            fsync_directory(parent)
        return landed


def free_suffix(names: Iterable[str]) -> str:
    """What to add to a name while its file is under way, so that no wanted file has that name.

    >>> free_suffix(["a", "b.gz"]), free_suffix(["a", "a.part"])
    ('.part', '.part~')
    """
    suffix = ".part"
    known = list(names)
    while any(suffix in name for name in known):
        suffix += "~"
    return suffix


def disk_error(path: Path, error: OSError) -> FetchFailed:
    """The disk's refusal in our words."""
    return FetchFailed(
        f"{path}: cannot be written: {error.strerror or error}; "
        "see to the disk and run again: what has arrived is kept"
    )


def flush(folder: Path, files: list[Path]) -> None:
    """Make the content of `files`, which are below `folder`, durable."""
    if len(files) > 16 and _flush_file_system(folder):
        return
    for file in files:
        descriptor = os.open(file, os.O_RDONLY | os.O_CLOEXEC)
        try:
            os.fsync(descriptor)
        finally:
            os.close(descriptor)


def _flush_file_system(folder: Path) -> bool:
    """syncfs(2): one flush for many files. It reports failed writes since Linux 5.8."""
    syncfs = getattr(ctypes.CDLL(None, use_errno=True), "syncfs", None)
    if syncfs is None:
        return False
    descriptor = os.open(folder, os.O_RDONLY | os.O_DIRECTORY | os.O_CLOEXEC)
    try:
        return bool(syncfs(descriptor) == 0)
    finally:
        os.close(descriptor)


def _make_folder(root: Path, relative: PurePosixPath) -> None:
    """Make the folders of `relative` below `root`, durably, following no link."""
    place = root
    for part in relative.parts:
        place = place / part
        try:
            place.mkdir()
        except FileExistsError:
            if place.is_symlink() or not place.is_dir():
                raise FetchFailed(
                    f"{place}: is in the way of a folder the remote has; move it away"
                ) from None
        else:
            fsync_directory(place.parent)
