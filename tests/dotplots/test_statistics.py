"""What genomes are made of, and how often one covers the other."""

from dataclasses import replace

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from dotplots.examples import genome, matches_in, random_matches
from holdfast.dotplots.coverage import target_depth
from holdfast.dotplots.genome import Genome
from holdfast.dotplots.layout.arrangement import Arrangement
from holdfast.dotplots.statistics import contig_coverage, contiguity, depth_profile

TARGET, QUERY = genome("t", T=500, U=300), genome("q", a=200, b=700)


def test_half_of_the_bases_are_in_contigs_of_n50_and_longer() -> None:
    found = contiguity(genome("g", a=10, b=50, c=30, d=10))
    assert (found.contigs, found.bases, found.longest) == (4, 100, 50)
    assert (found.n50, found.l50, found.n90, found.l90) == (50, 1, 10, 3)


def test_a_genome_without_contigs_has_no_lengths() -> None:
    found = contiguity(genome("g"))
    assert (found.contigs, found.n50, found.l90) == (0, 0, 0)


def test_depth_is_counted_in_classes() -> None:
    matches = matches_in(
        """a 200 0 100 + T 500 0 100 100 100 60
           b 700 0 200 - T 500 50 250 200 200 60
           b 700 200 300 + T 500 50 150 100 100 60
           b 700 300 310 + U 300 290 300 10 10 60""",
        TARGET,
        QUERY,
    )
    found = depth_profile(matches, TARGET)
    assert found.bases == (800 - 260, 50 + 100 + 10, 50, 50)
    assert found.aligned == pytest.approx(260 / 800)
    assert found.mean == pytest.approx(410 / 800)
    assert found.usual == 1


def test_two_copies_of_everything_are_a_usual_depth_of_two() -> None:
    matches = matches_in(
        """a 200 0 200 + T 500 0 400 400 400 60
           b 700 0 500 + T 500 0 500 500 500 60""",
        TARGET,
        QUERY,
    )
    assert depth_profile(matches, TARGET).usual == 2


def test_without_matches_there_is_no_usual_depth() -> None:
    found = depth_profile(matches_in("", TARGET, QUERY), TARGET)
    assert (found.bases, found.aligned, found.usual) == ((800, 0, 0, 0), 0, None)


@settings(max_examples=25)
@given(st.integers(0, 2**32), st.integers(0, 25))
def test_depth_is_that_of_each_base(seed: int, count: int) -> None:
    matches = random_matches(TARGET, QUERY, count, seed)
    by_base = [0] * TARGET.length
    for contig, start, end in zip(
        matches.target.tolist(),
        matches.target_start.tolist(),
        matches.target_end.tolist(),
        strict=True,
    ):
        for base in range(start, end):
            by_base[base + (500 if contig else 0)] += 1
    found = target_depth(matches, TARGET)
    told = [
        depth
        for depth, length in zip(found.depth.tolist(), found.lengths.tolist(), strict=True)
        for _ in range(length)
    ]
    assert told == by_base


@settings(max_examples=25)
@given(st.integers(0, 2**32), st.integers(0, 25))
def test_each_contig_is_told_as_if_it_were_alone(seed: int, count: int) -> None:
    matches = random_matches(TARGET, QUERY, count, seed)
    order = Arrangement((1, 0), (False, True))
    found = contig_coverage(matches, TARGET, order)
    assert [each.contig for each in found] == ["U", "T"]
    for each in found:
        place = TARGET.numbers[each.contig]
        own = matches[matches.target == place]
        alone = depth_profile(replace(own, target=np.zeros_like(own.target)), _one(place))
        assert (each.aligned, each.mean) == pytest.approx((alone.aligned, alone.mean))
        assert (each.usual, each.matches) == (alone.usual, len(own))
        mean = np.average(own.identity, weights=np.maximum(own.bases, 1)) if len(own) else None
        assert each.identity == (mean if mean is None else pytest.approx(mean, rel=1e-5))


def _one(place: int) -> Genome:
    return Genome("one", (TARGET.contigs[place],))
