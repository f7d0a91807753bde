"""
One libcurl handle, used for one exchange after another: with :mod:`~holdfast.remotes.curl` and
:mod:`~holdfast.remotes.standing` all that knows libcurl.

What holds for a server (who we are, certificates, proxy) is set when the handle turns to it, and
nothing of it is left when it turns to another. The address of each connection is looked at before
it is made. Redirects are followed (five at most, to HTTP and FTP only), except from a server to
which we show a certificate of ours or whose own we do not check: neither should hold elsewhere.
"""

import socket
from abc import ABC, abstractmethod
from collections.abc import Iterable
from datetime import UTC, datetime
from time import monotonic
from typing import Any
from urllib.parse import urlsplit

import pycurl

from holdfast.errors import HoldfastError
from holdfast.remotes.access import Credentials, Rule, server_of
from holdfast.remotes.answers import Answer, Ask
from holdfast.remotes.connection import NewHosts
from holdfast.remotes.faults import Absent, Changed, Fault, Forbidden, Lasting, Passing, of_reply
from holdfast.remotes.interface import TransferPolicy
from holdfast.remotes.pace import Bucket
from holdfast.remotes.reach import refusal
from holdfast.remotes.standing import HEADERS, REDIRECTS, proxy_for, standing_options

ERROR_PAGE = 1024**2  #: bytes of an error page's body that are read over to keep the connection
HEADER_LINES = 1000  #: no honest answer has more

PASSING_CODES = frozenset(
    getattr(pycurl, f"E_{name}")
    for name in (
        "COULDNT_RESOLVE_PROXY COULDNT_RESOLVE_HOST COULDNT_CONNECT OPERATION_TIMEDOUT "
        "PARTIAL_FILE GOT_NOTHING SEND_ERROR RECV_ERROR SSL_CONNECT_ERROR HTTP2 HTTP2_STREAM "
        "HTTP3 FTP_WEIRD_SERVER_REPLY FTP_WEIRD_PASV_REPLY FTP_CANT_GET_HOST "
        "FTP_ACCEPT_TIMEOUT FTP_PORT_FAILED AGAIN"
    ).split()
    if hasattr(pycurl, f"E_{name}")
)
CERTIFICATE_CODES = frozenset({pycurl.E_PEER_FAILED_VERIFICATION})
RANGE_CODES = frozenset(
    {pycurl.E_FTP_COULDNT_USE_REST, pycurl.E_BAD_DOWNLOAD_RESUME, pycurl.E_HTTP_RANGE_ERROR}
)


class Exchange(ABC):
    """One thing to ask, and what becomes of the answer. Any of its steps may raise a Fault."""

    def __init__(self, url: str) -> None:
        self.url = url
        self.tried = 0

    def begin(self) -> Ask:
        """How to ask this time."""
        return Ask()

    def started(self, answer: Answer) -> None:
        """The head of a good answer is here; its bytes follow."""

    def body(self, chunk: bytes) -> None:
        """The next bytes."""

    @abstractmethod
    def ended(self, answer: Answer) -> "Iterable[Exchange]":
        """The answer is complete. What to ask now because of it (often nothing)."""

    def faulted(self, fault: Fault) -> None:
        """An attempt ended badly; another may follow. Put away what it left."""

    def refused(self, fault: Lasting) -> "Iterable[Exchange]":
        """The server will not answer this. What to ask instead; by default it is an error."""
        raise fault

    @abstractmethod
    def error(self, fault: Fault, words: str) -> HoldfastError:
        """The error for when no further attempt is made; `words` is the whole sentence."""


class Channel:
    """One libcurl handle, used for one exchange after another."""

    exchange: Exchange

    def __init__(self, policy: TransferPolicy, credentials: Credentials) -> None:
        self.policy, self._credentials = policy, credentials
        self.curl = pycurl.Curl()
        self.rule = Rule("")
        self.turn: tuple[str, int] | None = None
        self.buckets: tuple[Bucket, ...] = ()
        self.paused = 0.0  #: until when (monotonic) it waits for the pace; 0 when it does not
        self._handed: socket.socket | None = None
        self._server = ""
        self._plain = Ask()

    def start(self, exchange: Exchange) -> None:
        """Get ready to ask."""
        self._lines: list[bytes] = []
        self._head: Answer | None = None
        self._said: Fault | None = None
        self._error: BaseException | None = None
        self._skipped = 0
        self.paused = 0.0
        self.exchange = exchange
        self._ask = exchange.begin()
        self._ftp = not exchange.url.startswith("http")
        self._turn_to(exchange.url)
        self.curl.setopt(pycurl.URL, exchange.url.replace("ftpes://", "ftp://", 1).encode())
        if self._ask != self._plain:
            self._particular(self._ask)
            self._plain = self._ask

    def go_on(self) -> None:
        """Take bytes again when the pace allows it."""
        if self.paused and monotonic() >= self.paused:
            self.paused = 0.0
            self.curl.pause(pycurl.PAUSE_CONT)

    def _turn_to(self, url: str) -> None:
        """Set what holds for the server of `url`."""
        server = f"{urlsplit(url).scheme} {server_of(url)}"
        if server == self._server:
            return
        self._server, place = server, server_of(url)
        self.rule = self.policy.access.rule(place)
        who = self.policy.access.credentials(place, self._credentials)
        self._proxy = proxy_for(url, self.rule)
        self.curl.reset()
        for option, value in standing_options(self.policy, self.rule, who, self._proxy):
            self.curl.setopt(option, value.encode() if isinstance(value, str) else value)
        if url.startswith("ftpes:"):
            self.curl.setopt(pycurl.USE_SSL, pycurl.USESSL_ALL)
        self.curl.setopt(pycurl.HEADERFUNCTION, self._header)
        self.curl.setopt(pycurl.WRITEFUNCTION, self._body)
        if self.rule.new_hosts is not NewHosts.REJECT:
            self.curl.setopt(pycurl.SSH_KEYFUNCTION, self._meet)
        if self.policy.access.reach.networks is not None:
            self.curl.setopt(pycurl.OPENSOCKETFUNCTION, self._connect)
        self._plain = Ask()

    def _connect(self, _purpose: int, address: tuple[int, int, int, tuple[object, ...]]) -> Any:
        """The socket for a connection, or none when its address may not be reached."""
        family, kind, protocol, place = address
        host = str(place[0])
        # Where a proxy connects to is the proxy's to decide; the administrator chose it.
        if not self._proxy and not self.policy.access.reach.allows(host):
            named = urlsplit(self.exchange.url).hostname or ""
            self._error = Lasting(*refusal(named, host))
            return pycurl.SOCKET_BAD
        self._let_go()
        self._handed = socket.socket(family, kind, protocol)
        return self._handed

    def _meet(self, _known: object, _found: object, match: int) -> int:
        """Whether to go on with an SSH server that shows us its key."""
        if match == pycurl.KHMATCH_MISSING:
            adds = self.rule.new_hosts is NewHosts.ADD
            return int(pycurl.KHSTAT_FINE_ADD_TO_FILE if adds else pycurl.KHSTAT_FINE)
        return int(pycurl.KHSTAT_FINE if match == pycurl.KHMATCH_OK else pycurl.KHSTAT_REJECT)

    def _let_go(self) -> None:
        """Close our end of the last socket made: pycurl has one of its own of the same."""
        if self._handed is not None:
            self._handed.close()
            self._handed = None

    def close(self) -> None:
        """Let go of all."""
        self._let_go()
        self.curl.close()

    def _particular(self, ask: Ask) -> None:
        if ask.head:
            self.curl.setopt(pycurl.NOBODY, 1)
        else:
            self.curl.setopt(pycurl.NOBODY, 0)
            self.curl.setopt(pycurl.HTTPGET, 1)
        if ask.form is not None:
            self.curl.setopt(pycurl.POSTFIELDS, ask.form)
        if ask.offset:
            self.curl.setopt(pycurl.RANGE, f"{ask.offset}-")
        else:
            self.curl.unsetopt(pycurl.RANGE)
        self.curl.setopt(pycurl.HTTPHEADER, [*HEADERS, *ask.headers])
        if ask.command:
            self.curl.setopt(pycurl.CUSTOMREQUEST, ask.command)
        else:
            self.curl.unsetopt(pycurl.CUSTOMREQUEST)

    def _header(self, line: bytes) -> int | None:
        # Before libcurl closes its end: some servers call an FTP transfer complete only when they
        # have seen it closed, and libcurl waits for that with all transfers.
        self._let_go()
        if line.startswith(b"HTTP/"):
            self._lines.clear()  # a redirect's head, or a "100 Continue", came before
        if len(self._lines) >= HEADER_LINES:
            self._error = Lasting("the head of the answer has no end")
            return 0
        self._lines.append(line)
        return None

    def _body(self, chunk: bytes) -> int | None:
        if self._ask.head:
            return None  # of FTP: libcurl gives what it learnt as if it were HTTP's head
        try:
            wait = max((bucket.wait() for bucket in self.buckets), default=0.0)
            if wait:
                self.paused = monotonic() + wait
                return int(pycurl.WRITEFUNC_PAUSE)
            for bucket in self.buckets:
                bucket.take(len(chunk))
            self._start_body()
            if self._said is None:
                self.exchange.body(chunk)
            else:
                self._skip(chunk)
        except BaseException as error:  # noqa: BLE001 - it crosses C code and is raised in answer()
            self._error = error
            return 0
        return None

    def _start_body(self) -> None:
        if self._head is None:
            self._head = Answer(self.exchange.url, self._lines, self._ask, self._ftp)
            self._said = self._head.fault()
            if self._said is None:
                self.exchange.started(self._head)

    def _skip(self, chunk: bytes) -> None:
        """Read over an error page, so that the connection can be used again."""
        self._skipped += len(chunk)
        if self._skipped > ERROR_PAGE and self._said is not None:
            raise self._said

    def answer(self, code: int, words: str) -> Answer:
        """The answer's head, when all went well; else raise the Fault it was."""
        # An address that was refused is no matter when another one of the host was taken.
        if self._error is not None and (code or not isinstance(self._error, Lasting)):
            raise self._error
        if code:
            raise _fault_of_code(code, words, self.curl.getinfo(pycurl.RESPONSE_CODE), self._ftp)
        self._start_body()
        if self._said is not None:
            raise self._said
        assert self._head is not None, "the head is there once the body has started"
        self._head.url = self.curl.getinfo(pycurl.EFFECTIVE_URL)
        if self.exchange.url.startswith("sftp"):
            self._head.stat = self._stat()
        return self._head

    def _stat(self) -> tuple[int | None, datetime | None]:
        """What SFTP said of the file: it has no head to say it in."""
        size = int(self.curl.getinfo(pycurl.CONTENT_LENGTH_DOWNLOAD_T))
        time = int(self.curl.getinfo(pycurl.FILETIME_T))
        return (
            size + self._ask.offset if size >= 0 else None,
            datetime.fromtimestamp(time, UTC) if time >= 0 else None,
        )


def _fault_of_code(code: int, words: str, reply: int, ftp: bool) -> Fault:
    """libcurl's verdict in our words."""
    said = words.strip().rstrip(".") or f"libcurl error {code}"
    known = _known_fault(code, said)
    if known is not None:
        return known
    if ftp and code not in (pycurl.E_OPERATION_TIMEDOUT, pycurl.E_COULDNT_CONNECT):
        fault = of_reply(reply)
        if fault is not None:
            return fault
    if code == pycurl.E_REMOTE_FILE_NOT_FOUND:
        return Absent(said, "list the remote again to see what it has now")
    if code in PASSING_CODES:
        return Passing(said, "check that the remote can be reached, and try again later")
    return Lasting(said, "check the URL")


def _known_fault(code: int, said: str) -> Fault | None:
    """The fault that a code is whatever the server replied; None where the reply decides."""
    if code == pycurl.E_TOO_MANY_REDIRECTS:
        return Lasting(f"more than {REDIRECTS} redirects, one after another", "check the URL")
    if code in RANGE_CODES:
        return Changed("the server cannot send the rest of the file")
    if code in (pycurl.E_PARTIAL_FILE, pycurl.E_GOT_NOTHING):
        return Passing(f"the connection ended before the answer did ({said})", "try again later")
    if code in CERTIFICATE_CODES:
        return Forbidden(said, "see that its certificate, key or authority is known")
    return None
