"""
Opening the index: a connection that may write, or one for media and people that may not.

A connection knows which file it is of, so that whoever asks sees when another was put in its place.
"""

import os
import sqlite3
from itertools import count
from pathlib import Path

_SERIALS = count(1)


class IndexConnection(sqlite3.Connection):
    """A connection that knows which file it is of: another may have been put in its place."""

    stamp: tuple[int, ...] = ()
    serial = 0  #: no other connection of this process, or of what it forks, has the same

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
    """A connection; where nothing may be written, one that writes nothing beside the file."""
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
    connection.stamp, connection.serial = stamp, next(_SERIALS)
    try:
        connection.execute("PRAGMA schema_version").fetchone()  # opens the files now
        # After a power cut the index may miss its last entries; opening applies them again.
        connection.execute("PRAGMA synchronous = NORMAL")
        connection.execute("PRAGMA cache_size = -65536")
    except sqlite3.DatabaseError:
        connection.close()
        raise
    return connection
