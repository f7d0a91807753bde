"""
The picture of a summary: for each genome a bar, parted into its classes of identity.
"""

from collections.abc import Sequence
from dataclasses import dataclass

from holdfast.dotplots.colours import hexadecimal, scale_colours
from holdfast.dotplots.palettes import PALETTES
from holdfast.dotplots.pictures import letters
from holdfast.dotplots.pictures.files import Format, saved, style
from holdfast.dotplots.pictures.look import INKS, Inks, Theme
from holdfast.dotplots.pictures.paper import Paper
from holdfast.dotplots.summary import Profile, class_name

WIDTH = 510.0  #: points: two columns of most journals
MARGIN, BAR, ROW, LETTER = 16.0, 20.0, 46.0, 9.0  #: points
TITLE, HEAD = 13.0, 46.0  #: points: letters of the title, room for it and for the facts below it
LINE, SWATCH = 15.0, 9.0  #: points of the table below the bars
COLUMN = 140.0  #: points, of a genome's percentages
DPI = 300


@dataclass(frozen=True, slots=True)
class _Part:
    """A class of identity, or what is in no match."""

    name: str
    colour: str
    shares: tuple[float, ...]  #: of each genome


def summary_picture(
    title: str,
    facts: str,
    profiles: Sequence[Profile],
    kind: Format,
    palette: str = "sea",
    theme: Theme = Theme.LIGHT,
) -> bytes:
    """Bars of `profiles`, which have the same classes, as a file of this kind."""
    inks = INKS[theme]
    parts = _parts(profiles, palette, theme)
    height = HEAD + ROW * len(profiles) + LINE * (len(parts) + 1) + 2 * MARGIN
    with style():
        paper = Paper(WIDTH, height, inks.paper)
        top = height - MARGIN - TITLE
        shown = letters.shortened(title, TITLE, WIDTH - 2 * MARGIN)
        paper.words(MARGIN, top, shown, TITLE, inks.words, weight="bold")
        paper.words(MARGIN, top - LINE, facts, LETTER, inks.soft)
        top = height - MARGIN - HEAD
        for number, profile in enumerate(profiles):
            _draw_bar(paper, top - ROW * number, number, profile, parts, inks)
        _draw_table(paper, top - ROW * len(profiles), profiles, parts, inks)
        return saved(paper.figure, (kind,), DPI, title)[0]


def _parts(profiles: Sequence[Profile], palette: str, theme: Theme) -> tuple[_Part, ...]:
    """The parts of a bar from left to right: the most alike first, what matches nothing last."""
    count = len(profiles[0].classes)
    colours = scale_colours(PALETTES[palette].tones(theme.ground).rising, count)
    classes = [
        _Part(
            class_name(profiles[0].classes[place]),
            hexadecimal(colours[place]),
            tuple(profile.classes[place].share for profile in profiles),
        )
        for place in reversed(range(count))
    ]
    nothing = tuple(profile.unmatched_share for profile in profiles)
    return (*classes, _Part("no match", INKS[theme].rule, nothing))


def _draw_bar(
    paper: Paper, top: float, number: int, profile: Profile, parts: Sequence[_Part], inks: Inks
) -> None:
    across = WIDTH - 2 * MARGIN
    size = f"{profile.bases:,} bases"
    room = across - letters.width(size, LETTER) - MARGIN
    name = letters.shortened(profile.genome, LETTER + 1, room)
    paper.words(MARGIN, top - LETTER, name, LETTER + 1, inks.words)
    paper.words(WIDTH - MARGIN, top - LETTER, size, LETTER, inks.soft, ha="right")
    x, bottom = MARGIN, top - LETTER - 6 - BAR
    for part in parts:
        wide = across * max(part.shares[number], 0)
        paper.box(x, bottom, wide, BAR, facecolor=part.colour, linewidth=0)
        x += wide
    paper.box(MARGIN, bottom, across, BAR, facecolor="none", edgecolor=inks.frame, linewidth=0.6)


def _draw_table(
    paper: Paper, top: float, profiles: Sequence[Profile], parts: Sequence[_Part], inks: Inks
) -> None:
    """What each colour means, and how much of each genome it is."""
    first = MARGIN + SWATCH + 7 + 84
    for number, profile in enumerate(profiles):
        right = first + COLUMN * (number + 1)
        name = letters.shortened(profile.genome, LETTER, COLUMN - 10)
        paper.words(right, top - LETTER, name, LETTER, inks.soft, ha="right")
    for line, part in enumerate(parts, 1):
        y = top - LETTER - LINE * line
        paper.box(MARGIN, y - 1, SWATCH, SWATCH, facecolor=part.colour, linewidth=0)
        paper.words(MARGIN + SWATCH + 7, y, part.name, LETTER, inks.words)
        for number, share in enumerate(part.shares):
            right = first + COLUMN * (number + 1)
            paper.words(right, y, f"{100 * share:.2f} %", LETTER, inks.words, ha="right")
