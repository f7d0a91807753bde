"""
Which contig belongs to which: the best match of each contig of a plot, and contigs without any.
"""

from collections.abc import Sequence
from dataclasses import dataclass

from holdfast.app.container import Container
from holdfast.app.plots.opened import OpenedPlot, open_plot
from holdfast.dotplots.association import Association, associations, dgenies_table, unassigned
from holdfast.dotplots.layout.choosing import Side

COLUMNS = (
    *("contig", "length", "start", "end", "coverage", "turned"),
    *("best", "best_length", "best_start", "best_end", "best_coverage"),
    *("strand", "identity", "matches", "matching"),
)


@dataclass(frozen=True, slots=True)
class PlotAssociations:
    """The contigs of one genome of a plot, in the order drawn, each with the best of the other."""

    plot: str
    side: Side  #: whose contigs these are
    genome: str
    other: str
    associations: tuple[Association, ...]
    unassigned: tuple[str, ...]  #: contigs that match nothing, in the order of their genome


def associate(container: Container, name: str, side: Side = Side.QUERY) -> PlotAssociations:
    """What each contig of one genome of the plot called `name` matches best.

    Raises
    ------
    UsageError
        There is no such plot.
    PlotError
        It is damaged.
    """
    opened = open_plot(container, name)
    seen = opened.transposed() if side is Side.TARGET else opened
    matches = seen.telling
    return PlotAssociations(
        plot=seen.plot.name,
        side=side,
        genome=seen.query.name,
        other=seen.target.name,
        associations=associations(matches, seen.target, seen.query, seen.layout.query, seen.order),
        unassigned=unassigned(matches.query, seen.query),
    )


def associations_as_dgenies(container: Container, name: str) -> str:
    """The association table of the plot called `name`, as D-Genies writes it.

    Raises
    ------
    UsageError, PlotError
        As for :func:`associate`.
    """
    opened: OpenedPlot = open_plot(container, name)
    return dgenies_table(opened.matches, opened.target, opened.query, opened.layout)


def associations_table(found: Sequence[Association]) -> str:
    """Associations as tab-separated text; what is not known of a contig without match is empty."""
    rows = [COLUMNS, *map(_row, found)]
    return "".join("\t".join(map(str, row)) + "\n" for row in rows)


def _row(each: Association) -> tuple[object, ...]:
    turned = "yes" if each.turned else "no"
    best = each.best
    if best is None:
        return each.contig, each.length, "", "", "", turned, *[""] * 9
    return (
        *(each.contig, each.length, best.start, best.end, f"{best.coverage:.6f}", turned),
        *(best.other, best.other_length, best.other_start, best.other_end),
        *(f"{best.other_coverage:.6f}", "-" if best.strand < 0 else "+"),
        *(f"{best.identity:.6f}", best.matches, best.matching),
    )
