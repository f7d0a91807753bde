"""
The lines of PAF, block by block: columns are read, checked, and kept.

Everything here is done for all lines of a block at once. What is refused is refused with the number
of its line, and the earliest wrong line is the one that is named.
"""

from itertools import islice
from typing import Any, NamedTuple

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc
from numpy.typing import NDArray

from holdfast.errors import FormatError
from holdfast.formats.columns import (
    Bytes,
    Positions,
    Spans,
    Truths,
    whole_numbers,
    words,
)
from holdfast.formats.paf_rows import COLUMNS, Rows, Tags
from holdfast.formats.paf_table import ABSENT, KINDS, Column, Floats, Integers, PafTable
from holdfast.formats.paf_tags import UNKNOWN, Differences, of_cigars, of_difference_strings

PLUS, MINUS = b"+-"


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

    @property
    def texts(self) -> tuple[str, ...]:
        """The names, in order of their numbers."""
        return tuple(name.decode() for name in self.numbers)


class _Found:
    """What the alignments in a block's lines tell."""

    def __init__(self, count: int, edits: NDArray[Any] | None) -> None:
        self.bases = np.full(count, ABSENT, dtype=np.int64)
        self.opens = self.bases.copy()
        self.edits = self.bases.copy() if edits is None else edits
        self.by_cs = np.zeros(count, dtype=np.bool_)

    def put(self, lines_: Positions, told: Differences) -> None:
        """Keep the gaps `told` of the lines at `lines_`."""
        self.bases[lines_], self.opens[lines_] = told.gap_bases, told.gap_opens

    def columns(self) -> dict[str, NDArray[Any] | None]:
        """All that was found; None for what no line tells."""
        if (self.opens == ABSENT).all():
            return {}
        return {
            "gap_bases": self.bases,
            "gap_opens": self.opens,
            "edits": None if (self.edits == ABSENT).all() else self.edits,
            "by_cs": self.by_cs if self.by_cs.any() else None,
        }


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


class PafLines:
    """Takes blocks one after another, and keeps their columns."""

    def __init__(self, name: str) -> None:
        self.name = name
        self._lines = 0
        self._names = {QUERY: _Names(), TARGET: _Names()}
        self._columns = {column: Column(*kind) for column, kind in KINDS.items()}

    def take(self, data: Bytes) -> None:
        """Read the lines of one block.

        Raises
        ------
        FormatError
            One of them is not PAF.
        """
        count, columns = self._read(data)
        for name, values in columns.items():
            self._columns[name].add(values, count)

    def check(self, data: Bytes) -> None:
        """See whether the lines of one block are PAF; nothing of them is kept but names.

        Raises
        ------
        FormatError
            One of them is not.
        """
        self._read(data)

    def table(self) -> PafTable:
        """All columns read. They are handed over: nothing can be read after that."""
        columns: dict[str, Any] = {name: each.joined() for name, each in self._columns.items()}
        return PafTable(
            query_names=self._names[QUERY].texts,
            query_lengths=tuple(self._names[QUERY].lengths.tolist()),
            target_names=self._names[TARGET].texts,
            target_lengths=tuple(self._names[TARGET].lengths.tolist()),
            **columns,
        )

    def _read(self, data: Bytes) -> tuple[int, dict[str, NDArray[Any] | None]]:
        """How many lines a block has, and their columns; None for tags that no line has."""
        rows = Rows(data)
        whole = rows.before(rows.columns < COLUMNS)
        columns = self._read_whole(whole) if len(whole.lines) else {}
        if len(whole.lines) < len(rows.lines):
            self._refuse_short(rows, len(whole.lines))
        self._lines += len(rows.lines)
        return len(rows.lines), columns

    def _read_whole(self, rows: Rows) -> dict[str, NDArray[Any] | None]:
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

    def _sides(self, rows: Rows, numbers: dict[int, Integers]) -> dict[str, NDArray[Any]]:
        """The columns of query and target; each name must have one length."""
        columns: dict[str, NDArray[Any]] = {}
        for side in (QUERY, TARGET):
            names = self._names[side]
            known = len(names.numbers)
            codes = names.codes(words(rows.data, rows.column(side.name)), numbers[side.length])
            self._check_names(side, known, codes)
            problem = f"the {side.word} has another length than on a line before"
            self._refuse([(numbers[side.length] != names.lengths[codes], problem)])
            columns[side.word] = codes
            columns[f"{side.word}_start"] = numbers[side.start]
            columns[f"{side.word}_end"] = numbers[side.end]
        return columns

    def _tags(self, rows: Rows) -> dict[str, NDArray[Any] | None]:
        tags = Tags(rows)
        columns: dict[str, NDArray[Any] | None] = {
            "de": self._fractions(tags, b"de:f:"),
            "dv": self._fractions(tags, b"dv:f:"),
            "edits": self._counts(tags, b"NM:i:", ABSENT),
            "ambiguous": self._counts(tags, b"nn:i:", 0),
            "gap_bases": None,
            "gap_opens": None,
            "by_cs": None,
        }
        de = columns["de"]
        wanted = np.ones(len(rows.lines), dtype=np.bool_) if de is None else np.isnan(de)
        if wanted.any() and len(tags.line):
            columns |= self._differences(tags, wanted, columns["edits"])
        return columns

    def _counts(self, tags: Tags, prefix: bytes, absent: int) -> Integers | None:
        lines_, spans = tags.of(prefix)
        if not len(lines_):
            return None
        values, good = whole_numbers(tags.rows.data, spans)
        self._refuse_at(lines_[~good], f"the tag {prefix.decode()} is not a whole number")
        column = np.full(len(tags.rows.lines), absent, dtype=np.int64)
        column[lines_] = values
        return column

    def _fractions(self, tags: Tags, prefix: bytes) -> Floats | None:
        lines_, spans = tags.of(prefix)
        if not len(lines_):
            return None
        values = _floats(words(tags.rows.data, spans))
        good = (values >= 0) & (values <= 1)
        self._refuse_at(lines_[~good], f"the tag {prefix.decode()} is not between 0 and 1")
        column = np.full(len(tags.rows.lines), np.nan)
        column[lines_] = values
        return column

    def _differences(
        self, tags: Tags, wanted: Truths, edits: NDArray[Any] | None
    ) -> dict[str, NDArray[Any] | None]:
        """What ``cs``, or else ``cg``, tells of each wanted line that has one."""
        found = _Found(len(wanted), edits)
        lines_, spans = _of_lines(*tags.of(b"cs:Z:"), wanted)
        if len(lines_):
            told = of_difference_strings(tags.rows.data, spans)
            self._refuse_at(lines_[~told.good], "the tag cs:Z: is not a difference string")
            found.put(lines_, told)
            found.edits[lines_], found.by_cs[lines_] = told.edits, True
        lines_, spans = _of_lines(*tags.of(b"cg:Z:"), wanted & ~found.by_cs)
        if len(lines_):
            told = of_cigars(tags.rows.data, spans)
            self._refuse_at(lines_[~told.good], "the tag cg:Z: is not a CIGAR")
            found.put(lines_, told)
            known = (told.edits != UNKNOWN) & (found.edits[lines_] == ABSENT)
            found.edits[lines_[known]] = told.edits[known]
        return found.columns()

    def _check_names(self, side: _Side, known: int, codes: NDArray[np.int32]) -> None:
        """See that the names met after the first `known` ones are text."""
        for number, name in enumerate(islice(self._names[side].numbers, known, None), known):
            try:
                name.decode()
            except UnicodeDecodeError as error:
                problem = f"the {side.word} name is not UTF-8 text: {name!r:.80}"
                line = self._lines + int((codes == number).argmax()) + 1
                raise FormatError(self.name, line, problem) from error

    def _refuse_short(self, rows: Rows, line: int) -> None:
        count = int(rows.columns[line])
        problem = f"{count} columns where PAF has {COLUMNS} or more, separated by tabs"
        if rows.lines.lengths[line] == 0:
            problem = "an empty line; remove it"
        raise FormatError(self.name, self._lines + line + 1, problem)

    def _refuse(self, problems: Problems) -> None:
        """Raise for the earliest line that has one of `problems`."""
        found = [(int(bad.argmax()), problem) for bad, problem in problems if bad.any()]
        if found:
            line, problem = min(found, key=lambda each: each[0])
            raise FormatError(self.name, self._lines + line + 1, problem)

    def _refuse_at(self, bad: Positions, problem: str) -> None:
        if len(bad):
            raise FormatError(self.name, self._lines + int(bad[0]) + 1, problem)


def _of_lines(lines_: Positions, spans: Spans, wanted: Truths) -> tuple[Positions, Spans]:
    """Those of `lines_`, and their spans, that are `wanted`."""
    chosen = wanted[lines_]
    return lines_[chosen], spans[chosen]


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
