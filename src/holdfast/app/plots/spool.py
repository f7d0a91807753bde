"""
A genome's residues in a file of their own, from which contigs are had in any order.

Memory holds one contig at a time, and of what is read again only pieces of it.
"""

import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import BinaryIO

from holdfast.base.progress import Listener, Progress, ignore
from holdfast.dotplots.genome import Contig, Genome, read_contigs
from holdfast.errors import PlotError
from holdfast.formats.residues import reverse_complement

PIECE = 1 << 20  #: bases read at once
CHANGED = "it is not what was compared. Compare again, or name the old file with --query"


@dataclass(frozen=True, slots=True)
class Spool:
    """The residues of a genome's contigs, one after another in a file without a name."""

    file: BinaryIO
    begins: tuple[int, ...]  #: where each contig of the genome begins, in bytes
    genome: Genome

    def pieces(self, place: int, *, turned: bool) -> Iterator[bytes]:
        """The residues of the contig at `place`, reverse-complemented if `turned`."""
        begin, length = self.begins[place], self.genome.contigs[place].length
        for start in range(0, length, PIECE):
            size = min(PIECE, length - start)
            at = length - start - size if turned else start
            self.file.seek(begin + at)
            piece = self.file.read(size)
            yield reverse_complement(piece) if turned else piece


@contextmanager
def spooled(
    fasta: Path, known: Genome, folder: Path, partial: bool, listener: Listener = ignore
) -> Iterator[Spool]:
    """The residues of the genome `known`, read once from `fasta`; the spool's file is in `folder`.

    If what is known is `partial`, the spool's genome has the contigs that only the file has, behind
    the known ones.

    Raises
    ------
    PlotError
        A contig is missing, or not what it was, or there is one more.
    """
    begins, more = [-1] * len(known.contigs), []
    with tempfile.TemporaryFile(dir=folder) as file:
        for contig, residues in read_contigs(fasta):
            place = known.numbers.get(contig.name)
            if place is not None:
                _check_same(contig, known.contigs[place], fasta)
                begins[place] = file.tell()
            elif partial:
                begins.append(file.tell())
                more.append(contig)
            else:
                raise PlotError(f"{fasta} has a contig {contig.name} more; {CHANGED}")
            file.write(residues)
            listener(Progress("reading the query", file.tell(), known.length, "bases"))
        missing = [known.contigs[place].name for place, at in enumerate(begins) if at < 0]
        if missing:
            raise PlotError(f"{fasta} has no contig {missing[0]}; {CHANGED}")
        yield Spool(file, tuple(begins), Genome(known.name, (*known.contigs, *more)))


def _check_same(found: Contig, known: Contig, fasta: Path) -> None:
    if known.digest is not None and known.digest != found.digest:
        raise PlotError(f"the residues of {found.name} in {fasta} have changed: {CHANGED}")
    if known.length != found.length:
        raise PlotError(
            f"{found.name} has {found.length:,} bases in {fasta} and {known.length:,} in the plot: "
            f"{CHANGED}"
        )
