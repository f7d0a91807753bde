"""
Sorting: an alignment's lines in one order, whatever order a tool wrote them in.

Tools with several threads write as each thread ends. So the lines are put in the order of the
query's contigs, within one by place, and the same question has the same answer, byte for byte. The
lines are moved as bytes, many at once, and never taken apart.
"""

from collections.abc import Iterator
from pathlib import Path

import numpy as np
from numpy.typing import NDArray

from holdfast.dotplots.genome import Genome
from holdfast.formats.paf import PafTable

PIECE = 1 << 23  #: bytes looked at or moved at once
NEWLINE = 10

Bytes = NDArray[np.uint8]
Numbers = NDArray[np.int64]


def order_of(table: PafTable, target: Genome, query: Genome) -> Numbers:
    """The numbers of the lines of `table`, sorted: by query contig, and there by place."""
    queries = np.array([query.numbers[name] for name in table.query_names], dtype=np.int64)
    targets = np.array([target.numbers[name] for name in table.target_names], dtype=np.int64)
    keys = (
        *(queries[table.query], table.query_start, table.query_end),
        *(targets[table.target], table.target_start, table.target_end),
        *(-table.strand.astype(np.int64), -table.matches, table.block, table.mapq),
    )
    return np.lexsort(keys[::-1])


class Lines:
    """The lines of a file, by their numbers from 0."""

    def __init__(self, file: Path) -> None:
        empty = not file.stat().st_size
        self._content: Bytes = (
            np.zeros(0, dtype=np.uint8) if empty else np.memmap(file, dtype=np.uint8, mode="r")
        )
        self._starts = _starts(self._content)

    def __len__(self) -> int:
        return len(self._starts) - 1

    def line(self, number: int) -> bytes:
        """One line, with its end."""
        return self._content[self._starts[number] : self._starts[number + 1]].tobytes()

    def taken(self, order: Numbers) -> Iterator[memoryview]:
        """The lines that `order` numbers, in that order, many in each piece."""
        lengths, places = np.diff(self._starts)[order], self._starts[order]
        size = np.cumsum(lengths)
        begin = 0
        while begin < len(order):
            before = size[begin - 1] if begin else 0
            end = max(int(np.searchsorted(size, before + PIECE, side="right")), begin + 1)
            yield _gathered(self._content, places[begin:end], lengths[begin:end]).data
            begin = end


def _gathered(content: Bytes, places: Numbers, lengths: Numbers) -> Bytes:
    """The bytes at `places`, one run behind another."""
    if len(places) == 1:
        return np.array(content[places[0] : places[0] + lengths[0]])
    begins = np.cumsum(lengths) - lengths
    gathered: Bytes = content[np.repeat(places - begins, lengths) + np.arange(lengths.sum())]
    return gathered


def _starts(content: Bytes) -> Numbers:
    """Where each line begins, and where the last one ends."""
    ends = (
        np.flatnonzero(content[begin : begin + PIECE] == NEWLINE) + (begin + 1)
        for begin in range(0, len(content), PIECE)
    )
    return np.concatenate([np.zeros(1, dtype=np.int64), *ends])
