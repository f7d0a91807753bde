"""
Undoing: a commit is reversed by another one, and the history keeps both.

To undo is to give names back the meaning they had: aliases the commit added are retired, those it
retired come back to the sequence they had, and a collection's name returns to what it stood for or
to nothing. Sequences the commit brought are read by their digest as before; those that nothing else
names are garbage from now on, and gone after the next ``gc``.
"""

import json
from collections import defaultdict
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from typing import Any

from holdfast.errors import StoreError, UsageError
from holdfast.sequences.storage.index import Index
from holdfast.sequences.storage.journal import Aliases, NamedCollection, Origin
from holdfast.sequences.storage.schema import NOW
from holdfast.sequences.view import Room
from holdfast.sequences.writing.commit import commit, next_entry

SHOWN = 3  # names that a refusal lists


@dataclass(frozen=True, slots=True)
class Undoing:
    """What an undo would change: the commits it reverses, and the names as its entry writes them.

    `brought` counts the sequences that these commits brought.
    """

    undoes: tuple[int, ...]
    added: list[Aliases]
    retired: list[Aliases]
    collections: list[NamedCollection]
    retired_collections: list[str]
    brought: int


@dataclass(frozen=True, slots=True)
class Undone:
    """An undo that is done: its own commit, and what it changed."""

    position: int
    undoes: tuple[int, ...]
    aliases_retired: int
    aliases_restored: int
    collections_retired: tuple[str, ...]
    collections_restored: tuple[str, ...]
    sequences_brought: int


@dataclass(frozen=True, slots=True)
class _Span:
    """The positions between which commits are reversed: back from `after` to `before`."""

    before: int
    after: int

    @property
    def places(self) -> dict[str, int]:
        """The values of the questions below."""
        return {"before": self.before, "after": self.after}


def undo_commit(room: Room, number: int | None) -> Undoing:
    """What reverses one commit: `number`, or the last that can be and is not reversed.

    Raises
    ------
    UsageError
        There is nothing to undo, or `number` cannot be undone.
    StoreError
        There is no such commit, a later one gave one of its names another meaning, or what a
        name stood for is gone.
    """
    undone = _undone(room.index)
    if number is None:
        number = _last(room.index, undone)
    else:
        _check(room.index, undone, number)
    return _undoing(room, (number,), _Span(number - 1, number))


def undo_to(room: Room, position: int) -> Undoing:
    """What reverses all commits after `position`, so that names mean what they meant there.

    Raises
    ------
    UsageError
        There is nothing to undo.
    StoreError
        What a name stood for is gone.
    """
    numbers = tuple(_to_reverse(room.index, position))
    if not numbers:
        raise UsageError(f"there is nothing to undo after the position {position}")
    return _undoing(room, numbers, _Span(position, NOW))


def _to_reverse(index: Index, position: int) -> Iterator[int]:
    """The commits after `position` to be reversed, newest first.

    A commit and its undo, both after it, are passed over together: they come to nothing. An undo
    of what came before it is reversed, so that this holds again.
    """
    undone = _undone(index)
    again = set()
    for number in range(index.position().number, position, -1):
        reversed_here = {each for each, by in undone.items() if by == number}
        if number in again:
            yield number
        elif number in undone or not _changes(index, number):
            continue
        elif not reversed_here:
            yield number
        elif min(reversed_here) <= position:
            again |= reversed_here
            yield number


def carry_out(room: Room, undoing: Undoing, who: str) -> Undone:
    """Commit what an undo would change. Only the one writer may ask this."""
    numbers = ", ".join(map(str, undoing.undoes[:SHOWN])) + (
        " …" if len(undoing.undoes) > SHOWN else ""
    )
    entry = next_entry(
        room,
        f"undo {numbers}",
        who,
        undoes=list(undoing.undoes),
        added=undoing.added,
        retired=undoing.retired,
        collections=undoing.collections,
        retired_collections=undoing.retired_collections,
    )
    restored, retired = entry.aliases_changed()
    return Undone(
        position=commit(room, entry).number,
        undoes=undoing.undoes,
        aliases_retired=retired,
        aliases_restored=restored,
        collections_retired=tuple(undoing.retired_collections),
        collections_restored=tuple(each.name for each in undoing.collections),
        sequences_brought=undoing.brought,
    )


def _last(index: Index, undone: dict[int, int]) -> int:
    """The last commit that is no undo and is not undone."""
    undoing = _undos(index)
    for number in range(index.position().number, 0, -1):
        if number not in undone and number not in undoing and _changes(index, number):
            return number
    raise UsageError("there is nothing to undo")


def _check(index: Index, undone: dict[int, int], number: int) -> None:
    """Raise an error if the commit `number` is not there or cannot be undone."""
    if not 0 < number <= index.position().number:
        raise StoreError(f"there is no commit {number}; see: holdfast seq log")
    if number in undone:
        raise UsageError(f"the commit {number} is undone already, by {undone[number]}")
    if number in _undos(index):
        raise UsageError(
            f"the commit {number} is itself an undo; say which state you want with --to POSITION"
        )
    if not _changes(index, number):
        raise UsageError(
            f"the commit {number} changed no name and brought no sequence: there is nothing to undo"
        )


def _undone(index: Index) -> dict[int, int]:
    """The commits that are undone, and by which; what an undone undo had reversed holds again."""
    said = dict(index.ask("SELECT entry, by FROM undone"))
    undone: dict[int, int] = {}
    for number in sorted(said, reverse=True):  # whoever undid it is newer, so known already
        if said[number] not in undone:
            undone[number] = said[number]
    return undone


def _undos(index: Index) -> set[int]:
    """The commits that undo others."""
    return {by for (by,) in index.ask("SELECT DISTINCT by FROM undone")}


def _changes(index: Index, number: int) -> bool:
    """Whether a commit brought sequences or changed names; tidying does neither."""
    at = index.position_at(number)
    if at.sequences > index.position_at(number - 1).sequences:
        return True
    return bool(
        index.ask(
            "SELECT 1 FROM entries WHERE number = :n AND added + retired > 0 UNION ALL"
            " SELECT 1 FROM collections WHERE added = :n OR retired = :n LIMIT 1",
            {"n": number},
        )
    )


def _undoing(room: Room, numbers: Sequence[int], span: _Span) -> Undoing:
    added, retired = _aliases(room.index, span)
    collections, names = _collections(room, span)
    sequences = (
        room.index.position_at(number).sequences - room.index.position_at(number - 1).sequences
        for number in numbers
    )
    return Undoing(tuple(numbers), added, retired, collections, names, sum(sequences))


# Aliases

#: Each name that changed within the span: what it named before, after the span, and now.
_ALIASES = """
WITH touched AS (SELECT DISTINCT alias, namespace FROM aliases
                 WHERE (added > :before AND added <= :after)
                    OR (retired > :before AND retired <= :after))
SELECT s.name, t.alias, b.sequence, a.sequence, n.sequence FROM touched t
CROSS JOIN namespaces s ON s.id = t.namespace
LEFT JOIN aliases b ON b.alias = t.alias AND b.namespace = t.namespace AND b.added <= :before
                   AND (b.retired IS NULL OR b.retired > :before)
LEFT JOIN aliases a ON a.alias = t.alias AND a.namespace = t.namespace AND a.added <= :after
                   AND (a.retired IS NULL OR a.retired > :after)
LEFT JOIN aliases n ON n.alias = t.alias AND n.namespace = t.namespace AND n.retired IS NULL
WHERE b.sequence IS NOT n.sequence ORDER BY s.name, t.alias
"""


def _aliases(index: Index, span: _Span) -> tuple[list[Aliases], list[Aliases]]:
    """The aliases to be added again and those to be retired."""
    added: dict[str, list[tuple[str, int]]] = defaultdict(list)
    retired: dict[str, list[str]] = defaultdict(list)
    meant_since: list[str] = []
    for namespace, text, before, after, now in index.ask(_ALIASES, span.places):
        if now != after:
            meant_since.append(f"{namespace}:{text}")
            continue
        if now is not None:
            retired[namespace].append(text)
        if before is not None:
            added[namespace].append((text, before))
    _refuse_if_changed(span, "alias", meant_since)
    numbers = _present(index, {number for pairs in added.values() for _, number in pairs})
    return (
        [
            Aliases(namespace, [text for text, _ in pairs], [numbers[each] for _, each in pairs])
            for namespace, pairs in sorted(added.items())
        ],
        [Aliases(namespace, texts) for namespace, texts in sorted(retired.items())],
    )


def _present(index: Index, numbers: set[int]) -> dict[int, int]:
    """Under which numbers these sequences are kept now: other ones if they were loaded again.

    Raises
    ------
    StoreError
        The residues of one are gone.
    """
    wanted = sorted(numbers)
    joined = index.digests_of(wanted) if wanted else b""
    digests = [joined[at : at + 24] for at in range(0, len(joined), 24)]
    known = index.known(digests)
    if len(known) < len(digests):
        gone = next(
            number for number, digest in zip(wanted, digests, strict=True) if digest not in known
        )
        raise StoreError(
            f"a name would return to the sequence {index.digest_of(gone)}, whose residues were "
            "garbage and are gone; load them again first"
        )
    return {number: known[digest] for number, digest in zip(wanted, digests, strict=True)}


# Collections

#: The same for collections: digest, entry, place and origin of what each name stood for.
_COLLECTIONS = """
WITH touched AS (SELECT DISTINCT name FROM collections
                 WHERE (added > :before AND added <= :after)
                    OR (retired > :before AND retired <= :after))
SELECT t.name, b.digest, b.content, b.place, b.origin,
       a.content, a.place, a.origin, n.content, n.place, n.origin FROM touched t
LEFT JOIN collections b ON b.name = t.name AND b.added <= :before
                       AND (b.retired IS NULL OR b.retired > :before)
LEFT JOIN collections a ON a.name = t.name AND a.added <= :after
                       AND (a.retired IS NULL OR a.retired > :after)
LEFT JOIN collections n ON n.name = t.name AND n.retired IS NULL
ORDER BY t.name
"""


def _collections(room: Room, span: _Span) -> tuple[list[NamedCollection], list[str]]:
    """The collections whose names come back to them, and the names that will stand for none."""
    back: list[NamedCollection] = []
    retired: list[str] = []
    meant_since: list[str] = []
    for row in room.index.ask(_COLLECTIONS, span.places):
        name, digest, *rest = row
        before, after, now = rest[:3], rest[3:6], rest[6:]
        if now == before:
            continue
        if now != after:
            meant_since.append(name)
        elif digest is None:
            retired.append(name)
        else:
            back.append(_again(room, name, digest, before))
    _refuse_if_changed(span, "collection", meant_since)
    return back, retired


def _again(room: Room, name: str, digest: str, before: Sequence[Any]) -> NamedCollection:
    """`name` for the content it stood for, whose sequences must all be there."""
    content, place, origin = before
    _present(room.index, set(room.content(content, place).sequences))
    return NamedCollection(name, digest, Origin(**json.loads(origin)), content, place)


def _refuse_if_changed(span: _Span, kind: str, names: list[str]) -> None:
    if not names:
        return
    shown = ", ".join(names[:SHOWN]) + (" …" if len(names) > SHOWN else "")
    raise StoreError(
        f"commits after {span.after} gave another meaning to {len(names):,} of the {kind} names "
        f"that it changed ({shown}); undo those first, or all of them with --to {span.before}"
    )
