"""What goes on now: which bank, which steps, since when, how far."""

from dataclasses import dataclass
from datetime import datetime

from holdfast.app.banks.held.holding import known_banks
from holdfast.app.container import Container
from holdfast.app.jobs.runs import RunDetails, RunState, Sought, list_runs, show_run
from holdfast.base.progress import Progress
from holdfast.errors import BankError
from holdfast.jobs.model import Status

GOING_ON = (RunState.RUNNING, RunState.CANCELLING, RunState.UNFINISHED)
KINDS = ("bank", "before", "removal")  #: what subjects of runs about banks begin with


@dataclass(frozen=True, slots=True)
class StepAtWork:
    """One job that runs, or waits in the queue of its executor."""

    step: str
    status: Status
    host: str
    since: datetime | None
    progress: Progress | None


@dataclass(frozen=True, slots=True)
class GoingOn:
    """One thing that is done to a bank now."""

    bank: str
    what: str
    state: str  #: of its run; "busy": some process holds the bank, and no run has begun
    run: int | None
    since: datetime | None
    host: str | None
    done: int  #: jobs of the run that are over
    jobs: int
    steps: tuple[StepAtWork, ...]


def whats_up(container: Container) -> tuple[GoingOn, ...]:
    """What is done to banks now, and what a kill left undone, by the bank."""
    runs = list_runs(container, Sought(states=GOING_ON), limit=1000)
    found = [
        _going_on(show_run(container, run.run))
        for run in runs
        if run.subject.partition(":")[0] in KINDS
    ]
    at_work = {each.bank for each in found if each.state != RunState.UNFINISHED.value}
    found += [
        GoingOn(bank, "something is being changed", "busy", None, None, None, 0, 0, ())
        for bank in known_banks(container)
        if bank not in at_work and _is_busy(container, bank)
    ]
    return tuple(sorted(found, key=lambda each: (each.bank, each.run or 0)))


def _going_on(details: RunDetails) -> GoingOn:
    run = details.summary
    over = sum(count for status, count in run.jobs.items() if status.is_final)
    return GoingOn(
        bank=run.subject.partition(":")[2],
        what=run.title,
        state=run.state.value,
        run=run.run,
        since=run.started,
        host=run.host,
        done=over,
        jobs=len(details.jobs),
        steps=tuple(
            StepAtWork(job.name, job.status, job.host, job.started or job.queued, job.progress)
            for job in details.jobs
            if job.status in (Status.RUNNING, Status.QUEUED)
        ),
    )


def _is_busy(container: Container, bank: str) -> bool:
    try:
        return container.catalogue.folder(bank).is_busy
    except BankError:
        return False
