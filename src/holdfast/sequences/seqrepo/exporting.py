"""
Exporting: a view of a store becomes an instance that SeqRepo opens, reads and writes.

::

    FOLDER/aliases.sqlite3
    FOLDER/sequences/db.sqlite3
    FOLDER/sequences/2026/1121/0512/1795237938.0000000.fa.bgz   (.fai, .gzi beside)

A new instance is made beside its place and renamed, so it is there whole or not at all. An instance
that was exported from this store before is brought up to date: new files come first, each under its
name in one step, then the rows of each database in one transaction, with the journal position that
they reach; so an export that was interrupted is finished by the next one. Files are named by the
commit and the number of their first sequence: the same export gives the same files again.
"""

import shutil
import sqlite3
from collections.abc import Iterator
from contextlib import closing, contextmanager
from dataclasses import dataclass, replace
from datetime import UTC, datetime
from pathlib import Path

from holdfast.base.files import TEMPORARY, fsync_directory, remove_leftovers
from holdfast.base.locks import Held, exclusive
from holdfast.base.progress import Listener, ignore
from holdfast.errors import StoreBusy, StoreError, UsageError
from holdfast.sequences.seqrepo.aliastables import AliasTable
from holdfast.sequences.seqrepo.databases import ALIASES, SEQUENCES, make_database
from holdfast.sequences.seqrepo.instance import is_instance
from holdfast.sequences.seqrepo.packing import Packing
from holdfast.sequences.seqrepo.storerows import StoreRows
from holdfast.sequences.storage.schema import NOW
from holdfast.sequences.store import SequenceStore
from holdfast.sequences.view import View

STORE_KEY, POSITION_KEY = "holdfast store", "holdfast position"
BUSY_WAIT = 5.0  #: seconds another writer of the databases is waited for


@dataclass(frozen=True, slots=True)
class ExportReport:
    """What an export added to an instance. `bytes_added` is of its new FASTA files."""

    folder: Path
    position: int  #: the journal position that the instance now shows
    files_added: int
    sequences_added: int
    residues_added: int
    bytes_added: int
    aliases_added: int  #: alias rows; those of digests are not counted
    aliases_retired: int


def export_instance(
    store: SequenceStore,
    folder: Path,
    view: View | None = None,
    listener: Listener = ignore,
    threads: int = 1,
) -> ExportReport:
    """Write what `view` of `store` shows as an instance in `folder`, or bring it up to date there.

    Raises
    ------
    UsageError
        There is something else in `folder`, or an instance of another store or of a later time.
    StoreBusy
        Another process is writing there.
    """
    pinned = _pinned(store, view or store)
    folder.parent.mkdir(parents=True, exist_ok=True)
    with _alone(folder):
        if is_instance(folder):
            return _bring_up_to_date(store.id, pinned, folder, listener, threads)
        if folder.exists() and (not folder.is_dir() or any(folder.iterdir())):
            raise UsageError(f"{folder} is not empty and holds no instance; choose another folder")
        with _made_beside(folder) as beside:
            _make_empty(beside, store.id, pinned)
            report = _bring_up_to_date(store.id, pinned, beside, listener, threads)
        return replace(report, folder=folder)


def _pinned(store: SequenceStore, view: View) -> View:
    """The view at its position as it is now, whatever is committed meanwhile."""
    return view if view._at != NOW else View(view.room, store.status().position)


def _bring_up_to_date(
    store_id: str, view: View, folder: Path, listener: Listener, threads: int
) -> ExportReport:
    position = view._at
    for leftover in {path.parent for path in folder.rglob(f"{TEMPORARY}*")}:
        remove_leftovers(leftover)
    with (
        _transaction(folder / SEQUENCES, store_id, position) as (sequences, files_reach),
        _transaction(folder / ALIASES, store_id, position) as (aliases, aliases_reach),
    ):
        packing = Packing(view, sequences, folder / "sequences", threads)
        packing.run(files_reach, listener)
        table = AliasTable(StoreRows(view), aliases)
        table.run(aliases_reach)
        # Sequences first: an instance that has an alias has its sequence, whatever is killed.
        for connection in (sequences, aliases):
            connection.execute(
                "INSERT OR REPLACE INTO meta VALUES (?, ?)", (POSITION_KEY, str(position))
            )
            connection.execute("COMMIT")
    return ExportReport(
        folder, position, packing.files, packing.sequences, packing.residues, packing.bytes,
        table.added, table.retired,
    )  # fmt: skip


@contextmanager
def _transaction(
    path: Path, store_id: str, position: int
) -> Iterator[tuple[sqlite3.Connection, int]]:
    """A database in a transaction that the block must commit, and the position it reached before.

    Raises UsageError when it is not of this store, or further than `position`.
    """
    with closing(_opened(path)) as connection:
        try:
            connection.execute("BEGIN IMMEDIATE")
            meta = dict(connection.execute("SELECT key, value FROM meta").fetchall())
            said = str(meta.get(POSITION_KEY, 0))
            # Where readers may be, the transaction stays in memory: a part of it on the disk would
            # keep them out until the end. A first export is large, and nobody sees it yet.
            connection.execute(f"PRAGMA cache_spill = {'ON' if said == '0' else 'OFF'}")
        except sqlite3.DatabaseError as error:
            raise _unwritable(path, error) from error
        if meta.get(STORE_KEY) != store_id or not (said.isascii() and said.isdigit()):
            raise UsageError(
                f"{path} was not exported from this store, so it cannot be brought up to date; "
                "choose another folder"
            )
        reached = int(said)
        if reached > position:
            raise UsageError(
                f"{path} shows the journal up to entry {reached}, which is later than {position}; "
                "choose another folder"
            )
        try:
            yield connection, reached
        except sqlite3.DatabaseError as error:
            raise _unwritable(path, error) from error


def _opened(path: Path) -> sqlite3.Connection:
    try:
        return sqlite3.connect(
            path.absolute().as_uri() + "?mode=rw",
            uri=True, isolation_level=None, timeout=BUSY_WAIT,
        )  # fmt: skip
    except sqlite3.DatabaseError as error:
        raise _unwritable(path, error) from error


def _unwritable(path: Path, error: sqlite3.DatabaseError) -> StoreError:
    return StoreError(
        f"{path} cannot be written ({error}); it is as it was. See to the disk, or wait until "
        "no other program writes to it"
    )


def _make_empty(folder: Path, store_id: str, view: View) -> None:
    """Make both databases, empty but for whose they are."""
    (folder / "sequences").mkdir()
    entries = StoreRows(view).entries
    time = entries.time(view._at) if view._at else datetime.now(UTC).strftime("%Y-%m-%d %H:%M:%S")
    for name in (SEQUENCES, ALIASES):
        make_database(folder / name, time)
        with closing(sqlite3.connect(folder / name)) as connection, connection:
            connection.execute("INSERT INTO meta VALUES (?, ?)", (STORE_KEY, store_id))


@contextmanager
def _alone(folder: Path) -> Iterator[None]:
    """Be the only export to `folder` within the block."""
    lock = folder.with_name(f"{TEMPORARY}{folder.name}.lock")
    try:
        with exclusive(lock):
            try:
                yield
            finally:
                lock.unlink(missing_ok=True)
    except Held as held:
        raise StoreBusy(
            f"{held.holder or 'another process'} is exporting to {folder}; "
            "try again when it has ended"
        ) from held


@contextmanager
def _made_beside(folder: Path) -> Iterator[Path]:
    """A folder that gets the name `folder` when the block ends well, and else is gone."""
    beside = folder.with_name(f"{TEMPORARY}{folder.name}")
    shutil.rmtree(beside, ignore_errors=True)  # what a killed export left
    beside.mkdir(mode=0o755)
    try:
        yield beside
        for path in (*beside.rglob("*"), beside):
            if path.is_dir():
                fsync_directory(path)
        beside.rename(folder)
    except BaseException:
        shutil.rmtree(beside, ignore_errors=True)
        raise
    fsync_directory(folder.parent)
