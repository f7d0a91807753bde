"""
Accounts: which bases of both genomes are accounted for, while events are told one after another.
"""

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from holdfast.dotplots.genome import Genome
from holdfast.dotplots.structure.claims import Claims, uncovered
from holdfast.dotplots.structure.events import Place
from holdfast.dotplots.structure.pieces import Pieces, Places


@dataclass(frozen=True, slots=True)
class Sizes:
    """The least bases of what is told."""

    least: int = 50  #: of an insertion, a deletion, an inversion
    moved: int = 500  #: of a translocation or duplication: anything shorter may be chance
    unaligned: int = 500

    @classmethod
    def from_least(cls, least: int) -> "Sizes":
        """None of them below `least`."""
        usual = cls()
        return cls(least, max(least, usual.moved), max(least, usual.unaligned))


class Axis:
    """The claims on one genome, whose contigs lie a base apart so that they never merge."""

    def __init__(self, genome: Genome) -> None:
        self.genome = genome
        self.offsets = genome.offsets + np.arange(len(genome.contigs))
        self._first: list[int] = self.offsets.tolist()
        self.claims = Claims()

    def begin(self, contigs: NDArray[np.int32], starts: Places, ends: Places) -> None:
        """Claim many intervals at once."""
        at = self.offsets[contigs]
        self.claims = Claims((at + starts, at + ends))

    def outside(self, contigs: NDArray[np.int32], starts: Places, ends: Places) -> Places:
        """How many bases of each interval are not claimed."""
        at = self.offsets[contigs]
        return uncovered(self.claims.arrays(), at + starts, at + ends)

    def free(self, place: Place) -> list[Place]:
        """The parts of `place` that are not claimed."""
        at = self._first[place.contig]
        parts = self.claims.free(at + place.start, at + place.end)
        return [Place(place.contig, start - at, end - at) for start, end in parts]

    def take(self, place: Place) -> None:
        """Claim `place`."""
        at = self._first[place.contig]
        self.claims.take(at + place.start, at + place.end)


class Accounts:
    """Both axes."""

    def __init__(self, target: Genome, query: Genome) -> None:
        self.target, self.query = Axis(target), Axis(query)

    def begin(self, pieces: Pieces) -> None:
        """Claim what `pieces` cover."""
        self.target.begin(pieces.target, pieces.target_start, pieces.target_end)
        self.query.begin(pieces.query, pieces.query_start, pieces.query_end)


def longest(parts: list[Place]) -> Place | None:
    """The longest of `parts`, the first of equals; None of none."""
    return max(parts, key=lambda part: part.length, default=None)


def total(parts: list[Place]) -> int:
    """Bases of all `parts`."""
    return sum(part.length for part in parts)
