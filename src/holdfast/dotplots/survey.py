"""
Surveys: what two genomes are, read once, before anything is aligned.

A survey tells the contigs of both with their digests, which contigs of the query are contigs of the
target, letter for letter or reverse-complemented, and how far apart the rest is. What is equal need
not be aligned: its match is known.
"""

from collections.abc import Iterable, Iterator
from dataclasses import dataclass, field
from pathlib import Path

from holdfast.base.digests import PREFIX, sha512t24u
from holdfast.dotplots.genome import Contig, Genome, genome_name, read_contigs
from holdfast.dotplots.sketch import Sketch, divergence
from holdfast.errors import UsageError
from holdfast.formats.residues import reverse_complement

EQUAL_TAG = "hf:Z:equal"  #: of a match that nobody aligned: the two contigs have one digest
QUALITY = 60  #: the mapping quality of a contig that is equal to one contig
AMBIGUOUS_QUALITY = 0  #: and of one that is equal to several, as aligners say it


@dataclass(frozen=True, slots=True)
class Twin:
    """A contig of the target that is equal to a contig of the query."""

    contig: Contig
    strand: int  #: +1, or -1 where it is equal to the reverse complement


@dataclass(frozen=True, slots=True)
class Survey:
    """What two genomes are."""

    target: Genome
    query: Genome
    twins: tuple[tuple[Twin, ...], ...]  #: of each contig of the query, those of the target
    divergence: float | None  #: of the contigs without a twin; None: not asked for, or too few
    is_alone: bool = False  #: both are one genome, which is compared with itself

    @property
    def unknown(self) -> tuple[Contig, ...]:
        """The contigs of the query to be aligned: of a genome alone all, for their repeats."""
        if self.is_alone:
            return self.query.contigs
        pairs = zip(self.query.contigs, self.twins, strict=True)
        return tuple(contig for contig, twins in pairs if not twins)


def surveyed(target: Path, query: Path, *, twins: bool = True, apart: bool = True) -> Survey:
    """The survey of the genomes in two FASTA files; `apart`: tell their divergence too.

    Raises
    ------
    FormatError
        A genome cannot be read.
    """
    ours, theirs = Sketch.of_any_length(), Sketch.of_any_length()
    known = _Known()
    for contig, residues in read_contigs(target):
        known.add(contig)
        if apart:
            theirs.add(residues)
    contigs, found = [], []
    for contig, residues in read_contigs(query):
        contigs.append(contig)
        found.append(known.twins(contig, residues) if twins else ())
        if apart and not found[-1]:
            ours.add(residues)
    distance = 0.0 if all(found) else divergence(ours, theirs)
    return Survey(
        Genome(genome_name(target), tuple(known.contigs)),
        Genome(genome_name(query), tuple(contigs)),
        tuple(found),
        distance if apart else None,
    )


def surveyed_alone(target: Path) -> Survey:
    """The survey of a genome that is compared with itself: each contig is its own twin.

    How far it is apart from itself says nothing of its repeats, so that is not told.
    """
    contigs = tuple(contig for contig, _ in read_contigs(target))
    genome = Genome(genome_name(target), contigs)
    twins = tuple((Twin(contig, +1),) for contig in contigs)
    return Survey(genome, genome, twins, None, is_alone=True)


def equal_lines(contig: Contig, twins: Iterable[Twin]) -> Iterator[bytes]:
    """The matches of `contig` with its twins from end to end, as lines of PAF."""
    pairs = list(twins)
    quality = QUALITY if len(pairs) == 1 else AMBIGUOUS_QUALITY
    size = contig.length
    for twin in pairs:
        columns = (
            *(contig.name, size, 0, size, "+" if twin.strand > 0 else "-"),
            *(twin.contig.name, size, 0, size, size, size, quality),
            *("NM:i:0", "tp:A:P", "de:f:0", "dv:f:0", f"cg:Z:{size}M", EQUAL_TAG),
        )
        yield "\t".join(map(str, columns)).encode() + b"\n"


@dataclass(slots=True)
class _Known:
    """The contigs of the target, to be found by their digests."""

    contigs: list[Contig] = field(default_factory=list)
    by_digest: dict[str, list[Contig]] = field(default_factory=dict)
    lengths: set[int] = field(default_factory=set)

    def add(self, contig: Contig) -> None:
        """Take one more contig, whose digest is known."""
        self.contigs.append(contig)
        self.by_digest.setdefault(str(contig.digest), []).append(contig)
        self.lengths.add(contig.length)

    def twins(self, contig: Contig, residues: bytes) -> tuple[Twin, ...]:
        """Those equal to `contig`, or else to its reverse complement."""
        if contig.length not in self.lengths:  # so nothing is turned that cannot be equal
            return ()
        same = self.by_digest.get(str(contig.digest), ())
        return tuple(Twin(each, +1) for each in same) or self._turned_twins(residues)

    def _turned_twins(self, residues: bytes) -> tuple[Twin, ...]:
        try:
            turned = reverse_complement(residues)
        except UsageError:  # no nucleotides: they have no other strand
            return ()
        same = self.by_digest.get(PREFIX + sha512t24u(turned), ())
        return tuple(Twin(each, -1) for each in same)
