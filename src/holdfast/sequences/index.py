"""
The index: a SQLite database made from the journal, so that questions are answered at once.

It is a function of the journal's first entries, up to the position it says; nothing is kept here
alone. One writer applies entries, each in one transaction; readers see the index before it or after
it. Every thread and every forked process gets a connection of its own.

Any digest of a sequence finds it through the table `names`, whose key is the first eight bytes of
the digest; the row then found is compared in full, so keys that happen to be equal do no harm.
"""

import json
import os
import sqlite3
import threading
from collections.abc import Iterable, Iterator, Sequence
from contextlib import contextmanager
from dataclasses import asdict, dataclass
from itertools import chain
from pathlib import Path
from typing import Any

import numpy as np

from holdfast.base.digests import SHA512T_BYTES, Digest
from holdfast.errors import StoreDamaged
from holdfast.sequences.journal import Entry, EntryName, NamedCollection

VERSION = 1
NOW = 1 << 62  #: a position after every entry

SCHEMA = """
CREATE TABLE entries (number INTEGER PRIMARY KEY, hash TEXT, time TEXT, note TEXT, who TEXT,
                      sequences INTEGER, residues INTEGER);
CREATE TABLE packs (id INTEGER PRIMARY KEY, sha256 TEXT UNIQUE, size INTEGER);
CREATE TABLE dictionaries (id INTEGER PRIMARY KEY, pack INTEGER, "offset" INTEGER, size INTEGER);
CREATE TABLE sequences (id INTEGER PRIMARY KEY, digest BLOB, md5 BLOB, sha1 BLOB, length INTEGER,
                        letters INTEGER, pack INTEGER, "offset" INTEGER, size INTEGER,
                        encoding INTEGER, dictionary INTEGER);
CREATE TABLE names (key INTEGER, sequence INTEGER, PRIMARY KEY (key, sequence)) WITHOUT ROWID;
CREATE TABLE namespaces (id INTEGER PRIMARY KEY, name TEXT UNIQUE);
CREATE TABLE aliases (alias TEXT, namespace INTEGER, added INTEGER, retired INTEGER,
                      sequence INTEGER, PRIMARY KEY (alias, namespace, added)) WITHOUT ROWID;
CREATE INDEX aliases_of ON aliases (sequence);
CREATE TABLE contents (digest TEXT, entry INTEGER, place INTEGER, sequences INTEGER,
                       residues INTEGER, PRIMARY KEY (digest, entry)) WITHOUT ROWID;
CREATE TABLE collections (name TEXT, added INTEGER, retired INTEGER, digest TEXT, content INTEGER,
                          origin TEXT, PRIMARY KEY (name, added)) WITHOUT ROWID;
"""
TABLES = (
    "entries", "packs", "dictionaries", "sequences", "names", "namespaces", "aliases", "contents",
    "collections",
)  # fmt: skip


@dataclass(frozen=True, slots=True)
class Position:
    """How far the journal is applied: the last entry and the totals up to it."""

    number: int
    hash: str
    sequences: int
    residues: int


@dataclass(frozen=True, slots=True)
class Row:
    """A sequence as the index knows it."""

    id: int
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
        self._local = threading.local()
        self._opened: list[sqlite3.Connection] = []

    def exists(self) -> bool:
        """Whether there is an index of this version that can be read."""
        if not self.path.exists():
            return False
        try:
            version = self._connection().execute("PRAGMA user_version").fetchone()[0]
            self.position()
        except (sqlite3.DatabaseError, StoreDamaged):
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
        opened, self._opened = self._opened, []
        self._local = threading.local()
        for connection in opened:
            connection.close()

    def ask(self, sql: str, values: Sequence[Any] | dict[str, Any] = ()) -> list[tuple[Any, ...]]:
        """The rows that answer a question.

        Raises
        ------
        StoreDamaged
            The index cannot be read.
        """
        try:
            return self._connection().execute(sql, values).fetchall()
        except sqlite3.DatabaseError as error:
            raise StoreDamaged(
                f"{self.path} cannot be read ({error}); run: holdfast seq reindex"
            ) from error

    def position(self) -> Position:
        """How far the journal is applied."""
        rows = self.ask(
            "SELECT number, hash, sequences, residues FROM entries ORDER BY number DESC LIMIT 1"
        )
        return Position(*rows[0]) if rows else Position(0, "", 0, 0)

    def position_at(self, number: int) -> Position:
        """The totals at the entry `number`."""
        rows = self.ask(
            "SELECT number, hash, sequences, residues FROM entries WHERE number = ?", (number,)
        )
        return Position(*rows[0]) if rows else Position(0, "", 0, 0)

    # Sequences

    def find(self, column: str, digest: bytes) -> Row | None:
        """The sequence whose `column` (digest, md5 or sha1) is `digest`."""
        rows = self.ask(
            'SELECT s.id, s.digest, s.md5, s.sha1, s.length, s.letters, p.sha256, s."offset",'
            " s.size, s.encoding, s.dictionary FROM names n JOIN sequences s ON s.id = n.sequence"
            f" JOIN packs p ON p.id = s.pack WHERE n.key = ? AND s.{column} = ?",
            (int.from_bytes(digest[:8], "big", signed=True), digest),
        )
        return Row(*rows[0]) if rows else None

    def known(self, digests: Sequence[bytes]) -> dict[bytes, int]:
        """The numbers of those sequences of `digests` (24 bytes each) that are in the store."""
        if not digests or not self.position().sequences:
            return {}
        keys = json.dumps(_keys(b"".join(digests), SHA512T_BYTES))
        rows = self.ask(
            "SELECT s.digest, s.id FROM json_each(?) j JOIN names n ON n.key = j.value"
            " JOIN sequences s ON s.id = n.sequence",
            (keys,),
        )
        return dict(rows)

    def digest_of(self, number: int) -> Digest:
        """The digest of the sequence `number`."""
        return Digest(self.ask("SELECT digest FROM sequences WHERE id = ?", (number,))[0][0])

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

    def counts(self, at: int) -> tuple[int, int]:
        """The numbers of aliases and of collections as of `at`."""
        where = "WHERE added <= :at AND (retired IS NULL OR retired > :at)"
        counted = (
            self.ask(f"SELECT count(*) FROM {table} {where}", {"at": at})[0][0]
            for table in ("aliases", "collections")
        )
        aliases, collections = counted
        return int(aliases), int(collections)

    # Applying the journal

    def apply(self, entry: Entry, name: EntryName) -> None:
        """Take in the next entry, in one transaction."""
        before = self.position()
        with self._transaction() as connection:
            _apply(connection, entry, name, before)

    @contextmanager
    def _transaction(self) -> Iterator[sqlite3.Connection]:
        connection = self._connection()
        connection.execute("BEGIN IMMEDIATE")
        try:
            yield connection
        except BaseException:
            connection.execute("ROLLBACK")
            raise
        connection.execute("COMMIT")

    def _connection(self) -> sqlite3.Connection:
        held = getattr(self._local, "held", None)
        if held is not None and held[0] == os.getpid():
            connection: sqlite3.Connection = held[1]
            return connection
        connection = _connect(self.path)
        self._local.held = (os.getpid(), connection)
        self._opened.append(connection)
        return connection


def _connect(path: Path) -> sqlite3.Connection:
    """A connection; on media that cannot be written, one that writes nothing beside the file."""
    address = path.absolute().as_uri()
    writable = os.access(path.parent, os.W_OK)
    mode = "?mode=rw" if writable else "?mode=ro&immutable=1"
    connection = sqlite3.connect(
        address + mode, uri=True, isolation_level=None, check_same_thread=False, timeout=60
    )
    # After a power cut the index may miss its last entries; opening applies them again.
    connection.execute("PRAGMA synchronous = NORMAL")
    connection.execute("PRAGMA cache_size = -65536")
    return connection


def _keys(joined: bytes, width: int) -> list[int]:
    """The first eight bytes of each digest, as SQLite's signed integers."""
    rows = np.frombuffer(joined, np.uint8).reshape(-1, width)[:, :8]
    keys: list[int] = np.ascontiguousarray(rows).view(">i8").ravel().tolist()
    return keys


def _apply(connection: sqlite3.Connection, entry: Entry, name: EntryName, before: Position) -> None:
    columns = entry.sequences
    packs = _apply_packs(connection, entry)
    connection.executemany(
        'INSERT INTO dictionaries (pack, "offset", size) VALUES (?, ?, ?)',
        [(packs[each.pack], each.offset, each.size) for each in entry.dictionaries],
    )
    numbers = range(before.sequences, before.sequences + len(columns))
    if len(columns):
        _apply_sequences(connection, entry, packs, numbers)
    for aliases in entry.retired:
        _retire(connection, aliases.namespace, aliases.texts, entry.number)
    for aliases in entry.added:
        namespace = _namespace(connection, aliases.namespace)
        rows = sorted(zip(aliases.texts, aliases.sequences, strict=True))
        connection.executemany(
            f"INSERT INTO aliases VALUES (?, {namespace:d}, {entry.number:d}, NULL, ?)", rows
        )
    for place, named in enumerate(entry.collections):
        _apply_collection(connection, entry.number, place, named)
    connection.execute(
        "INSERT INTO entries VALUES (?, ?, ?, ?, ?, ?, ?)",
        (
            entry.number, name.sha256, entry.time, entry.note, entry.who,
            before.sequences + len(columns), before.residues + sum(columns.lengths),
        ),
    )  # fmt: skip


def _apply_packs(connection: sqlite3.Connection, entry: Entry) -> list[int]:
    """Take in the entry's packs; their numbers in the index."""
    connection.executemany(
        "INSERT OR IGNORE INTO packs (sha256, size) VALUES (?, ?)",
        [(pack.sha256, pack.size) for pack in entry.packs],
    )
    return [
        connection.execute("SELECT id FROM packs WHERE sha256 = ?", (pack.sha256,)).fetchone()[0]
        for pack in entry.packs
    ]


def _apply_sequences(
    connection: sqlite3.Connection, entry: Entry, packs: list[int], numbers: range
) -> None:
    columns = entry.sequences
    rows = zip(
        numbers, _cut(columns.digests, 24), _cut(columns.md5, 16), _cut(columns.sha1, 20),
        columns.lengths, columns.letters, [packs[place] for place in columns.packs],
        columns.offsets, columns.sizes, columns.encodings, columns.dictionaries, strict=True,
    )  # fmt: skip
    connection.executemany(f"INSERT INTO sequences VALUES ({','.join('?' * 11)})", rows)
    # In key order the B-tree is filled from left to right, which is several times faster.
    keys = np.array(
        _keys(columns.digests, 24) + _keys(columns.md5, 16) + _keys(columns.sha1, 20), np.int64
    )
    order = np.argsort(keys, kind="stable")
    owners = np.tile(np.arange(numbers.start, numbers.stop), 3)
    connection.executemany(
        "INSERT OR IGNORE INTO names VALUES (?, ?)",
        zip(keys[order].tolist(), owners[order].tolist(), strict=True),
    )


def _apply_collection(
    connection: sqlite3.Connection, number: int, place: int, named: NamedCollection
) -> None:
    content = named.content or number
    connection.execute(
        "UPDATE collections SET retired = ? WHERE name = ? AND retired IS NULL",
        (number, named.name),
    )
    connection.execute(
        "INSERT OR REPLACE INTO collections VALUES (?, ?, NULL, ?, ?, ?)",
        (named.name, number, named.digest, content, json.dumps(asdict(named.origin))),
    )
    if not named.content:
        connection.execute(
            "INSERT OR REPLACE INTO contents VALUES (?, ?, ?, ?, ?)",
            (named.digest, number, place, len(named.sequences), named.residues),
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


def _cut(joined: bytes, width: int) -> list[bytes]:
    """A joined column, cut into its values."""
    return [joined[at : at + width] for at in range(0, len(joined), width)]


def differences(made: Path, found: Path) -> list[str]:
    """The tables in which the index `found` differs from `made`, which was made afresh."""
    connection = sqlite3.connect(made, isolation_level=None)
    try:
        connection.execute("ATTACH ? AS found", (found.absolute().as_uri() + "?mode=ro",))
        return list(chain.from_iterable(_differs(connection, table) for table in TABLES))
    except sqlite3.DatabaseError as error:
        return [f"the index cannot be read ({error})"]
    finally:
        connection.close()


def _differs(connection: sqlite3.Connection, table: str) -> list[str]:
    count = sum(
        connection.execute(
            f"SELECT count(*) FROM (SELECT * FROM {one}.{table} EXCEPT SELECT * FROM {two}.{table})"
        ).fetchone()[0]
        for one, two in (("main", "found"), ("found", "main"))
    )
    return [f"the index's table {table} differs from the journal in {count} rows"] if count else []
