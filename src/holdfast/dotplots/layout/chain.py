"""
The order of contigs along another genome, each by its best chain of matches.

Made for what :mod:`~holdfast.dotplots.layout.reference` is known to fail at: contigs full of
repeats, whose many short matches elsewhere outweigh the one that tells, and contigs that join what
lies apart on the other genome, which a mean puts where nothing of them is.

Each base of a contig gives one vote, parted among the matches that cover it: long ones and ones of
high identity get more. The matches of a contig whose diagonals are near are a chain; the chain
with most votes says where the contig stands and whether it is turned. Sorts and sums over arrays:
n log n for n matches. Votes are counted in whole numbers, so that the answer does not hang on the
order of matches, and is the same for a contig and for its reverse complement turned back.
"""

from collections.abc import Iterator
from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np
from numpy.typing import NDArray

from holdfast.dotplots.genome import Genome
from holdfast.dotplots.layout.arrangement import Arrangement

if TYPE_CHECKING:
    from holdfast.dotplots.matches import Matches

DIVERGED = 20.0  #: a copy that differs by 1/20 of its bases gets 1/e of the votes of an exact one
WIDTH = 0.75  #: diagonals of a chain are apart by this share of their contig's length at most …
LEAST_WIDTH = 500  #: … or by as many bases
PART = 1 << 18  #: matches looked at together, or as many as one contig has
GRAIN = 16  #: strengths are counted in this part of a base
VOTE = 997  #: votes are counted in this part of a base; prime, so that fractions are not halved

Floats = NDArray[np.float64]
Places = NDArray[np.int64]


def by_chain(matches: "Matches", along: Genome, moved: Genome) -> Arrangement:
    """The contigs of `moved` where, and turned as, their best chains lie; others stay last."""
    contigs = len(moved.contigs)
    position = np.full(contigs, np.inf)
    turned = np.zeros(contigs, dtype=bool)
    for chains in _chains(matches, along, moved):
        position[chains.contig] = chains.position
        turned[chains.contig] = chains.strand < 0
    order = np.argsort(position, kind="stable")
    return Arrangement(tuple(order.tolist()), tuple(turned.tolist()))


def best_by_chain(matches: "Matches", along: Genome, moved: Genome) -> Places:
    """The contig of `along` on which the best chain of each of `moved` lies; -1 without any."""
    best = np.full(len(moved.contigs), -1, dtype=np.int64)
    for chains in _chains(matches, along, moved):
        best[chains.contig] = chains.along
    return best


@dataclass(frozen=True, slots=True)
class _Chains:
    """The best chain of each of some contigs."""

    contig: NDArray[np.int32]
    along: NDArray[np.int32]  #: the contig of the other genome on which it lies
    strand: NDArray[np.int8]
    position: Floats  #: on the other genome's axis, the mean of its matches by votes


def _chains(matches: "Matches", along: Genome, moved: Genome) -> Iterator[_Chains]:
    """The best chain of each contig that has one, those of some contigs at a time."""
    for part in _parts(matches):
        yield _best_chains(_votes(part, moved), part, along, moved)


def _parts(matches: "Matches") -> Iterator["Matches"]:
    """All matches of some contigs, and of the next: a contig's chains are its own concern.

    So the arrays that are made on the way stay small, and near the processor.
    """
    by_contig = np.argsort(matches.query, kind="stable")
    firsts = np.flatnonzero(np.diff(matches.query[by_contig], prepend=-1))
    begin = 0
    while begin < len(matches):
        later = int(np.searchsorted(firsts, begin + PART))
        end = int(firsts[later]) if later < len(firsts) else len(matches)
        yield matches[by_contig[begin:end]]
        begin = end


def _votes(matches: "Matches", moved: Genome) -> Places:
    """How many of its contig's bases speak for each match, in parts of a base."""
    span = np.maximum(matches.query_end - matches.query_start, 1)
    kept = np.exp(DIVERGED * (matches.identity.astype(np.float64) - 1))
    strength = np.rint(GRAIN * span * kept).astype(np.int64) + 1
    start = moved.offsets[matches.query] + matches.query_start
    end = start + span
    share = _shares(start, end, strength)
    votes: Places = np.rint(VOTE * share * matches.bases / span).astype(np.int64)
    return votes


def _shares(start: Places, end: Places, strength: Places) -> Floats:
    """The bases of each interval, each base parted by strength among the intervals that cover it.

    The total strength changes only at borders; the integral of its inverse from the first border
    on gives each interval its part by one subtraction.
    """
    borders = np.concatenate((start, end))
    order = np.argsort(borders, kind="stable")
    change = np.concatenate((strength, -strength))[order]
    total = np.cumsum(change)[:-1]  # whole numbers: exactly nothing where nothing covers
    length = np.diff(borders[order])
    inverse = np.divide(length, total, out=np.zeros(len(total)), where=total > 0)
    integral = np.concatenate(([0.0], np.cumsum(inverse)))
    at = np.empty(len(borders))
    at[order] = integral
    share: Floats = strength * (at[len(start) :] - at[: len(start)])
    return share


def _best_chains(votes: Places, matches: "Matches", along: Genome, moved: Genome) -> _Chains:
    # A diagonal counts in half bases, because the middle of a match may lie between two.
    upwards = matches.strand * (matches.query_start + matches.query_end)
    diagonal = matches.target_start + matches.target_end - upwards
    order = np.lexsort((diagonal, matches.target, -matches.strand, matches.query))
    matches, votes, diagonal = matches[order], votes[order], diagonal[order]
    ends = _window_ends(matches, diagonal, moved)
    sums = np.concatenate(([0], np.cumsum(votes)))
    firsts = _firsts_of_best(matches.query, sums[ends] - sums[:-1])
    chosen = _within(firsts, ends[firsts], len(matches))
    middle = along.offsets[matches.target] + (matches.target_start + matches.target_end) / 2
    weight = np.where(chosen, np.maximum(votes, 1), 0)
    total = np.bincount(matches.query, weights=weight)
    moment = np.bincount(matches.query, weights=weight * middle)
    contig = matches.query[firsts]
    return _Chains(
        contig=contig,
        along=matches.target[firsts],
        strand=matches.strand[firsts],
        position=moment[contig] / total[contig],
    )


def _window_ends(matches: "Matches", diagonal: Places, moved: Genome) -> Places:
    """Where the chain that begins at each match ends: matches of one group, on near diagonals."""
    group = np.cumsum(_begins(matches.query, matches.strand, matches.target)) - 1
    width = np.maximum(WIDTH * moved.lengths, LEAST_WIDTH).astype(np.int64)[matches.query]
    shifted = diagonal - diagonal.min()
    stretch = int(shifted.max()) + 2 * int(width.max()) + 1  # each group has an axis to itself
    along = group * stretch + shifted
    ends: Places = np.searchsorted(along, along + 2 * width, side="right")
    return ends


def _begins(*columns: NDArray[np.generic]) -> NDArray[np.bool_]:
    """Where in sorted columns the rows become others."""
    changed = np.zeros(len(columns[0]), dtype=bool)
    changed[0] = True
    for column in columns:
        changed[1:] |= column[1:] != column[:-1]
    return changed


def _firsts_of_best(contig: NDArray[np.int32], votes: Places) -> Places:
    """Where the first of each contig's windows with most votes begins."""
    starts = np.flatnonzero(_begins(contig))
    most = np.repeat(np.maximum.reduceat(votes, starts), np.diff(starts, append=len(contig)))
    best = np.flatnonzero(votes == most)
    firsts: Places = best[_begins(contig[best])]
    return firsts


def _within(firsts: Places, ends: Places, count: int) -> NDArray[np.bool_]:
    """Which of `count` rows lie in one of the windows, which do not overlap."""
    steps = np.zeros(count + 1, dtype=np.int64)
    steps[firsts] += 1
    np.subtract.at(steps, ends, 1)
    inside: NDArray[np.bool_] = np.cumsum(steps[:-1]) > 0
    return inside
