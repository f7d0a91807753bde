"""
Where the lines of a PAF file stand, and what they align: enough to read a few of them again.

The file is read once, block by block, without a Python object per line; of each line its place in
the file and its two intervals are kept, about 50 bytes. The file is one that was checked when it
was taken in (:func:`~holdfast.formats.paf.checked_blocks`): here only what would mislead is
refused.
"""

from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import BinaryIO

import numpy as np
from numpy.typing import NDArray

from holdfast.errors import FormatError
from holdfast.formats.columns import Bytes, blocks, whole_numbers, words
from holdfast.formats.paf_rows import COLUMNS, Rows

Integers = NDArray[np.int64]
MINUS = ord("-")
QUERY, TARGET = (0, 2, 3), (5, 7, 8)  #: columns: name, start, end


@dataclass(frozen=True, slots=True)
class Intervals:
    """One side of every line: the number of its contig's name, and a slice in bases."""

    numbers: dict[str, int]
    names: tuple[str, ...]
    contig: NDArray[np.int32]
    start: Integers
    end: Integers

    def meeting(self, name: str, start: int, end: int) -> NDArray[np.bool_]:
        """Which lines have a base between `start` and `end` of the contig `name`."""
        here: NDArray[np.bool_] = (
            (self.contig == self.numbers.get(name, -1)) & (self.start < end) & (self.end > start)
        )
        return here

    def name(self, line: int) -> str:
        """The name of a line's contig."""
        return self.names[int(self.contig[line])]


@dataclass(frozen=True, slots=True)
class Places:
    """All lines of one file."""

    begins: Integers  #: bytes; one more, the end of the file
    strand: NDArray[np.int8]
    query: Intervals
    target: Intervals

    def __len__(self) -> int:
        return len(self.strand)

    def text(self, file: BinaryIO, line: int) -> bytes:
        """The line `line`, from 0, of the open `file`."""
        begin, end = self.begins[line : line + 2].tolist()
        file.seek(begin)
        return file.read(end - begin).rstrip(b"\r\n")


class _Side:
    def __init__(self, columns: tuple[int, int, int]) -> None:
        self.columns = columns
        self.names: dict[str, int] = {}
        self.parts: list[tuple[NDArray[np.int32], Integers, Integers]] = []

    def take(self, rows: Rows) -> bool:
        """Keep this side of the rows; whether its numbers were numbers."""
        name, start, end = (rows.column(column) for column in self.columns)
        encoded = words(rows.data, name).dictionary_encode()
        met = [each.decode(errors="replace") for each in encoded.dictionary.to_pylist()]
        numbers = np.array([self.names.setdefault(each, len(self.names)) for each in met], np.int32)
        (starts, good), (ends, right) = (whole_numbers(rows.data, span) for span in (start, end))
        self.parts.append((numbers[encoded.indices.to_numpy()], starts, ends))
        return bool(good.all() and right.all())

    def intervals(self) -> Intervals:
        empty = (np.zeros(0, np.int32), np.zeros(0, np.int64), np.zeros(0, np.int64))
        columns = [np.concatenate(each) for each in zip(*(self.parts or [empty]), strict=True)]
        return Intervals(self.names, tuple(self.names), *columns)


def read_places(path: Path) -> Places:
    """The places of all lines of the plain file at `path`.

    Raises
    ------
    FormatError
        It cannot be read, or is not the PAF that it was.
    """
    query, target = _Side(QUERY), _Side(TARGET)
    begins, strands = [np.zeros(1, np.int64)], [np.zeros(0, np.int8)]
    done = 0
    for data in _blocks(path):
        rows = Rows(data)
        if (rows.columns < COLUMNS).any() or not (query.take(rows) and target.take(rows)):
            raise FormatError(path, None, "is not the alignment that it was; draw the plot again")
        sign = data[rows.column(4).starts]
        strands.append(np.where(sign == MINUS, -1, 1).astype(np.int8))
        begins.append(np.flatnonzero(data == ord("\n")) + done + 1)
        done += len(data)
    return Places(
        np.concatenate(begins), np.concatenate(strands), query.intervals(), target.intervals()
    )


def _blocks(path: Path) -> Iterator[Bytes]:
    try:
        with path.open("rb") as file:
            yield from blocks(file, name=str(path))
    except OSError as error:
        raise FormatError(path, None, f"cannot be read: {error.strerror}") from error


def tag_of(line: bytes, tag: bytes) -> bytes | None:
    """The value of a tag, as in ``cg:Z:``, of a line; None if it has none."""
    at = line.find(b"\t" + tag)
    if at < 0:
        return None
    begin = at + 1 + len(tag)
    end = line.find(b"\t", begin)
    return line[begin:] if end < 0 else line[begin:end]
