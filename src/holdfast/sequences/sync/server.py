"""
A store behind HTTP(S) or FTP, as a depot: any server of plain files will do.

Nothing is listed: the LIST files say what there is, and are asked for from where they are new
(RFC 9110, 14.2). Files come through the remotes' own transfer: many at once, resumed by range.
"""

from collections.abc import Iterable, Sequence
from pathlib import Path
from urllib.parse import quote

from holdfast.base.files import safe_name
from holdfast.base.progress import Listener, Progress, ignore
from holdfast.errors import FetchFailed, HoldfastError
from holdfast.remotes import transfer
from holdfast.remotes.answers import Answer, Ask
from holdfast.remotes.asked import Reading
from holdfast.remotes.curl import Switchboard, parted
from holdfast.remotes.faults import Absent, Changed, Fault, Lasting
from holdfast.remotes.interface import RemoteFile, TransferPolicy, unheard
from holdfast.sequences.sync.depot import Depot, Parcel


class ServerDepot(Depot):
    """The store in a folder on a server."""

    def __init__(self, place: str, policy: TransferPolicy) -> None:
        url, self._credentials = parted(place)
        url = url.partition("#")[0].partition("?")[0]
        self.url = url if url.endswith("/") else f"{url}/"
        self._policy = policy

    def read(self, name: str, limit: int, start: int = 0) -> bytes | None:
        """See :meth:`Depot.read`."""
        reading = _Rest(self.url + quote(str(safe_name(name))), limit, start)
        try:
            with Switchboard(self._policy, self._credentials) as board:
                board.run([reading])
        except _PastTheEnd:
            return b""
        return None if reading.absent else bytes(reading.content)

    def fetch(self, parcels: Sequence[Parcel], folder: Path, listener: Listener = ignore) -> None:
        """See :meth:`Depot.fetch`."""
        files = wanted_files(parcels, self.url)
        heard = bytes_only(listener)
        transfer.fetch(files, folder, self._policy, self._credentials, heard, unheard)


def wanted_files(parcels: Iterable[Parcel], url: str) -> list[RemoteFile]:
    """`parcels` as the remotes know files; `url` is that of the store, with its last slash."""
    return [
        RemoteFile(
            parcel.name,
            url + quote(parcel.name),
            parcel.size,
            modified=None,
            digest=f"sha256:{parcel.sha256}",
        )
        for parcel in parcels
    ]


def bytes_only(listener: Listener) -> Listener:
    """`listener`, spared the counting of files."""

    def heard(progress: Progress) -> None:
        if progress.unit == "bytes":
            listener(progress)

    return heard


class _PastTheEnd(Exception):
    """The file has not so many bytes."""


class _Rest(Reading):
    """Reads a small file from some byte on."""

    def __init__(self, url: str, limit: int, start: int) -> None:
        super().__init__(url, limit)
        self.absent = False
        self._start, self._skip = start, 0

    def begin(self) -> Ask:
        """Ask for the rest; a server that knows no ranges sends all of it."""
        return Ask(offset=self._start)

    def started(self, answer: Answer) -> None:
        """Begin anew, perhaps with bytes before the start."""
        super().started(answer)
        if answer.offset not in (0, self._start):
            raise Lasting(f"the server sent from byte {answer.offset}, not {self._start}")
        self._skip = self._start - answer.offset

    def body(self, chunk: bytes) -> None:
        """Take the next bytes, but for those before the start."""
        skipped = min(self._skip, len(chunk))
        self._skip -= skipped
        super().body(chunk[skipped:])

    def faulted(self, fault: Fault) -> None:
        """That the file ends before the start is an answer, not a fault that may pass."""
        if self._start and isinstance(fault, Changed):
            raise _PastTheEnd

    def refused(self, fault: Lasting) -> tuple[()]:
        """That there is no such file is an answer too."""
        if not isinstance(fault, Absent):
            raise fault
        self.absent = True
        return ()

    def error(self, fault: Fault, words: str) -> HoldfastError:
        """It cannot be read."""
        return FetchFailed(words)
