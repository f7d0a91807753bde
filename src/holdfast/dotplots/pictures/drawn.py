"""
A scene drawn on paper: matches, contigs, names, marks, title and legend.
"""

from typing import Any

import numpy as np
from matplotlib.figure import Figure
from numpy.typing import NDArray

from holdfast.dotplots import colours, geometry
from holdfast.dotplots.pictures import bands, letters
from holdfast.dotplots.pictures.edges import Edge
from holdfast.dotplots.pictures.legend import Legend, draw_legend, legend_of
from holdfast.dotplots.pictures.look import Inks, Look
from holdfast.dotplots.pictures.marks import draw_marks, marks_of, meanings
from holdfast.dotplots.pictures.paper import Paper
from holdfast.dotplots.pictures.sheet import Sheet, planned
from holdfast.dotplots.pictures.strokes import MANY, Canvas, Drawn, draw_matches
from holdfast.dotplots.region import Ruler
from holdfast.dotplots.scene import Group, Scene
from holdfast.errors import UsageError

APART = 2.5  #: points between the rules of tiny contigs, about
NOTHING = "no matches: nothing in these genomes is alike enough to align"
NOTHING_HERE = "no matches between these regions"

MATCHING = ("matching",)  #: instead of regions: what matches those of the other genome

Rulers = tuple[Ruler, Ruler]


def figure(scene: Scene, look: Look) -> Figure:
    """`scene` as a matplotlib figure.

    Raises
    ------
    UsageError
        A region of `look` is none of the scene's.
    """
    rulers = rulers_of(scene, look)
    colouring = look.colouring or scene.colouring
    scale = colours.identity_scale(scene.matches.identity, scene.matches.bases)
    marks = marks_of(scene.events, rulers) if look.events else ()
    ground = look.theme.ground
    kinds = bands.kinds_of((*look.target_tracks, *look.query_tracks), ground)
    legend = Legend()
    if look.legend and len(scene.matches):
        told = (*meanings(marks, ground), *bands.meanings(kinds))
        legend = legend_of(colouring, ground, scale, told)
    title = scene.title if look.title is None else look.title
    sheet = planned(look, rulers, (title, _facts(scene, _most(scene, rulers))), legend)
    paper = Paper(sheet.width, sheet.height, look.inks.paper)
    axes = paper.axes(sheet.left, sheet.bottom, sheet.across, sheet.up)
    _draw_ground(axes, rulers, look.inks, sheet)
    canvas = Canvas(rulers, sheet.across, sheet.up, look.dpi, sheet.letter * 0.15)
    drawn = draw_matches(axes, scene, canvas, colouring, ground, scale)
    if not drawn.seen:
        said = NOTHING_HERE if len(scene.matches) else NOTHING
        how = {"ha": "center", "va": "center", "transform": axes.transAxes}
        axes.text(0.5, 0.5, said, color=look.inks.soft, fontsize=1.1 * sheet.letter, **how)
    draw_marks(axes, marks, canvas, ground)
    _draw_edges(paper, rulers, look.inks, sheet)
    _draw_bands(paper, rulers, look, sheet, kinds)
    _draw_title(paper, look.inks, sheet, _facts(scene, drawn))
    inside = 0.0 if legend.beside(look.width) else sheet.width - 2 * sheet.pad
    draw_legend(paper, legend, look.inks, sheet.letter, sheet.legend_at, inside)
    return paper.figure


def rulers_of(scene: Scene, look: Look) -> Rulers:
    """What `look` shows of the axes of `scene`: of the target's and of the query's.

    Raises
    ------
    UsageError
        A region is none of the scene's.
    """
    if MATCHING not in (look.target_regions, look.query_regions):
        target = Ruler.of_regions(scene.target, look.target_regions)
        return target, Ruler.of_regions(scene.query, look.query_regions)
    on_target = look.query_regions == MATCHING
    given = look.target_regions if on_target else look.query_regions
    if given in (MATCHING, ()):
        raise UsageError("name a region of one genome to see what matches it on the other")
    shown = Ruler.of_regions(scene.target if on_target else scene.query, given)
    other = scene.query if on_target else scene.target
    found = Ruler.of_regions(other, geometry.matching(scene, shown, on_target=on_target))
    return (shown, found) if on_target else (found, shown)


def _most(scene: Scene, rulers: Rulers) -> Drawn:
    """The most words that may be needed for what is seen, which is known once it is drawn."""
    count = len(scene.matches)
    whole = all(ruler.whole for ruler in rulers)
    return Drawn(count if whole else max(count - 1, 0), count if count > MANY else 0)


def _facts(scene: Scene, seen: Drawn) -> str:
    """What is drawn, and where it comes from."""
    aligner, count = scene.aligner, len(scene.matches)
    part = f"{seen.seen:,} of " if seen.seen < count else ""
    facts = [f"{part}{count:,} match{'' if count == 1 else 'es'}"]
    if seen.dense:
        facts.append(f"the {seen.dense:,} shortest as density")
    facts.append(" ".join(word for word in (aligner.name, aligner.version) if word))
    if aligner.preset:
        facts.append(f"preset {aligner.preset}")
    if count:
        facts.append(f"identity from {scene.estimator.value}")
    return ", ".join(fact for fact in facts if fact)


def _draw_ground(axes: Any, rulers: Rulers, inks: Inks, sheet: Sheet) -> None:
    """The frame, contigs as bands and rules, groups as grey blocks."""
    target, query = rulers
    axes.set_xlim(0, target.length)
    axes.set_ylim(0, query.length)
    axes.set_facecolor(inks.paper)
    for spine in axes.spines.values():
        spine.set_color(inks.frame)
        spine.set_linewidth(0.09 * sheet.letter)
    for stretch in range(1, len(target.contigs), 2):
        start = target.offsets[stretch]
        end = start + target.lengths[stretch]
        if (end - start) / target.length * sheet.across >= APART:
            axes.axvspan(start, end, facecolor=inks.band, edgecolor="none", zorder=0)
    for ruler, span in ((target, axes.axvspan), (query, axes.axhspan)):
        for group in _groups(ruler):
            start, end = _of_group(ruler, group)
            span(start, end, facecolor=inks.rule, alpha=0.45, edgecolor="none", zorder=0)
    rule = {"colors": inks.rule, "linewidths": 0.065 * sheet.letter, "zorder": 1}
    axes.vlines(_rules(target, sheet.across), 0, query.length, **rule)
    axes.hlines(_rules(query, sheet.up), 0, target.length, **rule)


def _groups(ruler: Ruler) -> tuple[Group, ...]:
    return ruler.axis.groups if ruler.whole else ()


def _of_group(ruler: Ruler, group: Group) -> tuple[float, float]:
    last = group.first + group.count - 1
    return float(ruler.offsets[group.first]), float(ruler.offsets[last] + ruler.lengths[last])


def _rules(ruler: Ruler, points: float) -> NDArray[np.float64]:
    """Where stretches meet; where many meet close together, a rule for each few points."""
    meet = ruler.offsets[1:]
    for group in _groups(ruler):
        start, end = _of_group(ruler, group)
        meet = meet[(meet <= start) | (meet >= end)]
    cell = APART / points * ruler.length
    _, first = np.unique(np.floor(meet / cell), return_index=True)
    shown: NDArray[np.float64] = meet[first]
    return shown


def _draw_edges(paper: Paper, rulers: Rulers, inks: Inks, sheet: Sheet) -> None:
    _draw_below(paper, rulers[0], sheet.edges[0], inks, sheet)
    _draw_left(paper, rulers[1], sheet.edges[1], inks, sheet)


def _draw_bands(
    paper: Paper, rulers: Rulers, look: Look, sheet: Sheet, kinds: dict[str, str]
) -> None:
    """Annotation above the plot, and at its right."""
    size, gap = sheet.letter, bands.GAP * sheet.letter
    for at, track in enumerate(look.target_tracks):
        near = sheet.bottom + sheet.up + gap + at * bands.BAND * size
        lane = bands.Lane(sheet.left, sheet.across, near, size, upwards=False)
        bands.draw_band(paper, bands.seen_of(track, rulers[0]), rulers[0], lane, look.inks, kinds)
    for at, track in enumerate(look.query_tracks):
        near = sheet.left + sheet.across + gap + at * bands.BAND * size
        lane = bands.Lane(sheet.bottom, sheet.up, near, size, upwards=True)
        bands.draw_band(paper, bands.seen_of(track, rulers[1]), rulers[1], lane, look.inks, kinds)


def _draw_below(paper: Paper, ruler: Ruler, edge: Edge, inks: Inks, sheet: Sheet) -> None:
    """Coordinates, then contigs' names, then the genome's."""
    letter, y = sheet.letter, sheet.bottom
    scale = sheet.across / ruler.length
    for position, word in edge.ticks:
        x = sheet.left + position * scale
        paper.line((x, x), (y, y - 0.35 * letter), inks.frame, 0.09 * letter)
        how = {"ha": "center", "va": "top"}
        paper.words(x, y - 0.5 * letter, word, 0.9 * letter, inks.soft, **how)
    y -= (1.5 if edge.ticks else 0.3) * letter
    y -= 0.15 * letter
    turn = {"rotation": 0 if edge.along else 90}
    for position, word in edge.names:
        x = sheet.left + position * scale
        paper.words(x, y, word, letter, inks.words, ha="center", va="top", **turn)
    y -= edge.name_depth(letter) + 0.35 * letter
    label = letters.shortened(edge.label, 1.15 * letter, sheet.width - 2 * sheet.pad)
    middle = _middle(sheet.left + sheet.across / 2, label, sheet.width, sheet)
    paper.words(middle, y, label, 1.15 * letter, inks.words, ha="center", va="top")


def _draw_left(paper: Paper, ruler: Ruler, edge: Edge, inks: Inks, sheet: Sheet) -> None:
    letter, x = sheet.letter, sheet.left
    scale = sheet.up / ruler.length
    how = {"ha": "right", "va": "center_baseline"}
    for position, word in edge.ticks:
        y = sheet.bottom + position * scale
        paper.line((x, x - 0.35 * letter), (y, y), inks.frame, 0.09 * letter)
        paper.words(x - 0.55 * letter, y, word, 0.9 * letter, inks.soft, **how)
    x -= edge.tick_depth(letter)
    for position, word in edge.names:
        y = sheet.bottom + position * scale
        paper.words(x - 0.2 * letter, y, word, letter, inks.words, **how)
    x -= edge.name_depth(letter) + 0.5 * letter
    top = sheet.bottom + sheet.up + sheet.pad  # above it are the title and the facts
    label = letters.shortened(edge.label, 1.15 * letter, top - 2 * sheet.pad)
    middle = _middle(sheet.bottom + sheet.up / 2, label, top, sheet)
    turned = {"ha": "right", "va": "center", "rotation": 90}
    paper.words(x, middle, label, 1.15 * letter, inks.words, **turned)


def _middle(wanted: float, label: str, points: float, sheet: Sheet) -> float:
    """Where the middle of a label must be so that it stays on a side `points` long."""
    half = letters.width(label, 1.15 * sheet.letter) / 2 + sheet.pad
    return min(max(wanted, half), max(points - half, half))


def _draw_title(paper: Paper, inks: Inks, sheet: Sheet, facts: str) -> None:
    """The title, and below it what is drawn; neither where no title is wanted."""
    letter, y = sheet.letter, sheet.height - sheet.pad
    left = sheet.pad
    for line in sheet.title:
        y -= 1.45 * letter
        paper.words(left, y, line, 1.45 * letter, inks.words, fontweight="bold", va="baseline")
        y -= 0.3 * letter
    if not sheet.title:
        return
    for line in letters.lines(facts, 0.95 * letter, sheet.width - 2 * sheet.pad):
        y -= 1.15 * letter
        paper.words(left, y, line, 0.95 * letter, inks.soft, va="baseline")
        y -= 0.15 * letter
