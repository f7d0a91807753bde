"""Each base belongs to the best class of identity that covers it."""

from pathlib import Path

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from dotplots.examples import genome, matches_in, random_matches
from dotplots.golden import CASES, Golden
from holdfast.dotplots.matches import Matches
from holdfast.dotplots.summary import (
    LIMITS,
    Profile,
    checked_limits,
    classes_of,
    dgenies_profile,
    profile,
)
from holdfast.errors import UsageError

TARGET, QUERY = genome("t", T=500, U=300), genome("q", a=200, b=700)


@pytest.mark.parametrize("case", CASES)
def test_the_golden_cases_are_summed_up_as_recorded(real_data: Path, case: str) -> None:
    golden = Golden.read(real_data, case)
    found = dgenies_profile(golden.matches, golden.target)
    told = {"-1": found.unmatched_share}
    told |= {str(number): each.share for number, each in enumerate(found.classes)}
    expected = golden.document("summary_unsorted.json")
    assert {key: 100 * share for key, share in told.items()} == pytest.approx(expected)
    assert expected == pytest.approx(golden.document("summary_sorted.json"))


def base_by_base(matches: Matches, limits: tuple[float, ...]) -> list[int]:
    """Bases without match, and in each class, counted one by one."""
    best = {contig: [-1] * TARGET.contigs[contig].length for contig in (0, 1)}
    classes = classes_of(matches.identity, limits).tolist()
    rows = zip(
        matches.target.tolist(),
        matches.target_start.tolist(),
        matches.target_end.tolist(),
        classes,
        strict=True,
    )
    for contig, start, end, number in rows:
        for base in range(start, end):
            best[contig][base] = max(best[contig][base], number)
    every = [*best[0], *best[1]]
    return [every.count(number) for number in range(-1, len(limits) + 1)]


def counted(found: Profile) -> list[int]:
    return [found.unmatched, *(each.bases for each in found.classes)]


@settings(max_examples=30)
@given(st.integers(0, 2**32), st.integers(0, 25), st.sampled_from([LIMITS, (), (0.9,)]))
def test_bases_are_counted_as_one_by_one(seed: int, count: int, limits: tuple[float, ...]) -> None:
    matches = random_matches(TARGET, QUERY, count, seed)
    found = profile(matches, TARGET, limits)
    assert counted(found) == base_by_base(matches, limits)
    assert found.unmatched_share + sum(each.share for each in found.classes) == pytest.approx(1)


def test_a_match_ends_before_its_end_here_and_at_it_there() -> None:
    matches = matches_in("a 200 0 100 + T 500 400 500 100 100 60", TARGET, QUERY)
    assert counted(profile(matches, TARGET)) == [700, 0, 0, 0, 100]
    assert counted(dgenies_profile(matches, TARGET)) == [699, 0, 0, 0, 101]  # one of them on U


def test_the_query_is_summed_up_by_matches_the_other_way_round() -> None:
    matches = matches_in("b 700 0 350 + T 500 0 400 200 400 60", TARGET, QUERY)
    found = profile(matches.transposed(), QUERY)
    assert (found.genome, counted(found)) == ("q", [550, 0, 0, 350, 0])


def test_an_identity_at_a_limit_is_in_the_class_above() -> None:
    limits = (0.1, 0.7, 0.95)
    assert classes_of(np.array([0.1, 0.7, 0.95], dtype=np.float32), limits).tolist() == [1, 2, 3]


@pytest.mark.parametrize("limits", [(0.5, 0.5), (0.9, 0.8), (0.0,), (1.5,), (float("nan"),)])
def test_limits_that_make_no_classes_are_refused(limits: tuple[float, ...]) -> None:
    with pytest.raises(UsageError, match="must rise and lie between 0 and 1"):
        checked_limits(limits)
