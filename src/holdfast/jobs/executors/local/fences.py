"""
Until when a job may go on if nobody renews what its engine may do.

Where several hosts share a ledger, an engine that is not heard of loses its runs to another when
its lease is over. The jobs it had must have ended by then, or they would be done twice at once. So
the engine tells its keeper a moment, and a later one whenever its lease is renewed; at the moment
nobody moved on, the keeper ends the jobs. Moments are of CLOCK_BOOTTIME: it goes on while the
machine sleeps, and nobody can set it.
"""

import json
import time
from dataclasses import dataclass
from math import inf
from pathlib import Path

from holdfast.jobs.executors import notes
from holdfast.jobs.executors.attendance.endings import TEMPORARY

LIMIT = 4096  #: bytes of a fence file that are read
GENTLE = 4  #: the last part in so many of the time is for ending gently
WHY = "its engine was not heard of in time, and another may have taken over"


@dataclass(frozen=True, slots=True)
class Fence:
    """Jobs are asked to end at `ask`, and ended at `end`; seconds of CLOCK_BOOTTIME."""

    ask: float = inf
    end: float = inf

    @classmethod
    def after(cls, seconds: float | None, grace: float) -> "Fence":
        """The fence by which all must have ended `seconds` from now; None: there is none."""
        if seconds is None:
            return cls()
        end = now() + seconds
        return cls(end - min(grace, seconds / GENTLE), end)

    @classmethod
    def read(cls, path: Path) -> "Fence | None":
        """The fence that the file `path` tells, if it tells one."""
        try:
            document = json.loads(notes.read(path, LIMIT) or b"null")
        except (ValueError, RecursionError):
            return None
        match document:
            case [float(ask), float(end)]:
                return cls(ask, end)
        return None

    def write(self, path: Path) -> None:
        """Put the fence into the file `path` in one step; an OSError if it cannot be written."""
        # It is worth nothing after a power cut, so it need not be on the disk.
        beside = path.with_name(f"{TEMPORARY}{path.name}")
        beside.write_text(json.dumps([self.ask, self.end]), "ascii")
        beside.rename(path)


def now() -> float:
    """The moment, in seconds of CLOCK_BOOTTIME."""
    return time.clock_gettime(time.CLOCK_BOOTTIME)
