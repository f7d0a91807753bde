"""The raster counts every match, and shows a single one beside thousands."""

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from holdfast.dotplots.pictures import density
from holdfast.dotplots.pictures.density import FAINTEST, Density

RED, BLUE = np.array([[1.0, 0, 0]]), np.array([[0.0, 0, 1]])


def test_a_single_small_match_is_seen_beside_a_thousand() -> None:
    raster = Density((20, 20))
    raster.add(np.tile([[[3.1, 3.1], [3.4, 3.4]]], (1000, 1, 1)), np.repeat(BLUE, 1000, 0))
    raster.add(np.array([[[15.1, 10.1], [15.2, 10.3]]]), RED)
    image = raster.image()
    assert image[10, 15].tolist()[:3] == [255, 0, 0]
    assert image[10, 15, 3] >= 255 * FAINTEST
    assert image[3, 3].tolist() == [0, 0, 255, 255]
    assert image[19, 19, 3] == 0


def test_a_line_covers_every_cell_on_its_way() -> None:
    raster = Density((50, 50))
    raster.add(np.array([[[0.5, 49.5], [49.5, 0.5]]]), RED)
    image = raster.image()
    assert all(image[49 - column, column, 3] > 0 for column in range(50))


@settings(max_examples=25, deadline=None)
@given(st.integers(0, 2**32), st.integers(1, 200), st.sampled_from([7, 100, 10**6]))
def test_every_match_is_counted_in_however_many_pieces(seed: int, count: int, at_once: int) -> None:
    random = np.random.default_rng(seed)
    drawn = random.random((count, 2, 2)) * 30
    colours = random.random((count, 3))
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(density, "AT_ONCE", at_once)
        raster = Density((30, 30))
        raster.add(drawn, colours)
    reach = np.maximum(np.ceil(np.abs(drawn[:, 1] - drawn[:, 0]).max(axis=1)), 1)
    assert raster._cover.sum() == pytest.approx(reach.sum())


def test_with_fewer_samples_a_line_weighs_the_same() -> None:
    line = np.array([[[0.0, 5], [40, 5]]])
    covers = []
    for share in (1.0, 0.1):
        raster = Density((10, 40), share)
        raster.add(line, RED)
        covers.append(raster._cover.sum())
    assert covers[0] == pytest.approx(covers[1])


def test_nothing_is_nothing() -> None:
    raster = Density((4, 5))
    raster.add(np.zeros((0, 2, 2)), np.zeros((0, 3)))
    assert raster.image().shape == (4, 5, 4)
    assert raster.image().max() == 0
