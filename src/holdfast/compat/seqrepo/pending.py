"""
What was stored and not committed yet, and the rows of a store as they will be after the commit.

SeqRepo's programs read what they have just stored, so rows are those of the store with what is
pending laid over them. One commit of ours is one state of the names: when a name moves twice before
a commit, each move begins a new *state*, and the commit writes as many entries, so that the history
is kept as SeqRepo would keep it.
"""

from base64 import b64encode
from collections import defaultdict
from collections.abc import Iterable, Iterator
from dataclasses import dataclass, replace
from datetime import UTC, datetime
from heapq import merge

from holdfast.base.digests import Digests
from holdfast.formats.residues import alphabet, letter_set, letter_sets
from holdfast.sequences import Alias, SequenceStore
from holdfast.sequences.seqrepo import AliasRow, Question, SequenceRow, StoreRows
from holdfast.sequences.seqrepo.naming import VMC_PREFIX, kept_name, our_namespace, seq_id_of
from holdfast.sequences.seqrepo.rows import AliasTotals, SequenceTotals, is_exact
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


@dataclass(frozen=True, slots=True)
class _Given:
    """A name given to a sequence: in which state of the names, and when."""

    state: int
    seq_id: str
    time: str


class PendingRows:
    """The rows of a store with what is pending; used by one thread."""

    def __init__(self, store: SequenceStore) -> None:
        self._store, self._rows = store, StoreRows(store)
        self._clear()

    def _clear(self) -> None:
        self._next: int | None = None  # the position of the coming commit, when it was asked for
        self._sequences: dict[str, PendingSequence] = {}
        self._states: list[dict[Name, str]] = [{}]
        self._given: dict[Name, list[_Given]] = {}
        # What a question names is found without looking at all that waits.
        self._names_of: dict[str, dict[Name, None]] = defaultdict(dict)  # by key
        self._names_with: dict[str, dict[Name, None]] = defaultdict(dict)  # by text
        self._digests: dict[str, str] = {}  # keys by the digests' texts

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
            alpha = alphabet(letter_set(residues))
            row = SequenceRow(seq_id, len(residues), alpha, _now(), RELPATH)
            self._sequences[seq_id] = PendingSequence(residues, row, names)
            self._digests.update((text, seq_id) for _, text in names)
        return seq_id

    def give(self, namespace: str, alias: str, seq_id: str) -> int:
        """Stage a name for a sequence; the number of its row.

        Raises
        ------
        KeyError
            There is no such sequence.
        UsageError
            The name cannot be one (a ValueError).
        """
        name = space, text = kept_name(namespace, alias)
        if self.sequence_row(seq_id) is None:
            raise KeyError(seq_id)
        rows = self.alias_rows(Question(namespace=space, alias=text))
        now = next((row for row in rows if row.alias == text), None)
        if now is not None and now.seq_id == seq_id:
            return now.seqalias_id
        Alias(our_namespace(space), text)
        if name in self._states[-1]:
            self._states.append({})
        self._states[-1][name] = seq_id
        given = _Given(len(self._states) - 1, seq_id, _now())
        self._given.setdefault(name, []).append(given)
        self._names_of[seq_id][name] = self._names_with[text][name] = None
        return self._row_id(given.state, name)

    def commit(self, note: str) -> None:
        """Write everything that is pending: one entry, or one for each state of the names.

        What fails leaves all that was not written pending.
        """
        while self._is_waiting():
            self._commit_state(self._states[0], note)
            self._forget_first_state()
        self._clear()

    def roll_back(self) -> None:
        """Forget everything that is pending."""
        self._clear()

    def _forget_first_state(self) -> None:
        """What it holds is in the store now; the next state is the first."""
        self._next = None
        self._sequences, self._digests = {}, {}
        self._states = self._states[1:] or [{}]
        for name, its in self._given.items():
            later = (each for each in its if each.state)
            self._given[name] = [replace(each, state=each.state - 1) for each in later]

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
        question = in_stored_words(question)
        later = sorted(filter(question.matches, self._pending_rows(question)), key=_order)
        stored = self._superseded(rows, question)
        return merge(stored, later, key=_order) if later else stored

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

    def _pending_rows(self, question: Question) -> Iterator[AliasRow]:
        """Rows that may answer, of those that wait."""
        seq_ids: Iterable[str] = self._sequences
        names: Iterable[Name] = self._given
        if is_exact(question.seq_id):
            seq_ids = [str(question.seq_id)]
            names = self._names_of.get(seq_ids[0], {})
        elif is_exact(question.alias):
            text = str(question.alias)
            seq_ids = [self._digests[text]] if text in self._digests else []
            names = self._names_with.get(text, {})
        for seq_id in filter(self._sequences.__contains__, seq_ids):
            waiting = self._sequences[seq_id]
            for name in waiting.names:
                yield AliasRow(self._row_id(0, name), seq_id, *name, waiting.row.added, 1)
        for name in names:
            for given in self._given[name]:
                last = given is self._given[name][-1]
                number = self._row_id(given.state, name)
                yield AliasRow(number, given.seq_id, *name, given.time, int(last))

    def _superseded(self, rows: Iterator[AliasRow], question: Question) -> Iterator[AliasRow]:
        """Rows of the store, of which those whose name will be given anew are not current."""
        for row in rows:
            if row.is_current and self._given.get((row.namespace, row.alias)):
                row = row._replace(is_current=0)  # noqa: PLW2901 - the same row, as it will be
            if question.matches(row):
                yield row

    def _row_id(self, state: int, name: Name) -> int:
        if self._next is None:
            self._next = self._rows.position() + 1
        return row_id(self._next + state, *name)


def _order(row: AliasRow) -> tuple[str, str, str, int]:
    return row.seq_id, row.namespace, row.alias, row.seqalias_id


def _now() -> str:
    return datetime.now(UTC).strftime("%Y-%m-%d %H:%M:%S")
