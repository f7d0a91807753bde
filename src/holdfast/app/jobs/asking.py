"""
Asking, over the web, that a run be stopped or done again.

What takes time is done as an errand: by a process of its own, for as long as it takes.
"""

from collections.abc import Collection

from holdfast.accounts.people import Scope
from holdfast.app.container import Container
from holdfast.app.errands import Errand, RetryRun, RunSchedule, ask
from holdfast.app.jobs.retrying import refuse_what_is_done
from holdfast.app.jobs.rights import refuse_strangers_to_run
from holdfast.app.jobs.runs import RunState, summary_of
from holdfast.app.jobs.stopping import Cancelled, cancel
from holdfast.app.schedule import check_schedule
from holdfast.errors import JobForbidden, RunBusy, RunNotFound


def ask_to_stop(container: Container, run: int, jobs: Collection[str] = ()) -> Cancelled:
    """Have a run, or only `jobs` of it, stopped as soon as it can; do not wait for that.

    Raises
    ------
    RunNotFound, JobForbidden
        There is none that whoever asks may see, or change.
    JobError
        It has ended.
    """
    refuse_strangers_to_run(container, run)
    return cancel(container, run, jobs, wait=False)


def ask_to_retry(container: Container, run: int, jobs: Collection[str] = ()) -> Errand:
    """Have done again what is not done of a run, or only `jobs` and what waited for them.

    Raises
    ------
    RunNotFound, JobForbidden
        There is none that whoever asks may see, or change.
    JobError
        It is done.
    RunBusy
        It goes on.
    """
    refuse_strangers_to_run(container, run)
    refuse_what_is_done(container, run)
    summary = summary_of(container, run)
    if summary.state in (RunState.RUNNING, RunState.CANCELLING):
        raise RunBusy(f"an engine is doing run {run} now; wait until it has ended")
    unknown = set(jobs) - set(container.ledger.outcomes(run)) if jobs else set()
    if unknown:
        raise RunNotFound(f"run {run} has no job {min(unknown)!r}")
    return ask(container, RetryRun(run, summary.subject, tuple(jobs)))


def ask_for_schedule(container: Container, name: str) -> Errand:
    """Have done now what a schedule does.

    Raises
    ------
    JobForbidden
        Whoever asks is no administrator.
    UsageError
        There is no such schedule.
    """
    person = container.person
    if person is not None and not person.may(Scope.ADMIN):
        raise JobForbidden("schedules are the administrators'")
    check_schedule(container, name)
    return ask(container, RunSchedule(name))
