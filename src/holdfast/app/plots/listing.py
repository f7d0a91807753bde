"""
The list of plots: what is in the home folder, for people who have a thousand.

A damaged plot hides no other: it is told beside them.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from enum import Enum
from typing import Any

from holdfast.app.container import Container
from holdfast.app.plots.folders import NAME, PLOT_FILE, Plot, read_plot
from holdfast.app.plots.gallery import exhibits
from holdfast.errors import PlotError


class Sort(Enum):
    """By what plots are listed."""

    NAME = "name"
    MADE = "made"  #: the newest last, where a terminal's eye is
    SIZE = "size"
    MATCHES = "matches"
    IDENTITY = "identity"


@dataclass(frozen=True, slots=True)
class ListedPlot:
    """A line of the list."""

    plot: Plot
    size: int  #: bytes of its files
    in_gallery: bool


@dataclass(frozen=True, slots=True)
class PlotList:
    """The plots that were asked for, and what is wrong with those that cannot be read."""

    plots: tuple[ListedPlot, ...]
    damaged: tuple[str, ...]


def find_plots(container: Container, words: Sequence[str] = (), sort: Sort = Sort.NAME) -> PlotList:
    """The finished plots that every one of `words` is said of, in any case of letters.

    A plot is said to be its name, its title, its genomes as they are called and as they were given,
    its aligner, and the day it was made (``2026-11-21``).
    """
    found: list[ListedPlot] = []
    damaged: list[str] = []
    shown: set[str] = set()
    try:
        shown = {each.plot for each in exhibits(container)}
    except PlotError as error:
        damaged.append(str(error))
    wanted = [word.casefold() for word in words]
    for file in sorted(container.settings.plots.glob(f"*/{PLOT_FILE}")):
        if not NAME.fullmatch(file.parent.name):
            continue
        try:
            plot = read_plot(file.parent)
        except PlotError as error:
            damaged.append(str(error))
            continue
        if all(word in said_of(plot) for word in wanted):
            found.append(ListedPlot(plot, size_of(plot), plot.name in shown))
    return PlotList(tuple(sorted(found, key=lambda each: sort_key(each, sort))), tuple(damaged))


def size_of(plot: Plot) -> int:
    """Bytes of the files of a plot."""
    return sum(file.lstat().st_size for file in plot.folder.iterdir())


def said_of(plot: Plot) -> str:
    """All that a search finds a plot by."""
    genomes = (plot.target, plot.query)
    words = [plot.name, plot.title, plot.aligner, plot.preset, f"{plot.created:%Y-%m-%d}"]
    words += [word for genome in genomes for word in (genome.name, _given(genome.given))]
    return "\n".join(words).casefold()


def _given(word: str) -> str:
    """What a genome was given as; of a file its name, for folders are nobody's to find out."""
    return word if "://" in word else word.rpartition("/")[2]


def sort_key(listed: ListedPlot, sort: Sort) -> Any:
    """By what a plot stands where it does."""
    plot = listed.plot
    keys: dict[Sort, Any] = {
        Sort.NAME: plot.name.casefold(),
        Sort.MADE: plot.created,
        Sort.SIZE: listed.size,
        Sort.MATCHES: plot.matches,
        Sort.IDENTITY: -1.0 if plot.identity is None else plot.identity,
    }
    return keys[sort]
