"""
Comparing: an index held against one that was made afresh from the journal.
"""

import sqlite3
from itertools import chain
from pathlib import Path

from holdfast.base.closing import Closes
from holdfast.errors import StoreDamaged
from holdfast.sequences.storage import lookup
from holdfast.sequences.storage.opening import connect
from holdfast.sequences.storage.schema import TABLES


class Comparison(Closes):
    """
    The index `found` held against `made`, which is to be made afresh from the journal.

    The index is seen as it is when the block begins, whatever a writer commits meanwhile: up to the
    entry `reached`, which `made` must be brought to before the differences are asked for.
    """

    def __init__(self, found: Path, made: Path) -> None:
        try:
            self._connection = connect(found)
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

    def close(self) -> None:
        """Let go of both."""
        self._connection.close()

    def differences(self) -> list[str]:
        """A sentence for each table in which the two differ."""
        try:
            found = chain.from_iterable(_differs(self._connection, table) for table in TABLES)
            return [*found, *_keys_differ(self._connection)]
        except sqlite3.DatabaseError as error:
            return [f"the index cannot be read ({error})"]


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
