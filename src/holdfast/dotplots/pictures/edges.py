"""
Edges: what is written along the two axes of a picture: contigs' names, and coordinates on them.

Coordinates are those of each contig, never of the axis as a whole. Words are left out where they
have no room, the smallest contigs' first.
"""

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from holdfast.dotplots import geometry
from holdfast.dotplots.pictures import letters
from holdfast.dotplots.region import Ruler
from holdfast.dotplots.scene import Axis

Floats = NDArray[np.float64]

FEW = 3  #: stretches that always have coordinates
WIDE = 60.0  #: points; stretches of this length, and more, have coordinates too
TICK = 34.0  #: points from tick to tick, at least
UNITS = ((1e9, "Gbp"), (1e6, "Mbp"), (1e3, "kbp"))
Word = tuple[float, str]  #: a position in bases, and what stands there


@dataclass(frozen=True, slots=True)
class Edge:
    """The words along one axis."""

    label: str
    names: tuple[Word, ...]
    ticks: tuple[Word, ...]
    along: bool  #: names are written along the axis, not across it

    def depth(self, size: float) -> float:
        """Points that names and ticks take away from the axis, when set at `size`."""
        return self.tick_depth(size) + self.name_depth(size)

    def name_depth(self, size: float) -> float:
        """Points that the names take."""
        if not self.names:
            return 0.0
        if self.along:
            return size * 1.35
        return max(letters.width(name, size) for _, name in self.names) + 0.4 * size

    def tick_depth(self, size: float) -> float:
        """Points that coordinates take where they are written across: their width."""
        if not self.ticks:
            return 0.3 * size
        return max(letters.width(word, size * 0.9) for _, word in self.ticks) + 0.8 * size


def edge(ruler: Ruler, points: float, size: float, *, upwards: bool, most: float = 100.0) -> Edge:
    """What to write along a ruler that is `points` long; `upwards` for y.

    Names are set at `size` and shortened to `most` points.
    """
    blocks = _blocks(ruler)
    single = len(ruler.contigs) == 1
    per_point = ruler.length / points
    along = not upwards and _fit_along(blocks, per_point, size)
    names = () if single else _names(blocks, per_point, size, most, along=along)
    ticks, unit = _ticks(ruler, points, size, upwards=upwards)
    return Edge(_label(ruler, unit), names, ticks, along)


def bases(count: float) -> str:
    """A number of bases as people say it.

    >>> bases(950), bases(12_157_105)
    ('950 bp', '12.2 Mbp')
    """
    for size, unit in UNITS:
        if count >= size:
            return f"{count / size:.1f} {unit}"
    return f"{count:.0f} bp"


@dataclass(frozen=True, slots=True)
class _Blocks:
    """What has a name: stretches, or groups of them."""

    centres: Floats
    lengths: Floats
    names: tuple[str, ...]


def _blocks(ruler: Ruler) -> _Blocks:
    centres = ruler.offsets + ruler.lengths / 2
    marks = [" (-)" if turned else "" for turned in ruler.turned.tolist()]
    names = [f"{name}{mark}" for name, mark in zip(ruler.names, marks, strict=True)]
    if not ruler.whole or not ruler.axis.groups:
        return _Blocks(centres, ruler.lengths, tuple(names))
    single = np.ones(len(names), dtype=bool)
    grouped = []
    for group in ruler.axis.groups:
        inside = slice(group.first, group.first + group.count)
        single[inside] = False
        start, length = ruler.offsets[group.first], float(ruler.lengths[inside].sum())
        grouped.append((start + length / 2, length, group.name))
    alone = np.flatnonzero(single)
    return _Blocks(
        np.concatenate([centres[alone], [each[0] for each in grouped]]),
        np.concatenate([ruler.lengths[alone], [each[1] for each in grouped]]),
        (*(names[place] for place in alone), *(each[2] for each in grouped)),
    )


def _fit_along(blocks: _Blocks, per_point: float, size: float) -> bool:
    """Whether the names of all but the smallest fit beside one another."""
    rooms = blocks.lengths / per_point
    named = np.flatnonzero(rooms >= 1.2 * size)
    return bool(len(named)) and all(
        letters.width(blocks.names[place], size) + 3 <= rooms[place] for place in named.tolist()
    )


def _names(
    blocks: _Blocks, per_point: float, size: float, most: float, *, along: bool
) -> tuple[Word, ...]:
    """The names that have room."""
    least = 1.15 * size
    places = np.flatnonzero(blocks.lengths / per_point >= 0.4 * least)
    words = [letters.shortened(blocks.names[place], size, most) for place in places.tolist()]
    taken = [letters.width(word, size) + 4 if along else least for word in words]
    room = np.array(taken) * per_point
    shown = geometry.without_overlap(blocks.centres[places], room, blocks.lengths[places])
    shown &= blocks.lengths[places] >= 0.4 * room
    chosen = np.flatnonzero(shown).tolist()
    return tuple((float(blocks.centres[places[each]]), words[each]) for each in chosen)


def _ticks(
    ruler: Ruler, points: float, size: float, *, upwards: bool
) -> tuple[tuple[Word, ...], str]:
    """Coordinates at round numbers of bases, and their unit; none where contigs are narrow."""
    if not len(ruler.contigs):
        return (), ""  # an alignment of nothing
    across = ruler.lengths / ruler.length * points
    told = len(across) <= FEW or float(np.median(across)) >= WIDE
    if not told:
        return (), ""
    step = _round_step(ruler.length / points * TICK)
    scale, unit = _unit(float(ruler.ends.max()), step)
    ticks = []
    for stretch in range(len(ruler.contigs)):
        first = np.ceil(ruler.starts[stretch] / step) * step
        at = np.arange(first, ruler.ends[stretch] + step / 1e6, step)
        positions = ruler.placed(np.full(len(at), stretch), at)
        words = [f"{value:,.10g}" for value in (at / scale).tolist()]
        ticks += list(zip(positions.tolist(), words, strict=True))
    widths = [
        0.9 * size * 1.2 if upwards else letters.width(word, size * 0.9) + 4 for _, word in ticks
    ]
    return _apart(ticks, np.array(widths) * ruler.length / points), unit


def _apart(ticks: list[Word], widths: Floats) -> tuple[Word, ...]:
    """The ticks without those that would touch the one before."""
    kept: list[Word] = []
    reach = -np.inf
    for (position, word), width in sorted(zip(ticks, widths.tolist(), strict=True)):
        if position - width / 2 >= reach:
            kept.append((position, word))
            reach = position + width / 2
    return tuple(kept)


def _round_step(least: float) -> float:
    """The smallest of 1, 2 and 5 times a power of ten that is at least `least`, and 1."""
    power = 10 ** np.floor(np.log10(max(least, 1.0)))
    return float(next(power * each for each in (1, 2, 5, 10) if power * each >= least - 1e-9))


def _unit(most: float, step: float) -> tuple[float, str]:
    """The unit in which coordinates have few digits."""
    for size, unit in UNITS:
        if most >= size and step >= size / 1000:
            return size, unit
    return 1.0, "bp"


def _label(ruler: Ruler, unit: str) -> str:
    axis = ruler.axis
    if ruler.whole:
        return f"{axis.name}   ({', '.join(_facts(axis, ruler, unit))})"
    if len(ruler.contigs) == 1:
        turned = ", drawn reversed" if ruler.turned[0] else ""
        return f"{axis.name}   {ruler.names[0]} ({unit}{turned})"
    return f"{axis.name}   ({unit})" if unit else axis.name


def _facts(axis: Axis, ruler: Ruler, unit: str) -> list[str]:
    facts = [bases(axis.length)]
    if len(axis.contigs) == 1:
        facts.insert(0, ruler.names[0])
    if axis.hidden.contigs:
        facts.append(f"{axis.hidden.contigs:,} contigs of {bases(axis.hidden.bases)} hidden")
    if unit:
        facts.append(f"scale in {unit}")
    return facts
