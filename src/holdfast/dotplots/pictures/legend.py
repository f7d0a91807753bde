"""
Legend: what the colours of a picture mean, and the marks in it.

Beside the plot where the paper is wide enough, else below it.
"""

from dataclasses import dataclass
from itertools import pairwise

from holdfast.dotplots import colours
from holdfast.dotplots.colours import By, Colouring
from holdfast.dotplots.palettes import Ground
from holdfast.dotplots.pictures import letters
from holdfast.dotplots.pictures.look import Inks
from holdfast.dotplots.pictures.paper import Paper

BESIDE = 120.0  #: millimetres of paper from which the legend stands beside the plot
RISES, FALLS = "↗", "↘"
MOST = 13.0  #: letters that a column of notes is wide


@dataclass(frozen=True, slots=True)
class Swatch:
    """One meaning: its colours, and what they mean."""

    colours: tuple[str, ...]
    words: str
    outline: bool = False


@dataclass(frozen=True, slots=True)
class Legend:
    """All meanings of a picture."""

    heading: str = ""
    scale: tuple[float, float] | None = None  #: of a continuous colouring
    colouring: Colouring | None = None
    ground: Ground = Ground.LIGHT
    swatches: tuple[Swatch, ...] = ()
    marks: tuple[Swatch, ...] = ()  #: of events

    @property
    def empty(self) -> bool:
        """Whether it has nothing to say."""
        return self.scale is None and not self.swatches and not self.marks

    def beside(self, width: float) -> bool:
        """Whether it stands beside the plot on paper `width` millimetres wide."""
        return not self.empty and width >= BESIDE

    def width(self, letter: float) -> float:
        """Points it takes beside the plot."""
        told = [letters.width(self.heading, letter)]
        told += [_swatch_width(each, letter) for each in (*self.swatches, *self.marks)]
        if self.scale is not None:
            told.append(letters.width("100 %", letter * 0.95) + 5 * letter)
        return max(told)

    def height(self, letter: float, inside: float) -> float:
        """Points it takes below the plot, on lines `inside` wide."""
        if self.empty:
            return 0.0
        return (len(_rows(self, letter, inside)) * 1.7 + 0.6) * letter


def legend_of(
    colouring: Colouring, ground: Ground, scale: tuple[float, float], marks: tuple[Swatch, ...]
) -> Legend:
    """What `colouring` means on this ground."""
    table = [colours.hexadecimal(each) for each in colours.shade_colours(colouring, ground)]
    if colouring.by is By.IDENTITY:
        return Legend("identity", scale, colouring, ground, marks=marks)
    if colouring.by is By.CLASSES:
        return Legend("identity", None, colouring, ground, _classes(colouring, table), marks)
    if colouring.by is By.STRAND:
        told = (Swatch((table[1],), "same direction"), Swatch((table[0],), "inverted"))
        return Legend("", None, colouring, ground, told, marks)
    return Legend("", None, colouring, ground, (), marks)


def _classes(colouring: Colouring, table: list[str]) -> tuple[Swatch, ...]:
    """The classes, the most alike first."""
    bounds = [f"{100 * each:.4g}" for each in colouring.classes]
    words = [f"< {bounds[0]} %"]
    words += [f"{low}–{high} %" for low, high in pairwise(bounds)]
    words.append(f"≥ {bounds[-1]} %")
    both = [(table[2 * k + 1], table[2 * k]) for k in range(len(words))]
    shown = both if colouring.directed else [each[:1] for each in both]
    return tuple(Swatch(*each) for each in zip(shown, words, strict=True))[::-1]


def draw_legend(
    paper: Paper, legend: Legend, inks: Inks, letter: float, at: tuple[float, float], inside: float
) -> None:
    """Draw `legend` from its upper left corner; `inside` is the width of a legend below."""
    if legend.empty:
        return
    if inside:
        _draw_below(paper, legend, inks, letter, at, inside)
    else:
        _draw_beside(paper, legend, inks, letter, at)


def _draw_beside(
    paper: Paper, legend: Legend, inks: Inks, letter: float, at: tuple[float, float]
) -> None:
    x, y = at
    if legend.heading:
        y -= letter
        paper.words(x, y, legend.heading, letter, inks.words, fontweight="bold", va="baseline")
        y -= 0.5 * letter
    if legend.scale is not None:
        y = _draw_bars(paper, legend, inks, letter, (x, y))
    elif legend.swatches and len(legend.swatches[0].colours) > 1:
        y -= 1.1 * letter
        _arrows(paper, inks, letter, (x, y), 1.1 * letter)
        y += 0.2 * letter
    for swatches in (legend.swatches, legend.marks):
        for swatch in swatches:
            y -= 1.6 * letter
            _draw_swatch(paper, swatch, inks, letter, (x, y))
        y -= 0.9 * letter


def _draw_bars(
    paper: Paper, legend: Legend, inks: Inks, letter: float, at: tuple[float, float]
) -> float:
    """The continuous scale, upright; how far down it reaches."""
    x, y = at
    bars, (low, high) = _bars(legend), legend.scale or (0.0, 1.0)
    tall, wide = 13 * letter, 1.25 * letter
    if len(bars) > 1:
        y -= 1.2 * letter
        _arrows(paper, inks, letter, (x, y), wide + 0.2 * letter)
    y -= 0.35 * letter
    for place, bar in enumerate(bars):
        box = (x + place * (wide + 0.2 * letter), y - tall, wide, tall)
        paper.gradient(box, bar, up=True)
    right = x + len(bars) * (wide + 0.2 * letter)
    count = 5 if high - low > 0.05 else 2
    for tick in range(count + 1):
        told = f"{100 * (low + (high - low) * tick / count):.4g} %"
        height = y - tall + tall * tick / count
        paper.words(
            right + 0.3 * letter, height, told, 0.95 * letter, inks.soft, va="center_baseline"
        )
    return y - tall - 0.4 * letter


def _arrows(paper: Paper, inks: Inks, letter: float, at: tuple[float, float], step: float) -> None:
    """Above the colours of matches that rise and of those that fall."""
    for place, arrow in enumerate((RISES, FALLS)):
        middle = at[0] + place * step + 0.55 * letter
        paper.words(middle, at[1], arrow, letter, inks.words, ha="center", va="baseline")


def _bars(legend: Legend) -> list[colours.Floats]:
    """The colours of each bar: of matches that rise, and of those that fall if they differ."""
    colouring = legend.colouring or colours.USUAL
    table = colours.shade_colours(colouring, legend.ground)
    return [table[1::2], table[::2]] if colouring.directed else [table[1::2]]


def _draw_swatch(
    paper: Paper, swatch: Swatch, inks: Inks, letter: float, at: tuple[float, float]
) -> None:
    x, y = at
    side = 0.9 * letter
    for colour in swatch.colours:
        how = (
            {"facecolor": (colour, 0.14), "edgecolor": colour, "linewidth": 0.09 * letter}
            if swatch.outline
            else {"facecolor": colour, "edgecolor": "none"}
        )
        paper.box(x, y - 0.08 * letter, side, side, **how)
        x += side + 0.2 * letter
    paper.words(x + 0.3 * letter, y, swatch.words, 0.95 * letter, inks.words, va="baseline")


def _swatch_width(swatch: Swatch, letter: float) -> float:
    return len(swatch.colours) * 1.1 * letter + letters.width(swatch.words, letter) + 0.4 * letter


def _rows(legend: Legend, letter: float, inside: float) -> list[list[tuple[float, Swatch | None]]]:
    """What stands on each line below the plot: from where, and what; None is the scale."""
    items: list[Swatch | None] = [] if legend.scale is None else [None]
    items += [*legend.swatches, *legend.marks]
    rows: list[list[tuple[float, Swatch | None]]] = [[]]
    reach = letters.width(legend.heading, letter, bold=True) + (letter if legend.heading else 0)
    for item in items:
        wide = _scale_width(legend, letter) if item is None else _swatch_width(item, letter)
        if rows[-1] and reach + wide > inside:
            rows.append([])
            reach = 0.0
        rows[-1].append((reach, item))
        reach += wide + letter
    return rows


def _scale_width(legend: Legend, letter: float) -> float:
    return len(_bars(legend)) * 8.6 * letter + 2 * letters.width("100 %", letter) + letter


def _draw_below(
    paper: Paper,
    legend: Legend,
    inks: Inks,
    letter: float,
    at: tuple[float, float],
    inside: float,
) -> None:
    x, y = at[0], at[1] - 1.2 * letter
    paper.words(x, y, legend.heading, letter, inks.words, fontweight="bold", va="baseline")
    for row in _rows(legend, letter, inside):
        for start, item in row:
            if item is None:
                _draw_flat_bars(paper, legend, inks, letter, (x + start, y))
            else:
                _draw_swatch(paper, item, inks, letter, (x + start, y))
        y -= 1.7 * letter


def _draw_flat_bars(
    paper: Paper, legend: Legend, inks: Inks, letter: float, at: tuple[float, float]
) -> None:
    x, y = at
    bars, (low, high) = _bars(legend), legend.scale or (0.0, 1.0)
    ends = [f"{100 * low:.4g} %", f"{100 * high:.4g} %"]
    paper.words(x, y, ends[0], 0.95 * letter, inks.soft, va="baseline")
    x += letters.width(ends[0], 0.95 * letter) + 0.4 * letter
    for place, bar in enumerate(bars):
        if len(bars) > 1:
            paper.words(x, y, (RISES, FALLS)[place], letter, inks.words, va="baseline")
            x += 1.1 * letter
        paper.gradient((x, y - 0.1 * letter, 7 * letter, letter), bar, up=False)
        x += 7.4 * letter
    paper.words(x, y, ends[1], 0.95 * letter, inks.soft, va="baseline")
