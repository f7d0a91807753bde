"""
A remote that is in memory: real code for those who test, and for those who learn what a remote is.

``files`` may be changed between the calls, as a server's files are.
"""

from collections.abc import Callable, Sequence
from contextlib import AbstractContextManager
from dataclasses import dataclass
from datetime import datetime
from hashlib import sha256
from io import BytesIO
from pathlib import Path
from typing import BinaryIO
from urllib.parse import quote

from holdfast.base.files import safe_name
from holdfast.base.progress import Listener, ignore
from holdfast.errors import FetchFailed
from holdfast.remotes.copying import Source, copy_all
from holdfast.remotes.faults import Absent
from holdfast.remotes.interface import (
    Arrived,
    Listing,
    Remote,
    RemoteFile,
    TransferPolicy,
    Wanted,
    unheard,
)
from holdfast.remotes.versions import Version


@dataclass(frozen=True, slots=True)
class MemoryFile:
    """A file's content and when it was made (UTC)."""

    content: bytes
    modified: datetime

    @property
    def version(self) -> Version:
        """What tells this version from others."""
        etag = f'"{sha256(self.content).hexdigest()[:16]}"'
        return Version(len(self.content), self.modified, etag)


class MemoryRemote(Remote):
    """A folder in memory. `files` is by name."""

    def __init__(self, url: str = "memory://twin/", policy: TransferPolicy | None = None) -> None:
        self.url = url if url.endswith("/") else f"{url}/"
        self.policy = policy or TransferPolicy()
        self.files: dict[str, MemoryFile] = {}

    def list(self, wanted: Wanted) -> Listing:
        """See :meth:`Remote.list`."""
        names = [name for name in sorted(self.files) if _reachable(name, wanted)]
        return Listing(self.url, tuple(self._file(name) for name in names))

    def _file(self, name: str) -> RemoteFile:
        version = self.files[name].version
        return RemoteFile(
            name, self.url + quote(name), version.size, version.modified, version.etag
        )

    def folders(self) -> tuple[str, ...]:
        """See :meth:`Remote.folders`."""
        return tuple(sorted({name.partition("/")[0] for name in self.files if "/" in name}))

    def read(self, name: str, limit: int) -> bytes:
        """See :meth:`Remote.read`."""
        safe_name(name)
        if name not in self.files:
            raise FetchFailed(f"{self.url}{name}: there is no such file")
        content = self.files[name].content
        if len(content) > limit:
            raise FetchFailed(f"{self.url}{name}: has more than the {limit} bytes allowed here")
        return content

    def fetch(
        self,
        files: Sequence[RemoteFile],
        folder: Path,
        listener: Listener = ignore,
        arrived: Callable[[Arrived], None] = unheard,
    ) -> tuple[Arrived, ...]:
        """See :meth:`Remote.fetch`."""
        return copy_all(_Memory(self.files), files, folder, listener, arrived)


class _Memory(Source):
    """The files of a MemoryRemote."""

    def __init__(self, files: dict[str, MemoryFile]) -> None:
        self._files = files

    def version(self, file: RemoteFile) -> Version:
        name = file.name
        if name not in self._files:
            raise Absent("there is no such file", "list the remote again")
        return self._files[name].version

    def open(
        self, file: RemoteFile, version: Version, offset: int
    ) -> AbstractContextManager[BinaryIO]:
        return BytesIO(self._files[file.name].content[offset:])


def _reachable(name: str, wanted: Wanted) -> bool:
    """Whether a walk that asks `wanted` for each folder comes to the file `name` and keeps it."""
    parts = name.split("/")
    folders = ["/".join(parts[:depth]) for depth in range(1, len(parts))]
    return all(wanted.folder(folder) for folder in folders) and wanted.file(name)
