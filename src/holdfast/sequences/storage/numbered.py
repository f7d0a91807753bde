"""
From the numbers of sequences to their rows, and how rows change.

The rows are in a plain file (see `rows`), the rest of the index in SQLite, and both must be as of
one position after any kill or power cut::

    new rows        written behind the others, durable before the COMMIT that lets them count
    changed rows    into the table `rewritten`, in the transaction; after its COMMIT, which is then
                    made durable first, from there into the file; then the table is emptied

So only rows below the position's `sequences` mean anything: what stands behind them is left of a
batch that came to nothing, and is cleared by the next. A row that is to be changed is as it was
until its change is committed; when a kill comes before it is in the file, `rewritten` still has it,
and the next writer goes on from there. A reader may have the old row until then. It tells of a pack
that is still there, since packs are removed after that. One that reads a row in the very moment in
which it is written finds no seal on it, and reads it again.
"""

import json
import sqlite3
import time
from collections.abc import Sequence
from pathlib import Path

import numpy as np

from holdfast.errors import StoreDamaged
from holdfast.sequences.storage.opening import IndexConnection, flush_log, sequences_of
from holdfast.sequences.storage.rows import WIDTH, Longs, Rows
from holdfast.sequences.storage.schema import DROPPED, ROW, is_sealed, seals_of

REWRITTEN_TOGETHER = 1 << 15  #: rows that get other places in one go
LOOKED_THROUGH = 1 << 16  #: rows in one go of those that look at all
WAITS = (0.0, 0.001, 0.004, 0.016, 0.064)  #: seconds before a row is read (again)

_WAITING = "SELECT r.id, r.row FROM json_each(?) j CROSS JOIN rewritten r ON r.id = j.value"


def row_of(connection: IndexConnection, number: int) -> bytes:
    """The row of one sequence: what :func:`rows_of` says, without NumPy, whose calls cost more."""
    if 0 <= number < connection.sequences and not connection.is_rewriting:
        row = connection.rows.row(number)
        if is_sealed(row, number):
            return row
    return rows_of(connection, np.array([number], np.int64)).tobytes()


def rows_of(connection: IndexConnection, numbers: Longs) -> Rows:
    """The rows of sequences, in the order asked for.

    Who writes sees those of his own transaction.

    Raises
    ------
    StoreDamaged
        There is no such sequence, or a row's seal is not its own.
    """
    if not len(numbers):
        return np.empty(0, ROW)
    if numbers.min() < 0 or numbers.max() >= _known(connection, int(numbers.max())):
        raise damaged(connection)
    for wait in WAITS:
        if wait:
            time.sleep(wait)
            connection.rows.look_again()
        if not connection.rows.holds(int(numbers.max()) + 1):
            continue
        rows = connection.rows.many(numbers)
        if (seals_of(rows, numbers) == rows["seal"]).all():
            return as_rewritten(connection, numbers, rows) if connection.is_rewriting else rows
    raise damaged(connection)


def damaged(connection: IndexConnection) -> StoreDamaged:
    """What is raised when rows cannot be read."""
    which = connection.rows.path or "the index's file of rows"
    problem = "is damaged" if connection.rows.is_there else "is missing"
    return StoreDamaged(f"{which} {problem}; run: holdfast seq reindex")


def _known(connection: IndexConnection, number: int) -> int:
    """How many sequences there are for who asks by this connection for that of `number`."""
    if connection.in_transaction:
        return connection.taken
    if number >= connection.sequences:
        connection.sequences = sequences_of(connection)  # which only grow
    return connection.sequences


def as_rewritten(connection: sqlite3.Connection, numbers: Longs, rows: Rows) -> Rows:
    """`rows` with those in their place that wait for the transaction's end; they are changed."""
    asked = json.dumps(np.unique(numbers).tolist())
    waiting = connection.execute(_WAITING, (asked,)).fetchall()
    if waiting:
        known = np.array([number for number, _ in waiting], np.int64)
        others = np.frombuffer(b"".join(row for _, row in waiting), ROW)
        order = np.argsort(known)
        places = np.minimum(np.searchsorted(known, numbers, sorter=order), len(known) - 1)
        found = order[places]
        there = known[found] == numbers
        rows[there] = others[found[there]]
    return rows


def dropped(connection: IndexConnection, count: int) -> tuple[Longs, Rows]:
    """Numbers and rows of those of the first `count` sequences whose residues are gone.

    All are looked through, which takes a second for some millions.
    """
    if count > _known(connection, count - 1) or not connection.rows.holds(count):
        raise damaged(connection)
    found = [np.empty(0, np.int64)]
    for start in range(0, count, LOOKED_THROUGH):
        packs = connection.rows.part(start, min(start + LOOKED_THROUGH, count))["pack"]
        found.append(start + np.flatnonzero(packs == DROPPED))
    waiting = connection.execute("SELECT id FROM rewritten WHERE id < ?", (count,)).fetchall()
    found.append(np.array([number for (number,) in waiting], np.int64))
    numbers = np.unique(np.concatenate(found))
    rows = rows_of(connection, numbers)
    if waiting:
        rows = as_rewritten(connection, numbers, rows)
    gone = rows["pack"] == DROPPED
    return numbers[gone], rows[gone]


# Changing rows


def rewrite(
    connection: IndexConnection,
    numbers: Sequence[int],
    packs: Sequence[int],
    offsets: Sequence[int],
    sizes: Sequence[int],
) -> None:
    """Give the rows of sequences other places, when the transaction has ended.

    Raises
    ------
    IndexError
        There is no such sequence.
    StoreDamaged
        A row's seal is not its own.
    """
    for start in range(0, len(numbers), REWRITTEN_TOGETHER):
        part = slice(start, start + REWRITTEN_TOGETHER)
        places = {"pack": packs[part], "offset": offsets[part], "size": sizes[part]}
        _rewrite_some(connection, np.array(numbers[part], np.int64), places)


def _rewrite_some(
    connection: IndexConnection, numbers: Longs, places: dict[str, Sequence[int]]
) -> None:
    if numbers.min() < 0 or numbers.max() >= connection.taken:
        raise IndexError(f"there is no sequence {numbers.max()}")
    rows = as_rewritten(connection, numbers, rows_of(connection, numbers))
    for column, values in places.items():
        rows[column] = values
    rows["seal"] = seals_of(rows, numbers)
    old = numbers < connection.sequences
    if not old.all():  # those of this transaction nobody has seen yet
        _put(connection, numbers[~old], rows[~old])
    raw = rows[old].tobytes()
    cut = [raw[at : at + WIDTH] for at in range(0, len(raw), WIDTH)]
    connection.executemany(
        "INSERT OR REPLACE INTO rewritten VALUES (?, ?)",
        zip(numbers[old].tolist(), cut, strict=True),
    )
    connection.is_rewriting = connection.is_rewriting or bool(cut)


def _put(connection: IndexConnection, numbers: Longs, rows: Rows) -> None:
    """Put rows into the file; of a number that comes twice, the last counts."""
    order = np.argsort(numbers, kind="stable")
    last = np.append(np.diff(numbers[order]) != 0, values=True)[: len(order)]
    connection.rows.rewrite(numbers[order][last], rows[order][last])


def are_waiting(connection: sqlite3.Connection) -> bool:
    """Whether there are changed rows that are not yet in the file."""
    return connection.execute("SELECT 1 FROM rewritten LIMIT 1").fetchone() is not None


def carry_over(connection: IndexConnection, index: Path) -> None:
    """Put changed rows, which are committed, into the file. Only the one writer may ask this.

    Raises
    ------
    StoreDamaged
        What is to be put there is damaged.
    OSError, sqlite3.Error
        The disk is full or broken; the next writer goes on.
    """
    flush_log(index)  # else a power cut could leave rows of an entry that the rest does not know
    last = -1
    question = f"SELECT id, row FROM rewritten WHERE id > ? ORDER BY id LIMIT {REWRITTEN_TOGETHER}"
    while waiting := connection.execute(question, (last,)).fetchall():
        numbers = np.array([number for number, _ in waiting], np.int64)
        raw = b"".join(row for _, row in waiting)
        if len(raw) != WIDTH * len(numbers) or not connection.rows.holds(int(numbers[-1]) + 1):
            raise damaged(connection)
        rows = np.frombuffer(raw, ROW)
        if (seals_of(rows, numbers) != rows["seal"]).any():
            raise damaged(connection)
        connection.rows.rewrite(numbers, rows)
        last = int(numbers[-1])
    connection.rows.sync()
    connection.execute("DELETE FROM rewritten")
