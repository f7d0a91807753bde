"""
What is scheduled: all schedules with their last runs, the next due times, and doing one now.
"""

import heapq
import time
from collections.abc import Collection, Iterator
from contextlib import suppress
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from itertools import islice
from pathlib import Path
from typing import TYPE_CHECKING

from holdfast.app.chores import Chore, Chores, plan_chore
from holdfast.app.container import Container
from holdfast.base.progress import Listener, ignore
from holdfast.base.zones import zone_name
from holdfast.errors import RunBusy, UsageError, suggestion
from holdfast.jobs.model import Status
from holdfast.jobs.schedule import ASTRAY, Decision, Verdict, decide

if TYPE_CHECKING:
    from holdfast.jobs.ledger import Ledger

LOOK = 0.5  #: seconds between two looks at a run that a worker does
INSTANT = timedelta(microseconds=1)


@dataclass(frozen=True, slots=True)
class LastRun:
    """The newest run of a schedule. `ended` is None while it goes on, or waits for a worker."""

    run: int
    status: Status
    started: datetime
    ended: datetime | None


@dataclass(frozen=True, slots=True)
class ScheduleLine:
    """One schedule. Times are UTC; `next_start` is later than `next_due` by the jitter's delay."""

    name: str
    what: str
    cron: str
    words: str  #: the expression in English
    zone: str
    jitter: float  #: seconds
    catch_up: bool
    enabled: bool
    file: Path  #: where it is declared
    last: LastRun | None
    next_due: datetime | None  #: None: it is switched off, or never comes again
    next_start: datetime | None
    problem: str | None  #: why it would fail


@dataclass(frozen=True, slots=True)
class ScheduleList:
    """All schedules, and what is wrong with files that may declare more."""

    schedules: tuple[ScheduleLine, ...]
    problems: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class DueTime:
    """One due time to come. `local` is the same moment in the schedule's zone."""

    schedule: str
    due: datetime
    local: datetime
    zone: str
    start: datetime


@dataclass(frozen=True, slots=True)
class Done:
    """What became of a schedule that was done at once."""

    schedule: str
    run: int | None  #: None: there was nothing to do
    status: Status


# -- looking ---------------------------------------------------------------------------------------


def list_schedules(
    container: Container, nouns: Collection[str] | None, now: datetime | None = None
) -> ScheduleList:
    """All schedules by name. `nouns` are the commands there are, so that a wrong one is told; None:
    nobody here knows them."""
    chores = container.almanac.read()
    banks = frozenset(container.catalogue.banks())
    moment = now or datetime.now(UTC)
    lines = (
        _line(container.ledger, chore, _problem(chore, nouns, banks), moment)
        for _, chore in sorted(chores.by_name.items())
    )
    return ScheduleList(tuple(lines), chores.problems)


def next_due_times(
    container: Container, name: str | None = None, count: int = 10, now: datetime | None = None
) -> tuple[DueTime, ...]:
    """The next `count` due times, of one schedule or of all that are switched on.

    Raises
    ------
    UsageError
        There is no such schedule.
    """
    chores = container.almanac.read()
    chosen = [_chore(chores, name)] if name is not None else list(chores.by_name.values())
    moment = now or datetime.now(UTC)
    coming = [_due_times(each, moment) for each in chosen if each.schedule.enabled]
    return tuple(islice(heapq.merge(*coming, key=lambda time: time.due), count))


def _line(ledger: "Ledger", chore: Chore, problem: str | None, now: datetime) -> ScheduleLine:
    schedule = chore.schedule
    due = schedule.next_due(now) if schedule.enabled else None
    return ScheduleLine(
        name=chore.name,
        what=chore.what,
        cron=schedule.cron.text,
        words=schedule.cron.words,
        zone=zone_name(schedule.zone),
        jitter=schedule.jitter,
        catch_up=schedule.catch_up,
        enabled=schedule.enabled,
        file=chore.file,
        last=_last(ledger, chore),
        next_due=due,
        next_start=None if due is None else schedule.start_of(due),
        problem=problem,
    )


def _last(ledger: "Ledger", chore: Chore) -> LastRun | None:
    for record in ledger.runs(chore.subject, limit=1):
        return LastRun(record.run, record.status, record.started, record.ended)
    return None


def _problem(chore: Chore, nouns: Collection[str] | None, banks: Collection[str]) -> str | None:
    """Why `chore` would fail as soon as it is begun."""
    if chore.command and nouns is not None and chore.command[0] not in nouns:
        noun = chore.command[0]
        return f"holdfast has no command {noun!r}{suggestion(noun, nouns)}"
    for bank in chore.banks:
        if bank not in banks:
            return f"there is no bank {bank!r}{suggestion(bank, banks)}"
    return None


def _chore(chores: Chores, name: str) -> Chore:
    if name in chores.by_name:
        return chores.by_name[name]
    known = ", ".join(sorted(chores.by_name)) or "none yet"
    hint = suggestion(name, chores.by_name) or f" (there are: {known})"
    raise UsageError(f"there is no schedule {name!r}{hint}")


def check_schedule(container: Container, name: str) -> None:
    """Raise a UsageError unless there is a schedule of this name; it says which there are."""
    _chore(container.almanac.read(), name)


def _due_times(chore: Chore, after: datetime) -> Iterator[DueTime]:
    schedule = chore.schedule
    due = schedule.next_due(after)
    while due is not None:
        local = due.astimezone(schedule.zone)
        start = schedule.start_of(due)
        yield DueTime(chore.name, due, local, zone_name(schedule.zone), start)
        due = schedule.next_due(due)


# -- doing -----------------------------------------------------------------------------------------


@dataclass(frozen=True, slots=True)
class Seen:
    """What was done about a chore that was looked at: the decision, and the run it began."""

    decision: Decision
    run: int | None = None
    handled: datetime | None = None  #: the last due time that is seen to now, if that is known


def see_to(container: Container, chore: Chore, now: datetime) -> Seen:
    """Decide about a chore, and write down the due time that is seen to and the run begun for it.

    The run is claimed by nobody: an engine takes it over. Whether another run is still going is
    asked after the last due time was read; so of two who are here at once one finds the other's
    run, or is refused when it writes.
    """
    ledger, schedule = container.ledger, chore.schedule
    last = ledger.last_due(chore.name)
    busy = last is not None and ledger.unfinished(chore.subject) is not None
    decision = decide(schedule, last, now, busy=busy)
    if decision.due is None or not decision.verdict.notes_due:
        return Seen(decision, handled=last)
    plan = plan_chore(chore, container.settings.home)
    if decision.verdict is Verdict.FIRE and plan.jobs:
        run = ledger.begin_due(chore.name, last, decision.due, plan)
        return (
            Seen(decision, run, decision.due) if run is not None else Seen(Decision(Verdict.REST))
        )
    if ledger.claim_due(chore.name, last, decision.due):
        return Seen(decision, handled=decision.due)
    return Seen(Decision(Verdict.REST))


def run_schedule(
    container: Container, name: str, *, listener: Listener = ignore, now: datetime | None = None
) -> Done:
    """Do now what a schedule does, and wait for it. Its due times up to now count as seen to.

    Raises
    ------
    UsageError
        There is no such schedule.
    RunBusy
        What was begun for it before is still going.
    """
    chore = _chore(container.almanac.read(), name)
    moment = now or datetime.now(UTC)
    ledger = container.ledger
    last = ledger.last_due(name)
    going = ledger.unfinished(chore.subject)
    if going is not None:
        raise RunBusy(
            f"run {going} of {name!r} is not over yet; wait for it, or stop it with: "
            f"holdfast job cancel {going}"
        )
    plan = plan_chore(chore, container.settings.home)
    if not plan.jobs:
        return Done(name, None, Status.DONE)
    run = ledger.begin_due(name, last, _after(last, moment), plan)
    if run is None:
        raise RunBusy(f"another process began {name!r} at this moment; see: holdfast schedule list")
    return Done(name, run, _finished(container, run, listener))


def _after(last: datetime | None, now: datetime) -> datetime:
    """The due time that doing something at `now` counts as: never one that was seen to before."""
    if last is None or now > last or last > now + ASTRAY:
        return now
    return last + INSTANT


def _finished(container: Container, run: int, listener: Listener) -> Status:
    """Do `run`, or wait until the worker that was quicker has done it; how it ended."""
    record = container.ledger.run(run)
    if record.ended is None:
        with suppress(RunBusy):
            container.engine.resume(run, listener)
        record = container.ledger.run(run)
    while record.ended is None:
        time.sleep(LOOK)
        record = container.ledger.run(run)
    return record.status
