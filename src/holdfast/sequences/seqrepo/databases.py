"""
The two SQLite databases of an instance: what is in them, opening them, making them.

``aliases.sqlite3`` has a row for each name a sequence has or had, ``sequences/db.sqlite3`` one for
each sequence. Both also hold the tables of the migration tool that SeqRepo uses (yoyo): without
their rows SeqRepo reads a database but refuses to write to it. What we make names no user and no
host in them.
"""

import os
import sqlite3
import threading
from collections.abc import Iterator, Sequence
from contextlib import closing
from pathlib import Path
from typing import Any

from holdfast.errors import StoreDamaged, StoreError
from holdfast.sequences.seqrepo.rows import SCHEMA_VERSION

ALIASES = "aliases.sqlite3"
SEQUENCES = "sequences/db.sqlite3"
ROWS_TOGETHER = 1 << 14
#: The columns of the two tables. SQLite lets any value stand in any column; ours are what they say.
ALIAS_COLUMNS = (
    "seqalias_id, ifnull(CAST(seq_id AS TEXT), ''), ifnull(CAST(namespace AS TEXT), ''),"
    " ifnull(CAST(alias AS TEXT), ''), ifnull(CAST(added AS TEXT), ''), CAST(is_current AS INTEGER)"
)
SEQUENCE_COLUMNS = (
    "ifnull(CAST(seq_id AS TEXT), ''), CAST(len AS INTEGER), ifnull(CAST(alpha AS TEXT), ''),"
    " ifnull(CAST(added AS TEXT), ''), ifnull(CAST(relpath AS TEXT), '')"
)

_WAL = 2  # in the bytes 18 and 19 of a database that keeps a write-ahead log

_COMMON = """
CREATE TABLE _yoyo_migration (migration_hash VARCHAR(64) PRIMARY KEY, migration_id VARCHAR(255),
                              applied_at_utc TIMESTAMP);
CREATE TABLE _yoyo_log (id VARCHAR(36) PRIMARY KEY, migration_hash VARCHAR(64),
                        migration_id VARCHAR(255), operation VARCHAR(10), username VARCHAR(255),
                        hostname VARCHAR(255), comment VARCHAR(255), created_at_utc TIMESTAMP);
CREATE TABLE _yoyo_version (version INT NOT NULL PRIMARY KEY, installed_at_utc TIMESTAMP);
CREATE TABLE yoyo_lock (locked INT DEFAULT 1 PRIMARY KEY, ctime TIMESTAMP, pid INT NOT NULL);
CREATE TABLE meta (key text NOT NULL, value text NOT NULL);
CREATE UNIQUE INDEX meta_key_idx ON meta(key);
CREATE TABLE log (ts timestamp NOT NULL DEFAULT current_timestamp, v text NOT NULL,
                  msg text NOT NULL);
"""
_ALIASES_SCHEMA = """
CREATE TABLE seqalias (
  seqalias_id integer PRIMARY KEY, seq_id text NOT NULL, namespace text NOT NULL,
  alias text NOT NULL, added timestamp NOT NULL DEFAULT current_timestamp,
  is_current int NOT NULL DEFAULT 1);
"""
#: Made after a first export's rows, which is faster than with them.
ALIASES_INDEXES = """
CREATE UNIQUE INDEX IF NOT EXISTS seqalias_unique_ns_alias_idx ON seqalias(namespace, alias)
  WHERE is_current = 1;
CREATE INDEX IF NOT EXISTS seqalias_seq_id_idx ON seqalias(seq_id);
CREATE INDEX IF NOT EXISTS seqalias_namespace_idx ON seqalias(namespace);
CREATE INDEX IF NOT EXISTS seqalias_alias_idx ON seqalias(alias);
"""
_SEQUENCES_SCHEMA = """
CREATE TABLE seqinfo (
  seq_id text PRIMARY KEY, len integer NOT NULL, alpha text NOT NULL,
  added timestamp NOT NULL DEFAULT current_timestamp, relpath text NOT NULL);
CREATE UNIQUE INDEX seqinfo_seq_id_idx ON seqinfo(seq_id);
"""
#: The migrations that SeqRepo looks for: their hash is the SHA-256 of their name.
_MIGRATIONS = (
    ("00655420539ecc1c759418763d9667111f42a8e3be180b1aad57c843f3347b12", "0000-base"),
    ("f8307527fff5cfa486d1b117e221aaaee936c1a14266e74466a98ab557500f04", "0001-initial"),
)
_YOYO_VERSION = 2


def make_database(path: Path, time: str) -> None:
    """Make an empty database at `path`, by its name one or the other; `time` is UTC text."""
    aliases = path.name == ALIASES
    with closing(sqlite3.connect(path, isolation_level=None)) as connection:
        connection.executescript(_COMMON + (_ALIASES_SCHEMA if aliases else _SEQUENCES_SCHEMA))
        connection.execute("BEGIN")
        for migration, name in _MIGRATIONS:
            connection.execute("INSERT INTO _yoyo_migration VALUES (?, ?, ?)",
                               (migration, name, time))  # fmt: skip
        connection.execute("INSERT INTO _yoyo_version VALUES (?, ?)", (_YOYO_VERSION, time))
        connection.execute("INSERT INTO meta VALUES ('schema version', ?)", (str(SCHEMA_VERSION),))
        connection.execute(
            "INSERT INTO log VALUES (?, ?, 'database created')", (time, "" if aliases else "0")
        )
        connection.execute("COMMIT")


class Database:
    """A database of an instance, open for questions only; nothing is written beside it.

    Threads share one connection, one question at a time; a forked process opens its own.

    Raises
    ------
    StoreError
        It is not there, is no database, or has another schema version.
    """

    def __init__(self, path: Path) -> None:
        self.path = path
        self._lock = threading.Lock()
        self._held: tuple[int, sqlite3.Connection] | None = None
        try:
            version = self.schema_version()
        except BaseException:
            self.close()
            raise
        if version != SCHEMA_VERSION:
            self.close()
            raise StoreError(
                f"{path}: Upgrade required: Database schema version is {version} and code expects "
                f"{SCHEMA_VERSION}"
            )

    def schema_version(self) -> int | None:
        """The schema version it says it has."""
        rows = self.ask("SELECT value FROM meta WHERE key = 'schema version'")
        text = str(rows[0][0]) if rows else ""
        return int(text) if text.isascii() and text.isdigit() else None

    def ask(self, sql: str, values: Sequence[Any] = ()) -> list[tuple[Any, ...]]:
        """The rows that answer a question.

        Raises
        ------
        StoreError
            The database cannot be read.
        """
        with self._lock:
            try:
                return self._connection().execute(sql, values).fetchall()
            except sqlite3.DatabaseError as error:
                raise _unreadable(self.path, error) from error

    def stream(self, sql: str, values: Sequence[Any] = ()) -> Iterator[tuple[Any, ...]]:
        """The rows that answer, read as they are taken, over a connection of their own."""
        try:
            with closing(connect(self.path)) as connection:
                cursor = connection.execute(sql, values)
                while rows := cursor.fetchmany(ROWS_TOGETHER):
                    yield from rows
        except sqlite3.DatabaseError as error:
            raise _unreadable(self.path, error) from error

    def close(self) -> None:
        """Close the connection, if this process opened one."""
        held, self._held = self._held, None
        if held is not None and held[0] == os.getpid():
            held[1].close()

    def _connection(self) -> sqlite3.Connection:
        if self._held is None or self._held[0] != os.getpid():
            self._held = os.getpid(), connect(self.path)
        return self._held[1]


def connect(path: Path) -> sqlite3.Connection:
    """A connection that reads only and leaves nothing beside the file.

    A database with a write-ahead log makes its readers keep a file beside it; when nobody has left
    anything in that log, it is at rest, and read as what cannot change.
    """
    try:
        with path.open("rb") as file:
            head = file.read(20)
    except OSError as error:
        raise StoreError(f"{path} cannot be opened: {error.strerror}") from error
    log = path.with_name(path.name + "-wal")
    resting = _WAL in head[18:20] and not (log.exists() and log.stat().st_size)
    mode = "?mode=ro&immutable=1" if resting else "?mode=ro"
    try:
        return sqlite3.connect(
            path.absolute().as_uri() + mode, uri=True, isolation_level=None, check_same_thread=False
        )
    except sqlite3.DatabaseError as error:
        raise _unreadable(path, error) from error


def _unreadable(path: Path, error: sqlite3.DatabaseError) -> StoreError:
    """The error for a database that cannot be read."""
    if path.with_name(path.name + "-journal").exists():
        return StoreDamaged(
            f"{path} cannot be read ({error}): a write to it goes on or was interrupted. Wait, or "
            "let the program that wrote it open it once, which undoes what was not finished"
        )
    return StoreError(f"{path} cannot be read ({error}); is it a database of SeqRepo?")
