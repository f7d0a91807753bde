"""
How much of each contig of a plot is covered by matches, and how often.
"""

from collections.abc import Sequence
from dataclasses import dataclass

from holdfast.app.container import Container
from holdfast.app.plots.opened import open_plot
from holdfast.dotplots.layout.choosing import Side
from holdfast.dotplots.statistics import ContigCoverage, contig_coverage

COLUMNS = (
    *("contig", "length", "aligned_share", "mean_depth", "usual_depth"),
    *("matches", "identity"),
)


@dataclass(frozen=True, slots=True)
class PlotCoverage:
    """The contigs of one genome of a plot, in the order drawn."""

    plot: str
    side: Side  #: whose contigs these are
    genome: str
    contigs: tuple[ContigCoverage, ...]


def coverage(container: Container, name: str, side: Side = Side.TARGET) -> PlotCoverage:
    """How the contigs of one genome of the plot called `name` are covered by the other genome.

    Raises
    ------
    UsageError
        There is no such plot.
    PlotError
        It is damaged.
    """
    opened = open_plot(container, name)
    seen = opened.transposed() if side is Side.QUERY else opened
    found = contig_coverage(seen.telling, seen.target, seen.layout.target)
    return PlotCoverage(seen.plot.name, side, seen.target.name, found)


def coverage_table(contigs: Sequence[ContigCoverage]) -> str:
    """Coverage as tab-separated text; what an uncovered contig has not is empty."""
    rows = [COLUMNS, *map(_row, contigs)]
    return "".join("\t".join(map(str, row)) + "\n" for row in rows)


def _row(each: ContigCoverage) -> tuple[object, ...]:
    usual = "" if each.usual is None else each.usual
    identity = "" if each.identity is None else f"{each.identity:.6f}"
    shares = (f"{each.aligned:.6f}", f"{each.mean:.6f}")
    return each.contig, each.length, *shares, usual, each.matches, identity
