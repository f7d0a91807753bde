"""
Pictures: a scene as PNG, SVG or PDF, ready for a paper.

One function draws, :func:`picture`; the same scene gives the same bytes. Colour tells identity,
blue for matches that rise and orange for those that fall, both readable by the colour-blind;
contigs are named where there is room. matplotlib is used through its objects: nothing global is
touched.
"""

import io
from collections.abc import Sequence
from dataclasses import dataclass
from enum import Enum
from typing import Any

import matplotlib as mpl
import numpy as np
from matplotlib.backends.backend_agg import FigureCanvasAgg
from matplotlib.collections import PathCollection
from matplotlib.colors import LinearSegmentedColormap, Normalize
from matplotlib.figure import Figure
from matplotlib.path import Path
from numpy.typing import NDArray

from holdfast.dotplots import geometry
from holdfast.dotplots.scene import Axis, Scene

SIDE = 7.0  #: inches, of the longer side of the plot
NARROWEST = 0.35  #: the shorter side is at least this share of the longer one
DPI = 200
MANY = 20_000  #: matches; more are painted as pixels inside an SVG or PDF, which stays small so
LEAST = 1.6  #: points; no match is drawn shorter
LINE = 1.5  #: points
APART = 2.5  #: points between the rules of tiny contigs, about
LEVELS = 64  #: shades of each colour
AT_ONCE = 2_000  #: segments of one path
NAME = 7.5  #: points, of contig names
LETTER = 0.6  #: a letter's width, as a share of its height: generous for the usual fonts

INK, SOFT, RULE, BAND = "#1f2933", "#66727f", "#d3d9e0", "#f6f8fa"
FORWARD = LinearSegmentedColormap.from_list("forward", ["#a9cbe8", "#2f7fc1", "#08306b"])
REVERSE = LinearSegmentedColormap.from_list("reverse", ["#fbc58f", "#e3701a", "#7a2a02"])

STYLE: Any = {
    "font.family": ["DejaVu Sans"],
    "svg.fonttype": "none",  # words stay words: they can be searched and edited
    "svg.hashsalt": "holdfast",
    "pdf.fonttype": 42,
    "path.simplify": False,
    "text.usetex": False,
    "text.parse_math": False,  # a name with dollar signs is a name
}


class Format(Enum):
    """What a picture is written as."""

    PNG = "png"
    SVG = "svg"
    PDF = "pdf"


def picture(scene: Scene, kind: Format) -> bytes:
    """`scene` drawn as a file of this kind."""
    return pictures(scene, (kind,))[0]


def pictures(scene: Scene, kinds: Sequence[Format]) -> tuple[bytes, ...]:
    """`scene` drawn once, as files of these kinds: each is what :func:`picture` makes."""
    metadata: dict[Format, dict[str, Any]] = {
        Format.PNG: {"Software": "Holdfast", "Title": scene.title},
        Format.SVG: {"Date": None, "Creator": "Holdfast", "Title": scene.title},
        Format.PDF: {"CreationDate": None, "Creator": "Holdfast", "Title": scene.title},
    }
    files = tuple(io.BytesIO() for _ in kinds)
    with mpl.rc_context(STYLE):
        drawn = figure(scene)
        for kind, file in zip(kinds, files, strict=True):
            drawn.savefig(file, format=kind.value, dpi=DPI, metadata=metadata[kind])
    return tuple(file.getvalue() for file in files)


def figure(scene: Scene) -> Figure:
    """`scene` as a matplotlib figure."""
    sheet = _Sheet.for_scene(scene)
    drawn = Figure(figsize=(sheet.width, sheet.height), facecolor="white")
    FigureCanvasAgg(drawn)
    axes = drawn.add_axes(sheet.inside(sheet.left, sheet.bottom, sheet.across, sheet.up))
    _draw_axes(axes, scene, sheet)
    scale = identity_scale(scene)
    _draw_matches(axes, scene, sheet, scale)
    _draw_words(drawn, axes, scene, sheet)
    if len(scene.matches):
        _draw_legend(drawn, sheet, scale)
    return drawn


def identity_scale(scene: Scene) -> tuple[float, float]:
    """The identities between which colours run: round numbers that hold 98 of 100 matched bases."""
    if not len(scene.matches):
        return 0.0, 1.0
    order = np.argsort(scene.matches.identity)
    weight = np.cumsum(np.maximum(scene.matches.bases[order], 1))
    low = float(scene.matches.identity[order][np.searchsorted(weight, 0.01 * weight[-1])])
    step = 0.1 if low < 0.8 else 0.02
    return min(float(np.floor(low / step) * step), 1 - step), 1.0


@dataclass(frozen=True, slots=True)
class _Sheet:
    """Where things are on the paper, in inches."""

    across: float  #: of the plot itself
    up: float
    left: float = 0.3
    bottom: float = 0.3
    right: float = 1.15
    top: float = 0.75
    upright: bool = False  #: the target's names are turned

    @classmethod
    def for_scene(cls, scene: Scene) -> "_Sheet":
        """A sheet for the genomes' proportion, with room for their contigs' names."""
        share = scene.query.length / max(scene.target.length, 1)
        across = SIDE * min(1.0, max(1 / max(share, 1e-9), NARROWEST))
        up = SIDE * min(1.0, max(share, NARROWEST))
        upright = not _fit_across(scene.target, across)
        below = _longest(scene.target) if upright else NAME / 72
        left = 0.5 + _longest(scene.query)
        return cls(across, up, left=left, bottom=0.5 + below, upright=upright)

    @property
    def width(self) -> float:
        return self.left + self.across + self.right

    @property
    def height(self) -> float:
        return self.bottom + self.up + self.top

    def inside(
        self, x: float, y: float, across: float, up: float
    ) -> tuple[float, float, float, float]:
        """A rectangle in shares of the sheet."""
        return x / self.width, y / self.height, across / self.width, up / self.height


def _width(name: str) -> float:
    """Inches a contig's name takes, about."""
    return len(_short(name)) * LETTER * NAME / 72


def _short(name: str) -> str:
    return name if len(name) <= 24 else name[:14] + "…" + name[-9:]


def _longest(axis: Axis) -> float:
    """Inches of the longest name that is shown at all."""
    visible = [c for c in axis.contigs if c.length >= axis.length * NAME / 72 / SIDE]
    return max((_width(contig.name) for contig in visible), default=0.0)


def _fit_across(axis: Axis, inches: float) -> bool:
    """Whether the names of the larger contigs fit beside one another."""
    widths = np.array([_width(contig.name) for contig in axis.contigs]) + 0.04
    rooms = axis.lengths / max(axis.length, 1) * inches
    named = rooms >= NAME / 72 * 1.2
    return bool(named.any() and (widths[named] <= rooms[named]).all())


def _draw_axes(axes: Any, scene: Scene, sheet: _Sheet) -> None:
    """The frame, contigs as bands and rules, and their names."""
    axes.set_xlim(0, max(scene.target.length, 1))
    axes.set_ylim(0, max(scene.query.length, 1))
    axes.set_facecolor("white")
    for spine in axes.spines.values():
        spine.set_color(SOFT)
        spine.set_linewidth(0.7)
    for start, contig in list(zip(scene.target.offsets, scene.target.contigs, strict=True))[1::2]:
        axes.axvspan(start, start + contig.length, facecolor=BAND, edgecolor="none", zorder=0)
    rule = {"colors": RULE, "linewidths": 0.5, "zorder": 1}
    axes.vlines(_rules(scene.target, sheet.across), 0, scene.query.length, **rule)
    axes.hlines(_rules(scene.query, sheet.up), 0, scene.target.length, **rule)
    _name_contigs(axes.xaxis, scene.target, sheet.across, along=not sheet.upright)
    _name_contigs(axes.yaxis, scene.query, sheet.up, along=False)
    axes.tick_params(length=0, pad=3, labelsize=NAME, labelcolor=INK)


def _rules(axis: Axis, inches: float) -> NDArray[np.float64]:
    """Where contigs meet; where many meet close together, a rule for each few points."""
    meet = axis.offsets[1:]
    cell = APART / 72 / inches * max(axis.length, 1)
    _, first = np.unique(np.floor(meet / cell), return_index=True)
    return meet[first]


def _name_contigs(axis: Any, genome: Axis, inches: float, *, along: bool) -> None:
    """Name the contigs that have room; `along` the axis, or across it."""
    centres = genome.offsets + genome.lengths / 2
    per_inch = max(genome.length, 1) / inches
    widths = [_width(c.name) + 0.06 if along else NAME * 1.15 / 72 for c in genome.contigs]
    taken = np.array(widths) * per_inch
    shown = geometry.without_overlap(centres, taken, genome.lengths)
    shown &= (genome.lengths >= 0.4 * taken) | (len(genome.contigs) == 1)
    axis.set_ticks(centres[shown])
    turn = 90 if axis.axis_name == "x" and not along else 0
    names = [
        _drawn_name(c.name, c.reversed) for c, s in zip(genome.contigs, shown, strict=True) if s
    ]
    axis.set_ticklabels(names, rotation=turn)


def _drawn_name(name: str, is_reversed: bool) -> str:
    return f"{_short(name)} (-)" if is_reversed else _short(name)


def _draw_matches(axes: Any, scene: Scene, sheet: _Sheet, scale: tuple[float, float]) -> None:
    """All matches in one go, the most alike on top."""
    if not len(scene.matches):
        words = "no matches: nothing in these genomes is alike enough to align"
        middle = {"ha": "center", "va": "center", "transform": axes.transAxes}
        axes.text(0.5, 0.5, words, color=SOFT, **middle)
        return
    point = (scene.target.length / sheet.across / 72, scene.query.length / sheet.up / 72)
    drawn = geometry.lengthened(geometry.segments(scene), (point[0] * LEAST, point[1] * LEAST))
    shades = _shades(scene, scale)
    order = np.argsort(shades, kind="stable")
    drawn, shades = drawn[order], shades[order]
    if len(drawn) > MANY:
        pixel = (point[0] * 72 / DPI, point[1] * 72 / DPI)
        seen = geometry.distinct(drawn, pixel, shades)
        drawn, shades = drawn[seen], shades[seen]
    paths, starts = _paths(drawn, shades)
    colours = _palette()[shades[starts]]
    lines = PathCollection(
        paths, facecolors="none", edgecolors=colours, linewidths=LINE, capstyle="round", zorder=3
    )
    lines.set_rasterized(len(drawn) > MANY)
    axes.add_collection(lines, autolim=False)


def _shades(scene: Scene, scale: tuple[float, float]) -> NDArray[np.int64]:
    """The place in the palette of each match: low identities first, falling before rising."""
    share = Normalize(*scale, clip=True)(scene.matches.identity)
    level = np.rint(np.asarray(share) * (LEVELS - 1)).astype(np.int64)
    shades: NDArray[np.int64] = 2 * level + geometry.ascending(scene)
    return shades


def _palette() -> NDArray[np.float64]:
    """The colours of all shades."""
    share = np.linspace(0, 1, LEVELS)
    return np.stack([REVERSE(share), FORWARD(share)], axis=1).reshape(2 * LEVELS, 4)


def _paths(
    drawn: NDArray[np.float64], shades: NDArray[np.int64]
) -> tuple[list[Path], NDArray[np.int64]]:
    """Segments, sorted by shade, joined to a path for each few thousand of one shade.

    A path of its own for every match would cost a Python object each; one path for all of a shade
    could hold more than the painter takes at once. Also returns where each path starts.
    """
    changes = np.flatnonzero(np.diff(shades)) + 1
    starts = np.union1d(np.concatenate(([0], changes)), np.arange(0, len(drawn), AT_ONCE))
    codes = np.tile(np.array([Path.MOVETO, Path.LINETO], dtype=Path.code_type), AT_ONCE)
    pieces = np.split(drawn, starts[1:])
    return [Path(p.reshape(-1, 2), codes[: 2 * len(p)]) for p in pieces], starts


def _draw_words(drawn: Figure, axes: Any, scene: Scene, sheet: _Sheet) -> None:
    """The title, what made the plot, and the genomes' names with their sizes."""
    axes.set_xlabel(_genome_label(scene.target), fontsize=10, color=INK, labelpad=7)
    axes.set_ylabel(_genome_label(scene.query), fontsize=10, color=INK, labelpad=7)
    x, top = sheet.left / sheet.width, sheet.height
    aligner = scene.aligner
    count = len(scene.matches)
    facts = (
        f"{count:,} match{'' if count == 1 else 'es'}, "
        f"{aligner.name} {aligner.version}, preset {aligner.preset}"
        f"{f', identity from {scene.estimator.value}' if count else ''}"
    )
    drawn.text(x, (top - 0.3) / top, scene.title, fontsize=13, fontweight="bold", color=INK)
    drawn.text(x, (top - 0.53) / top, facts, fontsize=8, color=SOFT)


def _genome_label(axis: Axis) -> str:
    return f"{axis.name}   ({bases(axis.length)})"


def bases(count: float) -> str:
    """A number of bases as people say it.

    >>> bases(950), bases(12_157_105)
    ('950 bp', '12.2 Mbp')
    """
    unit = "bp"
    for larger in ("kbp", "Mbp", "Gbp"):
        if count < 1000:
            break
        count, unit = count / 1000, larger
    return f"{count:.0f} {unit}" if unit == "bp" else f"{count:.1f} {unit}"


def _draw_legend(drawn: Figure, sheet: _Sheet, scale: tuple[float, float]) -> None:
    """Two colour bars to the right: matches that rise, matches that fall."""
    height = min(1.8, sheet.up * 0.6)
    x, y = sheet.left + sheet.across + 0.22, sheet.bottom + sheet.up - height - 0.25
    gradient = np.linspace(0, 1, 128)[:, None]
    for place, (colours, arrow) in enumerate(((FORWARD, "↗"), (REVERSE, "↘"))):
        bar = drawn.add_axes(sheet.inside(x + 0.19 * place, y, 0.16, height))
        bar.imshow(gradient, aspect="auto", origin="lower", cmap=colours, extent=(0, 1, *scale))
        bar.set_xticks([])
        bar.set_title(arrow, fontsize=9, color=INK, pad=2)
        bar.tick_params(
            length=2, labelsize=NAME, color=SOFT, labelcolor=INK, right=True, left=False
        )
        bar.yaxis.tick_right()
        for spine in bar.spines.values():
            spine.set_visible(False)
        if place == 0:
            bar.set_yticks([])
        else:
            ticks = np.linspace(*scale, 6 if (scale[1] - scale[0]) > 0.05 else 3)
            bar.set_yticks(ticks, [f"{100 * tick:.3g} %" for tick in ticks])
    below = ((y - 0.1) / sheet.height, "identity")
    drawn.text(x / sheet.width, *below, fontsize=8, color=SOFT, va="top")
