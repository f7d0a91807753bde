"""
Removing plots: those that are named, or those that are older than a moment.

A plot is moved aside by one rename before it is taken apart, so nobody ever sees half of one. What
killed makings and removals left is removed along with old plots.
"""

import shutil
from collections.abc import Sequence
from contextlib import suppress
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path
from secrets import token_hex

from holdfast.app.container import Container
from holdfast.app.plots.folders import NAME, PLOT_FILE, being_made, check_name, read_plot
from holdfast.app.plots.gallery import exhibits, forget
from holdfast.app.plots.marks import forget_marks
from holdfast.base.files import TEMPORARY, fsync_directory
from holdfast.errors import PlotError, PlotNotFound, UsageError, suggestion

MAKING = f"{TEMPORARY}plot-"  #: begins the name of a folder in which a plot is made
GIVEN = f"{TEMPORARY}given-"  #: … in which what came by a pipe waits to be imported
REMOVED = f"{TEMPORARY}removed-"


@dataclass(frozen=True, slots=True)
class Removal:
    """What was removed, or with `dry_run` would be."""

    plots: tuple[str, ...]
    kept: tuple[str, ...]  #: old plots that stay, because they are in the gallery
    leftovers: int  #: folders that killed makings had left
    size: int  #: bytes of all that
    dry_run: bool


def remove_plots(
    container: Container,
    names: Sequence[str] = (),
    older_than: datetime | None = None,
    *,
    dry_run: bool = False,
) -> Removal:
    """Remove the plots called `names`, or all made before `older_than`, or, with both, those of the
    named that are so old. What is in the gallery is removed only if it is named.

    Raises
    ------
    UsageError
        One of `names` is no plot, or nothing says what to remove; nothing was removed.
    PlotError
        One is being made anew.
    """
    if not names and older_than is None:
        raise UsageError("which plots? Name them, or say how old they must be: --older-than 30d")
    folders = _named(container, names) if names else _all(container)
    kept: tuple[str, ...] = ()
    if older_than is not None:
        folders = [folder for folder in folders if _made(folder) < older_than]
    if not names:
        shown = {each.plot for each in exhibits(container)}
        kept = tuple(folder.name for folder in folders if folder.name in shown)
        folders = [folder for folder in folders if folder.name not in shown]
    leftovers = [] if names or older_than is None else _leftovers(container, older_than)
    size = sum(map(_size, [*folders, *leftovers]))
    gone = tuple(folder.name for folder in folders)
    if not dry_run:
        for folder in folders:
            _remove(container, folder)
        for folder in leftovers:
            shutil.rmtree(folder, ignore_errors=True)
        forget(container, gone)
        forget_marks(container, gone)
    return Removal(gone, kept, len(leftovers), size, dry_run)


def _all(container: Container) -> list[Path]:
    """The folders of all plots, damaged ones too."""
    found = container.settings.plots.glob(f"*/{PLOT_FILE}")
    return sorted(file.parent for file in found if NAME.fullmatch(file.parent.name))


def _named(container: Container, names: Sequence[str]) -> list[Path]:
    folders = []
    for name in dict.fromkeys(names):
        check_name(name)
        folder = container.settings.plots / name
        if not (folder / PLOT_FILE).is_file():
            known = [each.name for each in _all(container)]
            raise PlotNotFound(
                f"there is no plot {name!r}{suggestion(name, known)}; see: holdfast plot list"
            )
        folders.append(folder)
    return folders


def _made(folder: Path) -> datetime:
    """When a plot was made; of a damaged one the files tell."""
    try:
        return read_plot(folder).created
    except PlotError:
        return datetime.fromtimestamp((folder / PLOT_FILE).stat().st_mtime, UTC)


def _leftovers(container: Container, older_than: datetime) -> list[Path]:
    """What was left by makings that nobody goes on with, and by removals."""
    plots = container.settings.plots
    makings = [
        folder
        for folder in plots.glob(f"{MAKING}*")
        if _is_old(folder, older_than) and not _is_made(container, folder)
    ]
    others = (folder for start in (REMOVED, GIVEN) for folder in plots.glob(f"{start}*"))
    return [*makings, *(folder for folder in others if _is_old(folder, older_than))]


def _is_old(folder: Path, older_than: datetime) -> bool:
    """Whether nothing in `folder` was written since."""
    times = [each.lstat().st_mtime for each in (folder, *folder.iterdir())]
    return max(times) < older_than.timestamp()


def _is_made(container: Container, making: Path) -> bool:
    """Whether somebody is at work in `making`."""
    name = making.name.removeprefix(MAKING).rpartition("-")[0]
    try:
        with being_made(container, container.settings.plots / name):
            return False
    except PlotError:
        return True


def _remove(container: Container, folder: Path) -> None:
    with being_made(container, folder):
        if folder.is_symlink():
            folder.unlink()
            return
        aside = folder.with_name(f"{REMOVED}{folder.name}-{token_hex(4)}")
        folder.rename(aside)
        fsync_directory(folder.parent)
        shutil.rmtree(aside)


def _size(folder: Path) -> int:
    size = 0
    with suppress(OSError):
        size = sum(file.lstat().st_size for file in folder.iterdir())
    return size
