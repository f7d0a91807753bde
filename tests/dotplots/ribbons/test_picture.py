"""Ribbons are the same for the same stack, name what has room, and say what is left out."""

import pytest
from matplotlib.collections import PathCollection
from matplotlib.text import Text

from dotplots.examples import genome, random_matches
from dotplots.ribbons.test_stack import A_B, B_C, A, B, C, pair
from holdfast.dotplots.layout.arrangement import Layout
from holdfast.dotplots.layout.choosing import Order
from holdfast.dotplots.pictures import Format, Look
from holdfast.dotplots.pictures.files import style
from holdfast.dotplots.ribbons.picture import figure, ribbon_pictures
from holdfast.dotplots.ribbons.sheet import Tell
from holdfast.dotplots.ribbons.stack import Pair, Stack, stacked

SMALL = Look(width=120, dpi=60)


def example() -> Stack:
    pairs = [pair("x", A, B, A_B, Order.REFERENCE), pair("y", B, C, B_C, Order.REFERENCE)]
    return stacked(pairs)


def words(stack: Stack, look: Look = SMALL, tell: Tell = Tell.CONTIG) -> set[str]:
    with style():
        return {text.get_text() for text in figure(stack, "title", look, tell).findobj(Text)}


@pytest.mark.parametrize("kind", [Format.PNG, Format.SVG])
def test_the_same_stack_gives_the_same_bytes(kind: Format) -> None:
    drawn = [ribbon_pictures(example(), (kind,), "title", SMALL) for _ in range(2)]
    assert drawn[0] == drawn[1]


def test_genomes_contigs_and_turned_ones_are_named() -> None:
    assert {"title", "A", "B", "C", "a1", "a2", "b1 ↺", "c2 ↺", "1.8 kbp"} <= words(example())


def test_ribbons_run_between_the_rows_and_twist_where_inverted() -> None:
    with style():
        drawn = figure(example(), "", SMALL, Tell.CONTIG).findobj(PathCollection)
    assert [len(each.get_paths()) for each in drawn] == [2, 2]
    # All lie alike as drawn, for what was inverted is turned: no ribbon is twisted.
    for path in drawn[0].get_paths():
        above, below = path.vertices[[0, 7], 0], path.vertices[[3, 4], 0]
        assert (above[0] < above[1]) == (below[0] < below[1])


def test_a_strand_is_told_by_a_legend() -> None:
    told = {"same direction", "inverted", "elsewhere"}
    assert told <= words(example(), tell=Tell.STRAND)
    assert not told & words(example())
    assert not told & words(example(), Look(legend=False), Tell.STRAND)


def test_what_is_too_small_is_counted() -> None:
    target, query = genome("t", chr1=10**8, chr2=10**8), genome("q", chr1=10**8, chr2=10**8)
    small = random_matches(
        genome("t", chr1=9000, chr2=9000), genome("q", chr1=9000, chr2=9000), 50, 1
    )
    stack = stacked([Pair("x", target, query, small, Layout.as_given(target, query), Order.INPUT)])
    found = words(stack)
    assert "0 matches in ribbons, 50 too small or too scattered to be drawn" in found
    assert {"1", "2"} <= found


def test_small_contigs_are_left_out_and_counted() -> None:
    many = genome("t", large=10**6, **{f"s{i}": 10 for i in range(30)})
    matches = random_matches(many, many, 5, 1)
    layout = Layout.as_given(many, many)
    found = words(stacked([Pair("x", many, many, matches, layout, Order.INPUT)]), Look(width=400))
    assert {"1.0 Mbp", "30 small not drawn"} <= found


def test_a_genome_of_small_contigs_only_is_drawn() -> None:
    many = genome("t", **{f"s{i}": 10 for i in range(3000)})
    stack = stacked(
        [
            Pair(
                "x",
                many,
                many,
                random_matches(many, many, 99, 1),
                Layout.as_given(many, many),
                Order.INPUT,
            )
        ]
    )
    assert ribbon_pictures(stack, (Format.PNG,), "t", Look(width=60, dpi=50))[0][:4] == b"\x89PNG"
