"""
Events: one difference each in the structure of two genomes, with where it is on both.
"""

from collections.abc import Sequence
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

    @property
    def size(self) -> int:
        """Bases, on the longer of its two sides."""
        return max(place.length for place in (self.target, self.query) if place is not None)


def largest(events: Sequence[Event], most: int) -> tuple[Event, ...]:
    """At most so many of `events`, the largest, in their order."""
    if len(events) <= most:
        return tuple(events)
    by_size = sorted(range(len(events)), key=lambda number: (-events[number].size, number))
    return tuple(events[number] for number in sorted(by_size[:most]))
