"""
The index: made from the journal, so that questions are answered at once.

It is a SQLite database and, beside it, a plain file of the sequences' rows (see `numbered`). It is
a function of the journal's first entries, up to the position it says; nothing is kept here alone.
One writer applies entries, each in one transaction; readers see the index before it or after it.
Every thread and every forked process gets a connection of its own.

Any digest of a sequence finds it by its first bytes (see `lookup`); the row so found is compared in
full, so that digests which begin alike do no harm. What the tables hold is said in `schema`, how an
entry gets into them in `applying`.
"""

import json
import sqlite3
from collections.abc import Callable, Iterator, Sequence
from dataclasses import replace
from pathlib import Path
from typing import Any, TypeVar, cast

import numpy as np
import numpy.typing as npt

from holdfast.base.digests import SHA512T_BYTES, Digest
from holdfast.base.texts import json_of
from holdfast.errors import StoreDamaged, StoreError
from holdfast.sequences.storage import lookup
from holdfast.sequences.storage.applying import (
    Ahead,
    apply_entry,
    apply_sequences,
    next_pack,
    take_aliases,
)
from holdfast.sequences.storage.connections import Connections
from holdfast.sequences.storage.edition import Edition
from holdfast.sequences.storage.journal import Aliases, Entry, EntryName, SequenceColumns
from holdfast.sequences.storage.numbered import (
    are_waiting,
    carry_over,
    damaged,
    dropped,
    row_of,
    rows_of,
)
from holdfast.sequences.storage.opening import (
    IndexConnection,
    connect,
    reached,
    read_token,
    sequences_of,
)
from holdfast.sequences.storage.rows import make_rows, others
from holdfast.sequences.storage.schema import (
    DROPPED,
    NOW,
    POSITION,
    ROW_STRUCT,
    SCHEMA,
    VERSION,
    Position,
    Row,
)

Rows = npt.NDArray[np.void]
Numbers = Sequence[int] | npt.NDArray[np.int64]  #: of sequences
T = TypeVar("T")
Answer = TypeVar("Answer")

#: A connection, SQLite's version of what it reads, and how often we committed.
State = tuple[int, int, int]

#: Bytes of a page of the index's file: a log of fewer, larger pages is written sooner.
PAGE = 1 << 14
#: Errors that are no damage: the disk is full or broken, or the system will not let us.
TROUBLE = frozenset(
    {
        sqlite3.SQLITE_BUSY, sqlite3.SQLITE_CANTOPEN, sqlite3.SQLITE_FULL, sqlite3.SQLITE_IOERR,
        sqlite3.SQLITE_LOCKED, sqlite3.SQLITE_NOMEM, sqlite3.SQLITE_PERM, sqlite3.SQLITE_PROTOCOL,
        sqlite3.SQLITE_READONLY,
    }
)  # fmt: skip


class Index:
    """The index of a store: the database at `path`, and its file of rows.

    One that is not `lasting` is removed by whoever made it, and need not outlive a power cut.
    """

    def __init__(self, path: Path, *, lasting: bool = True) -> None:
        self.path, self.edition = path, Edition(path)
        self._lasting = lasting
        self._connections = Connections(lambda: connect(path))
        self._ahead = Ahead()  # what `take` has taken in of the coming entry
        self._stacked = 0  # entries before it in the transaction
        self._changes = 0  # transactions of our own that ended
        self.is_writing = False  #: whether a thread of ours sees what it has not committed

    def exists(self) -> bool:
        """Whether there is an index of this version that is whole.

        Raises
        ------
        StoreError
            There is one, but the disk or the system will not let it be read.
        """
        # The file is never opened but by SQLite: closing it would end the locks by which this
        # process's connections and other processes know of one another.
        if not self.path.exists():
            return False
        try:
            found = [self.ask(f"PRAGMA {each}")[0][0] for each in ("user_version", "page_size")]
            logged = self._asked(lambda connection, _: connection.is_logged(), None)
            whole = self._asked(_has_rows, self.position().sequences)
        except StoreDamaged:
            return False
        return found == [VERSION, PAGE] and logged and whole

    def make(self) -> None:
        """Make an empty index in place of whatever is there.

        The old rows are removed when the new database is there: whoever opened the old one just
        before it went finds its rows, or that it is no longer the index.
        """
        self.close()
        with self.edition.turning():
            for suffix in ("", "-wal", "-shm"):
                self.path.with_name(self.path.name + suffix).unlink(missing_ok=True)
            token = make_rows(self.path)
            connection = sqlite3.connect(self.path, isolation_level=None)
            connection.execute(f"PRAGMA page_size = {PAGE}")
            connection.execute("PRAGMA journal_mode = WAL")
            connection.executescript(
                f"BEGIN; {SCHEMA} INSERT INTO rows_file VALUES ('{token}');"
                f" PRAGMA user_version = {VERSION}; COMMIT;"
            )
            connection.close()
            self._remove_rows_but(token)

    def clear_leftovers(self) -> None:
        """Remove the rows of indexes that are gone. Only the one writer may ask this."""
        if len(others(self.path, "")) < 2:
            return
        try:
            connection = connect(self.path)
        except sqlite3.DatabaseError:
            return  # `make` removes them
        token = read_token(connection) if connection.rows.is_there else ""
        connection.close()
        if token:
            self._remove_rows_but(token)

    def _remove_rows_but(self, token: str) -> None:
        for path in others(self.path, token):
            path.unlink(missing_ok=True)

    def close(self) -> None:
        """Close every connection."""
        self._connections.close()
        self.edition.close()

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

    def _asked(self, question: Callable[[IndexConnection, T], Answer], about: T) -> Answer:
        """What `question` answers, which asks this thread's connection."""
        try:
            return question(self._connection(), about)
        except sqlite3.DatabaseError as error:
            raise self._unreadable(error) from error
        except OSError as error:
            raise StoreError(
                f"{self.path} cannot be read now: {error.strerror}; see to the disk"
            ) from error

    def each(self, sql: str, values: dict[str, Any]) -> Iterator[tuple[Any, ...]]:
        """The rows that answer a question, as they are read; raises as `ask` does."""
        try:
            yield from self._connection().execute(sql, values)
        except sqlite3.DatabaseError as error:
            raise self._unreadable(error) from error

    def _unreadable(self, error: sqlite3.DatabaseError) -> StoreError:
        """What `error` means: the disk's trouble must not be taken for damage, which is mended."""
        if getattr(error, "sqlite_errorcode", 0) & 0xFF in TROUBLE:
            return StoreError(f"{self.path} cannot be read now: {error}; see to the disk")
        return StoreDamaged(f"{self.path} cannot be read ({error}); run: holdfast seq reindex")

    def position(self) -> Position:
        """How far the journal is applied."""
        rows = self.ask(f"SELECT {POSITION} FROM entries ORDER BY number DESC LIMIT 1")
        return Position(*rows[0]) if rows else Position(0, "", 0, 0)

    def position_at(self, number: int) -> Position:
        """The totals at the entry `number`."""
        rows = self.ask(f"SELECT {POSITION} FROM entries WHERE number = ?", (number,))
        return Position(*rows[0]) if rows else Position(0, "", 0, 0)

    def state(self) -> State | None:
        """What stays the same, for one thread, as long as nothing was committed by anybody.

        SQLite's data version tells what other connections did, the last number what we did. None
        while this thread sees what it has not committed.
        """
        return self._asked(_state, self._changes)

    # Sequences

    def find(self, kind: str, digest: bytes) -> Row | None:
        """The sequence whose digest of a `kind` (digest, md5 or sha1) is `digest`."""
        gone = None
        for found in self._asked(_beginning_like, digest):
            if getattr(found, kind) == digest:
                if found.pack:
                    return found if gone is None else replace(found, first=gone.id)
                gone = gone or found
        return gone

    def known(self, digests: Sequence[bytes]) -> dict[bytes, int]:
        """The numbers of those sequences of `digests` (24 bytes each) that are in the store."""
        numbers = self.numbers_of(b"".join(digests)).tolist()
        found = zip(digests, numbers, strict=True)
        return {digest: number for digest, number in found if number >= 0}

    def numbers_of(self, digests: bytes) -> npt.NDArray[np.int64]:
        """The number of the sequence of each of the joined `digests` (24 bytes each).

        It is -1 where the store has no such sequence.
        """
        if not digests or not self.position().sequences:
            return np.full(len(digests) // SHA512T_BYTES, -1)
        numbers = self._asked(lookup.numbers_of, digests)
        rows = self._asked(rows_of, numbers)
        there = rows["pack"] != DROPPED
        return lookup.matched(digests, rows["digest"][there].tobytes(), numbers[there])

    def digests_of(self, numbers: Numbers) -> bytes:
        """The digests of sequences, joined: 24 bytes each."""
        return self.rows(numbers)["digest"].tobytes()

    def digest_of(self, number: int) -> Digest:
        """The digest of the sequence `number`."""
        return Digest(self._asked(row_of, number)[:SHA512T_BYTES])

    def lengths_of(self, numbers: Numbers) -> list[int]:
        """The lengths of sequences, in residues."""
        lengths: list[int] = self.rows(numbers)["length"].tolist()
        return lengths

    def rows(self, numbers: Numbers) -> Rows:
        """The rows of sequences, in the order asked for: an array of :data:`ROW`.

        Raises
        ------
        StoreDamaged
            There is no such sequence, or a row's seal is not its own.
        """
        return self._asked(rows_of, np.asarray(numbers, np.int64))

    def dropped(self, count: int) -> tuple[npt.NDArray[np.int64], Rows]:
        """The numbers, in order, and the rows of those of the first `count` sequences whose
        residues are gone. All are looked through, which takes a second for some millions."""
        return self._asked(dropped, count)

    def columns(self, number: int) -> tuple[Any, ...]:
        """The columns of a sequence's row, in the order of :data:`ROW`; raises as `rows` does."""
        return ROW_STRUCT.unpack(self._asked(row_of, number))

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
        found = zip(texts, self.owners_of(namespace, texts).tolist(), strict=True)
        return {text: number for text, number in found if number >= 0}

    def owners_of(self, namespace: str, texts: Sequence[str]) -> npt.NDArray[np.int64]:
        """The number of the sequence that has each of these aliases now; -1 where none has."""
        found = np.full(len(texts), -1)
        # One row, however many they are: between two rows other threads of Python have their turn.
        places, numbers = self.ask(
            "SELECT group_concat(j.key), group_concat(a.sequence)"
            " FROM json_each(?) j JOIN aliases a ON a.alias = j.value"
            " WHERE a.namespace = (SELECT id FROM namespaces WHERE name = ?) AND a.retired IS NULL",
            (json_of(texts), namespace),
        )[0]
        if places:
            found[np.fromstring(places, np.int64, sep=",")] = np.fromstring(
                numbers, np.int64, sep=","
            )
        return found

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

    def alias_past(
        self, text: str, namespace: str | None, at: int
    ) -> list[tuple[str, str, int, int, int | None]]:
        """The rows that :meth:`alias_history` gives, of the alias `text` in one or all namespaces,
        whatever it named and whether it names anything now."""
        within = " AND s.name = :namespace" if namespace is not None else ""
        return self.ask(
            "SELECT s.name, a.alias, a.sequence, a.added,"
            " CASE WHEN a.retired <= :at THEN a.retired END"
            " FROM aliases a JOIN namespaces s ON s.id = a.namespace"
            " WHERE a.alias = :text AND a.added <= :at" + within + " ORDER BY s.name, a.added",
            {"text": text, "at": at, "namespace": namespace},
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

    def take(self, rows: SequenceColumns, first: int, added: Sequence[Aliases] = ()) -> None:
        """Take in the first rows of the next entry, numbered from `first`, before it is complete.

        Their records must be in the entry's one pack. `added` are the first aliases that it adds,
        or the next ones of a namespace. `prepare` takes in the rest, in the same thread; `abandon`
        forgets these too. So the index grows beside a load, not after it.
        """
        connection = self._begun()
        apply_sequences(connection, rows, [next_pack(connection)], first)
        self._ahead.sequences += len(rows)
        take_aliases(connection, added, self.position().number + 1, self._ahead)

    def prepare(self, entry: Entry) -> None:
        """Take in what the next entry says, in a transaction that nobody sees yet.

        `settle` or `abandon` must follow, in the same thread. So the writer can prepare the index
        while the entry is on its way to the disk, and settle it when the entry is there.
        """
        before = self.position()
        connection = self._begun()
        try:
            if not self._ahead.fits(connection, entry):
                self.abandon()
                connection = self._begun()
            apply_entry(connection, entry, before, self._ahead)
            if not self._stacked:  # beside what else is to be durable; more is synced with the last
                self._sync(connection)
        except BaseException:
            self.abandon()
            raise

    def settle(self, entry: Entry, name: EntryName) -> None:
        """Let everybody see the entry that was prepared; its file has the name `name`."""
        self.stack(entry, name)
        self.conclude()

    def conclude(self) -> None:
        """Let everybody see the entries that were stacked.

        Rows that they change, or that an earlier writer could not, are put into their file then.
        """
        connection = self._connection()
        if connection.in_transaction or are_waiting(connection):
            self._sync(connection)  # rows are durable before the COMMIT that lets them count
            with self.edition.turning():
                if connection.in_transaction:
                    connection.execute("COMMIT")
                if are_waiting(connection):
                    carry_over(connection, self.path)
        self._ended(connection)

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
        self._ahead, self._stacked = Ahead(), self._stacked + 1

    def abandon(self) -> None:
        """Forget what was taken in and prepared in this thread."""
        self._ahead = Ahead()
        connection = self._connection()
        if connection.in_transaction:
            connection.execute("ROLLBACK")
        self._ended(connection)

    def _sync(self, connection: IndexConnection) -> None:
        if self._lasting:
            connection.rows.sync()

    def _ended(self, connection: IndexConnection) -> None:
        self._changes, self._stacked = self._changes + 1, 0
        self.is_writing = connection.is_rewriting = False

    def _begun(self) -> IndexConnection:
        """The connection of this thread, in a transaction."""
        connection = self._connection()
        if not connection.rows.is_there:
            raise damaged(connection)
        if not connection.in_transaction:
            connection.execute("BEGIN IMMEDIATE")
            self.is_writing = True
            connection.sequences = connection.taken = sequences_of(connection)
            # Sound rows of a batch that came to nothing must not count for others, not even in a
            # copy of a store that was made while this went on.
            connection.rows.clear(connection.sequences)
        return connection

    def _connection(self) -> IndexConnection:
        connection = cast("IndexConnection", self._connections.get())
        if connection.stamp == connection.mark(self.path) or connection.in_transaction:
            return connection
        return self._renewed(connection)

    def _renewed(self, connection: "IndexConnection") -> "IndexConnection":
        """A connection to what the index is now; the old one, while a new index is being made."""
        try:
            fresh = connect(self.path)
        except sqlite3.DatabaseError:
            return connection
        try:
            behind = reached(fresh) < reached(connection) or not fresh.rows.is_there
        except sqlite3.DatabaseError:
            behind = True
        if behind:
            fresh.close()
            return connection
        self._connections.use(fresh)
        return fresh


def _has_rows(connection: IndexConnection, count: int) -> bool:
    """Whether an index has its file of rows, which has so many."""
    return connection.rows.is_there and connection.rows.holds(count)


def _beginning_like(connection: IndexConnection, digest: bytes) -> list[Row]:
    """The sequences that have a digest which begins like `digest`."""
    return [_row(connection, number) for number in lookup.numbers_of_one(connection, digest)]


def _row(connection: IndexConnection, number: int) -> Row:
    (
        digest, md5, sha1, letters, pack, encoding, length, offset, size, dictionary, _
    ) = ROW_STRUCT.unpack(row_of(connection, number))  # fmt: skip
    sha256 = connection.pack_name(pack) if pack != DROPPED else ""
    return Row(
        number, number, digest, md5, sha1, length, letters, sha256, offset, size, encoding,
        dictionary,
    )  # fmt: skip


def _state(connection: IndexConnection, changes: int) -> State | None:
    if connection.in_transaction:
        return None
    ((version,),) = connection.execute("PRAGMA data_version").fetchall()
    return connection.serial, version, changes
