"""
Records of any format we read: the reader is chosen by a text's first bytes, never by its name.

:func:`open_records` looks at the beginning and gives a reader; each gives blocks of short records
and long records in pieces, as :mod:`~holdfast.formats.fasta` describes them. What holds no
sequences, or not in a way we read, is refused with a sentence that names it and says what to do.
"""

from collections.abc import Iterator
from typing import NamedTuple, Protocol

from holdfast.errors import FormatError
from holdfast.formats import embl, genbank, twobit
from holdfast.formats.compression import Content
from holdfast.formats.fasta import BLOCK, Block, FastaReader, LongRecord
from holdfast.formats.flatfile import FlatReader
from holdfast.formats.layout import LayoutWriter

LOOK = 4096  #: bytes looked at
LAID = ("fasta", "2bit")  #: formats whose readers tell a layout


class Reader(Protocol):
    """What gives the records of one text."""

    format: str  #: "fasta", "genbank", "embl", "uniprot" or "2bit"

    @property
    def file(self) -> str:
        """What errors call the text."""

    def blocks(self) -> Iterator[Block | LongRecord]:
        """All records, in order. A long record's pieces must be used before the next item.

        Raises
        ------
        FormatError
            The text is not what it seemed; nothing else is raised, whatever the bytes are.
        """


class _Foreign(NamedTuple):
    """A format that is refused: how it begins, what it is, and what to do."""

    beginning: bytes
    name: str
    advice: str


_READS = "it holds reads and their qualities; convert it first: samtools fasta"
_PLACES = "it holds places on sequences; load the FASTA file of the sequences themselves"
_PAGE = "the server may have answered with a page instead of the file; look into it"
_ALIGNED = "it holds an alignment; load the sequences unaligned, as FASTA"

FOREIGN = (
    _Foreign(b"BAM\1", "BAM", _READS),
    _Foreign(b"CRAM", "CRAM", _READS),
    _Foreign(b"@HD\t", "SAM", _READS),
    _Foreign(b"@SQ\t", "SAM", _READS),
    _Foreign(b"BCF\2", "BCF", _PLACES),
    _Foreign(b"##fileformat=VCF", "VCF", _PLACES),
    _Foreign(b"##gff-version", "GFF", _PLACES),
    _Foreign(b"#!gtf", "GTF", _PLACES),
    _Foreign(b"#!genome-build", "GTF", _PLACES),
    _Foreign(b"##maf", "MAF", _ALIGNED),
    _Foreign(b"CLUSTAL", "Clustal", _ALIGNED),
    _Foreign(b"# STOCKHOLM", "Stockholm", _ALIGNED),
    _Foreign(b"#NEXUS", "Nexus", _ALIGNED),
    _Foreign(b"!!NA_MULTIPLE", "MSF", _ALIGNED),
    _Foreign(b"Seq-entry ::=", "ASN.1", "fetch it as FASTA or GenBank"),
    _Foreign(b"<!DOCTYPE html", "HTML", _PAGE),
    _Foreign(b"<!doctype html", "HTML", _PAGE),
    _Foreign(b"<html", "HTML", _PAGE),
    _Foreign(b"<HTML", "HTML", _PAGE),
    _Foreign(b"<?xml", "XML", "fetch it as FASTA or as a flat file"),
    _Foreign(b"{", "JSON", "fetch it as FASTA or as a flat file"),
    _Foreign(b"%PDF", "PDF", "fetch it as FASTA or as a flat file"),
    _Foreign(b"SQLite format 3", "SQLite", "fetch it as FASTA or as a flat file"),
    _Foreign(b"ABIF", "ABI", "it holds a trace of a sequencer; convert it to FASTA first"),
)
TAR_AT = 257  #: where a tar archive says that it is one


def open_records(
    content: Content, layout: LayoutWriter | None = None, block: int = BLOCK
) -> Reader:
    """The reader for what `content` holds; how a FASTA text is laid out is told to `layout`.

    Of a 2bit file it is told the FASTA text that ``twoBitToFa`` would make, so that small letters
    are kept.

    Raises
    ------
    FormatError
        It holds something else, and what.
    """
    head = content.peek(LOOK)
    if head.startswith((twobit.LITTLE, twobit.BIG)):
        return twobit.TwoBitReader(content, layout, block)
    text = head.lstrip(b" \t\r\n")
    _refuse_foreign(content.name, head, text)
    if text.startswith(b"LOCUS ") or genbank.GenBank.preamble in head:
        return FlatReader(content, genbank.GenBank(), block)
    if text.startswith(b"ID   "):
        return FlatReader(content, embl.embl_or_uniprot(text), block)
    return FastaReader(content, layout, block)


def _refuse_foreign(file: str, head: bytes, text: bytes) -> None:
    blank = head[: len(head) - len(text)].count(b"\n")
    line = None if b"\0" in head else blank + 1
    for foreign in FOREIGN:
        if text.startswith(foreign.beginning):
            problem = f"this is {foreign.name}, not sequences: {foreign.advice}"
            raise FormatError(file, line, problem)
    if head[TAR_AT : TAR_AT + 5] == b"ustar":
        raise FormatError(file, None, "this is a tar archive; unpack it and load its files")
    if text.startswith(b"@"):
        raise FormatError(
            file,
            line,
            "this looks like FASTQ (reads with qualities); convert it to FASTA first: "
            "seqtk seq -A reads.fastq, or samtools fasta",
        )
