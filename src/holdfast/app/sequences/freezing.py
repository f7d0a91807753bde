"""Snapshots as the pages show them: what each has, making one, and what separates two positions."""

from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from datetime import datetime
from enum import Enum
from itertools import islice

from holdfast.app.container import Container
from holdfast.app.sequences.shown import (
    has_journal,
    is_all_shown,
    private_namespaces,
    shown_collections,
)
from holdfast.errors import UsageError
from holdfast.sequences import AliasChange, Change, DiffCounts, Snapshot
from holdfast.sequences.care.diff import Diff
from holdfast.sequences.storage.schema import NOW

NOW_WORD = "now"  #: for the last position
ROWS = 100
START_MOST = 1_000_000  #: rows that are passed over to come to a page


class Kind(Enum):
    """What changed, and how: the parts of a difference."""

    REPOINTED = "repointed"  #: aliases that name another sequence
    ADDED = "added"  #: aliases that were not there
    REMOVED = "removed"  #: aliases that are there no more
    COLLECTIONS = "collections"
    SEQUENCES_ADDED = "sequences-added"
    SEQUENCES_REMOVED = "sequences-removed"


@dataclass(frozen=True, slots=True)
class SnapshotShown:
    """A frozen view: its position in the journal, and what was there then."""

    name: str
    position: int
    created: datetime
    sequences: int
    residues: int
    aliases: int
    collections: int


@dataclass(frozen=True, slots=True)
class ChangeShown:
    """A name, or a sequence, that changed: digests before and after, None where there was none."""

    name: str
    before: str | None
    after: str | None


@dataclass(frozen=True, slots=True)
class Changes:
    """Some changes of one kind; `next` is where the following ones begin, if there are."""

    kind: Kind
    items: tuple[ChangeShown, ...]
    start: int
    next: int | None


@dataclass(frozen=True, slots=True)
class Difference:
    """What separates two positions. Counts are None where something is kept from who asks."""

    before: int
    after: int
    counts: DiffCounts | None
    changes: Changes


def list_snapshots(container: Container) -> list[SnapshotShown]:
    """All snapshots, the newest first."""
    if not has_journal(container):
        return []
    return [_shown(each) for each in reversed(container.store.snapshots())]


def find_snapshot(container: Container, name: str) -> SnapshotShown:
    """The snapshot `name`.

    Raises
    ------
    SnapshotNotFound
        There is none.
    """
    return _shown(container.store.find_snapshot(name))


def freeze(container: Container, name: str) -> SnapshotShown:
    """Freeze the store as it is now under `name`.

    Raises
    ------
    SnapshotExists
        There is one of this name.
    UsageError
        The name cannot be one.
    """
    return _shown(container.store.snapshot(name.strip()))


def difference(
    container: Container, before: str, after: str, kind: Kind, start: int = 0, limit: int = ROWS
) -> Difference:
    """What separates two positions, each a snapshot, a number, a time, or ``now``.

    Raises
    ------
    SnapshotNotFound
        One is no position.
    """
    if not 0 <= start <= START_MOST or not 0 < limit <= 1000:
        raise UsageError("there is no such page; narrow the two positions down")
    if not has_journal(container):
        raise UsageError("there is no store yet, so nothing can have changed")
    diff = container.store.diff(*(NOW if word == NOW_WORD else word for word in (before, after)))
    rows = list(islice(_rows(container, diff, kind), start, start + limit + 1))
    counts = diff.counts()
    return Difference(
        before=counts.before,
        after=counts.after,
        counts=counts if is_all_shown(container) else None,
        changes=Changes(
            kind, tuple(rows[:limit]), start, start + limit if len(rows) > limit else None
        ),
    )


def _rows(container: Container, diff: Diff, kind: Kind) -> Iterator[ChangeShown]:
    match kind:
        case Kind.COLLECTIONS:
            return _collections(container, diff)
        case Kind.SEQUENCES_ADDED:
            return (ChangeShown("", None, str(each)) for each in diff.sequences(Change.ADDED))
        case Kind.SEQUENCES_REMOVED:
            return (ChangeShown("", str(each), None) for each in diff.sequences(Change.REMOVED))
    return _aliases(container, diff.aliases(Change(kind.value)))


def _aliases(container: Container, changes: Iterable[AliasChange]) -> Iterator[ChangeShown]:
    private = private_namespaces(container)
    for change in changes:
        if change.alias.namespace not in private:
            before, after = (str(each) if each else None for each in (change.before, change.after))
            yield ChangeShown(str(change.alias), before, after)


def _collections(container: Container, diff: Diff) -> Iterator[ChangeShown]:
    """The collections whose names changed; of those that are gone, only where all is shown."""
    whole = is_all_shown(container)
    known = set() if whole else {record.name for record in shown_collections(container)}
    for change in diff.collections():
        if whole or change.name in known:
            yield ChangeShown(change.name, change.before, change.after)


def _shown(snapshot: Snapshot) -> SnapshotShown:
    return SnapshotShown(
        name=snapshot.name,
        position=snapshot.position,
        created=datetime.fromisoformat(snapshot.created),
        sequences=snapshot.sequences,
        residues=snapshot.residues,
        aliases=snapshot.aliases,
        collections=snapshot.collections,
    )
