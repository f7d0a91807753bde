"""
Claims: which bases of a genome are accounted for.

Many intervals are claimed, and asked for, at once by array operations; single ones, later, keep
sorted lists.
"""

from bisect import bisect_left, bisect_right

import numpy as np

from holdfast.dotplots.structure.pieces import Places

NOTHING: Places = np.zeros(0, dtype=np.int64)


class Claims:
    """The union of the intervals claimed so far; begun with some that :func:`merged` made."""

    def __init__(self, starts: Places = NOTHING, ends: Places = NOTHING) -> None:
        self._starts: list[int] = starts.tolist()
        self._ends: list[int] = ends.tolist()

    def take(self, start: int, end: int) -> None:
        """Claim one interval."""
        if end <= start:
            return
        first = bisect_left(self._ends, start)
        last = bisect_right(self._starts, end)
        if first < last:
            start = min(start, self._starts[first])
            end = max(end, self._ends[last - 1])
        self._starts[first:last] = [start]
        self._ends[first:last] = [end]

    def free(self, start: int, end: int) -> list[tuple[int, int]]:
        """The parts of an interval that are not claimed."""
        parts, at = [], start
        place = bisect_right(self._ends, start)
        while at < end and place < len(self._starts) and self._starts[place] < end:
            if self._starts[place] > at:
                parts.append((at, self._starts[place]))
            at = max(at, self._ends[place])
            place += 1
        if at < end:
            parts.append((at, end))
        return parts

    def free_bases(self, start: int, end: int) -> int:
        """How many bases of an interval are not claimed."""
        return sum(stop - begin for begin, stop in self.free(start, end))


def merged(starts: Places, ends: Places) -> tuple[Places, Places]:
    """The union of intervals as intervals that do not touch, in order."""
    filled = ends > starts
    starts, ends = starts[filled], ends[filled]
    order = np.argsort(starts, kind="stable")
    starts, reach = starts[order], np.maximum.accumulate(ends[order]) if len(ends) else ends
    first = np.ones(len(starts), dtype=bool)
    first[1:] = starts[1:] > reach[:-1]
    last = np.append(first[1:], np.ones(min(len(first), 1), dtype=bool))
    return starts[first], reach[last]


def uncovered(claimed: tuple[Places, Places], starts: Places, ends: Places) -> Places:
    """How many bases of each interval lie outside of `claimed`, which :func:`merged` made."""
    inside = _covered_before(claimed, ends) - _covered_before(claimed, starts)
    outside: Places = ends - starts - inside
    return outside


def _covered_before(claimed: tuple[Places, Places], positions: Places) -> Places:
    """How many claimed bases lie before each position."""
    starts, ends = claimed
    if not len(starts):
        return np.zeros(len(positions), dtype=np.int64)
    total = np.concatenate(([0], np.cumsum(ends - starts)))
    place = np.searchsorted(starts, positions, side="right")
    into = np.minimum(positions, np.append(ends, 0)[place - 1]) - np.append(starts, 0)[place - 1]
    before: Places = np.where(place > 0, total[place - 1] + into, 0)
    return before
