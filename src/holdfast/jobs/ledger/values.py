"""
What the ledger is told and what it tells: plain values, no database.

A *claim* says which engine does a run; a *move* is a new outcome of a job; *load* is what is at
work over all runs of a ledger, and answers quick questions about it.
"""

from collections.abc import Collection, Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from holdfast.base.progress import Progress
from holdfast.jobs.model import Outcome, Status

#: Upper bounds, in seconds, of the classes into which :class:`Tally` sorts durations.
BOUNDS = (0.01, 0.1, 1.0, 10.0, 60.0, 300.0, 1800.0, 7200.0, 28800.0, 86400.0)


@dataclass(frozen=True, slots=True)
class Claim:
    """Who does a run: one engine, in one process of one host."""

    engine: str  #: a random word that no other engine has
    host: str
    pid: int
    started: int  #: when the process started, in clock ticks since the boot
    boot: str  #: the word of the host's last start


@dataclass(frozen=True, slots=True)
class Held:
    """The claim on a run. `expired`: its lease is over, by the clock of the database."""

    claim: Claim
    expired: bool


@dataclass(frozen=True, slots=True)
class RunRecord:
    """One run as the ledger has it. `ended` is None while it goes on, or if its engine died."""

    run: int
    subject: str
    title: str
    status: Status
    started: datetime
    ended: datetime | None
    claim: Claim | None = None  #: who does it; None: nobody
    cancel: bool = False  #: whether someone asked it to stop


@dataclass(frozen=True, slots=True)
class AtWork:
    """A job that an executor has: enough to find it again."""

    job: str
    ticket: str  #: marks everything of this start
    attempt: int
    executor: str
    host: str  #: where it is at work, as far as known
    native: Mapping[str, Any] | None  #: the executor's own record; None if it was never written
    status: Status  #: QUEUED or RUNNING
    queued: datetime | None
    started: datetime | None


@dataclass(frozen=True, slots=True)
class Move:
    """A new outcome of a job. A `ticket` makes it a start; then cores and memory say its share."""

    run: int
    job: str
    outcome: Outcome
    ticket: str | None = None  #: None: the one it has
    cores: int | None = None
    memory: int | None = None  #: bytes
    ready_at: datetime | None = None  #: when a job that is to be tried again may start

    @property
    def starts(self) -> bool:
        """Whether it gives the job to an executor."""
        return self.ticket is not None


@dataclass(frozen=True, slots=True)
class NativeNews:
    """What an executor calls the start `ticket` of a job. A later start is left alone."""

    run: int
    job: str
    ticket: str
    native: Mapping[str, Any]


@dataclass(frozen=True, slots=True)
class ProgressNews:
    """How far a job is."""

    run: int
    job: str
    progress: Progress


@dataclass(frozen=True, slots=True)
class Event:
    """Something that happened to a job: a new `status`, or `progress`."""

    number: int  #: grows; ask for what came `after` it
    run: int
    job: str
    at: datetime
    status: Status | None
    progress: Progress | None
    reason: str = ""


@dataclass(frozen=True, slots=True)
class LoadRow:
    """How many jobs of one sort are at work in one place, with the shares they were given."""

    label: str
    executor: str
    host: str
    status: Status
    jobs: int
    cores: int
    memory: int  #: bytes; jobs without a limit count as none


@dataclass(frozen=True, slots=True)
class Load:
    """What is at work over all runs of the ledger."""

    rows: tuple[LoadRow, ...]

    def jobs(
        self,
        label: str | None = None,
        executor: str | None = None,
        host: str | None = None,
        status: Status | None = None,
    ) -> int:
        """How many jobs are at work (of that label, with that executor, …)."""
        return sum(row.jobs for row in self._those(label, executor, host, status))

    def cores(self, executor: str | None = None, host: str | None = None) -> int:
        """The cores of the jobs that run (with that executor, on that host); not of queued ones."""
        return sum(row.cores for row in self._those(None, executor, host, Status.RUNNING))

    def memory(self, executor: str | None = None, host: str | None = None) -> int:
        """The bytes of memory that those jobs were given."""
        return sum(row.memory for row in self._those(None, executor, host, Status.RUNNING))

    def queued(self, executor: str) -> int:
        """How many jobs wait in the queue of that executor."""
        return self.jobs(executor=executor, status=Status.QUEUED)

    def _those(
        self, label: str | None, executor: str | None, host: str | None, status: Status | None
    ) -> Collection[LoadRow]:
        return [
            row
            for row in self.rows
            if label in (None, row.label)
            and executor in (None, row.executor)
            and host in (None, row.host)
            and status in (None, row.status)
        ]


@dataclass(frozen=True, slots=True)
class Tally:
    """How often jobs of a label ended in one way since the ledger began. It never falls.

    Each end of a try counts. `status` WAITING counts the tries that ended badly and are tried
    again; `cause` is empty for jobs that were never started.
    """

    label: str
    status: Status
    cause: str
    count: int
    seconds: float  #: sum of the durations that are known
    within: tuple[int, ...]  #: how many took at most each of :data:`BOUNDS`; they add up
    timed: int  #: how many durations are known


@dataclass(frozen=True, slots=True)
class Scheduled:
    """The last due time of a schedule that someone took on, and the run begun for it."""

    name: str
    due: datetime
    started: datetime  #: when it was taken on
    run: int | None  #: None: nothing was begun, or not yet
