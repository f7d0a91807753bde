"""
The output of MashMap: ten words a line in version 2, a PAF of its own in version 3.

Version 2 (and version 3 when asked for its old form) has blanks between words, and its intervals
include their last base; its last word is an estimate of identity in percent. Version 3 writes tabs,
half-open intervals and, in column 10, a count of sketches that is no count of bases; its tag ``id``
is the estimate, as a fraction or, when so asked, in percent. Here the estimate becomes the tag
``dv``, and as many matching bases as it says.
"""

import math
from collections.abc import Iterator

import numpy as np

from holdfast.formats.alignments.interface import AlignmentFormat, Lengths, Readable
from holdfast.formats.alignments.lines import Lines, are_digits, first_line, is_number, shown
from holdfast.formats.alignments.pairs import UNKNOWN_QUALITY, Pair, Stretch
from holdfast.formats.alignments.tables import Odd, Pairs, Rows, Side, Table, paf
from holdfast.formats.columns import NEWLINE, Bytes

OLD, COLUMNS = 10, 12
BEST_QUALITY = 254
DECIMALS = 8  #: of a divergence
NUMBERS = (1, 2, 3, 6, 7, 8)  #: columns of lengths and places, in both versions


class MashMap(AlignmentFormat):
    """Mappings with an estimate of identity."""

    name = "mashmap"
    title = "MashMap (2 and 3)"
    endings = (".mashmap", ".out")

    @staticmethod
    def begins(head: bytes) -> bool:
        """See :meth:`AlignmentFormat.begins`."""
        line = first_line(head)
        if b"\t" in line:
            return is_sketched(line)
        words = line.split()
        return len(words) in (OLD, OLD + 1) and _is_mapping(words) and is_number(words[9])

    def paf(self, content: Readable, name: str, lengths: Lengths) -> Iterator[bytes]:
        """See :meth:`AlignmentFormat.paf`."""
        return paf(_Mappings(), content, name, lengths)


class _Mappings(Table):
    """Lines of either version."""

    def each(self, lines: Lines) -> Iterator[Pair]:
        """See :meth:`Table.each`."""
        for line in lines:
            words = line.split(b"\t") if b"\t" in line else line.split()
            few = len(words) < (COLUMNS if b"\t" in line else OLD)
            if few or words[4] not in (b"+", b"-"):
                raise lines.error(f"is no line of MashMap: {shown(line)}")
            yield _new(lines, words) if b"\t" in line else _old(lines, words)

    def pairs(self, data: Bytes) -> Pairs:
        """See :meth:`Table.pairs`."""
        first = data[: int((data == NEWLINE).argmax())].tobytes()
        new = b"\t" in first
        rows = Rows(data, b"\t" if new else b" ", first.count(b"\t") + 1 if new else OLD)
        if len(rows) != int((data == NEWLINE).sum()):
            raise Odd  # a line that is none
        query, target = (_side(rows, column, 0 if new else 1) for column in (0, 5))
        identity = rows.shares(COLUMNS, 100, b"id:f:") if new else rows.shares(9, 100) / 100
        identity = np.where(identity > 1, identity / 100, identity)
        block = np.maximum(query.spans, target.spans)
        matches = np.round(identity * block).astype(np.int64)
        tags = (("dv:f:", np.round(1 - identity, DECIMALS)),)
        quality = rows.numbers(COLUMNS - 1) if new else None
        if quality is not None and (quality > BEST_QUALITY).any():
            raise Odd
        return Pairs(target, query, rows.signs(4), matches, block, quality, tags)


def _side(rows: Rows, column: int, last: int) -> Side:
    """The stretches whose first of four columns is `column`, and which end `last` bases further."""
    length, start, end = (rows.numbers(column + place) for place in (1, 2, 3))
    return Side(rows.names(column), start, end + last, length)


def is_sketched(line: bytes) -> bool:
    """Whether a line that looks like PAF counts sketches instead of bases, as MashMap 3 does."""
    words = line.split(b"\t")
    tags = {word[:5] for word in words[COLUMNS:]}
    return _is_mapping(words) and {b"id:f:", b"kc:f:"} <= tags and b"cg:Z:" not in tags


def _is_mapping(words: list[bytes]) -> bool:
    return (
        len(words) >= OLD
        and are_digits([words[column] for column in NUMBERS])
        and words[4] in (b"+", b"-")
    )


def _old(lines: Lines, words: list[bytes]) -> Pair:
    identity = lines.fraction(words[9], "the identity in percent", 100) / 100
    return _pair(lines, words, identity, 1, UNKNOWN_QUALITY)


def _new(lines: Lines, words: list[bytes]) -> Pair:
    told = next((word[5:] for word in words[COLUMNS:] if word.startswith(b"id:f:")), None)
    if told is None:
        raise lines.error("the tag id:f: is missing; if this is PAF, name that format")
    identity = lines.fraction(told, "the tag id:f:", 100)
    quality = float(words[11]) if is_number(words[11]) else math.nan
    known = 0 <= quality <= BEST_QUALITY
    mapq = round(quality) if known else UNKNOWN_QUALITY
    return _pair(lines, words, identity if identity <= 1 else identity / 100, 0, mapq)


def _pair(lines: Lines, words: list[bytes], identity: float, last: int, mapq: int) -> Pair:
    """The pair whose ends stand `last` bases before where they are in PAF."""
    query = _stretch(lines, words[:4], last)
    target = _stretch(lines, words[5:9], last)
    block = max(query.end - query.start, target.end - target.start)
    return Pair(
        target,
        query,
        forward=words[4] == b"+",
        matches=round(identity * block),
        block=block,
        mapq=mapq,
        tags=(b"dv:f:%r" % round(1 - identity, DECIMALS),),
    )


def _stretch(lines: Lines, words: list[bytes], last: int) -> Stretch:
    name, length, start, end = words
    whole = lines.whole(length, "the length")
    first = lines.whole(start, "the start")
    return Stretch(name, first, lines.whole(end, "the end") + last, whole)
