"""Claimed intervals are the union of what was claimed, however it was."""

import itertools

import numpy as np
from hypothesis import given
from hypothesis import strategies as st

from holdfast.dotplots.structure.claims import Claims, merged, uncovered

INTERVAL = st.tuples(st.integers(0, 60), st.integers(0, 20)).map(lambda each: (each[0], sum(each)))


def bases(intervals: list[tuple[int, int]]) -> set[int]:
    return {base for start, end in intervals for base in range(start, end)}


def columns(intervals: list[tuple[int, int]]) -> tuple[np.ndarray, np.ndarray]:
    pairs = np.array(intervals, dtype=np.int64).reshape(-1, 2)
    return pairs[:, 0], pairs[:, 1]


@given(st.lists(INTERVAL), st.lists(INTERVAL), INTERVAL)
def test_what_is_free_is_what_nobody_claimed(
    at_first: list[tuple[int, int]], later: list[tuple[int, int]], asked: tuple[int, int]
) -> None:
    claims = Claims(*merged(*columns(at_first)))
    for start, end in later:
        claims.take(start, end)
    free = claims.free(*asked)
    assert bases(free) == bases([asked]) - bases(at_first + later)
    assert free == sorted(free)
    assert all(start < end for start, end in free)
    assert all(one[1] < other[0] for one, other in itertools.pairwise(free))
    assert claims.free_bases(*asked) == len(bases(free))


@given(st.lists(INTERVAL), st.lists(INTERVAL, min_size=1))
def test_many_are_asked_for_at_once(
    claimed: list[tuple[int, int]], asked: list[tuple[int, int]]
) -> None:
    union = merged(*columns(claimed))
    assert bases(list(zip(*(each.tolist() for each in union), strict=True))) == bases(claimed)
    expected = [len(bases([each]) - bases(claimed)) for each in asked]
    assert uncovered(union, *columns(asked)).tolist() == expected
