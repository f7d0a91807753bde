"""
Reach: how far a copy must follow so that every pack it needs is still to be had.

A store that was tidied has moved sequences to other packs and removed the old ones. Whoever wants
it up to an earlier snapshot is therefore given the commits up to that move as well: the snapshot
reads the same, and nobody has to rewrite a journal.
"""

from collections.abc import Container, Sequence
from dataclasses import dataclass

from holdfast.sequences.storage.journal import Entry


@dataclass(frozen=True, slots=True)
class PackChange:
    """The packs that one entry needs from now on, and those it needs no longer."""

    named: frozenset[str]
    dropped: frozenset[str]

    @classmethod
    def of(cls, entry: Entry) -> "PackChange":
        """What `entry` says of packs."""
        named = frozenset(pack.sha256 for pack in entry.packs)
        return cls(named, frozenset(entry.dropped_packs) - named)


def least_whole(changes: Sequence[PackChange], wanted: int, here: Container[str] = ()) -> int:
    """How many of `changes` a copy must take, `wanted` or more, so that it can have all its packs.

    In the end there are those that the last change leaves, and those that are `here` already.

    >>> load = PackChange(frozenset("a"), frozenset())
    >>> tidying = PackChange(frozenset("b"), frozenset("a"))
    >>> least_whole([load, tidying], 1), least_whole([load, tidying], 1, "a")
    (2, 1)
    """
    states = [frozenset[str]()]
    for change in changes:
        states.append(states[-1] - change.dropped | change.named)
    return next(
        count
        for count in range(wanted, len(states))
        if all(pack in here for pack in states[count] - states[-1])
    )
