"""
AXT, the pairwise alignments of BLASTZ and its successors.

A block is a line of nine words and two rows of bases, then an empty line. Places count from 1 and
include their end; the query's, where its strand is ``-``, count from the end of the sequence. The
lengths of the sequences are not told and must be known
(https://genome.ucsc.edu/goldenPath/help/axt.html).
"""

from collections.abc import Iterator

from holdfast.formats.alignments.cigar import of_rows
from holdfast.formats.alignments.interface import AlignmentFormat, Lengths, Readable
from holdfast.formats.alignments.lines import Lines, are_digits, first_line, shown
from holdfast.formats.alignments.pairs import Pair, PairWriter, Stretch

WORDS = 9


class Axt(AlignmentFormat):
    """Blocks of two rows."""

    name = "axt"
    title = "AXT (BLASTZ, LASTZ)"
    endings = (".axt",)

    @staticmethod
    def begins(head: bytes) -> bool:
        """See :meth:`AlignmentFormat.begins`."""
        words = first_line(head).split()
        return (
            len(words) == WORDS
            and are_digits([words[0], words[2], words[3], words[5], words[6]])
            and words[7] in (b"+", b"-")
        )

    def paf(self, content: Readable, name: str, lengths: Lengths) -> Iterator[bytes]:
        """See :meth:`AlignmentFormat.paf`."""
        lines = Lines(content, name)
        writer = PairWriter(lines, lengths)
        for line in lines:
            if line.strip() and not line.startswith(b"#"):
                yield from _block(lines, writer, line.split())


def _block(lines: Lines, writer: PairWriter, words: list[bytes]) -> Iterator[bytes]:
    if len(words) != WORDS or words[7] not in (b"+", b"-"):
        raise lines.error(
            f"a block of AXT begins with {WORDS} words: number, name, start, end, name, start, "
            "end, strand, score"
        )
    target = _stretch(lines, writer, "target", words[1:4])
    query = _stretch(lines, writer, "query", words[4:7])
    forward = words[7] == b"+"
    # Turned first: it is on its own strand that the rows are checked against the places.
    rows = _bases(lines, target), _bases(lines, query)
    if len(rows[0]) != len(rows[1]):
        raise lines.error(f"the rows have {len(rows[0]):,} and {len(rows[1]):,} columns")
    cigar, ambiguous = of_rows(*rows)
    if cigar.pairs <= ambiguous:
        return
    same = cigar.total("=")
    yield writer.line(
        Pair(
            target,
            query if forward else query.turned(),
            forward,
            matches=same,
            block=cigar.columns - ambiguous,
            cigar=cigar,
            edits=cigar.columns - same,
            ambiguous=ambiguous,
        )
    )


def _stretch(lines: Lines, writer: PairWriter, side: str, words: list[bytes]) -> Stretch:
    name, first, last = words
    start, end = lines.whole(first, "the start") - 1, lines.whole(last, "the end")
    return Stretch(name, start, end, writer.length(side, name))


def _bases(lines: Lines, stretch: Stretch) -> bytes:
    row = next(lines, b"").strip()
    bases = row.translate(None, b"-")
    if not row:
        raise lines.error("a row of bases is missing")
    if bases.strip(b"*") and not bases.replace(b"*", b"").isalpha():
        raise lines.error(f"the row has signs that are neither bases nor gaps (-): {shown(row)}")
    if len(bases) != stretch.end - stretch.start:
        raise lines.error(
            f"the row has {len(bases):,} bases where the block says {stretch.end - stretch.start:,}"
        )
    return row
