"""
Ways to lay out two genomes, by the names that people choose them by.
"""

from enum import Enum
from typing import TYPE_CHECKING

import numpy as np
from numpy.typing import NDArray

from holdfast.dotplots.genome import Genome
from holdfast.dotplots.layout.arrangement import Arrangement, Layout
from holdfast.dotplots.layout.chain import best_by_chain, by_chain
from holdfast.dotplots.layout.naming import by_length, by_name
from holdfast.dotplots.layout.reference import best_targets, by_reference

if TYPE_CHECKING:  # it brings the reader of alignments: who only names an order need not wait
    from holdfast.dotplots.matches import Matches


class Order(Enum):
    """By what contigs are ordered."""

    CHAIN = "chain"  #: along the other genome, each by its best chain of matches
    REFERENCE = "reference"  #: along the other genome, by the rules of D-Genies
    LENGTH = "length"  #: the longest first, none turned
    NAME = "name"  #: by name, numbers by value, none turned
    INPUT = "input"  #: as in the file, none turned


class Side(Enum):
    """Whose contigs are moved."""

    QUERY = "query"  #: the query's, along the target
    TARGET = "target"  #: the target's, along the query


def laid_out(
    matches: "Matches", target: Genome, query: Genome, order: Order, side: Side = Side.QUERY
) -> Layout:
    """The genomes laid out by `order`; the genome that is not on `side` stays as given."""
    if side is Side.QUERY:
        return Layout(Arrangement.as_given(target), _arranged(matches, target, query, order))
    moved = _arranged(matches.transposed(), query, target, order)
    return Layout(moved, Arrangement.as_given(query))


def best_others(
    matches: "Matches", target: Genome, query: Genome, order: Order
) -> NDArray[np.int64]:
    """The target contig that each query contig belongs to, by the rules of `order`; -1 to none.

    Orders that look at no matches have no rules: then it is that of its best chain.
    """
    rule = best_targets if order is Order.REFERENCE else best_by_chain
    return rule(matches, target, query)


def _arranged(matches: "Matches", along: Genome, moved: Genome, order: Order) -> Arrangement:
    """The contigs of `moved` along those of `along`, where `matches` have `moved` as query."""
    match order:
        case Order.CHAIN:
            return by_chain(matches, along, moved)
        case Order.REFERENCE:
            return by_reference(matches, along, moved)
        case Order.LENGTH:
            return by_length(moved)
        case Order.NAME:
            return by_name(moved)
        case Order.INPUT:
            return Arrangement.as_given(moved)
