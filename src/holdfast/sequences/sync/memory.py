"""A store in memory as a depot: the twin of the real ones."""

import threading
from collections.abc import Sequence
from pathlib import Path

from holdfast.base.files import fsync_directory, safe_name, write_atomic
from holdfast.base.progress import Listener, Progress, ignore
from holdfast.errors import FetchFailed, RemoteError, StoreBusy
from holdfast.sequences.sync.depot import Parcel, WritableDepot, found_at, verify


class MemoryDepot(WritableDepot):
    """Files by their names. `moved` counts the bytes that were read and sent."""

    url = "memory://"

    def __init__(self) -> None:
        self.files: dict[str, bytes] = {}
        self.moved = 0
        self._lock = threading.Lock()

    def read(self, name: str, limit: int, start: int = 0) -> bytes | None:
        """See :meth:`Depot.read`."""
        content = self.files.get(safe_name(name).as_posix())
        if content is None:
            return None
        rest = content[start:]
        if len(rest) > limit:
            raise FetchFailed(f"{self.url}{name}: has more than the {limit} bytes allowed here")
        self.moved += len(rest)
        return rest

    def fetch(self, parcels: Sequence[Parcel], folder: Path, listener: Listener = ignore) -> None:
        """See :meth:`Depot.fetch`."""
        done, total = 0, sum(parcel.size for parcel in parcels)
        for parcel in parcels:
            if found_at(folder / parcel.name) != (parcel.size, parcel.sha256):
                self._bring(parcel, folder)
            done += parcel.size
            listener(Progress("fetching", done, total, "bytes"))

    def _bring(self, parcel: Parcel, folder: Path) -> None:
        content = self.read(parcel.name, parcel.size)
        if content is None:
            raise FetchFailed(f"{self.url}{parcel.name}: is not there")
        path = folder / safe_name(parcel.name)
        path.parent.mkdir(parents=True, exist_ok=True)
        write_atomic(path, content)
        fsync_directory(path.parent.parent)
        verify([parcel], folder)

    def put(self, parcels: Sequence[Parcel], folder: Path, listener: Listener = ignore) -> int:
        """See :meth:`WritableDepot.put`."""
        done = sent = 0
        for parcel in parcels:
            if len(self.files.get(parcel.name, b"")) != parcel.size:
                self.files[parcel.name] = self._content(folder / parcel.name)
                sent += parcel.size
            done += parcel.size
            listener(Progress("sending", done, sum(each.size for each in parcels), "bytes"))
        self.moved += sent
        return sent

    def replace(self, name: str, content: bytes, before: bytes | None) -> None:
        """See :meth:`WritableDepot.replace`."""
        with self._lock:
            if self.files.get(name) != before:
                raise StoreBusy(f"{self.url}{name} changed meanwhile; try again")
            self.files[name] = content
            self.moved += len(content)

    def _content(self, path: Path) -> bytes:
        try:
            return path.read_bytes()
        except OSError as error:
            raise RemoteError(f"{path}: cannot be read: {error.strerror}") from error
