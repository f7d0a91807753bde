"""
BED: places on sequences, one a line, half-open and from 0 as our slices are.

Columns are between tabs (or, where a line has none, blanks): the sequence's name, start and end in
bases, and perhaps a name, a score and a strand; further columns are passed over (UCSC, "FAQ: data
file formats", BED). Lines that begin with ``#``, ``track`` or ``browser`` are for others. What is
no BED is refused with its line.
"""

from collections.abc import Iterator
from pathlib import Path
from typing import BinaryIO, NamedTuple

from holdfast.errors import FormatError
from holdfast.formats.compression import Content, open_content

BLOCK = 1 << 20
LINE_LIMIT = 1 << 20
DIGITS = 18  #: a number may have


class Region(NamedTuple):
    """One line: a slice of the sequence `chrom`, in bases, on the strand ``+`` or ``-`` or none.

    (A named tuple because there may be millions.)
    """

    chrom: str
    start: int
    end: int
    name: str  #: empty where the line has none
    strand: str  #: "+", "-", or "" where the line does not say
    line: int


def read_bed(source: Path | BinaryIO, name: str | None = None) -> Iterator[Region]:
    """The regions of a BED file or stream, compressed or not, in order.

    Raises
    ------
    FormatError
        A line is no region: file and line are said.
    """
    with open_content(source, name) as content:
        for number, line in _lines(content):
            words = line.rstrip("\r").split("\t") if "\t" in line else line.split()
            if words and words[0] and not _is_for_others(line):
                yield _region(content.name, number, words)


def _is_for_others(line: str) -> bool:
    return line.startswith("#") or line.split(None, 1)[0] in ("track", "browser")


def _region(file: str, number: int, words: list[str]) -> Region:
    if len(words) < 3:
        raise FormatError(
            file, number, "a line of BED has at least three columns: name, start and end"
        )
    chrom, start, end = words[0], words[1].strip(), words[2].strip()
    if not (_is_number(start) and _is_number(end)) or int(start) > int(end):
        raise FormatError(
            file, number, f"{start}-{end} is not a slice; start and end are whole numbers in order"
        )
    strand = words[5].strip() if len(words) > 5 else ""
    if strand not in ("", ".", "+", "-"):
        raise FormatError(file, number, f"{strand!r} is not a strand; it is +, - or .")
    name = words[3].strip() if len(words) > 3 else ""
    return Region(
        chrom, int(start), int(end), "" if name == "." else name, strand.strip("."), number
    )


def _is_number(text: str) -> bool:
    return text.isascii() and text.isdigit() and len(text) <= DIGITS


def _lines(content: Content) -> Iterator[tuple[int, str]]:
    """The lines that are not blank, with their numbers."""
    number, rest = 1, b""
    while True:
        block = content.read(BLOCK)
        lines = (rest + block).split(b"\n")
        rest = lines.pop() if block else b""
        for line in lines:
            if line.strip():
                yield number, _text(content.name, number, line)
            number += 1
        if not block:
            return
        if len(rest) > LINE_LIMIT:
            raise FormatError(content.name, number, "the line is too long for BED")


def _text(file: str, number: int, line: bytes) -> str:
    try:
        text = line.decode()
    except UnicodeDecodeError as error:
        raise FormatError(file, number, "is not text; is this a BED file?") from error
    if not text.replace("\t", "").rstrip("\r").isprintable():
        raise FormatError(file, number, "holds control characters; is this a BED file?")
    return text
