"""
A visitor: one connection of the FTP server.

Only commands that read are known. A client that sends lines without end, or takes no answers while
it sends commands, is hung up on: neither fills our memory. Who has not signed in is given a minute.
"""

from typing import Any, ClassVar

from pyftpdlib.handlers import FTPHandler

from holdfast.accounts.people import GUEST, Person
from holdfast.app.container import Container
from holdfast.settings.ftp import FtpSettings
from holdfast.web.access.access import is_loopback
from holdfast.web.ftp.doorman import ANONYMOUS, Doorman
from holdfast.web.ftp.tree import READ_ONLY, Tree

READING = frozenset(
    "ABOR ALLO CDUP CWD EPRT EPSV FEAT HELP LIST MDTM MLSD MLST MODE NLST NOOP OPTS PASS PASV PORT "
    "PWD QUIT REIN REST RETR SIZE STAT STRU SYST TYPE USER XCUP XCWD XPWD AUTH PBSZ PROT".split()
)
WRITING = frozenset("APPE DELE MFMT MKD RMD RNFR RNTO SITE STOR STOU XMKD XRMD".split())
FACTS = ("type", "perm", "size", "modify")  #: what MLSD tells; inodes are nobody's business
LINE_MOST = 4096  #: bytes of a command
UNTAKEN_MOST = 64  #: answers that a client may leave lying
UNKNOWN_MOST = 30  #: commands nobody knows, from one client
TO_SIGN_IN = 60.0  #: seconds


def plain_address(address: str) -> str:
    """An address; of one that came by IPv4 to a socket of IPv6, the IPv4 address.

    >>> plain_address("::ffff:192.0.2.1"), plain_address("2001:db8::1")
    ('192.0.2.1', '2001:db8::1')
    """
    return str(address).removeprefix("::ffff:")


class Visitor(FTPHandler):  # type: ignore[misc]  # pyftpdlib has no types
    """One connection. The class variables are set for each server."""

    container: ClassVar[Container]
    settings: ClassVar[FtpSettings]
    doorman: ClassVar[Doorman]

    abstracted_fs = Tree
    timeout = TO_SIGN_IN
    max_login_attempts = 3
    permit_foreign_addresses = False
    permit_privileged_ports = False
    proto_cmds: ClassVar[dict[str, Any]] = {
        name: said for name, said in FTPHandler.proto_cmds.items() if name in READING
    }

    def __init__(self, conn: Any, server: Any, ioloop: Any = None) -> None:
        self.person = GUEST
        self.unknown = self.line_length = 0
        super().__init__(conn, server, ioloop)
        self._current_facts, self._available_facts = list(FACTS), list(FACTS)

    @property
    def authorizer(self) -> Doorman:
        """Who lets people in."""
        return self.doorman

    @property
    def address(self) -> str:
        """Where the client is."""
        return plain_address(self.remote_ip)

    @property
    def asking(self) -> Container:
        """The container as this visitor asks it."""
        return self.container.asked_by(self.person)

    @property
    def is_private(self) -> bool:
        """Whether nobody else reads what is said on the line."""
        return is_loopback(self.address)

    def become(self, person: Person) -> None:
        """From now on it is `person` who asks."""
        self.person = person

    # -- coming and going --------------------------------------------------------------------------

    def on_login(self, _name: str) -> None:
        """Who is in has more time."""
        self.timeout = self.settings.idle
        self._on_dtp_close()  # which is where pyftpdlib begins to wait anew

    def flush_account(self) -> None:
        """Somebody else is to sign in."""
        super().flush_account()
        self.person = GUEST

    def ftp_USER(self, line: str) -> None:  # noqa: N802 - pyftpdlib calls it so
        """Say at once, before a password is sent, that it would not be taken."""
        named = line.lower() not in ANONYMOUS
        if not named and not self.settings.anonymous:
            self.respond("530 Only accounts may come in here.")
        elif named and not (self.is_private or self.settings.passwords_in_clear):
            self.respond("530 A password is only taken over TLS; send AUTH TLS first.")
        else:
            super().ftp_USER(line)

    # -- hostile clients ---------------------------------------------------------------------------

    def collect_incoming_data(self, data: bytes) -> None:
        """Take a piece of a line that is not too long."""
        self.line_length += len(data)
        if self.line_length > LINE_MOST:
            self.respond("500 That line is too long. Goodbye.")
            self.close_when_done()
            self.close()
            return
        self._in_buffer.append(data)

    def found_terminator(self) -> None:
        """A line is complete."""
        self.line_length = 0
        if self._closed:
            return
        if len(self.producer_fifo) > UNTAKEN_MOST:
            self.close()
            return
        super().found_terminator()

    def pre_process_command(self, line: str, cmd: str, arg: str) -> None:
        """Do what is known to be harmless."""
        if cmd in WRITING:
            self.respond(f"550 {READ_ONLY}.")
            return
        if cmd not in self.proto_cmds:
            self.unknown += 1
            if self.unknown > UNKNOWN_MOST:
                self.respond("421 Too much that nobody understands. Goodbye.")
                self.close_when_done()
                return
        super().pre_process_command(line, cmd, arg)

    def ftp_STAT(self, path: str) -> None:  # noqa: N802 - pyftpdlib calls it so
        """Tell of the connection; folders are listed on the way made for that."""
        if path:
            self.respond("502 Use LIST or MLSD.")
        else:
            super().ftp_STAT(path)
