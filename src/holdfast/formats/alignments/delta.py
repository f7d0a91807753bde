"""
Delta, the output of MUMmer's nucmer and promer.

Two lines name the files and the program. Then, for each pair of sequences, a line ``>`` with their
names and lengths, and its alignments: a line of seven numbers (both intervals from 1, with their
end, the query's exchanged on the reverse strand; errors; similarity errors; stops) and the list of
gaps, one number a line up to 0: how many columns on the next gap is, in the query (positive) or in
the target (negative). Of promer, whose gaps and errors count amino acids, the intervals are read
and each error is taken for three bases (https://mummer4.github.io/manual/manual.html).
"""

from collections.abc import Iterator

from holdfast.errors import FormatError
from holdfast.formats.alignments.cigar import Cigar
from holdfast.formats.alignments.interface import AlignmentFormat, Lengths, Readable
from holdfast.formats.alignments.lines import Lines, first_lines, shown
from holdfast.formats.alignments.pairs import Pair, PairWriter, Stretch

PROGRAMS = (b"NUCMER", b"PROMER")
NUMBERS = 7  #: of the line that begins an alignment
CODON = 3


class Delta(AlignmentFormat):
    """Alignments with their lists of gaps."""

    name = "delta"
    title = "MUMmer delta (nucmer, promer)"
    endings = (".delta",)

    @staticmethod
    def begins(head: bytes) -> bool:
        """See :meth:`AlignmentFormat.begins`."""
        lines = first_lines(head)
        return lines[1:2] != [] and lines[1] in PROGRAMS and all(x[:1] == b">" for x in lines[2:3])

    def paf(self, content: Readable, name: str, lengths: Lengths) -> Iterator[bytes]:
        """See :meth:`AlignmentFormat.paf`."""
        lines = Lines(content, name)
        program = _program(lines)
        reader = _Reader(lines, PairWriter(lines, lengths), lengths, program == b"PROMER")
        for line in lines:
            if line.startswith(b">"):
                reader.begin(line[1:])
            else:
                yield from reader.alignment(line)


def _program(lines: Lines) -> bytes:
    if next(lines, None) is None:
        raise lines.error("is empty; a delta file begins with the names of two files")
    program = next(lines, b"")
    if program not in PROGRAMS:
        raise lines.error("is no delta file: its second line is NUCMER or PROMER")
    return program


class _Reader:
    """Reads alignments, between the two sequences named last."""

    def __init__(self, lines: Lines, writer: PairWriter, lengths: Lengths, proteins: bool) -> None:
        self._lines, self._writer, self._lengths = lines, writer, lengths
        self._proteins = proteins
        self._names: tuple[bytes, bytes] | None = None
        self._sizes = (0, 0)

    def begin(self, line: bytes) -> None:
        """The line of two names and two lengths, which may have blanks in its names."""
        parts = line.rsplit(None, 2)
        if len(parts) != 3:
            raise self._lines.error("after > two names and two lengths are to stand")
        target, query = (self._lines.whole(part, "the length") for part in parts[1:])
        self._sizes = (target, query)
        self._names = self._split(parts[0])

    def _split(self, names: bytes) -> tuple[bytes, bytes]:
        """Two names of one text: where there are more words than two, known names tell."""
        words = names.split(b" ")
        places = range(1, len(words))
        choices = [(b" ".join(words[:at]), b" ".join(words[at:])) for at in places]
        if len(choices) > 1:
            choices = [choice for choice in choices if self._is_known(*choice)]
        if len(choices) != 1:
            raise self._lines.error(
                f"it is not clear which two names these are: {shown(names)}; "
                "give both FASTA files or indexes too"
            )
        return choices[0]

    def _is_known(self, target: bytes, query: bytes) -> bool:
        known = ((self._lengths.target, target, 0), (self._lengths.query, query, 1))
        return all(
            lengths is not None and lengths.get(name.decode(errors="replace")) == self._sizes[side]
            for lengths, name, side in known
        )

    def alignment(self, line: bytes) -> Iterator[bytes]:
        """The alignment that begins with `line`."""
        lines = self._lines
        words = line.split()
        if self._names is None or len(words) != NUMBERS:
            raise lines.error(f"an alignment begins with {NUMBERS} numbers: {shown(line)}")
        above = _interval(lines, words[0:2], self._names[0], self._sizes[0])
        below = _interval(lines, words[2:4], self._names[1], self._sizes[1])
        errors = lines.whole(words[4], "the number of errors")
        begun = lines.number
        gaps = _gaps(lines)
        pair = self._of_proteins(above, below, errors) if self._proteins else None
        pair = pair or _pair(lines, begun, above, below, (errors, gaps))
        if pair.matches:
            yield self._writer.line(pair)

    @staticmethod
    def _of_proteins(above: tuple[Stretch, bool], below: tuple[Stretch, bool], errors: int) -> Pair:
        block = max(side.end - side.start for side, _ in (above, below))
        matches = max(block - CODON * errors, 0)
        return Pair(above[0], below[0], above[1] == below[1], matches, block)


def _interval(lines: Lines, words: list[bytes], name: bytes, size: int) -> tuple[Stretch, bool]:
    """The stretch from the first of two places to the second, and whether that is forwards."""
    first, last = (lines.whole(word, "a place") for word in words)
    if not first or not last:
        raise lines.error("places count from 1")
    return Stretch(name, min(first, last) - 1, max(first, last), size), first <= last


def _gaps(lines: Lines) -> list[int]:
    """The distances to the gaps of an alignment."""
    gaps: list[int] = []
    for line in lines:
        word = line.strip()
        if word == b"0":
            return gaps
        distance = lines.whole(word.removeprefix(b"-"), "the distance to a gap")
        if not distance:
            raise lines.error("the distance to a gap is -0")
        gaps.append(-distance if word.startswith(b"-") else distance)
    raise lines.error("the end is missing: a list of gaps ends with 0")


def _pair(
    lines: Lines,
    begun: int,
    above: tuple[Stretch, bool],
    below: tuple[Stretch, bool],
    told: tuple[int, list[int]],
) -> Pair:
    (target, along), (query, forward) = above, below
    errors, gaps = told
    cigar = Cigar()
    for gap in gaps:
        cigar.add(abs(gap) - 1, "M")
        cigar.add(1, "D" if gap > 0 else "I")
    rest = target.end - target.start - cigar.target
    if rest < 0 or rest != query.end - query.start - cigar.query:
        raise FormatError(lines.name, begun, "the gaps do not fit the intervals of this alignment")
    cigar.add(rest, "M")
    if not cigar.gaps <= errors <= cigar.columns:
        problem = f"{errors:,} errors in {cigar.columns:,} columns, {cigar.gaps:,} of them gaps"
        raise FormatError(lines.name, begun, problem)
    return Pair(
        target,
        query,
        forward=along == forward,
        matches=cigar.columns - errors,
        block=cigar.columns,
        cigar=cigar if along else cigar.reversed(),
        edits=errors,
    )
