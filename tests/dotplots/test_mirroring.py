"""A genome's matches with itself stand on both sides of the diagonal, each once."""

import numpy as np
import pytest

from dotplots.examples import genome, matches_in, random_matches
from holdfast.dotplots.matches import Matches
from holdfast.dotplots.mirroring import PLACES, mirrored, without_diagonal

GENOME = genome("g", a=1_000, b=500)


def rows(matches: Matches) -> list[tuple[int, ...]]:
    return list(zip(*(getattr(matches, name).tolist() for name in PLACES), strict=True))


@pytest.mark.parametrize("count", [0, 1, 7, 300])
@pytest.mark.parametrize("seed", range(5))
def test_each_match_gets_the_mirror_image_it_lacks(count: int, seed: int) -> None:
    matches = random_matches(GENOME, GENOME, count, seed)
    both = mirrored(matches)
    assert rows(both)[:count] == rows(matches)  # what looks at lines by number still may
    assert set(rows(both)) == set(rows(matches)) | set(rows(matches.transposed()))
    assert rows(mirrored(both)) == rows(both)


def test_what_is_its_own_mirror_image_is_not_doubled() -> None:
    diagonal = random_matches(GENOME, GENOME, 4, 1)
    same = Matches(
        *(getattr(diagonal, name.replace("query", "target")) for name in Matches.__slots__)
    )
    assert rows(mirrored(same)) == rows(same)


def test_only_a_place_with_itself_is_on_the_diagonal() -> None:
    matches = matches_in(
        """a 1000 10 20 + a 1000 10 20 10 10 60
           a 1000 10 20 - a 1000 10 20 10 10 60
           a 1000 10 20 + a 1000 11 21 10 10 60
           b 500 10 20 + a 1000 10 20 10 10 60""",
        GENOME,
        GENOME,
    )
    assert len(without_diagonal(matches)) == 3


def test_equal_hashes_do_not_make_matches_equal(monkeypatch: pytest.MonkeyPatch) -> None:
    matches = random_matches(GENOME, GENOME, 50, 3)
    wanted = rows(mirrored(matches))
    monkeypatch.setattr(
        "holdfast.dotplots.mirroring._hashes",
        lambda columns: np.zeros(len(columns[0]), dtype=np.uint64),
    )
    assert set(wanted) <= set(rows(mirrored(matches)))
