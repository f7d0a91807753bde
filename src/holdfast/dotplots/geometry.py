"""
Geometry: where matches stand on the axes, and which of them and of the names can be seen.

All functions are pure and work on arrays; no drawing library is needed. Axis positions are bases
from the lower left corner: target to the right, query upwards.
"""

import numpy as np
from numpy.typing import NDArray

from holdfast.dotplots.scene import Axis, Scene

Floats = NDArray[np.float64]
MIXER = np.uint64(0x9E3779B97F4A7C15)


def segments(scene: Scene) -> Floats:
    """Each match as a segment, shape (matches, 2, 2): its target start and end, each as (x, y)."""
    matches = scene.matches
    forward = matches.strand > 0
    at_start = np.where(forward, matches.query_start, matches.query_end)
    at_end = np.where(forward, matches.query_end, matches.query_start)
    drawn = np.empty((len(matches), 2, 2))
    drawn[:, 0, 0] = _on_axis(scene.target, matches.target, matches.target_start)
    drawn[:, 1, 0] = _on_axis(scene.target, matches.target, matches.target_end)
    drawn[:, 0, 1] = _on_axis(scene.query, matches.query, at_start)
    drawn[:, 1, 1] = _on_axis(scene.query, matches.query, at_end)
    return drawn


def ascending(scene: Scene) -> NDArray[np.bool_]:
    """Which matches rise from left to right as drawn, their contigs turned or not."""
    across = _turned(scene.target)[scene.matches.target]
    upwards = _turned(scene.query)[scene.matches.query]
    rises: NDArray[np.bool_] = (scene.matches.strand > 0) != (across != upwards)
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


def distinct(
    drawn: Floats, grid: tuple[float, float], keys: NDArray[np.int64]
) -> NDArray[np.int64]:
    """Places of segments that differ on a grid of cells (bases along x, along y), or in key.

    Of equal ones the last is kept: it is the one painted on top. Cells are compared by a hash of 64
    bits, which for a billion segments errs about once in forty plots, by one segment.
    """
    cells = np.floor(drawn / np.array(grid)).astype(np.int64).reshape(len(drawn), 4)
    hashes = keys.astype(np.uint64)
    for column in cells.T:
        hashes = (hashes ^ column.astype(np.uint64)) * MIXER
        hashes ^= hashes >> np.uint64(32)
    _, first = np.unique(hashes[::-1], return_index=True)
    kept: NDArray[np.int64] = np.sort(len(drawn) - 1 - first)
    return kept


def without_overlap(centres: Floats, widths: Floats, weights: Floats) -> NDArray[np.bool_]:
    """Which labels to show so that none overlap: heavier ones are placed before lighter ones."""
    shown = np.zeros(len(centres), dtype=bool)
    for place in np.argsort(-weights, kind="stable"):
        apart = np.abs(centres - centres[place]) >= (widths + widths[place]) / 2
        shown[place] = bool(apart[shown].all())
    return shown


def _on_axis(axis: Axis, contigs: NDArray[np.int32], positions: NDArray[np.int64]) -> Floats:
    """Axis positions of contig positions, mirrored on contigs drawn reversed."""
    turned = _turned(axis)[contigs]
    inside = np.where(turned, axis.lengths[contigs] - positions, positions)
    placed: Floats = axis.offsets[contigs] + inside
    return placed


def _turned(axis: Axis) -> NDArray[np.bool_]:
    """Which contigs of the axis are drawn reversed."""
    return np.array([contig.reversed for contig in axis.contigs], dtype=bool)
