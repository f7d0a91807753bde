"""
How well events tell the changes that were made, kind by kind.

An event tells a change if it is of its kind and where it is: on each genome where the change has
bases, the overlap is at least half of both intervals; where it has none (as an insertion has on the
target), the two places are at most a thousand bases apart. One event tells one change at most.
"""

from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass

from dotplots.made_up import Change
from holdfast.dotplots.structure.events import Event, EventKind, Place

NEAR = 1_000  #: bases


@dataclass(frozen=True, slots=True)
class Score:
    """Of one kind, or of all."""

    made: int  #: changes
    told: int  #: events
    right: int  #: events that tell a change

    @property
    def recall(self) -> float:
        """The share of the changes that are told."""
        return self.right / self.made if self.made else 1.0

    @property
    def precision(self) -> float:
        """The share of the events that tell a change."""
        return self.right / self.told if self.told else 1.0


def scores(changes: Sequence[Change], events: Sequence[Event]) -> dict[EventKind | None, Score]:
    """By kind, and of all together under None."""
    right: Counter[EventKind] = Counter()
    left = list(events)
    for change in changes:
        telling = next((event for event in left if tells(event, change)), None)
        if telling is not None:
            left.remove(telling)
            right[change.kind] += 1
    made, told = (Counter(each.kind for each in listed) for listed in (changes, events))
    by_kind: dict[EventKind | None, Score] = {
        kind: Score(made[kind], told[kind], right[kind]) for kind in EventKind
    }
    by_kind[None] = Score(made.total(), told.total(), right.total())
    return by_kind


def tells(event: Event, change: Change) -> bool:
    """Whether `event` tells `change`."""
    return (
        event.kind is change.kind
        and _same(event.target, change.target)
        and _same(event.query, change.query)
    )


def _same(one: Place | None, other: Place | None) -> bool:
    if one is None or other is None:
        return one is other
    if one.contig != other.contig:
        return False
    if not other.length:
        return abs(one.start - other.start) <= NEAR and one.length <= NEAR
    shared = min(one.end, other.end) - max(one.start, other.start)
    return 2 * shared >= max(one.length, other.length)
