"""
Remotes behind FTP, plain or with TLS.

``ftpes`` is FTP that must turn to TLS before anything is said of us (RFC 4217), ``ftps`` FTP that
begins with TLS, at port 990.

Folders are asked for with MLSD, which is exact. A server that does not know it is asked with LIST,
whose times are not exact: then each wanted file is asked for its size and time (SIZE, MDTM). Links
in a LIST answer are followed, to a file or one folder deep, never to a folder above.
"""

from holdfast.remotes import ftplines
from holdfast.remotes.answers import Ask
from holdfast.remotes.faults import Absent, Forbidden, Lasting
from holdfast.remotes.options import RemoteOptions
from holdfast.remotes.rows import Row
from holdfast.remotes.server import ServerRemote
from holdfast.remotes.survey import Dialect


class Lines(Dialect):
    """A folder shown by MLSD or, when the server refuses that, by LIST."""

    exact_times = True  # MLSD's are UTC to the second, and LIST's are never taken

    def __init__(self, _root: str, _options: RemoteOptions) -> None:
        self._machine = True

    def ask(self) -> Ask:
        """MLSD, until it was refused."""
        return Ask(command="MLSD" if self._machine else "")

    def rows(self, page: bytes, url: str) -> list[Row]:
        """The rows of either answer."""
        return ftplines.read_mlsd(page) if self._machine else ftplines.read_list(page)

    def refused(self, fault: Lasting) -> bool:
        """A server that does not know MLSD is asked with LIST from then on."""
        again = self._machine and not isinstance(fault, (Absent, Forbidden))
        self._machine = self._machine and not again
        return again


class FtpRemote(ServerRemote):
    """A folder behind FTP."""

    dialect = Lines
