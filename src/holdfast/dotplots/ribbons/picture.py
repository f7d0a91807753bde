"""
The picture of a stack: contigs as bars, blocks as ribbons from row to row.

All rows have one scale. What is narrower than a picture can show is merged or left out, and the
picture says how many matches that are.
"""

from collections.abc import Sequence

import numpy as np
from matplotlib.collections import PathCollection, PolyCollection
from matplotlib.figure import Figure
from matplotlib.patches import FancyBboxPatch
from matplotlib.path import Path
from numpy.typing import NDArray

from holdfast.dotplots.pictures import Format, letters
from holdfast.dotplots.pictures import look as looks
from holdfast.dotplots.pictures.edges import bases
from holdfast.dotplots.pictures.files import saved, style
from holdfast.dotplots.pictures.legend import draw_legend
from holdfast.dotplots.pictures.look import Look
from holdfast.dotplots.pictures.paper import Paper
from holdfast.dotplots.ribbons.blocks import Blocks, merged
from holdfast.dotplots.ribbons.sheet import ELSEWHERE, INVERTED, SAME, Sheet, Tell
from holdfast.dotplots.ribbons.stack import Stack

Floats = NDArray[np.float64]

TOLERANCE = 2.0  #: points of gap or shift within a ribbon
NARROWEST = 0.5  #: points; what is narrower on both genomes is left out
SPARSEST = 0.02  #: share of a ribbon that must match
MOST = 20_000  #: ribbons between two rows; the widest are drawn
NAMED = 3.0  #: points; narrower bars have neither name nor round corners
DARK = "#1b323c"  #: words on light bars
STARTS = ("chromosome", "chr", "scaffold", "contig")  #: of names, where they tell nothing


def ribbon_pictures(
    stack: Stack,
    kinds: Sequence[Format],
    title: str,
    look: Look = looks.USUAL,
    tell: Tell = Tell.CONTIG,
) -> tuple[bytes, ...]:
    """`stack` drawn once, as files of these kinds; the same stack gives the same bytes."""
    shown = title if look.title is None else look.title
    with style():
        return saved(figure(stack, shown, look, tell), kinds, look.dpi, shown)


def figure(stack: Stack, title: str, look: Look, tell: Tell) -> Figure:
    """`stack` as a matplotlib figure."""
    sheet = Sheet(stack, look, title, tell)
    paper = Paper(sheet.width, sheet.height, look.inks.paper)
    axes = paper.axes(0, 0, sheet.width, sheet.height)
    axes.set_axis_off()
    axes.set_xlim(0, sheet.width)
    axes.set_ylim(0, sheet.height)
    left_out = 0
    for number in range(len(stack.between)):
        ribbons, missing = _ribbons(sheet, number)
        left_out += missing
        _draw_ribbons(axes, sheet, number, ribbons)
    for number in range(len(stack.rows)):
        _draw_row(paper, sheet, number)
    _draw_title(paper, sheet, left_out)
    _draw_scale(paper, sheet)
    at = (sheet.left, sheet.legend_top)
    draw_legend(paper, sheet.legend, look.inks, sheet.letter, at, sheet.width - sheet.left)
    return paper.figure


def _ribbons(sheet: Sheet, number: int) -> tuple[Blocks, int]:
    """The ribbons between a row and the next, the widest first; matches left out."""
    tolerance = int(TOLERANCE / sheet.per_base)
    blocks = merged(sheet.stack.between[number], tolerance)
    drawn = ~np.isnan(sheet.starts[number][blocks.upper])
    drawn &= ~np.isnan(sheet.starts[number + 1][blocks.lower])
    drawn &= blocks.span * sheet.per_base >= NARROWEST
    drawn &= blocks.bases >= SPARSEST * blocks.span
    total = int(blocks.matches.sum())
    blocks = blocks[drawn]
    blocks = blocks[np.argsort(-blocks.span, kind="stable")[:MOST]]
    return blocks, total - int(blocks.matches.sum())


def _draw_ribbons(axes: object, sheet: Sheet, number: int, blocks: Blocks) -> None:
    if not len(blocks):
        return
    top, bottom = sheet.y(number) - sheet.bar - 1, sheet.y(number + 1) + 1
    upper = (
        sheet.placed(number, blocks.upper, blocks.upper_start),
        sheet.placed(number, blocks.upper, blocks.upper_end),
    )
    forward = blocks.strand > 0
    first = np.where(forward, blocks.lower_start, blocks.lower_end)
    last = np.where(forward, blocks.lower_end, blocks.lower_start)
    lower = (
        sheet.placed(number + 1, blocks.lower, first),
        sheet.placed(number + 1, blocks.lower, last),
    )
    colours = _ribbon_colours(sheet, number, blocks, upper, lower)
    paths = [
        _ribbon(ends, top, bottom)
        for ends in zip(*(each.tolist() for each in (*upper, *lower)), strict=True)
    ]
    opacity = 0.62 if sheet.tell is Tell.CONTIG else 0.75
    drawn = PathCollection(
        paths,
        facecolors=[(colour, opacity) for colour in colours],
        edgecolors=[(colour, min(1.0, opacity + 0.2)) for colour in colours],
        linewidths=0.25,
        zorder=2,
    )
    axes.add_collection(drawn, autolim=False)  # type: ignore[attr-defined]  # axes have no type


def _ribbon(ends: tuple[float, ...], top: float, bottom: float) -> Path:
    """A ribbon between two pairs of ends, above and below; it is twisted where these cross."""
    u0, u1, l0, l1 = ends
    middle = (top + bottom) / 2
    corners = [
        (u0, top), (u0, middle), (l0, middle), (l0, bottom), (l1, bottom),
        (l1, middle), (u1, middle), (u1, top), (u0, top),
    ]  # fmt: skip
    codes = [Path.MOVETO, *[Path.CURVE4] * 3, Path.LINETO, *[Path.CURVE4] * 3, Path.CLOSEPOLY]
    return Path(corners, codes)


def _ribbon_colours(
    sheet: Sheet,
    number: int,
    blocks: Blocks,
    upper: tuple[Floats, Floats],
    lower: tuple[Floats, Floats],
) -> list[str]:
    row, below = sheet.stack.rows[number : number + 2]
    if sheet.tell is Tell.CONTIG:
        return [sheet.colour(row, contig) for contig in blocks.upper.tolist()]
    twisted = (upper[1] < upper[0]) != (lower[1] < lower[0])
    elsewhere = row.families[blocks.upper] != below.families[blocks.lower]
    told = np.where(elsewhere, 2, twisted.astype(np.int64)).tolist()
    colours = (SAME[sheet.ground], INVERTED[sheet.ground], ELSEWHERE[sheet.ground])
    return [colours[each] for each in told]


def _draw_row(paper: Paper, sheet: Sheet, number: int) -> None:
    """A genome's name, and its contigs as bars with their names."""
    row, letter, inks = sheet.stack.rows[number], sheet.letter, sheet.look.inks
    top, places = sheet.y(number), sheet.shown[number]
    middle = top - sheet.bar / 2
    name = letters.shortened(row.genome.name, letter, sheet.left - 2.2 * letter)
    paper.words(0.8 * letter, middle + 0.15 * letter, name, letter, inks.words, fontweight="bold")
    facts = [bases(row.genome.length)]
    missing = len(row.genome.contigs) - len(places)
    if missing:
        facts.append(f"{missing:,} small not drawn")
    for line, fact in enumerate(facts):
        y = middle - (1.0 + 1.1 * line) * letter
        paper.words(0.8 * letter, y, fact, 0.85 * letter, inks.soft)
    names = _short_names([row.genome.contigs[place].name for place in places.tolist()])
    colours = [sheet.colour(row, place) for place in places.tolist()]
    left = sheet.starts[number][places]
    across = sheet.across(number)
    _draw_bars(paper, left, across, (top - sheet.bar, sheet.bar), colours)
    for place in np.flatnonzero(across >= NAMED).tolist():
        turned = row.arrangement.reversed[places[place]]
        words = (f"{names[place]} ↺", names[place]) if turned else (names[place],)
        box = (float(left[place]), top - sheet.bar, float(across[place]), sheet.bar)
        _draw_name(paper, words, box, letter, colours[place])


def _draw_name(
    paper: Paper,
    words: tuple[str, ...],
    box: tuple[float, float, float, float],
    letter: float,
    colour: str,
) -> None:
    """The first of `words` that fits into a bar, as large as it fits; none if none does."""
    x, y, across, up = box
    light = sum(int(colour[at : at + 2], 16) * part for at, part in ((1, 0.3), (3, 0.6), (5, 0.1)))
    ink = DARK if light > 165 else "#ffffff"
    how = {"ha": "center", "va": "center_baseline", "fontweight": "bold"}
    for size in (0.9 * letter, 0.75 * letter, 0.62 * letter):
        for told in words:
            if letters.width(told, size, bold=True) + 0.2 * letter <= across:
                paper.words(x + across / 2, y + up / 2, told, size, ink, **how)
                return


def _draw_bars(
    paper: Paper, left: Floats, across: Floats, lane: tuple[float, float], colours: list[str]
) -> None:
    """Bars from `left`, in a lane of a lower edge and a height: round ones where there is room."""
    y, up = lane
    narrow = across < NAMED
    right = left + np.maximum(across, 0.3)
    corners = np.stack(
        [np.stack([x, np.full(len(x), at)], axis=1)
         for x, at in ((left, y), (right, y), (right, y + up), (left, y + up))],
        axis=1,
    )  # fmt: skip
    plain = np.flatnonzero(narrow).tolist()
    if plain:
        told = [colours[place] for place in plain]
        drawn = PolyCollection(list(corners[plain]), facecolors=told, edgecolors="none")
        paper.over.add_collection(drawn, autolim=False)
    for place in np.flatnonzero(~narrow).tolist():
        rounding = min(float(across[place]), up) * 0.35
        shape = f"round,pad=0,rounding_size={rounding:.3f}"
        corner = (float(left[place]), y)
        bar = FancyBboxPatch(corner, float(across[place]), up, shape, facecolor=colours[place])
        bar.set_edgecolor("none")
        paper.over.add_patch(bar)


def _short_names(names: list[str]) -> list[str]:
    """Contigs' names without the letters that all begin with, as chr.

    >>> _short_names(["chrI", "chrII"]), _short_names(["a", "b"]), _short_names(["x"])
    (['I', 'II'], ['a', 'b'], ['x'])
    """
    lower = [name.lower() for name in names]
    known = next((each for each in STARTS if all(name.startswith(each) for name in lower)), "")
    kept = [name[len(known) :].lstrip("_") for name in names]
    return kept if all(kept) else names


def _draw_title(paper: Paper, sheet: Sheet, left_out: int) -> None:
    letter, y = sheet.letter, sheet.height - 0.8 * sheet.letter
    if not sheet.titles:
        return
    for line in sheet.titles:
        y -= 1.45 * letter
        how = {"fontweight": "bold", "va": "baseline"}
        paper.words(0.8 * letter, y, line, 1.45 * letter, sheet.look.inks.words, **how)
        y -= 0.3 * letter
    total = sum(len(each) for each in sheet.stack.between)
    facts = f"{total - left_out:,} matches in ribbons"
    if left_out:
        facts += f", {left_out:,} too small or too scattered to be drawn"
    paper.words(0.8 * letter, y - 1.1 * letter, facts, 0.95 * letter, sheet.look.inks.soft)


def _draw_scale(paper: Paper, sheet: Sheet) -> None:
    """A bar of a round number of bases."""
    most = 0.2 * sheet.width / sheet.per_base
    power = 10 ** np.floor(np.log10(max(most, 1)))
    count = float(max(power * each for each in (1, 2, 5) if power * each <= most or each == 1))
    letter, long = sheet.letter, count * sheet.per_base
    right = sheet.width - letter
    y = sheet.below - 1.6 * letter
    soft = sheet.look.inks.soft
    paper.line((right - long, right), (y, y), soft, 0.12 * letter)
    for x in (right - long, right):
        paper.line((x, x), (y - 0.25 * letter, y + 0.25 * letter), soft, 0.12 * letter)
    how = {"ha": "right", "va": "center_baseline"}
    words = bases(count).replace(".0 ", " ")
    paper.words(right - long - 0.5 * letter, y, words, 0.9 * letter, soft, **how)
