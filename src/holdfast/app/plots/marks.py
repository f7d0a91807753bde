"""
Marks: whose a plot is, and who may see it.

They stand in the ledger's database, by the plot's name, and are written before the plot is made, so
at no moment is a private plot there without its mark. A plot without a mark was made by the command
line: it is public, and the administrators' to change.
"""

from collections.abc import Iterable
from contextlib import suppress
from dataclasses import dataclass
from datetime import datetime
from enum import Enum
from typing import TYPE_CHECKING

from holdfast.app.container import Container
from holdfast.app.plots.folders import check_name
from holdfast.errors import PlotForbidden, PlotNotFound, UsageError

if TYPE_CHECKING:
    from sqlalchemy import Row

LONGEST = 100  #: letters of a plot's name


class PlotVisibility(Enum):
    """Who may see a plot."""

    PUBLIC = "public"  #: it is in everybody's list
    LINK = "link"  #: whoever has its address may see it
    PRIVATE = "private"  #: its owner and administrators


@dataclass(frozen=True, slots=True)
class PlotMark:
    """Whose a plot is, and who may see it."""

    owner: str = ""  #: empty: the administrators'
    visibility: PlotVisibility = PlotVisibility.PUBLIC
    created_by: str = ""


UNMARKED = PlotMark()


def mark_of(container: Container, name: str) -> PlotMark:
    """The mark of the plot called `name`; of one that has none, :data:`UNMARKED`."""
    return marks(container, [name]).get(name, UNMARKED)


def marks(container: Container, names: Iterable[str] | None = None) -> dict[str, PlotMark]:
    """The marks of the plots called `names`, or of all; those that have one."""
    from sqlalchemy import select

    from holdfast.jobs.ledger import rows
    from holdfast.jobs.ledger.errand_tables import plot_marks

    query = select(plot_marks)
    if names is not None:
        query = query.where(plot_marks.c.plot.in_([rows.text(name) for name in names]))
    found = container.ledger.database.read(lambda connection: connection.execute(query).all())
    return {row.plot: _mark(row) for row in found}


def mark_plot(container: Container, name: str, mark: PlotMark) -> None:
    """Write down whose the plot `name` is, in place of what was written before.

    Raises
    ------
    UsageError
        This is no name for a plot.
    """
    from sqlalchemy import Connection, delete, insert

    from holdfast.jobs.ledger.errand_tables import plot_marks

    check_name(name)
    row = _row(name, mark)

    def act(connection: Connection) -> None:
        connection.execute(delete(plot_marks).where(plot_marks.c.plot == name))
        connection.execute(insert(plot_marks), row)

    container.ledger.database.write(act)


def take_name(container: Container, wanted: str, mark: PlotMark) -> str:
    """A name that no plot has, `wanted` or the same with a number, marked before anybody sees it.

    Raises
    ------
    UsageError
        `wanted` is no name for a plot, or hundreds are called so.
    """
    check_name(wanted)
    for number in range(1, 1000):
        tail = "" if number == 1 else f"-{number}"
        name = wanted[: LONGEST - len(tail)] + tail
        if not (container.settings.plots / name).exists() and _is_taken(container, name, mark):
            return name
    raise UsageError(f"hundreds of plots are called {wanted}; choose another name")


def _is_taken(container: Container, name: str, mark: PlotMark) -> bool:
    """Whether `name` was free, and is marked now: of several who try, one succeeds."""
    from sqlalchemy import Connection, insert, select
    from sqlalchemy.exc import IntegrityError

    from holdfast.jobs.ledger.errand_tables import plot_marks

    row = _row(name, mark)
    known = select(plot_marks.c.plot).where(plot_marks.c.plot == name)

    def act(connection: Connection) -> bool:
        if connection.execute(known).first() is not None:
            return False
        with suppress(IntegrityError), connection.begin_nested():
            connection.execute(insert(plot_marks), row)
            return True
        return False

    return container.ledger.database.write(act)


def marked_before(container: Container, before: datetime) -> list[str]:
    """The names of the plots that were marked before a moment."""
    from sqlalchemy import select

    from holdfast.jobs.ledger.errand_tables import plot_marks

    query = select(plot_marks.c.plot).where(plot_marks.c.marked < before)
    return container.ledger.database.read(lambda connection: list(connection.scalars(query)))


def forget_marks(container: Container, names: Iterable[str]) -> None:
    """Forget whose the plots called `names` were: they are no more."""
    from sqlalchemy import delete

    from holdfast.jobs.ledger.errand_tables import plot_marks

    gone = list(names)
    if gone:
        forgetting = delete(plot_marks).where(plot_marks.c.plot.in_(gone))
        container.ledger.database.write(lambda connection: connection.execute(forgetting))


# -- who may ---------------------------------------------------------------------------------------


def may_see(container: Container, mark: PlotMark) -> bool:
    """Whether whoever asks may see a plot with this mark, if they know its address."""
    person = container.person
    if person is None or mark.visibility is not PlotVisibility.PRIVATE:
        return True
    return person.owns(mark.owner)


def may_list(container: Container, mark: PlotMark) -> bool:
    """Whether a plot with this mark is in the list of whoever asks."""
    person = container.person
    if person is None or mark.visibility is PlotVisibility.PUBLIC:
        return True
    return person.owns(mark.owner)


def may_change(container: Container, mark: PlotMark) -> bool:
    """Whether whoever asks may remove a plot with this mark, or show it to others."""
    person = container.person
    return person is None or person.owns(mark.owner)


def may_see_plot(container: Container, name: str) -> bool:
    """Whether whoever asks may see the plot `name`, if there is one."""
    return container.person is None or may_see(container, mark_of(container, name))


def refuse_unseen_plot(container: Container, name: str) -> None:
    """Raise PlotNotFound unless whoever asks may see the plot `name`, and it is there.

    It says the same of a plot that is not there and of one that is another's.
    """
    check_name(name)
    is_there = (container.settings.plots / name / "plot.json").is_file()
    if not is_there or not may_see_plot(container, name):
        raise PlotNotFound(f"there is no plot {name!r}; it may have been removed")


def refuse_strangers_to_plot(container: Container, name: str) -> None:
    """Raise PlotForbidden unless whoever asks may change the plot `name`.

    Raises
    ------
    PlotForbidden
        It is another's.
    PlotNotFound
        There is none, or they may not even see it.
    """
    refuse_unseen_plot(container, name)
    mark = mark_of(container, name)
    if not may_change(container, mark):
        whose = f"it is {mark.owner}'s" if mark.owner else "it has no owner"
        raise PlotForbidden(f"{name} is not yours to change: {whose}; ask an administrator")


def _mark(row: "Row[tuple[object, ...]]") -> PlotMark:
    return PlotMark(row.owner, PlotVisibility(row.visibility), row.created_by)


def _row(name: str, mark: PlotMark) -> dict[str, object]:
    from holdfast.jobs.ledger import rows
    from holdfast.jobs.model import NAME_LIMIT

    return {
        "plot": name,
        "owner": rows.text(mark.owner, NAME_LIMIT),
        "visibility": mark.visibility.value,
        "created_by": rows.text(mark.created_by, NAME_LIMIT),
        "marked": rows.now(),
    }
