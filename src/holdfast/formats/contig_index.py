"""
Indexes of D-Genies (``.idx``): the names and lengths of a genome's contigs, in order.

The first line is the genome's name. Each line after it is a contig: its name, its length in bases
and, where contigs were sorted or turned, ``1`` or ``0`` for one that is reversed or not, with tabs
between them. D-Genies itself reads only two columns, though it writes three.
"""

from collections.abc import Iterable
from pathlib import Path
from typing import BinaryIO, NamedTuple

from holdfast.errors import FormatError
from holdfast.formats.columns import DIGITS
from holdfast.formats.compression import open_content

SIZE_LIMIT = 1 << 30  #: bytes an index may have: tens of millions of contigs
TURNED = {"0": False, "1": True}


class IndexRow(NamedTuple):
    """One contig. (A named tuple because there are as many as contigs.)"""

    name: str
    length: int  #: bases
    reversed: bool = False


def read_index(source: Path | BinaryIO, name: str | None = None) -> tuple[str, list[IndexRow]]:
    """The genome's name, and its contigs in order. `name` is what errors call the file.

    Raises
    ------
    FormatError
        It is no index: file and line are said.
    """
    with open_content(source, name) as content:
        data = content.read(SIZE_LIMIT + 1)
        known = content.name
    if len(data) > SIZE_LIMIT:
        raise FormatError(known, None, "is too large for an index of contigs")
    lines = _lines(known, data)
    if not lines:
        raise FormatError(known, None, "is empty; an index begins with the name of the genome")
    title = lines[0]
    if "\t" in title or not title.strip():
        problem = "an index begins with the name of the genome, alone on its line"
        raise FormatError(known, 1, problem)
    rows = [_row(known, number, line) for number, line in enumerate(lines[1:], 2)]
    _check_names(known, rows)
    return title, rows


def index_text(title: str, rows: Iterable[IndexRow], turned: bool = False) -> bytes:
    """The content of an index, with the third column if `turned`.

    >>> index_text("strain", [IndexRow("chr1", 230218)])
    b'strain\\nchr1\\t230218\\n'
    """
    lines = [
        f"{row.name}\t{row.length}\t{row.reversed:d}" if turned else f"{row.name}\t{row.length}"
        for row in rows
    ]
    title = " ".join(title.split()) or "genome"  # a tab or a line end would be no title
    return "".join(f"{line}\n" for line in (title, *lines)).encode()


def _lines(file: str, data: bytes) -> list[str]:
    """The lines; one empty line at the end is no line."""
    try:
        text = data.decode()
    except UnicodeDecodeError as error:
        line = data.count(b"\n", 0, error.start) + 1
        raise FormatError(file, line, "is not text; is this an index of contigs?") from error
    lines = [line.removesuffix("\r") for line in text.removesuffix("\n").split("\n")]
    if lines and not lines[-1]:
        lines.pop()
    return lines


def _row(file: str, number: int, line: str) -> IndexRow:
    words = line.split("\t")
    if len(words) not in (2, 3) or not words[0]:
        problem = "an empty line; remove it"
        if line:
            problem = "a contig is a name and a length (and 0 or 1), with tabs between them"
        raise FormatError(file, number, problem)
    length = words[1]
    if not (length.isascii() and length.isdigit() and 0 < int(length[: DIGITS + 1]) < 10**DIGITS):
        problem = f"the length {length[:40]!r} is not a whole number above 0"
        raise FormatError(file, number, problem)
    turned = words[2] if len(words) == 3 else "0"
    if turned not in TURNED:
        raise FormatError(file, number, f"the third column is 0 or 1, not {turned[:40]!r}")
    return IndexRow(words[0], int(length), TURNED[turned])


def _check_names(file: str, rows: list[IndexRow]) -> None:
    seen: set[str] = set()
    for number, row in enumerate(rows, 2):
        if row.name in seen:
            problem = f"a second contig is called {row.name}; give each its own name"
            raise FormatError(file, number, problem)
        seen.add(row.name)
