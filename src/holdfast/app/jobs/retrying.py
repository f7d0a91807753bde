"""Retrying: what is not done of a run is done again, by this process or by a worker."""

from collections.abc import Collection

from holdfast.app.container import Container
from holdfast.app.jobs.runs import RunDetails, show_run, summary_of
from holdfast.base.progress import Listener, ignore
from holdfast.errors import JobError, RunBusy
from holdfast.jobs.model import Status
from holdfast.jobs.plan import again


def retry(
    container: Container, run: int, jobs: Collection[str] = (), listener: Listener = ignore
) -> RunDetails:
    """Do again what is not done of a run, or only `jobs` and what they kept from starting.

    It waits for the end. What is done stays done.

    Raises
    ------
    JobError
        There is no such run or job, or it is done.
    RunBusy
        An engine is doing it now.
    PlanInvalid, ExecutorUnreachable, LedgerError
        It cannot be run now; nothing was started.
    """
    refuse_what_is_done(container, run)
    container.engine.resume(run, listener, tuple(jobs) or None)
    return show_run(container, run)


def retry_later(container: Container, run: int, jobs: Collection[str] = ()) -> RunDetails:
    """Open a run again and leave it to the next worker; it raises what :func:`retry` raises."""
    refuse_what_is_done(container, run)
    plan, outcomes = container.ledger.plan(run), container.ledger.outcomes(run)
    chosen = again(plan, outcomes, jobs) if jobs else None
    if container.engine.is_running(run):
        raise RunBusy(f"an engine is doing run {run} now; wait until it has ended")
    container.ledger.reopen(run, chosen)
    return show_run(container, run)


def refuse_what_is_done(container: Container, run: int) -> None:
    """Raise a JobError if there is nothing to do again in `run`."""
    if summary_of(container, run).status is Status.DONE:
        raise JobError(f"run {run} is done; there is nothing to do again")
