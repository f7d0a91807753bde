"""
The backbone: what is where one expects it.

Every query contig has a home, the target contig of which it covers most, and a direction there. Its
backbone is the heaviest way through its matches at home on which both genomes only go forward; a
chain that is turned in place is a station of the way like any other. This is the "syntenic path" of
SyRI (Goel et al. 2019, doi:10.1186/s13059-019-1911-0), here for contigs as well as for chromosomes.
The way is found by going along the target and keeping, for each reach on the query, the heaviest
way that ends there (a longest increasing subsequence with weights), in n log n steps.
"""

from bisect import bisect_left, bisect_right
from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from holdfast.dotplots.genome import Genome
from holdfast.dotplots.structure.chain import Reach, chains, joined
from holdfast.dotplots.structure.claims import Claims
from holdfast.dotplots.structure.pieces import Pieces, Places, Truths

NEAR = Reach(400)  #: within a block of what runs forward: no piece that was moved fits between
TURNED = Reach(20_000, grows=True)  #: within a chain that is turned
BESIDE = 1_000  #: bases by which what is turned may be off its place
LIGHT = 100  #: matching bases; no station of the way is lighter
OVERLAP = 0.25  #: of a station's length, at each end, may overlap its neighbours
MOST_OVERLAP = 100_000  #: bases
TURNED_WEIGHT = 0.98  #: of what is turned, beside 1: between equals, the one that runs forward

Floats = NDArray[np.float64]


@dataclass(frozen=True, slots=True)
class Homes:
    """Where the query's contigs belong."""

    target: Places  #: of each query contig, or -1 where it matches nothing
    strand: Places  #: +1 or -1: how most of it runs there


@dataclass(frozen=True, slots=True)
class Backbone:
    """Which pieces are in the backbone, and as what."""

    homes: Homes
    inside: Truths  #: of each piece
    turned: Truths  #: of each piece: in the backbone, and turned in place
    station: Places  #: of each piece: the station it is of, numbered along the way; -1 outside
    rank: Places  #: of each piece: what orders those of one station


def homes(pieces: Pieces, target: Genome, query: Genome) -> Homes:
    """The target contig of which each query contig covers most, and its direction there."""
    count = max(len(target.contigs), 1)
    pair = pieces.query.astype(np.int64) * count + pieces.target
    covered = _covered_by_pair(pieces, pair, int(query.lengths.max(initial=0)))
    pairs, which = np.unique(pair, return_inverse=True)
    weight = np.bincount(which, weights=covered, minlength=len(pairs))
    along = np.bincount(which, weights=covered * pieces.strand, minlength=len(pairs))
    order = np.lexsort((-weight, pairs // count))
    owner = pairs[order] // count
    first = order[np.diff(owner, prepend=-1) != 0] if len(order) else order
    home = np.full(len(query.contigs), -1, dtype=np.int64)
    strand = np.ones(len(query.contigs), dtype=np.int64)
    home[pairs[first] // count] = pairs[first] % count
    strand[pairs[first] // count] = np.where(along[first] < 0, -1, 1)
    return Homes(home, strand)


def _covered_by_pair(pieces: Pieces, pair: Places, longest: int) -> Places:
    """The query bases each piece covers that no piece of its pair covers before it."""
    far = pair * (longest + 1)
    order = np.lexsort((pieces.query_end, pieces.query_start, pair))
    starts, ends = (far + pieces.query_start)[order], (far + pieces.query_end)[order]
    reach = np.maximum.accumulate(ends) if len(ends) else ends
    before = np.concatenate((starts[:1], reach[:-1]))
    covered = np.zeros(len(pieces), dtype=np.int64)
    covered[order] = np.maximum(ends - np.maximum(starts, before), 0)
    return covered


def backbone(pieces: Pieces, target: Genome, query: Genome) -> Backbone:
    """The backbone of all query contigs."""
    home = homes(pieces, target, query)
    at_home = np.flatnonzero(home.target[pieces.query] == pieces.target)
    forward = home.strand[pieces.query[at_home]] == pieces.strand[at_home]
    label = np.empty(len(at_home), dtype=np.int64)
    rank = np.zeros(len(pieces), dtype=np.int64)
    along = chains(pieces[at_home[forward]], NEAR)
    straight = int(along.label.max(initial=-1)) + 1
    turned = chains(pieces[at_home[~forward]], TURNED)
    label[forward], label[~forward] = along.label, turned.label + straight
    rank[at_home[forward]], rank[at_home[~forward]] = along.rank, turned.rank
    blocks = joined(pieces[at_home], label)
    falls = np.arange(len(blocks)) >= straight
    station = _stations(blocks, falls, home, target)
    of_piece = np.full(len(pieces), -1, dtype=np.int64)
    of_piece[at_home] = station[label]
    inside = of_piece >= 0
    is_turned = inside.copy()
    is_turned[at_home] &= ~forward
    return Backbone(home, inside, is_turned, of_piece, rank)


def _stations(blocks: Pieces, falls: Truths, home: Homes, target: Genome) -> Places:
    """The number on the way of each block, contig after contig; -1 for those not on it."""
    weight = blocks.bases * np.where(falls, TURNED_WEIGHT, 1.0)
    order = np.argsort(blocks.query, kind="stable")
    order = order[weight[order] >= LIGHT]
    cuts = np.flatnonzero(np.diff(blocks.query[order])) + 1
    groups = (group for group in np.split(order, cuts) if len(group))
    ways = [_way(blocks, falls, weight, home, group) for group in groups]
    ways = [way for way in ways if len(way)]
    heaviest = sorted(ways, key=lambda way: (-weight[way].sum(), int(blocks.query[way[0]])))
    station = np.full(len(blocks), -1, dtype=np.int64)
    first = 0
    for way in _apart(heaviest, blocks, target):
        station[way] = np.arange(first, first + len(way))
        first += len(way) + 1
    return station


def _apart(ways: list[Places], blocks: Pieces, target: Genome) -> list[Places]:
    """`ways`, heaviest first, without the blocks that mostly lie where a heavier one already is."""
    taken = [Claims() for _ in target.contigs]
    kept = []
    for way in ways:
        known = taken[int(blocks.target[way[0]])]
        starts, ends = blocks.target_start[way].tolist(), blocks.target_end[way].tolist()
        mine = [
            (start, end, 2 * known.free_bases(start, end) >= end - start)
            for start, end in zip(starts, ends, strict=True)
        ]
        for start, end, is_free in mine:
            if is_free:
                known.take(start, end)
        way = way[[is_free for _, _, is_free in mine]]  # noqa: PLW2901 - it, without some
        if len(way):
            kept.append(way)
    return kept


def _way(blocks: Pieces, falls: Truths, weight: Floats, home: Homes, group: Places) -> Places:
    """The heaviest way through the blocks of one query contig, in the order of the target."""
    mine = blocks[group]
    starts, ends = mine.rising(int(home.strand[mine.query[0]]))
    on_target = _without_ends(mine.target_start, mine.target_end)
    on_query = _without_ends(starts, ends)
    way = heaviest(on_target, on_query, weight[group])
    boxes = np.stack([mine.target_start, mine.target_end, starts, ends], axis=1)
    way = way[_side_by_side(boxes[way].tolist(), weight[group][way].tolist())]
    return group[way[_in_place(boxes[way].tolist(), falls[group][way].tolist())]]


def _in_place(boxes: list[list[int]], falls: list[bool]) -> list[bool]:
    """Which boxes along a way run forward, or are turned where they stand, beside a neighbour."""
    last = len(boxes) - 1
    return [
        not turned
        or (place > 0 and is_beside(boxes[place - 1], boxes[place]))
        or (place < last and is_beside(boxes[place], boxes[place + 1]))
        or not last
        for place, turned in enumerate(falls)
    ]


def is_beside(one: Sequence[int], two: Sequence[int]) -> bool:
    """Whether a box comes after another at the same distance on both genomes, or nearly so.

    A box is its target start and end, and its rising query start and end. It may be off by as much
    as the smaller one is long.
    """
    off = abs((two[0] - one[1]) - (two[2] - one[3]))
    smaller = min(one[1] - one[0], one[3] - one[2], two[1] - two[0], two[3] - two[2])
    return off <= max(smaller, BESIDE)


def _side_by_side(boxes: list[list[int]], weight: list[float]) -> list[int]:
    """The places of boxes along a way, without the lighter of neighbours that overlap too much.

    A small one may lie within the end of a large one, as a second copy does; it is no neighbour.
    """
    kept: list[int] = []
    for place, box in enumerate(boxes):
        while kept and _overlap(boxes[kept[-1]], box) and weight[kept[-1]] < weight[place]:
            kept.pop()
        if not kept or not _overlap(boxes[kept[-1]], box):
            kept.append(place)
    return kept


def _overlap(one: list[int], two: list[int]) -> bool:
    """Whether more than half of the smaller of two boxes is in the other, on either genome."""
    return any(
        2 * (one[end] - two[start]) > min(one[end] - one[start], two[end] - two[start])
        for start, end in ((0, 1), (2, 3))
    )


def _without_ends(starts: Places, ends: Places) -> tuple[Places, Places]:
    """Intervals without that share of their ends which may overlap their neighbours."""
    off = np.minimum((OVERLAP * (ends - starts)).astype(np.int64), MOST_OVERLAP)
    return starts + off, ends - off


def heaviest(
    on_target: tuple[Places, Places], on_query: tuple[Places, Places], weight: Floats
) -> Places:
    """The places of the boxes on the heaviest way on which both intervals only go forward."""
    count = len(weight)
    # At one position, ways end before others begin.
    position = np.concatenate(on_target)
    begins = np.arange(2 * count) < count
    turns = np.lexsort((np.tile(np.arange(count), 2), begins, position)).tolist()
    starts, ends, weights = on_query[0].tolist(), on_query[1].tolist(), weight.tolist()
    reaches: list[int] = []  # on the query, rising, with ever heavier ways that end there
    last: list[int] = []
    total, before = [0.0] * count, [-1] * count
    for turn in turns:
        if turn < count:
            known = bisect_right(reaches, starts[turn]) - 1
            before[turn] = last[known] if known >= 0 else -1
            total[turn] = weights[turn] + (total[before[turn]] if known >= 0 else 0.0)
        else:
            _reached(reaches, last, total, ends[turn - count], turn - count)
    way = [last[-1]] if last else []
    while way and before[way[-1]] >= 0:
        way.append(before[way[-1]])
    return np.array(way[::-1], dtype=np.int64)


def _reached(reaches: list[int], last: list[int], total: list[float], reach: int, box: int) -> None:
    """Note that a way ends with `box` at `reach`, unless a heavier one ends no later."""
    place = bisect_right(reaches, reach)
    if place and total[last[place - 1]] >= total[box]:
        return
    stop = place
    while stop < len(reaches) and total[last[stop]] <= total[box]:
        stop += 1
    start = bisect_left(reaches, reach, 0, place)
    reaches[start:stop] = [reach]
    last[start:stop] = [box]
