"""
Look: how large a picture is, how fine, on what ground, and what stands beside the matches.
"""

import re
from dataclasses import dataclass
from enum import Enum

from holdfast.dotplots.colours import Colouring
from holdfast.dotplots.palettes import Ground
from holdfast.dotplots.tracks import Track
from holdfast.errors import UsageError

INCH = 25.4  #: millimetres
LEAST, MOST = 30.0, 2000.0  #: millimetres of a side
LEAST_LETTER, MOST_LETTER = 6.0, 11.0  #: points; smaller only where the picture is tiny
COARSEST, FINEST = 50, 1200  #: pixels an inch
MOST_PIXELS = 20_000  #: along a side
SIZE = re.compile(
    r"(?P<width>[0-9.]+)(?:\s*[x×]\s*(?P<height>[0-9.]+))?\s*(?P<unit>mm|cm|in|px)?", re.IGNORECASE
)
UNITS = {"mm": 1.0, "cm": 10.0, "in": INCH}


class Theme(Enum):
    """What a picture is made for."""

    LIGHT = "light"  #: the screen, and papers
    DARK = "dark"  #: the screen in the dark, and slides
    PRINT = "print"  #: paper: black words, no tints

    @property
    def ground(self) -> Ground:
        """What colours stand on."""
        return Ground.DARK if self is Theme.DARK else Ground.LIGHT


@dataclass(frozen=True, slots=True)
class Inks:
    """The colours of all that is no match."""

    paper: str
    band: str  #: every second contig
    rule: str  #: where contigs meet
    frame: str
    words: str
    soft: str  #: lesser words


INKS = {
    Theme.LIGHT: Inks("#ffffff", "#f4f7f8", "#d3dce0", "#8b9ba3", "#1b323c", "#5b717b"),
    Theme.DARK: Inks("#0d1a21", "#12232c", "#294049", "#57707b", "#dcebf0", "#8fa7b1"),
    Theme.PRINT: Inks("#ffffff", "#ffffff", "#c4c4c4", "#000000", "#000000", "#3c3c3c"),
}


@dataclass(frozen=True, slots=True)
class Look:
    """How a picture looks.

    Raises
    ------
    UsageError
        A size or resolution is out of all bounds.
    """

    width: float = 180.0  #: millimetres, of the whole picture: two columns of most journals
    height: float | None = None  #: millimetres; None: of the genomes' proportion
    dpi: int = 300  #: pixels an inch
    theme: Theme = Theme.LIGHT
    title: str | None = None  #: None: the plot's own; empty: neither title nor facts
    legend: bool = True
    events: bool = True  #: differences in structure are marked, where the scene has them
    colouring: Colouring | None = None  #: None: the scene's
    target_regions: tuple[str, ...] = ()  #: ``chrI`` or ``chrI:100,000-200,000``; none: all
    query_regions: tuple[str, ...] = ()
    target_tracks: tuple[Track, ...] = ()  #: annotation above the plot
    query_tracks: tuple[Track, ...] = ()  #: at its right

    def __post_init__(self) -> None:
        if not COARSEST <= self.dpi <= FINEST:
            problem = f"a picture has {COARSEST} to {FINEST} pixels an inch, not {self.dpi}"
            raise UsageError(problem)
        for side in (self.width, self.height):
            if side is not None and not LEAST <= side <= MOST:
                problem = f"a picture is {LEAST:.0f} to {MOST:.0f} mm wide and high, not {side:g}"
                raise UsageError(problem)
            if side is not None and side / INCH * self.dpi > MOST_PIXELS:
                raise UsageError(
                    f"{side:g} mm at {self.dpi} pixels an inch are more than {MOST_PIXELS:,} "
                    "pixels; ask for a smaller picture or fewer pixels an inch"
                )

    @property
    def letter(self) -> float:
        """The size of contigs' names in points: readable in a column, larger on a slide."""
        side = min(self.width, 2 * (self.height or self.width))
        return min(max(side / 24, min(LEAST_LETTER, side / 10)), MOST_LETTER)

    @property
    def inks(self) -> Inks:
        """The colours of all that is no match."""
        return INKS[self.theme]


USUAL = Look()


def parsed_size(text: str, dpi: int = USUAL.dpi) -> tuple[float, float | None]:
    """Width and height in millimetres, as people write a size; a height not given is None.

    >>> parsed_size("85"), parsed_size("180x120mm"), parsed_size("1920x1080px", 96)
    ((85.0, None), (180.0, 120.0), (508.0, 285.75))

    Raises
    ------
    UsageError
        It is no size.
    """
    told = SIZE.fullmatch(text.strip())
    try:
        if told is None:
            raise ValueError(text)
        width = float(told["width"])
        height = float(told["height"]) if told["height"] else None
    except ValueError as error:
        problem = f"{text!r} is no size; write 85, 180x120, 7x5in or 1920x1080px"
        raise UsageError(problem) from error
    unit = (told["unit"] or "mm").lower()
    millimetres = INCH / dpi if unit == "px" else UNITS[unit]
    return width * millimetres, height and height * millimetres
