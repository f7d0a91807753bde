"""
The long gaps inside the alignments of a PAF file: where one sequence has bases the other lacks.

They are read from the CIGAR in the tag ``cg``, in one pass over the file in blocks, all lines of a
block at once. A line without the tag has none that are known.
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
    beginning_with,
    blocks,
    lines,
    whole_numbers,
)
from holdfast.formats.compression import open_content

TAG = b"\tcg:Z:"
TAB = ord("\t")
ON_BOTH, ON_QUERY, ON_TARGET = b"M=X", b"IS", b"DN"
PASSED_OVER = b"HP"  #: operations that stand for no bases of either


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

    @classmethod
    def none(cls) -> "Gaps":
        """No gaps."""
        return cls(*np.zeros((5, 0), dtype=np.int64))


def read_gaps(source: Path | BinaryIO, least: int, name: str | None = None) -> Gaps:
    """The gaps of `least` bases or more in the PAF `source`, plain or compressed.

    Raises
    ------
    FormatError
        A CIGAR is none.
    """
    parts, done = [Gaps.none()], 0
    with open_content(source, name or str(source)) as content:
        for block in blocks(content):
            found = lines(block)
            parts.append(_gaps(block, found, least, (content.name, done)))
            done += len(found)
    columns = (np.concatenate([getattr(part, each) for part in parts]) for each in Gaps.__slots__)
    return Gaps(*columns)


def _gaps(data: Bytes, found: Spans, least: int, at: tuple[str, int]) -> Gaps:
    """The gaps in one block, whose lines stand at `found`; `at` is for sentences."""
    line, cigars = _cigars(data, found)
    owner, letters, amounts = _operations(data, cigars, at, line)
    target = amounts * np.isin(letters, _letters(ON_BOTH + ON_TARGET))
    query = amounts * np.isin(letters, _letters(ON_BOTH + ON_QUERY))
    first = np.searchsorted(owner, owner)  # of the CIGAR that an operation belongs to
    target_end, query_end = _within(target, first), _within(query, first)
    gap = np.isin(letters, _letters(b"IDN")) & (amounts >= least)
    return Gaps(
        line=at[1] + line[owner[gap]],
        target_start=(target_end - target)[gap],
        target_end=target_end[gap],
        query_start=(query_end - query)[gap],
        query_end=query_end[gap],
    )


def _cigars(data: Bytes, found: Spans) -> tuple[Positions, Spans]:
    """The lines that have a CIGAR, and where each stands."""
    tabs = np.flatnonzero(data == TAB)
    ends = np.append(tabs, len(data))[1:]
    tags = beginning_with(data, Spans(tabs, ends), TAG)
    line = np.searchsorted(found.starts, tabs[tags], side="right") - 1
    line, first = np.unique(line, return_index=True)
    tags = tags[first]
    stops = np.minimum(ends[tags], found.ends[line])
    return line, Spans(tabs[tags] + len(TAG), stops)


def _operations(
    data: Bytes, cigars: Spans, at: tuple[str, int], line: Positions
) -> tuple[Positions, Bytes, Positions]:
    """Every operation: its CIGAR, its letter, its amount."""
    places = np.flatnonzero((data > ord("9")) | (data == TAB))
    owner = np.searchsorted(cigars.starts, places, side="right") - 1
    inside = owner >= 0
    inside[inside] = places[inside] < cigars.ends[owner[inside]]
    places, owner = places[inside], owner[inside]
    before = np.concatenate(([-1], places[:-1]))
    starts = np.maximum(before + 1, cigars.starts[owner]) if len(owner) else places
    amounts, good = whole_numbers(data, Spans(starts, places))
    good &= np.isin(data[places], _letters(ON_BOTH + ON_QUERY + ON_TARGET + PASSED_OVER))
    if not good.all():
        number = at[1] + int(line[owner[good.argmin()]]) + 1
        raise FormatError(at[0], number, "the tag cg:Z: is not a CIGAR")
    return owner, data[places], amounts


def _within(amounts: Positions, first: Positions) -> Positions:
    """The running sum of `amounts` in each group, whose first place is `first`."""
    total = np.cumsum(amounts)
    before = np.concatenate(([0], total))
    summed: Positions = total - before[first]
    return summed


def _letters(text: bytes) -> Bytes:
    return np.frombuffer(text, dtype=np.uint8)
