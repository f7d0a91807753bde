"""
Ways to lay out two genomes, by the names that people choose them by.
"""

from enum import Enum
from typing import TYPE_CHECKING

from holdfast.dotplots.genome import Genome
from holdfast.dotplots.layout.arrangement import Arrangement, Layout
from holdfast.dotplots.layout.reference import by_reference

if TYPE_CHECKING:  # it brings the reader of alignments: who only names an order need not wait
    from holdfast.dotplots.matches import Matches


class Order(Enum):
    """By what contigs are ordered."""

    REFERENCE = "reference"  #: along the other genome, turned so that they ascend
    INPUT = "input"  #: as in the file, none turned


class Side(Enum):
    """Whose contigs are moved."""

    QUERY = "query"  #: the query's, along the target
    TARGET = "target"  #: the target's, along the query


def laid_out(
    matches: "Matches", target: Genome, query: Genome, order: Order, side: Side = Side.QUERY
) -> Layout:
    """The genomes laid out by `order`; the genome that is not on `side` stays as given."""
    if order is Order.INPUT:
        return Layout.as_given(target, query)
    if side is Side.QUERY:
        return Layout(Arrangement.as_given(target), _arranged(matches, target, query, order))
    moved = _arranged(matches.transposed(), query, target, order)
    return Layout(moved, Arrangement.as_given(query))


def _arranged(matches: "Matches", along: Genome, moved: Genome, order: Order) -> Arrangement:
    """The contigs of `moved` along those of `along`, where `matches` have `moved` as query."""
    return {Order.REFERENCE: by_reference}[order](matches, along, moved)
