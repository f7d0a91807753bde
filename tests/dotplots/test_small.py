"""Small contigs are shown, named as one, or hidden and counted."""

from dataclasses import replace
from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from dotplots.examples import NOTE, genome, matches_in, random_matches
from dotplots.golden import CASES, Golden
from holdfast.dotplots.drawing import USUAL, Drawing, Drawn, draw
from holdfast.dotplots.identity import Estimator
from holdfast.dotplots.layout.arrangement import Arrangement
from holdfast.dotplots.layout.choosing import Order
from holdfast.dotplots.scene import Group, Hidden
from holdfast.dotplots.small import Small, SmallContigs

BIG = {"A": 10_000, "B": 9_000}
TARGET = genome("t", T=20_000)
QUERY = genome("q", **{f"s{i}": 10 + i for i in range(6)}, **BIG, t1=10, t2=11)


def drawn(drawing: Drawing, text: str = "A 10000 0 900 + T 20000 0 900 900 900 60") -> Drawn:
    matches = matches_in(text, TARGET, QUERY)
    return draw(drawing, "q against t", (TARGET, QUERY), (matches, Estimator.DE), NOTE)


def test_runs_of_small_contigs_are_named_as_one() -> None:
    scene = drawn(Drawing(order=Order.INPUT)).scene
    assert scene.query.groups == (Group(0, 6, "6 contigs"),)  # t1 and t2 are too few
    assert (scene.target.groups, scene.query.hidden) == ((), Hidden())


def test_neighbours_are_those_of_the_axis() -> None:
    scene = drawn(Drawing(order=Order.REFERENCE)).scene
    assert [contig.name for contig in scene.query.contigs][:2] == ["A", "s0"]
    assert scene.query.groups == (Group(1, 6, "6 contigs"),)


def test_shown_ones_have_no_group() -> None:
    assert drawn(replace(USUAL, small=Small.SHOW)).scene.query.groups == ()


def test_hidden_ones_and_their_matches_are_counted_and_stay_in_the_layout() -> None:
    text = """A  10000 0 900 + T 20000 0 900 900 900 60
              s1 11    0 11  - T 20000 0 11  11  11  60
              s1 11    0 11  + T 20000 50 61 11  11  60"""
    found = drawn(replace(USUAL, small=Small.HIDE), text)
    assert [contig.name for contig in found.scene.query.contigs] == ["A", "B"]
    assert found.scene.query.hidden == Hidden(8, QUERY.length - 19_000)
    assert found.left_out == {"shorter": 0, "on_hidden": 2}
    assert len(found.scene.matches) == 1
    assert sorted(found.layout.query.order) == list(range(10))


def test_an_axis_of_small_contigs_alone_is_left() -> None:
    small = SmallContigs(Small.HIDE, under=10**6)
    as_given = Arrangement.as_given(QUERY)
    assert small.left(QUERY, as_given) == as_given


def test_a_size_of_ones_own_decides() -> None:
    names = [
        contig.name
        for contig in drawn(Drawing(small=Small.HIDE, small_under=13)).scene.query.contigs
    ]
    assert sorted(names) == ["A", "B", "s3", "s4", "s5"]


def test_noise_is_hidden_and_counted() -> None:
    target, query = genome("t", T=10**6), genome("q", a=10**6)
    matches = random_matches(target, query, 1500, 1)
    matches.target_end[:1480] = matches.target_start[:1480] + 5
    matches.query_end[:1480] = matches.query_start[:1480] + 5
    found = draw(Drawing(hide_noise=True), "", (target, query), (matches, Estimator.DE), NOTE)
    assert found.left_out["noise"] == 1500 - len(found.matches) >= 1480


@pytest.mark.parametrize("case", CASES)
def test_no_golden_case_has_enough_small_contigs_for_a_group(real_data: Path, case: str) -> None:
    golden = Golden.read(real_data, case)
    small = SmallContigs()
    for axis, side in ((golden.target, "x_order"), (golden.query, "y_order")):
        recorded = golden.document("graph.json")[side]
        assert small.groups(axis, Arrangement.as_given(axis)) == ()
        assert recorded == [contig.name for contig in axis.contigs]


@settings(max_examples=40)
@given(st.lists(st.booleans(), max_size=40))
def test_each_group_is_a_whole_run(smalls: list[bool]) -> None:
    each = genome(
        "g", big=10**9, **{f"c{i}": 1 if small else 10**9 for i, small in enumerate(smalls)}
    )
    groups = SmallContigs().groups(each, Arrangement.as_given(each))
    marks = "".join("sb"[not small] for small in [False, *smalls])
    expected = [(start, len(run)) for start, run in _runs(marks) if run[0] == "s" and len(run) >= 5]
    assert [(group.first, group.count) for group in groups] == expected


def _runs(marks: str) -> list[tuple[int, str]]:
    """Each run of equal letters, and where it begins."""
    found: list[tuple[int, str]] = []
    for place, letter in enumerate(marks):
        if found and found[-1][1][0] == letter:
            found[-1] = (found[-1][0], found[-1][1] + letter)
        else:
            found.append((place, letter))
    return found


@given(
    st.sampled_from(Order), st.sampled_from(Small), st.none() | st.integers(0, 10**6), st.booleans()
)
def test_choices_survive_their_document(
    order: Order, small: Small, under: int | None, noise: bool
) -> None:
    drawing = Drawing(order=order, small=small, small_under=under, hide_noise=noise)
    assert Drawing.of_document(drawing.document()) == drawing
