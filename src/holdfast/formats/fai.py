"""
``.fai``: where each sequence of a FASTA file stands, so that a slice is read without the rest.

One line a sequence, five columns between tabs: its name, its length in residues, the byte at which
its residues begin, and how many residues and how many bytes each of its lines has. Offsets are
those of the plain text, also for a compressed file. Samtools and its relatives write and read it.
"""

from collections.abc import Iterable
from pathlib import Path
from typing import NamedTuple

from holdfast.errors import FormatError

SIZE_LIMIT = 1 << 32  #: bytes an index may have: a hundred million sequences


class FaiRow(NamedTuple):
    """Where one sequence stands: `length` in residues, `offset` in bytes of the plain text.

    (A named tuple because there are as many as sequences.)
    """

    name: str
    length: int
    offset: int
    line_residues: int
    line_bytes: int

    def span(self, start: int, end: int) -> tuple[int, int]:
        """Offset and size in bytes of the text that holds the residues from `start` to `end`.

        Line ends are in it.

        >>> FaiRow("a", 10, 3, 4, 5).span(2, 9)
        (5, 9)
        """
        if not 0 <= start < end <= self.length:
            return self.offset, 0
        first, last = self._place(start), self._place(end - 1)
        return first, last + 1 - first

    def _place(self, residue: int) -> int:
        line, column = divmod(residue, self.line_residues)
        return self.offset + line * self.line_bytes + column


def fai_row(name: str, length: int, offset: int, width: int) -> FaiRow:
    """The row of a sequence whose lines have `width` residues and end with one newline each."""
    line = min(length, width)
    return FaiRow(name, length, offset, line, line + 1)


def fai_text(rows: Iterable[FaiRow]) -> bytes:
    """The content of an index.

    >>> fai_text([fai_row("chrM", 14, 6, 60)])
    b'chrM\\t14\\t6\\t14\\t15\\n'
    """
    return "".join([f"{n}\t{length}\t{at}\t{b}\t{w}\n" for n, length, at, b, w in rows]).encode()


def read_fai(path: Path) -> list[FaiRow]:
    """The rows of the index at `path`, in order.

    Raises
    ------
    FormatError
        It cannot be read, or a line is no row: its number is said.
    """
    try:
        large = path.stat().st_size > SIZE_LIMIT
        content = b"" if large else path.read_bytes()
    except OSError as error:
        raise FormatError(path, None, f"cannot be read: {error.strerror}") from error
    if large:
        raise FormatError(path, None, "is too large for a .fai index")
    try:
        text = content.decode()
    except UnicodeDecodeError as error:
        raise FormatError(path, None, "is not text; is this a .fai index?") from error
    lines = text.removesuffix("\n").split("\n") if text else []
    return [_row(path, nth, line) for nth, line in enumerate(lines, 1)]


def _row(path: Path, number: int, line: str) -> FaiRow:
    try:
        name, *numbers = line.split("\t")
        if not all(map(str.isdigit, numbers)):
            raise ValueError
        length, offset, residues, size = map(int, numbers)
    except ValueError as error:
        raise FormatError(
            path, number, "is not a row of a .fai index (a name and four numbers between tabs)"
        ) from error
    if not name or residues > size or (length and not residues):
        raise FormatError(path, number, "the numbers of this row do not fit each other")
    return FaiRow(name, length, offset, residues, size)
