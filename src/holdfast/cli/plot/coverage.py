"""``holdfast plot coverage``: how much of each contig is covered, and how often."""

from typing import Annotated

import typer

from holdfast.cli.output import show, table
from holdfast.cli.plot.answers import Output, PlotName, deliver
from holdfast.cli.plot.options import AsJson, chosen
from holdfast.cli.plot.shown import percent

commands = typer.Typer(no_args_is_help=True)


@commands.command()
def coverage(
    name: PlotName,
    by: Annotated[
        str, typer.Option("--by", help="Whose contigs are listed: target or query.")
    ] = "target",
    output: Output = None,
    as_json: AsJson = False,
) -> None:
    """List how much of each contig the other genome covers, and how often.

    Example:

        holdfast plot coverage new-against-old --by query -o coverage.tsv

    Depth is the number of matches over a base; the usual one is the most frequent of covered bases.
    Contigs stand in the order in which they are drawn. Exit codes: 0 they are listed, 1 the plot is
    damaged, 2 there is none of this name, or an option is wrong.
    """
    from holdfast.app.container import Container
    from holdfast.app.plots import coverage as plots
    from holdfast.dotplots.layout.choosing import Side

    side = chosen("--by", Side, by)
    with Container.read() as container:
        found = plots.coverage(container, name, side)
    if output is not None:
        deliver(output, plots.coverage_table(found.contigs), found, as_json=as_json)
        return
    rows = [
        (
            *(each.contig, each.length, percent(each.aligned), f"{each.mean:.2f}"),
            *("" if each.usual is None else each.usual, each.matches, percent(each.identity)),
        )
        for each in found.contigs
    ]
    headings = (
        *(found.side.value, "bases", "covered", "mean depth"),
        *("usual depth", "matches", "identity"),
    )
    show(found, table(headings, rows, title=found.genome), as_json=as_json)
