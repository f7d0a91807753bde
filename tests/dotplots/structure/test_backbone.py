"""The backbone is the heaviest way on which both genomes only go forward."""

from itertools import combinations, pairwise

import numpy as np
from hypothesis import given
from hypothesis import strategies as st

from dotplots.structure.woven import woven
from holdfast.dotplots.structure.backbone import backbone, heaviest, homes
from holdfast.dotplots.structure.pieces import pieces_of
from holdfast.formats.paf_gaps import Gaps

BOX = st.tuples(*[st.integers(0, 12)] * 2, *[st.integers(1, 6)] * 2, st.integers(1, 9))


@given(st.lists(BOX, max_size=9))
def test_no_way_is_heavier(boxes: list[tuple[int, int, int, int, int]]) -> None:
    table = np.array(boxes, dtype=np.int64).reshape(-1, 5)
    on_target = table[:, 0], table[:, 0] + table[:, 2]
    on_query = table[:, 1], table[:, 1] + table[:, 3]
    weight = table[:, 4].astype(float)

    def is_way(places: tuple[int, ...]) -> bool:
        return all(
            ends[one] <= starts[two]
            for starts, ends in (on_target, on_query)
            for one, two in pairwise(places)
        )

    order = np.argsort(table[:, 0], kind="stable").tolist()
    subsets = (each for size in range(len(order) + 1) for each in combinations(order, size))
    best = max(weight[list(each)].sum() for each in subsets if is_way(each))
    found = heaviest(on_target, on_query, weight).tolist()
    assert is_way(tuple(found))
    assert weight[found].sum() == best


def test_a_contig_is_at_home_where_it_covers_most_and_turned_as_most_of_it_is() -> None:
    matches, target, query = woven(
        [("T", 0, 60, "+"), ("U", 10, 90, "-"), ("U", 90, 120, "+")],
        [3],
        [("T", 0, 10, "+"), ("U", 60, 68, "+")],
    )
    found = homes(pieces_of(matches, Gaps.none()), target, query)
    assert found.target.tolist() == [1, -1, 0]
    assert found.strand.tolist() == [-1, 1, 1]


def test_many_copies_of_a_repeat_do_not_make_a_home() -> None:
    matches, target, query = woven([("T", 0, 9, "+"), ("U", 0, 6, "+")])
    copies = np.concatenate((np.zeros(1, dtype=np.int64), np.ones(20, dtype=np.int64)))
    found = homes(pieces_of(matches[copies], Gaps.none()), target, query)
    assert found.target.tolist() == [0]


def test_of_two_contigs_on_one_place_the_heavier_is_in_the_backbone() -> None:
    matches, target, query = woven(
        [("T", 20, 60, "+")], [("T", 0, 100, "+")], [("T", 90, 120, "+")]
    )
    pieces = pieces_of(matches, Gaps.none())
    assert backbone(pieces, target, query).inside.tolist() == [False, True, True]
