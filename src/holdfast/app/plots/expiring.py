"""
Expiring: what is removed by itself after a time, as the settings say: uploads, plots of guests,
fetches that were given up, and marks of plots that were never made.
"""

import time
from contextlib import suppress
from datetime import UTC, datetime, timedelta

from holdfast.app.container import Container
from holdfast.app.plots.folders import PLOT_FILE, read_plot
from holdfast.app.plots.gallery import exhibits
from holdfast.app.plots.marks import (
    PlotMark,
    PlotVisibility,
    forget_marks,
    marked_before,
    marks,
)
from holdfast.app.plots.removing import remove_plots
from holdfast.app.plots.uploads import remove_old_uploads
from holdfast.app.sequences.inputs import clear_abandoned
from holdfast.errors import PlotError


def remove_expired(container: Container) -> tuple[str, ...]:
    """Remove what is too old; the names of the plots that are gone."""
    remove_old_uploads(container)
    clear_abandoned(container.settings.home, time.time())
    days = timedelta(days=container.settings.history_days)
    forget_marks(container, unmade(container, datetime.now(UTC) - days))
    gone = expired_plots(container)
    for name in gone:
        with suppress(PlotError):  # somebody removes it just now
            remove_plots(container, [name])
    return gone


def unmade(container: Container, before: datetime) -> list[str]:
    """The names that were marked before a moment for plots that are not there."""
    plots = container.settings.plots
    return [
        name
        for name in marked_before(container, before)
        if not (plots / name / PLOT_FILE).is_file()
    ]


def expired_plots(container: Container) -> tuple[str, ...]:
    """The plots of guests whose time is over and that are not in the gallery."""
    if not container.settings.plot_days:
        return ()
    pinned = {each.plot for each in exhibits(container)}
    now = datetime.now(UTC)
    expired = []
    for name, mark in marks(container).items():
        end = end_of(container, name, mark)
        if end is not None and end < now and name not in pinned:
            expired.append(name)
    return tuple(expired)


def end_of(container: Container, name: str, mark: PlotMark) -> datetime | None:
    """When the plot `name` is removed by itself; None: it stays."""
    days = container.settings.plot_days
    if not days or not is_guests(mark):
        return None
    folder = container.settings.plots / name
    if not (folder / PLOT_FILE).is_file():
        return None
    try:
        return read_plot(folder).created + timedelta(days=days)
    except PlotError:
        return None


def is_guests(mark: PlotMark) -> bool:
    """Whether a guest made the plot with this mark."""
    return not mark.owner and mark.visibility is PlotVisibility.LINK
