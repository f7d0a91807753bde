"""
A folder of this machine as a remote: ``file:///data/bank`` or a plain path.

Files are copied, never linked: the other tree is not ours, and a link would change with it. Links
in it are followed, since a mirror on this machine is often made of them; a link to a folder above
itself is passed over. Special files are no files.
"""

import os
import stat
from collections.abc import Callable, Iterator, Sequence
from contextlib import AbstractContextManager
from datetime import UTC, datetime
from pathlib import Path
from typing import BinaryIO
from urllib.parse import quote, unquote, urlsplit

from holdfast.base.files import safe_name
from holdfast.base.progress import Listener, ignore
from holdfast.errors import FetchFailed, ListingFailed, UsageError
from holdfast.remotes import faults
from holdfast.remotes.copying import Source, copy_all, unreadable
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
from holdfast.remotes.options import NO_OPTIONS, RemoteOptions
from holdfast.remotes.rows import plain_segment
from holdfast.remotes.versions import Version

DEPTH = 20


class LocalRemote(Remote):
    """A folder of this machine."""

    def __init__(
        self, url: str, policy: TransferPolicy, _options: RemoteOptions = NO_OPTIONS
    ) -> None:
        self.policy = policy
        self.root = path_of(url)
        self._url = f"file://{quote(str(self.root))}"

    def list(self, wanted: Wanted) -> Listing:
        """See :meth:`Remote.list`."""
        files = self._walk(self.root, "", wanted, ())
        return Listing(f"{self._url}/", tuple(sorted(files, key=lambda file: file.name)))

    def _walk(
        self, folder: Path, name: str, wanted: Wanted, above: tuple[tuple[int, int], ...]
    ) -> Iterator[RemoteFile]:
        """The wanted files below `folder`; `above` are the folders on the way to it."""
        try:
            here = _identity(folder.stat())
            entries = list(os.scandir(folder))
        except OSError as error:
            raise _not_listed(folder, error) from error
        if here in above or len(above) > DEPTH:
            return
        for entry in entries:
            if not plain_segment(entry.name):
                continue
            below = f"{name}/{entry.name}" if name else entry.name
            if _is_folder(entry):
                if wanted.folder(below):
                    yield from self._walk(Path(entry.path), below, wanted, (*above, here))
            elif wanted.file(below):
                yield from self._file(entry, below)

    def _file(self, entry: "os.DirEntry[str]", name: str) -> Iterator[RemoteFile]:
        try:
            found = entry.stat()
        except FileNotFoundError:
            return  # it went away, or is a link that leads nowhere
        except OSError as error:
            raise _not_listed(Path(entry.path), error) from error
        if stat.S_ISREG(found.st_mode):
            version = _version(found)
            url = f"{self._url}/{quote(name)}"
            yield RemoteFile(name, url, version.size, version.modified, version.etag)

    def folders(self) -> tuple[str, ...]:
        """See :meth:`Remote.folders`."""
        try:
            entries = list(os.scandir(self.root))
        except OSError as error:
            raise _not_listed(self.root, error) from error
        names = [entry.name for entry in entries if _is_folder(entry)]
        return tuple(sorted(name for name in names if plain_segment(name)))

    def read(self, name: str, limit: int) -> bytes:
        """See :meth:`Remote.read`."""
        path = self.root / safe_name(name)
        try:
            with path.open("rb") as file:
                content = file.read(limit + 1)
        except OSError as error:
            raise FetchFailed(faults.sentence(str(path), unreadable(error), 1)) from error
        if len(content) > limit:
            raise FetchFailed(f"{path}: has more than the {limit} bytes allowed here")
        return content

    def fetch(
        self,
        files: Sequence[RemoteFile],
        folder: Path,
        listener: Listener = ignore,
        arrived: Callable[[Arrived], None] = unheard,
    ) -> tuple[Arrived, ...]:
        """See :meth:`Remote.fetch`."""
        return copy_all(LocalFiles(), files, folder, listener, arrived)


class LocalFiles(Source):
    """Files of this machine, wherever their URLs say they are."""

    def version(self, file: RemoteFile) -> Version:
        """See :meth:`Source.version`."""
        try:
            found = path_of(file.url).stat()
        except OSError as error:
            raise unreadable(error) from error
        if not stat.S_ISREG(found.st_mode):
            raise Absent("is no file any more", "list the remote again")
        return _version(found)

    def open(
        self, file: RemoteFile, version: Version, offset: int
    ) -> AbstractContextManager[BinaryIO]:
        """See :meth:`Source.open`."""
        content = path_of(file.url).open("rb")
        content.seek(offset)
        return content


def path_of(url: str) -> Path:
    """The absolute path that a ``file`` URL or a plain path names.

    >>> path_of("file:///data/my%20bank"), path_of("/data/bank/")
    (PosixPath('/data/my bank'), PosixPath('/data/bank'))
    """
    if "://" not in url:
        return Path(url).expanduser().absolute()
    parts = urlsplit(url)
    if parts.netloc not in ("", "localhost") or not parts.path.startswith("/"):
        raise UsageError(f"{url!r} names another machine; write file:///folder or a plain path")
    return Path(unquote(parts.path))


def _version(found: os.stat_result) -> Version:
    """The version of a file; its tag has the time to the nanosecond, as nginx's to the second."""
    modified = datetime.fromtimestamp(int(found.st_mtime), UTC)
    return Version(found.st_size, modified, f'"{found.st_mtime_ns:x}-{found.st_size:x}"')


def _identity(found: os.stat_result) -> tuple[int, int]:
    return found.st_dev, found.st_ino


def _is_folder(entry: "os.DirEntry[str]") -> bool:
    try:
        return entry.is_dir()
    except OSError:
        return False


def _not_listed(path: Path, error: OSError) -> ListingFailed:
    return ListingFailed(
        f"{path}: cannot be listed: {error.strerror or error}; "
        "see that the folder is there and may be read"
    )
