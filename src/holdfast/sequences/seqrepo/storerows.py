"""
A store of ours, asked in SeqRepo's rows: as it is now, or as a view of it is.

The rows of digests are made from what the store computed; the others are its aliases under the
names that SeqRepo stores. `added` is the time of the commit that brought a sequence or an alias. A
row's number is made of that commit's position and a hash of the name, so it is the same whenever it
is asked for, and larger for what came later.
"""

import json
from base64 import urlsafe_b64encode
from bisect import bisect_right
from collections import defaultdict
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass, replace
from hashlib import blake2b
from typing import NamedTuple

import numpy as np
import numpy.typing as npt

from holdfast.base.digests import Digest
from holdfast.errors import SequenceNotFound
from holdfast.formats.residues import alphabet
from holdfast.sequences.naming.namespaces import canonical
from holdfast.sequences.seqrepo.naming import (
    DIGEST_KINDS,
    DIGEST_SPACES,
    SEQ_ID_LETTERS,
    digest_of,
    digest_texts,
    raw_digest,
    seq_id_of,
    their_namespace,
)
from holdfast.sequences.seqrepo.rows import (
    AliasRow,
    AliasTotals,
    Question,
    SequenceRow,
    SequenceTotals,
    is_exact,
)
from holdfast.sequences.storage.index import Index
from holdfast.sequences.storage.kept import Kept
from holdfast.sequences.storage.packs import pack_path
from holdfast.sequences.storage.schema import DROPPED, NOW, ROW, Position, Row
from holdfast.sequences.view import View

TOGETHER = 1 << 12  #: sequences whose rows are made at once
KEPT = 1 << 12  #: answers to questions for one sequence or name that a thread keeps …
KEPT_ROWS = 32  # … if they have no more rows than this
_HASH_BITS = 40
_NONE = np.empty(0, ROW)
Numbers = npt.NDArray[np.int64]


@dataclass(frozen=True, slots=True)
class Past:
    """A sequence that a name stood for, and whether it still does."""

    number: int
    current: bool


class _Digests(NamedTuple):
    """A sequence's number, and the digests by which it has rows."""

    number: int
    digest: bytes
    md5: bytes
    sha1: bytes


class StoreRows:
    """The rows of a view of a store. It may be used by many threads at once."""

    def __init__(self, view: View) -> None:
        self._view = view
        self._index, self._at, self._limit = view.room.index, view._at, view._limit
        self.entries = Entries(self._index)
        self._rows_of: Kept[str, tuple[AliasRow, ...]] = Kept(self._index, KEPT)  # by key
        self._rows_with: Kept[str, tuple[AliasRow, ...]] = Kept(self._index, KEPT)  # by text
        self._digests_known: Kept[str, _Digests] = Kept(self._index, KEPT)  # by key
        self._rows_shown: Kept[str, tuple[Row | None]] = Kept(self._index, KEPT)  # by key

    def close(self) -> None:
        """Nothing to let go of: the store belongs to whoever opened it."""

    def alias_rows(self, question: Question) -> Iterator[AliasRow]:
        """The rows that answer, by (seq_id, namespace, alias), read as they are taken."""
        question = in_stored_words(question)
        if is_exact(question.seq_id):
            rows = _kept(self._rows_of, self._of_one, str(question.seq_id))
            yield from filter(question.matches, rows)
            return
        if is_exact(question.alias):
            rows = _kept(self._rows_with, self._named, str(question.alias))
            yield from filter(question.matches, rows)
            return
        numbers = self._candidates(question)
        for start in range(0, len(numbers), TOGETHER):
            part = self.rows_of(numbers[start : start + TOGETHER])
            yield from filter(question.matches, part)

    def length(self, seq_id: str) -> int | None:
        """A sequence's length in residues, or None when it is not there."""
        digest = digest_of(seq_id)
        try:
            return len(self._view[digest]) if digest is not None else None
        except SequenceNotFound:
            return None

    def sequence_row(self, seq_id: str) -> SequenceRow | None:
        """What is known of a sequence, or None when it is not there."""
        row = self._shown(seq_id)
        if row is None:
            return None
        added = self.entries.time_of_sequence(row.id)
        path = pack_path(self._view.room.packs.folder, row.pack)
        relpath = path.relative_to(path.parents[2]).as_posix()
        return SequenceRow(seq_id, row.length, alphabet(row.letters), added, relpath)

    def seq_ids(self) -> Iterator[str]:
        """The keys of all sequences, in order."""
        numbers = self._all_numbers()
        for start in range(0, len(numbers), TOGETHER):
            found = self.columns_of(numbers[start : start + TOGETHER])
            yield from (
                seq_id
                for seq_id, pack in zip(seq_ids_of(found), found["pack"].tolist(), strict=True)
                if pack != DROPPED
            )

    def text(self, seq_id: str, start: int, end: int) -> str:
        """The residues of a sequence that is there, from `start` to before `end`."""
        return self._view.fetch(digest_of(seq_id) or seq_id, start, end)

    def alias_totals(self) -> AliasTotals:
        """Counts of alias rows, those of digests among them."""
        kept = " AND sequence NOT IN (SELECT value FROM json_each(:gone))"
        ((rows, current, spaces, first, last),) = self._index.ask(
            "SELECT count(*), ifnull(sum(retired IS NULL OR retired > :at), 0),"
            " count(DISTINCT namespace), min(added), max(added) FROM aliases WHERE added <= :at"
            + (kept if self._position().dropped else ""),
            {"at": self._at, "gone": self._gone()},
        )
        sequences = self.sequence_totals()
        digests = len(DIGEST_SPACES) * sequences.sequences
        spaces += len(DIGEST_SPACES) if sequences.sequences else 0
        times = [self.entries.time(number) for number in (first, last) if number is not None]
        times += [time for time in (sequences.earliest, sequences.latest) if time is not None]
        return AliasTotals(
            rows + digests,
            current + digests,
            sequences.sequences,
            spaces,
            min(times, default=None),
            max(times, default=None),
        )

    def sequence_totals(self) -> SequenceTotals:
        """Counts of sequences; files are packs."""
        position = self._position()
        gone = self._index.dropped(position.sequences)[1] if position.dropped else _NONE
        sequences = position.sequences - len(gone)
        packs = self._index.ask("SELECT count(*) FROM packs WHERE size > 0")[0][0]
        times = self.entries.times_with_sequences(position.sequences)
        return SequenceTotals(
            sequences,
            position.residues - int(gone["length"].sum()) if sequences else None,
            packs,
            min(times, default=None),
            max(times, default=None),
        )

    # Rows of many sequences

    def rows_of(self, numbers: Numbers) -> Iterator[AliasRow]:
        """All rows that these sequences have or had, each sequence's by (namespace, alias)."""
        found = self.columns_of(numbers)
        rows: dict[int, list[AliasRow]] = {number: [] for number in numbers.tolist()}
        seq_ids = dict(zip(rows, seq_ids_of(found), strict=True))
        for number, namespace, text, added, retired in self.aliases_of(numbers):
            rows[number].append(self._row(seq_ids[number], namespace, text, added, retired is None))
        digests = digest_names(found)
        for nth, number in enumerate(rows):
            if found["pack"][nth] == DROPPED:
                continue
            added = self.entries.position_of_sequence(number)
            its = [
                self._row(seq_ids[number], space, digests[space][nth], added, current=True)
                for space in DIGEST_SPACES
            ]
            yield from sorted(rows[number] + its, key=_order)

    def sequence_count(self) -> int:
        """How many sequences the view may show; they are numbered from 0."""
        return min(self._limit, self._index.position().sequences)

    def columns_of(self, numbers: Numbers) -> npt.NDArray[np.void]:
        """What the index keeps of these sequences, as an array of its rows."""
        return self._index.rows(numbers)

    def numbers_of(self, digests: Sequence[bytes]) -> dict[bytes, int]:
        """The numbers of those sequences, by their digests' 24 bytes, that are kept."""
        return self._index.known(digests)

    def numbers_of_keys(self, seq_ids: Sequence[str]) -> dict[str, int]:
        """The same by SeqRepo's keys."""
        digests = {seq_id: digest_of(seq_id) for seq_id in seq_ids}
        known = self._index.known([each.raw for each in digests.values() if each is not None])
        return {
            seq_id: known[digest.raw]
            for seq_id, digest in digests.items()
            if digest is not None and digest.raw in known
        }

    def position(self) -> int:
        """The journal position that the rows show."""
        return self._position().number

    def _position(self) -> Position:
        index = self._index
        return index.position() if self._at == NOW else index.position_at(self._at)

    def digest(self, number: int) -> Digest:
        """The digest of the sequence `number`."""
        return self._index.digest_of(number)

    def histories(self, namespace: str, texts: Sequence[str]) -> dict[str, list[Past]]:
        """What each of these names of one of our namespaces has stood for, oldest first."""
        found: dict[str, list[Past]] = defaultdict(list)
        rows = self._index.ask(
            "SELECT a.alias, a.sequence, a.retired FROM json_each(?) j"
            " JOIN aliases a ON a.alias = j.value"
            " WHERE a.namespace = (SELECT id FROM namespaces WHERE name = ?)"
            " ORDER BY a.alias, a.added",
            (json.dumps(list(dict.fromkeys(texts))), namespace),
        )
        for text, number, retired in rows:
            found[text].append(Past(number, retired is None))
        return found

    # Inside

    def _of_one(self, seq_id: str) -> tuple[AliasRow, ...]:
        """All rows of one sequence, in order: as `rows_of`, without an array for each step."""
        its = self._digests_of(seq_id)
        if its is None:
            return ()
        rows = [
            self._row(seq_id, their_namespace(space), text, added, retired is None)
            for space, text, added, retired in self._index.aliases_of(its.number, self._at)
        ]
        added = self.entries.position_of_sequence(its.number)
        for space, kind in DIGEST_KINDS.items():
            (text,) = digest_texts(space, getattr(its, kind))
            rows.append(self._row(seq_id, space, text, added, current=True))
        return tuple(sorted(rows, key=_order))

    def _digests_of(self, seq_id: str) -> _Digests | None:
        """What the sequence of this key has, if it is kept and the view shows it."""
        found = self._digests_known.find(seq_id)
        if found is not None:
            return found
        row = self._shown(seq_id)
        return _Digests(row.id, row.digest, row.md5, row.sha1) if row is not None else None

    def _shown(self, seq_id: str) -> Row | None:
        """The sequence of this key, if it is kept and the view shows it."""
        found = self._rows_shown.find(seq_id)
        if found is None:
            kept = self._rows_shown.now()
            digest = digest_of(seq_id)
            row = self._index.find("digest", digest.raw) if digest else None
            shown = row is not None and row.id < self._limit and row.pack
            found = kept[seq_id] = (row if shown else None,)
        return found[0]

    def _named(self, text: str) -> tuple[AliasRow, ...]:
        """All rows, also past ones, with the name `text`, in any namespace, in order."""
        return tuple(sorted((*self._aliases(text), *self._digests(text)), key=_order))

    def _aliases(self, text: str) -> Iterator[AliasRow]:
        """All rows, also past ones, of aliases `text`."""
        kept = self._digests_known.now()
        found = self._index.ask(
            "SELECT s.name, a.sequence, a.added, CASE WHEN a.retired <= :at THEN a.retired END"
            " FROM aliases a JOIN namespaces s ON s.id = a.namespace"
            " WHERE a.alias = :text AND a.added <= :at",
            {"text": text, "at": self._at},
        )
        for namespace, number, added, retired in found:
            digest, md5, sha1, _, pack, *_ = self._index.columns(number)
            if pack == DROPPED:
                continue
            seq_id = seq_id_of(Digest(digest))
            kept[seq_id] = _Digests(number, digest, md5, sha1)  # which will be asked for next
            yield self._row(seq_id, their_namespace(namespace), text, added, retired is None)

    def _digests(self, text: str) -> Iterator[AliasRow]:
        """All rows of sequences that have the digest `text`."""
        for namespace in DIGEST_SPACES:
            row = self._found_by_digest(namespace, text)
            if row is not None:
                added = self.entries.position_of_sequence(row.id)
                seq_id = seq_id_of(Digest(row.digest))
                yield self._row(seq_id, namespace, text, added, current=True)

    def _found_by_digest(self, namespace: str, text: str) -> Row | None:
        """The sequence that has this digest, if `namespace` is one of digests, and it is shown."""
        raw = raw_digest(namespace, text)
        row = self._index.find(DIGEST_KINDS[namespace], raw) if raw else None
        return row if row is not None and row.id < self._limit and row.pack else None

    def aliases_of(self, numbers: Numbers) -> list[tuple[int, str, str, int, int | None]]:
        """Number, stored namespace, text, added, retired of each alias of these sequences."""
        rows = self._index.ask(
            "SELECT a.sequence, s.name, a.alias, a.added,"
            " CASE WHEN a.retired <= :at THEN a.retired END"
            " FROM json_each(:numbers) j JOIN aliases a ON a.sequence = j.value"
            " JOIN namespaces s ON s.id = a.namespace WHERE a.added <= :at",
            {"numbers": json.dumps(numbers.tolist()), "at": self._at},
        )
        return [(number, their_namespace(space), *rest) for number, space, *rest in rows]

    def _row(self, seq_id: str, namespace: str, alias: str, added: int, current: bool) -> AliasRow:
        time = self.entries.time(added)
        return AliasRow(
            row_id(added, namespace, alias), seq_id, namespace, alias, time, int(current)
        )

    def _candidates(self, question: Question) -> Numbers:
        """The sequences that may have such a row, in the order of their seq_ids."""
        namespace = question.namespace
        if not is_exact(namespace) or namespace in DIGEST_SPACES:
            return self._all_numbers()
        rows = self._index.ask(
            "SELECT DISTINCT sequence FROM aliases WHERE added <= ? AND namespace ="
            " (SELECT id FROM namespaces WHERE name = ?)"
            + (" AND alias LIKE ?" if question.alias is not None else ""),
            (self._at, canonical(str(namespace)), *([question.alias] if question.alias else [])),
        )
        return self._in_order(np.array([number for (number,) in rows], np.int64))

    def _all_numbers(self) -> Numbers:
        return self._in_order(np.arange(self.sequence_count(), dtype=np.int64))

    def _in_order(self, numbers: Numbers) -> Numbers:
        """Sequences in the order of their seq_ids, which is not that of their digests' bytes."""
        joined = b"".join(
            self._index.digests_of(numbers[start : start + TOGETHER])
            for start in range(0, len(numbers), TOGETHER)
        )
        letters = np.frombuffer(urlsafe_b64encode(joined), f"S{SEQ_ID_LETTERS}")
        return numbers[np.argsort(letters)]

    def _gone(self) -> str:
        """The numbers of all sequences whose residues are gone, as JSON."""
        if not self._position().dropped:
            return "[]"
        return json.dumps(self._index.dropped(self._index.position().sequences)[0].tolist())


class Entries:
    """When each commit was, and which commit brought a sequence."""

    def __init__(self, index: Index) -> None:
        self._index = index
        self._times: list[str] = []
        self._sequences: list[int] = []  # how many there are after each entry

    def time(self, position: int) -> str:
        """The time of the entry `position`, UTC, ``YYYY-MM-DD HH:MM:SS``."""
        if position > len(self._times):
            self._read_on()
        return self._times[position - 1]

    def position_of_sequence(self, number: int) -> int:
        """The entry that brought the sequence `number`."""
        if not self._sequences or number >= self._sequences[-1]:
            self._read_on()
        return bisect_right(self._sequences, number) + 1

    def sequences_at(self, position: int) -> int:
        """How many sequences there are after the entry `position`."""
        if position > len(self._times):
            self._read_on()
        return self._sequences[position - 1] if position else 0

    def time_of_sequence(self, number: int) -> str:
        """When the sequence `number` came."""
        return self.time(self.position_of_sequence(number))

    def times_with_sequences(self, count: int) -> list[str]:
        """The times of the entries that brought the first and the last of `count` sequences."""
        return [self.time_of_sequence(number) for number in {0, count - 1}] if count else []

    def _read_on(self) -> None:
        # Entries are only added, so what is known stays true.
        rows = self._index.ask(
            "SELECT time, sequences FROM entries WHERE number > ? ORDER BY number",
            (len(self._times),),
        )
        self._times += [time[:19].replace("T", " ") for time, _ in rows]
        self._sequences += [count for _, count in rows]


def _kept(
    kept: Kept[str, tuple[AliasRow, ...]], ask: Callable[[str], tuple[AliasRow, ...]], text: str
) -> tuple[AliasRow, ...]:
    """What `ask` answers to `text`: kept from an earlier time, if nothing was committed since."""
    found = kept.find(text)
    if found is None:
        answers = kept.now()
        found = ask(text)
        if len(found) <= KEPT_ROWS:
            answers[text] = found
    return found


def row_id(position: int, namespace: str, alias: str) -> int:
    """The number of a row: larger for later commits, and never another for the same name."""
    name = f"{namespace}\t{alias}".encode()
    hashed = int.from_bytes(blake2b(name, digest_size=_HASH_BITS // 8).digest())
    return position << _HASH_BITS | hashed


def _order(row: AliasRow) -> tuple[str, str, str, int]:
    return row.seq_id, row.namespace, row.alias, row.seqalias_id


def seq_ids_of(columns: npt.NDArray[np.void]) -> list[str]:
    """The seq_ids of rows of the index."""
    letters = urlsafe_b64encode(columns["digest"].tobytes()).decode()
    return [letters[at : at + SEQ_ID_LETTERS] for at in range(0, len(letters), SEQ_ID_LETTERS)]


def digest_names(columns: npt.NDArray[np.void]) -> dict[str, list[str]]:
    """The stored texts of the digests of rows of the index, by namespace."""
    return {space: digest_texts(space, columns[DIGEST_KINDS[space]].tobytes())
            for space in DIGEST_SPACES}  # fmt: skip


def in_stored_words(question: Question) -> Question:
    """The question with its namespace as it would be stored: ours have one name each."""
    namespace = question.namespace
    if not is_exact(namespace) or namespace in DIGEST_SPACES:
        return question
    stored = their_namespace(canonical(str(namespace)))
    return question if stored == namespace else replace(question, namespace=stored)
