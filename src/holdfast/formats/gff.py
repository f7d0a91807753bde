"""
GFF3: annotated places on sequences, one a line, read as slices from 0 as all of ours are.

Nine columns between tabs; the file's own places count from 1 and hold their end. ``##FASTA`` ends
the annotation; other lines that begin with ``#`` are for others. Escapes (``%3B``) are undone. A
GTF file, whose ninth column is written ``key "value";``, is read the same way. What is neither is
refused with its line. (The Sequence Ontology Project, "Generic Feature Format Version 3", 1.26.)
"""

import re
from collections.abc import Iterator, Mapping
from pathlib import Path
from typing import BinaryIO, NamedTuple
from urllib.parse import unquote

from holdfast.errors import FormatError
from holdfast.formats.compression import Content, open_content

BLOCK = 1 << 20
LINE_LIMIT = 1 << 20
DIGITS = 15  #: a number may have
COLUMNS = 9
STRANDS = {"+": "+", "-": "-", ".": "", "?": ""}
SEQUENCES = b"##FASTA"
#: Where a feature's name is found: the first that it has.
NAMED_BY = ("Name", "gene_name", "gene", "locus_tag", "gene_id", "ID", "transcript_id")
#: In GTF nothing says what a feature belongs to, but every feature below a gene names it.
WHOLE_IN_GTF = frozenset(("gene",))
GTF_WORD = re.compile(r'\s*([A-Za-z_][\w.-]*)\s+(?:"([^"]*)"|([^";\s]+))\s*(?:;|$)')


class Feature(NamedTuple):
    """One line: a slice of the sequence `seqid`, in bases.

    (A named tuple because there may be millions.)
    """

    seqid: str
    kind: str  #: gene, exon, …
    start: int
    end: int
    strand: str  #: "+", "-", or "" where the line does not say
    name: str  #: empty where the line has none
    is_part: bool  #: it belongs to another feature
    line: int


def read_gff(source: Path | BinaryIO, name: str | None = None) -> Iterator[Feature]:
    """The features of a GFF3 (or GTF) file or stream, compressed or not, in order.

    Raises
    ------
    FormatError
        A line is no feature: file and line are said.
    """
    with open_content(source, name) as content:
        for number, line in _lines(content):
            yield _feature(content.name, number, line)


def _feature(file: str, number: int, line: str) -> Feature:
    columns = line.split("\t")
    if len(columns) != COLUMNS:
        problem = f"{len(columns)} columns where GFF3 has {COLUMNS}, separated by tabs"
        raise FormatError(file, number, problem)
    seqid, _, kind, start, end, _, strand, _, ninth = columns
    if not (_is_number(start) and _is_number(end)) or not 1 <= int(start) <= int(end):
        problem = f"{start}-{end} is not a place; start and end are whole numbers in order, from 1"
        raise FormatError(file, number, problem)
    if strand not in STRANDS:
        raise FormatError(file, number, f"{strand!r} is not a strand; it is +, -, . or ?")
    if not seqid or not kind:
        raise FormatError(file, number, "the sequence or the type has no name")
    known, is_part = _attributes(ninth, kind)
    called = next((known[key] for key in NAMED_BY if known.get(key)), "")
    return Feature(
        unquote(seqid), kind, int(start) - 1, int(end), STRANDS[strand], called, is_part, number
    )


def _attributes(text: str, kind: str) -> tuple[Mapping[str, str], bool]:
    """What the ninth column says, and whether the feature is a part of another."""
    if "=" not in text and '"' in text:
        words = {key: quoted or bare for key, quoted, bare in GTF_WORD.findall(text)}
        return words, kind not in WHOLE_IN_GTF
    known = {}
    for each in text.split(";"):
        key, equals, value = each.partition("=")
        if equals:
            known[key.strip()] = unquote(value.strip()) if "%" in value else value.strip()
    return known, "Parent" in known


def _is_number(text: str) -> bool:
    return text.isascii() and text.isdigit() and len(text) <= DIGITS


def _lines(content: Content) -> Iterator[tuple[int, str]]:
    """The lines that are features, with their numbers."""
    number, rest = 1, b""
    while True:
        block = content.read(BLOCK)
        lines = (rest + block).split(b"\n")
        rest = lines.pop() if block else b""
        for line in lines:
            if line.startswith((SEQUENCES, b">")):  # a lone record too is allowed to end it
                return
            if line.strip() and not line.startswith(b"#"):
                yield number, _text(content.name, number, line)
            number += 1
        if not block:
            return
        if len(rest) > LINE_LIMIT:
            raise FormatError(content.name, number, "the line is too long for GFF3")


def _text(file: str, number: int, line: bytes) -> str:
    try:
        text = line.decode().rstrip("\r")
    except UnicodeDecodeError as error:
        raise FormatError(file, number, "is not text; is this a GFF3 file?") from error
    if not text.replace("\t", "").isprintable():
        raise FormatError(file, number, "holds control characters; is this a GFF3 file?")
    return text
