"""
Stopping: a run, or some of its jobs, whoever does it.

The request goes through the ledger to the engine that does the run, on whatever host. If no engine
is at it, this process takes the run itself and ends what is left of it.
"""

import time
from collections.abc import Callable, Collection
from dataclasses import dataclass

from holdfast.app.container import Container
from holdfast.app.jobs.following import Pace
from holdfast.app.jobs.runs import RunState, state_of, summary_of
from holdfast.errors import JobError, RunBusy, RunNotFound, suggestion
from holdfast.jobs.model import Status


@dataclass(frozen=True, slots=True)
class Cancelled:
    """What has come of a request to stop.

    `jobs` are those that were asked to stop; empty: the whole run. `status` is the run's, and
    `statuses` those of the jobs. `waits_for_engine`: nobody does the run, and whoever goes on with
    it cancels these jobs first.
    """

    run: int
    jobs: tuple[str, ...]
    state: RunState
    statuses: dict[str, Status]
    took_effect: bool
    waits_for_engine: bool = False


def cancel(
    container: Container,
    run: int,
    jobs: Collection[str] = (),
    *,
    wait: bool = True,
    sleep: Callable[[float], object] = time.sleep,
) -> Cancelled:
    """Stop a run, or only `jobs` of it; with `wait`, until it has stopped.

    A run that no engine does is ended here and now, whether `wait` or not.

    Raises
    ------
    JobError
        There is no such run or job, or it has ended already: nothing was asked.
    LedgerError
        The ledger stayed out of reach.
    """
    jobs = tuple(dict.fromkeys(jobs))
    _refuse_what_is_over(container, run, jobs)
    if jobs:
        for job in jobs:
            container.ledger.ask_to_cancel(run, job)
        return _cancelled_jobs(container, run, jobs, sleep if wait else None)
    pace = Pace(sleep)
    while not _has_ended(container, run):
        if not container.engine.is_running(run):
            _end_what_nobody_does(container, run)
            continue
        container.ledger.ask_to_cancel(run)
        if not wait:
            break
        pace.rest(happened=False)
    state = summary_of(container, run).state
    return Cancelled(run, (), state, {}, took_effect=state.is_over)


def _refuse_what_is_over(container: Container, run: int, jobs: Collection[str]) -> None:
    record = container.ledger.run(run)
    outcomes = container.ledger.outcomes(run) if jobs else {}
    for job in jobs:
        if job not in outcomes:
            raise RunNotFound(f"run {run} has no job {job!r}{suggestion(job, outcomes)}")
        if outcomes[job].status.is_final:
            status = outcomes[job].status.value
            raise JobError(f"job {job!r} is {status} already; there is nothing to cancel")
    if record.ended is not None:
        raise JobError(f"run {run} is {record.status.value} already; there is nothing to cancel")


def _has_ended(container: Container, run: int) -> bool:
    return container.ledger.run(run).ended is not None


def _end_what_nobody_does(container: Container, run: int) -> None:
    try:
        container.engine.abandon(run)
    except RunBusy:
        return  # someone took it over just now: it is asked
    except JobError:
        if not _has_ended(container, run):  # else it came to its end by itself
            raise


def _cancelled_jobs(
    container: Container,
    run: int,
    jobs: tuple[str, ...],
    sleep: Callable[[float], object] | None,
) -> Cancelled:
    """What became of the jobs that were asked to stop; waits for it if there is a `sleep`."""
    pace = None if sleep is None else Pace(sleep)
    while True:
        state = state_of(container, container.ledger.run(run))
        outcomes = container.ledger.outcomes(run)
        statuses = {job: outcomes[job].status for job in jobs}
        over = state.is_over or all(status.is_final for status in statuses.values())
        alone = state is RunState.UNFINISHED and not over
        if over or alone or pace is None:
            return Cancelled(run, jobs, state, statuses, over, waits_for_engine=alone)
        pace.rest(happened=False)
