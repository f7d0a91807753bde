"""
Letters: how wide words are, and the font itself where a file must bring it along.

Pictures are set in DejaVu Sans, which comes with matplotlib, so that they are the same everywhere.
"""

import base64
import io
import logging
from functools import cache, lru_cache

from fontTools.subset import Options, Subsetter
from fontTools.ttLib import TTFont
from matplotlib.font_manager import FontProperties, findfont, get_font
from matplotlib.ft2font import LoadFlags

FAMILY = "DejaVu Sans"
UNUSED = {"GSUB", "GPOS", "GDEF", "FFTM"}


def width(words: str, size: float, *, bold: bool = False) -> float:
    """The width of `words` in points, set at `size` points."""
    font = get_font(_file(bold))
    font.set_size(100, 72)
    font.set_text(words, 0.0, flags=LoadFlags.NO_HINTING)
    across, _ = font.get_width_height()
    return across / 64 * size / 100


def shortened(words: str, size: float, most: float) -> str:
    """`words`, or their beginning and end where they are wider than `most` points."""
    if width(words, size) <= most:
        return words
    low, high = 0, len(words)
    while low < high:  # how many letters fit beside the sign
        middle = (low + high + 1) // 2
        if width(_cut(words, middle), size) <= most:
            low = middle
        else:
            high = middle - 1
    return _cut(words, low)


def lines(words: str, size: float, most: float, *, bold: bool = False) -> list[str]:
    """`words` broken at blanks so that no line is wider than `most` points, if words are short."""
    broken = [""]
    for word in words.split():
        longer = f"{broken[-1]} {word}".strip()
        if not broken[-1] or width(longer, size, bold=bold) <= most:
            broken[-1] = longer
        else:
            broken.append(word)
    return broken


@lru_cache(maxsize=64)
def face(letters: str, *, bold: bool) -> str:
    """A style rule that brings the font's `letters` along, for an SVG file."""
    logging.getLogger("fontTools").setLevel(logging.ERROR)
    font = TTFont(_file(bold), recalcTimestamp=False)
    for table in UNUSED & set(font.keys()):  # other scripts' ligatures: the most of its size
        del font[table]
    options = Options(hinting=False, layout_features=[], notdef_outline=True)
    options.name_IDs = [1, 2]
    subsetter = Subsetter(options)
    subsetter.populate(text=letters)
    subsetter.subset(font)
    font.flavor = "woff"
    file = io.BytesIO()
    font.save(file)
    packed = base64.b64encode(file.getvalue()).decode()
    weight = "bold" if bold else "normal"
    return (
        f'@font-face{{font-family:"{FAMILY}";font-weight:{weight};'
        f"src:url(data:font/woff;base64,{packed})}}"
    )


def _cut(words: str, kept: int) -> str:
    if kept >= len(words):
        return words
    head = (kept * 3 + 2) // 5
    return words[:head] + "…" + words[len(words) - (kept - head) :]


@cache
def _file(bold: bool) -> str:
    found = findfont(FontProperties(family=FAMILY, weight="bold" if bold else "normal"))
    return str(found)
