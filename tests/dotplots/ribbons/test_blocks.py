"""Blocks hold all matches, part what is apart, and never mix contigs or directions."""

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from dotplots.examples import genome, matches_in, random_matches
from holdfast.dotplots.ribbons.blocks import merged

TARGET, QUERY = genome("t", T=10_000, U=5_000), genome("q", a=10_000, b=5_000)


def line(start: int, length: int = 100, shift: int = 0, strand: str = "+") -> str:
    at = start + shift if strand == "+" else 9_000 - start - length - shift
    return (
        f"a 10000 {at} {at + length} {strand} T 10000 {start} {start + length} {length} {length} 60"
    )


@pytest.mark.parametrize("strand", ["+", "-"])
def test_what_goes_on_within_the_tolerance_is_one_block(strand: str) -> None:
    lines = [line(start, strand=strand) for start in (1000, 1150, 1300, 1700)]
    blocks = merged(matches_in("\n".join(lines), TARGET, QUERY), 100)
    assert blocks.upper_start.tolist() == [1000, 1700]
    assert blocks.upper_end.tolist() == [1400, 1800]
    assert blocks.matches.tolist() == [3, 1]
    assert set(blocks.strand.tolist()) == {1 if strand == "+" else -1}


def test_a_repeat_elsewhere_does_not_part_a_block() -> None:
    lines = [line(1000), line(1120, 50, shift=4000), line(1200)]
    blocks = merged(matches_in("\n".join(lines), TARGET, QUERY), 150)
    assert sorted(blocks.matches.tolist()) == [1, 2]


def test_a_shift_within_the_tolerance_does_not_part_a_block_wherever_it_lies() -> None:
    for begin in range(0, 300, 17):
        lines = [line(begin), line(begin + 120, shift=60), line(begin + 300, shift=60)]
        blocks = merged(matches_in("\n".join(lines), TARGET, QUERY), 150)
        assert len(blocks) == 1


def test_an_inversion_stays_apart() -> None:
    lines = [line(1000), line(1150, strand="-"), line(1300)]
    blocks = merged(matches_in("\n".join(lines), TARGET, QUERY), 1000)
    assert sorted(blocks.strand.tolist()) == [-1, 1]


@settings(max_examples=40, deadline=None)
@given(st.integers(0, 2**32), st.integers(0, 60), st.integers(0, 5000))
def test_every_match_is_in_a_block_of_its_contigs_that_holds_it(
    seed: int, count: int, tolerance: int
) -> None:
    matches = random_matches(TARGET, QUERY, count, seed)
    blocks = merged(matches, tolerance)
    assert blocks.matches.sum() == count
    assert blocks.bases.sum() == matches.bases.sum()
    for row in range(count):
        held = (
            (blocks.upper == matches.target[row])
            & (blocks.lower == matches.query[row])
            & (blocks.strand == matches.strand[row])
            & (blocks.upper_start <= matches.target_start[row])
            & (blocks.upper_end >= matches.target_end[row])
            & (blocks.lower_start <= matches.query_start[row])
            & (blocks.lower_end >= matches.query_end[row])
        )
        assert held.any()


@given(st.integers(0, 2**32))
@settings(max_examples=20, deadline=None)
def test_the_order_of_matches_changes_nothing(seed: int) -> None:
    matches = random_matches(TARGET, QUERY, 40, seed)
    shuffled = matches[np.random.default_rng(seed).permutation(40)]
    one, other = merged(matches, 500), merged(shuffled, 500)
    assert one.upper_start.tolist() == other.upper_start.tolist()
    assert one.bases.tolist() == other.bases.tolist()
