"""
Finding what differs in structure between two genomes, from the matches between them.

First the backbone, what is where one expects it, with what is turned in place; then, of the rest,
what is elsewhere or there once more; then what either genome lacks, between neighbours; and last
what nothing aligns to. Each step claims the bases it explains, so nothing is told twice. All of it
is told from the matches: the same ones in any order tell the same.
"""

import numpy as np

from holdfast.dotplots.genome import Genome
from holdfast.dotplots.matches import Matches
from holdfast.dotplots.structure.accounts import Accounts, Sizes
from holdfast.dotplots.structure.backbone import Backbone, backbone
from holdfast.dotplots.structure.events import Event, EventKind
from holdfast.dotplots.structure.lacks import (
    Between,
    between,
    joined_all,
    lacking,
    neighbours,
    unaligned,
)
from holdfast.dotplots.structure.moved import Told, event_of, moved
from holdfast.dotplots.structure.pieces import Pieces, pieces_of
from holdfast.formats.paf_gaps import Gaps

USUAL = Sizes()
KINDS = {kind: number for number, kind in enumerate(EventKind)}


def structure_of(
    matches: Matches,
    target: Genome,
    query: Genome,
    gaps: Gaps | None = None,
    sizes: Sizes = USUAL,
) -> tuple[Event, ...]:
    """What differs, along the target; what only the query tells comes last, along the query.

    `gaps` are the long gaps inside the matches, whose `line` is a place in `matches`; without them,
    what lies in such a gap is not seen.
    """
    pieces = _in_order(pieces_of(matches, Gaps.none() if gaps is None else gaps))
    bones = backbone(pieces, target, query)
    accounts = Accounts(target, query)
    inside = pieces[bones.inside]
    accounts.begin(inside)
    events = _inversions(pieces, bones, sizes)
    elsewhere = moved(pieces, bones, accounts, sizes)
    events += [told.event for told in elsewhere if told.event is not None]
    station, rank = bones.station[bones.inside], bones.rank[bones.inside]
    lies_between = [neighbours(inside, station, rank, bones.homes.strand), *_within(elsewhere)]
    events += lacking(joined_all(lies_between), accounts, sizes)
    events += unaligned(accounts.target, EventKind.UNALIGNED_TARGET, sizes.unaligned)
    events += unaligned(accounts.query, EventKind.UNALIGNED_QUERY, sizes.unaligned)
    return tuple(sorted(events, key=_along))


def _in_order(pieces: Pieces) -> Pieces:
    """`pieces` in an order that does not depend on the alignment's."""
    columns = (pieces.match, pieces.bases, pieces.strand, pieces.query_end, pieces.query_start)
    return pieces[
        np.lexsort((*columns, pieces.query, pieces.target_end, pieces.target_start, pieces.target))
    ]


def _inversions(pieces: Pieces, bones: Backbone, sizes: Sizes) -> list[Event]:
    """The stations of the backbone that are turned."""
    turned = pieces[bones.turned]
    station = bones.station[bones.turned]
    order = np.argsort(station, kind="stable")
    cuts = np.flatnonzero(np.diff(station[order])) + 1
    groups = np.split(order, cuts) if len(order) else []
    events = (event_of(EventKind.INVERSION, turned[group]) for group in groups)
    return [event for event in events if event.target and event.target.length >= sizes.least]


def _within(elsewhere: list[Told]) -> list[Between]:
    """What lies between the pieces of each chain that is elsewhere."""
    if not elsewhere:
        return []
    pieces = Pieces.together([told.pieces for told in elsewhere])
    chain = np.repeat(np.arange(len(elsewhere)), [len(told.pieces) for told in elsewhere])
    return [between(pieces, chain, np.arange(len(pieces)), pieces.strand.astype(np.int64))]


def _along(event: Event) -> tuple[int, ...]:
    """Where an event comes in a list."""
    kind = KINDS[event.kind]
    places: list[int] = []
    for place in (event.target, event.query):
        places += [1, 0, 0, 0] if place is None else [0, place.contig, place.start, place.end]
    return (*places, kind)
