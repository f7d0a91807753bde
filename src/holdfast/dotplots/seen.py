"""
Seen: a scene as a person looks at it: contigs in another order, some turned or hidden, the axes
exchanged, and only some matches drawn.

The page does the same with its own copy of the scene; what is made here of what is seen shows the
same. Pure functions of the scene.
"""

from dataclasses import dataclass, replace

import numpy as np
from numpy.typing import NDArray

from holdfast.dotplots import colours
from holdfast.dotplots.colours import Colouring
from holdfast.dotplots.drawing import Drawing
from holdfast.dotplots.genome import Contig, Genome
from holdfast.dotplots.layout.naming import by_length, by_name
from holdfast.dotplots.matches import Matches
from holdfast.dotplots.noise import drawn_lengths, noise_end
from holdfast.dotplots.scene import Axis, Group, Scene
from holdfast.dotplots.structure.events import Event, EventKind, Place
from holdfast.errors import UsageError

#: Kinds of differences that a page shows at first.
FIRST_KINDS = frozenset(tuple(EventKind)[:5])
#: What an event is called when the other genome is the target.
OTHERWISE = {
    EventKind.INSERTION: EventKind.DELETION,
    EventKind.DELETION: EventKind.INSERTION,
    EventKind.UNALIGNED_TARGET: EventKind.UNALIGNED_QUERY,
    EventKind.UNALIGNED_QUERY: EventKind.UNALIGNED_TARGET,
}


@dataclass(frozen=True, slots=True)
class Window:
    """A stretch of each axis as it is seen, in bases from its beginning."""

    x0: float
    x1: float
    y0: float
    y1: float


@dataclass(frozen=True, slots=True)
class Sight:
    """What is seen of a plot."""

    drawing: Drawing
    window: Window | None = None  #: None: all
    colouring: Colouring = colours.USUAL
    min_identity: float = 0.0
    min_length: float = 0.0  #: bases, of the longer of a match's two intervals
    hide_noise: bool = False
    kinds: frozenset[EventKind] = FIRST_KINDS
    target_order: str = "drawn"
    query_order: str = "drawn"
    turned: frozenset[str] = frozenset()  #: ``x3``, ``y0``: places on the scene's axes
    hidden: frozenset[str] = frozenset()
    swapped: bool = False


@dataclass(frozen=True, slots=True)
class SeenScene:
    """A scene as it is seen, and which of the scene's matches are in it."""

    scene: Scene
    rows: NDArray[np.int64]


def seen_scene(scene: Scene, sight: Sight) -> SeenScene:
    """`scene` arranged, filtered and coloured as `sight` says; the window is not cut out."""
    target, on_target = _arranged(scene.target, "x", sight.target_order, sight)
    query, on_query = _arranged(scene.query, "y", sight.query_order, sight)
    matches = scene.matches
    rows = np.flatnonzero(
        (on_target[matches.target] >= 0) & (on_query[matches.query] >= 0) & _drawn(matches, sight)
    )
    left = matches[rows]
    left = replace(left, target=on_target[left.target], query=on_query[left.query])
    events = tuple(
        replace(event, target=_moved(event.target, on_target), query=_moved(event.query, on_query))
        for event in scene.events
        if _stands(event.target, on_target) and _stands(event.query, on_query)
    )
    made = replace(
        scene,
        target=target,
        query=query,
        matches=left,
        events=events,
        colouring=sight.colouring,
    )
    if sight.swapped:
        made = _swapped(made)
    kept = tuple(event for event in made.events if event.kind in sight.kinds)
    return SeenScene(replace(made, events=kept), rows)


def _drawn(matches: Matches, sight: Sight) -> NDArray[np.bool_]:
    """Which matches the filters leave."""
    # Identities are kept in 32 bits: 0.9 in them is a little less than 0.9.
    drawn: NDArray[np.bool_] = matches.identity >= np.float32(sight.min_identity)
    spans = np.maximum(
        matches.target_end - matches.target_start, matches.query_end - matches.query_start
    )
    drawn &= spans >= sight.min_length
    if sight.hide_noise:
        lengths = drawn_lengths(matches)
        least = noise_end(lengths)
        if least is not None:
            drawn &= lengths >= least
    return drawn


def _arranged(axis: Axis, letter: str, order: str, sight: Sight) -> tuple[Axis, NDArray[np.int32]]:
    """An axis as it is seen, and where on it each contig of the scene's stands; -1: nowhere."""
    genome = Genome(axis.name, tuple(Contig(each.name, each.length) for each in axis.contigs))
    orders = {"name": by_name, "length": by_length}
    places = orders[order](genome).order if order in orders else range(len(axis.contigs))
    left = [place for place in places if f"{letter}{place}" not in sight.hidden]
    left = left or list(places)  # an axis has a contig at least
    contigs = tuple(
        replace(each, reversed=each.reversed != (f"{letter}{place}" in sight.turned))
        for place in left
        for each in (axis.contigs[place],)
    )
    stands = np.full(len(axis.contigs), -1, dtype=np.int32)
    stands[left] = np.arange(len(left), dtype=np.int32)
    groups = _groups_left(axis, stands) if order == "drawn" else ()
    return replace(axis, contigs=contigs, groups=groups), stands


def _groups_left(axis: Axis, stands: NDArray[np.int32]) -> tuple[Group, ...]:
    """The groups of an axis of which some contigs may be hidden."""
    found = []
    for group in axis.groups:
        here = stands[group.first : group.first + group.count]
        here = here[here >= 0]
        if len(here) == group.count:
            found.append(replace(group, first=int(here[0])))
        elif len(here) > 1:
            found.append(Group(int(here[0]), len(here), f"{len(here):,} contigs"))
    return tuple(found)


def _stands(place: Place | None, stands: NDArray[np.int32]) -> bool:
    return place is None or bool(stands[place.contig] >= 0)


def _moved(place: Place | None, stands: NDArray[np.int32]) -> Place | None:
    return place and replace(place, contig=int(stands[place.contig]))


def _swapped(scene: Scene) -> Scene:
    """The scene with its axes exchanged."""
    provenance = dict(scene.provenance)
    if {"target", "query"} <= provenance.keys():
        provenance["target"], provenance["query"] = provenance["query"], provenance["target"]
    return replace(
        scene,
        target=scene.query,
        query=scene.target,
        matches=scene.matches.transposed(),
        events=tuple(_other(event) for event in scene.events),
        provenance=provenance,
    )


def _other(event: Event) -> Event:
    kind = OTHERWISE.get(event.kind, event.kind)
    return replace(event, kind=kind, target=event.query, query=event.target)


def regions_seen(scene: Scene, window: Window | None) -> tuple[tuple[str, ...], tuple[str, ...]]:
    """What `window` shows of the axes of `scene`, as regions; none for all of an axis."""
    if window is None:
        return (), ()
    return _regions(scene.target, window.x0, window.x1), _regions(scene.query, window.y0, window.y1)


def _regions(axis: Axis, low: float, high: float) -> tuple[str, ...]:
    if low <= 0 and high >= axis.length:
        return ()
    found = []
    for contig, begin in zip(axis.contigs, axis.offsets.tolist(), strict=True):
        start = max(int(np.floor(low - begin)), 0)
        end = min(int(np.ceil(high - begin)), contig.length)
        if start >= end:
            continue
        if contig.reversed:
            start, end = contig.length - end, contig.length - start
        found.append(f"{contig.name}:{start}-{end}")
    if not found:
        raise UsageError(f"nothing of {axis.name} is in view")
    return tuple(found)
