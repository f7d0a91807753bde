"""Matches stand where they must, and what would not be seen is made to be seen or left out."""

import io
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
from holdfast.dotplots.region import Ruler
from holdfast.dotplots.scene import read_scene, write_scene
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


def test_a_match_is_cut_at_the_borders_of_a_region() -> None:
    matches = matches_in("a 50 0 50 + U 200 100 200 50 100 60", TARGET, QUERY)
    drawn = scene(TARGET, QUERY, matches)
    rulers = Ruler.of_regions(drawn.target, ["U:120-140"]), Ruler.of(drawn.query)
    parts, rows = geometry.seen(drawn, *rulers, slice(None))
    assert parts.tolist() == [[[0, 10], [20, 20]]]
    assert rows.tolist() == [0]


def test_a_match_that_is_in_two_regions_is_seen_twice_and_a_reversed_contig_mirrors_it() -> None:
    matches = matches_in("b 60 0 60 + U 200 100 160 60 60 60", TARGET, QUERY)
    layout = query_laid_out(TARGET, Arrangement((0, 1), (False, True)))
    drawn = scene(TARGET, QUERY, matches, layout)
    target = Ruler.of_regions(drawn.target, ["U:150-200", "T", "U:90-110"])
    query = Ruler.of_regions(drawn.query, ["b:0-55"])
    parts, rows = geometry.seen(drawn, target, query, slice(None))
    assert parts.tolist() == [[[0, 5], [5, 0]], [[160, 55], [170, 45]]]
    assert rows.tolist() == [0, 0]


def test_what_matches_a_region_is_found_on_the_other_genome() -> None:
    lines = """
    a 50 10 50 + U 200 100 140 40 40 60
    b 60 0 60 - T 100 0 60 60 60 60
    b 60 59 60 + U 200 199 200 1 1 60
    """
    drawn = scene(TARGET, QUERY, matches_in(lines, TARGET, QUERY))
    shown = Ruler.of_regions(drawn.target, ["U:110-200", "T:0-10"])
    assert geometry.matching(drawn, shown, on_target=True) == ["a:20-50", "b:50-60"]
    shown = Ruler.of_regions(drawn.query, ["b:0-30"])
    assert geometry.matching(drawn, shown, on_target=False) == ["T:30-60"]


@given(st.integers(0, 2**32), st.integers(0, 100), st.integers(1, 100))
def test_regions_side_by_side_show_as_much_as_the_whole(seed: int, cut: int, size: int) -> None:
    matches = random_matches(TARGET, QUERY, 20, seed)
    # One of no target bases that stands where regions meet is seen in both.
    drawn = scene(TARGET, QUERY, matches[matches.target_end > matches.target_start])
    start, end = min(cut, 99), min(cut + size, 100)
    pieces = [f"T:{a}-{b}" for a, b in ((0, start), (start, end), (end, 100)) if a < b]
    whole = [Ruler.of(drawn.query)]
    one, _ = geometry.seen(drawn, Ruler.of_regions(drawn.target, ["T"]), *whole, slice(None))
    many, _ = geometry.seen(drawn, Ruler.of_regions(drawn.target, pieces), *whole, slice(None))
    length = [np.hypot(*(part[:, 1] - part[:, 0]).T).sum() for part in (one, many)]
    assert length[0] == pytest.approx(length[1])


def test_names_never_overlap_and_the_larger_contig_is_named_first() -> None:
    centres, widths = np.array([0.0, 5, 10]), np.array([8.0, 8, 8])
    shown = geometry.without_overlap(centres, widths, np.array([1.0, 3, 2]))
    assert shown.tolist() == [False, True, False]
    shown = geometry.without_overlap(centres, widths, np.array([3.0, 1, 2]))
    assert shown.tolist() == [True, False, True]


def test_coordinates_of_two_genomes_of_three_billion_bases_stay_exact() -> None:
    half, last = 1_500_000_001, 1_500_000_000
    target, query = genome("t", T=half, U=half), genome("q", a=half, b=half)
    line = f"b {half} {last - 6} {last} - U {half} {last - 7} {last} 6 7 60"
    drawn = scene(target, query, matches_in(line, target, query))
    file = io.BytesIO()
    write_scene(drawn, file)
    again = read_scene(io.BytesIO(file.getvalue()))
    left, right = half + last - 7, half + last
    assert geometry.segments(again)[0].tolist() == [[left, right], [right, right - 6]]
