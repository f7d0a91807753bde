"""
The index: a SQLite database made from the journal, so that questions are answered at once.

It is a function of the journal's first entries, up to the position it says; nothing is kept here
alone. One writer applies entries, each in one transaction; readers see the index before it or after
it. Every thread and every forked process gets a connection of its own.

A sequence is one row of fixed width (:data:`ROW`). Any of its digests finds it by its first bytes
(see `lookup`); the row so found is compared in full, so that digests which begin alike do no harm.
A row ends with a *seal*, which no row with a flipped bit has: SQLite itself
would not notice, and other residues would be read. New rows come as one run of bytes that SQLite
cuts, in one statement: it takes no Python per row and, in its own thread, no turn from other
threads.
"""

import json
import os
import sqlite3
from collections.abc import Callable, Iterable, Iterator, Sequence
from dataclasses import asdict, dataclass, replace
from itertools import chain
from operator import mul
from pathlib import Path
from struct import Struct
from typing import Any, TypeVar, cast

import numpy as np
import numpy.typing as npt

from holdfast.base.digests import SHA512T_BYTES, Digest
from holdfast.errors import StoreDamaged, StoreError
from holdfast.sequences.storage import lookup
from holdfast.sequences.storage.connections import Connections
from holdfast.sequences.storage.journal import (
    Aliases,
    Entry,
    EntryName,
    Moved,
    NamedCollection,
    SequenceColumns,
)

VERSION = 6
NOW = 1 << 62  #: a position after every entry
T = TypeVar("T")
Answer = TypeVar("Answer")

SCHEMA = (
    """
CREATE TABLE entries (number INTEGER PRIMARY KEY, hash TEXT, time TEXT, note TEXT, who TEXT,
                      sequences INTEGER, residues INTEGER, aliases INTEGER, added INTEGER,
                      retired INTEGER, dropped INTEGER);
CREATE TABLE packs (id INTEGER PRIMARY KEY, sha256 TEXT UNIQUE, size INTEGER); -- 0: not needed
CREATE TABLE dictionaries (id INTEGER PRIMARY KEY, pack INTEGER, "offset" INTEGER, size INTEGER);
CREATE TABLE sequences (id INTEGER PRIMARY KEY, row BLOB);
CREATE TABLE namespaces (id INTEGER PRIMARY KEY, name TEXT UNIQUE);
CREATE TABLE aliases (alias TEXT, namespace INTEGER, added INTEGER, retired INTEGER,
                      sequence INTEGER, PRIMARY KEY (alias, namespace, added)) WITHOUT ROWID;
CREATE INDEX aliases_of ON aliases (sequence, retired);
CREATE TABLE contents (entry INTEGER, place INTEGER, digest TEXT, sequences INTEGER,
                       residues INTEGER, layout TEXT, pack INTEGER, "offset" INTEGER, size INTEGER,
                       PRIMARY KEY (entry, place)) WITHOUT ROWID;
CREATE INDEX contents_of ON contents (digest);
CREATE TABLE collections (name TEXT, added INTEGER, retired INTEGER, digest TEXT, content INTEGER,
                          place INTEGER, origin TEXT, PRIMARY KEY (name, added)) WITHOUT ROWID;
CREATE TABLE undone (entry INTEGER PRIMARY KEY, by INTEGER);
"""
    + lookup.SCHEMA
)
TABLES = (
    "entries", "packs", "dictionaries", "sequences", "namespaces", "aliases", "contents",
    "collections", "undone",
)  # fmt: skip


#: A sequence's row; all numbers are little-endian.
ROW = np.dtype(
    [
        ("digest", "V24"), ("md5", "V16"), ("sha1", "V20"), ("letters", "<u4"), ("pack", "<u4"),
        ("encoding", "<u4"), ("length", "<u8"), ("offset", "<u8"), ("size", "<u8"),
        ("dictionary", "<u8"), ("seal", "<u8"),
    ]
)  # fmt: skip
_ROW = Struct("<24s16s20sIIIQQQQQ")
_ROW_WORDS = Struct("<14Q")
#: What each word of a row is multiplied by: odd, so that the sum of all changes with any bit.
_WEIGHTS = np.arange(1, 27, 2, dtype=np.uint64) * np.uint64(0x9E3779B97F4A7C15)
_WEIGHT_LIST = _WEIGHTS.tolist()
DROPPED = 0  #: the pack of sequences whose residues are gone; packs are numbered from 1

#: How the file of an index begins: SQLite's name, pages of 4096 bytes, written by way of a log.
_BEGINNING = b"SQLite format 3\0\x10\0\x02\x02\0\x40\x20\x20"
#: Errors that are no damage: the disk is full or broken, or the system will not let us.
_TROUBLE = frozenset(
    {
        sqlite3.SQLITE_BUSY, sqlite3.SQLITE_CANTOPEN, sqlite3.SQLITE_FULL, sqlite3.SQLITE_IOERR,
        sqlite3.SQLITE_LOCKED, sqlite3.SQLITE_NOMEM, sqlite3.SQLITE_PERM, sqlite3.SQLITE_PROTOCOL,
        sqlite3.SQLITE_READONLY,
    }
)  # fmt: skip
REWRITTEN_TOGETHER = 1 << 15  # rows that get other places in one go

#: The columns of a :class:`Position`.
_POSITION = "number, hash, sequences, residues, aliases, dropped"

#: The whole numbers below `:count`, as rows.
_COUNT = """
WITH RECURSIVE counted(i) AS (SELECT 0 WHERE :count > 0
                              UNION ALL SELECT i + 1 FROM counted WHERE i + 1 < :count)
"""


@dataclass(frozen=True, slots=True)
class Position:
    """How far the journal is applied: the last entry and the totals up to it.

    `aliases` are those of then; `dropped` are the sequences whose residues had gone by then.
    """

    number: int
    hash: str
    sequences: int
    residues: int
    aliases: int = 0
    dropped: int = 0


@dataclass(frozen=True, slots=True)
class Row:
    """A sequence as the index knows it.

    When its residues are gone, `pack` is empty and `offset` is the entry that dropped them.
    """

    id: int
    first: int  #: the number it had first: another one if it was dropped and loaded again
    digest: bytes
    md5: bytes
    sha1: bytes
    length: int
    letters: int
    pack: str
    offset: int
    size: int
    encoding: int
    dictionary: int


class Index:
    """The index file of a store."""

    def __init__(self, path: Path) -> None:
        self.path = path
        self._connections = Connections(lambda: _connect(path))
        self._taken = 0  # rows of the coming entry that `take` has taken in already

    def exists(self) -> bool:
        """Whether there is an index of this version that is whole.

        Raises
        ------
        StoreError
            There is one, but the disk or the system will not let it be read.
        """
        try:
            with self.path.open("rb") as file:
                if file.read(len(_BEGINNING)) != _BEGINNING:
                    return False
            version = self.ask("PRAGMA user_version")[0][0]
            self.position()
        except (FileNotFoundError, StoreDamaged):
            return False
        return bool(version == VERSION)

    def make(self) -> None:
        """Make an empty index in place of whatever is there."""
        self.close()
        for suffix in ("", "-wal", "-shm"):
            self.path.with_name(self.path.name + suffix).unlink(missing_ok=True)
        connection = sqlite3.connect(self.path, isolation_level=None)
        connection.execute("PRAGMA journal_mode = WAL")
        connection.executescript(f"BEGIN; {SCHEMA} PRAGMA user_version = {VERSION}; COMMIT;")
        connection.close()

    def close(self) -> None:
        """Close every connection."""
        self._connections.close()

    def ask(self, sql: str, values: Sequence[Any] | dict[str, Any] = ()) -> list[tuple[Any, ...]]:
        """The rows that answer a question.

        Raises
        ------
        StoreDamaged
            The index is none.
        StoreError
            The disk or the system will not let it be read.
        """
        return self._asked(lambda connection, _: connection.execute(sql, values).fetchall(), None)

    def _asked(self, question: Callable[[sqlite3.Connection, T], Answer], about: T) -> Answer:
        """What `question` answers, which asks this thread's connection."""
        try:
            return question(self._connection(), about)
        except sqlite3.DatabaseError as error:
            raise self._unreadable(error) from error

    def each(self, sql: str, values: dict[str, Any]) -> Iterator[tuple[Any, ...]]:
        """The rows that answer a question, as they are read; raises as `ask` does."""
        try:
            yield from self._connection().execute(sql, values)
        except sqlite3.DatabaseError as error:
            raise self._unreadable(error) from error

    def _unreadable(self, error: sqlite3.DatabaseError) -> StoreError:
        """What `error` means: the disk's trouble must not be taken for damage, which is mended."""
        if getattr(error, "sqlite_errorcode", 0) & 0xFF in _TROUBLE:
            return StoreError(f"{self.path} cannot be read now: {error}; see to the disk")
        return StoreDamaged(f"{self.path} cannot be read ({error}); run: holdfast seq reindex")

    def position(self) -> Position:
        """How far the journal is applied."""
        rows = self.ask(f"SELECT {_POSITION} FROM entries ORDER BY number DESC LIMIT 1")
        return Position(*rows[0]) if rows else Position(0, "", 0, 0)

    def position_at(self, number: int) -> Position:
        """The totals at the entry `number`."""
        rows = self.ask(f"SELECT {_POSITION} FROM entries WHERE number = ?", (number,))
        return Position(*rows[0]) if rows else Position(0, "", 0, 0)

    # Sequences

    def find(self, kind: str, digest: bytes) -> Row | None:
        """The sequence whose digest of a `kind` (digest, md5 or sha1) is `digest`."""
        dropped = None
        for number in self._asked(lookup.numbers_of_one, digest):
            found = self._row(number)
            if getattr(found, kind) == digest:
                if found.pack:
                    return found if dropped is None else replace(found, first=dropped.id)
                dropped = dropped or found
        return dropped

    def known(self, digests: Sequence[bytes]) -> dict[bytes, int]:
        """The numbers of those sequences of `digests` (24 bytes each) that are in the store."""
        if not digests or not self.position().sequences:
            return {}
        numbers = self._asked(lookup.numbers_of, digests)
        rows = self.rows(numbers)
        there = rows["pack"] != DROPPED
        found = rows["digest"][there].tobytes()
        each = enumerate(np.array(numbers, np.int64)[there].tolist())
        return {found[24 * nth : 24 * nth + 24]: number for nth, number in each}

    def digests_of(self, numbers: Sequence[int]) -> bytes:
        """The digests of sequences, joined: 24 bytes each."""
        return self.rows(numbers)["digest"].tobytes()

    def digest_of(self, number: int) -> Digest:
        """The digest of the sequence `number`."""
        rows = self.ask("SELECT row FROM sequences WHERE id = ?", (number,))
        if not rows or not _sealed(rows[0][0]):
            raise self._damaged()
        return Digest(rows[0][0][:SHA512T_BYTES])

    def lengths_of(self, numbers: Sequence[int]) -> list[int]:
        """The lengths of sequences, in residues."""
        lengths: list[int] = self.rows(numbers)["length"].tolist()
        return lengths

    def rows(self, numbers: Sequence[int]) -> npt.NDArray[np.void]:
        """The rows of sequences, in the order asked for: an array of :data:`ROW`.

        Raises
        ------
        StoreDamaged
            There is no such sequence, or a row's seal is not its own.
        """
        found = self.ask(
            "SELECT s.row FROM json_each(?) j CROSS JOIN sequences s ON s.id = j.value",
            (json.dumps(numbers),),
        )
        rows = np.frombuffer(b"".join([row for (row,) in found]), ROW)
        if len(rows) != len(numbers) or (_seals(rows) != rows["seal"]).any():
            raise self._damaged()
        return rows

    def _row(self, number: int) -> Row:
        rows = self.ask("SELECT row FROM sequences WHERE id = ?", (number,))
        if not rows or len(rows[0][0]) != ROW.itemsize or not _sealed(rows[0][0]):
            raise self._damaged()
        (
            digest, md5, sha1, letters, pack, encoding, length, offset, size, dictionary, _
        ) = _ROW.unpack(rows[0][0])  # fmt: skip
        sha256 = ""
        if pack != DROPPED:
            sha256 = self.ask("SELECT sha256 FROM packs WHERE id = ?", (pack,))[0][0]
        return Row(
            number, number, digest, md5, sha1, length, letters, sha256, offset, size, encoding,
            dictionary,
        )  # fmt: skip

    def _damaged(self) -> StoreDamaged:
        return StoreDamaged(f"{self.path} is damaged; run: holdfast seq reindex")

    def dictionary(self, number: int) -> tuple[str, int, int]:
        """Where the dictionary `number` is: pack, offset, size."""
        rows = self.ask(
            'SELECT p.sha256, d."offset", d.size FROM dictionaries d'
            " JOIN packs p ON p.id = d.pack WHERE d.id = ?",
            (number,),
        )
        if not rows:
            raise StoreDamaged(f"there is no dictionary {number}; run: holdfast seq check")
        return rows[0]

    def newest_dictionary(self) -> int:
        """The number of the last dictionary, 0 when there is none."""
        return int(self.ask("SELECT ifnull(max(id), 0) FROM dictionaries")[0][0])

    # Aliases

    def alias_owners(self, namespace: str, texts: Sequence[str]) -> dict[str, int]:
        """The sequences that have these aliases now."""
        rows = self.ask("SELECT id FROM namespaces WHERE name = ?", (namespace,))
        if not rows:
            return {}
        found = self.ask(
            "SELECT a.alias, a.sequence FROM json_each(?) j JOIN aliases a ON a.alias = j.value"
            " WHERE a.namespace = ? AND a.retired IS NULL",
            (json.dumps(texts), rows[0][0]),
        )
        return dict(found)

    def named(self, text: str, namespace: str | None, at: int) -> list[tuple[str, int]]:
        """Namespace and sequence of each alias `text` as of position `at`."""
        within = " AND s.name = :namespace" if namespace is not None else ""
        return self.ask(
            "SELECT s.name, a.sequence FROM aliases a JOIN namespaces s ON s.id = a.namespace"
            " WHERE a.alias = :text AND a.added <= :at AND (a.retired IS NULL OR a.retired > :at)"
            + within + " ORDER BY s.name",
            {"text": text, "at": at, "namespace": namespace},
        )  # fmt: skip

    def aliases_of(self, sequence: int, at: int) -> list[tuple[str, str, int, int | None]]:
        """Namespace, text, added, retired of each alias a sequence ever had up to `at`."""
        return self.ask(
            "SELECT s.name, a.alias, a.added, CASE WHEN a.retired <= :at THEN a.retired END"
            " FROM aliases a JOIN namespaces s ON s.id = a.namespace"
            " WHERE a.sequence = :sequence AND a.added <= :at ORDER BY s.name, a.alias, a.added",
            {"sequence": sequence, "at": at},
        )

    def aliases_of_all(self, sequences: Sequence[int], at: int) -> list[tuple[int, str, str]]:
        """Sequence, namespace, text of each alias that `sequences` have as of `at`."""
        return self.ask(
            "SELECT a.sequence, s.name, a.alias FROM json_each(:sequences) j"
            " CROSS JOIN aliases a ON a.sequence = j.value"
            " JOIN namespaces s ON s.id = a.namespace"
            " WHERE a.added <= :at AND (a.retired IS NULL OR a.retired > :at)"
            " ORDER BY j.key, s.name, a.alias",
            {"sequences": json.dumps(sequences), "at": at},
        )

    def alias_history(self, sequence: int, at: int) -> list[tuple[str, str, int, int, int | None]]:
        """Namespace, text, sequence, added, retired of each alias `sequence` ever had up to `at`,
        also while the alias belonged to another sequence."""
        return self.ask(
            "SELECT s.name, a.alias, a.sequence, a.added,"
            " CASE WHEN a.retired <= :at THEN a.retired END"
            " FROM (SELECT DISTINCT namespace, alias FROM aliases"
            "       WHERE sequence = :sequence AND added <= :at) own"
            " JOIN aliases a ON a.alias = own.alias AND a.namespace = own.namespace"
            " JOIN namespaces s ON s.id = a.namespace"
            " WHERE a.added <= :at ORDER BY s.name, a.alias, a.added",
            {"sequence": sequence, "at": at},
        )

    def counts(self, at: int) -> tuple[int, int]:
        """The numbers of aliases and of collections as of `at`."""
        there = self.position() if at == NOW else self.position_at(at)
        (collections,) = self.ask(
            "SELECT count(*) FROM collections"
            " WHERE added <= :at AND (retired IS NULL OR retired > :at)",
            {"at": at},
        )[0]
        return there.aliases, int(collections)

    # Applying the journal

    def apply(self, entry: Entry, name: EntryName) -> None:
        """Take in the next entry, in one transaction."""
        self.prepare(entry)
        self.settle(entry, name)

    def take(self, rows: SequenceColumns, first: int) -> None:
        """Take in the first rows of the next entry, numbered from `first`, before it is complete.

        Their records must be in the entry's one pack. `prepare` takes in the rest, in the same
        thread; `abandon` forgets these rows too. So the index grows beside a load, not after it.
        """
        connection = self._begun()
        _apply_sequences(connection, rows, [_next_pack(connection)], first)
        self._taken += len(rows)

    def prepare(self, entry: Entry) -> None:
        """Take in what the next entry says, in a transaction that nobody sees yet.

        `settle` or `abandon` must follow, in the same thread. So the writer can prepare the index
        while the entry is on its way to the disk, and settle it when the entry is there.
        """
        before = self.position()
        connection = self._begun()
        try:
            if self._taken and _next_pack(connection) != _pack_of(connection, entry):
                self.abandon()  # the pack was known already, under another number
                connection = self._begun()
            _apply(connection, entry, before, self._taken)
        except BaseException:
            self.abandon()
            raise

    def settle(self, entry: Entry, name: EntryName) -> None:
        """Let everybody see the entry that was prepared; its file has the name `name`."""
        self.stack(entry, name)
        self.conclude()

    def conclude(self) -> None:
        """Let everybody see the entries that were stacked."""
        connection = self._connection()
        if connection.in_transaction:
            connection.execute("COMMIT")

    def stack(self, entry: Entry, name: EntryName) -> None:
        """Note that the entry is prepared, and go on in the same transaction with the next one.

        So several entries are seen at once; the last one is settled, or all are abandoned.
        """
        before = self.position()
        connection = self._connection()
        added, retired = entry.aliases_changed()
        connection.execute(
            "INSERT INTO entries VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?)",
            (
                entry.number, name.sha256, entry.time, entry.note, entry.who,
                before.sequences + len(entry.sequences),
                before.residues + sum(entry.sequences.lengths),
                before.aliases + added - retired, added, retired,
                before.dropped + len(entry.dropped),
            ),
        )  # fmt: skip
        self._taken = 0

    def abandon(self) -> None:
        """Forget what was taken in and prepared in this thread."""
        self._taken = 0
        connection = self._connection()
        if connection.in_transaction:
            connection.execute("ROLLBACK")

    def _begun(self) -> sqlite3.Connection:
        """The connection of this thread, in a transaction."""
        connection = self._connection()
        if not connection.in_transaction:
            connection.execute("BEGIN IMMEDIATE")
        return connection

    def _connection(self) -> sqlite3.Connection:
        connection = cast("_Connection", self._connections.get())
        if connection.stamp == connection.mark(self.path) or connection.in_transaction:
            return connection
        return self._renewed(connection)

    def _renewed(self, connection: "_Connection") -> "_Connection":
        """A connection to what the index is now; the old one, while a new index is being made."""
        try:
            fresh = _connect(self.path)
        except sqlite3.DatabaseError:
            return connection
        try:
            behind = _reached(fresh) < _reached(connection)
        except sqlite3.DatabaseError:
            behind = True
        if behind:
            fresh.close()
            return connection
        self._connections.use(fresh)
        return fresh


class _Connection(sqlite3.Connection):
    """A connection that knows which file it is of: another may have been put in its place."""

    stamp: tuple[int, ...] = ()

    @staticmethod
    def mark(path: Path) -> tuple[int, ...]:
        """What `stamp` is while the connection serves."""
        try:
            return (os.stat(path).st_ino,)  # noqa: PTH116 - asked with each question; this is quick
        except OSError:
            return ()


class _Frozen(_Connection):
    """A connection that takes the index for what nobody can change.

    It is for media that cannot be written, and for who may not write: SQLite's files beside the
    index, by which readers and the writer know of one another, are there only while somebody who
    may write has the index open. The stamp tells when that has happened.
    """

    @staticmethod
    def mark(path: Path) -> tuple[int, ...]:
        """Changes with the index, and when somebody opens it who may write."""
        try:
            state = path.stat()
        except OSError:
            return ()
        return state.st_ino, state.st_size, state.st_mtime_ns, _log(path).exists()


def _reached(connection: sqlite3.Connection) -> int:
    """The last entry that an index has taken in."""
    found = connection.execute("SELECT ifnull(max(number), 0) FROM entries").fetchone()
    return int(found[0])


def _log(path: Path) -> Path:
    """Where SQLite writes first what will be in the index."""
    return path.with_name(path.name + "-wal")


def _connect(path: Path) -> _Connection:
    """A connection; where nothing may be written, one that writes nothing beside the file."""
    try:
        return _connect_as(path, "rw" if os.access(path.parent, os.W_OK) else "ro", _Connection)
    except sqlite3.OperationalError:
        # There is no right, or on a full disk no room, for SQLite's files beside the index. Without
        # them it can be read while there is nothing in its log.
        log = _log(path)
        if log.exists() and log.stat().st_size:
            raise
        return _connect_as(path, "ro&immutable=1", _Frozen)


def _connect_as(path: Path, mode: str, kind: type[_Connection]) -> _Connection:
    stamp = kind.mark(path)
    connection = sqlite3.connect(
        f"{path.absolute().as_uri()}?mode={mode}", uri=True, isolation_level=None,
        check_same_thread=False, timeout=60, factory=kind,
    )  # fmt: skip
    connection.stamp = stamp
    try:
        connection.execute("PRAGMA schema_version").fetchone()  # opens the files now
        # After a power cut the index may miss its last entries; opening applies them again.
        connection.execute("PRAGMA synchronous = NORMAL")
        connection.execute("PRAGMA cache_size = -65536")
    except sqlite3.DatabaseError:
        connection.close()
        raise
    return connection


def _joined_rows(columns: SequenceColumns, packs: list[int]) -> bytes:
    """The rows of sequences, joined; `packs` are the index's numbers of the entry's packs."""
    rows = np.zeros(len(columns), ROW)
    for kind, joined in (
        ("digest", columns.digests),
        ("md5", columns.md5),
        ("sha1", columns.sha1),
    ):
        rows[kind] = np.frombuffer(joined, ROW[kind])
    rows["length"], rows["letters"] = columns.lengths, columns.letters
    rows["pack"] = np.array(packs, np.uint32)[columns.packs]
    rows["offset"], rows["size"] = columns.offsets, columns.sizes
    rows["encoding"], rows["dictionary"] = columns.encodings, columns.dictionaries
    rows["seal"] = _seals(rows)
    return rows.tobytes()


def _seals(rows: npt.NDArray[np.void]) -> npt.NDArray[np.uint64]:
    """The seals that rows should have."""
    words = rows.view("<u8").reshape(-1, len(_WEIGHTS) + 1)[:, :-1]
    seals: npt.NDArray[np.uint64] = words @ _WEIGHTS
    return seals


def _sealed(row: bytes) -> bool:
    """Whether a row has its seal."""
    *words, seal = _ROW_WORDS.unpack(row)
    return bool(sum(map(mul, words, _WEIGHT_LIST)) & 0xFFFFFFFFFFFFFFFF == seal)


def _apply(connection: sqlite3.Connection, entry: Entry, before: Position, taken: int) -> None:
    """Take in an entry, but for the first `taken` of its sequences, which are there already."""
    packs = _apply_packs(connection, entry)
    connection.executemany(
        'INSERT INTO dictionaries (pack, "offset", size) VALUES (?, ?, ?)',
        [(packs[each.pack], each.offset, each.size) for each in entry.dictionaries],
    )
    rest = entry.sequences.part(taken, len(entry.sequences)) if taken else entry.sequences
    if len(rest):
        _apply_sequences(connection, rest, packs, before.sequences + taken)
    for aliases in entry.retired:
        _retire(connection, aliases.namespace, aliases.texts, entry.number)
    for aliases in entry.added:
        _apply_aliases(connection, aliases, entry.number)
    for name in entry.retired_collections:
        _retire_collection(connection, name, entry.number)
    for place, named in enumerate(entry.collections):
        _apply_collection(connection, entry.number, place, named, packs)
    undone = [(each, entry.number) for each in entry.undoes]
    connection.executemany("INSERT OR REPLACE INTO undone VALUES (?, ?)", undone)
    _apply_moved(connection, entry.moved, packs)
    _apply_dropped(connection, entry)


def _next_pack(connection: sqlite3.Connection) -> int:
    """The number that the index will give to the next new pack."""
    return int(connection.execute("SELECT ifnull(max(id), 0) + 1 FROM packs").fetchone()[0])


def _pack_of(connection: sqlite3.Connection, entry: Entry) -> int:
    """The number of an entry's one pack: the next one, or the one it has already."""
    (pack,) = entry.packs
    found = connection.execute("SELECT id FROM packs WHERE sha256 = ?", (pack.sha256,)).fetchone()
    return int(found[0]) if found else _next_pack(connection)


def _apply_aliases(connection: sqlite3.Connection, aliases: Aliases, number: int) -> None:
    """Add aliases, in the table's order, in one statement.

    The texts go as JSON and the numbers as a run of digits: to make and to cut these takes a
    fraction of what an object of all pairs would.
    """
    texts, width = aliases.texts, len(str(max(aliases.sequences, default=0)))
    order = sorted(range(len(texts)), key=texts.__getitem__)
    powers = 10 ** np.arange(width - 1, -1, -1, dtype=np.int64)
    sequences = np.array(aliases.sequences, np.int64)[order]
    digits = (sequences[:, np.newaxis] // powers % 10 + 48).astype(np.uint8).tobytes()
    connection.execute(
        "INSERT INTO aliases SELECT value, :namespace, :number, NULL,"
        f" CAST(CAST(substr(:digits, key * {width} + 1, {width}) AS TEXT) AS INTEGER)"
        " FROM json_each(:texts)",
        {
            "namespace": _namespace(connection, aliases.namespace),
            "number": number,
            "digits": digits,
            "texts": json.dumps([texts[place] for place in order], ensure_ascii=False),
        },
    )


def _apply_packs(connection: sqlite3.Connection, entry: Entry) -> list[int]:
    """Take in the entry's packs; their numbers in the index."""
    connection.executemany(
        "INSERT INTO packs (sha256, size) VALUES (?, ?)"
        " ON CONFLICT (sha256) DO UPDATE SET size = excluded.size",
        [(pack.sha256, pack.size) for pack in entry.packs],
    )
    return [
        connection.execute("SELECT id FROM packs WHERE sha256 = ?", (pack.sha256,)).fetchone()[0]
        for pack in entry.packs
    ]


def _apply_sequences(
    connection: sqlite3.Connection, columns: SequenceColumns, packs: list[int], first: int
) -> None:
    rows = {"joined": _joined_rows(columns, packs), "count": len(columns), "first": first}
    width = ROW.itemsize
    connection.execute(
        f"INSERT INTO sequences {_COUNT}"
        f" SELECT :first + i, substr(:joined, i * {width} + 1, {width}) FROM counted",
        rows,
    )
    digests = ((columns.digests, SHA512T_BYTES), (columns.md5, 16), (columns.sha1, 20))
    lookup.add(connection, lookup.keys_of(digests, first))


def _apply_collection(
    connection: sqlite3.Connection,
    number: int,
    place: int,
    named: NamedCollection,
    packs: list[int],
) -> None:
    _retire_collection(connection, named.name, number)
    if not named.content:
        layout = named.layout
        kept = (layout.sha256, packs[layout.pack], layout.offset, layout.size) if layout else None
        connection.execute(
            "INSERT INTO contents VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?)",
            (
                number, place, named.digest, len(named.sequences), named.residues,
                *(kept or (None, None, None, None)),
            ),
        )  # fmt: skip
    content = named.content or number
    if named.content:
        place = named.place if named.place >= 0 else _place_of(connection, named)
    connection.execute(
        "INSERT OR REPLACE INTO collections VALUES (?, ?, NULL, ?, ?, ?, ?)",
        (named.name, number, named.digest, content, place, json.dumps(asdict(named.origin))),
    )


def _place_of(connection: sqlite3.Connection, named: NamedCollection) -> int:
    """The place of the content that an entry refers to by its digest alone."""
    found = connection.execute(
        "SELECT place FROM contents WHERE entry = ? AND digest = ? ORDER BY place DESC LIMIT 1",
        (named.content, named.digest),
    ).fetchone()
    if found is None:
        raise StoreDamaged(
            f"the collection {named.name!r} refers to the entry {named.content}, which has it not; "
            "restore the journal from a copy"
        )
    return int(found[0])


def _retire_collection(connection: sqlite3.Connection, name: str, number: int) -> None:
    connection.execute(
        "UPDATE collections SET retired = ? WHERE name = ? AND retired IS NULL", (number, name)
    )


def _apply_moved(connection: sqlite3.Connection, moved: Moved, packs: list[int]) -> None:
    """Say where sequences, dictionaries and layouts are now."""
    numbered = np.array([0, *packs], np.int64)[np.array(moved.packs, np.int64) + 1]
    _rewrite(connection, moved.sequences, numbered.tolist(), moved.offsets, moved.sizes)
    connection.executemany(
        'UPDATE dictionaries SET pack = ?, "offset" = ?, size = ? WHERE id = ?',
        [(packs[at.pack], at.offset, at.size, number) for number, at in moved.dictionaries],
    )
    connection.executemany(
        'UPDATE contents SET pack = ?, "offset" = ?, size = ? WHERE entry = ? AND place = ?',
        [(packs[at.pack], at.offset, at.size, entry, nth) for entry, nth, at in moved.layouts],
    )


def _apply_dropped(connection: sqlite3.Connection, entry: Entry) -> None:
    """Mark the sequences whose residues are gone, and forget the packs and what went with them."""
    count = len(entry.dropped)
    _rewrite(connection, entry.dropped, [DROPPED] * count, [entry.number] * count, [0] * count)
    packs = [(each,) for each in entry.dropped_packs]
    connection.executemany(
        'UPDATE contents SET layout = NULL, pack = NULL, "offset" = NULL, size = NULL'
        " WHERE pack = (SELECT id FROM packs WHERE sha256 = ?)",
        packs,
    )
    # Its number stays its own: a reader that is a moment late must not take another pack for it.
    connection.executemany("UPDATE packs SET size = 0 WHERE sha256 = ?", packs)


def _rewrite(
    connection: sqlite3.Connection,
    numbers: list[int],
    packs: list[int],
    offsets: list[int],
    sizes: list[int],
) -> None:
    """Give the rows of sequences other places."""
    for start in range(0, len(numbers), REWRITTEN_TOGETHER):
        part = slice(start, start + REWRITTEN_TOGETHER)
        asked = json.dumps(numbers[part])
        found = connection.execute(
            "SELECT s.row FROM json_each(?) j CROSS JOIN sequences s ON s.id = j.value", (asked,)
        ).fetchall()
        rows = np.frombuffer(b"".join(row for (row,) in found), ROW).copy()
        rows["pack"], rows["offset"], rows["size"] = packs[part], offsets[part], sizes[part]
        rows["seal"] = _seals(rows)
        connection.executemany(
            "UPDATE sequences SET row = ? WHERE id = ?",
            [(row.tobytes(), number) for row, number in zip(rows, numbers[part], strict=True)],
        )


def _retire(
    connection: sqlite3.Connection, namespace: str, texts: Iterable[str], number: int
) -> None:
    which = _namespace(connection, namespace)
    connection.executemany(
        f"UPDATE aliases SET retired = {number:d}"
        f" WHERE alias = ? AND namespace = {which:d} AND retired IS NULL",
        [(text,) for text in texts],
    )


def _namespace(connection: sqlite3.Connection, name: str) -> int:
    connection.execute("INSERT OR IGNORE INTO namespaces (name) VALUES (?)", (name,))
    return int(
        connection.execute("SELECT id FROM namespaces WHERE name = ?", (name,)).fetchone()[0]
    )


class Comparison:
    """
    The index `found` held against `made`, which is to be made afresh from the journal.

    The index is seen as it is when the block begins, whatever a writer commits meanwhile: up to the
    entry `reached`, which `made` must be brought to before the differences are asked for.
    """

    def __init__(self, found: Path, made: Path) -> None:
        try:
            self._connection = _connect(found)
        except sqlite3.DatabaseError as error:
            raise StoreDamaged(f"the index cannot be read ({error})") from error
        try:
            self._connection.execute("ATTACH ? AS made", (str(made),))
            self._connection.execute("BEGIN")
            ask = "SELECT coalesce(max(number), 0) FROM main.entries"
            self.reached: int = self._connection.execute(ask).fetchone()[0]
        except sqlite3.DatabaseError as error:
            self._connection.close()
            raise StoreDamaged(f"the index cannot be read ({error})") from error

    def __enter__(self) -> "Comparison":
        return self

    def __exit__(self, *_: object) -> None:
        self._connection.close()

    def differences(self) -> list[str]:
        """A sentence for each table in which the two differ."""
        try:
            found = chain.from_iterable(_differs(self._connection, table) for table in TABLES)
            return [*found, *_keys_differ(self._connection)]
        except sqlite3.DatabaseError as error:
            return [f"the index cannot be read ({error})"]


def _differs(connection: sqlite3.Connection, table: str) -> list[str]:
    count = sum(
        connection.execute(
            f"SELECT count(*) FROM (SELECT * FROM {one}.{table} EXCEPT SELECT * FROM {two}.{table})"
        ).fetchone()[0]
        for one, two in (("main", "made"), ("made", "main"))
    )
    return [f"the index's table {table} differs from the journal in {count} rows"] if count else []


def _keys_differ(connection: sqlite3.Connection) -> list[str]:
    count = lookup.differences(connection, "main", "made")
    return [f"the index's keys differ from the journal in {count} digests"] if count else []
