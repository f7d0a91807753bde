"""A look is checked when it is made, and sizes are read as people write them."""

from typing import Any

import pytest

from holdfast.dotplots.pictures.look import Look, parsed_size
from holdfast.errors import UsageError


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("85", (85, None)),
        ("180x120", (180, 120)),
        ("18 x 12 cm", (180, 120)),
        ("7in", (177.8, None)),
        ("7×5IN", (177.8, 127)),
        ("300x150px", (25.4, 12.7)),
    ],
)
def test_a_size_is_read(text: str, expected: tuple[float, float | None]) -> None:
    assert parsed_size(text, 300) == pytest.approx(expected)


@pytest.mark.parametrize("text", ["", "large", "85x", "x85", "1.2.3", "-5", "85 miles", "nan"])
def test_what_is_no_size_is_told(text: str) -> None:
    with pytest.raises(UsageError, match="is no size"):
        parsed_size(text)


@pytest.mark.parametrize(
    ("choice", "sentence"),
    [
        ({"width": 5}, "30 to 2000 mm"),
        ({"height": 5000}, "30 to 2000 mm"),
        ({"dpi": 10}, "50 to 1200 pixels"),
        ({"width": 1000, "dpi": 600}, "more than 20,000 pixels"),
        ({"width": float("nan")}, "30 to 2000 mm"),
    ],
)
def test_a_look_out_of_all_bounds_is_refused(choice: dict[str, Any], sentence: str) -> None:
    with pytest.raises(UsageError, match=sentence):
        Look(**choice)


@pytest.mark.parametrize(
    ("width", "height", "points"),
    [
        (85, None, 6),
        (180, None, 7.5),
        (400, None, 11),
        (30, None, 3),
        (400, 60, 6),
        (400, 1000, 11),
    ],
)
def test_letters_follow_the_paper(width: float, height: float | None, points: float) -> None:
    assert Look(width, height).letter == pytest.approx(points)
