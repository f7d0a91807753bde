"""
The table of MUMmer's show-coords, for people or (``-T``) with tabs, with or without its heading.

Columns are taken by their titles; without a heading (``-H``) by their number, those of lengths
(``-l``) having no decimal point and those of coverage (``-c``) having one. Intervals count from 1
and include their end; an end before its start says that the strand is the reverse one. Where the
table has no lengths, they must be known. There is no alignment in it, only its identity.
"""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from itertools import chain

from holdfast.formats.alignments.interface import AlignmentFormat, Lengths, Readable
from holdfast.formats.alignments.lines import Lines, first_lines, is_number, shown
from holdfast.formats.alignments.pairs import Pair, PairWriter, Stretch

TITLES = (b"[S1]", b"[E1]", b"[S2]", b"[E2]")
ALWAYS = 7  #: columns of numbers there always are: two intervals, two lengths, identity
LENGTHS = ("LEN R", "LEN Q")
PROGRAMS = (b"NUCMER", b"PROMER")
INTRODUCTION = 3  #: lines that may stand before the heading


@dataclass(frozen=True, slots=True)
class _Table:
    """Which column has which title; the names stand behind `numbers` columns."""

    columns: Mapping[str, int]
    numbers: int
    row: bytes | None = None  #: the first, where no heading stands before it


class Coords(AlignmentFormat):
    """Tables of intervals."""

    name = "coords"
    title = "MUMmer coords (show-coords)"
    endings = (".coords",)

    @staticmethod
    def begins(head: bytes) -> bool:
        """See :meth:`AlignmentFormat.begins`."""
        lines = [line for line in first_lines(head) if line.strip()][: INTRODUCTION + 1]
        if any(_is_heading(line) for line in lines):
            return True
        words = _words(lines[0]) if lines else []
        return _numbers(words) >= ALWAYS and b"." in words[6] and _is_without_heading(words)

    def paf(self, content: Readable, name: str, lengths: Lengths) -> Iterator[bytes]:
        """See :meth:`AlignmentFormat.paf`."""
        lines = Lines(content, name)
        writer = PairWriter(lines, lengths)
        table = _introduced(lines)
        for line in lines if table.row is None else chain((table.row,), lines):
            if line.strip() and not line.startswith(b"="):
                pair = _pair(lines, table, _words(line))
                if pair.matches:
                    yield writer.line(pair)


def _introduced(lines: Lines) -> _Table:
    """What a table begins with: its files, its program, its heading; or, without, its first row."""
    for line in lines:
        if _is_heading(line):
            return _headed(lines, line)
        if lines.number == 1 and _numbers(_words(line)) < ALWAYS:  # the names of two files
            if next(lines, b"") not in PROGRAMS:
                raise lines.error("is no row of show-coords, and NUCMER or PROMER does not follow")
        elif line.strip() and line not in PROGRAMS:
            return _unheaded(lines, line)
    return _Table({}, 0)


def _is_heading(line: bytes) -> bool:
    return all(title in line for title in TITLES)


def _words(line: bytes) -> list[bytes]:
    """The columns of a row, whichever signs are between them; names may hold blanks."""
    if b"|" not in line or _is_tabbed(line):
        return line.split(b"\t")
    *groups, names = line.split(b" | ")
    return [*b" ".join(groups).replace(b"|", b" ").split(), *names.lstrip(b"| ").split(b"\t")]


def _is_tabbed(line: bytes) -> bool:
    return b" | " not in line.partition(b"\t")[0] and line.partition(b"\t")[0].strip().isdigit()


def _numbers(words: list[bytes]) -> int:
    """How many columns of numbers stand before the names, which are the last two."""
    count = 0
    while count < len(words) - 2 and is_number(words[count]):
        count += 1
    return count


def _is_without_heading(words: list[bytes]) -> bool:
    return len(words) >= ALWAYS + 2 and all(word.isdigit() for word in words[:6])


def _headed(lines: Lines, heading: bytes) -> _Table:
    titles = [part.split(b"[")[-1].strip().decode("latin-1") for part in heading.split(b"]")]
    titles = titles[: titles.index("TAGS")] if "TAGS" in titles else titles[:-1]
    if "% IDY" not in titles:
        raise lines.error("the table has no column of identity ([% IDY])")
    # One title stands for two columns, one of each sequence.
    columns = [title for title in titles for _ in range(2 if title == "FRM" else 1)]
    return _Table({title: place for place, title in enumerate(columns)}, len(columns))


def _unheaded(lines: Lines, row: bytes) -> _Table:
    words = _words(row)
    count = _numbers(words)
    if count < ALWAYS or not count % 2 or not _is_without_heading(words):
        raise lines.error("is no row of show-coords, or has no heading that tells its columns")
    titles = ["S1", "E1", "S2", "E2", "LEN 1", "LEN 2", "% IDY"]
    if count >= ALWAYS + 2 and words[ALWAYS].isdigit() and words[ALWAYS + 1].isdigit():
        titles += LENGTHS
    return _Table({title: place for place, title in enumerate(titles)}, count, row)


def _pair(lines: Lines, table: _Table, words: list[bytes]) -> Pair:
    if len(words) < table.numbers + 2:
        raise lines.error(f"{len(words)} columns where the table has {table.numbers} and two names")
    target, above = _side(lines, table, words, 0)
    query, below = _side(lines, table, words, 1)
    identity = lines.fraction(words[table.columns["% IDY"]], "the identity in percent", 100)
    block = max(target.end - target.start, query.end - query.start)
    matches = round(identity / 100 * block)
    return Pair(target, query, above == below, matches, block)


def _side(lines: Lines, table: _Table, words: list[bytes], side: int) -> tuple[Stretch, bool]:
    first, last = (
        lines.whole(words[table.columns[f"{title}{side + 1}"]], "a place") for title in "SE"
    )
    if not first or not last:
        raise lines.error("places count from 1")
    column = table.columns.get(LENGTHS[side])
    length = None if column is None else lines.whole(words[column], "the length")
    name = words[table.numbers + side].strip()
    if not name:
        raise lines.error(f"a name is missing: {shown(words[-1])}")
    return Stretch(name, min(first, last) - 1, max(first, last), length), first <= last
