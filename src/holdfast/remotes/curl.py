"""
Asking servers, many at once.

An :class:`~holdfast.remotes.channel.Exchange` is one thing to ask and what becomes of the answer. A
:class:`Switchboard` has many of them under way at once, in one thread, over few connections that
are used again and again; what fails in passing is asked again after a pause. An exchange never
sees libcurl: it gives an :class:`Ask`, it is told the :class:`Answer` when the head of it is here,
then the bytes, then that it ended; and it raises a :class:`~holdfast.remotes.faults.Fault` when it
does not like what it sees. The board keeps to the pace in all and for each server, and takes turns
with other processes where a server wants few at once.
"""

import heapq
import random
import selectors
import time
from collections import deque
from collections.abc import Callable, Iterable

import pycurl

from holdfast.remotes.access import Credentials, parted
from holdfast.remotes.channel import Channel, Exchange
from holdfast.remotes.faults import Fault, Lasting, Passing, attempts, pause, sentence
from holdfast.remotes.interface import TransferPolicy
from holdfast.remotes.pace import Bucket
from holdfast.remotes.turns import Turns

__all__ = ["Credentials", "Exchange", "Switchboard", "parted"]

TURN_SECONDS = 0.05  #: after which a turn is asked for again


class Switchboard:
    """Has many exchanges under way at once. Use it in a ``with`` block."""

    def __init__(self, policy: TransferPolicy, credentials: Credentials) -> None:
        self.policy = policy
        self._credentials = credentials
        self._multi = pycurl.CurlMulti()
        self._multi.setopt(pycurl.M_SOCKETFUNCTION, self._watch)
        self._multi.setopt(pycurl.M_MAXCONNECTS, policy.parallel + 1)
        self._selector = selectors.DefaultSelector()
        self._turns = Turns(policy.access.turns)
        self._whole = Bucket(policy.rate)
        self._buckets: dict[str, Bucket] = {}
        self._idle: list[Channel] = []
        self._busy: dict[pycurl.Curl, Channel] = {}
        self._next: deque[Exchange] = deque()
        self._later: list[tuple[float, int, Exchange]] = []
        self._order = 0

    def __enter__(self) -> "Switchboard":
        return self

    def __exit__(self, *_: object) -> None:
        self._turns.__exit__()
        for channel in self._busy.values():
            self._multi.remove_handle(channel.curl)
        for channel in (*self._busy.values(), *self._idle):
            channel.close()
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
            self._start(self._next.popleft())

    def _start(self, exchange: Exchange) -> None:
        """Put `exchange` on a free channel, if it is its turn."""
        channel = self._idle.pop() if self._idle else Channel(self.policy, self._credentials)
        try:
            channel.start(exchange)
        except Fault as fault:
            self._idle.append(channel)
            self._failed(exchange, fault)
            return
        most = channel.rule.transfers
        if most:
            channel.turn = self._turns.take(channel.rule.server, most)
            if channel.turn is None:
                self._idle.append(channel)
                self._put_off(exchange, TURN_SECONDS)
                return
        channel.buckets = self._buckets_of(channel)
        self._busy[channel.curl] = channel
        self._multi.add_handle(channel.curl)

    def _buckets_of(self, channel: Channel) -> tuple[Bucket, ...]:
        """What the bytes that come over `channel` are counted in."""
        rate = channel.rule.rate
        found = [self._whole] if self._whole.rate else []
        if rate:
            found.append(self._buckets.setdefault(channel.rule.server, Bucket(rate)))
        return tuple(found)

    def _turn(self) -> None:
        """Wait until some socket is ready or some timer is due, and let libcurl work."""
        for channel in self._busy.values():
            channel.go_on()
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
        waits = [channel.paused for channel in self._busy.values() if channel.paused]
        if waits:
            patience = min(patience, max(0.0, min(waits) - time.monotonic()))
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
        if channel.turn is not None:
            self._turns.give_back(channel.turn)
            channel.turn = None
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
        self._put_off(exchange, wait)

    def _put_off(self, exchange: Exchange, wait: float) -> None:
        """Ask again in `wait` seconds."""
        self._order += 1
        heapq.heappush(self._later, (time.monotonic() + wait, self._order, exchange))
