"""
The plots that a person of the web is shown: those they may list, with whose they are.

A plot's description is read once and again only when it was written anew, so a list of thousands
costs a look at each folder and no more.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from enum import Enum
from pathlib import Path

from holdfast.app.container import Container
from holdfast.app.plots.expiring import end_of
from holdfast.app.plots.folders import NAME, PLOT_FILE, Plot, read_plot
from holdfast.app.plots.gallery import exhibits
from holdfast.app.plots.listing import ListedPlot, Sort, said_of, size_of, sort_key
from holdfast.app.plots.marks import UNMARKED, PlotMark, marks, may_change, may_list
from holdfast.errors import PlotError

MOST_KEPT = 20_000  #: descriptions kept in memory


class Whose(Enum):
    """Which plots are meant."""

    ALL = "all"  #: all that one may list
    MINE = "mine"
    SHARED = "shared"  #: others'


@dataclass(frozen=True, slots=True)
class ShownPlot:
    """A plot in somebody's list."""

    plot: Plot
    size: int  #: bytes of its files
    in_gallery: bool
    mark: PlotMark
    may_change: bool
    ends: datetime | None  #: when it is removed by itself


_Stamp = tuple[int, int]
_KEPT: dict[Path, tuple[_Stamp, Plot, int]] = {}


def shown_plots(
    container: Container,
    words: Sequence[str] = (),
    sort: Sort = Sort.MADE,
    whose: Whose = Whose.ALL,
) -> list[ShownPlot]:
    """The plots whoever asks may list that every one of `words` is said of.

    By name they go from A to Z; by anything else the newest, largest or best is the first.
    """
    known, pinned = marks(container), _pinned(container)
    wanted = [word.casefold() for word in words]
    found = []
    for file in container.settings.plots.glob(f"*/{PLOT_FILE}"):
        name = file.parent.name
        mark = known.get(name, UNMARKED)
        if not NAME.fullmatch(name) or not may_list(container, mark):
            continue
        if not _is_meant(container, mark, whose):
            continue
        described = _described(file)
        if described is None or not all(word in said_of(described[0]) for word in wanted):
            continue
        found.append(_shown(container, *described, mark, in_gallery=name in pinned))
    found.sort(key=lambda each: sort_key(_listed(each), sort), reverse=sort is not Sort.NAME)
    return found


def shown_plot(container: Container, name: str) -> ShownPlot:
    """One plot as whoever asks is shown it; whether they may is asked before."""
    plot = read_plot(container.settings.plots / name)
    mark = marks(container, [name]).get(name, UNMARKED)
    return _shown(container, plot, size_of(plot), mark, in_gallery=name in _pinned(container))


def _shown(
    container: Container, plot: Plot, size: int, mark: PlotMark, *, in_gallery: bool
) -> ShownPlot:
    ends = None if in_gallery else end_of(container, plot.name, mark)
    return ShownPlot(plot, size, in_gallery, mark, may_change(container, mark), ends)


def _described(file: Path) -> tuple[Plot, int] | None:
    """The plot that `file` describes, and its size; None if it is damaged, or is going."""
    try:
        seen = file.stat()
        stamp = (seen.st_ino, seen.st_mtime_ns)
        kept = _KEPT.get(file)
        if kept is not None and kept[0] == stamp:
            return kept[1], kept[2]
        plot = read_plot(file.parent)
        size = size_of(plot)
    except (OSError, PlotError):
        return None
    if len(_KEPT) >= MOST_KEPT:
        _KEPT.clear()
    _KEPT[file] = (stamp, plot, size)
    return plot, size


def _pinned(container: Container) -> set[str]:
    try:
        return {each.plot for each in exhibits(container)}
    except PlotError:
        return set()  # a damaged list is as good as none, for the plots are there


def _is_meant(container: Container, mark: PlotMark, whose: Whose) -> bool:
    if whose is Whose.ALL:
        return True
    person = container.person
    is_mine = person is not None and bool(person.name) and mark.owner == person.name
    return is_mine is (whose is Whose.MINE)


def _listed(shown: ShownPlot) -> ListedPlot:
    return ListedPlot(shown.plot, shown.size, shown.in_gallery)
