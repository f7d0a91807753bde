"""
Pushing: bringing a store that is only files somewhere, behind rsync or in a bucket, up to ours.

Packs go first, then entries, then snapshots. Nobody looks for them before ``journal/LIST`` names
them, and that is replaced last, on the condition that it is still the one which was read: that
replacement is the push. Stopped before it, the other store is as it was, and what has been sent
is not sent again.
"""

from collections.abc import Sequence
from dataclasses import dataclass, field
from itertools import chain
from pathlib import Path
from time import monotonic

from holdfast.base.progress import Listener
from holdfast.errors import RemoteError, SnapshotExists, StoreError, StoresDiverged
from holdfast.sequences.storage import lists
from holdfast.sequences.storage.journal import Entry, EntryName, Journal
from holdfast.sequences.storage.lists import ListedEntry, ListedSnapshot
from holdfast.sequences.storage.packs import pack_path
from holdfast.sequences.storage.snapshots import Snapshots
from holdfast.sequences.sync.depot import Parcel, WritableDepot
from holdfast.sequences.sync.offer import (
    ADVICE,
    DESCRIPTION,
    ENTRIES,
    LIST_LIMIT,
    SNAPSHOTS,
    expect_store,
    read_store_id,
)
from holdfast.sequences.sync.reach import PackChange, least_whole
from holdfast.sequences.sync.report import SyncReport


@dataclass(frozen=True, slots=True)
class Origin:
    """The store that is pushed: its folder, its format, and what is in it."""

    folder: Path
    format: int
    description: bytes  #: of store.toml
    journal: Journal
    snapshots: Snapshots


@dataclass(frozen=True, slots=True)
class Load:
    """What a push is to move, in its order."""

    known: int  #: entries that are there
    packs: list[Parcel]
    entries: list[ListedEntry]
    snapshots: list[ListedSnapshot]
    kept: tuple[str, ...]
    further: int  #: of the entries, those after the wanted snapshot


@dataclass(slots=True)
class _There:
    """The lists of the other store as they were read; None is none."""

    entries: bytes | None = None
    snapshots: bytes | None = None
    made: bool = field(default=False)  #: whether there is a store at all


def push(
    origin: Origin, depot: WritableDepot, snapshot: str | None, *, dry_run: bool, listener: Listener
) -> SyncReport:
    """Bring the store in `depot` up to `origin`, or up to its snapshot of this name.

    Raises
    ------
    StoresDiverged
        The store there is another one, or has commits that are not here.
    SnapshotNotFound, SnapshotExists
        There is no such snapshot here, or another one of this name there.
    StoreBusy
        Somebody else pushed meanwhile.
    RemoteError
        Something could not be put there.
    """
    began = monotonic()
    there = _look(origin, depot)
    load = _plan(origin, depot, there, snapshot)
    parcels = [*load.packs, *_entry_parcels(load)]
    moved = sum(parcel.size for parcel in parcels)
    if not dry_run:
        if not there.made:
            depot.replace(DESCRIPTION, origin.description, None)
        moved = depot.put(load.packs, origin.folder, listener)
        moved += depot.put(_entry_parcels(load), origin.folder, listener)
        moved += _finish(origin, depot, there, load)
    return SyncReport(
        place=depot.url,
        store=origin.journal.store_id,
        before=load.known,
        after=load.known + len(load.entries),
        entries=len(load.entries),
        packs=len(load.packs),
        snapshots=tuple(each.name for each in load.snapshots),
        snapshots_kept=load.kept,
        bytes=moved,
        seconds=round(monotonic() - began, 3),
        dry_run=dry_run,
        further=load.further,
    )


def _look(origin: Origin, depot: WritableDepot) -> _There:
    """What is there, when it is the same store or none."""
    found = read_store_id(depot, origin.format)
    if found is None:
        return _There()
    expect_store(depot, found, origin.journal.store_id)
    entries, snapshots = depot.read(ENTRIES, LIST_LIMIT), depot.read(SNAPSHOTS, LIST_LIMIT)
    return _There(entries, snapshots, made=True)


def _plan(origin: Origin, depot: WritableDepot, there: _There, snapshot: str | None) -> Load:
    """What to move so that the other store follows ours."""
    ours = lists.listed_entries(origin.journal.folder)
    theirs = lists.read_entries(there.entries or b"", 1, f"{depot.url}: {ENTRIES}")
    _expect_prefix(depot, ours, theirs)
    snapshots = origin.snapshots.listed()
    until = len(ours) if snapshot is None else origin.snapshots.read(snapshot).position
    further = _further(origin, ours[len(theirs) :], until - len(theirs))
    entries = ours[len(theirs) : until + further]
    reach = len(theirs) + len(entries)
    listed = lists.read_snapshots(there.snapshots or b"", f"{depot.url}: {SNAPSHOTS}")
    known = {each.name: each for each in listed}
    within = [each for each in snapshots if each.position <= reach]
    kept = tuple(each.name for each in within if known.get(each.name, each) != each)
    if snapshot in kept:
        raise SnapshotExists(
            f"there is another snapshot {snapshot} at {depot.url}, and snapshots never change; "
            "push without its name, or give this one another"
        )
    fresh = [each for each in within if each.name not in known]
    return Load(len(theirs), _packs(origin, entries), entries, fresh, kept, further)


def _further(origin: Origin, entries: Sequence[ListedEntry], wanted: int) -> int:
    """How many more than the `wanted` first of `entries` must go, as packs were rewritten since."""
    if not 0 < wanted < len(entries):
        return 0
    changes = [PackChange.of(_read(origin, listed)) for listed in entries]
    return least_whole(changes, wanted) - wanted


def _read(origin: Origin, listed: ListedEntry) -> Entry:
    return origin.journal.read(EntryName(listed.number, listed.sha256))


def _expect_prefix(
    depot: WritableDepot, ours: Sequence[ListedEntry], theirs: Sequence[ListedEntry]
) -> None:
    """Raise StoresDiverged unless `theirs` are the first of `ours`."""
    if list(theirs) == list(ours[: len(theirs)]):
        return
    if list(theirs[: len(ours)]) == list(ours):
        raise StoresDiverged(
            f"the store at {depot.url} is ahead of this one: it has commits up to {len(theirs):,}, "
            f"and this one up to {len(ours):,}; pull them first"
        )
    raise StoresDiverged(
        f"the store at {depot.url} and this one have gone separate ways: each has commits of its "
        f"own; {ADVICE}"
    )


def _packs(origin: Origin, entries: Sequence[ListedEntry]) -> list[Parcel]:
    """The packs that `entries` name, but for those that a later one of them dropped."""
    sizes: dict[str, int] = {}
    for listed in entries:
        entry = _read(origin, listed)
        sizes |= {pack.sha256: pack.size for pack in entry.packs}
        for sha256 in entry.dropped_packs:
            sizes.pop(sha256, None)
    folder = origin.folder / "packs"
    parcels = []
    for sha256, size in sizes.items():
        path = pack_path(folder, sha256)
        if not path.exists():
            raise StoreError(
                f"the pack {sha256} is missing here; restore it from a copy: "
                "holdfast seq check --repair --from PLACE"
            )
        parcels.append(Parcel(path.relative_to(origin.folder).as_posix(), size, sha256))
    return parcels


def _entry_parcels(load: Load) -> list[Parcel]:
    return [Parcel(f"journal/{each.file}", each.size, each.sha256) for each in load.entries]


def _finish(origin: Origin, depot: WritableDepot, there: _There, load: Load) -> int:
    """Put the snapshots there, then the lists; the bytes sent."""
    sent = sum(_put_snapshot(origin, depot, each) for each in load.snapshots)
    lines = b"".join(entry.line() for entry in load.entries)
    if lines or there.entries is None:
        content = (there.entries or b"")[: load.known * lists.WIDTH] + lines
        depot.replace(ENTRIES, content, there.entries)
        sent += len(content)
    if load.snapshots or there.snapshots is None:
        known = lists.read_snapshots(there.snapshots or b"", f"{depot.url}: {SNAPSHOTS}")
        content = b"".join(each.line() for each in sorted(chain(known, load.snapshots)))
        depot.replace(SNAPSHOTS, content, there.snapshots)
        sent += len(content)
    return sent


def _put_snapshot(origin: Origin, depot: WritableDepot, listed: ListedSnapshot) -> int:
    """Put a snapshot's file there; the bytes sent. An interrupted push may have done so."""
    name = f"snapshots/{listed.name}.json"
    content = (origin.folder / name).read_bytes()
    found = depot.read(name, len(content) + 1)
    if found is None:
        depot.replace(name, content, None)
    elif found != content:
        raise RemoteError(f"{depot.url}{name} is something else than here; remove it there")
    return 0 if found else len(content)
