"""
Putting files down so that they are there whole, durable, or not at all.

Files that have come (:mod:`~holdfast.remotes.parts`) are made durable many at once: one flush of
the file system for hundreds of files, then their renames, then one flush of each folder. Only then
are they reported.

::

    receiving ─▶ Small (in memory) ─┐
             └─▶ Part (threads      ├─▶ Landing ─▶ batch: flush, rename, flush folders ─▶ Arrived
                 write and digest) ─┘
"""

import ctypes
import os
import stat
from collections.abc import Callable, Iterable, Sequence
from concurrent.futures import Future, ThreadPoolExecutor
from contextlib import suppress
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path, PurePosixPath
from time import monotonic

from holdfast.base.files import fsync_directory, safe_name
from holdfast.errors import DigestMismatch, FetchFailed
from holdfast.remotes.interface import Arrived, RemoteFile, same_time
from holdfast.remotes.parts import (
    BLOCK,
    SMALL,
    Beginning,
    Hasher,
    Part,
    Received,
    Small,
    beginning,
    forget,
    note_of,
)
from holdfast.remotes.versions import Version

BATCH_FILES = 1000
BATCH_BYTES = 64 * 1024**2
BATCH_SECONDS = 2.0


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
                note_of(one.received.temporary).unlink(missing_ok=True)
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
