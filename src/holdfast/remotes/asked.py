"""
Remotes whose files are asked for by their URLs: what all have in common that libcurl can reach.

Who makes a kind of remote of their own often knows only which files there are, and under which
URLs: they inherit :class:`AskedRemote`, and leave fetching to it.
"""

from abc import abstractmethod
from collections.abc import Callable, Iterable, Sequence
from pathlib import Path

from holdfast.base.progress import Listener, ignore
from holdfast.errors import FetchFailed, HoldfastError
from holdfast.remotes import transfer
from holdfast.remotes.access import Credentials
from holdfast.remotes.answers import Answer, Ask
from holdfast.remotes.channel import Exchange
from holdfast.remotes.curl import Switchboard
from holdfast.remotes.faults import Fault, Lasting
from holdfast.remotes.interface import Arrived, Remote, RemoteFile, TransferPolicy, unheard


class AskedRemote(Remote):
    """Files that have URLs of HTTP, FTP or SFTP."""

    def __init__(
        self,
        policy: TransferPolicy,
        credentials: Credentials = Credentials(),  # noqa: B008 - a frozen value
        form: bytes | None = None,
    ) -> None:
        self.policy, self._credentials, self._form = policy, credentials, form

    @abstractmethod
    def address(self, name: str) -> str:
        """The URL of the file `name`. Raises UnsafeName or UsageError for what no file is called"""

    def read(self, name: str, limit: int) -> bytes:
        """See :meth:`Remote.read`."""
        reading = Reading(self.address(name), limit, self._form)
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
        return transfer.fetch(
            files, folder, self.policy, self._credentials, listener, arrived, self._form
        )


class Reading(Exchange):
    """Reads one small file into memory."""

    def __init__(self, url: str, limit: int, form: bytes | None = None) -> None:
        super().__init__(url)
        self.content = bytearray()
        self._limit, self._form = limit, form

    def begin(self) -> Ask:
        """Ask for the whole."""
        return Ask(form=self._form)

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
