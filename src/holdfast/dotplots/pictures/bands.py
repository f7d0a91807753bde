"""
Bands: annotation beside the plot of a picture, above it along x and at its right along y.

A band has two rows of features, or, where they are too many to be told apart, bars as high as there
are features, by orders of magnitude. Of each track the kinds are drawn that tell something: no
parts of others, and nothing that covers whole contigs, unless there is nothing else.
"""

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
from matplotlib.collections import PolyCollection
from numpy.typing import NDArray

from holdfast.dotplots.palettes import Ground
from holdfast.dotplots.pictures import letters
from holdfast.dotplots.pictures.legend import Swatch
from holdfast.dotplots.pictures.look import Inks
from holdfast.dotplots.pictures.paper import Paper
from holdfast.dotplots.region import Ruler
from holdfast.dotplots.tracks import Track

BAND = 2.4  #: letters that a band is high, with the gap before it
GAP = 0.4
ROWS = 2
MANY = 2_000  #: features drawn one by one
NAMED = 60  #: features of which the names are written, where there is room
BAR = 0.75  #: points
THINNEST = 0.3  #: points; no feature is drawn thinner
MOST_KINDS = 8  #: told in the legend
#: Kinds that cover all there is, and so tell nothing.
GROUND = {"region", "chromosome", "contig", "scaffold", "supercontig", "biological_region"}
#: On light and on dark ground; told apart by those who do not see red or green as others do.
COLOURS = {
    Ground.LIGHT: ("#2a7f9e", "#b5651d", "#5b7f2b", "#8a5a9e", "#b23a5b", "#8a7a1c", "#3f62b5"),
    Ground.DARK: ("#5fbcd9", "#e5a05f", "#a3c971", "#c49bd8", "#ee8aa5", "#d6c65c", "#8fabf2"),
}

Floats = NDArray[np.float64]


@dataclass(frozen=True, slots=True)
class Seen:
    """What a ruler shows of a track: from and to on the ruler, sorted; which feature each is."""

    track: Track
    low: Floats
    high: Floats
    feature: NDArray[np.int64]


@dataclass(frozen=True, slots=True)
class Lane:
    """Where a band lies: from `start` along the axis, from `near` away from the plot, in points."""

    start: float
    length: float
    near: float
    size: float  #: of a letter
    upwards: bool  #: along y

    def boxes(self, low: Floats, high: Floats, near: Floats, far: Floats) -> Floats:
        """Corners on the paper, shape (boxes, 4, 2), of intervals in points along the axis."""
        along = np.stack([low, high, high, low], axis=1) + self.start
        away = np.stack([near, near, far, far], axis=1) + self.near
        return np.stack([away, along] if self.upwards else [along, away], axis=2)


def telling(track: Track) -> NDArray[np.bool_]:
    """Which features of a track are drawn."""
    ground = np.array([kind in GROUND for kind in track.kinds], dtype=bool)
    whole = np.arange(len(track)) < track.wholes
    chosen = whole & ~ground[track.kind] if len(track) else whole
    return chosen if chosen.any() else np.ones(len(track), dtype=bool)


def seen_of(track: Track, ruler: Ruler) -> Seen:
    """What `ruler` shows of a track; what it shows twice is there twice."""
    chosen = telling(track)
    lows, highs, features = [np.zeros(0)], [np.zeros(0)], [np.zeros(0, np.int64)]
    for stretch, contig in enumerate(ruler.contigs.tolist()):
        start, end = ruler.starts[stretch], ruler.ends[stretch]
        here = chosen & (track.contig == contig) & (track.start < end) & (track.end > start)
        rows = np.flatnonzero(here)
        stretches = np.full(len(rows), stretch)
        one = ruler.placed(stretches, np.maximum(track.start[rows], start))
        other = ruler.placed(stretches, np.minimum(track.end[rows], end))
        lows.append(np.minimum(one, other))
        highs.append(np.maximum(one, other))
        features.append(rows)
    low, high, feature = np.concatenate(lows), np.concatenate(highs), np.concatenate(features)
    order = np.argsort(low, kind="stable")
    return Seen(track, low[order], high[order], feature[order])


def room(tracks: Sequence[Track], letter: float) -> float:
    """Points that bands for these tracks take away from the plot."""
    return len(tracks) * BAND * letter + (GAP * letter if tracks else 0.0)


def kinds_of(tracks: Sequence[Track], ground: Ground) -> dict[str, str]:
    """The colour of each kind that is drawn, those with most features first."""
    counts: dict[str, int] = {}
    for track in tracks:
        numbers = np.bincount(track.kind[telling(track)], minlength=len(track.kinds)).tolist()
        for kind, count in zip(track.kinds, numbers, strict=True):
            counts[kind] = counts.get(kind, 0) + count
    drawn = sorted(
        (kind for kind in counts if counts[kind]), key=lambda kind: (-counts[kind], kind)
    )
    colours = COLOURS[ground]
    return {kind: colours[at % len(colours)] for at, kind in enumerate(drawn)}


def meanings(kinds: dict[str, str]) -> tuple[Swatch, ...]:
    """What the colours of kinds mean, for the legend."""
    return tuple(Swatch((colour,), kind) for kind, colour in list(kinds.items())[:MOST_KINDS])


def draw_band(
    paper: Paper, seen: Seen, ruler: Ruler, lane: Lane, inks: Inks, kinds: dict[str, str]
) -> None:
    """Draw one band, and what its file is called beside it."""
    height = (BAND - GAP) * lane.size
    ends = np.array([0.0]), np.array([lane.length])
    ground = lane.boxes(*ends, np.array([0.0]), np.array([height]))
    _fill(paper, ground, [inks.band])
    per_base = lane.length / ruler.length
    low, high = seen.low * per_base, seen.high * per_base
    if len(low) > MANY:
        _draw_bars(paper, low, lane, height, inks)
    elif len(low):
        _draw_features(paper, seen, (low, high), lane, height, kinds, inks)
    _draw_title(paper, seen.track.title, lane, height, inks)


def _draw_features(
    paper: Paper,
    seen: Seen,
    ends: tuple[Floats, Floats],
    lane: Lane,
    height: float,
    kinds: dict[str, str],
    inks: Inks,
) -> None:
    low, high = ends
    high = np.maximum(high, low + THINNEST)
    rows = _rows(low, high)
    each = height / ROWS
    near: Floats = (ROWS - 1 - rows).astype(np.float64) * each + 0.12 * each
    colours = [kinds[seen.track.kinds[kind]] for kind in seen.track.kind[seen.feature].tolist()]
    _fill(paper, lane.boxes(low, high, near, near + 0.76 * each), colours)
    if len(low) <= NAMED:
        _draw_names(paper, seen, (low, high, rows, near + 0.38 * each), lane, inks)


def _rows(low: Floats, high: Floats) -> NDArray[np.int64]:
    """The first row that is free for each; where none is, the one that will be first."""
    free = [-np.inf] * ROWS
    rows = np.zeros(len(low), dtype=np.int64)
    for at, (start, end) in enumerate(zip(low.tolist(), high.tolist(), strict=True)):
        row = next((row for row in range(ROWS) if free[row] <= start), free.index(min(free)))
        rows[at], free[row] = row, max(free[row], end)
    return rows


def _draw_names(
    paper: Paper,
    seen: Seen,
    places: tuple[Floats, Floats, NDArray[np.int64], Floats],
    lane: Lane,
    inks: Inks,
) -> None:
    """The names of features behind them, where there is room before the next of their row."""
    low, high, rows, middle = places
    size = 0.62 * lane.size
    next_of = [lane.length] * ROWS
    for at in range(len(low) - 1, -1, -1):
        name, row = seen.track.names[seen.feature[at]], int(rows[at])
        begin = float(high[at]) + 0.25 * size
        if name and begin + letters.width(name, size) + 0.25 * size <= next_of[row]:
            along, away = lane.start + begin, lane.near + float(middle[at])
            x, y = (away, along) if lane.upwards else (along, away)
            how = {"ha": "center", "va": "bottom", "rotation": 90} if lane.upwards else {
                "ha": "left", "va": "center_baseline",
            }  # fmt: skip
            paper.words(x, y, name, size, inks.soft, **how)
        next_of[row] = float(low[at])


def _draw_bars(paper: Paper, low: Floats, lane: Lane, height: float, inks: Inks) -> None:
    bars = max(int(lane.length / BAR), 1)
    counts, edges = np.histogram(low, bins=bars, range=(0.0, lane.length))
    some = np.flatnonzero(counts)
    heights: Floats = height * np.log1p(counts[some]) / np.log1p(counts.max())
    boxes = lane.boxes(edges[some], edges[some + 1], np.zeros(len(some)), heights)
    _fill(paper, boxes, [inks.soft])


def _draw_title(paper: Paper, title: str, lane: Lane, height: float, inks: Inks) -> None:
    size = 0.85 * lane.size
    middle = lane.near + height / 2
    if lane.upwards:
        how = {"ha": "center", "va": "top", "rotation": 90}
        said = letters.shortened(title, size, max(lane.start - lane.size, size))
        paper.words(middle, lane.start - 0.5 * lane.size, said, size, inks.soft, **how)
        return
    said = letters.shortened(title, size, max(lane.start - lane.size, size))
    how = {"ha": "right", "va": "center_baseline"}
    paper.words(lane.start - 0.55 * lane.size, middle, said, size, inks.soft, **how)


def _fill(paper: Paper, boxes: Floats, colours: Sequence[str]) -> None:
    drawn = PolyCollection(list(boxes), facecolors=colours, edgecolors="none")
    paper.over.add_collection(drawn, autolim=False)
