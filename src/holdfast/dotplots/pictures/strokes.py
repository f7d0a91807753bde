"""
Strokes: the matches of a picture, as lines, and as a raster where they are too many for lines.

A million matches are looked at at a time, so that a picture of ten million takes little more memory
than the matches themselves.
"""

from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any

import numpy as np
from matplotlib.collections import PathCollection
from matplotlib.path import Path
from numpy.typing import NDArray

from holdfast.dotplots import colours, geometry
from holdfast.dotplots.colours import Colouring
from holdfast.dotplots.palettes import Ground
from holdfast.dotplots.pictures.density import SAMPLES, Density
from holdfast.dotplots.region import Ruler
from holdfast.dotplots.scene import Scene

MANY = 20_000  #: lines drawn; where there are more matches, the longest are lines
PART = 1_000_000  #: matches looked at at a time
CELL = 0.5  #: points, of the raster
LONG = 4.0  #: cells; what is shorter is in the raster where there is one
LEAST = 1.2  #: line widths; no line is drawn shorter
AT_ONCE = 2_000  #: segments of one path

Floats = NDArray[np.float64]


@dataclass(frozen=True, slots=True)
class Canvas:
    """What matches are drawn on: what is shown of the axes, and how large."""

    rulers: tuple[Ruler, Ruler]  #: target, query
    across: float  #: points
    up: float
    dpi: int
    line: float  #: points

    @property
    def point(self) -> Floats:
        """Bases in a point, along x and y."""
        return np.array([self.rulers[0].length / self.across, self.rulers[1].length / self.up])


@dataclass(frozen=True, slots=True)
class Drawn:
    """How many matches are seen, and how many of them in the raster."""

    seen: int
    dense: int


def draw_matches(
    axes: Any,
    scene: Scene,
    canvas: Canvas,
    colouring: Colouring,
    ground: Ground,
    scale: tuple[float, float],
) -> Drawn:
    """Draw what the canvas shows of the matches of `scene`."""
    table = colours.shade_colours(colouring, ground)
    reach, samples = _reach(scene, canvas)
    border = _border(reach)
    cell = max(CELL, 72 / canvas.dpi)
    shape = (int(np.ceil(canvas.up / cell)), int(np.ceil(canvas.across / cell)))
    density = Density(shape, min(1.0, SAMPLES / max(samples * CELL / cell, 1)))
    bases = np.array([canvas.rulers[0].length / shape[1], canvas.rulers[1].length / shape[0]])
    lines, line_shades, dense = [], [], 0
    for drawn, rows in _parts(scene, canvas):
        shade = _shades(scene, rows, colouring, scale)
        long = _length(drawn, canvas) >= border
        lines.append(drawn[long])
        line_shades.append(shade[long])
        density.add(drawn[~long] / bases, table[shade[~long]])
        dense += int((~long).sum())
    if dense:
        _draw_density(axes, density, canvas)
    if lines:
        _draw_lines(axes, np.concatenate(lines), np.concatenate(line_shades), table, canvas)
    return Drawn(len(reach), dense)


def _parts(scene: Scene, canvas: Canvas) -> Iterator[tuple[Floats, NDArray[np.int64]]]:
    """Segments on the rulers and their matches, some at a time."""
    for start in range(0, len(scene.matches), PART):
        yield geometry.seen(scene, *canvas.rulers, slice(start, start + PART))


def _length(drawn: Floats, canvas: Canvas) -> NDArray[np.float32]:
    """The longer extent of each segment, in points."""
    extent = np.abs(drawn[:, 1] - drawn[:, 0]) / canvas.point
    longest: NDArray[np.float32] = extent.max(axis=1, initial=0).astype(np.float32)
    return longest


def _reach(scene: Scene, canvas: Canvas) -> tuple[NDArray[np.float32], float]:
    """The extent of everything seen, in points, and how many cells that is."""
    parts = [_length(drawn, canvas) for drawn, _ in _parts(scene, canvas)]
    reach = np.concatenate([np.zeros(0, np.float32), *parts])
    return reach, float(reach.sum(dtype=np.float64)) / CELL + len(reach)


def _border(reach: NDArray[np.float32]) -> float:
    """The extent in points from which matches are lines: of all, or of the longest ones."""
    if len(reach) <= MANY:
        return 0.0
    place = len(reach) - MANY
    return max(float(np.partition(reach, place)[place]), LONG * CELL)


def _shades(
    scene: Scene, rows: NDArray[np.int64], colouring: Colouring, scale: tuple[float, float]
) -> NDArray[np.int64]:
    rises = geometry.ascending(scene, rows)
    return colours.shades(colouring, scene.matches.identity[rows], rises, scale)


def _draw_density(axes: Any, density: Density, canvas: Canvas) -> None:
    target, query = canvas.rulers
    axes.imshow(
        density.image(),
        origin="lower",
        extent=(0, target.length, 0, query.length),
        interpolation="none",
        aspect="auto",
        zorder=2,
    )


def _draw_lines(
    axes: Any, drawn: Floats, shades: NDArray[np.int64], table: Floats, canvas: Canvas
) -> None:
    """All lines in one go, the most alike on top."""
    if not len(drawn):
        return
    least = canvas.point * canvas.line * LEAST
    drawn = geometry.lengthened(drawn, (float(least[0]), float(least[1])))
    order = np.argsort(shades, kind="stable")
    paths, starts = _paths(drawn[order], shades[order])
    lines = PathCollection(
        paths,
        facecolors="none",
        edgecolors=table[shades[order][starts]],
        linewidths=canvas.line,
        capstyle="round",
        zorder=3,
    )
    axes.add_collection(lines, autolim=False)


def _paths(drawn: Floats, shades: NDArray[np.int64]) -> tuple[list[Path], NDArray[np.int64]]:
    """Segments, sorted by shade, joined to a path for each few thousand of one shade.

    A path of its own for every match would cost a Python object each; one path for all of a shade
    could hold more than the painter takes at once. Also returns where each path starts.
    """
    changes = np.flatnonzero(np.diff(shades)) + 1
    starts = np.union1d(np.concatenate(([0], changes)), np.arange(0, len(drawn), AT_ONCE))
    codes = np.tile(np.array([Path.MOVETO, Path.LINETO], dtype=Path.code_type), AT_ONCE)
    pieces = np.split(drawn, starts[1:])
    return [Path(p.reshape(-1, 2), codes[: 2 * len(p)]) for p in pieces], starts
