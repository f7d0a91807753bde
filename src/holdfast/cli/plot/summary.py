"""``holdfast plot summary``: how alike the genomes of a plot are."""

from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from holdfast.cli.output import show, table
from holdfast.cli.plot.answers import Output, PlotName, deliver, deliver_picture
from holdfast.cli.plot.options import AsJson
from holdfast.cli.plot.shown import percent
from holdfast.errors import UsageError

if TYPE_CHECKING:
    from rich.table import Table

    from holdfast.app.container import Container
    from holdfast.app.plots.summary import PlotSummary

commands = typer.Typer(no_args_is_help=True)

BAR = 24  #: characters of a whole genome
PICTURES = {".png", ".svg", ".pdf"}  #: endings of files that get the bars drawn
EIGHTHS = " ▏▎▍▌▋▊▉█"


@commands.command()
def summary(
    name: PlotName,
    classes: Annotated[
        str | None,
        typer.Option(
            help="Where classes of identity begin, above the first: 0.9,0.95 (default: "
            "0.25,0.5,0.75)."
        ),
    ] = None,
    hide_noise: Annotated[
        bool, typer.Option("--hide-noise", help="Leave out the many short matches.")
    ] = False,
    dgenies: Annotated[
        bool, typer.Option("--dgenies", help="The target's classes as D-Genies counts them.")
    ] = False,
    output: Output = None,
    as_json: AsJson = False,
) -> None:
    """Tell how alike two genomes are, and how often each covers the other.

    Example:

        holdfast plot summary UWOPS034614.genome-against-S288C.genome --classes 0.9,0.95,0.99

    Each base counts in the class of its best match. Depth is the number of matches over a base; the
    most frequent one is like a ploidy. A file of `-o` that ends with .png, .svg or .pdf gets the
    classes as bars. Exit codes: 0 it is told, 1 the plot is damaged, 2 there is none of this name,
    or the classes make no sense.
    """
    from holdfast.app.container import Container
    from holdfast.app.plots.summary import drawn_summary, summarise, summary_table
    from holdfast.dotplots.colours import parsed_classes
    from holdfast.dotplots.summary import LIMITS

    limits = LIMITS if classes is None else parsed_classes(classes)
    drawn = output is not None and output.suffix.lower() in PICTURES
    if dgenies and (drawn or classes or hide_noise):
        raise UsageError("--dgenies has classes of its own, as text; leave the other options out")
    with Container.read() as container:
        if dgenies:
            _as_dgenies(container, name, output, as_json=as_json)
            return
        found = summarise(container, name, limits, hide_noise=hide_noise)
    if output is not None and drawn:
        deliver_picture(output, drawn_summary(found, output.suffix.lower().removeprefix(".")))
    elif output is not None:
        deliver(output, summary_table(found), found, as_json=as_json)
    else:
        show(found, _contigs(found), _identity(found), _depth(found), as_json=as_json)


def _as_dgenies(container: "Container", name: str, output: Path | None, *, as_json: bool) -> None:
    from holdfast.app.plots.summary import dgenies_summary_table, summarise_as_dgenies

    found = summarise_as_dgenies(container, name)
    if as_json and output is None:
        show(found, as_json=True)
    else:
        deliver(output or Path("-"), dgenies_summary_table(found), found, as_json=as_json)


def _contigs(found: "PlotSummary") -> "Table":
    one, other = found.target.contiguity, found.query.contiguity
    rows: list[tuple[str, object, object]] = [
        ("genome", found.target.name, found.query.name),
        ("contigs", one.contigs, other.contigs),
        ("bases", one.bases, other.bases),
        ("longest contig", one.longest, other.longest),
        ("N50", f"{one.n50:,} (L50 {one.l50:,})", f"{other.n50:,} (L50 {other.l50:,})"),
        ("N90", f"{one.n90:,} (L90 {one.l90:,})", f"{other.n90:,} (L90 {other.l90:,})"),
    ]
    return table(("", "target", "query"), rows, title=found.title)


def _identity(found: "PlotSummary") -> "Table":
    from holdfast.dotplots.summary import class_name

    one, other = found.target.identity, found.query.identity
    best_first = list(zip(one.classes, other.classes, strict=True))[::-1]
    rows = [
        (class_name(ours), *_shared(ours.share), *_shared(theirs.share))
        for ours, theirs in best_first
    ]
    unmatched = (*_shared(one.unmatched_share), *_shared(other.unmatched_share))
    heading = (f"identity ({found.identity_source})", "target", "", "query", "")
    return table(heading, [*rows, ("no match", *unmatched)])


def _depth(found: "PlotSummary") -> "Table":
    one, other = found.target, found.query
    rows: list[tuple[object, ...]] = []
    for depth, (ours, theirs) in enumerate(zip(one.depth.bases, other.depth.bases, strict=True)):
        more = " and more" if depth == len(one.depth.bases) - 1 else ""
        shares = (
            *_shared(ours / max(one.contiguity.bases, 1)),
            *_shared(theirs / max(other.contiguity.bases, 1)),
        )
        rows.append((f"{depth} ×{more}", *shares))
    rows.append(("most frequent", _times(one.depth.usual), "", _times(other.depth.usual), ""))
    return table(("covered", "target", "", "query", ""), rows)


def _shared(share: float) -> tuple[str, str]:
    """A share as a percentage and as a bar."""
    eighths = round(share * BAR * 8)
    whole, rest = divmod(max(0, min(eighths, BAR * 8)), 8)
    bar = EIGHTHS[8] * whole + (EIGHTHS[rest] if rest else "")
    return percent(share), bar.ljust(BAR)


def _times(depth: int | None) -> str:
    return "" if depth is None else f"{depth} ×"
