"""
Events: one difference each in the structure of two genomes, with where it is on both.
"""

from collections.abc import Mapping, Sequence
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


#: What marks each kind, on white and on black: the same in pictures, tables and the page.
COLOURS: Mapping[EventKind, tuple[str, str]] = {
    EventKind.INVERSION: ("#c2185b", "#ff75aa"),
    EventKind.TRANSLOCATION: ("#6a3fb5", "#b79bff"),
    EventKind.INVERTED_TRANSLOCATION: ("#9c27b0", "#e08cff"),
    EventKind.DUPLICATION: ("#00796b", "#4dd0b5"),
    EventKind.INVERTED_DUPLICATION: ("#5d8a00", "#b5d94a"),
    EventKind.INSERTION: ("#0277a8", "#5fc8ec"),
    EventKind.DELETION: ("#b3541e", "#ffab73"),
    EventKind.UNALIGNED_TARGET: ("#66757f", "#95a5ae"),
    EventKind.UNALIGNED_QUERY: ("#66757f", "#95a5ae"),
}


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
