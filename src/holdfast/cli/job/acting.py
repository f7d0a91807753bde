"""``holdfast job cancel`` and ``retry``."""

from typing import TYPE_CHECKING, Annotated

import typer

from holdfast.cli.job.options import AsJson, Run
from holdfast.cli.output import show

if TYPE_CHECKING:
    from holdfast.app.jobs.stopping import Cancelled

commands = typer.Typer()


@commands.command("cancel")
def cancel_(
    run: Run,
    jobs: Annotated[
        list[str] | None, typer.Argument(help="Only these jobs; without them, the whole run.")
    ] = None,
    no_wait: Annotated[
        bool, typer.Option("--no-wait", help="Ask, and do not wait until it has stopped.")
    ] = False,
    as_json: AsJson = False,
) -> None:
    """Stop a run, or some of its jobs.

    Example:

        holdfast job cancel 3

    It does not matter where the run is done. Jobs at work are asked to end, and ended five seconds
    later; what waits is not started, but for jobs that clean up (cancel these by name). If the
    engine of the run is dead, what it left at work is ended here. Exit codes: 0 it has stopped (or,
    with --no-wait, was asked to), 1 it had ended before, or there is no such run or job.
    """
    from holdfast.app.container import Container
    from holdfast.app.jobs.stopping import cancel
    from holdfast.cli.job.picture import RunPicture

    with Container.read() as container:
        container.ledger.run(run)
        with RunPicture(container, run, silent=as_json or no_wait):
            cancelled = cancel(container, run, tuple(jobs or ()), wait=not no_wait)
    show(cancelled, *_told(cancelled), as_json=as_json)


@commands.command("retry")
def retry_(
    run: Run,
    jobs: Annotated[
        list[str] | None,
        typer.Argument(help="Only these jobs, and what waited for them; without them, all."),
    ] = None,
    detach: Annotated[
        bool, typer.Option("--detach", help="Leave it to a worker, and do not wait.")
    ] = False,
    as_json: AsJson = False,
) -> None:
    """Do again what is not done of a run.

    Example:

        holdfast job retry 3 unpack

    What is done stays done; jobs that were still at work under a dead engine are found again.
    Control-C cancels it. With --detach a `holdfast worker` does it. Exit codes: 0 the run is done
    now (or, with --detach, opened again), 1 it failed again, is being done, is done already, or
    there is no such run or job.
    """
    from holdfast.app.container import Container
    from holdfast.app.jobs.retrying import retry, retry_later
    from holdfast.cli.job.drawing import ending
    from holdfast.cli.job.picture import RunPicture

    with Container.read() as container:
        if detach:
            details = retry_later(container, run, tuple(jobs or ()))
            words = (
                f"run {run} is open again; a worker goes on with it (start one: holdfast worker)"
            )
            show(details, words, as_json=as_json)
            return
        container.ledger.run(run)
        with RunPicture(container, run, silent=as_json):
            details = retry(container, run, tuple(jobs or ()))
    show(details, *ending(details), as_json=as_json)
    if not details.summary.succeeded:
        raise typer.Exit(1)


def _told(cancelled: "Cancelled") -> list[str]:
    run = f"run {cancelled.run}"
    if not cancelled.jobs:
        if cancelled.took_effect:
            return [f"{run} is {cancelled.state.value}"]
        return [f"{run} was asked to stop; see: holdfast job watch {cancelled.run}"]
    told = [f"{job} is {status.value}" for job, status in cancelled.statuses.items()]
    if cancelled.waits_for_engine:
        return [*told, f"no engine is at {run}; whoever goes on with it cancels this first"]
    return told if cancelled.took_effect else [*told, f"{run} was asked to stop this"]
