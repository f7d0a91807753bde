"""``holdfast plot export``: a plot as pictures, as one file, or as what other programs read."""

import sys
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from holdfast.cli.output import show, size, table
from holdfast.cli.plot.options import (
    AsJson,
    ClassesOption,
    ColourOption,
    PaletteOption,
    chosen,
    colouring,
)
from holdfast.errors import UsageError

if TYPE_CHECKING:
    from holdfast.app.container import Container
    from holdfast.app.plots.export import Export, Exported
    from holdfast.dotplots.colours import By, Colouring
    from holdfast.dotplots.pictures import Look

commands = typer.Typer(no_args_is_help=True)

STANDARD_OUTPUT = "-"


@commands.command()
def export(  # noqa: PLR0913, PLR0917 - each option of the command is an argument here
    name: Annotated[str, typer.Argument(help="The plot's name.")],
    file: Annotated[
        list[str] | None,
        typer.Argument(
            help="Files to write: their endings say what (png, svg, pdf, html, paf, idx, arrow, "
            "tsv). With --ribbon: more plots.",
        ),
    ] = None,
    format_: Annotated[
        str | None, typer.Option("--format", help="Write this, whatever the file is called.")
    ] = None,
    size_: Annotated[
        str | None,
        typer.Option(
            "--size",
            help="Width, or width x height: 85, 180x120 (mm), 7x5in, 1920x1080px (default: 180).",
        ),
    ] = None,
    dpi: Annotated[int, typer.Option(help="Pixels an inch.")] = 300,
    theme: Annotated[str, typer.Option(help="light, dark (for slides) or print (no tints).")] = (
        "light"
    ),
    region: Annotated[
        list[str] | None,
        typer.Option(
            help="Only this of the target: chrI or chrI:100,000-200,000; may be repeated."
        ),
    ] = None,
    query_region: Annotated[
        list[str] | None,
        typer.Option(help="Only this of the query; matching: what matches --region."),
    ] = None,
    colour: ColourOption = None,
    palette: PaletteOption = None,
    classes: ClassesOption = None,
    title: Annotated[
        str | None, typer.Option(help="Another title; an empty one leaves title and facts out.")
    ] = None,
    legend: Annotated[bool, typer.Option(help="Say what colours mean.")] = True,
    events: Annotated[
        bool, typer.Option(help="Mark differences in structure, where the plot has them.")
    ] = True,
    track: Annotated[
        list[str] | None,
        typer.Option(
            help="Annotation beside a picture (GFF3, GTF, BED): genes.gff3, target:genes.gff3, "
            "query:bank:release:file; may be repeated."
        ),
    ] = None,
    of: Annotated[str, typer.Option(help="Whose index .idx is: query or target.")] = "query",
    as_drawn: Annotated[
        bool,
        typer.Option(
            "--as-drawn", help="In an index: contigs as they are drawn, and which are turned."
        ),
    ] = False,
    backup: Annotated[
        Path | None, typer.Option(help="Write a backup that D-Genies takes into this .tar.gz.")
    ] = None,
    ribbon: Annotated[
        Path | None,
        typer.Option(
            help="Draw the genomes of all plots named, one above the other, joined by ribbons: the "
            "query of each plot is the target of the next."
        ),
    ] = None,
    as_json: AsJson = False,
) -> None:
    """Write a plot as pictures, as one HTML file, or as what other programs read.

    Example:

        holdfast plot export new-against-old figure.pdf figure.png --size 85

        holdfast plot export new-against-old slide.png --size 1920x1080px --dpi 150 --theme dark

        holdfast plot export new-against-old zoom.svg --region chrI:100,000-200,000

        holdfast plot export new-against-old genes.pdf --track target:genes.gff3

        holdfast plot export new-against-old - --format tsv | head

        holdfast plot export b-against-a c-against-b --ribbon three.pdf

    The same command gives the same bytes. Exit codes: 0 the files are there, 1 the plot is damaged
    or a file cannot be written, 2 there is no such plot, region, palette or option.
    """
    from holdfast.app.container import Container
    from holdfast.app.plots.export import Export, content_of, export_backup, export_plot
    from holdfast.dotplots.layout.choosing import Side

    words, regions = file or [], (region, query_region)
    if ribbon is not None:
        if palette or classes:
            problem = "ribbons have colours of their own; leave --palette and --classes out"
            raise UsageError(problem)
        look = _look(size_, dpi, theme, regions, title, None, legend, events)
        by = colouring(colour, None, None).by if colour else None
        _ribbon([name, *words], ribbon, look, by, format_, as_json=as_json, alone=backup is None)
        return
    files = [Path(word) for word in words]
    if not files and backup is None:
        raise UsageError(f"say into which file {name} should be written, as {name}.pdf")
    with Container.read() as container:
        colours = _colours(container, name, (colour, palette, classes))
        asked = Export(
            name,
            tuple(content_of(file, format_) for file in files),
            _look(size_, dpi, theme, regions, title, colours, legend, events),
            chosen("--of", Side, of),
            as_drawn,
            tuple(track or ()),
        )
        if STANDARD_OUTPUT in words:
            _stream(container, asked, alone=len(files) == 1 and backup is None and not as_json)
            return
        written = list(export_plot(container, asked, files))
        if backup is not None:
            written.append(export_backup(container, name, backup))
    _show(written, as_json=as_json)


def _ribbon(
    names: list[str],
    file: Path,
    look: "Look",
    by: "By | None",
    format_: str | None,
    *,
    as_json: bool,
    alone: bool,
) -> None:
    """Draw several plots as ribbons."""
    from holdfast.app.container import Container
    from holdfast.app.plots.ribbons import export_ribbons

    if not alone:
        raise UsageError("--ribbon is of several plots, --backup of one; write them one by one")
    with Container.read() as container:
        written = export_ribbons(container, names, file, look, by, format_)
    _show([written], as_json=as_json)


def _look(
    size_: str | None,
    dpi: int,
    theme: str,
    regions: tuple[list[str] | None, list[str] | None],
    title: str | None,
    colours: "Colouring | None",
    legend: bool,
    events: bool,
) -> "Look":
    """How pictures were asked to look."""
    from holdfast.dotplots.pictures.look import USUAL, Look, Theme, parsed_size

    width, height = parsed_size(size_, dpi) if size_ else (USUAL.width, USUAL.height)
    return Look(
        width=width,
        height=height,
        dpi=dpi,
        theme=chosen("--theme", Theme, theme),
        title=title,
        legend=legend,
        events=events,
        colouring=colours,
        target_regions=tuple(regions[0] or ()),
        query_regions=tuple(regions[1] or ()),
    )


def _colours(
    container: "Container", name: str, words: tuple[str | None, str | None, str | None]
) -> "Colouring | None":
    """What was asked about colours; the rest as the plot was made with; None where nothing was."""
    from holdfast.app.plots.export import colouring_of

    if not any(words):
        return None
    return colouring(*words, usual=colouring_of(container, name))


def _stream(container: "Container", asked: "Export", *, alone: bool) -> None:
    from holdfast.app.plots.export import stream_plot

    if not alone:
        raise UsageError("- is standard output: nothing else can be written beside it")
    stream_plot(container, asked, sys.stdout.buffer)


def _show(written: "list[Exported]", *, as_json: bool) -> None:
    rows = [(str(each.file), size(each.size)) for each in written]
    show(written, table(("written", "size"), rows), as_json=as_json)
