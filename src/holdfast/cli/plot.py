"""``holdfast plot``: compare genomes, and find the plots again."""

from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from holdfast.cli.output import Bar, show, table

if TYPE_CHECKING:
    from rich.table import Table

    from holdfast.app.plots import Plot

commands = typer.Typer(no_args_is_help=True)

AsJson = Annotated[bool, typer.Option("--json", help="Answer as JSON.")]
GENOME = "A FASTA file, bank:release[:file], or a collection of the store"


@commands.command()
def run(
    target: Annotated[str, typer.Argument(help=f"{GENOME}: the reference, from left to right.")],
    query: Annotated[str, typer.Argument(help=f"{GENOME}: what is compared, upwards.")],
    preset: Annotated[
        str, typer.Option(help="auto, asm5, asm10 or asm20: how far apart the genomes may be.")
    ] = "auto",
    output: Annotated[
        Path | None, typer.Option(help="Make the plot in this folder, not in the home folder.")
    ] = None,
    name: Annotated[
        str | None, typer.Option(help="The plot's name (default: of the genomes' names).")
    ] = None,
    order: Annotated[
        str, typer.Option(help="reference: query contigs along the target; input: as in the file.")
    ] = "reference",
    min_length: Annotated[
        int, typer.Option(min=0, help="Do not draw matches shorter than this, in bases.")
    ] = 0,
    as_json: AsJson = False,
) -> None:
    """Align two genomes and draw them.

    Example:

        holdfast plot run S288C.fa.gz UWOPS034614.fa.gz

        holdfast plot run yeast:2016-08-25:S288C.fa yeast:current:S288C.fa --name yeast-changes

    The plot's folder holds plot.html (one file; open it in a browser, also offline), plot.png,
    plot.svg, scene.arrow, alignment.paf, and plot.json, which says where everything came from. The
    same question gives the same plot. Exit codes: 0 there is a plot, 1 it could not be made, 2 a
    name or an option is wrong.
    """
    from holdfast.app.compare_genomes import Comparison, compare_genomes
    from holdfast.app.container import Container

    question = Comparison(
        target=target,
        query=query,
        preset=preset,
        order=order,
        min_length=min_length,
        name=name,
        output=output,
    )
    with Container.read() as container, Bar(silent=as_json) as bar:
        plot = compare_genomes(container, question, bar)
    show(plot, _summary(plot), f"Open {plot.page}", as_json=as_json)


@commands.command("list")
def list_(as_json: AsJson = False) -> None:
    """List the plots in the home folder.

    Example:

        holdfast plot list

    Exit codes: 0 always, 1 when a plot is damaged.
    """
    from holdfast.app.container import Container
    from holdfast.app.plots import list_plots

    with Container.read() as container:
        plots = list_plots(container)
    rows = [
        (plot.name, plot.title, plot.matches, _percent(plot.identity), plot.created)
        for plot in plots
    ]
    answer = table(("plot", "title", "matches", "identity", "made"), rows)
    show(
        plots,
        answer if rows else "There is no plot yet; make one: holdfast plot run",
        as_json=as_json,
    )


@commands.command("show")
def show_(
    name: Annotated[str, typer.Argument(help="The plot's name.")], as_json: AsJson = False
) -> None:
    """Show what a plot is made of and where it is.

    Example:

        holdfast plot show UWOPS034614.genome-against-S288C.genome

    Exit codes: 0 it is shown, 1 it is damaged, 2 there is none of this name.
    """
    from holdfast.app.container import Container
    from holdfast.app.plots import show_plot

    with Container.read() as container:
        plot = show_plot(container, name)
    show(plot, _summary(plot), f"Open {plot.page}", as_json=as_json)


def _summary(plot: "Plot") -> "Table":
    """The plot in numbers."""
    rows: list[tuple[str, object, object]] = [
        ("genome", plot.target.name, plot.query.name),
        ("contigs", plot.target.contigs, plot.query.contigs),
        ("bases", plot.target.bases, plot.query.bases),
        ("aligned", _percent(plot.target.aligned), _percent(plot.query.aligned)),
        ("matches", plot.matches, plot.matches),
        ("mean identity", _percent(plot.identity), f"by {plot.identity_source}"),
        ("aligner", plot.aligner, plot.preset),
    ]
    return table(("", "target", "query"), rows, title=plot.title)


def _percent(share: float | None) -> str:
    return "" if share is None else f"{100 * share:.2f} %"
