"""Matches stand where they must, and what would not be seen is made to be seen or left out."""

import json
from pathlib import Path

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from dotplots.examples import genome, indexed, matches_in, query_laid_out, random_matches, scene
from holdfast.dotplots import geometry
from holdfast.dotplots.layout.arrangement import Arrangement
from holdfast.dotplots.layout.reference import by_reference
from holdfast.dotplots.matches import matches_of
from holdfast.formats.paf import read_paf

TARGET, QUERY = genome("t", T=100, U=200), genome("q", a=50, b=60)
GOLDEN = Path(__file__).parent.parent / "golden"


@pytest.mark.parametrize(
    ("strand", "is_turned", "expected"),
    [
        ("+", False, [[103, 65], [113, 75]]),
        ("-", False, [[103, 75], [113, 65]]),
        ("+", True, [[103, 95], [113, 85]]),
        ("-", True, [[103, 85], [113, 95]]),
    ],
)
def test_a_match_runs_as_its_strand_and_its_contig_say(
    strand: str, is_turned: bool, expected: list[list[float]]
) -> None:
    matches = matches_in(f"b 60 15 25 {strand} U 200 3 13 10 10 60", TARGET, QUERY)
    drawn = scene(
        TARGET, QUERY, matches, query_laid_out(TARGET, Arrangement((0, 1), (False, is_turned)))
    )
    assert geometry.segments(drawn)[0].tolist() == expected
    assert geometry.ascending(drawn).tolist() == [expected[0][1] < expected[1][1]]


@pytest.mark.parametrize("case", ["toy", "orientation"])
def test_the_golden_cases_are_drawn_where_recorded(real_data: Path, case: str) -> None:
    folder = real_data / "dotplots" / case
    target, query = (indexed(folder / "in" / f"{side}.idx") for side in ("target", "query"))
    matches, _ = matches_of(read_paf(folder / "out" / "map.paf"), target, query)
    layout = query_laid_out(target, by_reference(matches, target, query))
    drawn = geometry.segments(scene(target, query, matches, layout))
    ours = sorted(_left_to_right(segment) for segment in drawn.tolist())
    assert ours == json.loads((GOLDEN / f"{case}-segments.json").read_text())
    recorded = json.loads((folder / "out" / "graph_sorted.json").read_text())["lines"]
    theirs = [[[x1, y1], [x2, y2]] for lines in recorded.values() for x1, x2, y1, y2, *_ in lines]
    assert ours == sorted(_left_to_right(segment) for segment in theirs)


def _left_to_right(segment: list[list[float]]) -> list[list[float]]:
    return sorted([float(x), float(y)] for x, y in segment)


def test_tiny_matches_grow_about_their_middle_and_keep_their_direction() -> None:
    drawn = np.array([[[10.0, 10], [10, 10]], [[10, 12], [12, 10]], [[0, 0], [500, 500]]])
    grown = geometry.lengthened(drawn, (20, 40))
    assert grown.tolist() == [[[0, -10], [20, 30]], [[1, 31], [21, -9]], [[0, 0], [500, 500]]]


@given(st.integers(0, 2**32), st.integers(0, 40))
def test_grown_matches_are_never_smaller_than_asked(seed: int, count: int) -> None:
    drawn = geometry.segments(scene(TARGET, QUERY, random_matches(TARGET, QUERY, count, seed)))
    grown = np.abs(np.diff(geometry.lengthened(drawn, (5, 5)), axis=1)[:, 0])
    assert (grown.max(axis=1, initial=0) >= 5 - 1e-9).all()


def test_of_matches_that_look_the_same_the_last_is_kept() -> None:
    drawn = np.array([[[0.1, 0.1], [5.1, 5.1]], [[0.2, 0.3], [5.4, 5.2]], [[0.1, 0.1], [5.1, 5.1]]])
    assert geometry.distinct(drawn, (1, 1), np.array([7, 7, 8])).tolist() == [1, 2]


def test_names_never_overlap_and_the_larger_contig_is_named_first() -> None:
    centres, widths = np.array([0.0, 5, 10]), np.array([8.0, 8, 8])
    shown = geometry.without_overlap(centres, widths, np.array([1.0, 3, 2]))
    assert shown.tolist() == [False, True, False]
    shown = geometry.without_overlap(centres, widths, np.array([3.0, 1, 2]))
    assert shown.tolist() == [True, False, True]
