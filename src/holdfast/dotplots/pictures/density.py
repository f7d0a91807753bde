"""
Density: matches too small or too many for lines, counted into a raster.

Every match adds to each cell that it crosses; a cell's colour is the mean of its matches' colours,
and it is the stronger the more they are, on a logarithmic scale, so that a single match is still
seen and a thousand are not one. Nothing is left out.
"""

from dataclasses import dataclass, field

import numpy as np
from numpy.typing import NDArray

Floats = NDArray[np.float64]

FAINTEST = 0.35  #: opacity of what a single match covers
STEPS = 31  #: of each colour and of opacity, beside none
AT_ONCE = 2_000_000  #: samples of lines placed at a time
SAMPLES = 60_000_000  #: of all lines; where more would be needed, each line has fewer


@dataclass(slots=True)
class Density:
    """A raster of cells, `shape` rows and columns, the first row below."""

    shape: tuple[int, int]
    share: float = 1.0  #: samples for each cell that a line crosses, at most 1
    _cover: Floats = field(init=False)
    _colour: Floats = field(init=False)

    def __post_init__(self) -> None:
        cells = self.shape[0] * self.shape[1]
        self._cover = np.zeros(cells)
        self._colour = np.zeros((3, cells))

    def add(self, drawn: Floats, colours: Floats) -> None:
        """Add segments, shape (count, 2, 2), in cells from the lower left, each with its colour."""
        reach = np.abs(drawn[:, 1] - drawn[:, 0]).max(axis=1)
        count = np.maximum(np.ceil(reach * self.share), 1).astype(np.int64)
        weight = np.maximum(np.ceil(reach), 1) / count
        pieces = np.searchsorted(
            np.cumsum(count), np.arange(AT_ONCE, count.sum() + AT_ONCE, AT_ONCE), side="left"
        )
        start = 0
        for end in np.minimum(pieces + 1, len(drawn)).tolist():
            part = slice(start, end)
            self._place(drawn[part], colours[part], count[part], weight[part])
            start = end

    def _place(
        self, drawn: Floats, colours: Floats, count: NDArray[np.int64], weight: Floats
    ) -> None:
        if not len(drawn):
            return
        owner = np.repeat(np.arange(len(drawn)), count)
        step = np.arange(len(owner)) - np.repeat(np.cumsum(count) - count, count)
        along = ((step + 0.5) / count[owner])[:, None]
        at = drawn[owner, 0] + along * (drawn[owner, 1] - drawn[owner, 0])
        rows, columns = self.shape
        column = np.clip(at[:, 0], 0, columns - 1).astype(np.int64)
        row = np.clip(at[:, 1], 0, rows - 1).astype(np.int64)
        cell, cells = row * columns + column, rows * columns
        self._cover += np.bincount(cell, weight[owner], minlength=cells)
        for channel in range(3):
            told = (weight * colours[:, channel])[owner]
            self._colour[channel] += np.bincount(cell, told, minlength=cells)

    def image(self) -> NDArray[np.uint8]:
        """The raster as red, green, blue and opacity, shape (rows, columns, 4)."""
        cover = _widened(self._cover.reshape(self.shape))
        image = np.zeros((*self.shape, 4))
        touched = cover > 0
        for channel in range(3):
            told = _widened(self._colour[channel].reshape(self.shape))
            image[..., channel][touched] = told[touched] / cover[touched]
        image[..., 3][touched] = _opacity(cover[touched])
        coarse = np.rint(np.clip(image, 0, 1) * STEPS) / STEPS  # the eye sees no more, and it packs
        rounded: NDArray[np.uint8] = np.rint(coarse * 255).astype(np.uint8)
        return rounded


def _opacity(cover: Floats) -> Floats:
    """How strong cells are: a single match's at least FAINTEST, the densest ones' 1."""
    if not len(cover):
        return cover
    most = max(float(np.quantile(cover, 0.995)), 2.0)
    share = np.log1p(cover) / np.log1p(most)
    opacity: Floats = np.minimum(FAINTEST * np.minimum(cover, 1) + (1 - FAINTEST) * share, 1)
    return opacity


def _widened(plane: Floats) -> Floats:
    """Each cell's amount given to its neighbours too, so that a match is as wide as a line."""
    padded = np.pad(plane, 1)
    across = padded[:, 1:-1] + 0.5 * (padded[:, :-2] + padded[:, 2:])
    wide: Floats = across[1:-1] + 0.5 * (across[:-2] + across[2:])
    return wide
