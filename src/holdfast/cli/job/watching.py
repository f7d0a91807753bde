"""``holdfast job watch`` and ``wait``."""

import json
import sys
from typing import TYPE_CHECKING, Annotated

import typer

from holdfast.cli.job.options import AsJson, Run, seconds
from holdfast.cli.output import plain, remarks, show

if TYPE_CHECKING:
    from holdfast.app.container import Container

commands = typer.Typer()

TIMED_OUT = 124  #: the exit code when the time was over first, as of timeout(1)


@commands.command("watch")
def watch(
    run: Run,
    after: Annotated[
        int, typer.Option(min=0, help="With --json, begin after the event of this number.")
    ] = 0,
    as_json: Annotated[
        bool, typer.Option("--json", help="Tell each event as one line of JSON.")
    ] = False,
) -> None:
    """Watch a run until it is over.

    Example:

        holdfast job watch 3

    On a terminal there is a bar for each job at work, elsewhere a line for each change. It does not
    matter where the run is done, and control-C ends only the watching. Exit codes: 0 the run is
    done, 1 it failed or was cancelled, or there is no such run.
    """
    from holdfast.app.container import Container
    from holdfast.app.jobs.runs import show_run
    from holdfast.app.jobs.waiting import wait_for
    from holdfast.cli.job.drawing import ending
    from holdfast.cli.job.picture import RunPicture

    with Container.read() as container:
        if as_json:
            _tell_events(container, run, after)
        elif remarks.is_terminal:
            with RunPicture(container, run):
                wait_for(container, [run])
        else:
            _tell_changes(container, run)
        details = show_run(container, run)
    if not as_json:
        show(details, *ending(details))
    if not details.summary.succeeded:
        raise typer.Exit(1)


@commands.command("wait")
def wait(
    runs: Annotated[list[int], typer.Argument(help="The numbers of the runs.")],
    timeout: Annotated[
        str | None, typer.Option(help="Wait so long at most, for example 30s, 10m or 2h.")
    ] = None,
    as_json: AsJson = False,
) -> None:
    """Wait until runs are over.

    Example:

        holdfast job wait 3 4 --timeout 2h

    An unfinished run is waited for, too: a worker may go on with it. Exit codes: 0 all are done,
    1 one failed or was cancelled, 2 there is no such run, 124 the time was over first.
    """
    from holdfast.app.container import Container
    from holdfast.app.jobs.waiting import wait_for
    from holdfast.cli.job.drawing import runs_table
    from holdfast.cli.job.picture import RunPicture

    longest = None if timeout is None else seconds("--timeout", timeout)
    with Container.read() as container:
        first = wait_for(container, runs, 0)  # so that what is over, or unknown, is told at once
        if first.in_time or longest == 0:
            waited = first
        else:
            with RunPicture(container, runs[0], silent=as_json or len(runs) > 1):
                waited = wait_for(container, runs, longest)
    show(waited, runs_table(waited.runs), as_json=as_json)
    if not waited.in_time:
        raise typer.Exit(TIMED_OUT)
    if not waited.succeeded:
        raise typer.Exit(1)


def _tell_events(container: "Container", run: int, after: int) -> None:
    from holdfast.app.jobs.following import follow

    for event in follow(container, run, after):
        sys.stdout.write(json.dumps(plain(event), ensure_ascii=False) + "\n")
        sys.stdout.flush()


def _tell_changes(container: "Container", run: int) -> None:
    from holdfast.app.jobs.following import follow
    from holdfast.app.jobs.runs import summary_of

    if summary_of(container, run).unfinished:
        remarks.print(f"no engine is at run {run}: it goes on when a worker runs")
    for event in follow(container, run):
        if event.status is not None:
            said = f": {event.reason}" if event.reason else ""
            at = f"{event.at.astimezone():%H:%M:%S}"
            sys.stdout.write(f"{at} {event.job} {event.status.value}{said}\n")
            sys.stdout.flush()
