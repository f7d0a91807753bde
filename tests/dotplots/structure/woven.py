"""Matches of queries that are put together of pieces of two targets, each piece one line."""

import io
from collections.abc import Sequence

from holdfast.dotplots.genome import Contig, Genome
from holdfast.dotplots.matches import Matches, matches_of
from holdfast.dotplots.structure.events import Event
from holdfast.formats.paf import read_paf

TARGET = Genome("t", (Contig("T", 200_000), Contig("U", 200_000)))
Piece = tuple[str, int, int, str] | int  #: contig, start and end in kilobases, strand; or new ones


def woven(*contigs: Sequence[Piece]) -> tuple[Matches, Genome, Genome]:
    """The matches of a query of these contigs, named a, b, c …, and both genomes."""
    lengths = [sum(_kilobases(piece) for piece in contig) * 1000 for contig in contigs]
    query = Genome("q", tuple(Contig(chr(97 + n), each) for n, each in enumerate(lengths)))
    lines = []
    for number, contig in enumerate(contigs):
        at = 0
        for piece in contig:
            end = at + _kilobases(piece) * 1000
            if not isinstance(piece, int):
                name, start, stop, strand = piece
                lines.append(
                    f"{query.contigs[number].name}\t{lengths[number]}\t{at}\t{end}\t{strand}\t"
                    f"{name}\t200000\t{start * 1000}\t{stop * 1000}\t"
                    f"{(end - at) * 99 // 100}\t{end - at}\t60\tde:f:0.01\n"
                )
            at = end
    matches, _ = matches_of(read_paf(io.BytesIO("".join(lines).encode())), TARGET, query)
    return matches, TARGET, query


def _kilobases(piece: Piece) -> int:
    return piece if isinstance(piece, int) else piece[2] - piece[1]


def told(events: Sequence[Event], query: Genome) -> list[str]:
    """Events as short texts, in kilobases: ``inversion T80-100 a80-100``."""
    words = []
    for event in events:
        sides = [event.kind.value]
        for genome, place in ((TARGET, event.target), (query, event.query)):
            if place is not None:
                ends = f"{place.start / 1000:g}-{place.end / 1000:g}"
                sides.append(f"{genome.contigs[place.contig].name}{ends}")
        words.append(" ".join(sides))
    return words
