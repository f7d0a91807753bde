"""Matches are told on contigs as they are drawn, and turning twice changes nothing."""

from pathlib import Path

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from dotplots.examples import genome, random_matches
from dotplots.golden import CASES, Golden
from holdfast.dotplots.layout.arrangement import Arrangement, Layout
from holdfast.dotplots.layout.turning import as_drawn
from holdfast.dotplots.matches import Matches, matches_of
from holdfast.formats.paf import read_paf

TARGET, QUERY = genome("t", T=500, U=300), genome("q", a=200, b=70, c=90)


@pytest.mark.parametrize("case", CASES)
@pytest.mark.parametrize(
    ("layout", "ending"), [("laid_out", "sorted"), ("turned_by_hand", "sorted.reversed")]
)
def test_the_golden_cases_have_the_recorded_coordinates_and_index(
    real_data: Path, case: str, layout: str, ending: str
) -> None:
    golden = Golden.read(real_data, case)
    arranged = golden.laid_out if layout == "laid_out" else golden.turned_by_hand()
    drawn = as_drawn(golden.matches, golden.target, golden.query, arranged)
    written = golden.folder / "out" / f"map.paf.{ending}"
    expected, _ = matches_of(read_paf(written), golden.target, golden.query)
    _assert_equal(drawn, expected)
    rows = [
        f"{golden.query.contigs[place].name}\t{golden.query.contigs[place].length}"
        f"\t{int(arranged.query.reversed[place])}"
        for place in arranged.query.order
    ]
    assert rows == golden.text(f"query.idx.{ending}").splitlines()[1:]


def _assert_equal(one: Matches, other: Matches) -> None:
    for name in Matches.__slots__:
        assert getattr(one, name).tolist() == getattr(other, name).tolist(), name


@settings(max_examples=30)
@given(
    st.integers(0, 2**32),
    st.tuples(*[st.booleans()] * 2),
    st.tuples(*[st.booleans()] * 3),
)
def test_turning_twice_changes_nothing(
    seed: int, across: tuple[bool, ...], upwards: tuple[bool, ...]
) -> None:
    matches = random_matches(TARGET, QUERY, 30, seed)
    layout = Layout(Arrangement((0, 1), across), Arrangement((0, 1, 2), upwards))
    once = as_drawn(matches, TARGET, QUERY, layout)
    _assert_equal(as_drawn(once, TARGET, QUERY, layout), matches)
    assert (once.target_end - once.target_start).tolist() == (
        matches.target_end - matches.target_start
    ).tolist()
    both = np.array(across)[matches.target] != np.array(upwards)[matches.query]
    assert ((once.strand != matches.strand) == both).all()
