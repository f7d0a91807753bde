"""
Chains: pieces that follow one another on both genomes, in one direction.

Two neighbours are linked when each is the other's nearest: of those that may follow a piece the one
that costs least, and of those that may precede that one, this piece. The cost is what lies between
them on both genomes, and by how much the two differ. Linking is done for all pieces at once, one
array operation for each of the next few in the order of the target, so millions take seconds; it is
repeated with whole chains as pieces, whose reach may grow with their size.
"""

from collections.abc import Callable
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from holdfast.dotplots.structure.pieces import Pieces, Places, Truths

LAGS = 16  #: how many of the next pieces are looked at
ROUNDS = 4
OVERLAP = 0.5  #: of the smaller of two pieces that meet, how much they may overlap
FAR = 1_000_000  #: bases; no gap inside a chain is longer
BLOCKED = 500  #: bases that may stand between neighbours all the same

Floats = NDArray[np.float64]
#: How many bases stand in the way, of contigs, starts and ends of the query.
Blocked = Callable[[NDArray[np.int32], Places, Places], Places]


@dataclass(frozen=True, slots=True)
class Chains:
    """Where each piece belongs."""

    label: Places  #: the number of its chain, from 0
    rank: Places  #: its place among all pieces when they stand chain after chain, each in order


@dataclass(frozen=True, slots=True)
class Reach:
    """How far apart neighbours may be."""

    bases: int
    grows: bool = False  #: to the size of the smaller of the two, where that is more
    blocked: Blocked | None = None  #: None: nothing ever stands in the way


def chains(pieces: Pieces, reach: Reach) -> Chains:
    """Pieces in chains, whose neighbours are within `reach`.

    Neighbours may overlap a little, by half of the smaller of the two pieces that meet; so the
    order of a chain is that in which it was linked.
    """
    label = np.arange(len(pieces), dtype=np.int64)
    rank = label
    for _ in range(ROUNDS):
        blocks = joined(pieces, label)
        linked = _linked(blocks, _ends(pieces, label, rank), reach)
        if not (linked >= 0).any():
            break
        block = label
        label = np.unique(_heads(linked)[block], return_inverse=True)[1].astype(np.int64)
        order = np.lexsort((rank, block, blocks.target_start[block], label))
        rank = np.empty_like(order)
        rank[order] = np.arange(len(order))
    return Chains(label, rank)


def joined(pieces: Pieces, label: Places) -> Pieces:
    """Each chain as one piece; `match` is then the number of its pieces."""
    if not len(pieces):
        return pieces
    order = np.argsort(label, kind="stable")
    sorted_ = pieces[order]
    starts = np.flatnonzero(np.diff(label[order], prepend=-1))
    bases = np.add.reduceat(sorted_.bases, starts)
    identity = np.add.reduceat(sorted_.identity * np.maximum(sorted_.bases, 1), starts)
    weight = np.add.reduceat(np.maximum(sorted_.bases, 1), starts)
    return Pieces(
        target=sorted_.target[starts],
        query=sorted_.query[starts],
        target_start=np.minimum.reduceat(sorted_.target_start, starts),
        target_end=np.maximum.reduceat(sorted_.target_end, starts),
        query_start=np.minimum.reduceat(sorted_.query_start, starts),
        query_end=np.maximum.reduceat(sorted_.query_end, starts),
        strand=sorted_.strand[starts],
        identity=(identity / weight).astype(np.float32),
        bases=bases,
        match=np.diff(starts, append=len(label)),
    )


def _ends(pieces: Pieces, label: Places, rank: Places) -> tuple[Places, Places]:
    """The sizes of the first and of the last piece of each chain."""
    span = pieces.spans()[np.lexsort((rank, label))]
    firsts = np.flatnonzero(np.diff(np.sort(label), prepend=-1))
    lasts = np.append(firsts[1:], len(label)) - 1
    return span[firsts], span[lasts[: len(firsts)]]


def _linked(blocks: Pieces, ends: tuple[Places, Places], reach: Reach) -> Places:
    """The block before each block in its chain, or -1."""
    query_start, _ = blocks.rising()
    order = np.lexsort(
        (query_start, blocks.target_start, blocks.strand, blocks.query, blocks.target)
    )
    rows = _Rows(blocks[order], ends[0][order], ends[1][order])
    count = len(blocks)
    after, before = np.full(count, -1), np.full(count, -1)
    cost_after, cost_before = np.full(count, np.inf), np.full(count, np.inf)
    for lag in range(1, min(LAGS, count - 1) + 1):
        place, cost = rows.costs(lag, reach)
        for known, best, mine, other in (
            (cost_after, after, place, place + lag),
            (cost_before, before, place + lag, place),
        ):
            better = cost < known[mine]
            known[mine[better]], best[mine[better]] = cost[better], other[better]
    mutual = np.flatnonzero(before >= 0)
    mutual = mutual[after[before[mutual]] == mutual]
    linked = np.full(count, -1, dtype=np.int64)
    linked[order[mutual]] = order[before[mutual]]
    return linked


class _Rows:
    """Blocks in order, with their query positions rising."""

    def __init__(self, blocks: Pieces, first: Places, last: Places) -> None:
        self.blocks = blocks
        self.first, self.last = first, last  # sizes of their first and last pieces
        self.start, self.end = blocks.rising()
        self.span = blocks.spans()
        self.group = np.cumsum(_starts_of_groups(blocks))

    def costs(self, lag: int, reach: Reach) -> tuple[Places, Floats]:
        """The blocks that the one `lag` places on may follow, and what that costs."""
        blocks = self.blocks
        one = np.flatnonzero(self.group[:-lag] == self.group[lag:])
        two = one + lag
        on_target = blocks.target_start[two] - blocks.target_end[one]
        on_query = self.start[two] - self.end[one]
        smaller = np.minimum(self.span[one], self.span[two])
        room = np.clip(smaller, reach.bases, FAR) if reach.grows else reach.bases
        touching = np.minimum(self.last[one], self.first[two])
        fits = np.maximum(on_target, on_query) <= room
        fits &= np.minimum(on_target, on_query) >= -OVERLAP * touching
        fits &= (blocks.target_end[two] > blocks.target_end[one]) & (self.end[two] > self.end[one])
        if reach.blocked is not None:
            fits[fits] = self._blocked(reach.blocked, one[fits], two[fits]) <= BLOCKED
        one, on_target, on_query = one[fits], on_target[fits], on_query[fits]
        between = np.maximum(on_target, 0) + np.maximum(on_query, 0)
        return one, (between + np.abs(on_target - on_query)).astype(np.float64)

    def _blocked(self, blocked: Blocked, one: Places, two: Places) -> Places:
        """How many bases stand in the way between pairs of blocks."""
        start, end = self.end[one], np.maximum(self.start[two], self.end[one])
        falls = self.blocks.strand[one] < 0
        return blocked(
            self.blocks.query[one], np.where(falls, -end, start), np.where(falls, -start, end)
        )


def _starts_of_groups(blocks: Pieces) -> Truths:
    """Which blocks are the first of their pair of contigs and strand."""
    new = np.ones(len(blocks), dtype=bool)
    for column in (blocks.target, blocks.query, blocks.strand):
        new[1:] &= column[1:] == column[:-1]
    new[1:] = ~new[1:]
    return new


def _heads(linked: Places) -> Places:
    """The first of the chain of each, by doubling the steps back."""
    heads = np.where(linked >= 0, linked, np.arange(len(linked)))
    while True:
        further = heads[heads]
        if (further == heads).all():
            return heads
        heads = further
