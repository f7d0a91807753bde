"""
What was stored and not committed yet, and the rows of a store as they will be after the commit.

SeqRepo's programs read what they have just stored, so rows are those of the store with what is
pending laid over them. One commit of ours is one state of the names: when a name moves twice before
a commit, each move begins a new *state*, and the commit writes as many entries, so that the history
is kept as SeqRepo would keep it.
"""

from base64 import b64encode
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import UTC, datetime
from heapq import merge

from holdfast.base.digests import Digests
from holdfast.formats.residues import alphabet, letter_sets
from holdfast.sequences import Alias, SequenceStore
from holdfast.sequences.seqrepo import AliasRow, Question, SequenceRow, StoreRows
from holdfast.sequences.seqrepo.naming import VMC_PREFIX, our_namespace, seq_id_of
from holdfast.sequences.seqrepo.rows import AliasTotals, SequenceTotals
from holdfast.sequences.seqrepo.storerows import in_stored_words, row_id

TOGETHER = 1 << 12  #: sequences staged in one go
RELPATH = "pending"  #: of a sequence that is in no file yet
Name = tuple[str, str]


@dataclass(frozen=True, slots=True)
class PendingSequence:
    """A sequence that waits for the commit; `names` are its digests as SeqRepo stores them."""

    residues: bytes
    row: SequenceRow
    names: tuple[Name, ...]


class PendingRows:
    """The rows of a store with what is pending; used by one thread."""

    def __init__(self, store: SequenceStore) -> None:
        self._store, self._rows = store, StoreRows(store)
        self._clear()

    def _clear(self) -> None:
        self._sequences: dict[str, PendingSequence] = {}
        self._states: list[dict[Name, str]] = [{}]
        self._times: dict[Name, str] = {}

    # Staging

    def add_sequence(self, residues: bytes) -> str:
        """Stage normalised residues unless they are there; their key."""
        digests = Digests.of(residues)
        seq_id = seq_id_of(digests.ga4gh)
        if self.sequence_row(seq_id) is None:
            names = (
                ("VMC", VMC_PREFIX + seq_id),
                ("SHA1", digests.sha1.hex()),
                ("MD5", digests.md5.hex()),
                ("SEGUID", b64encode(digests.sha1).decode().rstrip("=")),
            )
            alpha = alphabet(int(letter_sets([residues])[0]))
            row = SequenceRow(seq_id, len(residues), alpha, _now(), RELPATH)
            self._sequences[seq_id] = PendingSequence(residues, row, names)
        return seq_id

    def give(self, namespace: str, alias: str, seq_id: str) -> int:
        """Stage a stored name for a sequence; the number of its row.

        Raises
        ------
        KeyError
            There is no such sequence.
        UsageError
            The name cannot be one (a ValueError).
        """
        name = namespace, alias
        if self.sequence_row(seq_id) is None:
            raise KeyError(seq_id)
        now = next(self.alias_rows(Question(namespace=namespace, alias=alias)), None)
        if now is not None and now.seq_id == seq_id:
            return now.seqalias_id
        Alias(our_namespace(namespace), alias)
        if name in self._states[-1]:
            self._states.append({})
        self._states[-1][name] = seq_id
        self._times[name] = _now()
        return self._row_id(len(self._states) - 1, name)

    def commit(self, note: str) -> None:
        """Write everything that is pending: one entry, or one for each state of the names.

        What fails leaves all that was not written pending.
        """
        while self._is_waiting():
            self._commit_state(self._states[0], note)
            self._sequences = {}
            self._states = self._states[1:] or [{}]
        self._clear()

    def roll_back(self) -> None:
        """Forget everything that is pending."""
        self._clear()

    def _commit_state(self, state: dict[Name, str], note: str) -> None:
        with self._store.write() as batch:
            numbers: dict[str, int] = {}
            waiting = list(self._sequences.items())
            for start in range(0, len(waiting), TOGETHER):
                part = waiting[start : start + TOGETHER]
                residues = [each.residues for _, each in part]
                staged = batch.add_many(residues, letter_sets(residues).tolist())
                numbers.update(zip((seq_id for seq_id, _ in part), staged, strict=True))
            numbers |= self._numbers([each for each in state.values() if each not in numbers])
            spaces: dict[str, dict[str, int]] = {}
            for (namespace, alias), seq_id in state.items():
                spaces.setdefault(our_namespace(namespace), {})[alias] = numbers[seq_id]
            for space, names in spaces.items():
                batch.alias_numbers(space, list(names), list(names.values()), reassign=True)
            batch.commit(note)

    def _numbers(self, seq_ids: list[str]) -> dict[str, int]:
        found = self._rows.numbers_of_keys(seq_ids)
        missing = [seq_id for seq_id in seq_ids if seq_id not in found]
        if missing:
            raise KeyError(missing[0])
        return found

    # Rows

    def alias_rows(self, question: Question) -> Iterator[AliasRow]:
        """The rows that answer, as they will be after the commit."""
        rows = self._rows.alias_rows(question)
        if not self._is_waiting():
            return rows
        owners = {name: seq_id for state in self._states for name, seq_id in state.items()}
        question = in_stored_words(question)
        later = filter(question.matches, self._pending_rows(owners))
        return merge(_superseded(rows, owners, question), sorted(later, key=_order), key=_order)

    def keys_named(self, namespace: str | None, alias: str) -> set[str]:
        """The keys of the sequences that will have this stored name, exactly."""
        if not self._is_waiting():
            return self._rows.keys_named(namespace, alias)
        rows = self.alias_rows(Question(namespace=namespace, alias=alias))
        return {row.seq_id for row in rows if row.alias == alias}

    def length(self, seq_id: str) -> int | None:
        """A sequence's length in residues, or None when it is not there."""
        waiting = self._sequences.get(seq_id)
        return waiting.row.length if waiting else self._rows.length(seq_id)

    def sequence_row(self, seq_id: str) -> SequenceRow | None:
        """What is known of a sequence, or None when it is not there."""
        waiting = self._sequences.get(seq_id)
        return waiting.row if waiting else self._rows.sequence_row(seq_id)

    def seq_ids(self) -> Iterator[str]:
        """The keys of all sequences, in order."""
        return merge(self._rows.seq_ids(), sorted(self._sequences))

    def text(self, seq_id: str, start: int, end: int) -> str:
        """The residues of a sequence that is there, from `start` to before `end`."""
        waiting = self._sequences.get(seq_id)
        if waiting is not None:
            return waiting.residues[start:end].decode("ascii")
        return self._rows.text(seq_id, start, end)

    def alias_totals(self) -> AliasTotals:
        """Counts of alias rows, when nothing is pending those of the store."""
        if not self._is_waiting():
            return self._rows.alias_totals()
        rows = list(self.alias_rows(Question(current_only=False)))
        times = [row.added for row in rows]
        return AliasTotals(
            len(rows),
            sum(row.is_current for row in rows),
            len({row.seq_id for row in rows}),
            len({row.namespace for row in rows}),
            min(times, default=None),
            max(times, default=None),
        )

    def sequence_totals(self) -> SequenceTotals:
        """Counts of sequence rows."""
        totals = self._rows.sequence_totals()
        if not self._sequences:
            return totals
        rows = [each.row for each in self._sequences.values()]
        times = [row.added for row in rows]
        times += [time for time in (totals.earliest, totals.latest) if time is not None]
        return SequenceTotals(
            totals.sequences + len(rows),
            (totals.residues or 0) + sum(row.length for row in rows),
            totals.files + 1,
            min(times),
            max(times),
        )

    def close(self) -> None:
        """Forget what is pending: closing commits nothing."""
        self.roll_back()

    def _is_waiting(self) -> bool:
        """Whether anything waits for the commit."""
        return bool(self._sequences) or any(self._states)

    def _pending_rows(self, owners: dict[Name, str]) -> Iterator[AliasRow]:
        for seq_id, waiting in self._sequences.items():
            for name in waiting.names:
                yield AliasRow(self._row_id(0, name), seq_id, *name, waiting.row.added, 1)
        for nth, state in enumerate(self._states):
            for name, seq_id in state.items():
                last = owners[name] == seq_id and not any(
                    name in later for later in self._states[nth + 1 :]
                )
                yield AliasRow(self._row_id(nth, name), seq_id, *name, self._times[name], int(last))

    def _row_id(self, state: int, name: Name) -> int:
        return row_id(self._rows.position() + 1 + state, *name)


def _superseded(
    rows: Iterator[AliasRow], owners: dict[Name, str], question: Question
) -> Iterator[AliasRow]:
    """Rows of the store, of which those whose name will be given anew are not current."""
    for row in rows:
        if row.is_current and (row.namespace, row.alias) in owners:
            row = row._replace(is_current=0)  # noqa: PLW2901 - the same row, as it will be
        if question.matches(row):
            yield row


def _order(row: AliasRow) -> tuple[str, str, str, int]:
    return row.seq_id, row.namespace, row.alias, row.seqalias_id


def _now() -> str:
    return datetime.now(UTC).strftime("%Y-%m-%d %H:%M:%S")
