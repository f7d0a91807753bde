"""
Pace: no more bytes a second than allowed, over many transfers.

A bucket holds what may be taken now and fills with time. Who takes more than is in it owes, and
waits until the debt is paid: so large blocks need no large bucket, and the sum over a few seconds
is exact.
"""

from collections.abc import Callable
from time import monotonic


class Bucket:
    """Allows `rate` bytes a second; 0 is without a limit."""

    def __init__(self, rate: int, clock: Callable[[], float] = monotonic) -> None:
        self.rate, self._clock = rate, clock
        self._level = 0.0
        self._at = clock()

    def take(self, count: int) -> None:
        """So many bytes were taken."""
        if self.rate:
            self._fill()
            self._level -= count

    def wait(self) -> float:
        """Seconds until more may be taken; 0 when that is now."""
        if not self.rate:
            return 0.0
        self._fill()
        return max(0.0, -self._level / self.rate)

    def _fill(self) -> None:
        now = self._clock()
        # What was not taken in a quarter of a second is lost: nobody may save up for a burst.
        self._level = min(self._level + (now - self._at) * self.rate, self.rate / 4)
        self._at = now
