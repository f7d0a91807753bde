"""Remotes whose files one plug-in lists and another one brings."""

from collections.abc import Callable, Mapping, Sequence
from datetime import datetime
from pathlib import Path

from holdfast.base.progress import Listener, ignore
from holdfast.remotes.interface import Arrived, Listing, Remote, RemoteFile, Wanted, unheard


class DividedRemote(Remote):
    """Two remotes as one: `lister` says what there is, `fetcher` brings it."""

    def __init__(self, lister: Remote, fetcher: Remote) -> None:
        self._lister, self._fetcher = lister, fetcher

    def list(self, wanted: Wanted) -> Listing:
        """See :meth:`Remote.list`."""
        return self._lister.list(wanted)

    def folders(self) -> tuple[str, ...]:
        """See :meth:`Remote.folders`."""
        return self._lister.folders()

    def dated_folders(self) -> Mapping[str, datetime | None]:
        """See :meth:`Remote.dated_folders`."""
        return self._lister.dated_folders()

    def release(self) -> str:
        """See :meth:`Remote.release`."""
        return self._lister.release()

    def read(self, name: str, limit: int) -> bytes:
        """See :meth:`Remote.read`."""
        return self._lister.read(name, limit)

    def fetch(
        self,
        files: Sequence[RemoteFile],
        folder: Path,
        listener: Listener = ignore,
        arrived: Callable[[Arrived], None] = unheard,
    ) -> tuple[Arrived, ...]:
        """See :meth:`Remote.fetch`."""
        return self._fetcher.fetch(files, folder, listener, arrived)
