"""
Genomes: contigs laid one after another on an axis.

A genome knows the names and lengths of its contigs, not their residues.
"""

from dataclasses import dataclass
from functools import cached_property
from pathlib import Path

import numpy as np
from numpy.typing import NDArray

from holdfast.errors import FormatError

COMPRESSIONS = (".gz", ".bgz", ".zst")


@dataclass(frozen=True, slots=True)
class Contig:
    """One sequence of a genome."""

    name: str
    length: int  #: bases
    digest: str | None = None  #: its GA4GH digest, where known


@dataclass(frozen=True)
class Genome:
    """Contigs in order. Their names are distinct."""

    name: str
    contigs: tuple[Contig, ...]

    @property
    def length(self) -> int:
        """Bases of all contigs."""
        return sum(contig.length for contig in self.contigs)

    @cached_property
    def numbers(self) -> dict[str, int]:
        """The place of each contig, by name."""
        return {contig.name: number for number, contig in enumerate(self.contigs)}

    @cached_property
    def lengths(self) -> NDArray[np.int64]:
        """Bases of each contig."""
        return np.array([contig.length for contig in self.contigs], dtype=np.int64)

    @cached_property
    def offsets(self) -> NDArray[np.int64]:
        """Where each contig begins on the axis, in bases."""
        return np.cumsum(self.lengths) - self.lengths


def genome_name(file: Path) -> str:
    """What a genome read from `file` is called: the file's name without its endings.

    >>> genome_name(Path("data/S288C.genome.fa.gz"))
    'S288C.genome'
    """
    name = Path(file.name)
    if name.suffix.lower() in COMPRESSIONS:
        name = name.with_suffix("")
    return name.stem


def genome_of(name: str, contigs: tuple[Contig, ...], file: Path) -> Genome:
    """A genome of `contigs` that were read from `file`.

    Raises
    ------
    FormatError
        There is no contig, or two have one name.
    """
    if not contigs:
        raise FormatError(file, None, "it has no sequence; give a FASTA file with at least one")
    seen: set[str] = set()
    for contig in contigs:
        if contig.name in seen:
            problem = f"two sequences are called {contig.name!r}; give each its own name"
            raise FormatError(file, None, problem)
        seen.add(contig.name)
    return Genome(name, contigs)
