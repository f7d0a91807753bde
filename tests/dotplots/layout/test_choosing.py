"""Orders by their names: those without matches, and whose contigs are moved."""

import pytest

from dotplots.examples import genome, matches_in
from holdfast.dotplots.genome import Contig, Genome
from holdfast.dotplots.layout.arrangement import Arrangement, Layout
from holdfast.dotplots.layout.choosing import Order, Side, laid_out
from holdfast.dotplots.layout.naming import by_name

TARGET, QUERY = genome("t", T2=500, T1=900), genome("q", b=100, a=300)
PAF = "a 300 0 300 - T1 900 0 300 300 300 60"


def named(*names: str) -> list[str]:
    each = Genome("g", tuple(Contig(name, 1) for name in names))
    return [names[place] for place in by_name(each).order]


@pytest.mark.parametrize(
    ("order", "side", "target", "query"),
    [
        (Order.INPUT, Side.QUERY, (0, 1), (0, 1)),
        (Order.LENGTH, Side.QUERY, (0, 1), (1, 0)),
        (Order.LENGTH, Side.TARGET, (1, 0), (0, 1)),
        (Order.NAME, Side.TARGET, (1, 0), (0, 1)),
        (Order.CHAIN, Side.TARGET, (1, 0), (0, 1)),
        (Order.REFERENCE, Side.TARGET, (1, 0), (0, 1)),
        (Order.CHAIN, Side.QUERY, (0, 1), (1, 0)),
    ],
)
def test_one_genome_is_moved_and_the_other_stays(
    order: Order, side: Side, target: tuple[int, ...], query: tuple[int, ...]
) -> None:
    found = laid_out(matches_in(PAF, TARGET, QUERY), TARGET, QUERY, order, side)
    assert (found.target.order, found.query.order) == (target, query)
    moved = found.query if side is Side.QUERY else found.target
    along = order in {Order.CHAIN, Order.REFERENCE}
    assert sum(moved.reversed) == along


def test_input_is_as_given() -> None:
    found = laid_out(matches_in(PAF, TARGET, QUERY), TARGET, QUERY, Order.INPUT)
    assert found == Layout(Arrangement.as_given(TARGET), Arrangement.as_given(QUERY))


@pytest.mark.parametrize(
    "names",
    [
        ["chr1", "chr2", "chr10", "chr11_random", "chrM", "chrX"],
        ["chrI", "chrII", "chrIV", "chrV", "chrIX", "chrX", "chrXVI", "chrmt"],
        ["contig_2.1", "contig_2.9", "contig_10.1"],
        ["1", "2", "10", "MT", "X"],
    ],
)
def test_names_are_put_as_people_would(names: list[str]) -> None:
    assert named(*reversed(names)) == names
