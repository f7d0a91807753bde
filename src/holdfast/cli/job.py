"""``holdfast job``: what ran, how it went, what it said."""

from typing import Annotated

import typer
from rich.table import Table
from rich.text import Text

from holdfast.app.container import Container
from holdfast.app.jobs import (
    JobLog,
    JobSummary,
    RunDetails,
    RunSummary,
    job_logs,
    list_runs,
    show_run,
)
from holdfast.cli.output import show, table

commands = typer.Typer(no_args_is_help=True)

Run = Annotated[int, typer.Argument(help="The number of the run, as `holdfast job list` shows it.")]
AsJson = Annotated[bool, typer.Option("--json", help="Answer as JSON.")]


@commands.command("list")
def list_(
    subject: Annotated[
        str | None, typer.Option(help="Only runs about this, for example bank:yeast.")
    ] = None,
    limit: Annotated[int, typer.Option(min=1, help="How many runs to show.")] = 20,
    as_json: AsJson = False,
) -> None:
    """List the newest runs.

    Example:

        holdfast job list --subject bank:yeast

    An *unfinished* run was cut short; the command that began it goes on with it when it is given
    again. Exit codes: 0.
    """
    with Container.read() as container:
        runs = list_runs(container, subject, limit)
    show(runs, _runs_table(runs) if runs else "No runs yet.", as_json=as_json)


@commands.command("show")
def show_(run: Run, as_json: AsJson = False) -> None:
    """Show one run and what became of each of its jobs.

    Example:

        holdfast job show 3

    Exit codes: 0, or 1 if there is no such run.
    """
    with Container.read() as container:
        details = show_run(container, run)
    show(details, _heading(details), _jobs_table(details), as_json=as_json)


@commands.command("logs")
def logs(
    run: Run,
    job: Annotated[str | None, typer.Argument(help="The job; without it, all of the run.")] = None,
    lines: Annotated[int, typer.Option(min=1, help="How many of the last lines to show.")] = 100,
    as_json: AsJson = False,
) -> None:
    """Show the last lines that a run's jobs wrote.

    Example:

        holdfast job logs 3 unpack

    The heading names the file that has them all. Exit codes: 0, or 1 if there is no such run or
    job.
    """
    with Container.read() as container:
        found = job_logs(container, run, job, lines)
    shown = [part for log in found for part in _log_text(log)]
    show(found, *(shown or [Text("No job of this run was started.")]), as_json=as_json)


def _runs_table(runs: tuple[RunSummary, ...]) -> Table:
    columns = ("run", "about", "what", "state", "started", "ended")
    rows = [(r.run, r.subject, r.title, _state(r), r.started, r.ended) for r in runs]
    return table(columns, rows)


def _jobs_table(details: RunDetails) -> Table:
    columns = ("job", "state", "started", "seconds", "reason")
    rows = [
        (job.name, job.status.value, job.started, _seconds(job), job.reason) for job in details.jobs
    ]
    return table(columns, rows)


def _seconds(job: JobSummary) -> str:
    if job.started is None or job.ended is None:
        return ""
    return f"{(job.ended - job.started).total_seconds():.1f}"


def _heading(details: RunDetails) -> Text:
    summary = details.summary
    return Text(f"Run {summary.run}: {summary.title} ({_state(summary)})", style="bold")


def _state(run: RunSummary) -> str:
    return "unfinished" if run.unfinished else run.status.value


def _log_text(log: JobLog) -> list[Text]:
    heading = Text(f"{log.job}: {log.log}", style="bold")
    return [heading, *(Text(line) for line in log.lines)]
