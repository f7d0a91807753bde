"""
Asking servers: the only module that knows libcurl.

An :class:`Exchange` is one thing to ask and what becomes of the answer. A :class:`Switchboard` has
many of them under way at once, in one thread, over few connections that are used again and again;
what fails in passing is asked again after a pause. An exchange never sees libcurl: it gives an
:class:`Ask`, it is told the :class:`Answer` when the head of it is here, then the bytes, then that
it ended; and it raises a :class:`~holdfast.remotes.faults.Fault` when it does not like what it
sees. Redirects are followed (five at most, to HTTP and FTP only), certificates are checked, and
passwords go to the host they are meant for and into no message.
"""

import heapq
import random
import selectors
import ssl
import time
from abc import ABC, abstractmethod
from collections import deque
from collections.abc import Callable, Iterable
from dataclasses import dataclass
from pathlib import Path
from urllib.parse import unquote, urlsplit, urlunsplit

import pycurl

from holdfast.errors import HoldfastError, UsageError
from holdfast.remotes.answers import Answer, Ask
from holdfast.remotes.faults import (
    Changed,
    Fault,
    Lasting,
    Passing,
    attempts,
    of_reply,
    pause,
    sentence,
)
from holdfast.remotes.interface import TransferPolicy

RECEIVE_BUFFER = 256 * 1024
REDIRECTS = 5
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
RANGE_CODES = frozenset(
    {pycurl.E_FTP_COULDNT_USE_REST, pycurl.E_BAD_DOWNLOAD_RESUME, pycurl.E_HTTP_RANGE_ERROR}
)
#: where systems keep the certificates they trust, should Python not know
CERTIFICATES = (
    "/etc/ssl/certs/ca-certificates.crt",
    "/etc/pki/tls/certs/ca-bundle.crt",
    "/etc/ssl/ca-bundle.pem",
    "/etc/ssl/cert.pem",
)


@dataclass(frozen=True, slots=True)
class Credentials:
    """Who we are to the server; empty for nobody in particular."""

    user: str = ""
    password: str = ""


def parted(url: str) -> tuple[str, Credentials]:
    """`url` without user name and password, and these two.

    >>> parted("ftp://me:a%40b@example.org:2121/bank")
    ('ftp://example.org:2121/bank', Credentials(user='me', password='a@b'))

    Raises
    ------
    UsageError
        It is not a URL with a host.
    """
    try:
        parts = urlsplit(url)
        host = parts.hostname
        _ = parts.port
    except ValueError as error:
        raise UsageError(f"{url!r} is not a URL: {error}; write scheme://host/folder/") from error
    if not host or not url.isprintable() or " " in url:
        raise UsageError(f"{url!r} is not a URL with a host; write scheme://host/folder/")
    place = parts.netloc.rpartition("@")[2]
    who = Credentials(unquote(parts.username or ""), unquote(parts.password or ""))
    return urlunsplit(parts._replace(netloc=place)), who


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


class Switchboard:
    """Has many exchanges under way at once. Use it in a ``with`` block."""

    def __init__(self, policy: TransferPolicy, credentials: Credentials) -> None:
        self.policy = policy
        self._credentials = credentials
        self._multi = pycurl.CurlMulti()
        self._multi.setopt(pycurl.M_SOCKETFUNCTION, self._watch)
        self._multi.setopt(pycurl.M_MAXCONNECTS, policy.parallel + 1)
        self._selector = selectors.DefaultSelector()
        self._idle: list[_Channel] = []
        self._busy: dict[pycurl.Curl, _Channel] = {}
        self._next: deque[Exchange] = deque()
        self._later: list[tuple[float, int, Exchange]] = []
        self._order = 0

    def __enter__(self) -> "Switchboard":
        return self

    def __exit__(self, *_: object) -> None:
        for channel in self._busy.values():
            self._multi.remove_handle(channel.curl)
        for channel in (*self._busy.values(), *self._idle):
            channel.curl.close()
        self._multi.close()
        self._selector.close()

    def run(self, exchanges: Iterable[Exchange], between: Callable[[], None] | None = None) -> None:
        """Have all `exchanges`, and what follows from them; call `between` now and then.

        Raises
        ------
        HoldfastError
            What an exchange makes of its last fault. The others are left where they are.
        """
        self._next.extend(exchanges)
        while self._next or self._later or self._busy:
            self._fill()
            self._turn()
            self._collect()
            if between is not None:
                between()

    def _fill(self) -> None:
        """Put waiting exchanges on free channels."""
        now = time.monotonic()
        while self._later and self._later[0][0] <= now:
            self._next.append(heapq.heappop(self._later)[2])
        while self._next and len(self._busy) < self.policy.parallel:
            exchange = self._next.popleft()
            channel = self._idle.pop() if self._idle else _Channel(self.policy, self._credentials)
            try:
                channel.start(exchange)
            except Fault as fault:
                self._idle.append(channel)
                self._failed(exchange, fault)
                continue
            self._busy[channel.curl] = channel
            self._multi.add_handle(channel.curl)

    def _turn(self) -> None:
        """Wait until some socket is ready or some timer is due, and let libcurl work."""
        ready = self._selector.select(self._patience()) if self._selector.get_map() else []
        if not ready:
            if not self._busy:
                time.sleep(self._patience())
            self._multi.socket_action(pycurl.SOCKET_TIMEOUT, 0)
            return
        for key, events in ready:
            bits = pycurl.CSELECT_IN if events & selectors.EVENT_READ else 0
            bits |= pycurl.CSELECT_OUT if events & selectors.EVENT_WRITE else 0
            self._multi.socket_action(key.fd, bits)

    def _patience(self) -> float:
        """Seconds until something must be done even if no socket stirs."""
        due = self._multi.timeout()  # milliseconds, -1 for none
        patience = 0.5 if due < 0 else min(due / 1000, 0.5)
        if self._later and len(self._busy) < self.policy.parallel:
            patience = min(patience, max(0.0, self._later[0][0] - time.monotonic()))
        return patience if self._busy else max(patience, 0.001)

    def _watch(self, event: int, socket: int, *_: object) -> None:
        """libcurl says which sockets it wants to be woken for."""
        known = socket in self._selector.get_map()
        if event == pycurl.POLL_REMOVE:
            if known:
                self._selector.unregister(socket)
            return
        wish = selectors.EVENT_READ if event & pycurl.POLL_IN else 0
        wish |= selectors.EVENT_WRITE if event & pycurl.POLL_OUT else 0
        if known:
            self._selector.modify(socket, wish)
        else:
            self._selector.register(socket, wish)

    def _collect(self) -> None:
        """Take what has ended off its channel."""
        while True:
            queued, well, badly = self._multi.info_read()
            for curl in well:
                self._ended(curl, 0, "")
            for curl, code, words in badly:
                self._ended(curl, code, words)
            if not queued:
                return

    def _ended(self, curl: pycurl.Curl, code: int, words: str) -> None:
        channel = self._busy.pop(curl)
        self._multi.remove_handle(curl)
        self._idle.append(channel)
        exchange = channel.exchange
        try:
            answer = channel.answer(code, words)
            exchange.tried += 1
            self._next.extend(exchange.ended(answer))
        except Fault as fault:
            self._failed(exchange, fault)

    def _failed(self, exchange: Exchange, fault: Fault) -> None:
        """Ask again after a pause, or give up."""
        exchange.faulted(fault)
        exchange.tried += 1
        if isinstance(fault, Lasting):
            try:
                self._next.extend(exchange.refused(fault))
            except Fault:
                raise exchange.error(fault, sentence(exchange.url, fault, 1)) from fault
            return
        if exchange.tried >= attempts(fault, self.policy.retries):
            words = sentence(exchange.url, fault, exchange.tried)
            raise exchange.error(fault, words) from fault
        asked = fault.wait if isinstance(fault, Passing) else 0.0
        wait = pause(exchange.tried, self.policy.backoff, asked, random.random())  # noqa: S311 - no secret
        self._order += 1
        heapq.heappush(self._later, (time.monotonic() + wait, self._order, exchange))


class _Channel:
    """One libcurl handle, used for one exchange after another."""

    exchange: Exchange

    def __init__(self, policy: TransferPolicy, credentials: Credentials) -> None:
        self.policy = policy
        self.curl = pycurl.Curl()
        for option, value in _standing_options(policy, credentials):
            self.curl.setopt(option, value)
        self.curl.setopt(pycurl.HEADERFUNCTION, self._header)
        self.curl.setopt(pycurl.WRITEFUNCTION, self._body)
        self._plain = Ask()

    def start(self, exchange: Exchange) -> None:
        """Get ready to ask."""
        self._lines: list[bytes] = []
        self._head: Answer | None = None
        self._said: Fault | None = None
        self._error: BaseException | None = None
        self._skipped = 0
        self.exchange = exchange
        self._ask = exchange.begin()
        self._ftp = exchange.url.startswith("ftp")
        self.curl.setopt(pycurl.URL, exchange.url)
        if self._ask != self._plain:
            self._particular(self._ask)
            self._plain = self._ask

    def _particular(self, ask: Ask) -> None:
        if ask.head:
            self.curl.setopt(pycurl.NOBODY, 1)
        else:
            self.curl.setopt(pycurl.NOBODY, 0)
            self.curl.setopt(pycurl.HTTPGET, 1)
        if ask.offset:
            self.curl.setopt(pycurl.RANGE, f"{ask.offset}-")
        else:
            self.curl.unsetopt(pycurl.RANGE)
        self.curl.setopt(pycurl.HTTPHEADER, [*_HEADERS, *ask.headers])
        if ask.command:
            self.curl.setopt(pycurl.CUSTOMREQUEST, ask.command)
        else:
            self.curl.unsetopt(pycurl.CUSTOMREQUEST)

    def _header(self, line: bytes) -> int | None:
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
        if self._error is not None:
            raise self._error
        if code:
            raise _fault_of_code(code, words, self.curl.getinfo(pycurl.RESPONSE_CODE), self._ftp)
        self._start_body()
        if self._said is not None:
            raise self._said
        assert self._head is not None, "the head is there once the body has started"
        self._head.url = self.curl.getinfo(pycurl.EFFECTIVE_URL)
        return self._head


_HEADERS = ("Accept-Encoding: identity",)


def _standing_options(policy: TransferPolicy, who: Credentials) -> list[tuple[int, object]]:
    """What holds for every exchange of a channel."""
    allowed = pycurl.PROTO_HTTP | pycurl.PROTO_HTTPS | pycurl.PROTO_FTP | pycurl.PROTO_FTPS
    options: list[tuple[int, object]] = [
        (pycurl.NOSIGNAL, 1),
        (pycurl.USERAGENT, "holdfast"),
        (pycurl.HTTPHEADER, list(_HEADERS)),
        (pycurl.PROTOCOLS, allowed),
        (pycurl.REDIR_PROTOCOLS, allowed),
        (pycurl.FOLLOWLOCATION, 1),
        (pycurl.MAXREDIRS, REDIRECTS),
        (pycurl.SSL_VERIFYPEER, 1),
        (pycurl.SSL_VERIFYHOST, 2),
        (pycurl.OPT_FILETIME, 1),
        (pycurl.BUFFERSIZE, RECEIVE_BUFFER),
        (pycurl.CONNECTTIMEOUT_MS, max(1, int(policy.connect_timeout * 1000))),
        (pycurl.LOW_SPEED_LIMIT, 1),
        (pycurl.LOW_SPEED_TIME, max(1, round(policy.timeout))),
        (pycurl.FTP_RESPONSE_TIMEOUT, max(1, round(policy.timeout))),
    ]
    options += _trust()
    if policy.rate:
        each = max(1, policy.rate // policy.parallel)
        options.append((pycurl.MAX_RECV_SPEED_LARGE, each))
    if who.user:
        options += [(pycurl.USERNAME, who.user), (pycurl.PASSWORD, who.password)]
    return options


def _trust() -> list[tuple[int, object]]:
    """Which certificates are trusted: those Python trusts, which ``SSL_CERT_FILE`` may name."""
    known = ssl.get_default_verify_paths()
    file = known.cafile or next((name for name in CERTIFICATES if Path(name).is_file()), None)
    options: list[tuple[int, object]] = [(pycurl.CAINFO, file)] if file else []
    return options + ([(pycurl.CAPATH, known.capath)] if known.capath else [])


def _fault_of_code(code: int, words: str, reply: int, ftp: bool) -> Fault:
    """libcurl's verdict in our words."""
    said = words.strip().rstrip(".") or f"libcurl error {code}"
    if code == pycurl.E_TOO_MANY_REDIRECTS:
        return Lasting(f"more than {REDIRECTS} redirects, one after another", "check the URL")
    if code in RANGE_CODES:
        return Changed("the server cannot send the rest of the file")
    if code in (pycurl.E_PARTIAL_FILE, pycurl.E_GOT_NOTHING):
        return Passing(f"the connection ended before the answer did ({said})", "try again later")
    if ftp and code not in (pycurl.E_OPERATION_TIMEDOUT, pycurl.E_COULDNT_CONNECT):
        fault = of_reply(reply)
        if fault is not None:
            return fault
    if code in PASSING_CODES:
        return Passing(said, "check that the remote can be reached, and try again later")
    return Lasting(said, "check the URL")
