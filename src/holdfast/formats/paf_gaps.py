"""
The long gaps inside the alignments of a PAF file: where one sequence has bases the other lacks.

They are read from the CIGAR in the tag ``cg`` or, in a line without one, from the difference string
``cs``, in one pass over the file in blocks, all lines of a block at once. A line with neither has
none that are known.
"""

from dataclasses import dataclass
from pathlib import Path
from typing import BinaryIO

import numpy as np
from numpy.typing import NDArray

from holdfast.errors import FormatError
from holdfast.formats.columns import (
    Bytes,
    Positions,
    Spans,
    Truths,
    beginning_with,
    blocks,
    lines,
    whole_numbers,
)
from holdfast.formats.compression import open_content

CIGAR, DIFFERENCES = b"\tcg:Z:", b"\tcs:Z:"
TAB = ord("\t")
ON_BOTH, ON_QUERY, ON_TARGET = b"M=X", b"IS", b"DN"
PASSED_OVER = b"HP"  #: operations that stand for no bases of either
GAPS = b"IDN"
#: What begins each part of a difference string: a number of bases alike, two bases that differ,
#: bases of the query, of the target, alike, and a number of the target's between two pairs.
SIGNS = b":*+-=~"
NUMBERED, UNLIKE, ADDED, LOST, ALIKE, SKIPPED = SIGNS
ENDS_OF_SKIPPED = 2  #: bases before and after its number


@dataclass(frozen=True, slots=True)
class Gaps:
    """Gaps in columns, in the order of the file; one side of each is empty.

    Places are bases after the start of the line's target interval, and of its query interval as the
    alignment runs: from its end, where the strand is ``-``.
    """

    line: NDArray[np.int64]  #: 0 is the file's first
    target_start: NDArray[np.int64]
    target_end: NDArray[np.int64]
    query_start: NDArray[np.int64]
    query_end: NDArray[np.int64]

    def __len__(self) -> int:
        return len(self.line)

    def in_order(self) -> "Gaps":
        """The gaps line after line, and along each."""
        order = np.lexsort((self.query_end, self.target_end, self.line))
        return Gaps(*(getattr(self, each)[order] for each in self.__slots__))

    @classmethod
    def none(cls) -> "Gaps":
        """No gaps."""
        return cls(*np.zeros((5, 0), dtype=np.int64))


def read_gaps(source: Path | BinaryIO, least: int, name: str | None = None) -> Gaps:
    """The gaps of `least` bases or more in the PAF `source`, plain or compressed.

    Raises
    ------
    FormatError
        A tag is not what it should be.
    """
    parts, done = [Gaps.none()], 0
    with open_content(source, name or str(source)) as content:
        for block in blocks(content):
            found = lines(block)
            parts.append(_gaps(block, found, least, (content.name, done)))
            done += len(found)
    columns = (np.concatenate([getattr(part, each) for part in parts]) for each in Gaps.__slots__)
    return Gaps(*columns)


@dataclass(frozen=True, slots=True)
class _Runs:
    """The parts of alignments, one after another: of which each is, and how far it goes."""

    owner: Positions
    target: Positions  #: bases
    query: Positions
    gap: Truths

    def long_gaps(self, line: Positions, least: int) -> Gaps:
        """Those of `least` bases or more; alignments are those of the lines `line`."""
        first = np.searchsorted(self.owner, self.owner)
        target_end, query_end = _within(self.target, first), _within(self.query, first)
        long = self.gap & (np.maximum(self.target, self.query) >= least)
        return Gaps(
            line=line[self.owner[long]],
            target_start=(target_end - self.target)[long],
            target_end=target_end[long],
            query_start=(query_end - self.query)[long],
            query_end=query_end[long],
        )


def _gaps(data: Bytes, found: Spans, least: int, at: tuple[str, int]) -> Gaps:
    """The gaps in one block, whose lines stand at `found`; `at` is for sentences."""
    line, cigars = _tags(data, found, CIGAR)
    known = _cigar_runs(data, cigars, at, line).long_gaps(at[1] + line, least)
    other, strings = _tags(data, found, DIFFERENCES)
    lacking = ~np.isin(other, line)
    if not lacking.any():
        return known
    other, strings = other[lacking], strings[lacking]
    told = _difference_runs(data, strings, at, other).long_gaps(at[1] + other, least)
    order = np.argsort(np.concatenate((known.line, told.line)), kind="stable")
    pairs = ((getattr(known, each), getattr(told, each)) for each in Gaps.__slots__)
    return Gaps(*(np.concatenate(pair)[order] for pair in pairs))


def _tags(data: Bytes, found: Spans, tag: bytes) -> tuple[Positions, Spans]:
    """The lines that have `tag`, and where its value stands in each."""
    tabs = np.flatnonzero(data == TAB)
    ends = np.append(tabs, len(data))[1:]
    tags = beginning_with(data, Spans(tabs, ends), tag)
    line = np.searchsorted(found.starts, tabs[tags], side="right") - 1
    line, first = np.unique(line, return_index=True)
    tags = tags[first]
    stops = np.minimum(ends[tags], found.ends[line])
    return line, Spans(tabs[tags] + len(tag), stops)


def _inside(places: Positions, spans: Spans) -> tuple[Positions, Positions]:
    """Those of `places` that lie in one of `spans`, and in which."""
    owner = np.searchsorted(spans.starts, places, side="right") - 1
    inside = owner >= 0
    inside[inside] = places[inside] < spans.ends[owner[inside]]
    return places[inside], owner[inside]


def _cigar_runs(data: Bytes, spans: Spans, at: tuple[str, int], line: Positions) -> _Runs:
    """The operations of CIGARs."""
    places, owner = _inside(np.flatnonzero((data > ord("9")) | (data == TAB)), spans)
    before = np.concatenate(([-1], places[:-1]))
    starts = np.maximum(before + 1, spans.starts[owner]) if len(owner) else places
    amounts, good = whole_numbers(data, Spans(starts, places))
    letters = data[places]
    good &= np.isin(letters, _letters(ON_BOTH + ON_QUERY + ON_TARGET + PASSED_OVER))
    _refuse(good, owner, line, at, "the tag cg:Z: is not a CIGAR")
    return _Runs(
        owner=owner,
        target=amounts * np.isin(letters, _letters(ON_BOTH + ON_TARGET)),
        query=amounts * np.isin(letters, _letters(ON_BOTH + ON_QUERY)),
        gap=np.isin(letters, _letters(GAPS)),
    )


def _difference_runs(data: Bytes, spans: Spans, at: tuple[str, int], line: Positions) -> _Runs:
    """The parts of difference strings."""
    places, owner = _inside(np.flatnonzero(np.isin(data, _letters(SIGNS))), spans)
    signs = data[places]
    ends = np.minimum(np.append(places, len(data))[1:], spans.ends[owner])
    amounts, good = ends - places - 1, np.ones(len(places), dtype=bool)
    for sign, off in ((NUMBERED, 0), (SKIPPED, ENDS_OF_SKIPPED)):
        mine = np.flatnonzero(signs == sign)
        number = Spans(places[mine] + 1 + off, np.maximum(ends[mine] - off, places[mine] + 1 + off))
        amounts[mine], good[mine] = whole_numbers(data, number)
    amounts[signs == UNLIKE] = 1
    _refuse(good, owner, line, at, "the tag cs:Z: is not a difference string")
    return _Runs(
        owner=owner,
        target=amounts * (signs != ADDED),
        query=amounts * ((signs != LOST) & (signs != SKIPPED)),
        gap=np.isin(signs, (ADDED, LOST, SKIPPED)),
    )


def _refuse(
    good: Truths, owner: Positions, line: Positions, at: tuple[str, int], problem: str
) -> None:
    """Raise for the first line that has a part which is not `good`."""
    if not good.all():
        raise FormatError(at[0], at[1] + int(line[owner[good.argmin()]]) + 1, problem)


def _within(amounts: Positions, first: Positions) -> Positions:
    """The running sum of `amounts` in each group, whose first place is `first`."""
    total = np.cumsum(amounts)
    before = np.concatenate(([0], total))
    summed: Positions = total - before[first]
    return summed


def _letters(text: bytes) -> Bytes:
    return np.frombuffer(text, dtype=np.uint8)
