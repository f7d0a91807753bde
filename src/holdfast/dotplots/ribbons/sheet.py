"""
Where things are on the picture of a stack, in points from its lower left corner.

All rows have one scale, and stand in the middle of the room beside the genomes' names.
"""

from dataclasses import dataclass
from enum import Enum
from functools import cached_property

import numpy as np
from numpy.typing import NDArray

from holdfast.dotplots.palettes import Ground
from holdfast.dotplots.pictures import letters
from holdfast.dotplots.pictures.legend import Legend, Swatch
from holdfast.dotplots.pictures.look import INCH, Look
from holdfast.dotplots.pictures.paper import POINTS
from holdfast.dotplots.ribbons.blocks import Integers
from holdfast.dotplots.ribbons.stack import UNRELATED, Row, Stack

Floats = NDArray[np.float64]

GAP = 4.0  #: points between contigs, at most
SMALL = 0.002  #: share of a genome; smaller contigs are left out ...
MUCH = 0.9  #: ... where the others are this share of it

#: Of families, on any ground: muted, neighbours apart in hue and lightness.
FAMILIES = (
    "#4477aa", "#e0a030", "#3a9d7c", "#c8556a", "#8a6fb8", "#7fb2d6",
    "#b5702a", "#9bbf4d", "#d988b4", "#5a6b8c", "#c9b458", "#2f8791",
)  # fmt: skip
GREY = {Ground.LIGHT: "#b4bfc5", Ground.DARK: "#5b6d77"}
SAME = {Ground.LIGHT: "#9db4c6", Ground.DARK: "#4a6478"}
INVERTED = {Ground.LIGHT: "#d4551f", Ground.DARK: "#ff9a62"}
ELSEWHERE = {Ground.LIGHT: "#2e8b57", Ground.DARK: "#5fd39a"}


class Tell(Enum):
    """What the colours of ribbons tell."""

    CONTIG = "contig"  #: which contig of the top row they come down from
    STRAND = "strand"  #: the same direction, inverted, or elsewhere than most of its contig


@dataclass(frozen=True)
class Sheet:
    """Where rows are on the paper, in points."""

    stack: Stack
    look: Look
    title: str
    tell: Tell

    @property
    def ground(self) -> Ground:
        return self.look.theme.ground

    @property
    def width(self) -> float:
        return self.look.width / INCH * POINTS

    @property
    def letter(self) -> float:
        return self.look.letter

    @property
    def bar(self) -> float:
        """The height of a contig's bar."""
        return 1.7 * self.letter

    @cached_property
    def titles(self) -> list[str]:
        if not self.title:
            return []
        inside = self.width - 1.6 * self.letter
        return letters.lines(self.title, 1.45 * self.letter, inside, bold=True)

    @property
    def top(self) -> float:
        """What lies above the first row."""
        return (1.2 + 1.75 * len(self.titles) + (1.6 if self.titles else 0)) * self.letter

    @property
    def below(self) -> float:
        return 3.2 * self.letter + self.legend.height(self.letter, self.width - self.left)

    @property
    def legend_top(self) -> float:
        return self.legend.height(self.letter, self.width - self.left) + 0.6 * self.letter

    @property
    def legend(self) -> Legend:
        if self.tell is Tell.CONTIG or not self.look.legend:
            return Legend()
        told = ((SAME, "same direction"), (INVERTED, "inverted"), (ELSEWHERE, "elsewhere"))
        swatches = tuple(Swatch((colours[self.ground],), words) for colours, words in told)
        return Legend(swatches=swatches)

    @property
    def step(self) -> float:
        """From one row to the next."""
        count = len(self.stack.rows) - 1
        if self.look.height is None:
            return min(max(self.width * 0.3, 40), 160) + self.bar
        high = self.look.height / INCH * POINTS
        return max((high - self.top - self.below - self.bar) / count, 2 * self.bar)

    @property
    def height(self) -> float:
        rows = len(self.stack.rows) - 1
        return self.top + self.bar + rows * self.step + self.below

    @cached_property
    def left(self) -> float:
        """Where rows may begin: after the genomes' names."""
        widest = max(letters.width(row.genome.name, self.letter) for row in self.stack.rows)
        return min(max(widest, 7 * self.letter), 0.22 * self.width) + 2.2 * self.letter

    def y(self, number: int) -> float:
        """The top edge of a row's bars."""
        return self.height - self.top - number * self.step

    @cached_property
    def shown(self) -> tuple[NDArray[np.int64], ...]:
        """The contigs of each row that are drawn, in order: small ones only if they are much."""
        kept = []
        for row in self.stack.rows:
            lengths = row.genome.lengths
            order = np.array(row.arrangement.order, dtype=np.int64)
            large = order[lengths[order] >= SMALL * row.genome.length]
            enough = lengths[large].sum() >= MUCH * lengths[order].sum()
            kept.append(large if enough else order)
        return tuple(kept)

    @cached_property
    def gap(self) -> float:
        most = max(len(places) for places in self.shown)
        return min(GAP, 0.12 * (self.width - self.left) / max(most, 1))

    @cached_property
    def per_base(self) -> float:
        """Points of a base."""
        inside = self.width - self.left - self.letter
        shares = [
            (inside - self.gap * (len(places) - 1)) / max(int(row.genome.lengths[places].sum()), 1)
            for row, places in zip(self.stack.rows, self.shown, strict=True)
        ]
        return float(min(shares))

    def across(self, number: int) -> Floats:
        """The widths of the bars of a row that are drawn."""
        lengths = self.stack.rows[number].genome.lengths[self.shown[number]]
        return lengths.astype(np.float64) * self.per_base

    @cached_property
    def starts(self) -> tuple[Floats, ...]:
        """The left end of each contig's bar, by row; of those not drawn, NaN."""
        found = []
        for row, places in zip(self.stack.rows, self.shown, strict=True):
            lengths = row.genome.lengths[places] * self.per_base + self.gap
            total = float(lengths.sum()) - self.gap
            begin = self.left + (self.width - self.left - self.letter - total) / 2
            at = np.full(len(row.genome.contigs), np.nan)
            at[places] = begin + np.cumsum(lengths) - lengths
            found.append(at)
        return tuple(found)

    def placed(self, number: int, contigs: Integers, at: Integers) -> Floats:
        """Where coordinates of a row's contigs are drawn."""
        row = self.stack.rows[number]
        turned = np.array(row.arrangement.reversed, dtype=bool)[contigs]
        inside = np.where(turned, row.genome.lengths[contigs] - at, at)
        position: Floats = self.starts[number][contigs] + inside * self.per_base
        return position

    def colour(self, row: Row, contig: int) -> str:
        """The colour of a contig's bar."""
        family = int(row.families[contig])
        if self.tell is Tell.STRAND or family == UNRELATED:
            return GREY[self.ground]
        return FAMILIES[family % len(FAMILIES)]
