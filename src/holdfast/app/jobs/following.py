"""
Following: what happens in one run, or in all, one event after another.

A :class:`Feed` is asked again and again and never waits, which suits a page's stream as well as a
terminal; :func:`follow` waits in between. Both go on from the number of the event seen last, so a
reader that was cut off misses nothing. :class:`Standing` is the sum of the events: how a run stands
at this moment.
"""

import time
from collections.abc import Callable, Iterator, Mapping
from datetime import datetime
from typing import TYPE_CHECKING

from holdfast.app.container import Container
from holdfast.base.progress import Progress
from holdfast.jobs.model import Status

if TYPE_CHECKING:
    from holdfast.jobs.ledger import Event

AT_ONCE = 5000  #: events that are read at once
REST, LONGEST_REST = 0.2, 1.0  #: seconds between two looks, and when nothing happens for long


class Feed:
    """The events of `run`, or of all runs, after the event numbered `after`."""

    def __init__(self, container: Container, run: int | None = None, after: int = 0) -> None:
        self._ledger, self._run = container.ledger, run
        self.after = after  #: the number of the last event that was told
        self.is_over = False  #: whether the run has ended, and all of it was told

    def news(self) -> "list[Event]":
        """What happened since the last look, oldest first; it does not wait.

        Raises
        ------
        JobError
            There is no such run (any more).
        LedgerError
            The ledger stayed out of reach.
        """
        if self._run is None:
            events = self._ledger.feed(self.after, AT_ONCE)
        else:
            # Asked before the events: what came before the end is told before it.
            has_ended = self._ledger.run(self._run).ended is not None
            events = self._ledger.events(self._run, self.after, AT_ONCE)
            self.is_over = has_ended and len(events) < AT_ONCE
        if events:
            self.after = events[-1].number
        return events


class Pace:
    """How long to wait between two looks: ever longer while nothing happens."""

    def __init__(self, sleep: Callable[[float], object] = time.sleep) -> None:
        self._sleep, self._rest = sleep, REST

    def rest(self, *, happened: bool) -> None:
        """Wait before the next look."""
        self._rest = REST if happened else min(1.25 * self._rest, LONGEST_REST)
        self._sleep(self._rest)


def follow(
    container: Container,
    run: int | None = None,
    after: int = 0,
    sleep: Callable[[float], object] = time.sleep,
) -> "Iterator[Event]":
    """Each event of `run`, or of all runs, after the event numbered `after`, as it happens.

    It ends when the run is over; over all runs it never ends. A run that no engine does is waited
    for: one may take it over. It raises what :meth:`Feed.news` raises.
    """
    feed, pace = Feed(container, run, after), Pace(sleep)
    while True:
        events = feed.news()
        yield from events
        if feed.is_over:
            return
        if len(events) < AT_ONCE:
            pace.rest(happened=bool(events))


class Standing:
    """How the jobs of a run stand, kept up by its events."""

    def __init__(
        self, statuses: Mapping[str, Status], since: Mapping[str, datetime | None] | None = None
    ) -> None:
        self.statuses = dict(statuses)
        since = since or {}
        #: the jobs that run, in the order in which they began, and when that was
        self.at_work: dict[str, datetime | None] = {
            job: since.get(job) for job, each in statuses.items() if each is Status.RUNNING
        }
        self.progress: dict[str, Progress] = {}  #: of the jobs that run
        self._counts = dict.fromkeys(Status, 0)
        for each in statuses.values():
            self._counts[each] += 1

    @classmethod
    def of(cls, container: Container, run: int) -> "tuple[Standing, Feed]":
        """How `run` stands now, and the feed that tells what comes after."""
        # The number first: an event that is told twice does no harm, one left out would.
        after = container.ledger.newest_event(run)
        outcomes = container.ledger.outcomes(run)
        statuses = {name: outcome.status for name, outcome in outcomes.items()}
        standing = cls(statuses, {name: outcome.started for name, outcome in outcomes.items()})
        newest = container.ledger.newest_progress(run)
        standing.progress = {job: newest[job] for job in standing.at_work if job in newest}
        return standing, Feed(container, run, after)

    def count(self, *statuses: Status) -> int:
        """How many jobs are in one of these states."""
        return sum(self._counts[status] for status in statuses)

    def counted(self) -> tuple[Status, ...]:
        """The states in which there is any job."""
        return tuple(status for status, count in self._counts.items() if count)

    @property
    def total(self) -> int:
        """How many jobs there are."""
        return len(self.statuses)

    @property
    def over(self) -> int:
        """How many jobs have ended, or never will begin."""
        return sum(count for status, count in self._counts.items() if status.is_final)

    def take(self, event: "Event") -> None:
        """Take in an event of this run."""
        if event.progress is not None:
            if event.job in self.at_work:
                self.progress[event.job] = event.progress
        elif event.status is not None and event.job in self.statuses:
            self._counts[self.statuses[event.job]] -= 1
            self._counts[event.status] += 1
            self.statuses[event.job] = event.status
            self.at_work.pop(event.job, None)
            self.progress.pop(event.job, None)
            if event.status is Status.RUNNING:
                self.at_work[event.job] = event.at
