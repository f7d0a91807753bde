"""
Arrangements: the order and orientation of the contigs of one axis, and the layout of two.
"""

from dataclasses import dataclass

from holdfast.dotplots.genome import Genome


@dataclass(frozen=True, slots=True)
class Arrangement:
    """One axis from its beginning to its end: `order` holds places in the genome's list."""

    order: tuple[int, ...]
    reversed: tuple[bool, ...]  #: of each contig of the genome's list: drawn reverse-complemented

    @classmethod
    def as_given(cls, genome: Genome) -> "Arrangement":
        """The contigs as they are in the file, none turned."""
        count = len(genome.contigs)
        return cls(tuple(range(count)), (False,) * count)


@dataclass(frozen=True, slots=True)
class Layout:
    """Both axes: the target's from left to right, the query's from bottom to top."""

    target: Arrangement
    query: Arrangement

    @classmethod
    def as_given(cls, target: Genome, query: Genome) -> "Layout":
        """Both genomes as they are in their files."""
        return cls(Arrangement.as_given(target), Arrangement.as_given(query))
