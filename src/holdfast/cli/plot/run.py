"""``holdfast plot run``: align two genomes and draw them."""

from pathlib import Path
from typing import Annotated

import typer

from holdfast.cli.output import Bar, show
from holdfast.cli.plot.options import (
    GENOME,
    AsJson,
    ClassesOption,
    ColourOption,
    HideNoise,
    MinLength,
    OrderOption,
    PaletteOption,
    SideOption,
    SmallOption,
    SmallUnder,
    colouring,
    drawing,
)
from holdfast.cli.plot.shown import summary

commands = typer.Typer(no_args_is_help=True)


@commands.command()
def run(  # noqa: PLR0913, PLR0917 - each option of the command is an argument here
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
    order: OrderOption = "reference",
    side: SideOption = "query",
    min_length: MinLength = 0,
    hide_noise: HideNoise = False,
    small: SmallOption = "group",
    small_under: SmallUnder = None,
    colour: ColourOption = None,
    palette: PaletteOption = None,
    classes: ClassesOption = None,
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
    from holdfast.app.container import Container
    from holdfast.app.plots.compare import Comparison, compare_genomes

    question = Comparison(
        target=target,
        query=query,
        preset=preset,
        drawing=drawing(
            order=order,
            side=side,
            min_length=min_length,
            colours=colouring(colour, palette, classes),
            hide_noise=hide_noise,
            small=small,
            small_under=small_under,
        ),
        name=name,
        output=output,
    )
    with Container.read() as container, Bar(silent=as_json) as bar:
        plot = compare_genomes(container, question, bar)
    show(plot, summary(plot), f"Open {plot.page}", as_json=as_json)
