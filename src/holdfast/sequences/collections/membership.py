"""
Membership: which collections have a sequence, and where in them.

The journal says it the other way round, so the numbers of each entry's records are read from it
once and kept, four bytes a record. A question then is one look at an array for each entry that has
collections: some milliseconds for ten million records. Of a store with more records than are kept,
the newest collections are looked through, and the answer says that it is not whole.
"""

from collections import defaultdict
from collections.abc import Collection
from dataclasses import dataclass
from threading import Lock

import numpy as np
import numpy.typing as npt

from holdfast.sequences.storage.index import Index
from holdfast.sequences.storage.journal import EntryName, Journal

RECORDS_MOST = 1 << 25  #: records whose numbers are kept: 128 MiB


@dataclass(frozen=True, slots=True)
class Occurring:
    """A content (an entry's collection `place`) and the rows of it that are the sequence."""

    entry: int
    place: int
    rows: tuple[int, ...]


@dataclass(frozen=True, slots=True)
class _Records:
    """The collections that one entry brought: `starts` are where each begins in `numbers`."""

    places: tuple[int, ...]
    starts: npt.NDArray[np.int64]
    numbers: npt.NDArray[np.uint32]


class Membership:
    """The records of the collections of one store, by the entries that brought them."""

    def __init__(self, index: Index, journal: Journal, most: int = RECORDS_MOST) -> None:
        self._index, self._journal, self._most = index, journal, most
        self._known: dict[tuple[int, str], _Records] = {}
        self._lock = Lock()

    def of(self, sequence: Collection[int]) -> tuple[list[Occurring], bool]:
        """Where a sequence, given by its numbers, stands; and whether all was looked through."""
        entries, is_whole = self._entries()
        found: list[Occurring] = []
        for number in entries:
            found += _found(number, self._records(number), sequence)
        return found, is_whole

    def _entries(self) -> tuple[list[int], bool]:
        """The entries that are looked through, the newest first."""
        rows = self._index.ask(
            "SELECT entry, sum(sequences) FROM contents GROUP BY entry ORDER BY entry DESC"
        )
        taken: list[int] = []
        total = 0
        for entry, records in rows:
            total += records
            if total > self._most:
                return taken, False
            taken.append(entry)
        return taken, True

    def _records(self, number: int) -> _Records:
        name = EntryName(number, self._index.position_at(number).hash)
        key = (name.number, name.sha256)
        with self._lock:
            if key not in self._known:
                self._known[key] = _read(self._journal, name)
            return self._known[key]


def _read(journal: Journal, name: EntryName) -> _Records:
    own = [
        (place, each.sequences)
        for place, each in enumerate(journal.read(name).collections)
        if not each.content
    ]
    lengths = [len(numbers) for _, numbers in own]
    starts = np.concatenate([np.zeros(1, np.int64), np.cumsum(lengths, dtype=np.int64)])
    numbers = np.empty(int(starts[-1]), np.uint32)
    for (_, those), start, end in zip(own, starts[:-1], starts[1:], strict=True):
        numbers[start:end] = those
    return _Records(tuple(place for place, _ in own), starts, numbers)


def _found(entry: int, records: _Records, sequence: Collection[int]) -> list[Occurring]:
    hits = np.flatnonzero(np.isin(records.numbers, np.array(list(sequence), np.uint32)))
    rows: defaultdict[int, list[int]] = defaultdict(list)
    for hit in hits.tolist():
        nth = int(np.searchsorted(records.starts, hit, "right")) - 1
        rows[nth].append(hit - int(records.starts[nth]))
    return [Occurring(entry, records.places[nth], tuple(each)) for nth, each in rows.items()]
