"""``holdfast plot structure``: what is turned, elsewhere, twice, new or lacking."""

from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from holdfast.cli.output import counted, show, table
from holdfast.cli.plot.answers import PlotName, deliver
from holdfast.cli.plot.options import AsJson, chosen
from holdfast.cli.plot.shown import percent
from holdfast.errors import UsageError

if TYPE_CHECKING:
    from rich.table import Table

    from holdfast.app.plots.structure import Interval, PlotStructure
    from holdfast.dotplots.structure.events import EventKind

commands = typer.Typer(no_args_is_help=True)

SHOWN = 40  #: differences on a terminal, the largest
HIDES = (
    "What moved or was doubled within a long gap of an alignment is told as inserted or deleted "
    "here; to find it, make the plot with: holdfast plot run --structure"
)
FORMATS = ("tsv", "bed", "json")


@commands.command()
def structure(
    name: PlotName,
    kind: Annotated[
        list[str] | None,
        typer.Option(
            help="Only this kind: inversion, translocation, duplication, insertion ...; may be "
            "repeated."
        ),
    ] = None,
    min_size: Annotated[
        int, typer.Option("--min-size", min=1, help="Leave out what is smaller, in bases.")
    ] = 50,
    format_: Annotated[
        str | None,
        typer.Option(
            "--format", help="tsv, bed or json (default: what the file's name ends with)."
        ),
    ] = None,
    side: Annotated[
        str, typer.Option("--side", help="Whose places BED tells: target or query.")
    ] = "target",
    output: Annotated[
        Path | None,
        typer.Option(
            "--output", "-o", help="Write all of them into this file: .tsv, .bed or .json; or -."
        ),
    ] = None,
    as_json: AsJson = False,
) -> None:
    """List what differs in structure: what is turned, elsewhere, twice, new, or lacking.

    Example:

        holdfast plot structure UWOPS034614.genome-against-S288C.genome

        holdfast plot structure new-against-old --kind inversion --min-size 10000 -o inversions.bed

    The terminal shows the largest; a file or --json has all. Intervals begin with 0 and end before
    their end. Exit codes: 0 they are listed, 1 the plot is damaged, 2 there is none of this name,
    or an option is wrong.
    """
    from holdfast.app.container import Container
    from holdfast.app.plots.structure import bed_lines, find_structure, table_lines
    from holdfast.dotplots.layout.choosing import Side
    from holdfast.dotplots.structure.events import EventKind

    kinds = [chosen("--kind", EventKind, each) for each in kind or ()] or list(EventKind)
    genome = chosen("--side", Side, side)
    wanted = _format(format_, str(output or ""), as_json=as_json)
    with Container.read() as container:
        found = find_structure(container, name, kinds, min_size)
    if wanted is None:
        show(found, _counts(found, kinds), _largest(found), *_more(found), as_json=as_json)
        return
    lines = bed_lines(found, genome) if wanted == "bed" else table_lines(found)
    deliver(output or Path("-"), "".join(lines), found, as_json=wanted == "json")


def _format(chosen_one: str | None, output: str, *, as_json: bool) -> str | None:
    """What is written; None: a table for people, or JSON on standard output."""
    if as_json:
        return "json" if output else None
    if chosen_one is not None and chosen_one not in FORMATS:
        raise UsageError(f"{chosen_one!r} is not --format {' or '.join(FORMATS)}")
    ending = output.rpartition(".")[2].lower()
    usual = (ending if ending in FORMATS else "tsv") if output else None
    return chosen_one or usual


def _counts(found: "PlotStructure", kinds: "list[EventKind]") -> "Table":
    rows = []
    for kind in kinds:
        told = found.of_kind(kind)
        rows.append((kind.value, len(told), sum(each.bases for each in told)))
    return table(("kind", "number", "bases"), rows, title=found.title)


def _largest(found: "PlotStructure") -> "Table":
    by_size = sorted(found.differences, key=lambda each: -each.bases)[:SHOWN]
    rows = [
        (
            each.kind.value,
            each.bases,
            _place(each.target),
            _place(each.query),
            "-" if each.strand < 0 else "+",
            percent(each.identity),
        )
        for each in by_size
    ]
    return table(("kind", "bases", "target", "query", "strand", "identity"), rows)


def _more(found: "PlotStructure") -> list[str]:
    """A word on what is not shown."""
    words = []
    left = len(found.differences) - SHOWN
    if left > 0:
        words.append(f"and {counted(left, 'smaller one')}; all of them: --output FILE")
    if found.hides:
        words.append(HIDES)
    return words


def _place(interval: "Interval | None") -> str:
    """An interval as genome browsers write it, from 1."""
    if interval is None:
        return ""
    if interval.start == interval.end:
        return f"{interval.contig}:{interval.start:,}"
    return f"{interval.contig}:{interval.start + 1:,}-{interval.end:,}"
