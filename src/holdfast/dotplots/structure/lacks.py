"""
What one genome lacks: insertions, deletions, doublings in tandem, and what nothing aligns to.

They are told from what lies between neighbours, the pieces of one chain and the stations of one
backbone, when what is elsewhere has been told and its bases are accounted for.
"""

from collections.abc import Iterator
from dataclasses import dataclass, fields

import numpy as np

from holdfast.dotplots.structure.accounts import Accounts, Axis, Sizes, longest, total
from holdfast.dotplots.structure.chain import joined
from holdfast.dotplots.structure.events import Event, EventKind, Place
from holdfast.dotplots.structure.pieces import Pieces, Places, Truths

BOTH = 0.1  #: when the shorter side is more than this share of the longer, neither is just longer
TANDEM = 0.5  #: of the added bases are there twice: they are the neighbour's, once more


@dataclass(frozen=True, slots=True)
class Between:
    """What lies between two neighbours, in columns; an end before its start is their overlap."""

    target: Places  #: contigs
    query: Places
    strand: Places
    target_start: Places
    target_end: Places
    query_start: Places  #: rising along the target: negative where the strand is -1
    query_end: Places
    target_stop: Places  #: where their chain ends
    query_stop: Places
    matches: Places  #: that tell it: 1 where both neighbours are of one, or 2

    def __len__(self) -> int:
        return len(self.target)


def between(pieces: Pieces, chain: Places, rank: Places, strand: Places) -> Between:
    """What lies between the neighbours in each chain.

    `chain`, `rank` in it and `strand` are of each piece; the strand is that of its chain, which a
    piece turned in place need not share.
    """
    starts, ends = pieces.rising(strand.astype(np.int8))
    order = np.lexsort((rank, chain))
    reach = (_reach(chain[order], each[order]) for each in (pieces.target_end, ends))
    # A piece that reaches further on neither genome lies within those before it.
    order = order[np.logical_or(*reach)]
    same = np.flatnonzero(chain[order][1:] == chain[order][:-1])
    one, two = order[same], order[same + 1]
    return Between(
        target=pieces.target[one].astype(np.int64),
        query=pieces.query[one].astype(np.int64),
        strand=strand[one].astype(np.int64),
        target_start=pieces.target_end[one],
        target_end=pieces.target_start[two],
        query_start=ends[one],
        query_end=starts[two],
        target_stop=_last(chain[order], pieces.target_end[order])[same],
        query_stop=_last(chain[order], ends[order])[same],
        matches=1 + (pieces.match[one] != pieces.match[two]),
    )


def _reach(chain: Places, ends: Places) -> Truths:
    """Which of those in order reach further than all before them in their chain."""
    if not len(ends):
        return np.zeros(0, dtype=bool)
    low = int(ends.min())
    room = int(ends.max()) - low + 2
    far = np.unique(chain, return_inverse=True)[1] * room + (ends - low + 1)
    further: Truths = far > np.maximum.accumulate(np.concatenate(([0], far[:-1])))
    return further


def _last(chain: Places, ends: Places) -> Places:
    """Where the chain of each ends; chains stand one after another."""
    firsts = np.flatnonzero(np.diff(chain, prepend=chain[:1] - 1))
    if not len(firsts):
        return ends
    last: Places = np.repeat(np.maximum.reduceat(ends, firsts), np.diff(firsts, append=len(chain)))
    return last


def joined_all(parts: list[Between]) -> Between:
    """All of `parts` as one."""
    columns = (
        np.concatenate([getattr(part, field.name) for part in parts]) for field in fields(Between)
    )
    return Between(*columns)


def neighbours(pieces: Pieces, station: Places, rank: Places, home_strand: Places) -> Between:
    """What lies between the pieces within stations, and between the stations, of a backbone.

    The columns are of the backbone's pieces alone; numbers of stations of one contig follow one
    another, and those of different contigs do not.
    """
    within = between(pieces, station, rank, pieces.strand.astype(np.int64))
    numbers, which = np.unique(station, return_inverse=True)
    boxes = joined(pieces, which)
    way = numbers - np.arange(len(numbers))  # equal where numbers follow one another
    across = between(boxes, way, numbers, home_strand[boxes.query])
    return joined_all([within, across])


def lacking(gaps: Between, accounts: Accounts, sizes: Sizes) -> Iterator[Event]:
    """The insertions, deletions and tandem duplications in `gaps`, whose bases are then claimed."""
    on_target = gaps.target_end - gaps.target_start
    on_query = gaps.query_end - gaps.query_start
    wide = np.maximum(np.abs(on_target), np.abs(on_query)) >= sizes.least
    for row in np.flatnonzero(wide).tolist():
        gap = _Gap(gaps, row)
        event = gap.event(accounts, sizes)
        if event is not None:
            accounts.target.take(gap.target)
            accounts.query.take(gap.query)
            yield event


class _Gap:
    """One row of what lies between neighbours."""

    def __init__(self, gaps: Between, row: int) -> None:
        self.strand = int(gaps.strand[row])
        self.matches = int(gaps.matches[row])
        starts, ends = (gaps.target_start, gaps.query_start), (gaps.target_end, gaps.query_end)
        (t0, q0), (t1, q1) = ((int(column[row]) for column in pair) for pair in (starts, ends))
        self.twice_on_target, self.twice_on_query = max(0, t0 - t1), max(0, q0 - q1)
        # What both neighbours align to belongs to the first; the second begins after it.
        self.t0, self.t1 = t0, max(t1, t0)
        self.q0, self.q1 = q0, max(q1, q0)
        self.target_stop, self.query_stop = int(gaps.target_stop[row]), int(gaps.query_stop[row])
        self.contigs = int(gaps.target[row]), int(gaps.query[row])

    @property
    def target(self) -> Place:
        return Place(self.contigs[0], self.t0, self.t1)

    @property
    def query(self) -> Place:
        return self._query(self.q0, self.q1)

    def _query(self, start: int, end: int) -> Place:
        """A rising interval of the query as a place."""
        if self.strand < 0:
            start, end = -end, -start
        return Place(self.contigs[1], start, end)

    def event(self, accounts: Accounts, sizes: Sizes) -> Event | None:
        """What is lacking here, if it is enough and on one side."""
        free_target, free_query = accounts.target.free(self.target), accounts.query.free(self.query)
        more_target = total(free_target) + self.twice_on_query
        more_query = total(free_query) + self.twice_on_target
        fewer, more = sorted((more_target, more_query))
        if more - fewer < sizes.least or (fewer >= sizes.unaligned and fewer > BOTH * more):
            return None
        if more_target > more_query:
            return self._deletion(free_target, sizes)
        return self._insertion(free_query, sizes)

    def _deletion(self, free: list[Place], sizes: Sizes) -> Event | None:
        """Target bases that the query lacks; those that overlap on the query come first."""
        place = self.target
        if self.twice_on_query:
            end = min(place.end + self.twice_on_query, max(self.target_stop, place.end))
            place = Place(place.contig, place.start, end)
        elif total(free) < place.length:
            place = longest(free) or place
        if place.length < sizes.least:
            return None
        return self._event(EventKind.DELETION, place, self._query(self.q0, self.q0))

    def _insertion(self, free: list[Place], sizes: Sizes) -> Event | None:
        twice, gap = self.twice_on_target, self.q1 - self.q0
        end = min(self.q1 + twice, max(self.query_stop, self.q1))
        if twice >= sizes.least and twice >= TANDEM * (twice + gap):
            again = Place(self.contigs[0], self.t0 - twice, self.t0)
            return self._event(EventKind.DUPLICATION, again, self._query(self.q1, end))
        place = self._query(self.q0, end)
        if not twice and total(free) < place.length:
            place = longest(free) or place
        if place.length < sizes.least:
            return None
        return self._event(EventKind.INSERTION, Place(self.contigs[0], self.t0, self.t0), place)

    def _event(self, kind: EventKind, target: Place, query: Place) -> Event:
        return Event(kind, target, query, self.strand, None, self.matches, 0)


def unaligned(axis: Axis, kind: EventKind, least: int) -> Iterator[Event]:
    """The runs of `least` bases or more that nothing has claimed, contig after contig."""
    for number, contig in enumerate(axis.genome.contigs):
        for part in axis.free(Place(number, 0, contig.length)):
            if part.length >= least:
                on_target = kind is EventKind.UNALIGNED_TARGET
                target, query = (part, None) if on_target else (None, part)
                yield Event(kind, target, query, 1, None, 0, 0)
