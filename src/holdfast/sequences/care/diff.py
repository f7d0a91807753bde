"""
Differences: what separates the store at one position from the store at another.

Everything is asked of the index in set queries: counts come as counts or as columns, and rows as
they are read, some thousands at a time, so that a difference of millions of names is neither held
in memory nor touched row by row to be counted. An alias that names another sequence than before is
what people should look at first.
"""

from collections.abc import Iterator
from dataclasses import dataclass
from enum import Enum
from itertools import islice
from typing import Any

import numpy as np
import numpy.typing as npt

from holdfast.base.digests import SHA512T_BYTES, Digest
from holdfast.sequences.naming.alias import Alias
from holdfast.sequences.storage.index import Index
from holdfast.sequences.storage.schema import Position

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
        left, stayed = self._index.ask(_COUNT_LEFT, self._places)[0]
        moved, again = self._renumbered()
        stayed += again
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
        return islice(self._alias_changes(change, limit), limit)

    def _alias_changes(self, change: Change, limit: int | None) -> Iterator[AliasChange]:
        together = READ_TOGETHER if limit is None else max(1, min(limit, READ_TOGETHER))
        for rows in _some(self._index.each(_ALIASES[change], self._places), together):
            sides = (self._digests_named([row[at] for row in rows]) for at in (2, 3))
            for (namespace, text, *_), before, after in zip(rows, *sides, strict=True):
                # One that was dropped and loaded again has another number and is the same.
                if before != after:
                    yield AliasChange(Alias(namespace, text), before, after)

    def _digests_named(self, numbers: list[int | None]) -> list[Digest | None]:
        """The digests of sequences; None where there is none."""
        joined = self._index.digests_of([each for each in numbers if each is not None])
        digests = (Digest(joined[at : at + 24]) for at in range(0, len(joined), SHA512T_BYTES))
        return [None if each is None else next(digests) for each in numbers]

    def _renumbered(self) -> tuple[int, int]:
        """How many names have another number: that of another sequence, or of the same again."""
        moved = again = 0
        for pairs in _some(self._index.each(_PAIRS, self._places), READ_TOGETHER):
            numbers = np.array(pairs, np.int64)
            old, new = (self._index.rows(numbers[:, side])["digest"] for side in (0, 1))
            same = int((old == new).sum())
            moved, again = moved + len(pairs) - same, again + same
        return moved, again

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
        numbers, rows = self._index.dropped(self._index.position().sequences)
        entries = rows["offset"].astype(np.int64)
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


def _size(numbers: Numbers) -> int:
    return sum(map(len, numbers))


def _ranges(chosen: npt.NDArray[np.bool_]) -> Numbers:
    edges = np.flatnonzero(np.diff(chosen.astype(np.int8), prepend=0, append=0))
    return [range(start, end) for start, end in edges.reshape(-1, 2).tolist()]


def _some(rows: Iterator[Any], together: int) -> Iterator[list[Any]]:
    """`rows`, so many at a time."""
    while part := list(islice(rows, together)):
        yield part


def _live(row: str, at: str) -> str:
    return f"({row}.added <= :{at} AND ({row}.retired IS NULL OR {row}.retired > :{at}))"


#: Rows of names that held at the first position only, and at the second only.
_LEFT = f"{_live('o', 'a')} AND NOT {_live('o', 'b')}"
_CAME = f"{_live('n', 'b')} AND NOT {_live('n', 'a')}"
_SAME_NAME = "n.alias = o.alias AND n.namespace = o.namespace"
#: How many names ended, and how many of these name the same number again.
_COUNT_LEFT = (
    "SELECT count(*), count(CASE WHEN n.sequence = o.sequence THEN 1 END)"
    f" FROM aliases o LEFT JOIN aliases n ON {_SAME_NAME} AND {_live('n', 'b')} WHERE {_LEFT}"
)
_COUNT_CAME = f"SELECT count(*) FROM aliases n WHERE {_CAME}"
_MOVED = (
    f" FROM aliases o CROSS JOIN aliases n ON {_SAME_NAME} AND {_live('n', 'b')}"
    "{} WHERE " + _LEFT + " AND n.sequence <> o.sequence"
)
#: The numbers before and after of the names that have another one now.
_PAIRS = "SELECT o.sequence, n.sequence" + _MOVED.format("")

_SPACE = " CROSS JOIN namespaces s ON s.id = o.namespace"
#: Namespace, text, and the numbers of the sequences before and after.
_ALIASES = {
    Change.ADDED: (
        "SELECT s.name, n.alias, NULL, n.sequence FROM aliases n"
        " CROSS JOIN namespaces s ON s.id = n.namespace"
        f" WHERE {_CAME} AND NOT EXISTS (SELECT 1 FROM aliases o WHERE {_SAME_NAME}"
        f" AND {_live('o', 'a')}) ORDER BY n.alias, n.namespace"
    ),
    Change.REMOVED: (
        f"SELECT s.name, o.alias, o.sequence, NULL FROM aliases o{_SPACE}"
        f" WHERE {_LEFT} AND NOT EXISTS (SELECT 1 FROM aliases n WHERE {_SAME_NAME}"
        f" AND {_live('n', 'b')}) ORDER BY o.alias, o.namespace"
    ),
    Change.REPOINTED: (
        "SELECT s.name, o.alias, o.sequence, n.sequence"
        + _MOVED.format(_SPACE)
        + " ORDER BY o.alias, o.namespace"
    ),
}

_COLLECTIONS = (
    "SELECT t.name, o.digest, n.digest FROM (SELECT DISTINCT name FROM collections) t"
    f" LEFT JOIN collections o ON o.name = t.name AND {_live('o', 'a')}"
    f" LEFT JOIN collections n ON n.name = t.name AND {_live('n', 'b')}"
    " WHERE o.digest IS NOT n.digest ORDER BY t.name"
)
