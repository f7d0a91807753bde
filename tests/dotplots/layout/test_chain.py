"""Contigs stand and are turned by their best chain, also where the rules of the reference fail."""

from dataclasses import replace

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from dotplots.examples import genome, matches_in, random_matches
from dotplots.layout.jigsaw import Jigsaw, Making, jigsaw, with_insertions
from holdfast.dotplots.genome import Genome
from holdfast.dotplots.layout.arrangement import Arrangement, Layout
from holdfast.dotplots.layout.chain import by_chain
from holdfast.dotplots.layout.choosing import Order, Side, laid_out
from holdfast.dotplots.layout.reference import by_reference
from holdfast.dotplots.layout.turning import as_drawn
from holdfast.dotplots.matches import Matches

TARGET = genome("t", T=100_000, U=100_000)


def laid(query: Genome, text: str) -> tuple[list[str], set[str]]:
    """The names in order, and those that are turned."""
    found = by_chain(matches_in(text, TARGET, query), TARGET, query)
    names = [contig.name for contig in query.contigs]
    turned = {name for name, each in zip(names, found.reversed, strict=True) if each}
    return [names[place] for place in found.order], turned


def test_a_unique_match_outweighs_many_copies_of_a_repeat() -> None:
    query = genome("q", a=11_000, b=5000)
    copies = "\n".join(
        f"a 11000 5000 11000 + U 100000 {9000 * i} {9000 * i + 6000} 5400 6000 0" for i in range(10)
    )
    order, turned = laid(
        query,
        f"""{copies}
            a 11000 0 5000 - T 100000 10000 15000 4900 5000 60
            b  5000 0 5000 + T 100000 20000 25000 4900 5000 60""",
    )
    assert (order, turned) == (["a", "b"], {"a"})


def test_a_contig_stands_where_its_larger_part_lies_not_at_the_mean() -> None:
    query = genome("q", joined=50_000, between=10_000)
    order, turned = laid(
        query,
        """joined  50000     0 30000 + T 100000     0 30000 30000 30000 60
           joined  50000 30000 50000 + T 100000 80000 100000 20000 20000 60
           between 10000     0 10000 + T 100000 31000 41000 10000 10000 60""",
    )
    assert (order, turned) == (["joined", "between"], set())
    matches = matches_in(
        """joined  50000     0 30000 + T 100000     0 30000 30000 30000 60
           joined  50000 30000 50000 + T 100000 80000 100000 20000 20000 60
           between 10000     0 10000 + T 100000 20000 21000 10000 10000 60""",
        TARGET,
        query,
    )
    assert by_reference(matches, TARGET, query).order == (1, 0)  # what this one mends


def test_an_inversion_within_a_contig_does_not_turn_it() -> None:
    query = genome("q", a=100_000)
    text = """a 100000     0  30000 + T 100000     0  30000 30000 30000 60
              a 100000 30000  70000 - T 100000 30000  70000 40000 40000 60
              a 100000 70000 100000 + T 100000 70000 100000 30000 30000 60"""
    assert laid(query, text)[1] == set()


def test_contigs_without_matches_stay_last_in_their_order() -> None:
    query = genome("q", none=10, far=2000, nothing=20)
    order, _ = laid(query, "far 2000 0 2000 + U 100000 90000 92000 2000 2000 60")
    assert order == ["far", "none", "nothing"]


def test_without_matches_all_stays_as_given() -> None:
    query = genome("q", b=10, a=10)
    assert by_chain(matches_in("", TARGET, query), TARGET, query) == Arrangement.as_given(query)


CASES = {
    "few repeats": Making(),
    "small contigs": Making(contig=3000, families=((6000, 40), (1500, 80), (300, 300))),
    "mostly repeats": Making(contig=8000, families=((6000, 200), (4000, 120))),
    "rearranged": Making(contig=50_000, moved=10, turned=8, families=((6000, 40),)),
}


def side_of(puzzle: Jigsaw, side: Side, order: Order) -> Arrangement:
    """The contigs laid out along the whole genome, which is target or query."""
    if side is Side.QUERY:
        return laid_out(puzzle.matches, puzzle.target, puzzle.query, order, side).query
    matches = puzzle.matches.transposed()
    return laid_out(matches, puzzle.query, puzzle.target, order, side).target


def test_insertions_in_the_other_genome_do_not_mislead() -> None:
    making = Making(6, 1_500_000, 200_000, families=((6000, 80),), moved=10, turned=8)
    puzzle = with_insertions(jigsaw(making, seed=3), seed=3)
    found = by_chain(puzzle.matches, puzzle.target, puzzle.query)
    assert puzzle.share_in_order(found) >= 0.95
    assert puzzle.share_turned_right(found) >= 0.95


@pytest.mark.parametrize("side", Side)
@pytest.mark.parametrize(("case", "least"), [*zip(CASES, (1.0, 0.97, 0.95, 0.95), strict=True)])
def test_contigs_of_a_known_genome_come_into_order(case: str, least: float, side: Side) -> None:
    puzzle = jigsaw(CASES[case], seed=7)
    found, plain = (side_of(puzzle, side, order) for order in (Order.CHAIN, Order.REFERENCE))
    assert puzzle.share_in_order(found) >= least
    assert puzzle.share_turned_right(found) >= least
    assert puzzle.share_in_order(found) >= puzzle.share_in_order(plain)
    assert puzzle.share_turned_right(found) >= puzzle.share_turned_right(plain)


@settings(max_examples=60)
@given(st.integers(0, 2**32), st.integers(1, 60))
def test_what_is_laid_out_is_left_as_it_is(seed: int, count: int) -> None:
    query = genome("q", **{f"c{i}": 1000 + 370 * i for i in range(6)})
    matches = random_matches(TARGET, query, count, seed)
    found = by_chain(matches, TARGET, query)
    written, moved = written_out(matches, query, found)
    assert by_chain(moved, TARGET, written) == Arrangement.as_given(written)


def written_out(matches: Matches, query: Genome, found: Arrangement) -> tuple[Genome, Matches]:
    """The query as a FASTA file of its layout has it, and the matches with that."""
    layout = Layout(Arrangement.as_given(TARGET), found)
    drawn = as_drawn(matches, TARGET, query, layout)
    place = np.argsort(found.order).astype(np.int32)
    written = Genome("q", tuple(query.contigs[place] for place in found.order))
    return written, replace(drawn, query=place[drawn.query])


@settings(max_examples=40)
@given(st.integers(0, 2**32), st.integers(0, 60))
def test_the_order_of_lines_changes_nothing(seed: int, count: int) -> None:
    query = genome("q", **{f"c{i}": 1000 + 370 * i for i in range(6)})
    matches = random_matches(TARGET, query, count, seed)
    shuffled = matches[np.random.default_rng(seed).permutation(count)]
    assert by_chain(shuffled, TARGET, query) == by_chain(matches, TARGET, query)


@settings(max_examples=20)
@given(st.integers(0, 2**32))
def test_looking_at_a_few_contigs_at_a_time_changes_nothing(seed: int) -> None:
    query = genome("q", **{f"c{i}": 1000 + 370 * i for i in range(6)})
    matches = random_matches(TARGET, query, 50, seed)
    with pytest.MonkeyPatch.context() as small:
        small.setattr("holdfast.dotplots.layout.chain.PART", 7)
        parted = by_chain(matches, TARGET, query)
    assert parted == by_chain(matches, TARGET, query)
