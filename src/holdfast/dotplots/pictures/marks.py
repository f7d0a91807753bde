"""
Marks: differences in structure, drawn discreetly over the matches.

One that lies on both genomes is a thin box around it; one that only one genome has is a short bar
at that genome's edge of the plot.
"""

from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

from matplotlib.collections import PolyCollection

from holdfast.dotplots.palettes import Ground
from holdfast.dotplots.pictures.legend import Swatch
from holdfast.dotplots.pictures.strokes import Canvas
from holdfast.dotplots.region import Ruler
from holdfast.dotplots.structure.events import COLOURS, Event, EventKind

LEAST = 3.0  #: points; no box is smaller
THINNEST = 0.8  #: points; no bar is thinner
LANES = ((0.0, 3.0), (3.4, 5.4))  #: points from the edge, of what is lacking and what is unaligned
AIR = 1.5  #: points between a match and the box around it

UNALIGNED = (EventKind.UNALIGNED_TARGET, EventKind.UNALIGNED_QUERY)

Interval = tuple[float, float]


@dataclass(frozen=True, slots=True)
class Mark:
    """What is seen of an event: intervals of bases on the rulers; None where a genome lacks it."""

    kind: EventKind
    across: Interval | None
    up: Interval | None

    @property
    def boxed(self) -> bool:
        """Whether it lies on both genomes."""
        return self.across is not None and self.up is not None


def marks_of(events: Sequence[Event], rulers: tuple[Ruler, Ruler]) -> tuple[Mark, ...]:
    """What `rulers`, target and query, show of `events`."""
    return tuple(mark for event in events for mark in _seen(event, *rulers))


def meanings(marks: Sequence[Mark], ground: Ground) -> tuple[Swatch, ...]:
    """What the colours of `marks` mean, for the legend."""
    counts = Counter(mark.kind for mark in marks)
    boxed = {mark.kind for mark in marks if mark.boxed}
    return tuple(
        Swatch((_colour(kind, ground),), f"{kind.value} ({counts[kind]:,})", kind in boxed)
        for kind in EventKind
        if counts[kind]
    )


def draw_marks(axes: Any, marks: Sequence[Mark], canvas: Canvas, ground: Ground) -> None:
    """Draw `marks`, those of a kind in one go."""
    for kind in EventKind:
        colour = _colour(kind, ground)
        boxes = [_corners(mark, canvas) for mark in marks if mark.kind is kind and mark.boxed]
        bars = [_corners(mark, canvas) for mark in marks if mark.kind is kind and not mark.boxed]
        _draw(
            axes,
            boxes,
            facecolors=[(colour, 0.10)],
            edgecolors=[(colour, 0.95)],
            linewidths=0.5 * canvas.line,
        )
        _draw(axes, bars, facecolors=[(colour, 0.8)], edgecolors="none")


def _draw(axes: Any, corners: list[list[Interval]], **how: Any) -> None:
    if corners:
        axes.add_collection(PolyCollection(corners, zorder=4, **how), autolim=False)


def _colour(kind: EventKind, ground: Ground) -> str:
    return COLOURS[kind][ground is Ground.DARK]


def _seen(event: Event, target: Ruler, query: Ruler) -> list[Mark]:
    """The marks of one event: one for each pair of stretches that show it."""
    on_target = event.target is not None and event.target.length > 0
    on_query = event.query is not None and event.query.length > 0
    across = target.pieces(event.target) if event.target and on_target else []
    up = query.pieces(event.query) if event.query and on_query else []
    if on_target and on_query:
        return [Mark(event.kind, x, y) for x in across for y in up]
    return [Mark(event.kind, x, None) for x in across] + [Mark(event.kind, None, y) for y in up]


def _corners(mark: Mark, canvas: Canvas) -> list[Interval]:
    """The corners of the box or bar of one mark, in bases on the rulers."""
    per_x, per_y = canvas.point.tolist()
    least, air = (LEAST, AIR) if mark.boxed else (THINNEST, 0.0)
    low, high = LANES[mark.kind in UNALIGNED]
    x = _wide(mark.across, per_x, least, air) if mark.across else (low * per_x, high * per_x)
    y = _wide(mark.up, per_y, least, air) if mark.up else (low * per_y, high * per_y)
    return [(x[0], y[0]), (x[1], y[0]), (x[1], y[1]), (x[0], y[1])]


def _wide(interval: Interval, per_point: float, least: float, air: float) -> Interval:
    """The interval with some air, and wide enough to be seen; `least` and `air` are points."""
    middle = (interval[0] + interval[1]) / 2
    half = max((interval[1] - interval[0]) / 2 + air * per_point, least / 2 * per_point)
    return middle - half, middle + half
