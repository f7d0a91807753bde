"""``holdfast plot batch``: many plots, asked for in one file."""

from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from holdfast.cli.output import Bar, counted, remarks, show, table
from holdfast.cli.plot.options import AsJson
from holdfast.cli.plot.shown import percent

if TYPE_CHECKING:
    from holdfast.app.plots.batch import Outcome

commands = typer.Typer(no_args_is_help=True)


@commands.command()
def batch(
    file: Annotated[Path, typer.Argument(help="A line for each plot, as D-Genies has them.")],
    at_once: Annotated[int, typer.Option(min=1, max=64, help="How many side by side.")] = 4,
    again: Annotated[
        bool, typer.Option("--again", help="Make all again, also what there is already.")
    ] = False,
    dry_run: Annotated[
        bool, typer.Option("--dry-run", help="Look at all lines; make nothing.")
    ] = False,
    as_json: AsJson = False,
) -> None:
    """Make many plots, each asked for by a line of a file.

    Example:

        holdfast plot batch yeasts.txt

    with lines such as

        type=align target=S288C.fa.gz query=SK1.fa.gz tool=minimap2 options=repeat:many

        type=plot align=old.maf.gz target=old.idx query=new.idx min_length=5000

    All that is wrong in the file is told at once, before anything begins. Then a plot that fails
    stops no other, and the same command again makes only what is missing or has changed. Exit
    codes: 0 all plots are there, 1 one could not be made, 2 there is something wrong in the file.
    """
    from holdfast.app.container import Container
    from holdfast.app.plots.batch import raise_failures, run_batch

    with Container.read() as container, Bar(silent=as_json) as bar:
        report = run_batch(
            container, file, at_once=at_once, again=again, dry_run=dry_run, listener=bar
        )
    for warning in report.warnings:
        remarks.print(f"warning: {warning}")
    columns = ("line", "plot", "state", "matches", "identity", "seconds")
    rows = [_row(each) for each in report.outcomes]
    made = len(report.outcomes) - len(report.failed)
    total = f"{counted(made, 'plot')} {'asked for' if dry_run else 'there'}"
    show(report, table(columns, rows), total, as_json=as_json)
    raise_failures(report)


def _row(outcome: "Outcome") -> tuple[object, ...]:
    plot = outcome.plot
    return (
        outcome.line,
        outcome.name,
        outcome.state.value,
        "" if plot is None else plot.matches,
        "" if plot is None else percent(plot.identity),
        f"{outcome.seconds:.1f}" if outcome.seconds else "",
    )
