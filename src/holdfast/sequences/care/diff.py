"""
Differences: what separates the store at one position from the store at another.

Everything is asked of the index in set queries: counts come as counts, and rows as they are read,
so that a difference of millions of names is neither held in memory nor touched row by row to be
counted. An alias that names another sequence than before is what people should look at first.
"""

from collections.abc import Iterator
from dataclasses import dataclass
from enum import Enum
from itertools import islice

import numpy as np
import numpy.typing as npt

from holdfast.base.digests import Digest
from holdfast.sequences.naming.alias import Alias
from holdfast.sequences.storage.index import Index
from holdfast.sequences.storage.schema import DROPPED, ROW, Position

Longs = npt.NDArray[np.int64]
Numbers = list[range]  #: of sequences

READ_TOGETHER = 1 << 13  # sequences whose digests are asked for at once


class Change(Enum):
    """What became of a name, or of a sequence, from one position to the other."""

    ADDED = "added"  #: it was not there
    REMOVED = "removed"  #: it is there no more
    REPOINTED = "repointed"  #: it names something else


@dataclass(frozen=True, slots=True)
class AliasChange:
    """An alias and the sequence it named before and names after; None when it named none."""

    alias: Alias
    before: Digest | None
    after: Digest | None


@dataclass(frozen=True, slots=True)
class CollectionChange:
    """A collection's name and the digest it stood for before and stands for after."""

    name: str
    before: str | None
    after: str | None

    @property
    def change(self) -> Change:
        """What became of the name."""
        if self.before is None:
            return Change.ADDED
        return Change.REMOVED if self.after is None else Change.REPOINTED


@dataclass(frozen=True, slots=True)
class DiffCounts:
    """How much changed from the position `before` to the position `after`.

    Removed sequences are those whose residues were dropped as garbage in between.
    """

    before: int
    after: int
    sequences_added: int
    sequences_removed: int
    aliases_added: int
    aliases_removed: int
    aliases_repointed: int
    collections_added: int
    collections_removed: int
    collections_repointed: int

    @property
    def nothing(self) -> bool:
        """Whether the two positions show the same."""
        return not any(
            (
                self.sequences_added, self.sequences_removed, self.aliases_added,
                self.aliases_removed, self.aliases_repointed, self.collections_added,
                self.collections_removed, self.collections_repointed,
            )
        )  # fmt: skip


class Diff:
    """What separates the position `before` from the position `after`, either of which may be first.

    It is a question, asked anew with each call; a commit meanwhile changes no answer.
    """

    def __init__(self, index: Index, before: Position, after: Position) -> None:
        self._index, self._before, self._after = index, before, after
        self._places = {"a": before.number, "b": after.number}

    def counts(self) -> DiffCounts:
        """How much changed."""
        removed, added = self._sequence_numbers()
        left, moved, stayed = self._index.ask(_COUNT_LEFT, self._places)[0]
        (came,) = self._index.ask(_COUNT_CAME, self._places)[0]
        collections = self.collections()
        kinds = [each.change for each in collections]
        return DiffCounts(
            before=self._before.number,
            after=self._after.number,
            sequences_added=_size(added),
            sequences_removed=_size(removed),
            aliases_added=came - moved - stayed,
            aliases_removed=left - moved - stayed,
            aliases_repointed=moved,
            collections_added=kinds.count(Change.ADDED),
            collections_removed=kinds.count(Change.REMOVED),
            collections_repointed=kinds.count(Change.REPOINTED),
        )

    def aliases(self, change: Change, limit: int | None = None) -> Iterator[AliasChange]:
        """The aliases that changed so, by text and namespace; at most `limit`."""
        rows = self._index.each(_ALIASES[change], self._places)
        for namespace, text, before, after in islice(rows, limit):
            yield AliasChange(Alias(namespace, text), _digest(before), _digest(after))

    def collections(self) -> list[CollectionChange]:
        """The names of collections that changed, in order."""
        return [CollectionChange(*row) for row in self._index.ask(_COLLECTIONS, self._places)]

    def sequences(self, change: Change, limit: int | None = None) -> Iterator[Digest]:
        """The sequences that were added or removed, in the order of the journal."""
        removed, added = self._sequence_numbers()
        numbers = {Change.ADDED: added, Change.REMOVED: removed}.get(change, [])
        return islice(self._digests(numbers), limit)

    def _digests(self, numbers: Numbers) -> Iterator[Digest]:
        for part in numbers:
            for start in range(part.start, part.stop, READ_TOGETHER):
                some = range(start, min(start + READ_TOGETHER, part.stop))
                joined = self._index.digests_of(list(some))
                yield from (Digest(joined[at : at + 24]) for at in range(0, len(joined), 24))

    def _sequence_numbers(self) -> tuple[Numbers, Numbers]:
        """The numbers of the sequences removed and added, as ranges in order."""
        a, b = self._before, self._after
        if not self._index.position().dropped:
            removed, added = range(b.sequences, a.sequences), range(a.sequences, b.sequences)
            return [removed] if removed else [], [added] if added else []
        return self._with_dropped(a, b)

    def _with_dropped(self, a: Position, b: Position) -> tuple[Numbers, Numbers]:
        """The same where garbage was dropped; what was loaded again had never gone."""
        numbers, entries = _dropped(self._index)
        total = max(a.sequences, b.sequences)
        gone = np.full(total, np.iinfo(np.int64).max)
        inside = numbers < total
        gone[numbers[inside]] = entries[inside]
        every = np.arange(total)
        there_a, there_b = ((every < at.sequences) & (gone > at.number) for at in (a, b))
        for kept in self._loaded_again(numbers[inside], total):
            for there in (there_a, there_b):
                there[kept[-1]] = there[kept].any()
                there[kept[:-1]] = False
        return _ranges(there_a & ~there_b), _ranges(there_b & ~there_a)

    def _loaded_again(self, dropped: Longs, total: int) -> list[list[int]]:
        """The numbers under which each sequence was kept that was dropped and loaded again."""
        joined = self._index.digests_of(dropped.tolist())
        kept: dict[bytes, list[int]] = {}
        for nth, number in enumerate(dropped.tolist()):
            kept.setdefault(joined[24 * nth : 24 * nth + 24], []).append(number)
        for digest, number in self._index.known(list(kept)).items():
            if number < total:
                kept[digest].append(number)
        return [numbers for numbers in kept.values() if len(numbers) > 1]


def _dropped(index: Index) -> tuple[Longs, Longs]:
    """The numbers of all sequences whose residues are gone, and the entries that dropped them.

    The rows of all sequences are looked through, which takes a second for some millions.
    """
    assert ROW.fields is not None
    start = ROW.fields["pack"][1] + 1
    found = index.ask(
        "SELECT id, row FROM sequences"
        f" WHERE substr(row, {start}, 4) = x'{DROPPED:08x}' ORDER BY id"
    )
    rows = np.frombuffer(b"".join(row for _, row in found), ROW)
    return np.array([number for number, _ in found], np.int64), rows["offset"].astype(np.int64)


def _size(numbers: Numbers) -> int:
    return sum(map(len, numbers))


def _ranges(chosen: npt.NDArray[np.bool_]) -> Numbers:
    edges = np.flatnonzero(np.diff(chosen.astype(np.int8), prepend=0, append=0))
    return [range(start, end) for start, end in edges.reshape(-1, 2).tolist()]


def _digest(raw: bytes | None) -> Digest | None:
    return None if raw is None else Digest(raw)


def _live(row: str, at: str) -> str:
    return f"({row}.added <= :{at} AND ({row}.retired IS NULL OR {row}.retired > :{at}))"


#: Rows of names that held at the first position only, and at the second only.
_LEFT = f"{_live('o', 'a')} AND NOT {_live('o', 'b')}"
_CAME = f"{_live('n', 'b')} AND NOT {_live('n', 'a')}"
_SAME_NAME = "n.alias = o.alias AND n.namespace = o.namespace"
_NAMES_OTHER = (
    "n.sequence <> o.sequence AND (SELECT substr(row, 1, 24) FROM sequences WHERE id = n.sequence)"
    " <> (SELECT substr(row, 1, 24) FROM sequences WHERE id = o.sequence)"
)

#: How many names ended, how many of these name another sequence now, and how many the same.
_COUNT_LEFT = (
    "SELECT count(*), count(CASE WHEN other THEN 1 END), count(CASE WHEN NOT other THEN 1 END)"
    f" FROM (SELECT CASE WHEN n.sequence IS NULL THEN NULL ELSE {_NAMES_OTHER} END AS other"
    f"       FROM aliases o LEFT JOIN aliases n ON {_SAME_NAME} AND {_live('n', 'b')}"
    f"       WHERE {_LEFT})"
)
_COUNT_CAME = f"SELECT count(*) FROM aliases n WHERE {_CAME}"

_ALIASES = {
    Change.ADDED: (
        "SELECT s.name, n.alias, NULL, substr(q.row, 1, 24) FROM aliases n"
        " CROSS JOIN namespaces s ON s.id = n.namespace CROSS JOIN sequences q ON q.id = n.sequence"
        f" WHERE {_CAME} AND NOT EXISTS (SELECT 1 FROM aliases o WHERE {_SAME_NAME}"
        f" AND {_live('o', 'a')}) ORDER BY n.alias, n.namespace"
    ),
    Change.REMOVED: (
        "SELECT s.name, o.alias, substr(p.row, 1, 24), NULL FROM aliases o"
        " CROSS JOIN namespaces s ON s.id = o.namespace CROSS JOIN sequences p ON p.id = o.sequence"
        f" WHERE {_LEFT} AND NOT EXISTS (SELECT 1 FROM aliases n WHERE {_SAME_NAME}"
        f" AND {_live('n', 'b')}) ORDER BY o.alias, o.namespace"
    ),
    Change.REPOINTED: (
        "SELECT s.name, o.alias, substr(p.row, 1, 24), substr(q.row, 1, 24) FROM aliases o"
        f" CROSS JOIN aliases n ON {_SAME_NAME} AND {_live('n', 'b')}"
        " CROSS JOIN namespaces s ON s.id = o.namespace CROSS JOIN sequences p ON p.id = o.sequence"
        " CROSS JOIN sequences q ON q.id = n.sequence"
        f" WHERE {_LEFT} AND substr(p.row, 1, 24) <> substr(q.row, 1, 24)"
        " ORDER BY o.alias, o.namespace"
    ),
}

_COLLECTIONS = (
    "SELECT t.name, o.digest, n.digest FROM (SELECT DISTINCT name FROM collections) t"
    f" LEFT JOIN collections o ON o.name = t.name AND {_live('o', 'a')}"
    f" LEFT JOIN collections n ON n.name = t.name AND {_live('n', 'b')}"
    " WHERE o.digest IS NOT n.digest ORDER BY t.name"
)
