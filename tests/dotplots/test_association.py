"""Each contig is told what it matches best, as D-Genies tells it and with more about it."""

from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from dotplots.examples import genome, matches_in, random_matches
from dotplots.golden import CASES, Golden
from holdfast.dotplots.association import associations, dgenies_table, unassigned
from holdfast.dotplots.layout.arrangement import Arrangement
from holdfast.dotplots.matches import covered

TARGET, QUERY = genome("t", T=500, U=300), genome("q", a=200, b=700, c=50)


@pytest.mark.parametrize("case", CASES)
@pytest.mark.parametrize("paf", ["in/raw.paf", "out/map.paf"])
def test_the_golden_cases_are_associated_as_recorded(real_data: Path, case: str, paf: str) -> None:
    golden = Golden.read(real_data, case, paf)
    for layout, name in (
        (golden.as_given, "assoc_unsorted.tsv"),
        (golden.laid_out, "assoc_sorted.tsv"),
    ):
        found = dgenies_table(golden.matches, golden.target, golden.query, layout)
        assert found == golden.text(name)


@pytest.mark.parametrize("case", CASES)
def test_the_golden_cases_have_the_recorded_contigs_without_match(
    real_data: Path, case: str
) -> None:
    golden = Golden.read(real_data, case)
    queries = unassigned(golden.matches.query, golden.query)
    targets = unassigned(golden.matches.target, golden.target)
    assert sorted(queries) == golden.text("no_assoc_query.txt").split()
    assert sorted(targets) == golden.text("no_assoc_target.txt").split()
    assert list(queries) == [each.name for each in golden.query.contigs if each.name in queries]


def test_the_best_is_told_with_coverage_strand_and_identity() -> None:
    matches = matches_in(
        """b 700 0 100 - T 500 100 200 50 100 60
           b 700 50 350 - T 500 0 300 300 300 60
           b 700 600 700 + T 500 400 500 50 100 60
           b 700 350 450 + U 300 0 100 100 100 60""",
        TARGET,
        QUERY,
    )
    arrangement = Arrangement((1, 0, 2), (False, True, False))
    first, second, _ = associations(matches, TARGET, QUERY, arrangement)
    assert (first.contig, first.turned, second.best) == ("b", True, None)
    best = first.best
    assert best is not None
    assert (best.other, best.start, best.end, best.other_start, best.other_end) == (
        "T",
        0,
        700,
        0,
        500,
    )
    assert best.coverage == pytest.approx(450 / 700)
    assert best.other_coverage == pytest.approx(400 / 500)
    assert (best.strand, best.matches, best.matching) == (-1, 3, 400)
    assert best.identity == pytest.approx((25 + 300 + 25) / 400)


def test_without_matches_nothing_is_associated() -> None:
    none = matches_in("", TARGET, QUERY)
    found = associations(none, TARGET, QUERY, Arrangement.as_given(QUERY))
    assert [each.best for each in found] == [None] * 3
    assert unassigned(none.query, QUERY) == ("a", "b", "c")


@settings(max_examples=25)
@given(st.integers(0, 2**32), st.integers(0, 40))
def test_coverage_is_of_all_matches_between_the_two(seed: int, count: int) -> None:
    matches = random_matches(TARGET, QUERY, count, seed)
    for each in associations(matches, TARGET, QUERY, Arrangement.as_given(QUERY)):
        if each.best is None:
            assert QUERY.numbers[each.contig] not in matches.query
            continue
        both = matches[
            (matches.query == QUERY.numbers[each.contig])
            & (matches.target == TARGET.numbers[each.best.other])
        ]
        assert each.best.matches == len(both)
        share = covered(both.query_start, both.query_end) / each.length
        assert each.best.coverage == pytest.approx(share)
        other = covered(both.target_start, both.target_end) / each.best.other_length
        assert each.best.other_coverage == pytest.approx(other)
