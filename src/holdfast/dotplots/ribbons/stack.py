"""
Stack: genomes in rows, each laid out along the one above it.

Neighbours are joined by the matches of a plot, whose target is above and whose query is below.
"""

from collections.abc import Sequence
from dataclasses import dataclass, replace

import numpy as np
from numpy.typing import NDArray

from holdfast.dotplots.genome import Contig, Genome
from holdfast.dotplots.layout.arrangement import Arrangement, Layout
from holdfast.dotplots.layout.choosing import Order, laid_out
from holdfast.dotplots.matches import Matches
from holdfast.errors import UsageError

UNRELATED = -1  #: the family of a contig that matches nothing above


@dataclass(frozen=True, slots=True)
class Pair:
    """Two genomes compared: what a plot knows of them."""

    name: str  #: of the plot
    target: Genome
    query: Genome
    matches: Matches
    layout: Layout
    order: Order  #: by which the query's contigs are laid out along the target's


@dataclass(frozen=True, slots=True)
class Row:
    """A genome in its row."""

    genome: Genome
    arrangement: Arrangement
    families: NDArray[np.int64]  #: of each contig of the genome's list: whose colour it has


@dataclass(frozen=True, slots=True)
class Stack:
    """Rows from top to bottom, and the matches between each and the next."""

    rows: tuple[Row, ...]
    between: tuple[Matches, ...]


def stacked(pairs: Sequence[Pair]) -> Stack:
    """The genomes of `pairs` one above the other.

    Raises
    ------
    UsageError
        The query of one pair is not the target of the next.
    """
    first = pairs[0]
    top = Row(first.target, first.layout.target, _of_their_own(first.layout.target))
    rows, between = [top], []
    for number, pair in enumerate(pairs):
        above = rows[-1]
        matches = pair.matches
        if number:
            matches = _on(above.genome, pair, pairs[number - 1])
        arrangement = pair.layout.query
        if number and not _as_given(above.arrangement):
            arrangement = _along(above, pair, matches)
        between.append(matches)
        rows.append(Row(pair.query, arrangement, _families(above, pair.query, matches)))
    return Stack(tuple(rows), tuple(between))


def _of_their_own(arrangement: Arrangement) -> NDArray[np.int64]:
    """Families of the contigs of the top row: their places in it."""
    families = np.full(len(arrangement.reversed), UNRELATED)
    families[list(arrangement.order)] = np.arange(len(arrangement.order))
    return families


def _on(genome: Genome, pair: Pair, before: Pair) -> Matches:
    """The matches of `pair` with its target's contigs as places in `genome`."""
    known = {contig.name: contig for contig in genome.contigs}
    for contig in pair.target.contigs:
        other = known.get(contig.name)
        if other is None or not _alike(contig, other):
            lacks = "has another" if other else "lacks"
            raise UsageError(
                f"the target of {pair.name} is not the query of {before.name}: {genome.name} "
                f"{lacks} {contig.name}; name plots so that the query of each is the target of "
                "the next"
            )
    places = np.array([genome.numbers[contig.name] for contig in pair.target.contigs], np.int32)
    return replace(pair.matches, target=places[pair.matches.target])


def _alike(one: Contig, other: Contig) -> bool:
    """Whether two contigs of one name are the same, as far as is known."""
    digests = {one.digest, other.digest} - {None}
    return one.length == other.length and len(digests) <= 1


def _as_given(arrangement: Arrangement) -> bool:
    in_order = arrangement.order == tuple(range(len(arrangement.reversed)))
    return in_order and not any(arrangement.reversed)


def _along(above: Row, pair: Pair, matches: Matches) -> Arrangement:
    """The arrangement of a pair's query along the row above as it is drawn."""
    order = above.arrangement.order
    turned = np.array(above.arrangement.reversed, dtype=bool)
    contigs = above.genome.contigs
    rest = tuple(place for place in range(len(contigs)) if place not in set(order))
    places = np.empty(len(contigs), dtype=np.int32)
    places[[*order, *rest]] = np.arange(len(contigs), dtype=np.int32)
    lengths = above.genome.lengths[matches.target]
    back = turned[matches.target]
    drawn = replace(
        matches,
        target=places[matches.target],
        target_start=np.where(back, lengths - matches.target_end, matches.target_start),
        target_end=np.where(back, lengths - matches.target_start, matches.target_end),
        strand=np.where(back, -matches.strand, matches.strand).astype(np.int8),
    )
    genome = Genome(above.genome.name, tuple(contigs[place] for place in (*order, *rest)))
    return laid_out(drawn, genome, pair.query, pair.order).query


def _families(above: Row, genome: Genome, matches: Matches) -> NDArray[np.int64]:
    """Of each contig, the family of the contig above that it shares most bases with."""
    count = len(above.genome.contigs)
    families = np.full(len(genome.contigs), UNRELATED)
    pairs = matches.query.astype(np.int64) * count + matches.target
    found, which = np.unique(pairs, return_inverse=True)
    weights = np.bincount(which, weights=matches.bases, minlength=len(found))
    lightest_first = np.argsort(weights, kind="stable")  # the last to be set is the heaviest
    query, target = np.divmod(found[lightest_first], count)
    families[query] = above.families[target]
    return families
