"""Pictures are the same for the same scene, name what has room, and hold any number of matches."""

import re
import xml.etree.ElementTree as ET
from dataclasses import replace
from io import BytesIO

import matplotlib.image
import numpy as np
import pytest
from matplotlib.text import Text

from dotplots.examples import genome, matches_in, query_laid_out, random_matches, scene
from holdfast.dotplots.colours import By, Colouring
from holdfast.dotplots.layout.arrangement import Arrangement
from holdfast.dotplots.pictures import Format, Look, figure, picture, pictures, strokes
from holdfast.dotplots.pictures.files import style
from holdfast.dotplots.pictures.look import Theme
from holdfast.dotplots.scene import Group, Hidden, Scene
from holdfast.dotplots.structure.events import Event, EventKind, Place
from holdfast.errors import UsageError

TARGET, QUERY = genome("t", chrI=1000, chrII=2000), genome("q", a=1500, b=1400)
SMALL = Look(width=85, dpi=100)
SVG = "{http://www.w3.org/2000/svg}"


def example(count: int = 30) -> Scene:
    matches = random_matches(TARGET, QUERY, count, 5)
    return scene(TARGET, QUERY, matches, query_laid_out(TARGET, Arrangement((1, 0), (True, False))))


def words(drawn: Scene, look: Look = SMALL) -> set[str]:
    with style():
        return {text.get_text() for text in figure(drawn, look).findobj(Text)}


def pixels(drawn: Scene, look: Look = SMALL) -> np.ndarray:
    image: np.ndarray = matplotlib.image.imread(BytesIO(picture(drawn, Format.PNG, look)))
    return image


@pytest.mark.parametrize("kind", list(Format))
def test_the_same_scene_gives_the_same_bytes(kind: Format) -> None:
    assert picture(example(), kind, SMALL) == picture(example(), kind, SMALL)


def test_drawn_once_or_drawn_for_each_file_the_bytes_are_the_same() -> None:
    kinds = (Format.PNG, Format.SVG)
    each = tuple(picture(example(), kind, SMALL) for kind in kinds)
    assert pictures(example(), kinds, SMALL) == each


def test_a_picture_is_as_large_as_asked() -> None:
    image = pixels(example(), Look(width=127, height=76.2, dpi=100))
    assert image.shape[:2] == (300, 500)


def test_an_svg_holds_its_words_as_words_and_brings_their_letters() -> None:
    drawn = picture(example(), Format.SVG, Look(width=180))
    root = ET.fromstring(drawn)
    found = {element.text for element in root.iter(f"{SVG}text")}
    assert {"q against t", "chrI", "chrII", "b", "a (-)", "identity"} <= found
    assert len(re.findall(rb"@font-face\{[^}]*font/woff;base64", drawn)) == 2


def test_a_pdf_brings_its_letters() -> None:
    assert b"/FontFile2" in picture(example(), Format.PDF, SMALL)


def test_a_match_has_the_colour_of_its_direction_where_it_lies() -> None:
    matches = matches_in("a 1500 0 1000 - chrI 1000 0 1000 999 1000 60", TARGET, QUERY)
    image = pixels(scene(TARGET, QUERY, matches), Look(legend=False, dpi=150))
    red, blue = image[..., 0], image[..., 2]
    rows, columns = np.nonzero((red > blue + 0.2) & (red < 0.98))
    assert len(rows) > 300
    # A falling line: down the picture as it goes to the right.
    assert np.corrcoef(rows, columns)[0, 1] > 0.99


def test_an_empty_plot_says_so_and_has_no_legend() -> None:
    found = words(example(0))
    assert "no matches: nothing in these genomes is alike enough to align" in found
    assert "identity" not in found


def test_names_without_room_are_left_out() -> None:
    many = genome("q", **{f"contig_with_a_long_name_{i}": 10 for i in range(3000)})
    found = words(scene(TARGET, many, random_matches(TARGET, many, 10, 1)))
    assert not [word for word in found if word.startswith("contig")]


def test_a_name_full_of_signs_is_drawn_as_it_is() -> None:
    odd = genome("q", **{"$a^b_<&>\\漢": 100, "b": 50})
    drawn = picture(scene(TARGET, odd, random_matches(TARGET, odd, 3, 1)), Format.SVG, SMALL)
    assert "$a^b_&lt;&amp;&gt;\\漢".encode() in drawn


def test_many_matches_make_a_small_svg_that_says_what_is_density(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setattr(strokes, "MANY", 100)
    drawn = picture(example(3000), Format.SVG, Look(width=180))
    assert b"image/png" in drawn
    assert len(drawn) < 1_500_000  # a raster of noise: the worst there is
    assert b"the 2,899 shortest as density" in drawn  # two are equally long


@pytest.mark.parametrize(
    ("target", "query"), [(1, 1), (10**10, 10), (10, 10**10)], ids=["tiny", "wide", "tall"]
)
def test_any_proportion_fits_a_page(target: int, query: int) -> None:
    genomes = genome("t", a=target), genome("q", b=query)
    drawn = figure(scene(*genomes, random_matches(*genomes, 3, 1)), Look())
    assert all(2.5 < inches < 10 for inches in drawn.get_size_inches())


def test_a_region_has_coordinates_of_its_contig_and_only_its_matches() -> None:
    lines = "a 1500 0 100 + chrI 1000 0 100 90 100 60\nb 1400 0 50 + chrII 2000 0 50 50 50 60"
    drawn = scene(TARGET, QUERY, matches_in(lines, TARGET, QUERY))
    look = Look(target_regions=("chrII:1-200",), query_regions=("b",))
    found = words(drawn, look)
    assert {"t   chrII (bp)", "q   b (kbp)", "100", "0.5"} <= found
    assert any(word.startswith("1 of 2 matches") for word in found)


def test_a_region_without_matches_says_so() -> None:
    matches = matches_in("a 1500 0 100 + chrI 1000 0 100 90 100 60", TARGET, QUERY)
    look = Look(target_regions=("chrII",))
    assert "no matches between these regions" in words(scene(TARGET, QUERY, matches), look)


def test_what_matches_a_region_is_shown_beside_it() -> None:
    lines = "a 1500 100 300 + chrI 1000 0 200 200 200 60\nb 1400 0 50 + chrII 2000 0 50 50 50 60"
    drawn = scene(TARGET, QUERY, matches_in(lines, TARGET, QUERY))
    look = Look(target_regions=("chrI:0-100",), query_regions=("matching",))
    assert {"q   a (bp)", "100", "200"} <= words(drawn, look)
    with pytest.raises(UsageError, match="name a region of one genome"):
        picture(drawn, Format.PNG, Look(query_regions=("matching",)))


def test_an_unknown_region_is_refused() -> None:
    with pytest.raises(UsageError, match="t has no contig 'chrX'"):
        picture(example(), Format.PNG, Look(target_regions=("chrX",)))


def test_groups_and_hidden_contigs_are_named() -> None:
    drawn = example()
    axis = replace(drawn.query, groups=(Group(0, 2, "2 small"),), hidden=Hidden(7, 4200))
    found = words(replace(drawn, query=axis), Look(width=180, dpi=50))
    assert {"2 small", "q   (2.9 kbp, 7 contigs of 4.2 kbp hidden, scale in kbp)"} <= found
    assert "b" not in found


def test_events_are_marked_and_told_by_kind() -> None:
    events = (
        Event(EventKind.INVERSION, Place(0, 100, 500), Place(0, 100, 500), -1, 0.9, 3, 400),
        Event(EventKind.INVERSION, Place(1, 100, 500), Place(1, 100, 500), -1, 0.9, 3, 400),
        Event(EventKind.UNALIGNED_QUERY, None, Place(0, 900, 990), 1, None, 0, 0),
    )
    drawn = replace(example(), events=events)
    assert {"inversion (2)", "unaligned query (1)"} <= words(drawn)
    assert "inversion (1)" in words(drawn, Look(target_regions=("chrI",)))
    assert not any("inversion" in word for word in words(drawn, Look(events=False)))
    assert picture(drawn, Format.PNG, SMALL) != picture(example(), Format.PNG, SMALL)


@pytest.mark.parametrize(
    ("by", "told"),
    [
        (By.CLASSES, {"identity", "< 25 %", "25–50 %", "≥ 75 %"}),
        (By.STRAND, {"same direction", "inverted"}),
        (By.NOTHING, set()),
    ],
)
@pytest.mark.parametrize("width", [85, 180])
def test_the_legend_tells_what_colours_mean(by: By, told: set[str], width: int) -> None:
    found = words(example(), Look(width=width, colouring=Colouring(by)))
    assert told <= found
    assert ("identity" in found) == (by is By.CLASSES)


def test_without_title_and_legend_only_the_plot_is_there() -> None:
    found = words(example(), Look(title="", legend=False))
    assert not any(word.startswith(("q against", "30 matches", "identity")) for word in found)
    assert "Yeast" in words(example(), Look(title="Yeast"))


@pytest.mark.parametrize(
    ("theme", "paper"), [(Theme.LIGHT, 1.0), (Theme.DARK, 0.05), (Theme.PRINT, 1.0)]
)
def test_a_theme_has_its_paper(theme: Theme, paper: float) -> None:
    assert pixels(example(), Look(width=85, dpi=60, theme=theme))[0, 0, 0] == pytest.approx(
        paper, abs=0.01
    )
