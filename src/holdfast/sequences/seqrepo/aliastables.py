"""
The alias table of an instance, brought up to what a store's view shows.

Rows are numbered in the order of the journal, so that the history of a name is in the order of its
rows, as SeqRepo keeps it; the rows of a new sequence's digests come before its names. Everything is
gathered in a temporary table and sorted by SQLite, which needs no memory for it.
"""

import sqlite3
from collections.abc import Iterator

import numpy as np
import numpy.typing as npt

from holdfast.sequences.seqrepo.databases import ALIASES_INDEXES
from holdfast.sequences.seqrepo.naming import DIGEST_SPACES
from holdfast.sequences.seqrepo.storerows import Numbers, StoreRows, digest_names, seq_ids_of
from holdfast.sequences.storage.schema import DROPPED

TOGETHER = 1 << 14  #: sequences whose rows are gathered at once
_NAMES_AFTER = len(DIGEST_SPACES)

#: `place` orders the rows of one sequence in one commit: its digests, then its names.
_GATHERED = """
CREATE TEMP TABLE gathered (position INTEGER, number INTEGER, place INTEGER, seq_id TEXT,
                            namespace TEXT, alias TEXT, added TEXT, is_current INTEGER)
"""
#: Rows that SeqRepo itself wrote since the last export, and that ours take over.
_TAKE_OVER = """
UPDATE seqalias SET is_current = 0 WHERE seqalias_id IN (
  SELECT s.seqalias_id FROM gathered g JOIN seqalias s
    ON s.namespace = g.namespace AND s.alias = g.alias AND s.is_current = 1
  WHERE g.is_current = 1 AND s.seq_id <> g.seq_id)
"""
_FORGET_KNOWN = """
DELETE FROM gathered WHERE EXISTS (
  SELECT 1 FROM seqalias s WHERE s.namespace = gathered.namespace AND s.alias = gathered.alias
    AND s.is_current >= gathered.is_current AND s.seq_id = gathered.seq_id)
"""
_INSERT = """
INSERT INTO seqalias (seq_id, namespace, alias, added, is_current)
SELECT seq_id, namespace, alias, added, is_current FROM gathered
ORDER BY position, number, place, namespace, alias
"""
_RETIRE = """
UPDATE seqalias SET is_current = 0
WHERE namespace = ? AND alias = ? AND seq_id = ? AND is_current = 1
"""


class AliasTable:
    """The table on its way to what `rows` show."""

    def __init__(self, rows: StoreRows, database: sqlite3.Connection) -> None:
        self._rows, self._database = rows, database
        self.added = self.retired = 0

    def run(self, reached: int) -> None:
        """Bring the table from the journal position `reached` up to date."""
        execute = self._database.execute
        execute(_GATHERED)
        for start in range(0, self._rows.sequence_count(), TOGETHER):
            end = min(start + TOGETHER, self._rows.sequence_count())
            self._gather(np.arange(start, end, dtype=np.int64), reached)
        if reached:
            self.retired += execute(_TAKE_OVER).rowcount
            execute(_FORGET_KNOWN)
        (self.added,) = execute(
            f"SELECT count(*) FROM gathered WHERE place >= {_NAMES_AFTER}"
        ).fetchone()
        execute(_INSERT)
        execute("DROP TABLE gathered")
        for statement in filter(str.strip, ALIASES_INDEXES.split(";")):
            execute(statement)

    def _gather(self, numbers: Numbers, reached: int) -> None:
        columns = self._rows.columns_of(numbers)
        seq_ids = dict(zip(numbers.tolist(), seq_ids_of(columns), strict=True))
        gone = set(numbers[columns["pack"] == DROPPED].tolist())
        time = self._rows.entries.time
        names, ended = [], []
        for number, namespace, alias, added, retired in self._rows.aliases_of(numbers):
            seq_id = seq_ids[number]
            if number in gone:
                continue
            if added > reached:
                current = int(retired is None)
                place = _NAMES_AFTER
                row = (added, number, place, seq_id, namespace, alias, time(added), current)
                names.append(row)
            elif retired is not None and retired > reached:
                ended.append((namespace, alias, seq_id))
        insert = "INSERT INTO gathered VALUES (?, ?, ?, ?, ?, ?, ?, ?)"
        self._database.executemany(insert, names)
        self._database.executemany(insert, self._digests(numbers, columns, seq_ids, reached))
        if ended:
            self.retired += self._database.executemany(_RETIRE, ended).rowcount

    def _digests(
        self,
        numbers: Numbers,
        columns: npt.NDArray[np.void],
        seq_ids: dict[int, str],
        reached: int,
    ) -> Iterator[tuple[int, int, int, str, str, str, str, int]]:
        """The rows of digests of those sequences that came after `reached`, and are kept."""
        entries = self._rows.entries
        fresh = (columns["pack"] != DROPPED) & (numbers >= entries.sequences_at(reached))
        texts = digest_names(columns[fresh])
        for nth, number in enumerate(numbers[fresh].tolist()):
            position = entries.position_of_sequence(number)
            time = entries.time(position)
            for place, space in enumerate(DIGEST_SPACES):
                yield position, number, place, seq_ids[number], space, texts[space][nth], time, 1
