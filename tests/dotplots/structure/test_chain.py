"""Pieces that follow one another are one chain; what is too far, or runs otherwise, is not."""

import numpy as np
import pytest

from dotplots.structure.woven import Piece, woven
from holdfast.dotplots.structure.chain import Reach, chains, joined
from holdfast.dotplots.structure.pieces import Pieces, pieces_of
from holdfast.formats.paf_gaps import Gaps


def pieces(*contigs: list[Piece]) -> Pieces:
    return pieces_of(woven(*contigs)[0], Gaps.none())


@pytest.mark.parametrize(
    ("contig", "labels"),
    [
        ([("T", 0, 10, "+"), ("T", 10, 20, "+"), ("T", 21, 30, "+")], [0, 0, 0]),
        ([("T", 20, 30, "-"), ("T", 10, 20, "-"), ("T", 0, 10, "-")], [0, 0, 0]),
        ([("T", 0, 10, "+"), ("T", 10, 20, "-"), ("T", 20, 30, "+")], [0, 1, 2]),
        ([("T", 0, 10, "+"), 3, ("T", 10, 20, "+")], [0, 1]),
        ([("T", 10, 20, "+"), ("T", 0, 10, "+")], [0, 1]),
        ([("T", 0, 10, "+"), ("U", 10, 20, "+")], [0, 1]),
    ],
)
def test_neighbours_in_one_direction_are_one_chain(contig: list[Piece], labels: list[int]) -> None:
    assert chains(pieces(contig), Reach(2_000)).label.tolist() == labels


def test_the_reach_of_growing_chains_is_their_size() -> None:
    contig: list[Piece] = [("T", 0, 30, "+"), 20, ("T", 50, 90, "+"), 38, ("T", 128, 170, "+")]
    assert chains(pieces(contig), Reach(1_000)).label.tolist() == [0, 1, 2]
    assert chains(pieces(contig), Reach(1_000, grows=True)).label.tolist() == [0, 0, 0]


def test_what_stands_between_two_parts_them() -> None:
    def blocked(contigs: np.ndarray, starts: np.ndarray, ends: np.ndarray) -> np.ndarray:
        assert (starts < ends).all()
        return np.where(starts < 40_000, 400, 600) * (contigs == 0)

    contig: list[Piece] = [("T", 0, 20, "-"), 5, ("T", 25, 35, "+"), 5, ("T", 40, 50, "+"), 5]
    contig += [("T", 55, 60, "+"), 5, ("T", 12, 20, "-")]
    mine = pieces(contig, contig)
    assert chains(mine, Reach(10_000, blocked=blocked)).label.tolist() == [
        *(0, 1, 1, 2, 3),
        *(4, 5, 5, 5, 6),
    ]


def test_bases_doubled_in_tandem_part_chains() -> None:
    contig: list[Piece] = [
        *(("T", 0, 15, "+"), ("T", 15, 19, "+"), ("T", 13, 15, "+"), ("T", 15, 40, "+")),
    ]
    found = chains(pieces(contig), Reach(5_000))
    assert found.label.tolist() == [0, 0, 1, 1]
    assert np.argsort(found.rank).tolist() == [0, 1, 2, 3]


def test_a_chain_as_one_piece_has_the_sum_of_its_bases() -> None:
    mine = pieces([("T", 0, 10, "+"), ("T", 12, 20, "+")], [("U", 5, 9, "-")])
    whole = joined(mine, np.array([0, 0, 1]))
    assert whole.target_start.tolist() == [0, 5_000]
    assert whole.target_end.tolist() == [20_000, 9_000]
    assert whole.query_end.tolist() == [18_000, 4_000]
    assert whole.bases.tolist() == [17_820, 3_960]
    assert whole.match.tolist() == [2, 1]
    assert whole.identity == pytest.approx(0.99)
