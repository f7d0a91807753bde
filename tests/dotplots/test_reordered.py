"""What records a reordered query has, and what AGP says of them."""

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from dotplots.examples import genome, matches_in, random_matches
from holdfast.dotplots.genome import Genome
from holdfast.dotplots.layout.arrangement import Arrangement, Layout
from holdfast.dotplots.layout.choosing import Order, laid_out
from holdfast.dotplots.reordered import (
    GAP,
    Part,
    Record,
    agp,
    as_drawn_records,
    as_reference_records,
)
from holdfast.errors import PlotError

TARGET, QUERY = genome("t", T=1000, U=500, V=9), genome("q", b=400, a=800, none=100, c=50)
PAF = """
a 800 0   800 + T 1000 100 900 720 800 60
c 50  0   50  + T 1000 920 970 50  50  60
b 400 100 400 - U 500  0   300 150 300 60
"""


def test_each_contig_is_a_record_in_the_order_drawn() -> None:
    query = Arrangement((1, 3, 0, 2), (True, False, False, False))
    layout = Layout(Arrangement.as_given(TARGET), query)
    found = as_drawn_records(QUERY, layout)
    assert [record.name for record in found] == ["a", "c", "b", "none"]
    assert [record.parts[0].turned for record in found] == [False, False, True, False]


@pytest.mark.parametrize("order", Order)
def test_contigs_of_a_target_are_joined_and_the_rest_follows(order: Order) -> None:
    matches = matches_in(PAF, TARGET, QUERY)
    layout = laid_out(matches, TARGET, QUERY, Order.CHAIN)
    found = as_reference_records(matches, TARGET, QUERY, layout, order)
    assert found == (
        Record("T", (Part(1, turned=False), Part(3, turned=False))),
        Record("U", (Part(0, turned=True),)),
        Record("none_unaligned", (Part(2, turned=False),)),
    )


def test_agp_says_what_was_joined() -> None:
    matches = matches_in(PAF, TARGET, QUERY)
    layout = laid_out(matches, TARGET, QUERY, Order.CHAIN)
    records = as_reference_records(matches, TARGET, QUERY, layout, Order.CHAIN)
    text = "".join(agp(records, QUERY, "made up"))
    assert text.splitlines() == [
        "##agp-version\t2.1",
        "# made up",
        "T\t1\t800\t1\tW\ta\t1\t800\t+",
        "T\t801\t900\t2\tU\t100\tscaffold\tyes\talign_genus",
        "T\t901\t950\t3\tW\tc\t1\t50\t+",
        "U\t1\t400\t1\tW\tb\t1\t400\t-",
        "none_unaligned\t1\t100\t1\tW\tnone\t1\t100\t+",
    ]


def test_two_records_of_one_name_are_refused() -> None:
    target = Genome("t", (genome("t", none_unaligned=1000).contigs))
    matches = matches_in("a 800 0 800 + none_unaligned 1000 0 800 1 1 60", target, QUERY)
    layout = Layout.as_given(target, QUERY)
    with pytest.raises(PlotError, match="would be called none_unaligned"):
        as_reference_records(matches, target, QUERY, layout, Order.CHAIN)


@settings(max_examples=25)
@given(st.integers(0, 2**32), st.integers(0, 30), st.sampled_from(Order))
def test_every_contig_is_written_once_and_agp_adds_up(seed: int, count: int, order: Order) -> None:
    matches = random_matches(TARGET, QUERY, count, seed)
    layout = laid_out(matches, TARGET, QUERY, order)
    records = as_reference_records(matches, TARGET, QUERY, layout, order)
    parts = [part.contig for record in records for part in record.parts]
    assert sorted(parts) == [0, 1, 2, 3]
    rows = [line.split("\t") for line in agp(records, QUERY, "x") if not line.startswith("#")]
    for record in records:
        ours = [row for row in rows if row[0] == record.name]
        assert [int(row[3]) for row in ours] == list(range(1, len(ours) + 1))
        ends = [0, *(int(row[2]) for row in ours)]
        assert [int(row[1]) for row in ours] == [end + 1 for end in ends[:-1]]
        bases = sum(QUERY.contigs[part.contig].length for part in record.parts)
        assert ends[-1] == bases + GAP * (len(record.parts) - 1)
