"""
Offers: what another store has that may follow what is here. Reading asks; deciding is pure.

A journal is a chain, so one look at the last line that both should have tells whether one follows
the other: stores of another id, or with commits of their own, do not, and are never merged.
"""

import tomllib
from dataclasses import dataclass

from holdfast.errors import (
    SnapshotExists,
    SnapshotNotFound,
    StoreDamaged,
    StoreError,
    StoresDiverged,
    suggestion,
)
from holdfast.sequences.storage import lists
from holdfast.sequences.storage.lists import ListedEntry, ListedSnapshot
from holdfast.sequences.sync.depot import Depot, Parcel

DESCRIPTION = "store.toml"
ENTRIES = f"journal/{lists.FILE}"
SNAPSHOTS = f"snapshots/{lists.FILE}"
DESCRIPTION_LIMIT = 4096  #: bytes
LIST_LIMIT = 1 << 30  #: bytes: eleven million commits
ADVICE = (
    "nothing was changed. Read both as layers (the setting store_layers), or load here what is "
    "missing (holdfast seq load)"
)


@dataclass(frozen=True, slots=True)
class Offer:
    """What another store has."""

    entries: tuple[ListedEntry, ...]  #: that follow what is here
    snapshots: tuple[ListedSnapshot, ...]  #: all it lists
    read: int  #: bytes that moved to know it


@dataclass(frozen=True, slots=True)
class Wish:
    """What of an offer is to move."""

    entries: tuple[ListedEntry, ...]
    snapshots: tuple[ListedSnapshot, ...]
    kept: tuple[str, ...]  #: snapshots that differ here and there

    @property
    def parcels(self) -> list[Parcel]:
        """The files of the entries."""
        return [Parcel(f"journal/{each.file}", each.size, each.sha256) for each in self.entries]


def read_store_id(depot: Depot, store_format: int) -> str | None:
    """The id of the store in `depot`; None when there is none.

    Raises
    ------
    StoreDamaged
        It is not what a Holdfast writes, or of another format.
    """
    content = depot.read(DESCRIPTION, DESCRIPTION_LIMIT)
    if content is None:
        return None
    try:
        document = tomllib.loads(content.decode())
        store_id, version = document["id"], document["format"]
    except (ValueError, KeyError) as error:
        raise StoreDamaged(f"{depot.url}: {DESCRIPTION} is damaged ({error})") from error
    if version != store_format:
        raise StoreDamaged(
            f"{depot.url} has the format {version}; this Holdfast reads {store_format}"
        )
    if not isinstance(store_id, str) or not (store_id.isascii() and store_id.isalnum()):
        raise StoreDamaged(f"{depot.url}: {DESCRIPTION} names no id")
    return store_id


def expect_store(depot: Depot, found: str | None, wanted: str) -> None:
    """Raise unless the store in `depot`, whose id is `found`, is the one `wanted`."""
    if found is None:
        raise StoreError(f"there is no store at {depot.url}; check the place")
    if found != wanted:
        raise StoresDiverged(
            f"the store at {depot.url} is another one (its id is {found}, here it is {wanted}); "
            + ADVICE
        )


def read_offer(depot: Depot, number: int, sha256: str) -> Offer:
    """What `depot` has after the entry `number` of this hash, which is our last one.

    The journal's list is read from that entry's line on, so that one request tells whether the
    other follows, and what is new.

    Raises
    ------
    StoresDiverged
        The other store has other commits than ours.
    StoreError, StoreDamaged
        It has no lists, or they are damaged.
    """
    first = max(number, 1)
    content = depot.read(ENTRIES, LIST_LIMIT, (first - 1) * lists.WIDTH)
    if content is None:
        raise StoreError(
            f"{depot.url} has no {ENTRIES}; have it made there with: holdfast seq reindex"
        )
    entries = lists.read_entries(content, first, f"{depot.url}: {ENTRIES}")
    listed = depot.read(SNAPSHOTS, LIST_LIMIT) or b""
    snapshots = lists.read_snapshots(listed, f"{depot.url}: {SNAPSHOTS}")
    if number and entries:
        expect_same(depot, entries[0], sha256)
        entries = entries[1:]
    return Offer(tuple(entries), tuple(snapshots), len(content) + len(listed))


def expect_same(depot: Depot, theirs: ListedEntry, sha256: str) -> None:
    """Raise StoresDiverged unless `theirs` is our entry of the same number, which has this hash."""
    if theirs.sha256 != sha256:
        raise StoresDiverged(
            f"the store at {depot.url} and the one here have gone separate ways by the commit "
            f"{theirs.number}: each has commits of its own; {ADVICE}"
        )


def choose(
    offer: Offer,
    ours: list[ListedSnapshot],
    number: int,
    hashes: dict[int, str],
    wanted: str | None,
    least: int = 0,
) -> Wish:
    """What of `offer` to move, up to the snapshot `wanted` or to the end.

    It is more if it has to be up to the entry `least`. `number` is our last entry, `hashes` are
    those of our entries that snapshots name. Snapshots at or before the position come along; one
    whose name we have for something else stays there.

    Raises
    ------
    SnapshotNotFound, SnapshotExists
        There is none of the wanted name, or we have another one of this name.
    StoreDamaged
        The wanted snapshot names no entry of the offer.
    """
    known = hashes | {0: ""} | {entry.number: entry.sha256 for entry in offer.entries}
    until = max(known) if wanted is None else max(least, _wanted(offer, wanted, known).position)
    entries = tuple(entry for entry in offer.entries if entry.number <= until)
    reach = number + len(entries)
    here = {snapshot.name: snapshot for snapshot in ours}
    sound = [
        snapshot
        for snapshot in offer.snapshots
        if snapshot.position <= reach and known.get(snapshot.position) == snapshot.hash
    ]
    kept = tuple(each.name for each in sound if here.get(each.name, each) != each)
    if wanted in kept:
        raise SnapshotExists(
            f"there is another snapshot {wanted} here, and snapshots never change; pull without "
            "its name, or remove the one here"
        )
    return Wish(entries, tuple(each for each in sound if each.name not in here), kept)


def _wanted(offer: Offer, name: str, known: dict[int, str]) -> ListedSnapshot:
    found = next((each for each in offer.snapshots if each.name == name), None)
    if found is None:
        near = suggestion(name, [each.name for each in offer.snapshots])
        raise SnapshotNotFound(f"the other store has no snapshot {name!r}{near}")
    if known.get(found.position) != found.hash:
        raise StoreDamaged(
            f"the other store's snapshot {name} names a commit {found.position} that it has not; "
            "have it checked there with: holdfast seq check"
        )
    return found
