"""
Writing FASTA: residues become lines of one width, in arrays and not line by line.

A long record's residues may come in pieces of any size. The writer knows where each record begins,
so it can say the ``.fai`` index of what it wrote.
"""

from collections.abc import Iterable
from typing import Protocol

import numpy as np

from holdfast.formats.fai import FaiRow

WIDTH = 60  #: residues a line
TOGETHER = 1 << 18  #: bytes of lines made at once: they stay in the cache


class Sink(Protocol):
    """Where bytes are written: a file, a pipe, a compressor. It keeps none of what it is given."""

    def write(self, content: bytes | memoryview, /) -> object:
        """Take the next bytes."""


class FastaWriter:
    """Writes records to `file`, `width` residues a line; with a width of 0, each on one line."""

    def __init__(self, file: Sink, width: int = WIDTH, *, indexed: bool = False) -> None:
        self._file, self._width, self._indexed = file, width, indexed
        lines = max(1, TOGETHER // (width + 1)) if width else 0
        self._lines = np.full((lines, width + 1), 10, np.uint8)
        self._size = 0  # bytes written so far
        self.records = self.residues = 0  #: written so far
        self.rows: list[FaiRow] = []  #: the index of what was written, when `indexed`

    def write(self, heading: str, pieces: Iterable[bytes]) -> None:
        """Write one record: what stands behind ``>``, and the residues."""
        self._put(f">{heading}\n".encode())
        begin, length = self._size, 0
        for piece in pieces:
            self._wrap(piece, length % self._width if self._width else 0)
            length += len(piece)
        if not self._width or length % self._width:
            self._put(b"\n")
        self.records += 1
        self.residues += length
        if self._indexed:
            line = min(length, self._width) if self._width else length
            name = heading.partition(" ")[0]
            self.rows.append(FaiRow(name, length, begin, line, line + 1))

    def _wrap(self, piece: bytes, column: int) -> None:
        """Write a piece whose first residue stands in `column`; a line that is full is ended."""
        width = self._width
        if column + len(piece) < width or not width:
            self._put(piece)
            return
        first = (width - column) % width
        if first:
            self._put(piece[:first] + b"\n")
        lines, rest = divmod(len(piece) - first, width)
        for at in range(0, lines, len(self._lines)):
            count = min(lines - at, len(self._lines))
            residues = np.frombuffer(piece, np.uint8, count * width, first + at * width)
            self._lines[:count, :-1] = residues.reshape(count, width)
            self._put(self._lines[:count].data.cast("B"))
        self._put(piece[len(piece) - rest :])

    def _put(self, content: bytes | memoryview) -> None:
        self._file.write(content)
        self._size += len(content)


def heading_of(name: str, description: str) -> str:
    """What stands behind ``>``."""
    return f"{name} {description}" if description else name
