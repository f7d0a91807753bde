"""A store on this machine, or on a file system mounted here, as a depot.

Its lists are made from its folders, which are the truth.
"""

from collections.abc import Sequence
from pathlib import Path

from holdfast.base.files import safe_name
from holdfast.base.progress import Listener, ignore
from holdfast.errors import FetchFailed
from holdfast.remotes.interface import TransferPolicy
from holdfast.remotes.local import LocalRemote, path_of
from holdfast.sequences.storage import lists
from holdfast.sequences.storage.snapshots import Snapshots
from holdfast.sequences.sync.depot import Depot, Parcel
from holdfast.sequences.sync.server import bytes_only, wanted_files
from holdfast.sequences.sync.throttle import throttled


class FolderDepot(Depot):
    """The store in a folder."""

    def __init__(self, place: str, policy: TransferPolicy) -> None:
        self.folder = path_of(place)
        self.url = str(self.folder)
        self._policy = policy

    def read(self, name: str, limit: int, start: int = 0) -> bytes | None:
        """See :meth:`Depot.read`."""
        try:
            content = self._content(safe_name(name).as_posix(), limit + 1, start)
        except (FileNotFoundError, NotADirectoryError):
            return None
        except OSError as error:
            raise FetchFailed(
                f"{self.folder / name}: cannot be read: {error.strerror}; see to its permissions"
            ) from error
        if len(content) > limit:
            raise FetchFailed(f"{self.folder / name}: has more than the {limit} bytes allowed here")
        return content

    def _content(self, name: str, most: int, start: int) -> bytes:
        if name == f"journal/{lists.FILE}":
            entries = lists.listed_entries(self.folder / "journal")
            return b"".join(entry.line() for entry in entries)[start : start + most]
        if name == f"snapshots/{lists.FILE}":
            known = Snapshots(self.folder / "snapshots").listed()
            return b"".join(each.line() for each in known)[start : start + most]
        with (self.folder / name).open("rb") as file:
            file.seek(start)
            return file.read(most)

    def fetch(self, parcels: Sequence[Parcel], folder: Path, listener: Listener = ignore) -> None:
        """See :meth:`Depot.fetch`."""
        remote = LocalRemote(str(self.folder), self._policy)
        heard = throttled(bytes_only(listener), self._policy.rate)
        remote.fetch(wanted_files(parcels, self.folder.as_uri() + "/"), folder, heard)
