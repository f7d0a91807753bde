"""
Pulling: bringing a store forward along another one's journal.

The order is that of a commit. First everything comes into ``incoming/``: entries, which are vetted
and say which packs are needed, then packs. The packs are named, which no entry does yet; the index
takes in all entries in one transaction and every new sequence is read and verified from its final
place. Then the entries are named together, and the transaction ends. Stopped anywhere before that,
the store is as it was, and the next pull goes on from what has come.
"""

import shutil
import sqlite3
import tempfile
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from hashlib import sha256
from pathlib import Path
from time import monotonic

from holdfast.base.progress import Listener
from holdfast.errors import DigestMismatch, FetchFailed, StoreDamaged, StoreError
from holdfast.sequences.storage.journal import Entry, EntryName, decode
from holdfast.sequences.storage.lists import ListedEntry, ListedSnapshot
from holdfast.sequences.storage.packs import SUFFIX, pack_path
from holdfast.sequences.storage.schema import Position
from holdfast.sequences.storage.snapshots import Snapshots
from holdfast.sequences.sync.arrivals import Arrivals
from holdfast.sequences.sync.depot import Depot, Parcel
from holdfast.sequences.sync.offer import Offer, Wish, choose, read_offer
from holdfast.sequences.sync.reach import PackChange, least_whole
from holdfast.sequences.sync.report import SyncReport
from holdfast.sequences.sync.vetting import (
    Vetting,
    check_places,
    check_unpacked_size,
    verify_sequences,
)
from holdfast.sequences.view import Room

SNAPSHOT_LIMIT = 1 << 16  #: bytes of a snapshot's file
SPARE = 64 << 20  #: bytes of the disk that a pull leaves free


@dataclass(frozen=True, slots=True)
class Target:
    """The store that is brought forward, locked by us, its index up to its journal."""

    folder: Path
    room: Room
    snapshots: Snapshots
    threads: int


def pull(
    target: Target,
    depot: Depot,
    snapshot: str | None,
    *,
    verify: bool,
    dry_run: bool,
    listener: Listener,
) -> SyncReport:
    """Bring `target` up to the store in `depot`, or up to its snapshot of this name.

    If packs of the snapshot were rewritten since, the commits up to that one come along.

    Raises
    ------
    StoresDiverged
        The two do not follow one another.
    StoreDamaged
        What the other sends is not sound. Nothing was taken.
    FetchFailed, DigestMismatch
        Something could not be brought here. What came is kept for the next pull.
    SnapshotNotFound, SnapshotExists
        It has no such snapshot, or we have another one of this name.
    """
    if dry_run:
        with tempfile.TemporaryDirectory(prefix="holdfast-pull-") as folder:
            return _Pull(target, depot, Arrivals(Path(folder)), listener).dry(snapshot)
    pulling = _Pull(target, depot, Arrivals(target.folder), listener)
    return pulling.run(snapshot, verify)


class _Pull:
    """One pull."""

    def __init__(
        self, target: Target, depot: Depot, arrivals: Arrivals, listener: Listener
    ) -> None:
        self._target, self._depot, self._arrivals = target, depot, arrivals
        self._listener = listener
        self._room = target.room
        self._began = monotonic()
        self._before = self._room.index.position()
        self._read = 0
        self._offer = Offer((), (), 0)
        self._further = 0

    def dry(self, snapshot: str | None) -> SyncReport:
        """What would move."""
        wish = self._wish(snapshot)
        if snapshot is not None:
            wish = self._reaching(wish, snapshot)
        self._bring(wish.parcels)
        packs = self._packs(self._vetted(wish))
        size = sum(pack.size for pack in packs)
        return self._report(wish, len(packs), self._read + size, dry_run=True)

    def run(self, snapshot: str | None, verify: bool) -> SyncReport:
        """Pull."""
        wish = self._wish(snapshot)
        try:
            vetting, packs = self._bring_all(wish)
        except FetchFailed:
            if snapshot is None:
                raise
            longer = self._reaching(wish, snapshot)
            if longer == wish:  # it was not for want of packs that are there no longer
                raise
            wish = longer
            vetting, packs = self._bring_all(wish)
        snapshots = [self._bring_snapshot(each) for each in wish.snapshots]
        named = self._arrivals.name_packs(packs)
        try:
            self._take(wish, snapshots, dropped=vetting.drops, verify=verify)
        except StoreDamaged:
            self._arrivals.take_back(named)  # nothing of a liar stays, not even without a name
            raise
        report = self._report(wish, len(packs), self._read)
        self._arrivals.clear()
        return report

    # What to move

    def _wish(self, snapshot: str | None) -> Wish:
        self._offer = read_offer(self._depot, self._before.number, self._before.hash)
        self._read += self._offer.read
        return self._choose(snapshot)

    def _choose(self, snapshot: str | None, least: int = 0) -> Wish:
        index, number, offer = self._room.index, self._before.number, self._offer
        positions = {each.position for each in offer.snapshots if each.position <= number}
        hashes = {position: index.position_at(position).hash for position in positions}
        return choose(offer, self._target.snapshots.listed(), number, hashes, snapshot, least)

    def _reaching(self, wish: Wish, snapshot: str) -> Wish:
        """`wish`, or what more is needed since the packs of the snapshot were rewritten."""
        everything = self._choose(None)
        self._bring(everything.parcels)
        vetting, changes = self._vetting(), []
        for listed in everything.entries:
            entry = self._entry(listed)
            vetting.take(entry, listed.sha256)
            changes.append(PackChange.of(entry))
        here = {path.stem for path in self._room.packs.folder.glob(f"*/*{SUFFIX}")}
        least = least_whole(changes, len(wish.entries), here)
        self._further = least - len(wish.entries)
        return self._choose(snapshot, self._before.number + least)

    def _vetted(self, wish: Wish) -> Vetting:
        """Go through the entries, which are here, and see that each may follow."""
        vetting = self._vetting()
        for listed in wish.entries:
            vetting.take(self._entry(listed), listed.sha256)
        return vetting

    def _vetting(self) -> Vetting:
        before, dictionaries = self._before, self._room.index.newest_dictionary()
        store_id = self._room.journal.store_id
        return Vetting(before.number, before.hash or store_id, before.sequences, dictionaries)

    def _entry(self, listed: ListedEntry) -> Entry:
        place = f"{self._depot.url}: {listed.file}"
        content = (self._arrivals.folder / "journal" / listed.file).read_bytes()
        if sha256(content).hexdigest() != listed.sha256:
            raise DigestMismatch(place, listed.sha256, sha256(content).hexdigest())
        check_unpacked_size(content, place)
        return decode(content, place)

    def _packs(self, vetting: Vetting) -> list[Parcel]:
        """The packs that the entries need and that are not here."""
        folder = self._room.packs.folder
        parcels = []
        for name, size in vetting.packs.items():
            path = pack_path(folder, name)
            if name in vetting.dropped or (path.exists() and path.stat().st_size == size):
                continue
            parcels.append(Parcel(f"packs/{name[:2]}/{path.name}", size, name))
        return parcels

    # Moving it

    def _bring_all(self, wish: Wish) -> tuple[Vetting, list[Parcel]]:
        """Have the entries of `wish`, which are sound, among the arrivals, and their packs."""
        self._bring(wish.parcels)
        vetting = self._vetted(wish)
        packs = self._packs(vetting)
        self._bring(packs)
        return vetting, packs

    def _bring(self, parcels: Sequence[Parcel]) -> None:
        """Have `parcels` among the arrivals."""
        missing = self._arrivals.missing(parcels)
        size = sum(parcel.size for parcel in missing) - self._arrivals.begun(missing)
        free = shutil.disk_usage(self._arrivals.store).free
        if size + SPARE > free:
            raise StoreError(
                f"{size:,} bytes are to come and {free:,} are free at {self._arrivals.store}; "
                "make room and pull again"
            )
        self._depot.fetch(missing, self._arrivals.folder, self._listener)
        self._read += size

    def _bring_snapshot(self, listed: ListedSnapshot) -> str:
        """Have a snapshot's file among the arrivals; its name in the store."""
        name = f"snapshots/{listed.name}.json"
        content = self._depot.read(name, SNAPSHOT_LIMIT)
        if content is None:
            raise FetchFailed(f"{self._depot.url}: {name} is listed and not there; pull again")
        self._read += len(content)
        self._arrivals.write(name, content)
        found = Snapshots(self._arrivals.folder / "snapshots").read(listed.name)
        if (found.position, found.hash) != (listed.position, listed.hash):
            raise StoreDamaged(
                f"{self._depot.url}: {name} is not the snapshot that is listed; "
                "have the list made anew there with: holdfast seq reindex"
            )
        return name

    # Taking it

    def _take(self, wish: Wish, snapshots: Sequence[str], *, dropped: bool, verify: bool) -> None:
        """Let the store know what has come: all of it or nothing."""
        index = self._room.index
        dictionaries = self._dictionaries() if dropped else []
        names = [f"journal/{entry.file}" for entry in wish.entries] + list(snapshots)
        try:
            moved = list(self._index_entries(wish.entries))
            after = index.position()
            if dropped:
                check_places(index, self._room.packs)
                self._check_dictionaries(dictionaries)
            if verify:
                fresh = range(self._before.sequences, after.sequences)
                packs, threads = self._room.packs, self._target.threads
                verify_sequences(index, packs, (fresh, *moved), threads, self._listener)
            self._check_snapshots(wish)
            if names:
                self._arrivals.commit(names)
            index.conclude()
        except BaseException:
            index.abandon()
            raise

    def _index_entries(self, entries: Sequence[ListedEntry]) -> Iterator[list[int]]:
        """Let the index take in `entries`, and no one see it; the sequences that each moved."""
        index = self._room.index
        for listed in entries:
            entry = self._entry(listed)
            try:
                index.prepare(entry)
                index.stack(entry, EntryName(listed.number, listed.sha256))
            except sqlite3.OperationalError:
                raise  # the disk, not the entry
            except _MISSHAPEN as error:
                raise StoreDamaged(
                    f"the entry {listed.number} of the other store is not sound ({error}); have "
                    "it checked there with: holdfast seq check"
                ) from error
            yield [number for number in entry.moved.sequences if number < self._before.sequences]

    def _dictionaries(self) -> list[bytes]:
        """The dictionaries that we have, in their order."""
        index, packs = self._room.index, self._room.packs
        places = [index.dictionary(n + 1) for n in range(index.newest_dictionary())]
        return [bytes(packs.record(*place)) for place in places]

    def _check_dictionaries(self, before: list[bytes]) -> None:
        """See that dictionaries which were moved are as they were."""
        if self._dictionaries()[: len(before)] != before:
            raise StoreDamaged(
                "the other store has moved a dictionary and changed it; nothing was taken; have "
                "it checked there with: holdfast seq check"
            )

    def _check_snapshots(self, wish: Wish) -> None:
        """See that the snapshots which have come count what was there then."""
        come = Snapshots(self._arrivals.folder / "snapshots")
        for listed in wish.snapshots:
            snapshot = come.read(listed.name)
            then: Position = self._room.index.position_at(listed.position)
            if (snapshot.sequences, snapshot.residues) != (then.sequences, then.residues):
                raise StoreDamaged(
                    f"the other store's snapshot {listed.name} counts what was not there then; "
                    "have it checked there with: holdfast seq check"
                )

    def _report(self, wish: Wish, packs: int, size: int, dry_run: bool = False) -> SyncReport:
        return SyncReport(
            place=self._depot.url,
            store=self._room.journal.store_id,
            before=self._before.number,
            after=self._before.number + len(wish.entries),
            entries=len(wish.entries),
            packs=packs,
            snapshots=tuple(each.name for each in wish.snapshots),
            snapshots_kept=wish.kept,
            bytes=size,
            seconds=round(monotonic() - self._began, 3),
            dry_run=dry_run,
            further=self._further,
        )


#: What an entry of the wrong shape makes the index raise.
_MISSHAPEN = (
    sqlite3.Error, TypeError, ValueError, KeyError, IndexError, AttributeError, OverflowError,
)  # fmt: skip
