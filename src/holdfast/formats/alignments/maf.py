"""
MAF, the Multiple Alignment Format of LAST, multiz and many others.

A block begins with a line ``a``; of its rows ``s`` the first is the target, and every further one
is a query aligned with it. Places on the reverse strand count from that strand's beginning, on
either side; in PAF they are on the forward strand. Other lines (``i``, ``e``, ``q``, ``p`` …) are
passed over, and so are rows of which no base stands above one of the target
(https://genome.ucsc.edu/FAQ/FAQformat.html#format5).
"""

import math
from collections.abc import Iterator
from typing import NamedTuple

from holdfast.formats.alignments.cigar import of_rows
from holdfast.formats.alignments.interface import AlignmentFormat, Lengths, Readable
from holdfast.formats.alignments.lines import Lines, first_line, first_lines, shown
from holdfast.formats.alignments.pairs import UNKNOWN_QUALITY, Pair, PairWriter, Stretch

LETTERS = bytes(range(ord("A"), ord("Z") + 1)) + bytes(range(ord("a"), ord("z") + 1)) + b"*"
BEST_QUALITY = 254


class _Row(NamedTuple):
    stretch: Stretch  #: on the forward strand
    forward: bool
    bases: bytes


class Maf(AlignmentFormat):
    """Blocks of aligned rows."""

    name = "maf"
    title = "MAF (LAST, multiz)"
    endings = (".maf",)

    @staticmethod
    def begins(head: bytes) -> bool:
        """See :meth:`AlignmentFormat.begins`."""
        if head.startswith(b"##maf"):
            return True
        line = first_line(head)
        follows = (each for each in first_lines(head) if each[:2] == b"s ")
        return line.split()[:1] == [b"a"] and next(follows, None) is not None

    def paf(self, content: Readable, name: str, lengths: Lengths) -> Iterator[bytes]:
        """See :meth:`AlignmentFormat.paf`."""
        lines = Lines(content, name)
        writer = PairWriter(lines, lengths)
        target: _Row | None = None
        quality, inside = UNKNOWN_QUALITY, False
        for line in lines:
            kind = line[:2].rstrip()
            if kind == b"a":
                target, inside = None, True
                quality = mapping_quality(lines, line.split())
            elif kind == b"s" and not inside:
                raise lines.error("a row stands outside of a block; is the line 'a' missing?")
            elif kind == b"s" and target is None:
                target = _row(lines, line)
            elif kind == b"s" and target is not None:
                yield from _aligned(lines, writer, target, _row(lines, line), quality)
            elif not kind:
                inside = False
            elif not kind.startswith(b"#") and (len(kind) > 1 or not kind.isalpha()):
                raise lines.error(f"is no line of MAF: {shown(line)}")


def mapping_quality(lines: Lines, words: list[bytes]) -> int:
    """The mapping quality: LAST tells among `words` with what probability a place is wrong."""
    for word in words:
        if word.startswith(b"mismap="):
            wrong = lines.fraction(word[7:], "mismap", 1)
            return min(round(-10 * math.log10(wrong)), BEST_QUALITY) if wrong else BEST_QUALITY
    return UNKNOWN_QUALITY


def _row(lines: Lines, line: bytes) -> _Row:
    words = line.split()
    if len(words) != 7:
        raise lines.error(
            f"a row of MAF has 7 words (s name start size strand length bases), not {len(words)}"
        )
    _, name, start, size, strand, length, bases = words
    first = lines.whole(start, "the start")
    count = lines.whole(size, "the size")
    stretch = Stretch(name, first, first + count, lines.whole(length, "the length"))
    if strand not in (b"+", b"-"):
        raise lines.error(f"the strand is not + or -: {shown(strand)}")
    found = bases.translate(None, b"-")
    if found.translate(None, LETTERS):
        raise lines.error("the row has signs that are neither bases nor gaps (-)")
    if len(found) != count:
        raise lines.error(f"the row has {len(found):,} bases, and says it has {count:,}")
    forward = strand == b"+"
    return _Row(stretch if forward else stretch.turned(), forward, bases)


def _aligned(
    lines: Lines, writer: PairWriter, target: _Row, query: _Row, quality: int
) -> Iterator[bytes]:
    """The line of two rows; none, if no base stands above another."""
    if len(target.bases) != len(query.bases):
        raise lines.error(
            f"the row has {len(query.bases):,} columns, and the block's first has "
            f"{len(target.bases):,}"
        )
    cigar, ambiguous = of_rows(target.bases, query.bases)
    if cigar.pairs <= ambiguous:
        return
    same = cigar.total("=")
    yield writer.line(
        Pair(
            target.stretch,
            query.stretch,
            forward=target.forward == query.forward,
            matches=same,
            block=cigar.columns - ambiguous,
            mapq=quality,
            # A target on its reverse strand is turned round, and the columns with it.
            cigar=cigar if target.forward else cigar.reversed(),
            edits=cigar.columns - same,
            ambiguous=ambiguous,
        )
    )
