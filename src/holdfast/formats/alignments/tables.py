"""
Tables of matches, many lines at once.

A program may write millions of lines of a few columns each. A block of such lines is turned into
PAF by a few array operations, if every one of them is as it should be. Where one is not, the block
is :class:`Odd`, and its format reads it line by line: so there is one place that says what is wrong
with a line, and it need not be quick.
"""

import io
from abc import ABC, abstractmethod
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from typing import Any, Self

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc
from numpy.typing import NDArray

from holdfast.formats.alignments.interface import Lengths
from holdfast.formats.alignments.lines import Lines
from holdfast.formats.alignments.pairs import UNKNOWN_QUALITY, Pair, PairWriter
from holdfast.formats.columns import (
    NEWLINE,
    Bytes,
    Positions,
    Readable,
    Spans,
    Truths,
    beginning_with,
    blocks,
    lines,
    whole_numbers,
    words,
)

COMMENT = ord("#")

Integers = NDArray[np.int64]
Floats = NDArray[np.float64]


class Odd(Exception):
    """Some line of a block is not as most are: they are to be read one by one."""


@dataclass(frozen=True, slots=True)
class Names:
    """A column of names: which of the distinct ones stands in each line."""

    distinct: list[bytes]
    codes: NDArray[np.int64]


class Rows:
    """The lines of a block that are neither empty nor comments, in columns."""

    def __init__(self, data: Bytes, separator: bytes, columns: int) -> None:
        found = lines(data)
        kept = found.lengths > 0
        kept[kept] = data[found.starts[kept]] != COMMENT
        self._data = data
        self._rows = found[kept]
        self._places = np.flatnonzero(data == ord(separator))
        self._first = np.searchsorted(self._places, self._rows.starts)
        last = np.searchsorted(self._places, self._rows.ends)
        if columns < 1 or (last - self._first != columns - 1).any():
            raise Odd
        self._columns = columns

    def __len__(self) -> int:
        return len(self._rows)

    def spans(self, column: int) -> Spans:
        """Where a column stands."""
        if column >= self._columns:
            raise Odd
        starts, ends = self._rows.starts, self._rows.ends
        if column:
            starts = self._places[self._first + column - 1] + 1
        if column < self._columns - 1:
            ends = self._places[self._first + column]
        return Spans(starts, ends)

    def numbers(self, column: int) -> Integers:
        """A column of whole numbers."""
        values, good = whole_numbers(self._data, self.spans(column))
        if not good.all():
            raise Odd
        return values

    def shares(self, column: int, most: float, prefix: bytes = b"") -> Floats:
        """A column of numbers from 0 to `most`, each behind `prefix`."""
        spans = self.spans(column)
        if len(beginning_with(self._data, spans, prefix)) < len(spans):
            raise Odd
        spans = Spans(spans.starts + len(prefix), spans.ends)
        try:
            texts = words(self._data, spans).cast(pa.string())
            values: Floats = np.asarray(pc.cast(texts, pa.float64()))
        except pa.ArrowInvalid as error:
            raise Odd from error
        if not ((values >= 0) & (values <= most)).all():
            raise Odd
        return values

    def signs(self, column: int) -> Truths:
        """A column of + and -: whether it is +."""
        spans = self.spans(column)
        if (spans.lengths != 1).any():
            raise Odd
        letters = self._data[spans.starts]
        plus: Truths = letters == ord("+")
        if not (plus | (letters == ord("-"))).all():
            raise Odd
        return plus

    def names(self, column: int) -> Names:
        """A column of names."""
        encoded = words(self._data, self.spans(column)).dictionary_encode()
        return Names(encoded.dictionary.to_pylist(), encoded.indices.to_numpy().astype(np.int64))


@dataclass(frozen=True, slots=True)
class Side:
    """A column of stretches, and the lengths of their sequences if the table has them."""

    names: Names
    start: Integers
    end: Integers
    lengths: Integers | None = None

    @classmethod
    def between(
        cls, names: Names, first: Integers, last: Integers, lengths: Integers | None = None
    ) -> Self:
        """Stretches from their first place to their last, counted from 1, in either order."""
        if len(first) and min(first.min(), last.min()) < 1:
            raise Odd
        return cls(names, np.minimum(first, last) - 1, np.maximum(first, last), lengths)

    @property
    def spans(self) -> Integers:
        """How many bases each stretch has."""
        return self.end - self.start


@dataclass(frozen=True, slots=True)
class Pairs:
    """Columns of pairs; see :class:`~holdfast.formats.alignments.pairs.Pair`."""

    target: Side
    query: Side
    forward: Truths
    matches: Integers
    block: Integers
    mapq: Integers | None = None
    tags: tuple[tuple[str, NDArray[Any]], ...] = ()  #: each its beginning, and a value a line


class Table(ABC):
    """How the lines of a format become pairs: all of a block, or one by one."""

    @abstractmethod
    def pairs(self, data: Bytes) -> Pairs:
        """Those of a block of whole lines.

        Raises
        ------
        Odd
            Some line is not as most are.
        """

    @abstractmethod
    def each(self, lines: Lines) -> Iterator[Pair]:
        """Those of the lines, one by one.

        Raises
        ------
        FormatError
            A line cannot be read.
        """


def paf(table: Table, content: Readable, name: str, lengths: Lengths) -> Iterator[bytes]:
    """The lines of PAF of a `content` of lines; those of which nothing matches are left out.

    Raises
    ------
    FormatError
        A line cannot be read, or makes no sense.
    """
    at = Lines(io.BytesIO(), name)
    writer = PairWriter(at, lengths)
    before = 0
    for block in blocks(content, name=name):
        try:
            yield written(table.pairs(block), writer)
        except Odd:
            at.follow(io.BytesIO(block.tobytes()), before)
            yield from (writer.line(pair) for pair in table.each(at) if pair.matches)
        before += int((block == NEWLINE).sum())


def written(pairs: Pairs, writer: PairWriter) -> bytes:
    """The lines of `pairs`; those of which nothing matches are left out.

    Raises
    ------
    Odd
        A line makes no sense, as it would be refused.
    """
    good = (pairs.block > 0) & (pairs.matches >= 0) & (pairs.matches <= pairs.block)
    sides = [
        _checked(side, word, writer)
        for word, side in (("query", pairs.query), ("target", pairs.target))
    ]
    if not good.all():
        raise Odd
    mapq = np.full(len(good), UNKNOWN_QUALITY) if pairs.mapq is None else pairs.mapq
    columns = [
        *sides[0],
        pa.array(np.where(pairs.forward, "+", "-")),
        *sides[1],
        *(_text(values) for values in (pairs.matches, pairs.block, mapq)),
        *(pc.binary_join_element_wise(start, _text(each), "") for start, each in pairs.tags),
    ]
    text = pc.binary_join_element_wise(*columns, "\t")
    text = pc.filter(text, pa.array(pairs.matches > 0))
    ended = pc.binary_join_element_wise(text, "", "\n")
    return _content(ended)


def _text(values: NDArray[Any]) -> Any:
    return pc.cast(pa.array(values), pa.string())


def _checked(side: Side, word: str, writer: PairWriter) -> list[Any]:
    """The four columns of a side, if each stretch lies within its sequence."""
    lengths = _lengths(side, word, writer)[side.names.codes]
    if side.lengths is not None and (lengths != side.lengths).any():
        raise Odd
    if ((side.start < 0) | (side.start > side.end) | (side.end > lengths)).any():
        raise Odd
    try:
        distinct = pa.array([name.decode() for name in side.names.distinct], pa.string())
    except UnicodeDecodeError as error:
        raise Odd from error
    names = distinct.take(pa.array(side.names.codes))
    return [names, *(_text(values) for values in (lengths, side.start, side.end))]


def _lengths(side: Side, word: str, writer: PairWriter) -> Positions:
    """The length of each distinct name: as the table tells, or as it is known."""
    distinct = side.names.distinct
    told: Sequence[int | None] = [None] * len(distinct)
    if side.lengths is not None:
        found = np.zeros(len(distinct), dtype=np.int64)
        found[side.names.codes] = side.lengths
        told = found.tolist()
    lengths = [writer.agreed(word, *each) for each in zip(distinct, told, strict=True)]
    if not all(distinct) or None in lengths or any(b"\t" in name for name in distinct):
        raise Odd
    return np.array(lengths, dtype=np.int64)


def _content(array: Any) -> bytes:
    """The texts of an Arrow array one after another."""
    if not len(array):
        return b""
    offsets = np.frombuffer(array.buffers()[1], np.int32)[array.offset :]
    return bytes(memoryview(array.buffers()[2])[offsets[0] : offsets[len(array)]])
