"""Compare two positions of the store."""

from collections.abc import Iterator
from dataclasses import dataclass

from holdfast.app.container import Container
from holdfast.sequences import AliasChange, Change, CollectionChange, Diff, DiffCounts
from holdfast.sequences.storage.schema import NOW


@dataclass(frozen=True, slots=True)
class ChangedAlias:
    """An alias and the digests of what it named before and names after."""

    alias: str
    before: str | None
    after: str | None


@dataclass(frozen=True, slots=True)
class Differences:
    """What separates two positions: counts of everything, and the first of each kind."""

    counts: DiffCounts
    aliases_repointed: tuple[ChangedAlias, ...]
    aliases_added: tuple[ChangedAlias, ...]
    aliases_removed: tuple[ChangedAlias, ...]
    collections: tuple[CollectionChange, ...]
    sequences_added: tuple[str, ...]
    sequences_removed: tuple[str, ...]


def compare_positions(
    container: Container, before: str, after: str | None, limit: int
) -> Differences:
    """What separates the position `before` from `after` (default: now); `limit` rows of a kind."""
    diff = _diff(container, before, after)
    repointed, added, removed = (
        tuple(map(_changed, diff.aliases(change, limit)))
        for change in (Change.REPOINTED, Change.ADDED, Change.REMOVED)
    )
    return Differences(
        counts=diff.counts(),
        aliases_repointed=repointed,
        aliases_added=added,
        aliases_removed=removed,
        collections=tuple(diff.collections()[:limit]),
        sequences_added=tuple(map(str, diff.sequences(Change.ADDED, limit))),
        sequences_removed=tuple(map(str, diff.sequences(Change.REMOVED, limit))),
    )


def rows_of(container: Container, before: str, after: str | None) -> Iterator[tuple[str, ...]]:
    """Every difference as a row of texts: kind, change, name, digest before, digest after."""
    diff = _diff(container, before, after)
    for change in (Change.REPOINTED, Change.REMOVED, Change.ADDED):
        for each in map(_changed, diff.aliases(change)):
            yield "alias", change.value, each.alias, each.before or "", each.after or ""
    for named in diff.collections():
        yield "collection", named.change.value, named.name, named.before or "", named.after or ""
    for digest in diff.sequences(Change.REMOVED):
        yield "sequence", Change.REMOVED.value, "", str(digest), ""
    for digest in diff.sequences(Change.ADDED):
        yield "sequence", Change.ADDED.value, "", "", str(digest)


def _diff(container: Container, before: str, after: str | None) -> Diff:
    return container.store.diff(before, NOW if after is None else after)


def _changed(change: AliasChange) -> ChangedAlias:
    before, after = (str(each) if each else None for each in (change.before, change.after))
    return ChangedAlias(str(change.alias), before, after)
