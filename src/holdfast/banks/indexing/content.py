"""
Content: what is in a file and what it is packed in, by its first bytes.

Names lie, so nobody asks them. Of a FASTA file the first residues tell nucleotides from proteins.
"""

from pathlib import Path

from holdfast.banks.indexing.tool import Content, Packing
from holdfast.formats.compression import GZIP, PLAIN, open_content

LOOKED_AT = 1 << 16  #: bytes; so many residues of a protein never look like nucleotides
_CERTAIN = frozenset(b"ACGTUN")
_NUCLEOTIDES = _CERTAIN | frozenset(b"RYSWKMBDHV.-")


def packing_of(path: Path) -> Packing:
    """What the file at `path` is packed in.

    Raises
    ------
    FormatError
        It is packed in a way that is not read.
    """
    with open_content(path) as content:
        if content.kind == PLAIN:
            return Packing.PLAIN
    with path.open("rb") as file:
        head = file.read(18)
    if not head.startswith(GZIP):
        return Packing.OTHER
    # SAM specification 1.6, 4.1: an extra field whose sub-field is called BC.
    has_extra = len(head) == 18 and head[3] & 4
    return Packing.BGZIP if has_extra and head[12:14] == b"BC" else Packing.GZIP


def content_of(path: Path) -> Content:
    """What is in the file at `path`.

    Raises
    ------
    FormatError
        It is damaged, or packed in a way that is not read.
    """
    with open_content(path) as content:
        return content_by(content.read(LOOKED_AT))


def content_by(head: bytes) -> Content:
    """What begins with `head`.

    >>> content_by(b">a b\\nACGTNNNN\\n"), content_by(b">p\\nMKTAYIAKQR\\n"), content_by(b"LOCUS")
    (<Content.NUCLEOTIDE: 'nucleotide'>, <Content.PROTEIN: 'protein'>, <Content.OTHER: 'other'>)
    """
    lines = head.lstrip().split(b"\n")
    if not lines[0].startswith(b">"):
        return Content.OTHER
    residues = b"".join(line.strip() for line in lines if not line.startswith((b">", b";")))
    residues = residues.upper()
    if not residues:
        return Content.OTHER
    certain = sum(residues.count(letter) for letter in _CERTAIN)
    if frozenset(residues) <= _NUCLEOTIDES and 2 * certain >= len(residues):
        return Content.NUCLEOTIDE
    return Content.PROTEIN
