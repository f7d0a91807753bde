"""
Picture files: a figure as PNG, SVG or PDF, the same bytes for the same figure.
"""

import io
import re
import warnings
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from enum import Enum
from html import unescape
from typing import Any

import matplotlib as mpl
from matplotlib.figure import Figure

from holdfast.dotplots.pictures import letters

STYLE: Any = {
    "font.family": [letters.FAMILY],
    "svg.fonttype": "none",  # words stay words: they can be searched and edited
    "svg.hashsalt": "holdfast",
    "pdf.fonttype": 42,
    "path.simplify": False,
    "text.usetex": False,
    "text.parse_math": False,  # a name with dollar signs is a name
}
TEXT = re.compile(rb"(?P<tag><text\b[^>]*>)(?P<words>[^<]*)</text>")
BOLD = re.compile(rb"\bfont: (?:bold|700)\b|\bfont-weight: (?:bold|700)\b")


class Format(Enum):
    """What a picture is written as."""

    PNG = "png"
    SVG = "svg"
    PDF = "pdf"


@contextmanager
def style() -> Iterator[None]:
    """Drawing within the block follows our style, and is silent about letters the font lacks."""
    with mpl.rc_context(STYLE), warnings.catch_warnings():
        warnings.filterwarnings("ignore", message=r"Glyph .* missing from font")
        yield


def saved(figure: Figure, kinds: Sequence[Format], dpi: int, title: str) -> tuple[bytes, ...]:
    """`figure` as a file of each of `kinds`. Call it within :func:`style`."""
    metadata: dict[Format, dict[str, Any]] = {
        Format.PNG: {"Software": "Holdfast", "Title": title},
        Format.SVG: {"Date": None, "Creator": "Holdfast", "Title": title},
        Format.PDF: {"CreationDate": None, "Creator": "Holdfast", "Title": title},
    }
    files = []
    for kind in kinds:
        file = io.BytesIO()
        figure.savefig(file, format=kind.value, dpi=dpi, metadata=metadata[kind])
        content = file.getvalue()
        files.append(with_font(content) if kind is Format.SVG else content)
    return tuple(files)


def with_font(svg: bytes) -> bytes:
    """An SVG picture that brings its letters along, so that it looks the same everywhere."""
    used: dict[bool, set[str]] = {False: set(), True: set()}
    for found in TEXT.finditer(svg):
        used[BOLD.search(found["tag"]) is not None] |= set(unescape(found["words"].decode()))
    faces = "".join(
        letters.face("".join(sorted(each)), bold=bold) for bold, each in used.items() if each
    )
    rule = f"<style>{faces}</style>\n".encode()
    return svg.replace(b"<defs>", rule + b" <defs>", 1)
