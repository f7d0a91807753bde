"""The remote ``none://``, for banks that are made by their steps alone: it has no files."""

from collections.abc import Callable, Sequence
from pathlib import Path

from holdfast.base.progress import Listener, ignore
from holdfast.errors import FetchFailed
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


class NoRemote(Remote):
    """Nothing, from nowhere."""

    def __init__(
        self, _url: str, _policy: TransferPolicy, _options: RemoteOptions = NO_OPTIONS
    ) -> None:
        """There is nothing to hold."""

    def list(self, wanted: Wanted) -> Listing:
        """See :meth:`Remote.list`."""
        return Listing("none://", ())

    def folders(self) -> tuple[str, ...]:
        """See :meth:`Remote.folders`."""
        return ()

    def read(self, name: str, limit: int) -> bytes:
        """See :meth:`Remote.read`."""
        raise FetchFailed(f"none://: there is no {name!r}, nor any file")

    def fetch(
        self,
        files: Sequence[RemoteFile],
        folder: Path,
        listener: Listener = ignore,
        arrived: Callable[[Arrived], None] = unheard,
    ) -> tuple[Arrived, ...]:
        """See :meth:`Remote.fetch`."""
        if files:
            raise FetchFailed(f"none://: there is no {files[0].name!r}, nor any file")
        return ()
