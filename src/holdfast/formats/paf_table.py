"""
The table that a PAF file becomes, and how its columns are put together.

While a file is read its columns are kept in parts, each as narrow as its numbers allow, and one
that only says "no such tag" is not kept at all: so the table, whose columns are wide enough for any
sum, is the most that is held at any time.
"""

from dataclasses import dataclass
from typing import Any

import numpy as np
from numpy.typing import NDArray

ABSENT = -1  #: stands in whole-number tag columns for "the line has no such tag"

Integers = NDArray[np.int64]
Floats = NDArray[np.float64]


@dataclass(frozen=True, slots=True)
class PafTable:
    """The lines of a PAF file in columns; all arrays have one entry per line, in file order.

    Intervals are zero-based, half-open, in bases of the forward strand. A column of a tag that no
    line has takes no memory, and cannot be written to.
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
    edits: Integers  #: ``NM``, or what ``cs`` or a CIGAR of ``=`` and ``X`` tells; else ABSENT
    ambiguous: Integers  #: ``nn``; 0 where there is none
    gap_bases: Integers  #: bases in gaps of ``cs`` or ``cg``; read only without ``de``, else ABSENT
    gap_opens: Integers  #: gaps in ``cs`` or ``cg``; read only without ``de``, else ABSENT
    by_cs: NDArray[np.bool_]  #: whether edits and gaps were read from ``cs``

    def __len__(self) -> int:
        return len(self.query)


#: The kind of each column, and what stands in it where a line has no such tag.
KINDS: dict[str, tuple[type[np.generic], float | None]] = {
    "query": (np.int32, None),
    "query_start": (np.int64, None),
    "query_end": (np.int64, None),
    "strand": (np.int8, None),
    "target": (np.int32, None),
    "target_start": (np.int64, None),
    "target_end": (np.int64, None),
    "matches": (np.int64, None),
    "block": (np.int64, None),
    "mapq": (np.uint8, None),
    "de": (np.float64, np.nan),
    "dv": (np.float64, np.nan),
    "edits": (np.int64, ABSENT),
    "ambiguous": (np.int64, 0),
    "gap_bases": (np.int64, ABSENT),
    "gap_opens": (np.int64, ABSENT),
    "by_cs": (np.bool_, False),
}


class Column:
    """One column, part by part."""

    def __init__(self, kind: type[np.generic], absent: float | None) -> None:
        self._kind, self._absent = kind, absent
        self._parts: list[tuple[int, NDArray[Any] | None]] = []  # length, and None if all is absent

    def add(self, values: NDArray[Any] | None, count: int) -> None:
        """The next `count` lines; None says that none of them has the tag."""
        self._parts.append((count, None if values is None else _narrow(values)))

    def joined(self) -> NDArray[Any]:
        """All lines. The parts are given up on the way."""
        count = sum(length for length, _ in self._parts)
        if all(part is None for _, part in self._parts) and self._absent is not None:
            return np.broadcast_to(self._kind(self._absent), count)
        whole = np.empty(count, dtype=self._kind)
        for at, (length, part) in self._taken():
            whole[at : at + length] = self._absent if part is None else part
        return whole

    def _taken(self) -> Any:
        at = 0
        self._parts.reverse()
        while self._parts:
            part = self._parts.pop()
            yield at, part
            at += part[0]


def _narrow(values: NDArray[Any]) -> NDArray[Any]:
    """The same numbers in half the bytes, if they fit."""
    limit = np.iinfo(np.int32).max
    if values.dtype == np.int64 and not (len(values) and values.max() > limit):
        return values.astype(np.int32)
    return values
