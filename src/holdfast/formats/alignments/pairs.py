"""
Pairs: two stretches of sequence that a file aligns, and the line of PAF they become.

Every format makes its lines here, so all refuse the same things in the same words: a stretch that
ends before it starts or beyond its sequence, a name with two lengths, a length nobody knows.
"""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Protocol

from holdfast.errors import FormatError
from holdfast.formats.alignments.cigar import Cigar
from holdfast.formats.alignments.interface import Lengths
from holdfast.formats.alignments.lines import shown

UNKNOWN_QUALITY = 255


@dataclass(frozen=True, slots=True)
class Stretch:
    """A piece of a sequence, half-open, from 0, in bases of the forward strand."""

    name: bytes
    start: int
    end: int
    length: int | None = None  #: of the whole sequence, if the file tells it

    def turned(self) -> "Stretch":
        """The same bases, where `start` and `end` were counted on the reverse strand."""
        if self.length is None:
            raise ValueError("a stretch is turned within its sequence's length")
        return Stretch(self.name, self.length - self.end, self.length - self.start, self.length)


@dataclass(frozen=True, slots=True)
class Pair:
    """Two stretches that are aligned."""

    target: Stretch
    query: Stretch
    forward: bool  #: whether both are read in one direction
    matches: int  #: bases that are the same, as far as the file tells
    block: int  #: columns of the alignment; ambiguous ones do not count
    mapq: int = UNKNOWN_QUALITY
    cigar: Cigar | None = None  #: along the target's forward strand
    edits: int | None = None  #: mismatches, bases in gaps and ambiguous bases
    ambiguous: int = 0
    tags: tuple[bytes, ...] = ()


class Place(Protocol):
    """Where in a file one reads."""

    def error(self, problem: str) -> FormatError:
        """`problem`, said of this place."""


class PairWriter:
    """Makes lines of PAF from the pairs of one file, whose `place` it names in what it refuses."""

    def __init__(self, place: Place, lengths: Lengths) -> None:
        self._place = place
        self._known = {"target": _Known(lengths.target), "query": _Known(lengths.query)}

    def length(self, side: str, name: bytes) -> int:
        """The length of a sequence of which the file tells none. `side` is a word: target or query.

        Raises
        ------
        FormatError
            It is not known otherwise either.
        """
        known = self._known[side]
        length = known.length(name)
        if length is not None:
            return length
        if known.given is None:
            raise self._place.error(
                f"the length of the {side} {shown(name)} is not told in this format; "
                f"give the {side}'s FASTA file or index too"
            )
        raise self._place.error(
            f"the {side} {shown(name)} is not among the {len(known.given):,} contigs of the "
            f"{side}'s FASTA file or index; are target and query exchanged?"
        )

    def agreed(self, side: str, name: bytes, told: int | None) -> int | None:
        """The length of a sequence, as the file tells it or as it is known.

        None if nobody tells it, or the file another one than before.
        """
        known = self._known[side]
        if told is None:
            return known.length(name)
        return told if known.met.setdefault(name, told) == told else None

    def line(self, pair: Pair) -> bytes:
        """The line of `pair`, with its end.

        Raises
        ------
        FormatError
            It makes no sense.
        """
        target, query = self._side("target", pair.target), self._side("query", pair.query)
        if pair.block <= 0 or not 0 <= pair.matches <= pair.block:
            raise self._place.error(
                f"{pair.matches:,} of {pair.block:,} columns match, which cannot be"
            )
        tags = b"".join(b"\t" + tag for tag in _tags(pair))
        strand = b"+" if pair.forward else b"-"
        counts = b"%d\t%d\t%d" % (pair.matches, pair.block, pair.mapq)
        return b"%b\t%b\t%b\t%b%b\n" % (query, strand, target, counts, tags)

    def _side(self, side: str, stretch: Stretch) -> bytes:
        length = stretch.length
        if length is None:
            length = self.length(side, stretch.name)
        elif self._known[side].met.setdefault(stretch.name, length) != length:
            raise self._place.error(
                f"the {side} {shown(stretch.name)} has another length than on a line before"
            )
        self._check(side, stretch, length)
        return b"%b\t%d\t%d\t%d" % (stretch.name, length, stretch.start, stretch.end)

    def _check(self, side: str, stretch: Stretch, length: int) -> None:
        if stretch.start > stretch.end:
            raise self._place.error(f"the {side} interval ends before it starts")
        if stretch.start < 0:
            raise self._place.error(f"the {side} interval starts before its sequence")
        if stretch.end > length:
            raise self._place.error(f"the {side} interval ends beyond the {side}'s length")
        if not stretch.name:
            raise self._place.error(f"the {side} has no name")
        if not stretch.name.isascii() or b"\t" in stretch.name:
            self._check_name(side, stretch.name)

    def _check_name(self, side: str, name: bytes) -> None:
        try:
            name.decode()
        except UnicodeDecodeError as error:
            problem = f"the {side} name {shown(name)} is not UTF-8 text"
            raise self._place.error(problem) from error
        if b"\t" in name:
            raise self._place.error(f"the {side} name {shown(name)} has a tab in it")


class _Known:
    """The lengths of one side: those that were `given` and those that were `met` in the file."""

    def __init__(self, given: Mapping[str, int] | None) -> None:
        self.given = given
        self.met: dict[bytes, int] = {}

    def length(self, name: bytes) -> int | None:
        if self.given is None:
            return None
        return self.given.get(name.decode(errors="replace"))


def _tags(pair: Pair) -> list[bytes]:
    tags = []
    if pair.edits is not None:
        tags.append(b"NM:i:%d" % pair.edits)
    if pair.ambiguous:
        tags.append(b"nn:i:%d" % pair.ambiguous)
    tags.extend(pair.tags)
    if pair.cigar is not None:
        tags.append(b"cg:Z:" + pair.cigar.text())
    return tags
