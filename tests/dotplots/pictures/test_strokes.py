"""Which matches are lines, and that all others are in the raster."""

from collections.abc import Iterator

import numpy as np
import pytest
from matplotlib.collections import PathCollection
from matplotlib.figure import Figure

from dotplots.examples import genome, random_matches, scene
from holdfast.dotplots.colours import Colouring
from holdfast.dotplots.palettes import Ground
from holdfast.dotplots.pictures import strokes
from holdfast.dotplots.pictures.strokes import Canvas, Drawn, draw_matches
from holdfast.dotplots.region import Ruler
from holdfast.dotplots.scene import Scene

TARGET, QUERY = genome("t", T=10_000, U=20_000), genome("q", a=15_000, b=14_000)


@pytest.fixture(autouse=True)
def _few(monkeypatch: pytest.MonkeyPatch) -> Iterator[None]:
    monkeypatch.setattr(strokes, "MANY", 40)
    monkeypatch.setattr(strokes, "PART", 70)
    return


def drawn(example: Scene, *regions: str) -> tuple[Drawn, int, int]:
    """What is told to be drawn, and how many lines and rasters there are."""
    axes = Figure().add_axes((0, 0, 1, 1))
    rulers = Ruler.of_regions(example.target, regions), Ruler.of(example.query)
    canvas = Canvas(rulers, 200, 200, 100, 1.0)
    told = draw_matches(axes, example, canvas, Colouring(), Ground.LIGHT, (0.0, 1.0))
    paths = [path for each in axes.findobj(PathCollection) for path in each.get_paths()]
    return told, sum(len(path.vertices) // 2 for path in paths), len(axes.images)


@pytest.mark.parametrize("count", [0, 1, 40])
def test_few_matches_are_all_lines(count: int) -> None:
    told, lines, rasters = drawn(scene(TARGET, QUERY, random_matches(TARGET, QUERY, count, 3)))
    assert (told, lines, rasters) == (Drawn(count, 0), count, 0)


@pytest.mark.parametrize("count", [41, 70, 333])
def test_of_many_the_longest_are_lines_and_all_others_in_the_raster(count: int) -> None:
    told, lines, rasters = drawn(scene(TARGET, QUERY, random_matches(TARGET, QUERY, count, 3)))
    assert told.seen == count
    assert told.dense == count - lines
    assert 40 <= lines <= 42  # a few may be as long as the shortest line
    assert rasters == 1


def test_tiny_matches_are_in_the_raster_also_if_there_are_few_lines() -> None:
    tiny = genome("t", T=10), genome("q", a=10)
    matches = random_matches(*tiny, 100, 3)
    told, lines, rasters = drawn(scene(TARGET, QUERY, matches))
    assert (told, lines, rasters) == (Drawn(100, 100), 0, 1)


def test_what_a_region_does_not_show_is_not_counted() -> None:
    matches = random_matches(TARGET, QUERY, 200, 3)
    told, _, _ = drawn(scene(TARGET, QUERY, matches), "U")
    assert told.seen == np.count_nonzero(matches.target == 1)
