"""
Comparing: an index held against one that was made afresh from the journal.

What is in SQLite is seen as of one moment, whatever a writer commits meanwhile. The rows of
sequences are seen as they are: one that differs may be waiting in the database for its place in
their file, or a later commit may have given it another place.
"""

import sqlite3
import time
from itertools import chain
from pathlib import Path

import numpy as np
import numpy.typing as npt

from holdfast.base.closing import Closes
from holdfast.errors import StoreDamaged
from holdfast.sequences.storage import lookup
from holdfast.sequences.storage.numbered import LOOKED_THROUGH, as_rewritten
from holdfast.sequences.storage.opening import (
    IndexConnection,
    connect,
    reached,
    read_token,
    sequences_of,
)
from holdfast.sequences.storage.rows import Longs, Rows, RowsFile, rows_path
from holdfast.sequences.storage.schema import TABLES, seals_of

Bools = npt.NDArray[np.bool_]
#: What a later commit may have changed of a row.
PLACE = ("pack", "offset", "size", "seal")
WAITS = (0.0, 0.01, 0.05)  #: seconds; a row that is just being written is whole soon


class Comparison(Closes):
    """
    The index `found` held against `made`, which is to be made afresh from the journal.

    The index is seen as it is when the block begins, whatever a writer commits meanwhile: up to the
    entry `reached`, which `made` must be brought to before the differences are asked for.
    """

    def __init__(self, found: Path, made: Path) -> None:
        self._made = made
        try:
            self._connection, self._since = _two(found)
        except (sqlite3.DatabaseError, OSError) as error:
            raise StoreDamaged(f"the index cannot be read ({error})") from error
        try:
            self._connection.execute("ATTACH ? AS made", (str(made),))
            self._connection.execute("BEGIN")
            ask = "SELECT coalesce(max(number), 0) FROM main.entries"
            self.reached: int = self._connection.execute(ask).fetchone()[0]
        except sqlite3.DatabaseError as error:
            self.close()
            raise StoreDamaged(f"the index cannot be read ({error})") from error

    def close(self) -> None:
        """Let go of both."""
        self._connection.close()
        self._since.close()

    def differences(self) -> list[str]:
        """A sentence for each table in which the two differ."""
        try:
            found = chain.from_iterable(_differs(self._connection, table) for table in TABLES)
            return [*found, *_keys_differ(self._connection), *self._rows_differ()]
        except sqlite3.DatabaseError as error:
            return [f"the index cannot be read ({error})"]

    def _rows_differ(self) -> list[str]:
        made = RowsFile(rows_path(self._made, read_token(self._connection, "made")))
        try:
            count = sequences_of(self._connection)
            if not self._connection.rows.is_there or not self._connection.rows.holds(count):
                return ["the index's file of rows is missing or too short"]
            parts = range(0, count, LOOKED_THROUGH)
            differing = sum(
                self._differing(made, at, min(at + LOOKED_THROUGH, count)) for at in parts
            )
        finally:
            made.close()
        rows = "rows of sequences"
        return [f"the index's {rows} differ from the journal in {differing}"] if differing else []

    def _differing(self, made: RowsFile, start: int, end: int) -> int:
        """How many of the rows from `start` to before `end` are not as the journal says."""
        truth = made.part(start, end)
        same = _words(self._connection.rows.part(start, end)) == _words(truth)
        places = np.flatnonzero(~same.all(axis=1))
        for wait in WAITS:
            if not len(places):
                break
            time.sleep(wait)
            places = places[self._unexplained(places + start, truth[places])]
        return len(places)

    def _unexplained(self, numbers: Longs, right: Rows) -> Bools:
        """Which rows neither are `right`, nor wait to be, nor were only moved by a later commit."""
        rows = self._connection.rows.many(numbers)
        wrong = ~_same(rows, right)
        wrong &= ~_same(as_rewritten(self._connection, numbers, rows.copy()), right)
        if wrong.any() and self._moved_on():
            wrong &= ~_only_moved(rows, right, numbers)
        return wrong

    def _moved_on(self) -> bool:
        """Whether somebody committed since the block began."""
        return reached(self._since) > self.reached


def _two(path: Path) -> tuple[IndexConnection, IndexConnection]:
    """Two connections to one index: one for what it was, and one for what has come since."""
    while True:
        first = connect(path)
        try:
            second = connect(path)
        except BaseException:
            first.close()
            raise
        if first.stamp[:1] == second.stamp[:1]:
            return first, second
        first.close()  # another index was put in its place just then
        second.close()


def _words(rows: Rows) -> Longs:
    return rows.view(np.int64).reshape(len(rows), -1)


def _same(some: Rows, others: Rows) -> Bools:
    same: Bools = (_words(some) == _words(others)).all(axis=1)
    return same


def _only_moved(rows: Rows, right: Rows, numbers: Longs) -> Bools:
    """Which rows have their seal, and are as they should be but for the place of the residues."""
    moved = right.copy()
    for column in PLACE:
        moved[column] = rows[column]
    sealed: Bools = seals_of(rows, numbers) == rows["seal"]
    return _same(moved, rows) & sealed


def _differs(connection: sqlite3.Connection, table: str) -> list[str]:
    count = _rows(connection, "main", table) + _rows(connection, "made", table)
    count -= 2 * _alike(connection, table)
    return [f"the index's table {table} differs from the journal in {count} rows"] if count else []


def _rows(connection: sqlite3.Connection, database: str, table: str) -> int:
    return int(connection.execute(f"SELECT count(*) FROM {database}.{table}").fetchone()[0])


def _alike(connection: sqlite3.Connection, table: str) -> int:
    """How many rows are the same in both, which are walked in one order: nothing is kept.

    SQLite may read either from an index that has all columns; that tables and their indexes agree
    is for its own integrity check to say.
    """
    columns = connection.execute(f"PRAGMA made.table_info({table})").fetchall()
    key = {name for _, name, _, _, _, place in columns if place}
    same = " AND ".join(
        f'a."{name}" {"=" if name in key else "IS"} b."{name}"' for _, name, *_ in columns
    )
    question = f"SELECT count(*) FROM made.{table} b CROSS JOIN main.{table} a ON {same}"
    return int(connection.execute(question).fetchone()[0])


def _keys_differ(connection: sqlite3.Connection) -> list[str]:
    count = lookup.differences(connection, "main", "made")
    return [f"the index's keys differ from the journal in {count} digests"] if count else []
