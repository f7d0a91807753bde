"""
The jobs that could start, the most urgent first, kept apart by label.

Thousands may wait because their label has its limit at work; they are not looked at one by one at
each turn of the engine.
"""

from bisect import bisect_left, insort
from collections.abc import Callable, Iterator

#: Less is more urgent: priority turned round, number of the run, place in its plan; then the name.
Entry = tuple[int, int, int, str]


class Ready:
    """An ordered set of entries with a label each."""

    def __init__(self) -> None:
        self._by_label: dict[str, list[Entry]] = {}

    def add(self, label: str, entry: Entry) -> None:
        """Add an entry."""
        insort(self._by_label.setdefault(label, []), entry)

    def discard(self, label: str, entry: Entry) -> None:
        """Take an entry away, if it is there."""
        kept = self._by_label.get(label, [])
        place = bisect_left(kept, entry)
        if place < len(kept) and kept[place] == entry:
            del kept[place]

    def drop(self, run: int) -> None:
        """Take away all entries of a run."""
        for label, kept in self._by_label.items():
            self._by_label[label] = [entry for entry in kept if entry[1] != run]

    def in_order(self, is_open: Callable[[str], bool]) -> Iterator[Entry]:
        """All entries, the most urgent first; those of a label only while it is open.

        The set must not change meanwhile.
        """
        heads = {label: 0 for label, kept in self._by_label.items() if kept}
        while heads:
            label = min(heads, key=lambda name: self._by_label[name][heads[name]])
            if not is_open(label):
                del heads[label]
                continue
            kept, place = self._by_label[label], heads[label]
            heads[label] = place + 1
            if place + 1 == len(kept):
                del heads[label]
            yield kept[place]

    def __len__(self) -> int:
        return sum(map(len, self._by_label.values()))
