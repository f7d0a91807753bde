"""
Made-up genomes whose history is known, and a made-up proteome.

The ancestor is random. The descendant is described as :class:`Segment` after segment of the
ancestor, some turned round, some moved to another chromosome, then given point mutations. So the
truth about every rearrangement is a table, not a guess, and a comparison can be held against it.
"""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

Residues = NDArray[np.uint8]

BASES = np.frombuffer(b"ACGT", np.uint8)
COMPLEMENT = np.frombuffer(bytes.maketrans(b"ACGTN", b"TGCAN"), np.uint8)
AMINO_ACIDS = np.frombuffer(b"ALGVESIKRDTPNQFYMHCW", np.uint8)
#: how often each of them occurs in proteins, per cent (rounded from UniProtKB/Swiss-Prot)
FREQUENCIES = (8.3, 9.7, 7.1, 6.9, 6.7, 6.6, 5.9, 5.8, 5.5, 5.5, 5.4, 4.7, 4.1, 3.9, 3.9, 2.9, 2.4,
               2.3, 1.4, 1.0)  # fmt: skip

CHROMOSOMES = {"chr1": 900_000, "chr2": 700_000, "chr3": 500_000, "chr4": 300_000}
SUBSTITUTIONS = 0.012  #: of the descendant's bases
INDELS = 0.0008


@dataclass(frozen=True, slots=True)
class Segment:
    """A piece of an ancestral chromosome, 0-based half-open, perhaps turned round."""

    chromosome: str
    start: int
    end: int
    reversed: bool = False


@dataclass(frozen=True, slots=True)
class Novel:
    """Bases that the ancestor lacks."""

    length: int


Piece = Segment | Novel

#: The descendant's contigs in the shuffled order of its file. In words: an inversion and a deletion
#: on chr1, a reciprocal translocation between the ends of chr2 and chr3, an insertion in chr4; and
#: an assembly that cut chr1 in two and read three contigs from the other strand.
CONTIGS: Mapping[str, tuple[Piece, ...]] = {
    "contig_c": (Segment("chr3", 0, 350_000), Segment("chr2", 500_000, 700_000)),
    "contig_e": (
        Segment("chr4", 150_000, 300_000, reversed=True),
        Novel(20_000),
        Segment("chr4", 0, 150_000, reversed=True),
    ),
    "contig_b": (Segment("chr1", 630_000, 900_000, reversed=True),),
    "contig_a": (
        Segment("chr1", 0, 200_000),
        Segment("chr1", 200_000, 300_000, reversed=True),
        Segment("chr1", 300_000, 600_000),
    ),
    "contig_d": (
        Segment("chr3", 350_000, 500_000, reversed=True),
        Segment("chr2", 0, 500_000, reversed=True),
    ),
}

#: Where the contigs belong along the ancestor, and which are to be turned round there.
ORDER = ("contig_a", "contig_b", "contig_d", "contig_c", "contig_e")
TURNED = frozenset({"contig_b", "contig_d", "contig_e"})


def ancestor(random: np.random.Generator) -> dict[str, Residues]:
    """The ancestral genome, with a run of N and a repeat in it as real ones have."""
    genome = {name: random.choice(BASES, length) for name, length in CHROMOSOMES.items()}
    repeat = random.choice(BASES, 3_000)
    for name, place in (("chr1", 50_000), ("chr2", 250_000), ("chr4", 60_000)):
        genome[name][place : place + len(repeat)] = repeat
    genome["chr2"][100_000:100_500] = ord("N")
    return genome


def descendant(genome: Mapping[str, Residues], random: np.random.Generator) -> dict[str, Residues]:
    """The genome of :data:`CONTIGS`, with point mutations."""
    return {
        name: mutated(np.concatenate([_bases(piece, genome, random) for piece in pieces]), random)
        for name, pieces in CONTIGS.items()
    }


def mutated(residues: Residues, random: np.random.Generator) -> Residues:
    """A copy with substitutions, and insertions and deletions of one to six bases."""
    changed = residues.copy()
    places = np.flatnonzero(random.random(len(changed)) < SUBSTITUTIONS)
    changed[places] = random.choice(BASES, len(places))
    cuts = np.flatnonzero(random.random(len(changed)) < INDELS)
    parts, last = [], 0
    for cut in cuts[cuts > 10]:
        length = int(random.integers(1, 7))
        inserts = bool(random.integers(2))
        parts.append(changed[last:cut])
        parts.append(random.choice(BASES, length) if inserts else changed[:0])
        last = max(cut, last) if inserts else cut + length
    parts.append(changed[last:])
    return np.concatenate(parts)


def proteome(count: int, random: np.random.Generator) -> dict[str, Residues]:
    """`count` proteins with the lengths and composition of real ones."""
    weights = np.array(FREQUENCIES) / sum(FREQUENCIES)
    lengths = np.clip(random.lognormal(5.7, 0.6, count).astype(int), 30, 3_000)
    return {
        f"DEMO_{number:05d}": random.choice(AMINO_ACIDS, length, p=weights)
        for number, length in enumerate(lengths, 1)
    }


def fasta(
    records: Mapping[str, Residues] | Iterable[tuple[str, Residues]], width: int = 60
) -> bytes:
    """`records` as FASTA text with lines of `width` residues."""
    pairs = records.items() if isinstance(records, Mapping) else records
    return b"".join(_record(name, residues.tobytes(), width) for name, residues in pairs)


def _record(name: str, residues: bytes, width: int) -> bytes:
    lines: Sequence[bytes] = [residues[i : i + width] for i in range(0, len(residues), width)]
    return b">%s\n%s\n" % (name.encode(), b"\n".join(lines))


def _bases(piece: Piece, genome: Mapping[str, Residues], random: np.random.Generator) -> Residues:
    if isinstance(piece, Novel):
        return random.choice(BASES, piece.length)
    bases = genome[piece.chromosome][piece.start : piece.end]
    return COMPLEMENT[bases][::-1] if piece.reversed else bases
