"""Read the log of commits, and take commits back."""

from collections import Counter
from dataclasses import dataclass

from holdfast.app.container import Container
from holdfast.errors import StoreError, UsageError
from holdfast.sequences import CommitRecord, Undone
from holdfast.sequences.storage.packs import PackName
from holdfast.sequences.storage.schema import NOW


@dataclass(frozen=True, slots=True)
class CommitDetail:
    """One commit in full: its packs, and how many aliases more each namespace had after it."""

    commit: CommitRecord
    packs: tuple[PackName, ...]
    packs_dropped: tuple[str, ...]
    aliases: dict[str, int]


def read_log(container: Container, limit: int, before: int | None) -> list[CommitRecord]:
    """The commits older than `before` (or all), newest first, at most `limit`."""
    return container.store.log(limit, NOW if before is None else before)


def read_commit(container: Container, number: int) -> CommitDetail:
    """The commit `number` in full.

    Raises
    ------
    StoreError
        There is none of this number.
    """
    store = container.store
    found = store.log(1, number + 1)
    if not found or found[0].number != number:
        raise StoreError(f"there is no commit {number}; see: holdfast seq log")
    entry = store.entry(number)
    aliases: Counter[str] = Counter()
    for each in entry.added:
        aliases[each.namespace] += len(each.texts)
    for each in entry.retired:
        aliases[each.namespace] -= len(each.texts)
    return CommitDetail(
        found[0], tuple(entry.packs), tuple(entry.dropped_packs), dict(sorted(aliases.items()))
    )


def undo_commits(container: Container, number: int | None, to: str | None) -> Undone:
    """Reverse one commit (default: the last), or all after the position that `to` names.

    Raises
    ------
    UsageError
        Both were asked for, or there is nothing to undo.
    """
    if to is None:
        return container.store.undo(number)
    if number is not None:
        raise UsageError("say either one commit, or --to a position")
    return container.store.undo_to(container.store.position_of(to))
