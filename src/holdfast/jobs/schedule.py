"""
Schedules: when something is due, and what is to be done about it now.

A schedule is a cron expression in a time zone. Each moment it names is a *due time*; the ledger
knows the last one that was seen to, and everything follows from that, the schedule and the clock.
All questions here are pure and take a bounded time, also when a machine was away for years or its
clock jumped: of all due times since the last one only the newest counts, so whatever was missed is
done once and not many times.
"""

from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from enum import Enum
from hashlib import sha256
from zoneinfo import ZoneInfo

from holdfast.base.cron import Cron

SECOND = timedelta(seconds=1)
LATE = timedelta(minutes=5)  #: what begins later than this was missed
ASTRAY = timedelta(days=1)  #: a due time further ahead than this was not seen to: a clock was wrong
JITTER_LIMIT = 86400.0  #: seconds


@dataclass(frozen=True, slots=True)
class Schedule:
    """When something is due. `jitter` spreads the starts over so many seconds after due times."""

    name: str
    cron: Cron
    zone: ZoneInfo
    jitter: float = 0.0
    catch_up: bool = True  #: do once what was missed
    enabled: bool = True

    def start_of(self, due: datetime) -> datetime:
        """When what is due at `due` begins: the same answer on every host."""
        if not self.jitter:
            return due
        word = f"{self.name} {due.astimezone(UTC).isoformat()}"
        share = int.from_bytes(sha256(word.encode()).digest()[:8]) / 2**64
        return due + timedelta(seconds=share * self.jitter)

    def next_due(self, after: datetime) -> datetime | None:
        """The first due time after a moment; None if there is none in 50 years."""
        return self.cron.after(after, self.zone)

    def due_since(self, handled: datetime, now: datetime) -> datetime | None:
        """The newest due time after `handled` whose start has come by `now`."""
        due = self.cron.until(now, self.zone)
        while due is not None and due > handled:
            if self.start_of(due) <= now:
                return due
            due = self.cron.until(due - SECOND, self.zone)
        return None

    def next_start(self, handled: datetime, now: datetime) -> datetime | None:
        """When the next thing begins after `now`, if all up to `handled` is seen to."""
        since = max(handled, now - timedelta(seconds=self.jitter))
        best: datetime | None = None
        due = self.next_due(since)
        while due is not None and (best is None or due < best):
            start = self.start_of(due)
            if start > now:
                best = start if best is None else min(best, start)
            due = self.next_due(due)
        return best


class Verdict(Enum):
    """What is to be done about a schedule now."""

    REST = "rest"
    BEGIN = "begin"
    FIRE = "fire"
    HOLD = "hold"
    SKIP = "skip"
    MISS = "miss"
    OFF = "off"
    RIGHT = "right"

    @property
    def sentence(self) -> str:
        """What it means."""
        return _SENTENCES[self]

    @property
    def notes_due(self) -> bool:
        """Whether the due time is written down as seen to."""
        return self not in (Verdict.REST, Verdict.HOLD)


_SENTENCES = {
    Verdict.REST: "nothing is due",
    Verdict.BEGIN: "it is new: its due times count from now on",
    Verdict.FIRE: "it is due",
    Verdict.HOLD: "what was begun before is still going; it begins when that has ended",
    Verdict.SKIP: "what was begun before was still going, so it was left out",
    Verdict.MISS: "nobody was at work when it was due, so it was left out",
    Verdict.OFF: "it is switched off, so it was left out",
    Verdict.RIGHT: "a clock was wrong: its last due time was yet to come; it counts from now on",
}


@dataclass(frozen=True, slots=True)
class Decision:
    """What is to be done, and for which due time; None only when nothing is due."""

    verdict: Verdict
    due: datetime | None = None


def decide(
    schedule: Schedule, handled: datetime | None, now: datetime, *, busy: bool = False
) -> Decision:
    """What to do about `schedule`, whose due times up to `handled` are seen to (None: it is new).

    `busy` says whether what was begun for it before is still going. A clock that goes back a little
    brings no due time a second time; one that comes back from far ahead does not put off the
    schedule until then.
    """
    if handled is None:
        return Decision(Verdict.BEGIN, now)
    if handled > now + ASTRAY:
        return Decision(Verdict.RIGHT, now)
    due = schedule.due_since(handled, now)
    if due is None:
        return Decision(Verdict.REST)
    return Decision(_verdict(schedule, now - schedule.start_of(due) > LATE, busy), due)


def _verdict(schedule: Schedule, late: bool, busy: bool) -> Verdict:
    if not schedule.enabled:
        return Verdict.OFF
    if busy:
        return Verdict.HOLD if schedule.catch_up else Verdict.SKIP
    return Verdict.MISS if late and not schedule.catch_up else Verdict.FIRE
