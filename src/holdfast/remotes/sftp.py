"""
Remotes behind SFTP: folders of a machine that SSH reaches.

The path in the URL is that of the machine; ``/~/`` is one's home there. A folder is shown as ``ls``
would: sizes are exact, times are not, so each wanted file is asked for its own. The server's key
must be known, from ``~/.ssh/known_hosts`` or the file a rule names; we show the rule's key, or the
usual ones in ``~/.ssh``, or a password.
"""

from holdfast.remotes import ftplines
from holdfast.remotes.answers import Ask
from holdfast.remotes.rows import Row
from holdfast.remotes.server import ServerRemote
from holdfast.remotes.survey import Dialect


class Long(Dialect):
    """A folder in the long form of ``ls``."""

    exact_times = True  # none is ever taken from the folder
    links_are_opened = True

    def ask(self) -> Ask:
        """What is asked for follows from the slash at the end."""
        return Ask()

    def rows(self, page: bytes, url: str) -> list[Row]:
        """As an FTP server would write it."""
        return ftplines.read_list(page)


class SftpRemote(ServerRemote):
    """A folder behind SFTP."""

    dialect = Long
