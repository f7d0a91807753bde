"""
Sorted runs: 64-bit keys, and numbers found by them, in eight bytes each.

Keys that come together are sorted and kept as a run; a run joins the one before it when that is no
longer, so there are as many runs as the logarithm of what they hold, and each key is merged as
often (a log-structured merge tree in memory; O'Neil et al. 1996).
"""

import numpy as np
import numpy.typing as npt

Keys = npt.NDArray[np.uint64]
Longs = npt.NDArray[np.int64]


class SortedRuns:
    """Numbers by keys; a key may come more than once.

    >>> runs = SortedRuns()
    >>> runs.add(np.array([7, 3], np.uint64), np.array([0, 1]))
    >>> [each.tolist() for each in runs.find(np.array([1, 3], np.uint64))]
    [[1], [1]]
    """

    def __init__(self) -> None:
        self._runs: list[tuple[Keys, Longs]] = []

    def __len__(self) -> int:
        return sum(len(keys) for keys, _ in self._runs)

    def add(self, keys: Keys, numbers: Longs) -> None:
        """Take in keys, and the number of each."""
        if not len(keys):
            return
        self._runs.append(_sorted(keys, numbers))
        while len(self._runs) > 1 and len(self._runs[-2][0]) <= len(self._runs[-1][0]):
            (keys, numbers), (more_keys, more_numbers) = self._runs[-2:]
            both = np.concatenate([keys, more_keys]), np.concatenate([numbers, more_numbers])
            self._runs[-2:] = [_sorted(*both)]

    def find(self, keys: Keys) -> tuple[Longs, Longs]:
        """Which of `keys` are here (their places), and a number of each that is."""
        none = np.zeros(0, np.int64)
        places, numbers = [none], [none]
        for run, its_numbers in self._runs:
            at = np.searchsorted(run, keys)
            there = np.flatnonzero(run[np.minimum(at, len(run) - 1)] == keys)
            places.append(there)
            numbers.append(its_numbers[at[there]])
        return np.concatenate(places), np.concatenate(numbers)


class SortedKeys:
    """Keys alone."""

    def __init__(self) -> None:
        self._runs: list[Keys] = []

    def add(self, keys: Keys) -> None:
        """Take in keys, which are in order."""
        if not len(keys):
            return
        self._runs.append(keys)
        while len(self._runs) > 1 and len(self._runs[-2]) <= len(self._runs[-1]):
            self._runs[-2:] = [np.sort(np.concatenate(self._runs[-2:]))]

    def has_any(self, keys: Keys) -> bool:
        """Whether one of `keys` is here; it takes least time when they are in order, too."""
        return any(
            bool((run[np.minimum(np.searchsorted(run, keys), len(run) - 1)] == keys).any())
            for run in self._runs
        )


def _sorted(keys: Keys, numbers: Longs) -> tuple[Keys, Longs]:
    order = np.argsort(keys)
    return keys[order], numbers[order]
