"""Pictures are the same for the same scene, name what has room, and hold any number of matches."""

import xml.etree.ElementTree as ET
from io import BytesIO

import matplotlib.image
import numpy as np
import pytest

from dotplots.examples import genome, matches_in, query_laid_out, random_matches, scene
from holdfast.dotplots import pictures
from holdfast.dotplots.layout.arrangement import Arrangement
from holdfast.dotplots.pictures import Format, figure, picture
from holdfast.dotplots.scene import Scene

TARGET, QUERY = genome("t", chrI=1000, chrII=2000), genome("q", a=1500, b=1400)


def example(count: int = 30) -> Scene:
    matches = random_matches(TARGET, QUERY, count, 5)
    return scene(TARGET, QUERY, matches, query_laid_out(TARGET, Arrangement((1, 0), (True, False))))


@pytest.mark.parametrize("kind", list(Format))
def test_the_same_scene_gives_the_same_bytes(kind: Format) -> None:
    assert picture(example(), kind) == picture(example(), kind)


def test_drawn_once_or_drawn_for_each_file_the_bytes_are_the_same() -> None:
    kinds = (Format.PNG, Format.SVG)
    assert pictures.pictures(example(), kinds) == tuple(picture(example(), kind) for kind in kinds)


def test_a_png_is_large_enough_for_a_page() -> None:
    image = matplotlib.image.imread(BytesIO(picture(example(), Format.PNG)))
    assert min(image.shape[:2]) >= 1200


def test_an_svg_holds_its_words_as_words() -> None:
    root = ET.fromstring(picture(example(), Format.SVG))
    words = {element.text for element in root.iter("{http://www.w3.org/2000/svg}text")}
    assert {"q against t", "chrI", "chrII", "b", "a (-)", "t   (3.0 kbp)"} <= words


def test_a_match_has_the_colour_of_its_direction_where_it_lies() -> None:
    matches = matches_in("a 1500 0 1000 - chrI 1000 0 1000 999 1000 60", TARGET, QUERY)
    image = matplotlib.image.imread(BytesIO(picture(scene(TARGET, QUERY, matches), Format.PNG)))
    red, blue = image[..., 0], image[..., 2]
    falling = (red > blue + 0.2) & (red < 0.98)
    rows, columns = np.nonzero(falling[:, : image.shape[1] * 3 // 4])
    assert len(rows) > 300
    # A falling line: down the picture as it goes to the right.
    assert np.corrcoef(rows, columns)[0, 1] > 0.99


def test_an_empty_plot_says_so() -> None:
    words = [text.get_text() for text in figure(example(0)).axes[0].texts]
    assert words == ["no matches: nothing in these genomes is alike enough to align"]


def test_names_without_room_are_left_out() -> None:
    many = genome("q", **{f"contig_with_a_long_name_{i}": 10 for i in range(3000)})
    drawn = figure(scene(TARGET, many, random_matches(TARGET, many, 10, 1)))
    assert len(drawn.axes[0].get_yticks()) < 100


def test_a_name_full_of_signs_is_drawn_as_it_is() -> None:
    odd = genome("q", **{"$a^b_<&>\\": 100})
    drawn = picture(scene(TARGET, odd, random_matches(TARGET, odd, 3, 1)), Format.SVG)
    assert b"$a^b_&lt;&amp;&gt;\\" in drawn


def test_many_matches_make_a_small_svg(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(pictures, "MANY", 100)
    drawn = picture(example(3000), Format.SVG)
    assert b"image/png" in drawn


@pytest.mark.parametrize(
    ("target", "query"), [(1, 1), (10**10, 10), (10, 10**10)], ids=["tiny", "wide", "tall"]
)
def test_any_proportion_fits_a_page(target: int, query: int) -> None:
    genomes = genome("t", a=target), genome("q", b=query)
    drawn = figure(scene(*genomes, random_matches(*genomes, 3, 1)))
    assert all(3 < inches < 10 for inches in drawn.get_size_inches())


def test_colours_begin_at_a_round_identity_below_nearly_all_matches() -> None:
    lines = "a 1500 0 100 + chrI 1000 0 100 {} 1000 60"
    matches = matches_in("\n".join([lines.format(965)] * 200 + [lines.format(100)]), TARGET, QUERY)
    assert pictures.identity_scale(scene(TARGET, QUERY, matches)) == pytest.approx((0.96, 1.0))
