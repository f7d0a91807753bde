"""Contigs are ordered and turned as users of D-Genies know, and asking twice changes nothing."""

from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from dotplots.examples import genome, indexed, matches_in, random_matches
from holdfast.dotplots.genome import Genome
from holdfast.dotplots.layout.arrangement import Arrangement
from holdfast.dotplots.layout.reference import by_reference
from holdfast.dotplots.matches import matches_of
from holdfast.formats.paf import read_paf

TARGET = genome("t", T=10_000, U=10_000)


def laid(query: Genome, text: str) -> tuple[list[str], set[str]]:
    """The names in order, and those that are turned."""
    layout = by_reference(matches_in(text, TARGET, query), TARGET, query)
    return _named(layout, query)


def _named(layout: Arrangement, query: Genome) -> tuple[list[str], set[str]]:
    names = [contig.name for contig in query.contigs]
    turned = {name for name, is_turned in zip(names, layout.reversed, strict=True) if is_turned}
    return [names[place] for place in layout.order], turned


@pytest.mark.parametrize("case", ["toy", "orientation"])
def test_the_golden_cases_are_laid_out_as_recorded(real_data: Path, case: str) -> None:
    folder = real_data / "dotplots" / case
    target, query = (indexed(folder / "in" / f"{side}.idx") for side in ("target", "query"))
    matches, _ = matches_of(read_paf(folder / "out" / "map.paf"), target, query)
    order, turned = _named(by_reference(matches, target, query), query)
    rows = [
        line.split("\t") for line in (folder / "out" / "query.idx.sorted").read_text().splitlines()
    ]
    assert order == [row[0] for row in rows[1:]]
    assert turned == {row[0] for row in rows[1:] if row[2] == "1"}


def test_a_contig_goes_where_its_weight_is() -> None:
    query = genome("q", a=2000, b=2000)
    order, turned = laid(
        query,
        """a 2000 0 1000 + T 10000 5000 6000 900 1000 60
           a 2000 0  400 + U 10000 0     400 400  400 60
           b 2000 0 1000 + T 10000 0    1000 900 1000 60""",
    )
    assert (order, turned) == (["b", "a"], set())


def test_a_matched_contig_stands_before_unmatched_ones_however_long_the_target() -> None:
    query = genome("q", none=10, far=20)
    order, _ = laid(query, "far 20 0 20 + U 10000 9000 9020 20 20 60")
    assert order == ["far", "none"]


def test_a_lone_minus_match_turns_its_contig() -> None:
    query = genome("q", a=1000)
    assert laid(query, "a 1000 0 900 - T 10000 0 900 900 900 60") == (["a"], {"a"})


def test_several_matches_turn_a_contig_by_their_run_not_by_their_strand() -> None:
    query = genome("q", a=3000)
    lines = "\n".join(
        f"a 3000 {2000 - 1000 * i} {2900 - 1000 * i} + T 10000 {1000 * i} {1000 * i + 900} 1 1 60"
        for i in range(3)
    )
    assert laid(query, lines)[1] == {"a"}


def test_without_matches_all_stays_as_given() -> None:
    query = genome("q", b=10, a=10)
    assert by_reference(matches_in("", TARGET, query), TARGET, query) == Arrangement.as_given(query)


@settings(max_examples=40, deadline=None)
@given(st.integers(0, 2**32), st.integers(0, 60))
def test_the_order_of_lines_and_of_contigs_in_the_file_changes_no_place(
    seed: int, count: int
) -> None:
    query = genome("q", **{f"c{i}": 100 + 37 * i for i in range(8)})
    matches = random_matches(TARGET, query, count, seed)
    layout = by_reference(matches, TARGET, query)
    assert sorted(layout.order) == list(range(8))
    assert by_reference(matches, TARGET, query) == layout
    shuffled = matches[np.random.default_rng(seed).permutation(count)]
    assert by_reference(shuffled, TARGET, query) == layout


@settings(max_examples=40, deadline=None)
@given(st.integers(0, 2**32), st.integers(1, 60))
def test_a_genome_written_out_in_its_layout_is_laid_out_as_it_is(seed: int, count: int) -> None:
    query = genome("q", **{f"c{i}": 1000 + 37 * i for i in range(5)})
    matches = random_matches(TARGET, query, count, seed)
    layout = by_reference(matches, TARGET, query)
    written = Genome("q", tuple(query.contigs[place] for place in layout.order))
    place = np.argsort(layout.order).astype(np.int32)
    moved = replace(matches, query=place[matches.query])
    again = by_reference(moved, TARGET, written)
    assert again.order == tuple(range(5))
    assert again.reversed == tuple(layout.reversed[i] for i in layout.order)
