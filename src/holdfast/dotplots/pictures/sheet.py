"""
Sheet: where things are on the paper, in points from its lower left corner.

Sizes of letters follow the paper's width, so that a figure of one column and a slide are both
readable; the plot takes what names, words and the legend leave.
"""

from dataclasses import dataclass

from holdfast.dotplots.pictures import bands, letters
from holdfast.dotplots.pictures.edges import Edge, edge
from holdfast.dotplots.pictures.legend import Legend
from holdfast.dotplots.pictures.look import INCH, Look
from holdfast.dotplots.region import Ruler

POINTS = 72.0
FLATTEST, STEEPEST = 0.35, 1.25  #: height of a plot as a share of its width


@dataclass(frozen=True, slots=True)
class Sheet:
    """Where things are, and how large letters are."""

    width: float
    height: float
    left: float  #: of the plot itself
    bottom: float
    across: float
    up: float
    letter: float  #: points, of contigs' names; other words are set in proportion
    pad: float  #: the empty border
    title: tuple[str, ...]  #: lines of it
    legend_at: tuple[float, float]  #: its upper left corner
    edges: tuple[Edge, Edge]  #: of x, of y


def planned(
    look: Look, rulers: tuple[Ruler, Ruler], words: tuple[str, str], legend: Legend
) -> Sheet:
    """The sheet for what `rulers`, target and query, show; `words` are the title and the facts."""
    width = look.width / INCH * POINTS
    letter = look.letter
    pad = 0.8 * letter
    inside = width - 2 * pad
    title = tuple(letters.lines(words[0], 1.45 * letter, inside, bold=True)) if words[0] else ()
    facts = len(letters.lines(words[1], 0.95 * letter, inside)) if words[0] else 0
    above, lanes = (bands.room(each, letter) for each in (look.target_tracks, look.query_tracks))
    top = pad + 1.75 * letter * len(title) + 1.3 * letter * facts + 0.5 * letter + above
    beside = legend.beside(look.width)
    right = pad + (legend.width(letter) + 1.5 * letter if beside else 0.4 * letter)
    legend_left = width - right + 1.5 * letter
    right += lanes
    below = 0.0 if beside else legend.height(letter, inside)
    room = _Room(width - right, letter, pad + below, top)
    share = rulers[1].length / rulers[0].length
    height = None if look.height is None else look.height / INCH * POINTS
    across, up = inside * 0.75, inside * 0.75 * min(max(share, FLATTEST), STEEPEST)
    for _ in range(3):  # what is written depends on the room there is, and the room on what is
        edges = (
            edge(rulers[0], across, letter, upwards=False, most=0.2 * width),
            edge(rulers[1], up, letter, upwards=True, most=0.2 * width),
        )
        left, bottom = room.left(edges[1]), room.bottom(edges[0])
        across = max(room.right - left, width * 0.2)
        up = across * min(max(share, FLATTEST), STEEPEST)
        if height is not None:
            up = max(height - bottom - top, height * 0.2)
    return Sheet(
        width=width,
        height=bottom + up + top,
        left=left,
        bottom=bottom,
        across=across,
        up=up,
        letter=letter,
        pad=pad,
        title=title,
        legend_at=(legend_left, bottom + up) if beside else (pad, pad + below),
        edges=edges,
    )


@dataclass(frozen=True, slots=True)
class _Room:
    """What is left of the paper for the plot."""

    right: float
    letter: float
    below: float
    top: float

    def left(self, edge: Edge) -> float:
        """Where the plot begins: after the genome's name, contigs' names and coordinates."""
        return 2.6 * self.letter + edge.depth(self.letter)

    def bottom(self, edge: Edge) -> float:
        """Where the plot begins from below."""
        ticks = 1.5 * self.letter if edge.ticks else 0.3 * self.letter
        return self.below + 2.2 * self.letter + ticks + edge.name_depth(self.letter)
