"""Colours tell what was asked, stand out from their ground, and travel with a plot as JSON."""

import json
import re
from pathlib import Path

import numpy as np
import pytest
from numpy.typing import NDArray

from holdfast.dotplots import colours
from holdfast.dotplots.colours import LEVELS, By, Colouring
from holdfast.dotplots.palettes import PALETTES, Ground, Palette
from holdfast.errors import UsageError

IDENTITY = np.array([0.1, 0.24, 0.25, 0.5, 0.75, 1.0], dtype=np.float32)
RISES = np.array([True, False, True, False, True, False])
GROUNDS = {Ground.LIGHT: "#ffffff", Ground.DARK: "#0d1a21"}


def luminance(colour: NDArray[np.float64]) -> float:
    """Relative luminance of a colour, as WCAG 2 defines it."""
    linear = np.where(colour <= 0.04045, colour / 12.92, ((colour + 0.055) / 1.055) ** 2.4)
    return float(linear @ np.array([0.2126, 0.7152, 0.0722]))


def contrast(one: NDArray[np.float64], other: NDArray[np.float64]) -> float:
    low, high = sorted((luminance(one), luminance(other)))
    return (high + 0.05) / (low + 0.05)


def numbers(colour: str) -> NDArray[np.float64]:
    return colours.scale_colours((colour,), 1)[0]


@pytest.mark.parametrize("by", list(By))
@pytest.mark.parametrize("palette", ["holdfast", "dgenies"])
def test_every_match_has_a_shade_that_has_a_colour(by: By, palette: str) -> None:
    chosen = Colouring(by, palette)
    shades = colours.shades(chosen, IDENTITY, RISES, (0.2, 1.0))
    for ground in Ground:
        table = colours.shade_colours(chosen, ground)
        assert shades.min() >= 0
        assert shades.max() < len(table)
        assert ((table >= 0) & (table <= 1)).all()


def test_a_class_begins_at_its_border() -> None:
    chosen = Colouring(By.CLASSES, "dgenies")
    level = colours.shades(chosen, IDENTITY, RISES, (0, 1)) // 2
    assert level.tolist() == [0, 0, 1, 2, 3, 3]
    tenths = np.arange(1, 10) / 10
    chosen = Colouring(By.CLASSES, classes=tuple(tenths))
    level = colours.shades(chosen, tenths.astype(np.float32), RISES[:1], (0, 1)) // 2
    assert level.tolist() == list(range(1, 10))


def test_a_border_that_no_binary_number_is_begins_its_class_too() -> None:
    borders = (0.1, 0.7, 0.9, 0.95, 0.99)
    at_borders = np.array(borders, dtype=np.float32)
    rises = np.ones(len(borders), dtype=bool)
    level = colours.shades(Colouring(By.CLASSES, classes=borders), at_borders, rises, (0, 1)) // 2
    assert level.tolist() == [1, 2, 3, 4, 5]


def test_four_classes_have_the_four_colours_of_the_palette() -> None:
    table = colours.shade_colours(Colouring(By.CLASSES, "dgenies"), Ground.LIGHT)
    found = [colours.hexadecimal(colour) for colour in table[::2]]
    assert found == ["#ffd84b", "#d5670b", "#2ebd40", "#094b09"]


def test_ones_own_classes_take_colours_from_the_whole_palette() -> None:
    chosen = Colouring(By.CLASSES, "dgenies", (0.9, 0.99))
    table = colours.shade_colours(chosen, Ground.LIGHT)
    assert len(table) == 6
    assert colours.hexadecimal(table[0]) == "#ffd84b"
    assert colours.hexadecimal(table[-1]) == "#094b09"


def test_the_most_alike_is_painted_last_and_has_the_last_colour() -> None:
    shades = colours.shades(Colouring(), IDENTITY, RISES, (0.2, 1.0))
    assert shades.max() == shades[-1] == 2 * (LEVELS - 1)
    table = colours.shade_colours(Colouring(), Ground.LIGHT)
    assert colours.hexadecimal(table[-1]) == PALETTES["holdfast"].light.rising[-1]
    assert colours.hexadecimal(table[-2]) == PALETTES["holdfast"].light.falling[-1]


@pytest.mark.parametrize("palette", PALETTES.values(), ids=PALETTES)
def test_a_better_match_stands_out_at_least_as_much(palette: Palette) -> None:
    for ground, paper in GROUNDS.items():
        if palette.name.startswith("dgenies") and ground is Ground.LIGHT:
            continue  # facts: they are as D-Genies has them
        for stops in (palette.tones(ground).rising, palette.tones(ground).falling):
            told = [contrast(numbers(stop), numbers(paper)) for stop in stops]
            assert told == sorted(told)


@pytest.mark.parametrize("palette", PALETTES.values(), ids=PALETTES)
def test_every_colour_is_seen_on_its_ground(palette: Palette) -> None:
    for ground, paper in GROUNDS.items():
        if palette.name.startswith("dgenies") and ground is Ground.LIGHT:
            continue  # facts: they are as D-Genies has them
        tones = palette.tones(ground)
        for colour in (*tones.rising, *tones.falling, *tones.strands):
            assert contrast(numbers(colour), numbers(paper)) >= 1.5, (ground, colour)


def test_the_choice_travels_as_json() -> None:
    chosen = Colouring(By.CLASSES, "sea", (0.9, 0.95))
    assert Colouring.of_document(json.loads(json.dumps(chosen.document()))) == chosen


@pytest.mark.parametrize(
    ("palette", "classes", "sentence"),
    [
        ("viridus", (0.5,), "did you mean viridis"),
        ("sea", (), "not at none"),
        ("sea", (0.5, 0.5), "ascending"),
        ("sea", (0.9, 0.8), r"not at 0\.9,0\.8"),
        ("sea", (0.0, 0.5), "between 0 and 1"),
        ("sea", (0.5, 1.0), "between 0 and 1"),
        ("sea", (float("nan"),), "not at nan"),
        ("sea", tuple(place / 14 for place in range(1, 14)), "13 classes of identity, not 14"),
    ],
)
def test_a_choice_that_makes_no_sense_is_told(
    palette: str, classes: tuple[float, ...], sentence: str
) -> None:
    with pytest.raises(UsageError, match=sentence):
        Colouring(By.CLASSES, palette, classes)


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("0.25,0.5,0.75", (0.25, 0.5, 0.75)),
        ("90%, 95 %,99", (0.9, 0.95, 0.99)),
        ("98.5,", (0.985,)),
        ("", ()),
    ],
)
def test_classes_are_read_as_people_write_them(text: str, expected: tuple[float, ...]) -> None:
    assert colours.parsed_classes(text) == pytest.approx(expected)


def test_classes_that_are_no_numbers_are_refused() -> None:
    with pytest.raises(UsageError, match="not 'high,low'"):
        colours.parsed_classes("high,low")


@pytest.mark.parametrize(
    ("low", "expected"), [(0.965, 0.96), (0.98, 0.98), (0.853, 0.84), (0.73, 0.7), (1.0, 0.98)]
)
def test_a_scale_begins_at_a_round_identity_below_nearly_all_matches(
    low: float, expected: float
) -> None:
    identity = np.array([low] * 200 + [0.1], dtype=np.float32)
    weights = np.full(201, 1000)
    weights[-1] = 10
    assert colours.identity_scale(identity, weights) == pytest.approx((expected, 1.0))


def test_without_matches_the_scale_is_all_of_it() -> None:
    assert colours.identity_scale(np.zeros(0, np.float32), np.zeros(0, np.int64)) == (0.0, 1.0)


def test_the_manual_shows_every_colour_of_every_palette() -> None:
    page = (Path(__file__).parents[2] / "docs" / "reference" / "palettes.md").read_text()
    light, dark = page.split("## On a dark ground")
    for palette in PALETTES.values():
        start = f"| `{palette.name}` |"
        assert f"{start} {palette.title} |" in light
        for part, tones in ((light, palette.light), (dark, palette.dark)):
            (row,) = [line for line in part.splitlines() if line.startswith(f"{start} `#")]
            falling = () if tones.rising == tones.falling else tones.falling
            told = re.findall("#[0-9a-f]{6}", row)
            assert told == [*tones.rising, *falling, *tones.strands]
