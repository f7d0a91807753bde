"""
Starts that a launcher attends to somewhere, and of which the end was not told yet.

What is known of one comes from two sides: its exchange files, and the scheduler's verdict that it
has the start no more.
"""

from collections.abc import Mapping
from contextlib import suppress
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path

from holdfast.jobs.executors import exchange, processes
from holdfast.jobs.executors.exchange import GRACE, BeganNote
from holdfast.jobs.executors.interface import Ended, Native, Start
from holdfast.jobs.model import Cause

ASKED = "it was asked to stop"


@dataclass(frozen=True, slots=True)
class Patience:
    """How long to wait for a job and for the word of its launcher, in seconds."""

    grace: float = GRACE  #: between asking a job to end and ending it
    files: float = 3.0  #: that a file may take to be seen here after its writer has ended
    survivors: float = GRACE + 7.0  #: in which a launcher nobody knows of must have ended its job
    insist: float = GRACE + 5.0  #: after which a job that was asked to stop is taken away


PATIENCE = Patience()


@dataclass(frozen=True, slots=True)
class Verdict:
    """That the scheduler has a start no more, since `at` (monotonic seconds), and why."""

    at: float
    cause: Cause
    words: str
    is_dead: bool  #: the launcher is known to have ended, so only its files may be late


@dataclass(slots=True)
class OpenStart:
    """A start whose end was not told yet. `number` is what the scheduler calls it."""

    start: Start
    number: str | None
    has_begun: bool = False
    stopping: float | None = None  #: when it was asked to stop; monotonic seconds
    is_taken_away: bool = False
    verdict: Verdict | None = None

    @property
    def files(self) -> tuple[Path, str]:
        return self.start.folder, self.start.ticket


def number_in(native: Native | None) -> str | None:
    """What the scheduler calls a job, from what was written down: which may be damaged."""
    number = native.get("number") if isinstance(native, Mapping) else None
    return number if isinstance(number, str) else None


def native_of(opened: OpenStart, note: BeganNote) -> Native:
    return {
        "ticket": opened.start.ticket,
        "number": opened.number or note.scheduler or None,
        "host": note.host,
        "pid": note.pid,
    }


def ending_of(opened: OpenStart, verdict: Verdict) -> Ended:
    """The end of a start of which its launcher said nothing."""
    cause, words = verdict.cause, verdict.words
    if opened.stopping is not None:
        cause, words = Cause.STOPPED, ASKED
    log = opened.start.log
    reason = f"{words}; see {log}" if opened.has_begun else words
    return Ended(opened.start.ticket, cause, reason, datetime.now(UTC))


def ask_to_stop(opened: OpenStart) -> None:
    with suppress(OSError):  # the next look asks again
        exchange.ask_to_stop(*opened.files)


def is_at_work_here(note: BeganNote) -> bool:
    """Whether the launcher that wrote `note` is a process of this machine that lives."""
    if note.boot != processes.boot():
        return False
    found = processes.find(note.pid)
    return found is not None and found.is_alive and found.started == note.started
