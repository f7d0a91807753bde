"""``holdfast plot list|show``: the plots in the home folder."""

from typing import TYPE_CHECKING, Annotated

import typer

from holdfast.cli.output import counted, plain, show, size, table
from holdfast.cli.plot.options import AsJson, chosen
from holdfast.cli.plot.shown import details, percent, summary

if TYPE_CHECKING:
    from rich.console import RenderableType

    from holdfast.app.plots.listing import ListedPlot, PlotList

commands = typer.Typer(no_args_is_help=True)


@commands.command("list")
def list_(
    words: Annotated[
        list[str] | None, typer.Argument(help="Only plots that all these words are said of.")
    ] = None,
    sort: Annotated[str, typer.Option(help="By name, made, size, matches or identity.")] = "name",
    as_json: AsJson = False,
) -> None:
    """List the plots in the home folder.

    Example:

        holdfast plot list

        holdfast plot list s288c asm20 2026-11 --sort made

    Words are looked for in the name, the title, the genomes, the aligner and the day a plot was
    made. Plots with a star are in the gallery. Exit codes: 0 always, 1 when a plot is damaged: the
    others are listed all the same.
    """
    from holdfast.app.container import Container
    from holdfast.app.plots.listing import Sort, find_plots
    from holdfast.errors import PlotError

    with Container.read() as container:
        found = find_plots(container, words or (), chosen("sort", Sort, sort))
    document = [
        {**plain(each.plot), "size": each.size, "in_gallery": each.in_gallery}
        for each in found.plots
    ]
    show(document, *_listed(found, filtered=bool(words)), as_json=as_json)
    if found.damaged:
        raise PlotError("\n".join(found.damaged))


def _listed(found: "PlotList", *, filtered: bool) -> list["RenderableType"]:
    if not found.plots:
        if filtered:
            return ["No plot has all these words; see all of them: holdfast plot list"]
        return [] if found.damaged else ["There is no plot yet; make one: holdfast plot run"]
    rows = [_row(each) for each in found.plots]
    columns = ("plot", "title", "contigs", "matches", "identity", "aligned", "size", "made")
    total = sum(each.size for each in found.plots)
    return [table(columns, rows), f"{counted(len(rows), 'plot')}, {size(total)}"]


def _row(listed: "ListedPlot") -> tuple[object, ...]:
    plot = listed.plot
    return (
        f"{plot.name} ★" if listed.in_gallery else plot.name,
        plot.title,
        f"{plot.target.contigs:,} x {plot.query.contigs:,}",
        plot.matches,
        percent(plot.identity),
        percent(plot.target.aligned),
        size(listed.size),
        f"{plot.created.astimezone():%Y-%m-%d %H:%M}",
    )


@commands.command("show")
def show_(
    name: Annotated[str, typer.Argument(help="The plot's name.")], as_json: AsJson = False
) -> None:
    """Show what a plot is made of and where it is.

    Example:

        holdfast plot show UWOPS034614.genome-against-S288C.genome

    It tells where both genomes came from, down to the digests of their files, the command that
    gives the same alignment, and how many contigs were aligned for this plot, how many were kept
    from earlier ones, and how many are equal. Exit codes: 0 it is shown, 1 it is damaged, 2 there
    is none of this name.
    """
    from holdfast.app.container import Container
    from holdfast.app.plots.folders import show_plot

    with Container.read() as container:
        plot = show_plot(container, name)
    show(plot, summary(plot), *details(plot), f"Open {plot.page}", as_json=as_json)
