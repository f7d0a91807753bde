"""
Sights: what a person sees of a plot, from the words of a link to it.

A link's words (see ``docs/reference/plot-page.md``) say how the plot is drawn, which contigs are
turned or hidden and in which order they stand, which matches are drawn, how they are coloured and
which stretch is looked at. They are read as the page reads them; but what makes no sense, which a
page passes over, is refused.
"""

from collections.abc import Callable, Mapping
from typing import TypeVar

import numpy as np

from holdfast.app.plots.scenes import drawing_asked
from holdfast.dotplots.colours import By, Colouring, parsed_classes
from holdfast.dotplots.drawing import Drawing
from holdfast.dotplots.seen import FIRST_KINDS, Sight, Window
from holdfast.dotplots.structure.events import EventKind
from holdfast.errors import UsageError

MOST_CONTIGS = 1_000_000  #: that a link may name
ORDERS = ("drawn", "name", "length")
Read = TypeVar("Read")


def sight_of(words: Mapping[str, str], made: Drawing) -> Sight:
    """What a link with `words` shows of a plot that was drawn as `made` says.

    Raises
    ------
    UsageError
        A word makes no sense.
    """
    drawn = {"drawn-by": "order", "drawn-side": "side", "small": "small"}
    choices = {key: words[word] for word, key in drawn.items() if word in words}
    return Sight(
        drawing=drawing_asked(made, choices),
        window=_window(words),
        colouring=_colouring(words, made.colouring),
        min_identity=_number(words, "identity", 0.0, 1.0),
        min_length=_number(words, "length", 0.0, 1e15),
        hide_noise=_flag(words, "noise", "hidden", "shown"),
        kinds=_kinds(words),
        target_order=_order(words, "target-order"),
        query_order=_order(words, "query-order"),
        turned=contigs_told(words.get("turned", "")),
        hidden=contigs_told(words.get("hidden", "")),
        swapped=_flag(words, "axes", "swapped", "made"),
    )


def _told(words: Mapping[str, str], word: str, read: Callable[[str], Read], usual: Read) -> Read:
    """What is told by `word`; `usual` where nothing is."""
    if word not in words:
        return usual
    try:
        return read(words[word])
    except (ValueError, UsageError) as error:
        raise UsageError(f"{word}={words[word][:60]} makes no sense in a link to a plot") from error


def _number(words: Mapping[str, str], word: str, low: float, high: float) -> float:
    value = _told(words, word, float, low)
    if not low <= value <= high:
        raise UsageError(f"{word} is between {low:g} and {high:g}, not {value:g}")
    return value


def _flag(words: Mapping[str, str], word: str, yes: str, no: str) -> bool:
    return _told(words, word, lambda text: (yes, no).index(text) == 0, usual=False)


def _order(words: Mapping[str, str], word: str) -> str:
    return _told(words, word, lambda text: ORDERS[ORDERS.index(text)], "drawn")


def _window(words: Mapping[str, str]) -> Window | None:
    def span(text: str) -> tuple[float, float] | None:
        low, high = map(float, text.split(","))
        if not 0 <= low < high < np.inf:
            raise ValueError(text)
        return low, high

    x, y = _told(words, "x", span, None), _told(words, "y", span, None)
    return Window(*x, *y) if x is not None and y is not None else None


def _colouring(words: Mapping[str, str], usual: Colouring) -> Colouring:
    return Colouring(
        by=_told(words, "colour", By, usual.by),
        palette=words.get("palette", usual.palette),
        classes=_told(words, "classes", parsed_classes, usual.classes),
    )


def _kinds(words: Mapping[str, str]) -> frozenset[EventKind]:
    def read(text: str) -> frozenset[EventKind]:
        names = [] if text == "none" else text.split(",")
        return frozenset(EventKind(name.replace("-", " ")) for name in names)

    return _told(words, "events", read, FIRST_KINDS)


def contigs_told(text: str) -> frozenset[str]:
    """Contigs by their places on the axes, as a link tells them.

    >>> sorted(contigs_told("x3-5,y0"))
    ['x3', 'x4', 'x5', 'y0']

    Raises
    ------
    UsageError
        It is not written so.
    """
    told: set[str] = set()
    for word in filter(None, text.split(",")):
        axis, (first, _, last) = word[0], word[1:].partition("-")
        if axis not in "xy" or not first.isdecimal() or not (last or first).isdecimal():
            raise UsageError(f"{word[:40]!r} names no contigs; write x3 or x3-7")
        low, high = int(first), int(last or first)
        if not low <= high < MOST_CONTIGS or len(told) + high - low >= MOST_CONTIGS:
            raise UsageError(f"{word[:40]!r} names no contigs of this plot")
        told.update(f"{axis}{number}" for number in range(low, high + 1))
    return frozenset(told)
