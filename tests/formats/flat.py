"""Flat files as tests want them: records, and the text that says them."""

import io

from hypothesis import strategies as st

from holdfast.formats.compression import open_content
from holdfast.formats.fasta import LongRecord
from holdfast.formats.records import Reader, open_records

WORDS = st.text("abcdefgh XYZ0123456789.,;()/", max_size=150).map(
    lambda text: " ".join(text.split())
)
ACCESSIONS = st.from_regex(r"[A-Z]{1,2}_?[0-9]{4,8}", fullmatch=True)
RESIDUES = st.text("ACGTN", min_size=1, max_size=400) | st.text("MKVLAX", min_size=1, max_size=200)
RECORDS = st.lists(
    st.tuples(ACCESSIONS, st.integers(1, 99), WORDS, RESIDUES),
    min_size=1,
    max_size=6,
    unique_by=lambda record: record[0],
)
Found = tuple[str, str, bytes, int, tuple[tuple[str, str], ...]]


def rows(residues: str, numbered_first: bool) -> str:
    """Residues in lines of six tens, small, numbered before (GenBank) or behind (EMBL)."""
    lines = []
    for at in range(0, len(residues), 60):
        line = residues[at : at + 60].lower()
        tens = " ".join(line[ten : ten + 10] for ten in range(0, len(line), 10))
        end = min(at + 60, len(residues))
        lines.append(f"{at + 1:>9} {tens}\n" if numbered_first else f"     {tens:<66}{end:>9}\n")
    return "".join(lines)


def read(text: bytes, block: int = 1 << 21) -> list[Found]:
    """Name, description, residues, line and aliases of each record."""
    with open_content(io.BytesIO(text), "x") as content:
        return found(open_records(content, block=block))


def found(reader: Reader) -> list[Found]:
    """The same, of a reader."""
    result: list[Found] = []
    for item in reader.blocks():
        if isinstance(item, LongRecord):
            whole = b"".join(piece for piece, _ in item.pieces)
            heading = item.heading
            result.append((*heading[:2], whole, heading.line, tuple(item.aliases)))
            continue
        aliases = item.aliases or [()] * len(item.names)
        for heading, residues, others in zip(item.headings, item.residues, aliases, strict=True):
            result.append((*heading[:2], residues, heading.line, tuple(others)))
    return result
