"""Bans: an address from which too many sign-ins failed is kept out for a while."""

import time
from collections.abc import Callable
from threading import Lock

ADDRESSES_MOST = 10_000  #: addresses remembered; the longest unheard of go first


class Bans:
    """How often sign-ins from each address failed lately. Used by many threads."""

    def __init__(
        self, attempts: int, seconds: float, clock: Callable[[], float] = time.monotonic
    ) -> None:
        self._attempts, self._seconds, self._clock = attempts, seconds, clock
        self._failed: dict[str, tuple[int, float]] = {}  #: how often, and when last
        self._lock = Lock()

    def keeps_out(self, address: str) -> bool:
        """Whether `address` is kept out now."""
        with self._lock:
            return self._count(address) >= self._attempts

    def note_failure(self, address: str) -> None:
        """A sign-in from `address` failed."""
        with self._lock:
            count = self._count(address) + 1
            self._failed.pop(address, None)
            self._failed[address] = count, self._clock()
            if len(self._failed) > ADDRESSES_MOST:
                del self._failed[next(iter(self._failed))]

    def forgive(self, address: str) -> None:
        """Somebody signed in from `address`."""
        with self._lock:
            self._failed.pop(address, None)

    def _count(self, address: str) -> int:
        count, when = self._failed.get(address, (0, 0.0))
        return count if self._clock() - when < self._seconds else 0
