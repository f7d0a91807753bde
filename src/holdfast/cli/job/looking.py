"""``holdfast job list`` and ``show``."""

from typing import Annotated

import typer
from rich.console import RenderableType

from holdfast.app.jobs.runs import RunState, Sought, list_runs, show_run
from holdfast.cli.job.options import AsJson, Run, moment
from holdfast.cli.output import show

commands = typer.Typer()


@commands.command("list")
def list_(
    subject: Annotated[
        str | None, typer.Option(help="Only runs about this, for example bank:yeast.")
    ] = None,
    state: Annotated[
        list[RunState] | None, typer.Option(help="Only runs in this state; repeatable.")
    ] = None,
    label: Annotated[
        str | None, typer.Option(help="Only runs with a job of this label, for example align.")
    ] = None,
    since: Annotated[
        str | None,
        typer.Option(help="Only runs begun since then: 3d, 12h, 2026-11-20, 2026-11-20T14:30."),
    ] = None,
    limit: Annotated[int, typer.Option(min=1, help="How many runs to show.")] = 20,
    as_json: AsJson = False,
) -> None:
    """List the newest runs.

    Example:

        holdfast job list --subject bank:yeast --state failed --since 7d

    "jobs" is how many of a run's jobs have ended, of how many. An *unfinished* run was cut short; a
    worker, or the command that began it when it is given again, goes on with it. Exit codes: 0, or
    2 if the question was wrong.
    """
    from holdfast.app.container import Container
    from holdfast.cli.job.drawing import runs_table

    begun = None if since is None else moment("--since", since)
    sought = Sought(subject, tuple(state or ()), label, begun)
    with Container.read() as container:
        runs = list_runs(container, sought, limit)
    none = "No runs yet." if sought == Sought() else "No such runs."
    show(runs, runs_table(runs) if runs else none, as_json=as_json)


@commands.command("show")
def show_(
    run: Run,
    graph: Annotated[
        bool, typer.Option("--graph", help="Draw which job needs which, instead of the table.")
    ] = False,
    as_json: AsJson = False,
) -> None:
    """Show one run and what became of each of its jobs.

    Example:

        holdfast job show 3 --graph

    Below the table stands how far jobs at work are, and why others did not end well. A wider
    terminal shows more columns, and --json has everything. Exit codes: 0, or 1 if there is no such
    run.
    """
    from holdfast.app.container import Container
    from holdfast.cli.job.drawing import heading, jobs_table, remarks_about
    from holdfast.cli.job.graph import Graph

    with Container.read() as container:
        details = show_run(container, run)
    jobs = Graph(details.jobs) if graph else jobs_table(details.jobs)
    answer: list[RenderableType] = [*heading(details.summary), "", jobs]
    if (remarks := remarks_about(details)) is not None:
        answer.append(remarks)
    show(details, *answer, as_json=as_json)
