"""Where a sequence occurs: its collections, and the releases of banks that they are of."""

from collections.abc import Iterator
from dataclasses import dataclass

from holdfast.app.container import Container
from holdfast.app.sequences.shown import (
    bank_of,
    banks_shown,
    release_of,
    shown,
    shown_collections,
    stores_read,
)
from holdfast.errors import SequenceNotFound
from holdfast.sequences import CollectionRecord, SequenceStore
from holdfast.sequences.storage.journal import Origin

NAMES_SHOWN = 20  #: of a sequence that stands many times in one collection


@dataclass(frozen=True, slots=True)
class Occurrence:
    """A collection that has the sequence, under `names`; `records` is how often."""

    collection: str
    digest: str
    names: tuple[str, ...]
    records: int
    origin: Origin
    bank: str  #: that the collection is of, if it is here and may be seen; else empty
    release: str
    added: int  #: the journal position at which the collection got its name


@dataclass(frozen=True, slots=True)
class Occurrences:
    """All of them, the newest first; not `is_whole`: older collections were not looked through."""

    items: tuple[Occurrence, ...]
    is_whole: bool


def occurrences(container: Container, name: str) -> Occurrences:
    """The collections in which the sequence of this name occurs, as far as they may be seen.

    Raises
    ------
    SequenceNotFound, AliasNotFound, AliasAmbiguous
        Nothing, or more than one thing, has this name.
    """
    digest = str(shown(container).resolve(name))
    visible = {record.name: record for record in shown_collections(container)}
    banks = banks_shown(container, map(bank_of, visible.values()))
    found: dict[str, Occurrence] = {}
    is_whole = True
    for store in stores_read(container):
        hits, whole = _hits(store, digest)
        is_whole &= whole
        for called, names, count in hits:
            record = visible.get(called)
            if record is not None and called not in found:
                found[called] = _occurrence(record, names, count, banks)
    items = sorted(found.values(), key=lambda each: (-each.added, each.collection))
    return Occurrences(tuple(items), is_whole)


def _hits(
    store: SequenceStore, digest: str
) -> tuple[Iterator[tuple[str, tuple[str, ...], int]], bool]:
    """Collections (by name), what the sequence is called there, and how often it stands there."""
    room = store.room
    try:
        row = room.sequence(digest).row
    except SequenceNotFound:
        return iter(()), True
    occurring, is_whole = room.members.of({row.id, row.first})

    def each() -> Iterator[tuple[str, tuple[str, ...], int]]:
        for place in occurring:
            named = room.index.ask(
                "SELECT name FROM collections WHERE content = ? AND place = ? AND retired IS NULL",
                (place.entry, place.place),
            )
            if not named:
                continue
            all_names = room.content(place.entry, place.place).names
            names = tuple(all_names[nth] for nth in place.rows[:NAMES_SHOWN])
            for (called,) in named:
                yield called, names, len(place.rows)

    return each(), is_whole


def _occurrence(
    record: CollectionRecord, names: tuple[str, ...], count: int, banks: frozenset[str]
) -> Occurrence:
    bank = bank_of(record)
    is_here = bank in banks
    return Occurrence(
        collection=record.name,
        digest=record.digest,
        names=names,
        records=count,
        origin=record.origin,
        bank=bank if is_here else "",
        release=release_of(record) if is_here else "",
        added=record.added,
    )
