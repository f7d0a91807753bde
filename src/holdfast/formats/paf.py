"""
PAF, the pairwise alignment format of minimap2: read into columns, written from columns.

A file of any size is read in blocks of bytes; every step is one array operation over all lines of a
block, so that no Python object is made per line. Twelve columns are read and checked; of the tags,
those that tell identity: ``de``, ``dv``, ``NM``, ``nn`` and, where ``de`` is missing, the gaps of
``cg``. Everything else is skipped. The format is described in the section OUTPUT FORMAT of
https://lh3.github.io/minimap2/minimap2.html.
"""

from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any, BinaryIO, NamedTuple

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc
from numpy.typing import NDArray

from holdfast.errors import FormatError
from holdfast.formats.columns import (
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
from holdfast.formats.compression import open_content

COLUMNS = 12
TAB, PLUS, MINUS = b"\t+-"
ABSENT = -1  #: stands in whole-number tag columns for "the line has no such tag"
OPERATIONS = np.frombuffer(b"MIDNSHP=X", dtype=np.uint8)  #: the letters of a CIGAR
GAPS = np.frombuffer(b"ID", dtype=np.uint8)

Integers = NDArray[np.int64]
Floats = NDArray[np.float64]


@dataclass(frozen=True, slots=True)
class PafTable:
    """The lines of a PAF file in columns; all arrays have one entry per line, in file order.

    Intervals are zero-based, half-open, in bases of the forward strand.
    """

    query_names: tuple[str, ...]  #: in order of first appearance
    query_lengths: tuple[int, ...]  #: bases, of each query name
    target_names: tuple[str, ...]
    target_lengths: tuple[int, ...]
    query: NDArray[np.int32]  #: index into `query_names`
    query_start: Integers
    query_end: Integers
    strand: NDArray[np.int8]  #: +1 or -1
    target: NDArray[np.int32]  #: index into `target_names`
    target_start: Integers
    target_end: Integers
    matches: Integers  #: column 10: matching bases
    block: Integers  #: column 11: bases of the alignment, gaps included; never 0
    mapq: NDArray[np.uint8]
    de: Floats  #: gap-compressed divergence; NaN where the line has no ``de`` tag
    dv: Floats  #: approximate divergence; NaN where the line has no ``dv`` tag
    edits: Integers  #: ``NM``; ABSENT where there is none
    ambiguous: Integers  #: ``nn``; 0 where there is none
    gap_bases: Integers  #: bases in gaps of ``cg``; read only without ``de``, else ABSENT
    gap_opens: Integers  #: gaps in ``cg``; read only without ``de``, else ABSENT

    def __len__(self) -> int:
        return len(self.query)


def read_paf(source: Path | BinaryIO, name: str | None = None) -> PafTable:
    """Read `source`, plain or compressed with gzip, bgzip or zstd. An empty file is an empty table.

    Raises
    ------
    FormatError
        The file is not PAF; the error names the file, the line and what is wrong with it.
    """
    reader = _Reader(name or (str(source) if isinstance(source, Path) else "alignment"))
    with open_content(source, reader.name) as content:
        for block in blocks(content):
            reader.take(block)
    return reader.table()


def checked_blocks(content: Readable, name: str) -> Iterator[bytes]:
    """The bytes of `content`, in blocks of whole lines, each checked as :func:`read_paf` does.

    Raises
    ------
    FormatError
        As :func:`read_paf`; `name` is what it calls the content.
    """
    reader = _Reader(name)
    for block in blocks(content, name=name):
        reader.take(block)
        reader.parts.clear()
        yield block.tobytes()


def write_paf(table: PafTable, file: BinaryIO) -> None:
    """Write the twelve columns of `table` and its tags ``NM``, ``nn``, ``de``, ``dv``."""
    columns = (
        _named(table.query, table.query_names),
        _of_names(table.query, table.query_lengths),
        table.query_start,
        table.query_end,
        np.where(table.strand > 0, "+", "-"),
        _named(table.target, table.target_names),
        _of_names(table.target, table.target_lengths),
        table.target_start,
        table.target_end,
        table.matches,
        table.block,
        table.mapq,
    )
    texts = [pc.cast(pa.array(column), pa.string()) for column in columns]
    text = pc.binary_join_element_wise(*texts, *_tags(table), "\t", null_handling="skip")
    file.writelines(line.encode() + b"\n" for line in text.to_pylist())


def _named(codes: NDArray[np.int32], names: tuple[str, ...]) -> Any:
    return pa.array(names, pa.string()).take(pa.array(codes))


def _of_names(codes: NDArray[np.int32], lengths: tuple[int, ...]) -> Integers:
    of_each: Integers = np.asarray(lengths, dtype=np.int64)[codes]
    return of_each


def _tags(table: PafTable) -> list[Any]:
    """One column of texts per tag, null where a line has none."""
    columns: tuple[tuple[str, Integers | Floats, Truths], ...] = (
        ("NM:i:", table.edits, table.edits == ABSENT),
        ("nn:i:", table.ambiguous, table.ambiguous == 0),
        ("de:f:", table.de, np.isnan(table.de)),
        ("dv:f:", table.dv, np.isnan(table.dv)),
    )
    return [
        pc.binary_join_element_wise(
            prefix, pc.cast(pa.array(values, mask=missing), pa.string()), ""
        )
        for prefix, values, missing in columns
    ]


# -- reading ----------------------------------------------------------------------------------


class _Names:
    """The names met so far on one side, each with its number and its length."""

    def __init__(self) -> None:
        self.numbers: dict[bytes, int] = {}
        self.lengths = np.zeros(0, dtype=np.int64)

    def codes(self, names: Any, lengths: Integers) -> NDArray[np.int32]:
        """The number of each of `names`; a new name gets the next, and the length beside it."""
        encoded = names.dictionary_encode()
        met = encoded.dictionary.to_pylist()
        numbers = np.array([self.numbers.setdefault(n, len(self.numbers)) for n in met], np.int32)
        codes: NDArray[np.int32] = numbers[encoded.indices.to_numpy()]
        first = np.full(len(self.numbers), ABSENT, dtype=np.int64)
        first[codes[::-1]] = lengths[::-1]  # of several assignments the last one stays
        first[: len(self.lengths)] = self.lengths
        self.lengths = first
        return codes


class _Side(NamedTuple):
    """The columns of one side: their numbers, and the word for it in sentences."""

    word: str
    name: int
    length: int
    start: int
    end: int


QUERY = _Side("query", 0, 1, 2, 3)
TARGET = _Side("target", 5, 6, 7, 8)
NUMBERS = (1, 2, 3, 6, 7, 8, 9, 10, 11)

Problems = list[tuple[Truths, str]]


class _Reader:
    """Takes blocks one after another and keeps their columns."""

    def __init__(self, name: str) -> None:
        self.name = name
        self.lines = 0
        self.names = {QUERY: _Names(), TARGET: _Names()}
        self.parts: list[dict[str, NDArray[Any]]] = []

    def take(self, data: Bytes) -> None:
        """Read the lines of one block."""
        rows = _Rows(data)
        whole = rows.before(rows.columns < COLUMNS)
        if len(whole.lines):
            self.parts.append(self._columns(whole))
        if len(whole.lines) < len(rows.lines):
            self._refuse_short(rows, len(whole.lines))
        self.lines += len(rows.lines)

    def table(self) -> PafTable:
        """All columns read."""
        empty = self._columns(_Rows(np.zeros(0, dtype=np.uint8)))
        parts = [empty, *self.parts]
        columns = {name: np.concatenate([part[name] for part in parts]) for name in empty}
        return PafTable(
            query_names=self._decoded(QUERY),
            query_lengths=tuple(self.names[QUERY].lengths.tolist()),
            target_names=self._decoded(TARGET),
            target_lengths=tuple(self.names[TARGET].lengths.tolist()),
            **columns,
        )

    def _columns(self, rows: "_Rows") -> dict[str, NDArray[Any]]:
        numbers, problems = {}, []
        for column in NUMBERS:
            numbers[column], good = whole_numbers(rows.data, rows.column(column))
            problems.append((~good, f"column {column + 1} is not a whole number"))
        sign = rows.data[rows.column(4).starts] if len(rows.lines) else rows.data
        lone = rows.column(4).lengths == 1
        problems.append((~(lone & ((sign == PLUS) | (sign == MINUS))), "the strand is not + or -"))
        for side in (QUERY, TARGET):
            problems += _side_problems(side, numbers)
            problems.append((rows.column(side.name).lengths == 0, f"the {side.word} has no name"))
        problems.append((numbers[10] == 0, "column 11, the length of the alignment, is 0"))
        problems.append((numbers[11] > 255, "column 12, the mapping quality, is above 255"))
        self._refuse(problems)
        return {**self._sides(rows, numbers), **_plain_columns(numbers, sign), **self._tags(rows)}

    def _sides(self, rows: "_Rows", numbers: dict[int, Integers]) -> dict[str, NDArray[Any]]:
        """The columns of query and target; each name must have one length."""
        columns: dict[str, NDArray[Any]] = {}
        for side in (QUERY, TARGET):
            names = self.names[side]
            codes = names.codes(words(rows.data, rows.column(side.name)), numbers[side.length])
            problem = f"the {side.word} has another length than on a line before"
            self._refuse([(numbers[side.length] != names.lengths[codes], problem)])
            columns[side.word] = codes
            columns[f"{side.word}_start"] = numbers[side.start]
            columns[f"{side.word}_end"] = numbers[side.end]
        return columns

    def _tags(self, rows: "_Rows") -> dict[str, NDArray[Any]]:
        tags = _Tags(rows)
        de = self._fractions(tags, b"de:f:")
        bases, opens = self._gaps(tags, np.isnan(de))
        return {
            "de": de,
            "dv": self._fractions(tags, b"dv:f:"),
            "edits": self._counts(tags, b"NM:i:", ABSENT),
            "ambiguous": self._counts(tags, b"nn:i:", 0),
            "gap_bases": bases,
            "gap_opens": opens,
        }

    def _counts(self, tags: "_Tags", prefix: bytes, absent: int) -> Integers:
        lines_, spans = tags.of(prefix)
        values, good = whole_numbers(tags.rows.data, spans)
        self._refuse_at(lines_[~good], f"the tag {prefix.decode()} is not a whole number")
        column = np.full(len(tags.rows.lines), absent, dtype=np.int64)
        column[lines_] = values
        return column

    def _fractions(self, tags: "_Tags", prefix: bytes) -> Floats:
        lines_, spans = tags.of(prefix)
        values = _floats(words(tags.rows.data, spans))
        good = (values >= 0) & (values <= 1)
        self._refuse_at(lines_[~good], f"the tag {prefix.decode()} is not between 0 and 1")
        column = np.full(len(tags.rows.lines), np.nan)
        column[lines_] = values
        return column

    def _gaps(self, tags: "_Tags", wanted: Truths) -> tuple[Integers, Integers]:
        """Bases in gaps, and gaps, of the CIGAR of each wanted line that has one."""
        lines_, spans = tags.of(b"cg:Z:")
        chosen = wanted[lines_]
        lines_, spans = lines_[chosen], spans[chosen]
        bases = np.full(len(wanted), ABSENT, dtype=np.int64)
        opens = bases.copy()
        if len(lines_):
            bases[lines_], opens[lines_], good = _cigar_gaps(tags.rows.data, spans)
            self._refuse_at(lines_[~good], "the tag cg:Z: is not a CIGAR")
        return bases, opens

    def _decoded(self, side: _Side) -> tuple[str, ...]:
        try:
            return tuple(name.decode() for name in self.names[side].numbers)
        except UnicodeDecodeError as error:
            problem = f"a {side.word} name is not UTF-8 text: {error.object!r:.80}"
            raise FormatError(self.name, None, problem) from error

    def _refuse_short(self, rows: "_Rows", line: int) -> None:
        count = int(rows.columns[line])
        problem = f"{count} columns where PAF has {COLUMNS} or more, separated by tabs"
        if rows.lines.lengths[line] == 0:
            problem = "an empty line; remove it"
        raise FormatError(self.name, self.lines + line + 1, problem)

    def _refuse(self, problems: Problems) -> None:
        """Raise for the earliest line that has one of `problems`."""
        found = [(int(bad.argmax()), problem) for bad, problem in problems if bad.any()]
        if found:
            line, problem = min(found, key=lambda each: each[0])
            raise FormatError(self.name, self.lines + line + 1, problem)

    def _refuse_at(self, bad: Positions, problem: str) -> None:
        if len(bad):
            raise FormatError(self.name, self.lines + int(bad[0]) + 1, problem)


class _Rows:
    """The lines of a block and where their columns stand."""

    def __init__(self, data: Bytes) -> None:
        self.data = data
        self.lines = lines(data) if len(data) else Spans(*np.zeros((2, 0), dtype=np.int64))
        self.tabs = np.flatnonzero(data == TAB)
        self.first = np.searchsorted(self.tabs, self.lines.starts)  #: each line's first tab
        self.columns = np.searchsorted(self.tabs, self.lines.ends) - self.first + 1

    def before(self, bad: Truths) -> "_Rows":
        """The lines before the first of the `bad` ones."""
        if not bad.any():
            return self
        return _Rows(self.data[: self.lines.starts[bad.argmax()]])

    def column(self, number: int) -> Spans:
        """Where column `number`, from 0 to 11, stands in each line."""
        starts = self.tabs[self.first + number - 1] + 1 if number else self.lines.starts
        if number < COLUMNS - 1:
            return Spans(starts, self.tabs[self.first + number])
        return Spans(starts, self._ends(self.first + number))

    def tags(self) -> tuple[Positions, Spans]:
        """Each column after the twelfth: its line, and where it stands."""
        line = np.repeat(np.arange(len(self.lines)), self.columns - 1)
        tag = np.flatnonzero(np.arange(len(line)) - self.first[line] >= COLUMNS - 1)
        line = line[tag]
        ends = np.append(self.tabs, len(self.data))[tag + 1]
        return line, Spans(self.tabs[tag] + 1, np.minimum(ends, self.lines.ends[line]))

    def _ends(self, tab: Positions) -> Positions:
        """Where the column before `tab` ends, which may be the end of the line."""
        ends: Positions = np.append(self.tabs, len(self.data))[tab]
        return np.minimum(ends, self.lines.ends)


class _Tags:
    """The tags of a block's lines."""

    def __init__(self, rows: _Rows) -> None:
        self.rows = rows
        self.line, self.spans = rows.tags()

    def of(self, prefix: bytes) -> tuple[Positions, Spans]:
        """The lines that have the tag `prefix`, and where its value stands in each."""
        found = beginning_with(self.rows.data, self.spans, prefix)
        spans = self.spans[found]
        return self.line[found], Spans(spans.starts + len(prefix), spans.ends)


def _side_problems(side: _Side, numbers: dict[int, Integers]) -> Problems:
    start, end, length = numbers[side.start], numbers[side.end], numbers[side.length]
    return [
        (start > end, f"the {side.word} interval ends before it starts"),
        (end > length, f"the {side.word} interval ends beyond the {side.word}'s length"),
    ]


def _plain_columns(numbers: dict[int, Integers], sign: Bytes) -> dict[str, NDArray[Any]]:
    return {
        "strand": np.where(sign == PLUS, 1, -1).astype(np.int8),
        "matches": numbers[9],
        "block": numbers[10],
        "mapq": numbers[11].astype(np.uint8),
    }


def _floats(texts: Any) -> Floats:
    """The numbers `texts` write; NaN for those that write none."""
    try:
        return np.asarray(pc.cast(texts.cast(pa.string()), pa.float64()))
    except pa.ArrowInvalid:
        # Some line is wrong: now, and only now, look at them one by one to know which.
        return np.array([_float(text) for text in texts.to_pylist()], dtype=np.float64)


def _float(text: bytes) -> float:
    try:
        return float(text)
    except ValueError:
        return float("nan")


def _cigar_gaps(data: Bytes, spans: Spans) -> tuple[Integers, Integers, Truths]:
    """Of each CIGAR: bases in gaps, number of gaps, and whether it is a CIGAR."""
    cigar = np.repeat(np.arange(len(spans)), spans.lengths)
    begins = np.cumsum(spans.lengths) - spans.lengths
    letters = data[np.arange(len(cigar)) - begins[cigar] + spans.starts[cigar]]
    at = np.flatnonzero((letters < ord("0")) | (letters > ord("9")))
    owner = cigar[at]
    starts = np.maximum(np.concatenate(([0], at[:-1] + 1)) if len(at) else at, begins[owner])
    amounts, good = whole_numbers(letters, Spans(starts, at))
    good &= np.isin(letters[at], OPERATIONS)
    gap = np.isin(letters[at], GAPS)
    count = len(spans)
    bases: Integers = np.bincount(owner[gap], amounts[gap], minlength=count).astype(np.int64)
    opens = np.bincount(owner[gap], minlength=count).astype(np.int64)
    return bases, opens, _ends_whole(letters, spans, begins, owner[~good])


def _ends_whole(letters: Bytes, spans: Spans, begins: Positions, broken: Positions) -> Truths:
    """Which CIGARs are not among the `broken` and end with an operation."""
    whole = spans.lengths > 0
    whole[broken] = False
    last = letters[np.maximum(begins + spans.lengths - 1, 0)] if len(letters) else letters
    if len(last):
        whole &= np.isin(last, OPERATIONS)
    return whole
