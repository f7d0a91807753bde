"""
Regions: which parts of two genomes a picture shows.

A ruler is an axis as it is drawn: stretches of contigs end to end. Without a choice it holds every
contig of the scene's axis; with one it holds what was asked, in the order asked. Coordinates are
those of the scene: zero-based, half-open, on the contig's forward strand.
"""

import re
from collections.abc import Sequence
from dataclasses import dataclass
from functools import cached_property

import numpy as np
from numpy.typing import NDArray

from holdfast.dotplots.scene import Axis
from holdfast.dotplots.structure.events import Place
from holdfast.errors import UsageError, suggestion

Floats = NDArray[np.float64]
Places = NDArray[np.int64]

INTERVAL = re.compile(r"(?P<start>[0-9][0-9,]*)?\s*(?:-|–|\.\.)\s*(?P<end>[0-9][0-9,]*)?")


@dataclass(frozen=True)
class Ruler:
    """Stretches of an axis's contigs, end to end; one entry of each array is one stretch."""

    axis: Axis
    contigs: Places  #: places on the axis
    starts: Floats  #: bases of the contig
    ends: Floats
    whole: bool  #: it holds every contig, whole and in order

    @classmethod
    def of(cls, axis: Axis) -> "Ruler":
        """All of `axis`."""
        places = np.arange(len(axis.contigs))
        return cls(axis, places, np.zeros(len(places)), axis.lengths, whole=True)

    @classmethod
    def of_regions(cls, axis: Axis, regions: Sequence[str]) -> "Ruler":
        """What `regions` name, as ``chrI`` or ``chrI:100,000-200,000``; all of `axis` for none.

        Raises
        ------
        UsageError
            A region names no contig of the axis, or bases that the contig lacks.
        """
        words = [word for region in regions for word in region.split()]
        if not words:
            return cls.of(axis)
        numbers = {contig.name: place for place, contig in enumerate(axis.contigs)}
        places = [_place(word, axis, numbers) for word in words]
        return cls(
            axis,
            np.array([place.contig for place in places]),
            np.array([place.start for place in places], dtype=np.float64),
            np.array([place.end for place in places], dtype=np.float64),
            whole=False,
        )

    @cached_property
    def lengths(self) -> Floats:
        """Bases of each stretch."""
        return self.ends - self.starts

    @cached_property
    def offsets(self) -> Floats:
        """Where each stretch begins, in bases from the ruler's beginning."""
        ends: Floats = np.cumsum(self.lengths)
        return ends - self.lengths

    @cached_property
    def length(self) -> float:
        """Bases of all stretches, at least 1: what an axis runs to."""
        return max(float(self.lengths.sum()), 1.0)

    @cached_property
    def turned(self) -> NDArray[np.bool_]:
        """Which stretches are of contigs drawn reversed."""
        turned = np.array([contig.reversed for contig in self.axis.contigs], dtype=bool)
        chosen: NDArray[np.bool_] = turned[self.contigs]
        return chosen

    @cached_property
    def names(self) -> tuple[str, ...]:
        """The contig's name of each stretch."""
        return tuple(self.axis.contigs[place].name for place in self.contigs.tolist())

    def placed(self, stretch: Places, coordinates: Floats) -> Floats:
        """Positions on the ruler of `coordinates` on the contigs of `stretch`."""
        along = np.where(
            self.turned[stretch],
            self.ends[stretch] - coordinates,
            coordinates - self.starts[stretch],
        )
        position: Floats = self.offsets[stretch] + along
        return position

    def pieces(self, place: Place) -> list[tuple[float, float]]:
        """Where what is seen of an interval lies on the ruler: from, to."""
        found = []
        for stretch in self._of_contig.get(place.contig, ()):
            start = max(place.start, self.starts[stretch])
            end = min(place.end, self.ends[stretch])
            if start <= end:
                ends = self.placed(np.array([stretch, stretch]), np.array([start, end]))
                found.append((float(ends.min()), float(ends.max())))
        return found

    @cached_property
    def _of_contig(self) -> dict[int, list[int]]:
        stretches: dict[int, list[int]] = {}
        for stretch, contig in enumerate(self.contigs.tolist()):
            stretches.setdefault(contig, []).append(stretch)
        return stretches


def _place(word: str, axis: Axis, numbers: dict[str, int]) -> Place:
    """The interval that one region names; a contig's name may itself hold a colon."""
    if word in numbers:
        return Place(numbers[word], 0, axis.contigs[numbers[word]].length)
    name, colon, interval = word.rpartition(":")
    told = INTERVAL.fullmatch(interval)
    if not colon or told is None or name not in numbers:
        raise UsageError(_unknown(word, name if told else word, axis, numbers))
    length = axis.contigs[numbers[name]].length
    start = int((told["start"] or "0").replace(",", ""))
    end = int(told["end"].replace(",", "")) if told["end"] else length
    if not start < end <= length:
        raise UsageError(
            f"{name} has {length:,} bases, so {word!r} is no part of it; write "
            f"{name}:START-END, from 0 to {length:,}"
        )
    return Place(numbers[name], start, end)


def _unknown(word: str, name: str, axis: Axis, numbers: dict[str, int]) -> str:
    if name in numbers:
        return f"{word!r} is no region; write {name} or {name}:100,000-200,000"
    near = suggestion(name, numbers)
    few = ", ".join(list(numbers)[:6]) + (" ..." if len(numbers) > 6 else "")
    return f"{axis.name} has no contig {name!r}{near}; it has {few}"
