"""
Events: one difference each in the structure of two genomes, with where it is on both.
"""

from dataclasses import dataclass
from enum import Enum


class EventKind(Enum):
    """What happened, seen from the target."""

    INVERSION = "inversion"  #: turned in place
    TRANSLOCATION = "translocation"  #: elsewhere, on this or another contig
    INVERTED_TRANSLOCATION = "inverted translocation"  #: elsewhere, and turned
    DUPLICATION = "duplication"  #: the query has it once more
    INVERTED_DUPLICATION = "inverted duplication"  #: once more, and turned
    INSERTION = "insertion"  #: bases of the query that the target lacks
    DELETION = "deletion"  #: bases of the target that the query lacks
    UNALIGNED_TARGET = "unaligned target"  #: no match says what became of it
    UNALIGNED_QUERY = "unaligned query"


@dataclass(frozen=True, slots=True)
class Place:
    """An interval of a contig, zero-based, half-open, in bases of its forward strand."""

    contig: int  #: its place in the genome's list
    start: int
    end: int

    @property
    def length(self) -> int:
        """Bases."""
        return self.end - self.start


@dataclass(frozen=True, slots=True)
class Event:
    """One difference; an interval may be empty, as an insertion's on the target is."""

    kind: EventKind
    target: Place | None
    query: Place | None
    strand: int  #: +1 or -1: of the query relative to the target
    identity: float | None  #: mean of the matches that tell it, 0 to 1; None where it is their lack
    matches: int  #: how many matches tell it
    bases: int  #: matching bases of those matches
