"""Plots have an owner, and are seen and changed by those who may."""

from datetime import UTC, datetime, timedelta

import pytest

from app.banks.bank_world import QuickContainer
from app.plots.finished import finished
from holdfast.accounts.people import GUEST, Person
from holdfast.app.plots.expiring import remove_expired, unmade
from holdfast.app.plots.marks import (
    UNMARKED,
    PlotMark,
    PlotVisibility,
    forget_marks,
    mark_of,
    mark_plot,
    marks,
    may_list,
    may_see_plot,
    refuse_strangers_to_plot,
    refuse_unseen_plot,
    take_name,
)
from holdfast.app.plots.removing import remove_plots
from holdfast.errors import PlotForbidden, PlotNotFound, UsageError

PEOPLE = {
    "owner": Person("anna"),
    "other": Person("boris"),
    "guest": GUEST,
    "administrator": Person("root", is_administrator=True),
}
#: who may see, list and change a plot of Anna's
MAY = {
    PlotVisibility.PUBLIC: ("owner other guest administrator",) * 2 + ("owner administrator",),
    PlotVisibility.LINK: (
        "owner other guest administrator",
        "owner administrator",
        "owner administrator",
    ),
    PlotVisibility.PRIVATE: ("owner administrator",) * 3,
}


@pytest.mark.parametrize("visibility", PlotVisibility)
def test_who_may_do_what_with_a_plot(container: QuickContainer, visibility: PlotVisibility) -> None:
    finished(container, "mine")
    mark = PlotMark("anna", visibility, "anna")
    mark_plot(container, "mine", mark)
    see, listed, change = (set(each.split()) for each in MAY[visibility])
    for who, person in PEOPLE.items():
        asked = container.asked_by(person)
        assert may_see_plot(asked, "mine") == (who in see), who
        assert may_list(asked, mark) == (who in listed), who
        if who in change:
            refuse_strangers_to_plot(asked, "mine")
        else:
            expected = PlotForbidden if who in see else PlotNotFound
            with pytest.raises(expected):
                refuse_strangers_to_plot(asked, "mine")
    refuse_strangers_to_plot(container, "mine")  # the command line may


def test_a_plot_of_another_is_told_as_one_that_is_not_there(container: QuickContainer) -> None:
    finished(container, "mine")
    mark_plot(container, "mine", PlotMark("anna", PlotVisibility.PRIVATE))
    boris = container.asked_by(PEOPLE["other"])
    said = []
    for name in ("mine", "none"):
        with pytest.raises(PlotNotFound) as caught:
            refuse_unseen_plot(boris, name)
        said.append(str(caught.value).replace(name, "…"))
    assert said[0] == said[1]


def test_a_plot_of_the_command_line_is_public_and_the_administrators(
    container: QuickContainer,
) -> None:
    finished(container, "old")
    assert mark_of(container, "old") == UNMARKED
    assert may_see_plot(container.asked_by(GUEST), "old")
    with pytest.raises(PlotForbidden, match="no owner"):
        refuse_strangers_to_plot(container.asked_by(PEOPLE["owner"]), "old")
    refuse_strangers_to_plot(container.asked_by(PEOPLE["administrator"]), "old")


def test_a_name_is_taken_once(container: QuickContainer) -> None:
    finished(container, "yeasts")
    mark = PlotMark("anna")
    assert take_name(container, "yeasts", mark) == "yeasts-2"
    assert take_name(container, "yeasts", mark) == "yeasts-3"
    assert take_name(container, "x" * 100, mark) == "x" * 100
    assert take_name(container, "x" * 100, mark) == "x" * 98 + "-2"
    with pytest.raises(UsageError):
        take_name(container, "../x", mark)


def test_a_mark_goes_with_its_plot(container: QuickContainer) -> None:
    finished(container, "mine")
    mark_plot(container, "mine", PlotMark("anna", PlotVisibility.PRIVATE))
    assert list(marks(container)) == ["mine"]
    remove_plots(container, ["mine"])
    assert marks(container) == {}
    forget_marks(container, ["mine"])


def test_a_name_that_no_plot_got_is_free_again_in_time(container: QuickContainer) -> None:
    finished(container, "made")
    for name in ("made", "failed"):
        mark_plot(container, name, PlotMark("anna"))
    soon = datetime.now(UTC) + timedelta(seconds=5)
    assert unmade(container, soon) == ["failed"]
    assert unmade(container, soon - timedelta(days=1)) == []
    remove_expired(container)
    assert set(marks(container)) == {"made", "failed"}
