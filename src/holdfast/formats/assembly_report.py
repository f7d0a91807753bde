"""
NCBI's assembly reports (``*_assembly_report.txt``): what a genome's sequences are called.

Lines that begin with ``#`` say what the assembly is, ``# Assembly name:  GRCh38.p14``; the last of
them names the columns, which are separated by tabs. ``na`` stands where there is nothing. The
reader wants the columns that say names and accessions and passes over the others. Nothing but
:class:`FormatError` comes out of it.
"""

from dataclasses import dataclass
from pathlib import Path
from typing import BinaryIO

from holdfast.errors import FormatError
from holdfast.formats.compression import Content, open_content

LIMIT = 256 << 20  #: bytes a report may have; the largest genomes have some million scaffolds
NOTHING = "na"
ASSEMBLY = "assembly name"
NAME, GENBANK, RELATION, REFSEQ = "Sequence-Name", "GenBank-Accn", "Relationship", "RefSeq-Accn"
LENGTH, UCSC = "Sequence-Length", "UCSC-style-name"
NEEDED = (NAME, GENBANK, RELATION, REFSEQ)


@dataclass(frozen=True, slots=True)
class AssemblyRow:
    """One sequence of an assembly. What is not known is empty, or None; `length` in residues.

    `same` says that GenBank's and RefSeq's sequences are the same; `line` where this stands.
    """

    name: str
    others: tuple[str, ...]
    genbank: str
    refseq: str
    same: bool
    length: int | None
    line: int | None = None


@dataclass(frozen=True, slots=True)
class Assembly:
    """A genome as its report has it."""

    name: str
    rows: tuple[AssemblyRow, ...]
    source: str  #: what errors call the report


def read_report(source: Path | BinaryIO) -> Assembly:
    """The assembly that a report tells of; plain or compressed.

    Raises
    ------
    FormatError
        It is no assembly report: file and line are said.
    """
    with open_content(source) as content:
        text = _text(content)
    file = content.name
    name, columns, rows = "", None, []
    for number, raw in enumerate(text.split("\n"), 1):
        line = raw.removesuffix("\r")
        if line.startswith("#"):
            name = name or _said(line, ASSEMBLY)
            columns = _columns(line) or columns
        elif line.strip():
            rows.append(_row(line, columns, file, number))
    if not rows:
        raise FormatError(file, None, "is no assembly report: it has no sequences")
    return Assembly(name, tuple(rows), file)


def _text(content: Content) -> str:
    """The whole text; a report is a few kilobytes to a few hundred megabytes."""
    raw = content.read(LIMIT + 1)
    if len(raw) > LIMIT:
        raise FormatError(content.name, None, f"is too long for an assembly report ({LIMIT} bytes)")
    try:
        return raw.decode()
    except UnicodeDecodeError as error:
        line = raw.count(b"\n", 0, error.start) + 1
        raise FormatError(content.name, line, "is not UTF-8 text") from error


def _said(line: str, what: str) -> str:
    """What a comment says after ``what:``, or nothing."""
    key, colon, value = line.lstrip("# ").partition(":")
    return value.strip() if colon and key.strip().lower() == what else ""


def _columns(line: str) -> dict[str, int] | None:
    """The places of the columns, if a comment names them."""
    names = [name.strip() for name in line.lstrip("# ").split("\t")]
    if not set(NEEDED) <= set(names):
        return None
    return {name: place for place, name in enumerate(names)}


def _row(text: str, columns: dict[str, int] | None, file: str, line: int) -> AssemblyRow:
    if columns is None:
        wanted = ", ".join(NEEDED)
        problem = f"is no assembly report: no line before it names the columns {wanted}"
        raise FormatError(file, line, problem)
    fields = text.split("\t")
    if len(fields) <= max(columns[name] for name in NEEDED):
        raise FormatError(
            file, line, f"has {len(fields)} fields where its heading has {len(columns)}"
        )

    def value(column: str) -> str:
        place = columns.get(column)
        text = fields[place].strip() if place is not None and place < len(fields) else ""
        return "" if text == NOTHING else text

    length = value(LENGTH)
    if length and not (length.isascii() and length.isdigit()):
        raise FormatError(file, line, f"{length!r} is no length")
    if not value(NAME):
        raise FormatError(file, line, "has no sequence name")
    return AssemblyRow(
        name=value(NAME),
        others=(value(UCSC),) if value(UCSC) else (),
        genbank=value(GENBANK),
        refseq=value(REFSEQ),
        same=value(RELATION) == "=",
        length=int(length) if length else None,
        line=line,
    )
