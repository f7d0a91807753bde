"""
The store on disk: a folder that is made, opened, written by one and read by many.

::

    store.toml                           format, id, normalisation
    packs/<aa>/<sha256>.pack             immutable records
    journal/<number>-<sha256>.json.zst   immutable commits
    snapshots/<name>.json                names of journal positions
    index.sqlite, index-<8 digits>.rows  made from the journal
    index.edition                        changes with it, so that readers need not ask it
    search.sqlite                        made from it by the first search by words
    lock                                 held by the one writer

Opening applies journal entries that the index lacks, unless a writer is just doing so. The next
writer removes temporary files that an interrupted one left.
"""

import errno
import os
import sqlite3
import tomllib
from collections.abc import Iterable, Iterator, Sequence
from contextlib import contextmanager
from copy import copy
from dataclasses import dataclass, replace
from functools import partial
from pathlib import Path
from typing import BinaryIO
from uuid import uuid4

from holdfast.base.closing import Closes
from holdfast.base.digests import Digest
from holdfast.base.files import fsync_directory, write_atomic
from holdfast.base.locks import Held, exclusive
from holdfast.base.progress import Listener, ignore
from holdfast.errors import StoreBusy, StoreDamaged, StoreError
from holdfast.formats.residues import NORMALISATION
from holdfast.sequences.care import gc, log, retire, undo
from holdfast.sequences.care.check import CheckReport, check
from holdfast.sequences.care.diff import Diff
from holdfast.sequences.care.gc import GcReport, Wish
from holdfast.sequences.care.log import CommitRecord
from holdfast.sequences.care.repair import Repair, RepairReport
from holdfast.sequences.care.undo import Undone
from holdfast.sequences.naming import search
from holdfast.sequences.naming.alias import Alias
from holdfast.sequences.naming.definition import Definitions
from holdfast.sequences.storage import lists
from holdfast.sequences.storage.index import Index
from holdfast.sequences.storage.journal import Entry, EntryName, Journal, Origin, now
from holdfast.sequences.storage.packs import Packs, clear_leftovers, pack_path
from holdfast.sequences.storage.schema import NOW
from holdfast.sequences.storage.snapshots import Snapshot, Snapshots
from holdfast.sequences.sync import arrivals
from holdfast.sequences.sync import push as sync_push
from holdfast.sequences.sync.depot import Depot, WritableDepot
from holdfast.sequences.sync.offer import expect_store, read_store_id
from holdfast.sequences.sync.pull import Target, pull
from holdfast.sequences.sync.report import SyncReport
from holdfast.sequences.view import Room, View
from holdfast.sequences.writing import aliases as alias_loading
from holdfast.sequences.writing import loading
from holdfast.sequences.writing.aliases import AliasReport
from holdfast.sequences.writing.batch import Batch
from holdfast.sequences.writing.loading import LoadReport, Source

FORMAT = 1
FILE = "store.toml"
APPLIED_TOGETHER = 64  #: entries that the index takes in at once when it is behind …
APPLIED_ALONE = 1 << 14  # … and the sequences of one behind which no other is waited for
#: The disk is full or broken; such errors seldom name a file.
DISK_TROUBLE = frozenset({errno.ENOSPC, errno.EFBIG, errno.EDQUOT, errno.EIO})


@dataclass(frozen=True, slots=True)
class StoreStatus:
    """What is in a store. Sizes in bytes, `residues` in residues."""

    folder: Path
    id: str
    position: int
    sequences: int
    residues: int
    aliases: int
    collections: int
    snapshots: int
    packs: int
    pack_bytes: int
    journal_bytes: int
    index_bytes: int


class SequenceStore(Closes, View):
    """A store of sequences, as of now; see the package for how it is used."""

    def __init__(
        self, folder: Path, store_id: str, wait: float, threads: int, who: str = ""
    ) -> None:
        self.folder, self.id = folder, store_id
        self._wait, self._threads, self._who = wait, threads, who
        self._snapshots = Snapshots(folder / "snapshots")
        packs, index = Packs(folder / "packs"), Index(folder / "index.sqlite")
        super().__init__(Room(packs, index, Journal(folder / "journal", store_id)))

    def written_by(self, who: str) -> "SequenceStore":
        """This store, whose commits name `who`; what is open is shared, so only one is closed."""
        other = copy(self)
        other._who = who
        return other

    @classmethod
    def create(cls, folder: Path | str, store_id: str = "") -> "SequenceStore":
        """Make an empty store in `folder`, which must be empty or absent, and open it.

        With the `store_id` of another store it can follow that one (see :meth:`pull`).

        Raises
        ------
        StoreError
            There is something in `folder`.
        """
        folder = Path(folder)
        folder.mkdir(parents=True, exist_ok=True)
        if (folder / FILE).exists():
            raise StoreError(f"there is a store in {folder} already")
        if any(path.name not in _PARTS for path in folder.iterdir()):
            raise StoreError(f"{folder} is not empty; choose another folder for the store")
        for part in ("packs", "journal", "snapshots"):
            (folder / part).mkdir(exist_ok=True)
        fsync_directory(folder)
        lists.remake_entries(folder / "journal")
        lists.remake_snapshots(folder / "snapshots", ())
        # The file that makes it a store comes last: a half-made folder is made again.
        write_atomic(folder / FILE, description(store_id or uuid4().hex), 0o444)
        return cls.open(folder)

    @classmethod
    def open(
        cls,
        folder: Path | str,
        wait: float = 0.0,
        threads: int | None = None,
        who: str = "",
        *,
        verify: bool = False,
    ) -> "SequenceStore":
        """Open the store in `folder`; writers wait up to `wait` seconds for one another.

        The commits made through it say that `who` made them, for whoever reads the journal. With
        `verify`, each sequence is read whole and hashed when it is first asked for by itself.

        Raises
        ------
        StoreError
            There is no store in `folder`.
        StoreDamaged
            It is not what was written, or of a newer format.
        """
        folder = Path(folder)
        cores = threads or len(os.sched_getaffinity(0))
        store = cls(folder, read_id(folder), wait, cores, who)
        store._room.verify = verify
        try:
            store._catch_up()
        except BaseException:
            store.close()
            raise
        return store

    def close(self) -> None:
        """Let go of files. Never commits anything."""
        self._room.packs.forget()
        self._room.index.close()

    # Writing

    @contextmanager
    def write(self, wait: float | None = None) -> Iterator[Batch]:
        """Be the one writer within the block: stage into the batch, then say ``batch.commit()``.

        Raises
        ------
        StoreBusy
            Another writer did not end within `wait` seconds.
        """
        with self._locked(self._wait if wait is None else wait):
            self._begin()
            batch = Batch(self._room, self._threads, self._who)
            try:
                yield batch
            finally:
                batch.close()

    def load(
        self,
        source: Path | BinaryIO,
        namespace: str,
        collection: str | None = None,
        *,
        definitions: Definitions = Definitions.BARS,
        reassign: bool = False,
        origin: Origin | None = None,
        listener: Listener = ignore,
    ) -> LoadReport:
        """Load a FASTA file or stream in one commit: everything of it or nothing.

        Raises what :func:`holdfast.sequences.writing.loading.load` and :meth:`write` raise.
        """
        wanted = Source(source, namespace, collection, origin, definitions)
        with self.write() as batch:
            report = loading.load(batch, self, wanted, reassign=reassign, listener=listener)
            done = batch.commit(f"load {report.collection}")
        return replace(report, bytes_added=done.bytes_added if done else 0)

    def load_together(
        self,
        sources: Iterable[Source],
        note: str,
        *,
        reassign: bool = False,
        listener: Listener = ignore,
    ) -> tuple[LoadReport, ...]:
        """Load several files in one commit: all of them or nothing.

        A name that two of them give to different sequences is refused, also with `reassign`, which
        moves only the names of earlier commits. The bytes added are those of the one commit, so
        the reports leave them at 0. Raises what :meth:`load` raises.
        """
        with self.write() as batch:
            reports = tuple(
                loading.load(batch, self, source, reassign=reassign, listener=listener)
                for source in sources
            )
            batch.commit(note)
        return reports

    def add_alias(self, alias: Alias, name: str | Digest, reassign: bool = False) -> None:
        """Give `name` one more alias, in a commit of its own."""
        with self.write() as batch:
            batch.alias(alias, self.resolve(name), reassign)
            batch.commit(f"alias {alias}")

    def load_aliases(
        self, source: Path | BinaryIO, *, reassign: bool = False, listener: Listener = ignore
    ) -> AliasReport:
        """Load a table of aliases in one commit: everything of it or nothing.

        Raises what :func:`holdfast.sequences.writing.aliases.load_aliases` and :meth:`write` raise.
        """
        with self.write() as batch:
            report = alias_loading.load_aliases(
                batch, self._names, source, reassign=reassign, listener=listener
            )
            batch.commit(f"load aliases of {Path(report.file).name}")
        return report

    def retire_alias(self, alias: Alias) -> None:
        """End an alias, in a commit of its own; its history stays."""
        with self.write() as batch:
            batch.retire(alias)
            batch.commit(f"retire {alias}")

    def retire_namespace(self, namespace: str) -> int:
        """End all aliases of a namespace, in one commit; how many. Their history stays.

        Raises
        ------
        AliasNotFound
            It has none.
        """
        with self._locked(self._wait):
            self._begin()
            return retire.retire_namespace(self._room, namespace, self._who)

    def retire_collection(self, name: str) -> None:
        """End a collection's name, in a commit of its own; its history stays.

        Raises
        ------
        CollectionNotFound
            There is none of this name.
        """
        with self._locked(self._wait):
            self._begin()
            retire.retire_collection(self._room, name, self._who)

    def undo(self, number: int | None = None) -> Undone:
        """Reverse the commit `number`, or the last that is not reversed, by a commit of its own.

        Raises
        ------
        UsageError
            There is nothing to undo.
        StoreError
            There is no such commit, later ones build on it, or what a name stood for is gone.
        """
        with self._locked(self._wait):
            self._begin()
            return undo.carry_out(self._room, undo.undo_commit(self._room, number), self._who)

    def undo_to(self, position: int) -> Undone:
        """Reverse all commits after `position`, in one commit; raises as :meth:`undo` does."""
        with self._locked(self._wait):
            self._begin()
            return undo.carry_out(self._room, undo.undo_to(self._room, position), self._who)

    # History

    def log(self, limit: int = 50, before: int = NOW) -> list[CommitRecord]:
        """The commits numbered below `before`, newest first, at most `limit`."""
        return log.commits(self._room.index, before, limit)

    def entry(self, number: int) -> Entry:
        """The commit `number` as the journal has it; it must be there."""
        return self._room.journal.read(EntryName(number, self._room.index.position_at(number).hash))

    def position_of(self, text: str) -> int:
        """The journal position that a snapshot's name, a number or a time (ISO 8601) means.

        Raises
        ------
        SnapshotNotFound
            It means none.
        """
        return log.position_of(text, self._snapshots, self._room.index)

    def diff(self, before: str | int, after: str | int = NOW) -> Diff:
        """What separates two positions, each a number or what :meth:`position_of` reads."""
        index = self._room.index
        a, b = (self._number(each) for each in (before, after))
        return Diff(index, index.position_at(a), index.position_at(b))

    # Snapshots

    def snapshot(self, name: str) -> Snapshot:
        """Freeze the store as it is now under `name`.

        Raises
        ------
        SnapshotExists
            There is one of this name.
        UsageError
            The name cannot be one.
        """
        with self._locked(self._wait):
            self._apply_missing()
            position = self._room.index.position()
            aliases, collections = self._room.index.counts(position.number)
            snapshot = Snapshot(
                name=name,
                position=position.number,
                hash=position.hash,
                created=now(),
                sequences=position.sequences,
                residues=position.residues,
                aliases=aliases,
                collections=collections,
            )
            self._snapshots.write(snapshot)
        return snapshot

    def find_snapshot(self, name: str) -> Snapshot:
        """The snapshot `name`; raises SnapshotNotFound if there is none."""
        return self._snapshots.read(name)

    def snapshots(self) -> list[Snapshot]:
        """All snapshots, oldest first."""
        found = [self._snapshots.read(name) for name in self._snapshots.names()]
        return sorted(found, key=lambda snapshot: (snapshot.position, snapshot.created))

    def remove_snapshot(self, name: str) -> None:
        """Forget a snapshot; what it alone kept from being garbage is garbage now.

        Raises
        ------
        SnapshotNotFound
            There is none of this name.
        """
        with self._locked(self._wait):
            self._snapshots.remove(name)

    def at(self, position: str | int) -> View:
        """The store as it was at a position: a number, or what :meth:`position_of` reads.

        Raises
        ------
        SnapshotNotFound
            There is no such position.
        """
        return View(self._room, self._number(position))

    # Other stores

    def pull(
        self,
        depot: Depot,
        snapshot: str | None = None,
        *,
        verify: bool = True,
        dry_run: bool = False,
        listener: Listener = ignore,
    ) -> SyncReport:
        """Come up to the store in `depot`, or up to its snapshot: all its commits, or none.

        Only what is missing moves. Every file is verified against its name and, unless `verify` is
        false, every sequence against its digests. Raises what
        :func:`holdfast.sequences.sync.pull.pull` raises, and StoreBusy.
        """
        with self._locked(self._wait):
            self._clear_leftovers()
            self._apply_missing()
            expect_store(depot, store_id_at(depot), self.id)
            target = Target(self.folder, self._room, self._snapshots, self._threads)
            return pull(target, depot, snapshot, verify=verify, dry_run=dry_run, listener=listener)

    def push(
        self,
        depot: WritableDepot,
        snapshot: str | None = None,
        *,
        dry_run: bool = False,
        listener: Listener = ignore,
    ) -> SyncReport:
        """Bring the store in `depot` up to this one, or up to a snapshot of it.

        Raises what :func:`holdfast.sequences.sync.push.push` raises.
        """
        description = (self.folder / FILE).read_bytes()
        origin = sync_push.Origin(
            self.folder, FORMAT, description, self._room.journal, self._snapshots
        )
        return sync_push.push(origin, depot, snapshot, dry_run=dry_run, listener=listener)

    # The whole

    def status(self) -> StoreStatus:
        """What is in the store, and how much room it takes."""
        position = self._room.index.position()
        aliases, collections = self._room.index.counts(NOW)
        packs, pack_bytes = self._room.index.ask(
            "SELECT count(*), ifnull(sum(size), 0) FROM packs WHERE size > 0"
        )[0]
        return StoreStatus(
            folder=self.folder,
            id=self.id,
            position=position.number,
            sequences=position.sequences,
            residues=position.residues,
            aliases=aliases,
            collections=collections,
            snapshots=len(self._snapshots.names()),
            packs=packs,
            pack_bytes=pack_bytes,
            journal_bytes=sum(p.stat().st_size for p in self.folder.glob("journal/*.zst")),
            index_bytes=sum(
                path.stat().st_size
                for pattern in ("*.sqlite*", "index-*.rows")
                for path in self.folder.glob(pattern)
            ),
        )

    def check(self, listener: Listener = ignore) -> CheckReport:
        """Read everything there is and say what is not as it was written."""
        return check(self.folder, self._room, self._snapshots, self._threads, listener)

    @classmethod
    def repair(
        cls,
        folder: Path | str,
        copies: Sequence[Depot] = (),
        *,
        drop_lost: bool = False,
        wait: float = 0.0,
        threads: int | None = None,
        who: str = "",
        listener: Listener = ignore,
    ) -> RepairReport:
        """Mend what can be mended of the store in `folder`, also if it cannot be opened.

        Damaged or missing journal entries and packs are taken from `copies` of the store. With
        `drop_lost`, sequences that cannot be read even so are given up, in a commit: then they can
        be loaded again.

        Raises
        ------
        StoreError
            There is no store in `folder`.
        StoreBusy
            Another writer did not end within `wait` seconds.
        """
        folder = Path(folder)
        cores = threads or len(os.sched_getaffinity(0))
        store = cls(folder, read_id(folder), wait, cores, who)
        try:
            with store._locked(wait):
                check, apply = partial(store.check, listener), store._apply_missing
                mending = Repair(
                    folder, store._room, store._snapshots, copies, check, apply, listener
                )
                return mending.run(drop_lost=drop_lost, who=who)
        finally:
            store.close()

    def gc(
        self, wish: Wish | None = None, *, dry_run: bool = False, listener: Listener = ignore
    ) -> GcReport:
        """Make room: drop what nothing names any more and no snapshot needs.

        With `dry_run`, only say what would be done. Raises what :meth:`write` raises, and
        StoreDamaged when journal or snapshots cannot be read: then nothing is removed.
        """
        with self._locked(self._wait):
            self._begin()
            positions = self._snapshots.positions()
            if dry_run:
                return gc.foresee(self._room, positions, wish or Wish(), listener)
            return gc.collect(self._room, positions, wish or Wish(), self._who, listener)

    def reindex(self, listener: Listener = ignore) -> int:
        """Make the index anew from the journal; the number of entries applied."""
        with self._locked(self._wait):
            self._room.packs.forget()
            self._room.index.make()
            search.forget(self.folder)
            self._room.levels.forget()
            lists.remake_entries(self.folder / "journal")
            self._snapshots.relist()
            return self._apply_missing(listener)

    # Inside

    def _number(self, position: str | int) -> int:
        last = self._room.index.position().number
        if position == NOW:
            return last
        return self.position_of(str(position))

    def _begin(self) -> None:
        """What every writer does first, once it is the one."""
        self._clear_leftovers()
        self._apply_missing()

    def _catch_up(self) -> None:
        """Bring the index up to the journal, unless a writer is at it or we may not write."""
        index = self._room.index
        # An index that is being made anew is empty until it is whole: nobody may take it for all.
        usable = index.exists() and (index.position().number > 0 or not self._room.journal.names())
        pulled = arrivals.waiting(self.folder)
        if usable and not pulled and index.position().number >= len(self._room.journal.names()):
            return
        try:
            with self._locked(0.0 if usable else max(self._wait, 10.0)):
                if not index.exists():
                    index.make()
                self._apply_missing()
        except (StoreBusy, PermissionError) as error:
            if not usable:
                raise StoreDamaged(
                    f"the index of {self.folder} is missing or damaged and cannot be made now "
                    f"({error}); run: holdfast seq reindex"
                ) from error

    def _apply_missing(self, listener: Listener = ignore) -> int:
        """Apply the journal entries that the index lacks; how many."""
        index, journal = self._room.index, self._room.journal
        if not index.exists():
            index.make()
        arrivals.settle(self.folder)
        names = journal.names()
        before = index.position()
        if before.number > len(names) or (
            before.number and names[before.number - 1].sha256 != before.hash
        ):
            raise StoreDamaged(
                f"the index of {self.folder} is of another journal; run: holdfast seq reindex"
            )
        try:
            self._apply(names[before.number :], before.hash or self.id, APPLIED_TOGETHER)
            index.conclude()
        except Exception:  # noqa: BLE001 - it comes again where it came from, one entry at a time
            index.abandon()  # so those before one that is not sound are taken in
            reached = index.position()
            self._apply_singly(names[reached.number :], reached.hash or self.id)
        except BaseException:
            index.abandon()
            raise
        if len(names) > before.number:
            lists.mend_entries(journal.folder)  # whoever wrote the entries had no time for it
        return len(names) - before.number

    def _apply_singly(self, names: Sequence[EntryName], previous: str) -> None:
        try:
            self._apply(names, previous, 1)
            self._room.index.conclude()
        except BaseException:
            self._room.index.abandon()
            raise

    def _apply(self, names: Sequence[EntryName], previous: str, together: int) -> None:
        """Let the index take in entries, so many `together`, while all their packs are there.

        A later entry may have moved what was in a pack that is gone. So from the first entry that
        lacks one on, they are seen together.
        """
        index, whole = self._room.index, True
        for name in names:
            entry = self._room.journal.read(name)
            if entry.previous != previous:
                raise StoreDamaged(
                    f"the journal entry {name.number} does not follow the one before it; "
                    "restore the journal from a copy"
                )
            index.prepare(entry)
            packs = (pack_path(self._room.packs.folder, pack.sha256) for pack in entry.packs)
            whole = whole and all(path.exists() for path in packs)
            # The first one at once: an index of nothing is of no use to who opens the store.
            enough = name.number == 1 or name.number % together == 0
            enough = enough or len(entry.sequences) >= APPLIED_ALONE
            (index.settle if whole and enough else index.stack)(entry, name)
            previous = name.sha256

    def _clear_leftovers(self) -> None:
        clear_leftovers(self._room.packs.folder)
        self._room.journal.clear_leftovers()
        self._snapshots.clear_leftovers()
        self._room.index.clear_leftovers()

    @contextmanager
    def _locked(self, wait: float) -> Iterator[None]:
        holding = exclusive(self.folder / "lock", wait)
        try:
            holding.__enter__()
        except Held as held:
            raise StoreBusy(
                f"{held.holder or 'another process'} is writing to {self.folder}; "
                "try again when it has ended"
            ) from held
        try:
            yield
        except sqlite3.OperationalError as error:
            raise self._unwritable(str(error)) from error
        except OSError as error:
            if error.errno not in DISK_TROUBLE:
                raise
            raise self._unwritable(str(error.strerror)) from error
        finally:
            holding.__exit__(None, None, None)

    def _unwritable(self, problem: str) -> StoreError:
        return StoreError(
            f"{self.folder} cannot be written: {problem}; what was committed is as it was, see to "
            "the disk and give the command again"
        )


_PARTS = {"packs", "journal", "snapshots"}


def store_id_at(depot: Depot) -> str | None:
    """The id of the store in `depot`, whose format is ours; None when there is none."""
    return read_store_id(depot, FORMAT)


def description(store_id: str) -> bytes:
    """The text of ``store.toml``."""
    return (
        "# A Holdfast store of sequences; see docs/reference/store-format.md.\n"
        f"format = {FORMAT}\n"
        f'id = "{store_id}"\n'
        f'normalisation = "{NORMALISATION}"\n'
    ).encode()


def read_id(folder: Path) -> str:
    """The id of the store in `folder`, whose format is ours."""
    try:
        content = (folder / FILE).read_bytes()
    except (FileNotFoundError, NotADirectoryError) as error:
        raise StoreError(f"there is no store in {folder}; make one first") from error
    try:
        document = tomllib.loads(content.decode())
        store_id, version = str(document["id"]), document["format"]
    except (ValueError, KeyError) as error:
        raise StoreDamaged(
            f"{folder / FILE} is damaged ({error}); restore it from a copy"
        ) from error
    if version != FORMAT:
        raise StoreDamaged(f"{folder} has the format {version}; this Holdfast reads {FORMAT}")
    if content != description(store_id):
        raise StoreDamaged(f"{folder / FILE} is damaged; restore it from a copy")
    return store_id
