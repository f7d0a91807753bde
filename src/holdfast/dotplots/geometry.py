"""
Geometry: where matches stand on the axes, and which of them and of the names can be seen.

All functions are pure and work on arrays; no drawing library is needed. Axis positions are bases
from the lower left corner: target to the right, query upwards.
"""

from typing import Any

import numpy as np
from numpy.typing import NDArray

from holdfast.dotplots.region import Ruler
from holdfast.dotplots.scene import Axis, Scene

Floats = NDArray[np.float64]
Places = NDArray[np.int64]
MIXER = np.uint64(0x9E3779B97F4A7C15)
ALL = slice(None)
BELONGS = 0.05  #: share of a region's matching bases that a contig must have to belong to it


def segments(scene: Scene, which: Any = ALL) -> Floats:
    """Matches as segments, shape (matches, 2, 2): the target's start and end, each as (x, y)."""
    matches = scene.matches
    drawn = on_contigs(scene, which)
    for axis, column, contigs in (
        (scene.target, 0, matches.target[which]),
        (scene.query, 1, matches.query[which]),
    ):
        turned = _turned(axis)[contigs, None]
        inside = np.where(
            turned, axis.lengths[contigs, None] - drawn[..., column], drawn[..., column]
        )
        drawn[..., column] = axis.offsets[contigs, None] + inside
    return drawn


def on_contigs(scene: Scene, which: Any = ALL) -> Floats:
    """Matches as segments in coordinates of their contigs, the target's start first."""
    matches = scene.matches
    forward = matches.strand[which] > 0
    start, end = matches.query_start[which], matches.query_end[which]
    drawn = np.empty((len(forward), 2, 2))
    drawn[:, 0, 0], drawn[:, 1, 0] = matches.target_start[which], matches.target_end[which]
    drawn[:, 0, 1] = np.where(forward, start, end)
    drawn[:, 1, 1] = np.where(forward, end, start)
    return drawn


def seen(scene: Scene, target: Ruler, query: Ruler, which: slice) -> tuple[Floats, Places]:
    """What two rulers show of some matches: segments on the rulers, and the match of each.

    A match that a ruler shows in part is cut there; one that it shows twice is there twice.
    """
    rows = np.arange(*which.indices(len(scene.matches)))
    if target.whole and query.whole:
        return segments(scene, which), rows
    drawn = on_contigs(scene, which)
    drawn, of, across = _cut(drawn, 0, target, scene.matches.target[rows])
    drawn, again, upwards = _cut(drawn, 1, query, scene.matches.query[rows[of]])
    drawn[..., 0] = target.placed(across[again][:, None], drawn[..., 0])
    drawn[..., 1] = query.placed(upwards[:, None], drawn[..., 1])
    return drawn, rows[of[again]]


def matching(scene: Scene, shown: Ruler, *, on_target: bool) -> list[str]:
    """The regions of the other genome that belong to what `shown` shows, in the axis's order.

    `shown` is of the target if `on_target`, else of the query. A contig belongs if it has at least
    BELONGS of the matching bases; of it, the interval that holds its larger matches.
    """
    axis = scene.query if on_target else scene.target
    here, there = (0, 1) if on_target else (1, 0)
    own = scene.matches.target if on_target else scene.matches.query
    other = scene.matches.query if on_target else scene.matches.target
    drawn, of, _ = _cut(on_contigs(scene), here, shown, own)
    contigs = other[of]
    low, high = drawn[..., there].min(axis=1), drawn[..., there].max(axis=1)
    bases = np.bincount(contigs, high - low, minlength=len(axis.contigs))
    # A stray repeat at a contig's far end does not make all of it belong.
    large = high - low >= BELONGS * bases[contigs]
    counted = large | (np.bincount(contigs[large], minlength=len(bases)) == 0)[contigs]
    first, last = np.full(len(bases), np.inf), np.zeros(len(bases))
    np.minimum.at(first, contigs[counted], low[counted])
    np.maximum.at(last, contigs[counted], high[counted])
    chosen = np.flatnonzero((bases > 0) & (bases >= BELONGS * bases.sum()))
    return [
        f"{axis.contigs[place].name}:{int(first[place])}-{int(np.ceil(last[place]))}"
        for place in chosen.tolist()
    ]


def ascending(scene: Scene, which: Any = ALL) -> NDArray[np.bool_]:
    """Which matches rise from left to right as drawn, their contigs turned or not."""
    matches = scene.matches
    across = _turned(scene.target)[matches.target[which]]
    upwards = _turned(scene.query)[matches.query[which]]
    rises: NDArray[np.bool_] = (matches.strand[which] > 0) != (across != upwards)
    return rises


def lengthened(drawn: Floats, least: tuple[float, float]) -> Floats:
    """`drawn` with segments smaller than `least` (bases along x, along y) made that size.

    Each grows about its middle along its diagonal, so that the tiniest match is seen and its
    direction too.
    """
    middle = drawn.mean(axis=1, keepdims=True)
    half = drawn - middle
    reach = np.abs(half[:, 1, :]) * 2 / np.array(least)
    short = np.maximum(reach.max(axis=1), 1e-9) < 1
    sign = np.where(half[short] == 0, np.array([[[-1.0], [1.0]]]), np.sign(half[short]))
    half[short] = sign * np.array(least) / 2
    result: Floats = middle + half
    return result


def without_overlap(centres: Floats, widths: Floats, weights: Floats) -> NDArray[np.bool_]:
    """Which labels to show so that none overlap: heavier ones are placed before lighter ones."""
    shown = np.zeros(len(centres), dtype=bool)
    for place in np.argsort(-weights, kind="stable"):
        apart = np.abs(centres - centres[place]) >= (widths + widths[place]) / 2
        shown[place] = bool(apart[shown].all())
    return shown


def clipped(drawn: Floats, side: int, low: Floats, high: Floats) -> tuple[Floats, Places]:
    """The parts of segments between `low` and `high` along x (side 0) or y (side 1); of which."""
    start, end = drawn[:, 0, side], drawn[:, 1, side]
    kept = np.flatnonzero((np.minimum(start, end) <= high) & (np.maximum(start, end) >= low))
    parts, low, high = drawn[kept], low[kept], high[kept]
    start, span = parts[:, 0, side], parts[:, 1, side] - parts[:, 0, side]
    flat = span == 0
    safe = np.where(flat, 1.0, span)
    one, other = (low - start) / safe, (high - start) / safe
    enter = np.where(flat, 0.0, np.clip(np.minimum(one, other), 0, 1))
    leave = np.where(flat, 1.0, np.clip(np.maximum(one, other), 0, 1))
    along = parts[:, 1] - parts[:, 0]
    cut = np.stack([parts[:, 0] + enter[:, None] * along, parts[:, 0] + leave[:, None] * along], 1)
    # What only touches the border from outside is not in the region.
    inside = flat | (enter < leave)
    return cut[inside], kept[inside]


def _cut(
    drawn: Floats, side: int, ruler: Ruler, contigs: NDArray[np.int32]
) -> tuple[Floats, Places, Places]:
    """Segments as a ruler shows them along one side: the parts, of which each is, its stretch."""
    if ruler.whole:
        return drawn, np.arange(len(drawn)), contigs.astype(np.int64)
    parts, of, stretches = [drawn[:0]], [np.zeros(0, np.int64)], [np.zeros(0, np.int64)]
    for stretch, contig in enumerate(ruler.contigs.tolist()):
        here = np.flatnonzero(contigs == contig)
        low = np.full(len(here), ruler.starts[stretch])
        high = np.full(len(here), ruler.ends[stretch])
        cut, kept = clipped(drawn[here], side, low, high)
        parts.append(cut)
        of.append(here[kept])
        stretches.append(np.full(len(kept), stretch))
    return np.concatenate(parts), np.concatenate(of), np.concatenate(stretches)


def _turned(axis: Axis) -> NDArray[np.bool_]:
    """Which contigs of the axis are drawn reversed."""
    return np.array([contig.reversed for contig in axis.contigs], dtype=bool)
