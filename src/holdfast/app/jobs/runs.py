"""
What ran: the runs in the ledger, and one run with its jobs.

A run that the ledger has as running while no engine is at it is *unfinished*: its engine was
killed, and a worker, or the command that began it, goes on with it.
"""

from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from enum import Enum
from pathlib import Path
from typing import TYPE_CHECKING

from holdfast.app.container import Container
from holdfast.base.progress import Progress
from holdfast.jobs.model import Cause, Job, Outcome, Rule, Status

if TYPE_CHECKING:
    from holdfast.jobs.ledger import RunRecord

ALL = 2**62  #: more runs than there ever are


class RunState(Enum):
    """How a run stands, as people are told."""

    RUNNING = "running"  #: an engine is at it
    CANCELLING = "cancelling"  #: someone asked it to stop, and its engine is about to
    UNFINISHED = "unfinished"  #: it has no end, and no engine is at it
    DONE = "done"
    FAILED = "failed"
    CANCELLED = "cancelled"

    @property
    def is_over(self) -> bool:
        """Whether nothing more happens unless someone asks for it again."""
        return self in _OVER


_OVER = (RunState.DONE, RunState.FAILED, RunState.CANCELLED)


@dataclass(frozen=True, slots=True)
class RunSummary:
    """One run. `unfinished`: nobody is at it, and nobody wrote down its end."""

    run: int
    subject: str
    title: str
    status: Status
    state: RunState
    unfinished: bool
    started: datetime
    ended: datetime | None
    host: str | None  #: of the process that does it
    pid: int | None
    jobs: Mapping[Status, int]  #: how many are in which state

    @property
    def succeeded(self) -> bool:
        """Whether it has ended well."""
        return self.state is RunState.DONE


@dataclass(frozen=True, slots=True)
class JobSummary:
    """One job of a run: what it is, and what became of it.

    `log` is None while it has not said where it writes. Memory is bytes, times are seconds or UTC.
    """

    name: str
    label: str
    rule: Rule
    needs: tuple[str, ...]
    command: tuple[str, ...]
    cores: int
    memory_limit: int | None
    time_limit: float | None
    priority: int
    status: Status
    reason: str
    cause: Cause | None
    exit_code: int | None
    attempt: int
    executor: str
    host: str
    queued: datetime | None
    started: datetime | None
    ended: datetime | None
    wall: float | None
    cpu: float | None
    memory: int | None  #: the most it had at once
    progress: Progress | None  #: of a job at work
    log: Path | None


@dataclass(frozen=True, slots=True)
class RunDetails:
    """One run and its jobs, in the plan's order."""

    summary: RunSummary
    jobs: tuple[JobSummary, ...]


@dataclass(frozen=True, slots=True)
class Sought:
    """Which runs are sought: all that every mark fits that is not None."""

    subject: str | None = None
    states: Collection[RunState] = ()
    label: str | None = None
    since: datetime | None = None


def list_runs(
    container: Container, sought: Sought | None = None, limit: int = 20
) -> tuple[RunSummary, ...]:
    """The newest runs that are sought, the newest first."""
    sought = sought or Sought()
    # Whether someone is at a run is not in the database alone, so those are looked at one by one.
    looked_at = bool(sought.states) and not all(state.is_over for state in sought.states)
    records = container.ledger.find_runs(
        sought.subject,
        statuses={status_of(state) for state in sought.states} or None,
        label=sought.label,
        since=sought.since,
        limit=ALL if looked_at else limit,
    )
    states = {record.run: state_of(container, record) for record in records}
    if sought.states:
        records = [record for record in records if states[record.run] in sought.states]
    return summarised(container, [(each, states[each.run]) for each in records[:limit]])


def summarised(
    container: Container, found: "Sequence[tuple[RunRecord, RunState]]"
) -> tuple[RunSummary, ...]:
    """Runs and how they stand, with how many of their jobs are in which state."""
    counts = container.ledger.job_counts([record.run for record, _ in found])
    return tuple(_summary(record, state, counts[record.run]) for record, state in found)


def summary_of(container: Container, run: int) -> RunSummary:
    """One run; a JobError if there is no such run."""
    record = container.ledger.run(run)
    counts = container.ledger.job_counts([run])
    return _summary(record, state_of(container, record), counts[run])


def show_run(container: Container, run: int) -> RunDetails:
    """One run with its jobs; a JobError if there is no such run."""
    summary = summary_of(container, run)
    plan, outcomes = container.ledger.plan(run), container.ledger.outcomes(run)
    progress = {} if summary.state.is_over else container.ledger.newest_progress(run)
    jobs = tuple(_job(job, outcomes[job.name], progress.get(job.name)) for job in plan.jobs)
    return RunDetails(summary, jobs)


def state_of(container: Container, record: "RunRecord") -> RunState:
    """How a run stands; asks the machine whether the process lives that has its claim."""
    if record.ended is not None:
        return RunState(record.status.value)
    if record.claim is None or not container.engine.is_running(record.run):
        return RunState.UNFINISHED
    return RunState.CANCELLING if record.cancel else RunState.RUNNING


def log_of(outcome: Outcome) -> Path | None:
    """Where a job writes, if it was ever started."""
    # Before its first start a job has no log; the ledger has an empty text there.
    return outcome.log if outcome.log.name else None


def status_of(state: RunState) -> Status:
    """What the ledger says of runs of that state."""
    return Status(state.value) if state.is_over else Status.RUNNING


def _summary(record: "RunRecord", state: RunState, jobs: Mapping[Status, int]) -> RunSummary:
    doer = record.claim if state in (RunState.RUNNING, RunState.CANCELLING) else None
    return RunSummary(
        run=record.run,
        subject=record.subject,
        title=record.title,
        status=record.status,
        state=state,
        unfinished=state is RunState.UNFINISHED,
        started=record.started,
        ended=record.ended,
        host=None if doer is None else doer.host,
        pid=None if doer is None else doer.pid,
        jobs={status: jobs[status] for status in Status if status in jobs},
    )


def _job(job: Job, outcome: Outcome, progress: Progress | None) -> JobSummary:
    limits = job.grown(max(1, outcome.attempt))
    return JobSummary(
        name=job.name,
        label=job.label,
        rule=job.rule,
        needs=job.needs,
        command=job.command,
        cores=job.cores,
        memory_limit=limits.memory,
        time_limit=limits.time,
        priority=job.priority,
        status=outcome.status,
        reason=outcome.reason,
        cause=outcome.cause,
        exit_code=outcome.exit_code,
        attempt=outcome.attempt,
        executor=outcome.executor,
        host=outcome.usage.host,
        queued=outcome.queued,
        started=outcome.started,
        ended=outcome.ended,
        wall=outcome.usage.wall,
        cpu=outcome.usage.cpu,
        memory=outcome.usage.memory,
        progress=progress if outcome.status is Status.RUNNING else None,
        log=log_of(outcome),
    )
