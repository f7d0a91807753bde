"""What remotes behind a server, HTTP or FTP, have in common: all but how a folder is shown."""

from collections.abc import Mapping
from datetime import datetime
from urllib.parse import quote

from holdfast.base.files import safe_name
from holdfast.remotes.access import parted
from holdfast.remotes.asked import AskedRemote
from holdfast.remotes.interface import Listing, TransferPolicy, Wanted
from holdfast.remotes.options import NO_OPTIONS, RemoteOptions
from holdfast.remotes.survey import Dialect, Survey


class ServerRemote(AskedRemote):
    """A folder on a server."""

    dialect: type[Dialect]

    def __init__(
        self, url: str, policy: TransferPolicy, options: RemoteOptions = NO_OPTIONS
    ) -> None:
        place, credentials = parted(url)
        super().__init__(policy, credentials)
        place = place.partition("#")[0].partition("?")[0]
        self.root = place if place.endswith("/") else f"{place}/"
        self._options = options

    def _survey(self) -> Survey:
        return Survey(
            self.root, self.dialect(self.root, self._options), self.policy, self._credentials
        )

    def list(self, wanted: Wanted) -> Listing:
        """See :meth:`Remote.list`."""
        return self._survey().listing(wanted)

    def folders(self) -> tuple[str, ...]:
        """See :meth:`Remote.folders`."""
        return self._survey().folders()

    def dated_folders(self) -> Mapping[str, datetime | None]:
        """See :meth:`Remote.dated_folders`."""
        return self._survey().dated_folders()

    def address(self, name: str) -> str:
        """See :meth:`AskedRemote.address`."""
        return self.root + quote(str(safe_name(name)))
