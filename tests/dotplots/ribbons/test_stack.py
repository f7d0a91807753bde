"""Each row lies along the one above it, and contigs have the family they come down from."""

import pytest

from dotplots.examples import genome, matches_in
from holdfast.dotplots.genome import Contig, Genome
from holdfast.dotplots.layout.arrangement import Arrangement, Layout
from holdfast.dotplots.layout.choosing import Order, laid_out
from holdfast.dotplots.ribbons.stack import UNRELATED, Pair, stacked
from holdfast.errors import UsageError

A = genome("A", a1=1000, a2=800)
B = genome("B", b1=800, b2=1000, lone=50)
C = genome("C", c1=1000, c2=800)
A_B = """
b1 800 0 800 - a2 800 0 800 800 800 60
b2 1000 0 1000 + a1 1000 0 1000 1000 1000 60
"""
B_C = """
c1 1000 0 1000 + b2 1000 0 1000 1000 1000 60
c2 800 0 800 + b1 800 0 800 800 800 60
"""


def pair(name: str, target: Genome, query: Genome, text: str, order: Order) -> Pair:
    matches = matches_in(text, target, query)
    layout = laid_out(matches, target, query, order)
    return Pair(name, target, query, matches, layout, order)


def test_a_contig_turned_above_turns_what_it_matches_below() -> None:
    stack = stacked(
        [
            pair("first", A, B, A_B, Order.REFERENCE),
            pair("second", B, C, B_C, Order.REFERENCE),
        ]
    )
    assert [row.genome.name for row in stack.rows] == ["A", "B", "C"]
    assert stack.rows[1].arrangement == Arrangement((1, 0, 2), (True, False, False))
    assert stack.rows[2].arrangement == Arrangement((0, 1), (False, True))


def test_as_in_the_file_stays_as_in_the_file() -> None:
    stack = stacked([pair("x", A, B, A_B, Order.REFERENCE), pair("y", B, C, B_C, Order.INPUT)])
    assert stack.rows[2].arrangement == Arrangement.as_given(C)


def test_families_come_down_from_the_top() -> None:
    stack = stacked([pair("x", A, B, A_B, Order.INPUT), pair("y", B, C, B_C, Order.INPUT)])
    assert [row.families.tolist() for row in stack.rows] == [[0, 1], [1, 0, UNRELATED], [0, 1]]


def test_a_target_with_its_contigs_in_another_order_is_the_same_genome() -> None:
    other = Genome("B", tuple(reversed(B.contigs)))
    stack = stacked([pair("x", A, B, A_B, Order.INPUT), pair("y", other, C, B_C, Order.INPUT)])
    assert stack.between[1].target.tolist() == [1, 0]
    assert stack.rows[2].families.tolist() == [0, 1]


@pytest.mark.parametrize(
    ("contigs", "sentence"),
    [
        ((Contig("b1", 801), Contig("b2", 1000)), "B has another b1"),
        ((Contig("b1", 800), Contig("b3", 1000)), "B lacks b3"),
    ],
)
def test_what_does_not_fit_is_told(contigs: tuple[Contig, ...], sentence: str) -> None:
    other = Genome("B2", contigs)
    wrong = Pair("y", other, C, matches_in("", other, C), Layout.as_given(other, C), Order.INPUT)
    with pytest.raises(UsageError, match=f"the target of y is not the query of x: {sentence}"):
        stacked([pair("x", A, B, A_B, Order.INPUT), wrong])


def test_contigs_of_other_residues_do_not_fit_even_if_as_long() -> None:
    def of(name: str, digest: str) -> Genome:
        return Genome(name, (Contig("b", 100, digest),))

    first, second = of("B", "SQ.one"), of("B", "SQ.two")
    pairs = [
        Pair(
            name,
            target,
            query,
            matches_in("", target, query),
            Layout.as_given(target, query),
            Order.INPUT,
        )
        for name, target, query in (("x", A, first), ("y", second, C))
    ]
    with pytest.raises(UsageError, match="B has another b"):
        stacked(pairs)
