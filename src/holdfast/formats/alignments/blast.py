"""
The tables of BLAST: ``-outfmt 6``, and ``-outfmt 7`` with its comments.

The subject is the target. Places count from 1 and include their end; a subject whose start stands
behind its end is on the reverse strand. Without comments the columns are the usual twelve; the
comment ``# Fields:`` names them otherwise. Lengths of sequences are not among the usual ones and
must be known. From columns, mismatches and gap openings follow exactly the edit distance (``NM``)
and the gap-compressed divergence (``de``), which is why this format tells identity without any
alignment (https://www.ncbi.nlm.nih.gov/books/NBK279684/).
"""

import re
from collections.abc import Iterator, Mapping

import numpy as np

from holdfast.formats.alignments.interface import AlignmentFormat, Lengths, Readable
from holdfast.formats.alignments.lines import (
    Lines,
    are_digits,
    first_line,
    first_lines,
    is_number,
)
from holdfast.formats.alignments.pairs import Pair, Stretch
from holdfast.formats.alignments.tables import Names, Odd, Pairs, Rows, Side, Table, paf
from holdfast.formats.columns import Bytes, Truths

USUAL = (
    *("query", "subject", "% identity", "alignment length", "mismatches", "gap opens"),
    *("q. start", "q. end", "s. start", "s. end", "evalue", "bit score"),
)
NEEDED = ("query", "subject", "q. start", "q. end", "s. start", "s. end")
#: Other titles of the two names.
NAMES = {
    f"{side} {kind}": side
    for side in ("query", "subject")
    for kind in ("id", "acc.", "acc.ver", "gi")
}
COUNTED = ("alignment length", "mismatches", "gap opens")  #: of which all others follow
FIELDS, COMMENT = b"# Fields:", b"#"
NAMED = re.compile(rb"^# Fields:[^\r\n]*", re.MULTILINE)
DECIMALS = 8  #: of a divergence
Columns = Mapping[str, int]


class Blast6(AlignmentFormat):
    """The usual twelve columns."""

    name = "blast6"
    title = "BLAST, tabular (6)"
    endings = (".blast6", ".outfmt6", ".b6", ".m8", ".blast")

    @staticmethod
    def begins(head: bytes) -> bool:
        """See :meth:`AlignmentFormat.begins`."""
        if head.startswith(COMMENT):
            return False
        words = first_line(head).split(b"\t")
        return (
            len(words) == len(USUAL)
            and are_digits(words[3:10])
            and all(is_number(words[column]) for column in (2, 10, 11))
        )

    def paf(self, content: Readable, name: str, lengths: Lengths) -> Iterator[bytes]:
        """See :meth:`AlignmentFormat.paf`."""
        return paf(_Blast(lengths), content, name, lengths)


class Blast7(AlignmentFormat):
    """Columns named by comments."""

    name = "blast7"
    title = "BLAST, tabular with comments (7)"
    endings = (".blast7", ".outfmt7", ".b7", ".m9")

    @staticmethod
    def begins(head: bytes) -> bool:
        """See :meth:`AlignmentFormat.begins`."""
        lines = first_lines(head)
        program = bool(lines) and lines[0].split()[1:2] != [] and _is_blast(lines[0])
        return program and any(line.startswith((FIELDS, b"# Query:")) for line in lines[1:])

    def paf(self, content: Readable, name: str, lengths: Lengths) -> Iterator[bytes]:
        """See :meth:`AlignmentFormat.paf`."""
        return paf(_Blast(lengths), content, name, lengths)


def _is_blast(line: bytes) -> bool:
    return line.startswith(COMMENT) and b"BLAST" in line.split()[1].upper()


class _Blast(Table):
    """Lines whose columns are the usual ones, until a comment names others."""

    def __init__(self, lengths: Lengths) -> None:
        self._lengths = lengths
        self._fields: bytes | None = None  # the comment that holds
        self._columns: Columns = {title: place for place, title in enumerate(USUAL)}

    def each(self, lines: Lines) -> Iterator[Pair]:
        """See :meth:`Table.each`."""
        for line in lines:
            if line.startswith(FIELDS):
                self._fields, self._columns = line, _columns(lines, line)
            elif line.strip() and not line.startswith(COMMENT):
                yield _Row(lines, self._columns, line).pair(self._lengths)

    def pairs(self, data: Bytes) -> Pairs:
        """See :meth:`Table.pairs`."""
        self._name_columns(data.tobytes())
        rows = Rows(data, b"\t", len(self._columns))
        if not set(COUNTED) <= set(self._columns):
            raise Odd
        query, forward = self._side(rows, "q", "query", self._lengths.query)
        target, along = self._side(rows, "s", "subject", self._lengths.target)
        block, mismatches, opens = (rows.numbers(self._columns[title]) for title in COUNTED)
        gaps = 2 * block - query.spans - target.spans
        matches = block - gaps - mismatches
        if ((matches < 0) | (gaps < 0) | (opens > gaps)).any():
            raise Odd
        events = mismatches + opens
        divergence = events / np.maximum(matches + events, 1)
        tags = (("NM:i:", mismatches + gaps), ("de:f:", np.round(divergence, DECIMALS)))
        return Pairs(target, query, forward == along, matches, block, tags=tags)

    def _name_columns(self, text: bytes) -> None:
        """Take the columns' titles from comments, which must be the same in all of a block."""
        fields = set(NAMED.findall(text))
        if fields <= {self._fields}:
            return
        before = text[: text.index(FIELDS)].splitlines()
        if len(fields) > 1 or not all(line.startswith(COMMENT) for line in before):
            raise Odd
        (line,) = fields
        columns = _titled(line)
        if not set(NEEDED) <= set(columns):
            raise Odd
        self._fields, self._columns = line, columns

    def _side(
        self, rows: Rows, letter: str, side: str, known: Mapping[str, int] | None
    ) -> tuple[Side, Truths]:
        """The stretches, and which are told from their start to their end."""
        first, last = (rows.numbers(self._columns[f"{letter}. {end}"]) for end in ("start", "end"))
        names = rows.names(self._columns[side])
        length = self._columns.get(f"{side} length")
        lengths = None if length is None else rows.numbers(length)
        if lengths is None:
            names = Names([_plain(name, known) for name in names.distinct], names.codes)
        return Side.between(names, first, last, lengths), first <= last


def _columns(lines: Lines, line: bytes) -> Columns:
    """The columns that a comment names, if those are there that are needed."""
    columns = _titled(line)
    missing = [title for title in NEEDED if title not in columns]
    if missing:
        raise lines.error(f"the fields lack {', '.join(missing)}; let BLAST write them too")
    return columns


def _titled(line: bytes) -> Columns:
    text = line.removeprefix(FIELDS).decode(errors="replace")
    columns: dict[str, int] = {}
    for place, title in enumerate(text.split(", ")):
        columns.setdefault(NAMES.get(title.strip(), title.strip()), place)
    return columns


class _Row:
    """One line, its words taken by their titles."""

    def __init__(self, lines: Lines, columns: Columns, line: bytes) -> None:
        self._lines, self._columns = lines, columns
        self._words = line.split(b"\t")
        if len(self._words) != len(columns):
            raise lines.error(
                f"{len(self._words)} columns where there are to be {len(columns)}, between tabs"
            )

    def pair(self, lengths: Lengths) -> Pair:
        """What the line aligns."""
        query, forward = self._side("q", "query", lengths.query)
        target, along = self._side("s", "subject", lengths.target)
        if not forward:
            forward, along = True, not along
        spans = query.end - query.start, target.end - target.start
        block = self._number("alignment length") or max(spans)
        if self._columns.get("mismatches") is not None and self._has("alignment length"):
            return self._counted(query, target, along, block)
        share = self._lines.fraction(
            self._words[self._columns["% identity"]] if self._has("% identity") else b"100",
            "the identity in percent",
            100,
        )
        return Pair(target, query, along, round(share / 100 * block), block)

    def _counted(self, query: Stretch, target: Stretch, along: bool, block: int) -> Pair:
        """With mismatches known, everything is: each column is a pair or in a gap."""
        spans = query.end - query.start + target.end - target.start
        pairs, mismatches = spans - block, self._number("mismatches") or 0
        matches, gaps = pairs - mismatches, block - pairs
        opens = self._number("gap opens")
        if matches < 0 or gaps < 0 or (opens or 0) > gaps:
            raise self._lines.error(
                f"{block:,} columns with {mismatches:,} mismatches cannot be an alignment of these "
                "places; only alignments of bases with bases are read"
            )
        events = mismatches + (gaps if opens is None else opens)
        divergence = events / max(matches + events, 1)
        tags = () if opens is None else (b"de:f:%r" % round(divergence, DECIMALS),)
        edits = mismatches + gaps
        return Pair(target, query, along, matches, block, edits=edits, tags=tags)

    def _side(
        self, letter: str, side: str, known: Mapping[str, int] | None
    ) -> tuple[Stretch, bool]:
        """The stretch, and whether it is told from its start to its end."""
        name = self._words[self._columns[side]]
        first, last = (
            self._lines.whole(self._words[self._columns[f"{letter}. {end}"]], f"{side} {end}")
            for end in ("start", "end")
        )
        if not first or not last:
            raise self._lines.error("places count from 1")
        length = self._number(f"{side} length")
        name = name if length is not None else _plain(name, known)
        return Stretch(name, min(first, last) - 1, max(first, last), length), first <= last

    def _has(self, title: str) -> bool:
        return title in self._columns

    def _number(self, title: str) -> int | None:
        column = self._columns.get(title)
        return None if column is None else self._lines.whole(self._words[column], title)


def _plain(name: bytes, known: Mapping[str, int] | None) -> bytes:
    """The name as the FASTA file has it: BLAST may write ``lcl|chr1`` or ``ref|NC_1.1|``."""
    if known is None or b"|" not in name:
        return name
    parts = [name, *(part for part in name.split(b"|")[::-1] if part)]
    found = (part for part in parts if part.decode(errors="replace") in known)
    return next(found, name)
