"""
Chain, the format of UCSC's chained alignments and of liftOver.

A line ``chain`` names both sequences; lines of three numbers follow, each a run of aligned bases
and the gaps in the target and in the query behind it, and a last one of one number. What is aligned
is not compared, so every aligned pair of bases counts as a match
(https://genome.ucsc.edu/goldenPath/help/chain.html).
"""

from collections.abc import Iterator

from holdfast.formats.alignments.cigar import Cigar
from holdfast.formats.alignments.interface import AlignmentFormat, Lengths, Readable
from holdfast.formats.alignments.lines import Lines, are_digits, first_line, shown
from holdfast.formats.alignments.pairs import Pair, PairWriter, Stretch

WORDS = (12, 13)  #: of a line ``chain``, without its number or with it


class Chain(AlignmentFormat):
    """Chains of ungapped runs."""

    name = "chain"
    title = "Chain (UCSC, liftOver)"
    endings = (".chain",)

    @staticmethod
    def begins(head: bytes) -> bool:
        """See :meth:`AlignmentFormat.begins`."""
        words = first_line(head).split()
        return len(words) in WORDS and words[0] == b"chain" and words[4] in (b"+", b"-")

    def paf(self, content: Readable, name: str, lengths: Lengths) -> Iterator[bytes]:
        """See :meth:`AlignmentFormat.paf`."""
        lines = Lines(content, name)
        writer = PairWriter(lines, lengths)
        for line in lines:
            if line.strip() and not line.startswith(b"#"):
                yield from _chain(lines, writer, line.split())


def _chain(lines: Lines, writer: PairWriter, words: list[bytes]) -> Iterator[bytes]:
    if len(words) not in WORDS or words[0] != b"chain":
        raise lines.error("a chain begins with 'chain' and 11 or 12 words more")
    target, above = _side(lines, words[2:7])
    query, below = _side(lines, words[7:12])
    cigar = Cigar()
    for line in lines:
        numbers = line.split()
        if len(numbers) not in (1, 3) or not are_digits(numbers):
            raise lines.error(f"is no line of a chain, of one or three numbers: {shown(line)}")
        for number, kind in zip(numbers, "MDI", strict=False):
            cigar.add(lines.whole(number, "a run"), kind)
        if len(numbers) == 1:
            break
    else:
        raise lines.error("the last line of the chain, of one number, is missing")
    for stretch, bases in ((target, cigar.target), (query, cigar.query)):
        if stretch.end - stretch.start != bases:
            raise lines.error(
                f"the runs of the chain are {bases:,} bases of {shown(stretch.name)}, and its "
                f"first line says {stretch.end - stretch.start:,}"
            )
    if not cigar.pairs:
        return
    yield writer.line(
        Pair(
            target if above else target.turned(),
            query if below else query.turned(),
            forward=above == below,
            matches=cigar.pairs,
            block=cigar.columns,
            cigar=cigar if above else cigar.reversed(),
        )
    )


def _side(lines: Lines, words: list[bytes]) -> tuple[Stretch, bool]:
    """The stretch as it is counted, on its own strand; and whether that is the forward one."""
    name, size, strand, start, end = words
    if strand not in (b"+", b"-"):
        raise lines.error(f"the strand is not + or -: {shown(strand)}")
    first, last = lines.whole(start, "the start"), lines.whole(end, "the end")
    return Stretch(name, first, last, lines.whole(size, "the length")), strand == b"+"
