"""
What is elsewhere: translocations and duplications, out of the pieces that the backbone leaves.

Only what tells of query bases that are not accounted for is looked at, cut to those bases and
chained. The chains then claim their bases, those first that explain most; what is left of a later
one must still be half of it. Bases that the target has nowhere else were moved; where the target's
were accounted for already, the query has them once more.
"""

from dataclasses import dataclass, replace

import numpy as np
from numpy.typing import NDArray

from holdfast.dotplots.structure.accounts import Accounts, Sizes, longest, total
from holdfast.dotplots.structure.backbone import Backbone, is_beside
from holdfast.dotplots.structure.chain import Reach, chains, joined
from holdfast.dotplots.structure.events import Event, EventKind, Place
from holdfast.dotplots.structure.pieces import Pieces, Places

MOVED_REACH = 20_000  #: bases, within a chain of what is elsewhere

#: By whether the target's bases were free, and whether it runs as its contig does at home.
KINDS = {
    (True, True): EventKind.TRANSLOCATION,
    (True, False): EventKind.INVERTED_TRANSLOCATION,
    (False, True): EventKind.DUPLICATION,
    (False, False): EventKind.INVERTED_DUPLICATION,
}


@dataclass(frozen=True, slots=True)
class Told:
    """An event and the pieces that tell it; None where they are only in their place after all."""

    event: Event | None
    pieces: Pieces  #: in the order of their chain


def moved(pieces: Pieces, bones: Backbone, accounts: Accounts, sizes: Sizes) -> list[Told]:
    """The translocations and duplications that the pieces outside the backbone tell."""
    rest = pieces[~bones.inside]
    free = accounts.query.outside(rest.query, rest.query_start, rest.query_end)
    rest = _cut_to_free(rest[free >= sizes.moved], accounts)
    chained = chains(rest, Reach(MOVED_REACH, grows=True, blocked=accounts.query.inside))
    label, order = chained.label, np.argsort(chained.rank)
    groups = np.split(order, np.flatnonzero(np.diff(label[order])) + 1) if len(rest) else []
    worth = _worth(rest, label, accounts)
    stations = _Stations(pieces, bones)
    told = []
    for number in np.argsort(-worth, kind="stable").tolist():
        found = _told(rest[groups[number]], accounts, sizes, stations)
        if found is not None:
            told.append(found)
    return told


def _cut_to_free(rest: Pieces, accounts: Accounts) -> Pieces:
    """Each piece cut to its longest run of query bases that are free."""
    starts, ends = rest.query_start.copy(), rest.query_end.copy()
    for row in range(len(rest)):
        run = longest(accounts.query.free(_query(rest, row)))
        if run is not None:
            starts[row], ends[row] = run.start, run.end
    return cut(rest, starts, ends)


def cut(pieces: Pieces, starts: Places, ends: Places) -> Pieces:
    """`pieces` cut to the query intervals given, the target's in proportion."""
    length = np.maximum(pieces.query_end - pieces.query_start, 1)
    span = pieces.target_end - pieces.target_start
    rises = pieces.strand > 0
    off = np.where(rises, starts - pieces.query_start, pieces.query_end - ends) / length
    share = (ends - starts) / length
    target_start = pieces.target_start + np.rint(off * span).astype(np.int64)
    target_end = target_start + np.rint(share * span).astype(np.int64)
    return replace(
        pieces,
        query_start=starts,
        query_end=ends,
        target_start=np.minimum(target_start, pieces.target_end),
        target_end=np.minimum(target_end, pieces.target_end),
        bases=pieces.bases * share,
    )


def _worth(rest: Pieces, label: Places, accounts: Accounts) -> Places:
    """What each chain explains: its matching bases, those of free target bases counting twice."""
    free = accounts.target.outside(rest.target, rest.target_start, rest.target_end)
    share = free / np.maximum(rest.target_end - rest.target_start, 1)
    worth: Places = np.bincount(label, weights=rest.bases * (1 + share))
    return worth


def _told(group: Pieces, accounts: Accounts, sizes: Sizes, stations: "_Stations") -> Told | None:
    """What a chain tells, and its bases claimed; None if others have told of most of it."""
    query = [_query(group, row) for row in range(len(group))]
    parts = [part for place in query for part in accounts.query.free(place)]
    if total(parts) < max(sizes.moved, total(query) // 2):
        return None
    target = [_target(group, row) for row in range(len(group))]
    free = sum(total(accounts.target.free(place)) for place in target)
    was_free = 2 * free >= total(target)
    kind = stations.kind(group, was_free=was_free)
    for axis, places in ((accounts.target, target), (accounts.query, query)):
        for place in places:
            axis.take(place)
    return Told(kind and event_of(kind, group), group)


def event_of(kind: EventKind, group: Pieces) -> Event:
    """The event that a chain of pieces tells."""
    box = joined(group, np.zeros(len(group), dtype=np.int64))
    return Event(
        kind=kind,
        target=_target(box, 0),
        query=_query(box, 0),
        strand=int(box.strand[0]),
        identity=round(float(box.identity[0]), 6),
        matches=len(np.unique(group.match)),
        bases=round(float(box.bases[0])),
    )


class _Stations:
    """Where the backbone's stations are, to know what lies between the same two on both genomes."""

    def __init__(self, pieces: Pieces, bones: Backbone) -> None:
        self.homes = bones.homes
        numbers = np.unique(bones.station[bones.inside], return_inverse=True)[1]
        boxes = joined(pieces[bones.inside], numbers)  # contig after contig, along each way
        self.boxes = _boxes(boxes, bones.homes.strand[boxes.query].astype(np.int8))
        firsts = np.flatnonzero(np.diff(boxes.query, prepend=-1))
        lasts = np.append(firsts[1:], len(boxes))
        self.of_contig = {
            int(boxes.query[first]): slice(first, last)
            for first, last in zip(firsts.tolist(), lasts.tolist(), strict=False)
        }

    def kind(self, group: Pieces, *, was_free: bool) -> EventKind | None:
        """What happened to a chain of pieces; None if nothing."""
        contig = int(group.query[0])
        strand = int(self.homes.strand[contig])
        is_along = int(group.strand[0]) == strand
        at_home = self.homes.target[contig] == group.target[0]
        if was_free and at_home and self._is_in_place(group, contig, strand):
            return None if is_along else EventKind.INVERSION
        return KINDS[was_free, is_along]

    def _is_in_place(self, group: Pieces, contig: int, strand: int) -> bool:
        """Whether a chain stands between the same two stations on both genomes, beside one."""
        mine = self.boxes[self.of_contig.get(contig, slice(0, 0))]
        whole = _boxes(joined(group, np.zeros(len(group), dtype=np.int64)), strand)[0]
        middle = (whole[0] + whole[1]) // 2, (whole[2] + whole[3]) // 2
        place = int(np.searchsorted(mine[:, 0] + mine[:, 1], 2 * middle[0]))
        if place != np.searchsorted(mine[:, 2] + mine[:, 3], 2 * middle[1]):
            return False
        before = (is_beside(one, whole) for one in mine[max(place - 1, 0) : place].tolist())
        after = (is_beside(whole, two) for two in mine[place : place + 1].tolist())
        return any((*before, *after))


def _boxes(pieces: Pieces, strand: NDArray[np.int8] | int) -> Places:
    """Each piece as target start and end, and query start and end rising along it."""
    starts, ends = pieces.rising(strand)
    return np.stack([pieces.target_start, pieces.target_end, starts, ends], axis=1)


def _query(pieces: Pieces, row: int) -> Place:
    return Place(int(pieces.query[row]), int(pieces.query_start[row]), int(pieces.query_end[row]))


def _target(pieces: Pieces, row: int) -> Place:
    return Place(
        int(pieces.target[row]), int(pieces.target_start[row]), int(pieces.target_end[row])
    )
