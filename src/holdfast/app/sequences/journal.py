"""
The journal as the pages tell it: who committed what, when, from which files.

Notes name aliases and collections, so only who sees all of the store is told them; a guest is not
told who it was.
"""

from collections.abc import Iterable
from dataclasses import dataclass, replace
from datetime import datetime

from holdfast.app.container import Container
from holdfast.app.sequences.shown import (
    has_journal,
    origin_shown,
    sees_all,
    shown_collections,
    stores_read,
)
from holdfast.sequences import CommitRecord
from holdfast.sequences.care.log import CommitCollection
from holdfast.sequences.storage.schema import NOW

COMMITS_NAMED = 300  #: that are looked up one by one; of others the number is told


@dataclass(frozen=True, slots=True)
class CommitTold:
    """A commit, as far as who asks may know of it; what it brought, in counts."""

    number: int
    time: datetime
    who: str  #: empty for guests
    note: str  #: empty for all who do not see all of the store
    sequences: int
    residues: int
    aliases_added: int
    aliases_retired: int
    dropped: int
    collections: tuple[CommitCollection, ...]
    collections_retired: int
    undoes: tuple[int, ...]
    undone_by: int | None

    @property
    def files(self) -> tuple[str, ...]:
        """The files that it took in, by name or URL."""
        return tuple(each.origin.url or each.origin.file or each.name for each in self.collections)


def journal(container: Container, before: int | None = None, limit: int = 50) -> list[CommitTold]:
    """The commits numbered below `before`, the newest first, at most `limit`.

    Without a store of this home's own there are none.
    """
    if not has_journal(container):
        return []
    records = container.store.log(limit, NOW if before is None else before)
    return _told(container, records)


def commits_of(container: Container, numbers: Iterable[int | None]) -> dict[int, CommitTold]:
    """The commits of these numbers, by number.

    Of layers there are none: each has a journal of its own, and a position does not say whose.
    """
    stores = stores_read(container)
    if len(stores) != 1:
        return {}
    wanted = sorted({number for number in numbers if number})[-COMMITS_NAMED:]
    records = [record for number in wanted for record in stores[0].log(1, number + 1)]
    return {each.number: each for each in _told(container, records)}


def _told(container: Container, records: list[CommitRecord]) -> list[CommitTold]:
    whole = sees_all(container)
    known = None if whole else {record.name for record in shown_collections(container)}
    is_guest = container.person is not None and container.person.is_guest
    return [
        CommitTold(
            number=record.number,
            time=datetime.fromisoformat(record.time),
            who="" if is_guest else record.who,
            note=record.note if whole else "",
            sequences=record.sequences,
            residues=record.residues,
            aliases_added=record.aliases_added,
            aliases_retired=record.aliases_retired,
            dropped=record.dropped,
            collections=tuple(
                replace(each, origin=origin_shown(container, each.origin))
                for each in record.collections
                if known is None or each.name in known
            ),
            collections_retired=len(record.collections_retired),
            undoes=record.undoes,
            undone_by=record.undone_by,
        )
        for record in records
    ]
