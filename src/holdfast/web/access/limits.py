"""
How often somebody may ask for what costs much: a bucket of tokens for each person or address.

A bucket fills slowly up to `burst`, and each request takes one out of it. Each server process has
buckets of its own: several let through as many times more. Wrong passwords are counted elsewhere,
in the ledger.
"""

import time
from collections import OrderedDict
from collections.abc import Callable
from http import HTTPStatus
from math import ceil
from threading import Lock

from starlette.requests import Request

from holdfast.accounts.people import Through
from holdfast.web.access.asking import address_of, person_asking
from holdfast.web.problems import Refused

MOST = 10_000  #: buckets of one route; the one that was not used for longest goes


class Buckets:
    """Buckets by who takes from them; `rate` is tokens a second."""

    def __init__(
        self, rate: float, burst: int, clock: Callable[[], float] = time.monotonic
    ) -> None:
        self._rate, self._burst, self._clock = rate, burst, clock
        self._levels: OrderedDict[str, tuple[float, float]] = OrderedDict()
        self._lock = Lock()

    def take(self, who: str) -> float:
        """Take a token out of the bucket of `who`: 0, or seconds until there is one."""
        now = self._clock()
        with self._lock:
            level, since = self._levels.pop(who, (float(self._burst), now))
            level = min(self._burst, level + (now - since) * self._rate)
            wait = 0.0 if level >= 1 else (1 - level) / self._rate
            self._levels[who] = (level - 1 if level >= 1 else level, now)
            if len(self._levels) > MOST:
                self._levels.popitem(last=False)
        return wait


def limited(what: str, per_minute: float, burst: int = 10) -> Callable[[Request], None]:
    """A dependency of a route that one may ask only so often.

    ::

        @routes.post("/compare", dependencies=[Depends(limited("comparisons", 30))])
    """
    buckets = Buckets(per_minute / 60, burst)

    def check(request: Request) -> None:
        person = person_asking(request)
        if person.through is Through.OPEN:
            return  # it is their own machine
        wait = buckets.take(f"person {person.name}" if person.name else address_of(request))
        if wait:
            seconds = ceil(wait)
            raise Refused(
                HTTPStatus.TOO_MANY_REQUESTS,
                f"that were too many {what} at once; come again in {seconds} s",
                {"Retry-After": str(seconds)},
            )

    return check


#: What makes plots, which takes processors for long.
COMPARISONS = limited("comparisons", per_minute=30, burst=30)
#: What draws pictures and writes tables while one waits.
DRAWINGS = limited("pictures and tables", per_minute=120, burst=40)
