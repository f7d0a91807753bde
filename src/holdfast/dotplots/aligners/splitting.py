"""
Splitting: long contigs of a query cut in blocks for a tool, and its matches folded back.

A contig of less than a tenth more than a block stays whole; any other is cut in blocks of exactly
10,000,000 bases, the last of which is what remains. Blocks have names of their own, which are
looked up and never taken apart: whatever a contig is called, it is not mistaken for a block. What
was cut at a border is joined again in :mod:`~holdfast.dotplots.aligners.joining`.
"""

from collections.abc import Sequence
from dataclasses import dataclass, field
from typing import Any

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc

from holdfast.formats.columns import Bytes, Positions, Spans, lines, whole_numbers, words
from holdfast.formats.fasta_writing import FastaWriter

BLOCK = 10_000_000  #: bases
MARK = "_###_"  #: between a contig's name and a block's number
TAB = 9


@dataclass(frozen=True, slots=True)
class Block:
    """A piece of a contig, or the whole of it."""

    contig: str
    start: int  #: where in the contig it begins, in bases
    length: int
    total: int  #: bases of the contig


@dataclass(slots=True)
class Blocks:
    """All pieces of a genome, by the names that a tool knows them by; they have `size` bases."""

    size: int = BLOCK
    by_name: dict[str, Block] = field(default_factory=dict)

    @property
    def lengths(self) -> dict[str, int]:
        """How many bases each block has."""
        return {name: block.length for name, block in self.by_name.items()}

    @property
    def is_plain(self) -> bool:
        """Whether every contig is in one piece that is called as it is."""
        return all(name == block.contig for name, block in self.by_name.items())

    def write(self, writer: FastaWriter, contig: str, residues: bytes) -> None:
        """Write the blocks of one contig as records of FASTA."""
        total = len(residues)
        starts = range(0, total, self.size) if self._is_long(total) else range(1)
        for name, start in zip(self._names(contig, len(starts)), starts, strict=True):
            piece = residues[start : start + self.size] if len(starts) > 1 else residues
            self.by_name[name] = Block(contig, start, len(piece), total)
            writer.write(name, [piece])

    def _is_long(self, total: int) -> bool:
        return total >= self.size * 11 // 10

    def _names(self, contig: str, count: int) -> list[str]:
        """Names for `count` blocks of a contig; no other block has one of them.

        Letters beyond ASCII are more than several tools can take: they are not shown them.
        """
        mark = MARK
        known = contig if contig.isascii() else f"contig_{len(self.by_name) + 1}"
        names = [known] if count == 1 else _numbered(known, mark, count)
        while any(name in self.by_name for name in names):
            mark = f"_#{mark[1:]}"
            names = _numbered(known, mark, count)
        return names


def folded(data: Bytes, target: Blocks, query: Blocks) -> bytes:
    """Lines of PAF about blocks, as lines about contigs; only the query's are cut.

    `data` holds whole lines that were checked before; none of their other columns is changed.
    """
    rows = lines(data)
    tabs = np.flatnonzero(data == TAB)
    first = np.searchsorted(tabs, rows.starts)
    known, which = _named(data, Spans(rows.starts, tabs[first]), query)
    offsets = _of(known, "start")[which]
    columns = (
        _contigs(known, which),
        _decimal(_of(known, "total")[which]),
        _decimal(_numbers(data, tabs, first + 1) + offsets),
        _decimal(_numbers(data, tabs, first + 2) + offsets),
        words(data, Spans(tabs[first + 3] + 1, tabs[first + 4])),
        _contigs(*_named(data, Spans(tabs[first + 4] + 1, tabs[first + 5]), target)),
        words(data, Spans(tabs[first + 5] + 1, rows.ends)),
    )
    whole = pc.binary_join_element_wise(*columns, b"\t")
    return _run_together(pc.binary_join_element_wise(whole, b"\n", b""))


def _named(data: Bytes, spans: Spans, blocks: Blocks) -> tuple[list[Block], Positions]:
    """The blocks that are named at `spans`, and which of them each is."""
    names = words(data, spans).dictionary_encode()
    known = [blocks.by_name[name.decode()] for name in names.dictionary.to_pylist()]
    return known, names.indices.to_numpy()


def _contigs(blocks: Sequence[Block], which: Positions) -> Any:
    names = pa.array([block.contig.encode() for block in blocks], pa.binary())
    return names.take(pa.array(which))


def _numbered(contig: str, mark: str, count: int) -> list[str]:
    return [f"{contig}{mark}{number}" for number in range(1, count + 1)]


def _numbers(data: Bytes, tabs: Positions, at: Positions) -> Positions:
    """The numbers between each of the tabs numbered `at` and the next one."""
    return whole_numbers(data, Spans(tabs[at] + 1, tabs[at + 1]))[0]


def _of(blocks: Sequence[Block], what: str) -> Positions:
    return np.array([getattr(block, what) for block in blocks], dtype=np.int64)


def _decimal(numbers: Positions) -> Any:
    return pc.cast(pc.cast(pa.array(numbers), pa.string()), pa.binary())


def _run_together(array: Any) -> bytes:
    """The values of a fresh binary array, one behind another, as they lie in its memory."""
    _, offsets, values = array.buffers()
    end = int(np.frombuffer(offsets, dtype=np.int32)[len(array)])
    return bytes(values.slice(0, end))
