"""
Charts: where the bars of a simple chart are, for a template that draws them as SVG.

Coordinates are of a picture of fixed width and height; browsers scale it.
"""

import math
from collections.abc import Sequence
from dataclasses import dataclass

WIDTH, HEIGHT = 720.0, 200.0
LEFT, RIGHT, TOP, BOTTOM = 64.0, 8.0, 12.0, 24.0
WIDEST = 48.0  #: of a bar
LABELS = 6  #: below the bars
STEPS = (1, 2, 2.5, 5, 10)


@dataclass(frozen=True, slots=True)
class Bar:
    """One bar; `part` of it, at its foot, is drawn stronger."""

    label: str
    value: float
    part: float
    x: float
    y: float
    width: float
    height: float
    part_y: float
    part_height: float
    is_labelled: bool


@dataclass(frozen=True, slots=True)
class Chart:
    """The bars, and the lines at round values behind them: each a height and its value."""

    bars: tuple[Bar, ...]
    lines: tuple[tuple[float, float], ...]
    width: float = WIDTH
    height: float = HEIGHT
    left: float = LEFT
    right: float = WIDTH - RIGHT
    foot: float = HEIGHT - BOTTOM


def bars(values: Sequence[tuple[str, float, float]]) -> Chart:
    """The chart of labelled values, each with a part that is drawn stronger.

    >>> chart = bars([("a", 10, 5), ("b", 20, 0)])
    >>> [round(bar.height) for bar in chart.bars], [value for _, value in chart.lines]
    ([82, 164], [0.0, 5.0, 10.0, 15.0, 20.0])
    """
    top = max((value for _, value, _ in values), default=0) or 1.0
    step = _step(top)
    highest = step * math.ceil(top / step)
    tall = HEIGHT - TOP - BOTTOM
    room = (WIDTH - LEFT - RIGHT) / max(1, len(values))
    wide = min(WIDEST, 0.7 * room)
    every = max(1, math.ceil(len(values) / LABELS))
    drawn = []
    for number, (label, value, part) in enumerate(values):
        high, low = tall * value / highest, tall * part / highest
        drawn.append(
            Bar(
                label,
                value,
                part,
                round(LEFT + number * room + (room - wide) / 2, 1),
                round(HEIGHT - BOTTOM - high, 1),
                round(wide, 1),
                round(high, 1),
                round(HEIGHT - BOTTOM - low, 1),
                round(low, 1),
                is_labelled=(len(values) - 1 - number) % every == 0,
            )
        )
    count = round(highest / step)
    lines = tuple(
        (round(HEIGHT - BOTTOM - tall * at / count, 1), float(step * at)) for at in range(count + 1)
    )
    return Chart(tuple(drawn), lines)


def _step(top: float) -> float:
    """A round number that fits three to five times into `top`."""
    rough = top / 4
    power = 10.0 ** math.floor(math.log10(rough))
    return next(step * power for step in STEPS if step * power >= rough * 0.999)
