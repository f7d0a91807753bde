"""Every key that was added is found, with its number, whatever was merged meanwhile."""

import numpy as np
from hypothesis import given
from hypothesis import strategies as st

from holdfast.base.sorted_runs import SortedKeys, SortedRuns

KEYS = st.integers(0, 40) | st.integers((1 << 64) - 3, (1 << 64) - 1)


@given(st.lists(st.lists(KEYS, max_size=30), max_size=12), st.lists(KEYS, max_size=30))
def test_keys_are_found_as_in_a_dictionary(blocks: list[list[int]], asked: list[int]) -> None:
    runs, alone, known, number = SortedRuns(), SortedKeys(), dict[int, list[int]](), 0
    for block in blocks:
        runs.add(np.array(block, np.uint64), np.arange(number, number + len(block)))
        alone.add(np.sort(np.array(block, np.uint64)))
        for key in block:
            known.setdefault(key, []).append(number)
            number += 1
    assert len(runs) == number
    keys = np.array(asked, np.uint64)
    places, numbers = (each.tolist() for each in runs.find(keys))
    assert {asked[place] for place in places} == known.keys() & set(asked)
    assert all(found in known[asked[place]] for place, found in zip(places, numbers, strict=True))
    assert alone.has_any(keys) == (not known.keys().isdisjoint(asked))


def test_there_are_few_runs_however_many_blocks_come() -> None:
    runs, rng = SortedRuns(), np.random.default_rng(1)
    keys = rng.integers(0, 1 << 63, 64_000).astype(np.uint64)
    for start in range(0, len(keys), 64):
        runs.add(keys[start : start + 64], np.arange(start, start + 64))
    assert len(runs._runs) <= 10
    places, numbers = runs.find(keys[::9])
    assert numbers[np.argsort(places)].tolist() == list(range(0, len(keys), 9))
