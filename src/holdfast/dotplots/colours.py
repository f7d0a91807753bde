"""
Colours: by what matches are told apart, and in which colours.

A colouring is a choice that travels with a plot, so that its pictures and its page look alike. From
it come the shade of each match and the colour of each shade; everything here is values, and nothing
draws. The colours themselves are in :mod:`holdfast.dotplots.palettes`.
"""

from collections.abc import Mapping
from dataclasses import asdict, dataclass
from enum import Enum
from itertools import pairwise
from typing import Any

import numpy as np
from numpy.typing import NDArray

from holdfast.dotplots.palettes import PALETTES, Ground, Palette
from holdfast.errors import UsageError, suggestion

LEVELS = 64  #: shades of a continuous scale
CLASSES = (0.25, 0.5, 0.75)  #: where the usual classes of identity meet
MOST_CLASSES = 13  #: more colours are not told apart

Floats = NDArray[np.float64]
Shades = NDArray[np.int64]


class By(Enum):
    """What the colour of a match tells."""

    IDENTITY = "identity"  #: how alike, on a continuous scale
    CLASSES = "classes"  #: how alike, in a few classes
    STRAND = "strand"  #: the same direction in both genomes as drawn, or inverted
    NOTHING = "nothing"  #: one ink for all


@dataclass(frozen=True, slots=True)
class Colouring:
    """How matches are coloured.

    Raises
    ------
    UsageError
        There is no such palette, or the classes are too many or do not ascend between 0 and 1.
    """

    by: By = By.IDENTITY
    palette: str = "holdfast"
    classes: tuple[float, ...] = (
        CLASSES  #: where classes meet, ascending; n meetings, n + 1 classes
    )

    def __post_init__(self) -> None:
        if self.palette not in PALETTES:
            near = suggestion(self.palette, PALETTES)
            known = ", ".join(PALETTES)
            raise UsageError(f"there is no palette {self.palette!r}{near}; there are {known}")
        if len(self.classes) >= MOST_CLASSES:
            problem = (
                f"there can be {MOST_CLASSES} classes of identity, not {len(self.classes) + 1}"
            )
            raise UsageError(problem)
        bounds = (0.0, *self.classes, 1.0)
        if not self.classes or not all(low < high for low, high in pairwise(bounds)):
            raise UsageError(
                f"classes of identity meet at ascending numbers between 0 and 1, as 0.25,0.5,0.75; "
                f"not at {','.join(f'{each:g}' for each in self.classes) or 'none'}"
            )

    @property
    def directed(self) -> bool:
        """Whether matches that fall have other colours than those that rise."""
        return self.by is By.STRAND or (self.by is not By.NOTHING and self.chosen.directed)

    @property
    def chosen(self) -> Palette:
        """The palette itself."""
        return PALETTES[self.palette]

    def document(self) -> dict[str, Any]:
        """The choice as JSON has it."""
        return {"by": self.by.value, "palette": self.palette, "classes": list(self.classes)}

    @classmethod
    def of_document(cls, document: Mapping[str, Any]) -> "Colouring":
        """What :meth:`document` wrote; what else is in it is passed over."""
        return cls(By(document["by"]), document["palette"], tuple(document["classes"]))

    def colours(self) -> dict[str, Any]:
        """The palette's colours by ground, for the page, which so need not know its name."""
        return {ground.value: asdict(self.chosen.tones(ground)) for ground in Ground}


USUAL = Colouring()


def parsed_classes(text: str) -> tuple[float, ...]:
    """Where classes meet, as people write it: shares or percentages, with commas.

    >>> parsed_classes("0.9, 0.95, 0.99"), parsed_classes("90,99")
    ((0.9, 0.95, 0.99), (0.9, 0.99))

    Raises
    ------
    UsageError
        A word is no number.
    """
    words = [word.strip().removesuffix("%").strip() for word in text.split(",") if word.strip()]
    try:
        numbers = [float(word) for word in words]
    except ValueError as error:
        problem = f"classes of identity are numbers with commas, as 0.25,0.5,0.75; not {text!r}"
        raise UsageError(problem) from error
    percentages = any(number > 1 for number in numbers) or "%" in text
    return tuple(number / 100 if percentages else number for number in numbers)


def identity_scale(
    identity: NDArray[np.float32], weights: NDArray[np.int64]
) -> tuple[float, float]:
    """The identities between which a scale runs: round numbers that hold 99 of 100 matched bases.

    `weights` are the matching bases of each match.
    """
    if not len(identity):
        return 0.0, 1.0
    bins = 1000
    place = np.minimum((identity.astype(np.float64) * bins).astype(np.int64), bins - 1)
    weight = np.cumsum(np.bincount(place, np.maximum(weights, 1), minlength=bins))
    low = float(np.searchsorted(weight, 0.01 * weight[-1])) / bins
    step = 0.1 if low < 0.8 else 0.02
    steps = int(np.floor(low / step + 1e-9))
    return min(round(steps * step, 6), round(1 - step, 6)), 1.0


def shades(
    colouring: Colouring,
    identity: NDArray[np.float32],
    rises: NDArray[np.bool_],
    scale: tuple[float, float],
) -> Shades:
    """The place of each match in :func:`shade_colours`: what should be painted last comes last."""
    if colouring.by is By.NOTHING:
        return np.zeros(len(identity), dtype=np.int64)
    if colouring.by is By.STRAND:
        return rises.astype(np.int64)
    if colouring.by is By.CLASSES:
        # Identities are kept in 32 bits: 0.9 is at the border 0.9 only if that is rounded as well.
        borders = np.array(colouring.classes, dtype=np.float32)
        level = np.searchsorted(borders, identity, side="right")
    else:
        low, high = scale
        share = np.clip((identity - low) / max(high - low, 1e-9), 0, 1)
        level = np.rint(share * (LEVELS - 1)).astype(np.int64)
    placed: Shades = 2 * level + rises
    return placed


def shade_colours(colouring: Colouring, ground: Ground) -> Floats:
    """The colours of all shades on this ground: red, green, blue, each 0 to 1."""
    tones = colouring.chosen.tones(ground)
    if colouring.by is By.NOTHING:
        return _numbers(tones.rising[-1:])
    if colouring.by is By.STRAND:
        return _numbers(tones.strands)
    count = LEVELS if colouring.by is By.IDENTITY else len(colouring.classes) + 1
    falling, rising = scale_colours(tones.falling, count), scale_colours(tones.rising, count)
    both: Floats = np.stack([falling, rising], axis=1).reshape(2 * count, 3)
    return both


def scale_colours(stops: tuple[str, ...], count: int) -> Floats:
    """`count` colours evenly along `stops`, shape (count, 3); of one, the last."""
    given = _numbers(stops)
    at = np.linspace(0, len(stops) - 1, count) if count > 1 else np.array([len(stops) - 1.0])
    places = np.arange(len(stops))
    colours: Floats = np.stack([np.interp(at, places, channel) for channel in given.T], axis=1)
    return colours


def _numbers(colours: tuple[str, ...]) -> Floats:
    """Colours as shares of red, green and blue."""
    channels = [[int(colour[at : at + 2], 16) for at in (1, 3, 5)] for colour in colours]
    return np.array(channels, dtype=np.float64) / 255


def hexadecimal(colour: Floats) -> str:
    """One colour as ``#rrggbb``."""
    return "#" + "".join(f"{round(255 * channel):02x}" for channel in colour.tolist())
