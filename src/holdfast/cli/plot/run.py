"""``holdfast plot run``: align two genomes and draw them."""

from pathlib import Path
from typing import Annotated

import typer

from holdfast.cli.output import Bar, show
from holdfast.cli.plot.options import (
    GENOME,
    USUAL_ORDER,
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
    StructureOption,
    colouring,
    drawing,
)
from holdfast.cli.plot.shown import made, summary

commands = typer.Typer(no_args_is_help=True)


@commands.command()
def run(  # noqa: PLR0913, PLR0917 - each option of the command is an argument here
    target: Annotated[str, typer.Argument(help=f"{GENOME}: the reference, from left to right.")],
    query: Annotated[
        str | None,
        typer.Argument(
            help=f"{GENOME}: what is compared, upwards. Without it the target is compared with "
            "itself."
        ),
    ] = None,
    aligner: Annotated[
        str, typer.Option(help="What aligns; see: holdfast plot aligners.")
    ] = "mappy",
    preset: Annotated[
        str,
        typer.Option(
            help="How far apart the genomes may be; mappy has auto, asm5, asm10 and asm20."
        ),
    ] = "auto",
    option: Annotated[
        list[str] | None,
        typer.Option("--option", help="An option of the aligner, as group:key; can be repeated."),
    ] = None,
    align_equal: Annotated[
        bool,
        typer.Option("--align-equal", help="Align contigs that are in both genomes, too."),
    ] = False,
    again: Annotated[
        bool, typer.Option("--again", help="Align and draw again, also what is kept.")
    ] = False,
    cores: Annotated[
        int | None,
        typer.Option(min=1, help="Cores for the alignment (default: all that may be used here)."),
    ] = None,
    memory: Annotated[
        str | None,
        typer.Option(help="What the alignment may take, such as 20G (default: an estimate)."),
    ] = None,
    output: Annotated[
        Path | None, typer.Option(help="Make the plot in this folder, not in the home folder.")
    ] = None,
    name: Annotated[
        str | None, typer.Option(help="The plot's name (default: of the genomes' names).")
    ] = None,
    order: OrderOption = USUAL_ORDER,
    side: SideOption = "query",
    min_length: MinLength = 0,
    hide_noise: HideNoise = False,
    small: SmallOption = "group",
    small_under: SmallUnder = None,
    colour: ColourOption = None,
    palette: PaletteOption = None,
    classes: ClassesOption = None,
    structure: StructureOption = False,
    as_json: AsJson = False,
) -> None:
    """Align two genomes, or one with itself, and draw them.

    Example:

        holdfast plot run S288C.fa.gz UWOPS034614.fa.gz

        holdfast plot run yeast:2016-08-25:S288C.fa yeast:current:S288C.fa --name yeast-changes

        holdfast plot run https://example.org/S288C.fa.gz SK1.fa.gz --aligner minimap2

    The plot's folder holds plot.html (one file; open it in a browser, also offline), plot.png,
    plot.svg, scene.arrow, alignment.paf, and plot.json, which says where everything came from. The
    same question gives the same plot; what was aligned once is not aligned again. Exit codes: 0
    there is a plot, 1 it could not be made, 2 a name or an option is wrong.
    """
    from holdfast.app.container import Container
    from holdfast.app.plots.compare import Comparison, compare_genomes

    question = Comparison(
        target=target,
        query=query,
        aligner=aligner,
        preset=preset,
        options=tuple(option or ()),
        align_equal=align_equal,
        again=again,
        cores=cores,
        memory=None if memory is None else _bytes(memory),
        drawing=drawing(
            order=order,
            side=side,
            min_length=min_length,
            colours=colouring(colour, palette, classes),
            hide_noise=hide_noise,
            small=small,
            small_under=small_under,
            structure=structure,
        ),
        name=name,
        output=output,
    )
    with Container.read() as container, Bar(silent=as_json) as bar:
        plot = compare_genomes(container, question, bar)
    show(plot, summary(plot), *made(plot), f"Open {plot.page}", as_json=as_json)


def _bytes(text: str) -> int:
    """The bytes that `text` means."""
    from holdfast.errors import UsageError
    from holdfast.settings.values import size

    try:
        return int(str(size(text)))
    except ValueError as error:
        raise UsageError(f"--memory: {error}") from error
