"""
Accounts: which bases of both genomes are accounted for, while events are told one after another.
"""

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from holdfast.dotplots.genome import Genome
from holdfast.dotplots.structure.claims import Claims, merged, uncovered
from holdfast.dotplots.structure.events import Place
from holdfast.dotplots.structure.pieces import Pieces, Places


@dataclass(frozen=True, slots=True)
class Sizes:
    """The least bases of what is told."""

    least: int = 50  #: of an insertion, a deletion, an inversion
    moved: int = 500  #: of a translocation or duplication: anything shorter may be chance
    unaligned: int = 500


class Axis:
    """The claims on one genome, contig by contig."""

    def __init__(self, genome: Genome) -> None:
        self.genome = genome
        # On one axis, contigs lie a base apart, so that their intervals never merge.
        self._offsets = genome.offsets + np.arange(len(genome.contigs))
        self._begun = (np.zeros(0, dtype=np.int64), np.zeros(0, dtype=np.int64))
        self._claims = [Claims() for _ in genome.contigs]

    def begin(self, contigs: NDArray[np.int32], starts: Places, ends: Places) -> None:
        """Claim many intervals at once, before any other."""
        at = self._offsets[contigs]
        self._begun = merged(at + starts, at + ends)
        contig = np.searchsorted(self._offsets, self._begun[0], side="right") - 1
        cuts = np.searchsorted(contig, np.arange(1, len(self._offsets)))
        parts = (np.split(each - self._offsets[contig], cuts) for each in self._begun)
        self._claims = [Claims(*each) for each in zip(*parts, strict=True)]

    def outside(self, contigs: NDArray[np.int32], starts: Places, ends: Places) -> Places:
        """How many bases of each interval were not claimed in the beginning."""
        at = self._offsets[contigs]
        return uncovered(self._begun, at + starts, at + ends)

    def inside(self, contigs: NDArray[np.int32], starts: Places, ends: Places) -> Places:
        """How many bases of each interval were claimed in the beginning."""
        return ends - starts - self.outside(contigs, starts, ends)

    def free(self, place: Place) -> list[Place]:
        """The parts of `place` that are not claimed."""
        contig = place.contig
        parts = self._claims[contig].free(place.start, place.end)
        return [Place(contig, start, end) for start, end in parts]

    def take(self, place: Place) -> None:
        """Claim `place`."""
        self._claims[place.contig].take(place.start, place.end)


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
