"""
LAST's tabular form: two stretches a line, and the runs of their alignment.

Columns between tabs: score; name, start, size, strand and length of the target, and the same of the
query; then the runs, ``17,2:0,9``: aligned bases, or ``a:b``, bases only of the target and only of
the query. Places on the reverse strand count from that strand's beginning. Which aligned bases are
alike is not told, so all count as matches (https://gitlab.com/mcfrith/last, lastal, ``-f TAB``).
"""

from collections.abc import Iterator

from holdfast.formats.alignments.cigar import Cigar
from holdfast.formats.alignments.interface import AlignmentFormat, Lengths, Readable
from holdfast.formats.alignments.lines import Lines, are_digits, first_line, shown
from holdfast.formats.alignments.maf import mapping_quality
from holdfast.formats.alignments.pairs import Pair, PairWriter, Stretch

COLUMNS = 12


class LastTab(AlignmentFormat):
    """Lines of two stretches and their runs."""

    name = "last-tab"
    title = "LAST, tabular"
    endings = (".tab",)

    @staticmethod
    def begins(head: bytes) -> bool:
        """See :meth:`AlignmentFormat.begins`."""
        words = first_line(head).split(b"\t")
        strands = (b"+", b"-")
        return (
            len(words) >= COLUMNS
            and words[4] in strands
            and words[9] in strands
            and are_digits([words[2], words[3], words[5], words[7], words[8], words[10]])
        )

    def paf(self, content: Readable, name: str, lengths: Lengths) -> Iterator[bytes]:
        """See :meth:`AlignmentFormat.paf`."""
        lines = Lines(content, name)
        writer = PairWriter(lines, lengths)
        for line in lines:
            if line.strip() and not line.startswith(b"#"):
                pair = _pair(lines, line.split(b"\t"))
                if pair.matches:
                    yield writer.line(pair)


def _pair(lines: Lines, words: list[bytes]) -> Pair:
    if len(words) < COLUMNS:
        raise lines.error(f"a line of LAST has {COLUMNS} columns or more, not {len(words)}")
    target, above = _side(lines, words[1:6])
    query, below = _side(lines, words[6:11])
    cigar = _cigar(lines, words[11])
    for side, bases in ((target, cigar.target), (query, cigar.query)):
        if side.end - side.start != bases:
            raise lines.error(
                f"the runs are {bases:,} bases of {shown(side.name)}, whose size is "
                f"{side.end - side.start:,}"
            )
    return Pair(
        target if above else target.turned(),
        query if below else query.turned(),
        forward=above == below,
        matches=cigar.pairs,
        block=cigar.columns,
        mapq=mapping_quality(lines, words[COLUMNS:]),
        cigar=cigar if above else cigar.reversed(),
    )


def _side(lines: Lines, words: list[bytes]) -> tuple[Stretch, bool]:
    """The stretch as it is counted, on its own strand; and whether that is the forward one."""
    name, start, size, strand, length = words
    if strand not in (b"+", b"-"):
        raise lines.error(f"the strand is not + or -: {shown(strand)}")
    first = lines.whole(start, "the start")
    last = first + lines.whole(size, "the size")
    return Stretch(name, first, last, lines.whole(length, "the length")), strand == b"+"


def _cigar(lines: Lines, text: bytes) -> Cigar:
    cigar = Cigar()
    for run in text.split(b","):
        above, gap, below = run.partition(b":")
        if gap:
            cigar.add(lines.whole(above, "a gap"), "D")
            cigar.add(lines.whole(below, "a gap"), "I")
        else:
            cigar.add(lines.whole(run, "a run"), "M")
    return cigar
