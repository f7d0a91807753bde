"""
Charts of the store's pages, as numbers for SVG: pure functions of what ``app/`` answers.

A chart is `WIDTH` wide and as high as it says; its units are stretched to the page, so lines are
drawn with strokes that do not scale.
"""

from collections.abc import Sequence
from dataclasses import dataclass

from holdfast.app.sequences.beside import Beside, Fate, Pair
from holdfast.app.sequences.composition import Composition
from holdfast.app.sequences.contents import CollectionFacts, MemberShown

WIDTH = 1000.0
SHARES_HEIGHT = 120.0
BARS_HEIGHT = 120.0
LEAST = 1.5  #: of a bar, so that it can be seen
SIDE = 160.0  #: width of a column of the picture of two collections
GAP = 3.0  #: between two bars of it
PICTURE_HEIGHT = 560.0


@dataclass(frozen=True, slots=True)
class Box:
    """A rectangle and what is said of it."""

    x: float
    y: float
    width: float
    height: float
    words: str
    digest: str = ""
    kind: str = ""


@dataclass(frozen=True, slots=True)
class SharesChart:
    """The share of G and C along a sequence as lines, and where N are as boxes."""

    lines: tuple[str, ...]  #: points of polylines
    unknown: tuple[Box, ...]
    low: float  #: share at the bottom
    high: float  #: share at the top


@dataclass(frozen=True, slots=True)
class Band:
    """Two bars that belong together: the corners of what joins them."""

    points: str
    kind: str


@dataclass(frozen=True, slots=True)
class BesidePicture:
    """Two collections as columns of bars, joined where records belong together."""

    height: float
    left: tuple[Box, ...]
    right: tuple[Box, ...]
    bands: tuple[Band, ...]


def shares_chart(made: Composition) -> SharesChart | None:
    """The chart of a sequence of nucleotides; None of another, or of an empty one."""
    known = [share for share in made.gc if share is not None]
    if not made.gc:
        return None
    low = max(0.0, int(min(known, default=0.4) * 10 - 0.5) / 10)
    high = min(1.0, int(max(known, default=0.6) * 10 + 1.5) / 10)
    step = WIDTH / len(made.gc)
    unknown = tuple(
        Box(nth * step, 0, step, SHARES_HEIGHT * share, f"{share:.0%} N")
        for nth, share in enumerate(made.unknown)
        if share > 0.005
    )
    return SharesChart(tuple(_polylines(made.gc, low, high, step)), unknown, low, high)


def _polylines(shares: Sequence[float | None], low: float, high: float, step: float) -> list[str]:
    lines: list[list[str]] = [[]]
    for nth, share in enumerate(shares):
        if share is None:
            lines.append([])
            continue
        y = SHARES_HEIGHT * (1 - (share - low) / (high - low))
        lines[-1] += [f"{nth * step:.1f},{y:.1f}", f"{(nth + 1) * step:.1f},{y:.1f}"]
    return [" ".join(points) for points in lines if points]


def lengths_chart(facts: CollectionFacts) -> tuple[Box, ...]:
    """The longest sequences of a collection as bars, the longest first."""
    lengths = facts.lengths
    if lengths is None or not lengths.longest:
        return ()
    step = WIDTH / len(lengths.bars)
    return tuple(
        Box(
            nth * step,
            BARS_HEIGHT - (height := max(LEAST, BARS_HEIGHT * each.length / lengths.longest)),
            max(1.0, step * 0.8),
            height,
            f"{each.name}: {each.length:,}",
            each.digest,
        )
        for nth, each in enumerate(lengths.bars)
    )


def beside_picture(beside: Beside) -> BesidePicture | None:
    """Two collections as two columns, as long as their longest records; None if both are empty."""
    drawn = beside.drawn
    if not drawn:
        return None
    sides = [_column(drawn, side) for side in ("a", "b")]
    total = max(sum(each.length for each in side) for side in sides) or 1
    rows = max(map(len, sides))
    height = min(PICTURE_HEIGHT, 120 + 18.0 * rows)
    scale = max(0.0, height - rows * (GAP + LEAST)) / total
    left = _stacked(drawn, sides[0], "a", 0.0, scale)
    right = _stacked(drawn, sides[1], "b", WIDTH - SIDE, scale)
    bands = [
        _band(left[pair.a.place], right[pair.b.place], pair.fate)
        for pair in drawn
        if pair.a and pair.b and pair.a.place in left and pair.b.place in right
    ]
    return BesidePicture(height, tuple(left.values()), tuple(right.values()), tuple(bands))


def _column(drawn: Sequence[Pair], side: str) -> list[MemberShown]:
    members = [each for pair in drawn if (each := getattr(pair, side))]
    return sorted(members, key=lambda each: each.place)


def _stacked(
    drawn: Sequence[Pair], members: Sequence[MemberShown], side: str, x: float, scale: float
) -> dict[int, Box]:
    """The bars of one side by the place of their record, one beneath the other."""
    fates = {each.place: pair.fate for pair in drawn if (each := getattr(pair, side))}
    boxes: dict[int, Box] = {}
    y = 0.0
    for each in members:
        height = LEAST + each.length * scale
        fate = fates[each.place]
        words = f"{each.name}, {each.length:,} residues: {fate.value}"
        boxes[each.place] = Box(x, y, SIDE, height, words, each.digest, kind_of(fate))
        y += height + GAP
    return boxes


def _band(left: Box, right: Box, fate: Fate) -> Band:
    middle = (left.x + left.width + right.x) / 2
    points = (
        f"M{left.x + left.width:.1f} {left.y:.2f}"
        f"C{middle:.1f} {left.y:.2f} {middle:.1f} {right.y:.2f} {right.x:.1f} {right.y:.2f}"
        f"V{right.y + right.height:.2f}"
        f"C{middle:.1f} {right.y + right.height:.2f} {middle:.1f} {left.y + left.height:.2f}"
        f" {left.x + left.width:.1f} {left.y + left.height:.2f}Z"
    )
    return Band(points, kind_of(fate))


def kind_of(fate: Fate) -> str:
    """The class by which a fate is drawn."""
    return fate.name.lower().replace("_", "-")
