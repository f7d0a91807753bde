"""What remotes behind a server, HTTP or FTP, have in common: all but how a folder is shown."""

from collections.abc import Callable, Iterable, Sequence
from pathlib import Path
from urllib.parse import quote

from holdfast.base.files import safe_name
from holdfast.base.progress import Listener, ignore
from holdfast.errors import FetchFailed, HoldfastError
from holdfast.remotes import transfer
from holdfast.remotes.access import parted
from holdfast.remotes.answers import Answer
from holdfast.remotes.channel import Exchange
from holdfast.remotes.curl import Switchboard
from holdfast.remotes.faults import Fault, Lasting
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
from holdfast.remotes.survey import Dialect, Survey


class ServerRemote(Remote):
    """A folder on a server."""

    dialect: type[Dialect]

    def __init__(
        self, url: str, policy: TransferPolicy, options: RemoteOptions = NO_OPTIONS
    ) -> None:
        place, self._credentials = parted(url)
        place = place.partition("#")[0].partition("?")[0]
        self.root = place if place.endswith("/") else f"{place}/"
        self.policy, self._options = policy, options

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

    def read(self, name: str, limit: int) -> bytes:
        """See :meth:`Remote.read`."""
        reading = Reading(self.root + quote(str(safe_name(name))), limit)
        with Switchboard(self.policy, self._credentials) as board:
            board.run([reading])
        return bytes(reading.content)

    def fetch(
        self,
        files: Sequence[RemoteFile],
        folder: Path,
        listener: Listener = ignore,
        arrived: Callable[[Arrived], None] = unheard,
    ) -> tuple[Arrived, ...]:
        """See :meth:`Remote.fetch`."""
        return transfer.fetch(files, folder, self.policy, self._credentials, listener, arrived)


class Reading(Exchange):
    """Reads one small file into memory."""

    def __init__(self, url: str, limit: int) -> None:
        super().__init__(url)
        self.content = bytearray()
        self._limit = limit

    def started(self, answer: Answer) -> None:
        """Begin anew with each attempt."""
        self.content.clear()

    def body(self, chunk: bytes) -> None:
        """Take the next bytes, up to the limit."""
        self.content += chunk
        if len(self.content) > self._limit:
            raise Lasting(f"has more than the {self._limit} bytes allowed here", "check the URL")

    def ended(self, answer: Answer) -> Iterable[Exchange]:
        """It is read."""
        return ()

    def error(self, fault: Fault, words: str) -> HoldfastError:
        """It cannot be read."""
        return FetchFailed(words)
