"""
Genomes: contigs laid one after another on an axis.

A genome knows the names and lengths of its contigs, not their residues.
"""

from collections.abc import Iterator
from dataclasses import dataclass
from functools import cached_property
from pathlib import Path

import numpy as np
from numpy.typing import NDArray

from holdfast.base.digests import PREFIX, sha512t24u
from holdfast.errors import FormatError
from holdfast.formats.fasta import read_fasta

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


def read_genome(file: Path, name: str | None = None) -> Genome:
    """The genome in a FASTA file, plain or compressed, with the digests of its contigs.

    Raises
    ------
    FormatError
        The file is no FASTA, or two of its sequences have one name.
    """
    contigs = (contig for contig, _ in read_contigs(file))
    return Genome(name or genome_name(file), tuple(contigs))


def read_contigs(file: Path) -> Iterator[tuple[Contig, bytes]]:
    """Each contig of a FASTA file with its residues, upper-case.

    Raises
    ------
    FormatError
        As for :func:`read_genome`.
    """
    seen: set[str] = set()
    for record in read_fasta(file):
        name = record.heading.name
        if name in seen:
            problem = f"a second sequence is called {name}; give each its own name"
            raise FormatError(file, record.heading.line, problem)
        if not record.residues:
            problem = f"the record {name} has no residues; complete or remove it"
            raise FormatError(file, record.heading.line, problem)
        seen.add(name)
        digest = PREFIX + sha512t24u(record.residues)
        yield Contig(name, len(record.residues), digest), record.residues
