"""``holdfast plot import``: draw an alignment that was made elsewhere."""

from pathlib import Path
from typing import Annotated

import typer

from holdfast.cli.output import Bar, show
from holdfast.cli.plot.options import (
    USUAL_ORDER,
    AsJson,
    ClassesOption,
    ColourOption,
    HideNoise,
    MinLength,
    PaletteOption,
    SideOption,
    SmallOption,
    SmallUnder,
    StructureOption,
    colouring,
    drawing,
)
from holdfast.cli.plot.shown import summary

commands = typer.Typer(no_args_is_help=True)

SIDE = "Its {side}: a FASTA file, an index (.idx, .fai), a collection or a release's file."


@commands.command("import")
def import_(  # noqa: PLR0913, PLR0917 - each option of the command is an argument here
    alignment: Annotated[
        str, typer.Argument(help="A file, compressed or not, a URL, - for a pipe, or a backup.")
    ],
    target: Annotated[str | None, typer.Option(help=SIDE.format(side="target"))] = None,
    query: Annotated[str | None, typer.Option(help=SIDE.format(side="query"))] = None,
    form: Annotated[
        str | None, typer.Option("--format", help="Its format (default: its content tells).")
    ] = None,
    output: Annotated[
        Path | None, typer.Option(help="Make the plot in this folder, not in the home folder.")
    ] = None,
    name: Annotated[
        str | None, typer.Option(help="The plot's name (default: of the genomes' names).")
    ] = None,
    order: Annotated[
        str | None,
        typer.Option(help="As for plot run (default: as a backup has it, else chain)."),
    ] = None,
    side: SideOption = "query",
    min_length: MinLength = 0,
    hide_noise: HideNoise = False,
    small: SmallOption = "group",
    small_under: SmallUnder = None,
    colour: ColourOption = None,
    palette: PaletteOption = None,
    classes: ClassesOption = None,
    structure: StructureOption = False,
    again: Annotated[
        bool, typer.Option("--again", help="Read and draw it again, though there is the plot.")
    ] = False,
    as_json: AsJson = False,
) -> None:
    """Draw an alignment that was made elsewhere, or a backup of D-Genies.

    Example:

        holdfast plot import yeast.paf.gz

        minimap2 -c old.fa new.fa | holdfast plot import - --name yeasts

        holdfast plot import yeast.blast6 --target old.fa.gz --query new.idx

    Formats: PAF, MAF, SAM and BAM, AXT, chain, MUMmer's delta and coords, tables of LAST and BLAST,
    mashmap. Where a format has no lengths, the genomes must be named; where they are not, contigs
    without a match are not in the plot, for the alignment does not name them. Exit codes: 0 there
    is a plot, also of no matches; 1 the alignment cannot be read or is not of these genomes; 2 a
    name or an option is wrong.
    """
    from holdfast.app.container import Container
    from holdfast.app.plots.importing import Importing, import_alignment

    importing = Importing(
        alignment=alignment,
        target=target,
        query=query,
        format=form,
        drawing=drawing(
            order=order or USUAL_ORDER,
            side=side,
            min_length=min_length,
            colours=colouring(colour, palette, classes),
            hide_noise=hide_noise,
            small=small,
            small_under=small_under,
            structure=structure,
        ),
        again=again,
        keep_layout=order is None,
        name=name,
        output=output,
    )
    with Container.read() as container, Bar(silent=as_json) as bar:
        plot = import_alignment(container, importing, bar)
    show(plot, summary(plot), f"Open {plot.page}", as_json=as_json)
