"""
SAM: alignments of reads or contigs with a reference, as text.

Lengths of the targets are in its heading (``@SQ``), those of the queries follow from their CIGARs,
whose clips, hard or soft, tell what is not aligned. Unmapped queries are passed over. Matching
bases follow from ``NM``, or from a CIGAR of ``=`` and ``X``
(https://samtools.github.io/hts-specs/SAMv1.pdf).
"""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from enum import IntFlag

from holdfast.formats.alignments.cigar import KINDS, Cigar, runs_of
from holdfast.formats.alignments.interface import AlignmentFormat, Lengths, Readable
from holdfast.formats.alignments.lines import Lines, first_line, is_number, shown
from holdfast.formats.alignments.pairs import Pair, PairWriter, Place, Stretch

COLUMNS = 11
HEADING = (b"@HD\t", b"@SQ\t", b"@RG\t", b"@PG\t", b"@CO\t")
WANTED = (b"NM", b"nn", b"de", b"dv")  #: tags that tell identity
DIGITS = 15


class Flag(IntFlag):
    """What a record says of itself."""

    UNMAPPED = 0x4
    REVERSE = 0x10
    SECONDARY = 0x100


@dataclass(frozen=True, slots=True)
class Record:
    """What a record tells of its alignment, in SAM or BAM."""

    query: bytes
    flag: int
    target: bytes
    start: int  #: on the target, from 0
    mapq: int
    runs: list[tuple[int, str]]  #: of the CIGAR, clips too
    tags: dict[bytes, bytes]  #: the values of NM, nn, de and dv, as SAM writes them


class Sam(AlignmentFormat):
    """Lines of alignments behind a heading."""

    name = "sam"
    title = "SAM"
    endings = (".sam",)

    @staticmethod
    def begins(head: bytes) -> bool:
        """See :meth:`AlignmentFormat.begins`."""
        if head.startswith(HEADING):
            return True
        words = first_line(head, comment=b"@").split(b"\t")
        return (
            len(words) >= COLUMNS
            and all(words[column].isdigit() for column in (1, 3, 4))
            and (words[5] == b"*" or runs_of(words[5]) is not None)
        )

    def paf(self, content: Readable, name: str, lengths: Lengths) -> Iterator[bytes]:
        """See :meth:`AlignmentFormat.paf`."""
        lines = Lines(content, name)
        writer = PairWriter(lines, lengths)
        targets: dict[bytes, int] = {}
        for line in lines:
            if line.startswith(b"@") and line[:4] in HEADING:
                _add_target(lines, targets, line)
                continue
            record = _record(lines, line)
            if record is not None:
                yield from aligned(lines, writer, record, targets.get(record.target))

    def targets(self, content: Readable, name: str) -> dict[str, int] | None:
        """See :meth:`AlignmentFormat.targets`."""
        lines = Lines(content, name)
        found: dict[bytes, int] = {}
        for line in lines:
            if line[:4] not in HEADING:
                break
            _add_target(lines, found, line)
        return texts(found, lines) or None


def texts(targets: Mapping[bytes, int], place: Place) -> dict[str, int]:
    """The lengths of `targets` by their names as text."""
    try:
        return {name.decode(): length for name, length in targets.items()}
    except UnicodeDecodeError as error:
        raise place.error(f"a name is not UTF-8 text: {shown(error.object)}") from error


def aligned(
    place: Place, writer: PairWriter, record: Record, length: int | None
) -> Iterator[bytes]:
    """The line of `record`, whose target has `length`, if the file tells it."""
    head, cigar, tail = _clipped(place, record.runs)
    if not cigar.pairs:
        return
    reverse = bool(record.flag & Flag.REVERSE)
    before = tail if reverse else head
    tags = _Tags(place, record.tags)
    ambiguous = tags.whole(b"nn") or 0
    edits = tags.whole(b"NM")
    if edits is None and not cigar.total("M"):
        edits = cigar.total("X") + cigar.gaps
    matches = cigar.pairs if edits is None else cigar.columns - edits
    # Some count otherwise in NM what is ambiguous: what is certain is that it lies in between.
    block = max(cigar.columns - ambiguous, matches)
    yield writer.line(
        Pair(
            Stretch(record.target, record.start, record.start + cigar.target, length),
            Stretch(record.query, before, before + cigar.query, head + cigar.query + tail),
            forward=not reverse,
            matches=matches,
            block=block,
            mapq=record.mapq,
            cigar=cigar,
            edits=edits,
            ambiguous=ambiguous,
            tags=(
                b"tp:A:S" if record.flag & Flag.SECONDARY else b"tp:A:P",
                *(text for name in (b"de", b"dv") if (text := tags.fraction(name))),
            ),
        )
    )


def _clipped(place: Place, runs: list[tuple[int, str]]) -> tuple[int, Cigar, int]:
    """Bases clipped at both ends of the CIGAR, and what is between."""
    inner = [at for at, (_, kind) in enumerate(runs) if kind in KINDS]
    if not inner:
        return sum(count for count, kind in runs if kind in "SH"), Cigar(), 0
    first, last = inner[0], inner[-1]
    if any(kind in "SH" for _, kind in runs[first:last]):
        raise place.error("the CIGAR is clipped in its middle")
    head, tail = (
        sum(count for count, kind in part if kind in "SH")
        for part in (runs[:first], runs[last + 1 :])
    )
    return head, Cigar(run for run in runs[first : last + 1] if run[1] in KINDS), tail


class _Tags:
    """The tags of a record, read as numbers."""

    def __init__(self, place: Place, tags: dict[bytes, bytes]) -> None:
        self._place, self._tags = place, tags

    def whole(self, name: bytes) -> int | None:
        """The whole number of the tag `name`; None without it."""
        text = self._tags.get(name)
        if text is not None and not (text.isdigit() and len(text) <= DIGITS):
            raise self._place.error(f"the tag {name.decode()} is not a whole number")
        return None if text is None else int(text)

    def fraction(self, name: bytes) -> bytes | None:
        """The tag `name`, a number from 0 to 1, as PAF has it; None without it."""
        text = self._tags.get(name)
        if text is None:
            return None
        if not is_number(text) or b"_" in text or not 0 <= float(text) <= 1:
            raise self._place.error(f"the tag {name.decode()} is not between 0 and 1")
        return b"%b:f:%b" % (name, text.strip())


def _add_target(lines: Lines, targets: dict[bytes, int], line: bytes) -> None:
    if not line.startswith(b"@SQ"):
        return
    fields = {word[:3]: word[3:] for word in line.split(b"\t")[1:]}
    if b"SN:" not in fields or b"LN:" not in fields:
        raise lines.error("a line @SQ has the fields SN and LN")
    if fields[b"SN:"] in targets:
        raise lines.error(f"two targets are called {shown(fields[b'SN:'])}")
    targets[fields[b"SN:"]] = lines.whole(fields[b"LN:"], "the length of the target")


def _record(lines: Lines, line: bytes) -> Record | None:
    """The record of a line; None if its query is not mapped."""
    words = line.split(b"\t")
    if len(words) < COLUMNS:
        raise lines.error(f"{len(words)} columns where SAM has {COLUMNS} or more, between tabs")
    flag = lines.whole(words[1], "the flag")
    if flag & Flag.UNMAPPED or words[2] == b"*":
        return None
    runs = runs_of(words[5])
    if runs is None:
        raise lines.error(f"is no CIGAR, without which the ends are not known: {shown(words[5])}")
    start = lines.whole(words[3], "the position")
    if not start:
        raise lines.error("the position of a mapped query counts from 1")
    mapq = lines.whole(words[4], "the mapping quality")
    if mapq > 255:
        raise lines.error("the mapping quality is above 255")
    tags = {word[:2]: word[5:] for word in words[COLUMNS:] if word[:2] in WANTED}
    return Record(words[0], flag, words[2], start - 1, mapq, runs, tags)
