"""
Opening the index: a connection that may write, or one for media and people that may not.

A connection knows which file it is of, so that whoever asks sees when another was put in its place;
and it has the index's file of rows open, which so outlives the index as long as the connection.
"""

import os
import sqlite3
from itertools import count
from pathlib import Path

from holdfast.errors import StoreDamaged
from holdfast.sequences.storage.rows import RowsFile, rows_path

_SERIALS = count(1)


class IndexConnection(sqlite3.Connection):
    """A connection that knows which file it is of: another may have been put in its place."""

    stamp: tuple[int, ...] = ()
    serial = 0  #: no other connection of this process, or of what it forks, has the same
    pack_names: dict[int, str]  #: those that were asked for; a pack keeps its number
    rows = RowsFile(None)
    sequences = 0  #: so many there are, or more; in a transaction, so many there were before it
    taken = 0  #: in a transaction: the same with those that it has taken in
    is_rewriting = False  #: whether rows that this transaction changes wait for its end

    def close(self) -> None:
        """Let go of the database and of its rows."""
        super().close()
        self.rows.close()

    def pack_name(self, number: int) -> str:
        """The SHA-256 of the index's pack `number`.

        Raises
        ------
        StoreDamaged
            There is no such pack.
        """
        found = self.pack_names.get(number)
        if found is None:
            question = "SELECT sha256 FROM packs WHERE id = ?"
            known = self.execute(question, (number,)).fetchone()
            if known is None:
                raise StoreDamaged(f"the index knows no pack {number}; run: holdfast seq reindex")
            found = str(known[0])
            if not self.in_transaction:  # else it may come to nothing, and the number be another's
                self.pack_names[number] = found
        return found

    @staticmethod
    def mark(path: Path) -> tuple[int, ...]:
        """What `stamp` is while the connection serves."""
        try:
            return (os.stat(path).st_ino,)  # noqa: PTH116 - asked with each question; this is quick
        except OSError:
            return ()

    def is_logged(self) -> bool:
        """Whether changes go by way of a log, as those of every index do."""
        return bool(self.execute("PRAGMA journal_mode").fetchone() == ("wal",))


class FrozenConnection(IndexConnection):
    """A connection that takes the index for what nobody can change.

    It is for media that cannot be written, and for who may not write: SQLite's files beside the
    index, by which readers and the writer know of one another, are there only while somebody who
    may write has the index open. The stamp tells when that has happened.
    """

    @staticmethod
    def mark(path: Path) -> tuple[int, ...]:
        """Changes with the index, and when somebody opens it who may write, or writes."""
        try:
            state = path.stat()
        except OSError:
            return ()
        return state.st_ino, state.st_size, state.st_mtime_ns, _log_size(path)

    def is_logged(self) -> bool:
        """SQLite does not say so of what nobody can change."""
        return True


def reached(connection: sqlite3.Connection) -> int:
    """The last entry that an index has taken in."""
    found = connection.execute("SELECT ifnull(max(number), 0) FROM entries").fetchone()
    return int(found[0])


def sequences_of(connection: sqlite3.Connection) -> int:
    """How many sequences an index has."""
    question = "SELECT sequences FROM entries ORDER BY number DESC LIMIT 1"
    found = connection.execute(question).fetchone()
    return int(found[0]) if found else 0


def flush_log(path: Path) -> None:
    """Make durable what was committed; raises OSError where the disk is broken."""
    # (SQLite holds no locks on its log, so opening it here does not end any.)
    try:
        descriptor = os.open(_log(path), os.O_RDONLY | os.O_CLOEXEC)
    except FileNotFoundError:
        return  # all of it is in the index
    try:
        os.fsync(descriptor)
    finally:
        os.close(descriptor)


def _log(path: Path) -> Path:
    """Where SQLite writes first what will be in the index."""
    return path.with_name(path.name + "-wal")


def _log_size(path: Path) -> int:
    """The bytes in the log; -1 when there is none."""
    try:
        return _log(path).stat().st_size
    except FileNotFoundError:
        return -1


def connect(path: Path) -> IndexConnection:
    """A connection; where nothing may be written, one that writes nothing beside the file.

    It has no rows where their file is missing.

    Raises
    ------
    sqlite3.DatabaseError
        There is no index, or it is none.
    OSError
        The system will not let its rows be read.
    """
    while True:
        try:
            connection = _with_rows(_connected(path), path)
        except UnicodeDecodeError as error:  # SQLite quotes what it cannot make sense of
            raise sqlite3.DatabaseError("its schema is damaged") from error
        # An index that is made anew is there before the rows of the old one are removed.
        if connection.rows.is_there or connection.stamp == connection.mark(path):
            return connection
        connection.close()


def _with_rows(connection: IndexConnection, path: Path) -> IndexConnection:
    """`connection`, which has the rows of the index at `path` open, if they are there."""
    try:
        connection.rows = RowsFile(rows_path(path, read_token(connection)))
    except FileNotFoundError:
        connection.rows = RowsFile(None)
    except BaseException:
        connection.close()
        raise
    return connection


def read_token(connection: sqlite3.Connection, database: str = "main") -> str:
    """What an index says of the name of its file of rows; nothing if it is of another version."""
    try:
        found = connection.execute(f"SELECT token FROM {database}.rows_file").fetchone()
    except sqlite3.OperationalError as error:
        if getattr(error, "sqlite_errorcode", sqlite3.SQLITE_ERROR) != sqlite3.SQLITE_ERROR:
            raise
        return ""  # there is no such table, or what it says is no text
    return str(found[0]) if found else ""


def _connected(path: Path) -> IndexConnection:
    try:
        return _connect_as(path, "rw" if os.access(path.parent, os.W_OK) else "ro", IndexConnection)
    except sqlite3.OperationalError:
        # There is no right, or on a full disk no room, for SQLite's files beside the index. Without
        # them it can be read while there is nothing in its log.
        if _log_size(path) > 0:
            raise
        return _connect_as(path, "ro&immutable=1", FrozenConnection)


def _connect_as(path: Path, mode: str, kind: type[IndexConnection]) -> IndexConnection:
    stamp = kind.mark(path)
    connection = sqlite3.connect(
        f"{path.absolute().as_uri()}?mode={mode}", uri=True, isolation_level=None,
        check_same_thread=False, timeout=60, factory=kind,
    )  # fmt: skip
    connection.stamp, connection.serial, connection.pack_names = stamp, next(_SERIALS), {}
    try:
        connection.execute("PRAGMA schema_version").fetchone()  # opens the files now
        # After a power cut the index may miss its last entries; opening applies them again.
        connection.execute("PRAGMA synchronous = NORMAL")
        connection.execute("PRAGMA cache_size = -65536")
    except BaseException:
        connection.close()
        raise
    return connection
