"""
Palettes: colours that go together, by name.

A palette gives colours from the least to the most alike, those of matches that rise and those of
matches that fall, once for a light ground and once for a dark one.
``docs/reference/palettes.md`` shows them all; the page has them from ``scripts/palettes.py``.
"""

from collections.abc import Mapping
from dataclasses import dataclass
from enum import Enum


class Ground(Enum):
    """What colours stand on."""

    LIGHT = "light"
    DARK = "dark"


@dataclass(frozen=True, slots=True)
class Tones:
    """Colours for one ground, each as ``#rrggbb``."""

    rising: tuple[str, ...]  #: of matches that rise as drawn, the least alike first
    falling: tuple[str, ...]  #: of matches that fall; the same where the palette tells no direction
    strands: tuple[str, str]  #: of falling and of rising matches where nothing else is told


@dataclass(frozen=True, slots=True)
class Palette:
    """Colours that go together."""

    name: str
    title: str  #: what is special about it, for lists
    light: Tones
    dark: Tones

    def tones(self, ground: Ground) -> Tones:
        """The colours for this ground."""
        return self.light if ground is Ground.LIGHT else self.dark

    @property
    def directed(self) -> bool:
        """Whether falling matches have colours of their own also where identity is told."""
        return self.light.rising != self.light.falling


def _plain(
    name: str, title: str, light: str, dark: str, strands: tuple[tuple[str, str], tuple[str, str]]
) -> Palette:
    """A palette without direction; `strands` are for the light and for the dark ground."""
    on_light, on_dark = tuple(light.split()), tuple(dark.split())
    return Palette(
        name,
        title,
        Tones(on_light, on_light, strands[0]),
        Tones(on_dark, on_dark, strands[1]),
    )


BLUE_ORANGE = (("#d4551f", "#1763a6"), ("#ff9a62", "#62b2f2"))
INKS = (("#9c9c9c", "#000000"), ("#7d8790", "#ffffff"))

PALETTES: Mapping[str, Palette] = {
    each.name: each
    for each in (
        Palette(
            "holdfast",
            "blue rises, orange falls, stronger is more alike; safe for colour-blind eyes",
            Tones(
                ("#a9cbe8", "#2f7fc1", "#08306b"),
                ("#fbc58f", "#e3701a", "#7a2a02"),
                BLUE_ORANGE[0],
            ),
            Tones(
                ("#2c5379", "#4c9fe0", "#cdeaff"),
                ("#70431f", "#ec8a3c", "#ffe3c2"),
                BLUE_ORANGE[1],
            ),
        ),
        _plain(
            "sea",
            "sand to deep sea, whatever the direction; safe for colour-blind eyes",
            "#e3ba6b #a9ad78 #5f988a #24788c #135283 #14285f",
            "#4a4f8c #3a73a6 #2f9aa8 #5fbf9b #b4dc8a #fbf0a8",
            BLUE_ORANGE,
        ),
        _plain(
            "viridis",
            "green to violet, known from many plots; safe for colour-blind eyes",
            "#b5de2b #5ec962 #21918c #3b528b #440154",
            "#4b3f83 #31688e #21918c #5ec962 #fde725",
            BLUE_ORANGE,
        ),
        _plain(
            "ink",
            "greys to black, for print without colour",
            "#bdbdbd #6e6e6e #000000",
            "#565f66 #a1a9b0 #ffffff",
            INKS,
        ),
        _plain(
            "dgenies",
            "the colours that D-Genies opens with",
            "#ffd84b #d5670b #2ebd40 #094b09",
            "#a8862a #e07b2a #3fca55 #b9f5bb",
            (("#d5670b", "#094b09"), ("#e07b2a", "#b9f5bb")),
        ),
        _plain(
            "dgenies-colorblind",
            "D-Genies' palette for colour-blind eyes",
            "#ffb677 #db6e00 #006ddb #000000",
            "#8a5a2e #d0731d #5ca8ff #ffffff",
            (("#db6e00", "#006ddb"), ("#e8872a", "#5ca8ff")),
        ),
        _plain(
            "dgenies-black-and-white",
            "D-Genies' greys",
            "#dddcdc #9c9c9c #626262 #000000",
            "#565656 #858585 #bcbcbc #ffffff",
            INKS,
        ),
        _plain(
            "dgenies-r",
            "the colours of D-Genies' R scripts",
            "#3b080a #78410d #238d31 #7fff65",
            "#a83a42 #b8691e #2fb544 #7fff65",
            (("#78410d", "#238d31"), ("#b8691e", "#2fb544")),
        ),
        _plain(
            "dgenies-r-colorblind",
            "the same for colour-blind eyes",
            "#312515 #783c00 #006ddb #8c8c8c",
            "#7d6547 #b8691e #3f98ff #d0d0d0",
            (("#783c00", "#006ddb"), ("#b8691e", "#3f98ff")),
        ),
        _plain(
            "dgenies-black",
            "all matches black, whatever they are",
            "#000000 #000000 #000000 #000000",
            "#ffffff #ffffff #ffffff #ffffff",
            (("#000000", "#000000"), ("#ffffff", "#ffffff")),
        ),
    )
}
