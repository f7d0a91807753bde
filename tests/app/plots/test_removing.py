"""Plots go when they are named or old; those in the gallery stay until they are named."""

from datetime import timedelta

import pytest

from app.banks.bank_world import QuickContainer
from app.plots.finished import NOW, aged, finished
from holdfast.app.plots.folders import being_made
from holdfast.app.plots.gallery import add_exhibit, exhibits
from holdfast.app.plots.removing import remove_plots
from holdfast.app.schedule import run_schedule
from holdfast.errors import PlotError, UsageError
from holdfast.jobs.model import Status
from holdfast.settings import Settings

MONTH_AGO = NOW - timedelta(days=30)


def left(container: QuickContainer) -> list[str]:
    return sorted(each.name for each in container.settings.plots.iterdir() if each.name[0] != ".")


@pytest.fixture
def plots(container: QuickContainer) -> QuickContainer:
    """A home with a new plot and two old ones."""
    for name, days in (("new", 1), ("old", 31), ("older", 90)):
        finished(container, name, days=days)
    return container


def test_named_plots_are_removed(plots: QuickContainer) -> None:
    removal = remove_plots(plots, ["new", "old", "new"])
    assert (removal.plots, removal.dry_run) == (("new", "old"), False)
    assert removal.size > 100
    assert left(plots) == ["older"]


def test_old_plots_are_removed(plots: QuickContainer) -> None:
    assert remove_plots(plots, older_than=MONTH_AGO).plots == ("old", "older")
    assert left(plots) == ["new"]


def test_of_named_plots_only_the_old_ones_go_if_both_are_said(plots: QuickContainer) -> None:
    assert remove_plots(plots, ["new", "old"], MONTH_AGO).plots == ("old",)
    assert left(plots) == ["new", "older"]


def test_a_dry_run_removes_nothing(plots: QuickContainer) -> None:
    removal = remove_plots(plots, older_than=MONTH_AGO, dry_run=True)
    assert (removal.plots, removal.dry_run) == (("old", "older"), True)
    assert left(plots) == ["new", "old", "older"]


def test_what_is_in_the_gallery_stays_unless_it_is_named(plots: QuickContainer) -> None:
    add_exhibit(plots, "old")
    removal = remove_plots(plots, older_than=MONTH_AGO)
    assert (removal.plots, removal.kept) == (("older",), ("old",))
    assert remove_plots(plots, ["old"]).plots == ("old",)
    assert exhibits(plots) == ()
    finished(plots, "old")
    assert exhibits(plots) == ()  # another plot of this name is not in the gallery by itself


@pytest.mark.parametrize("name", ["odl", "../old", ".locks", ""])
def test_one_wrong_name_and_nothing_is_removed(plots: QuickContainer, name: str) -> None:
    with pytest.raises(UsageError):
        remove_plots(plots, ["new", name])
    assert left(plots) == ["new", "old", "older"]


def test_nothing_said_removes_nothing(plots: QuickContainer) -> None:
    with pytest.raises(UsageError, match="which plots"):
        remove_plots(plots)


def test_a_damaged_plot_can_be_removed_and_ages_by_its_file(plots: QuickContainer) -> None:
    for name in ("old", "older"):
        (plots.settings.plots / name / "plot.json").write_text("{")
    aged(plots.settings.plots / "old", 40)
    assert remove_plots(plots, older_than=MONTH_AGO).plots == ("old",)
    assert remove_plots(plots, ["older"]).plots == ("older",)


def test_a_plot_that_is_made_anew_is_not_removed(plots: QuickContainer) -> None:
    place = plots.settings.plots / "old"
    with being_made(plots, place), pytest.raises(PlotError, match="is being made"):
        remove_plots(plots, ["old"])
    assert left(plots) == ["new", "old", "older"]


def test_what_killed_comparisons_left_goes_with_age_but_not_what_is_at_work(
    plots: QuickContainer,
) -> None:
    folders = {}
    for name, days in (("fresh", 1), ("dead", 40), ("alive", 40)):
        folders[name] = plots.settings.plots / f".tmp-plot-{name}-0123456789ab"
        folders[name].mkdir()
        (folders[name] / "alignment.paf").write_bytes(b"x")
        aged(folders[name], days)
    halfway = plots.settings.plots / ".tmp-removed-gone-0"
    halfway.mkdir()
    aged(halfway, 40)
    with being_made(plots, plots.settings.plots / "alive"):
        assert remove_plots(plots, older_than=MONTH_AGO).leftovers == 2
    assert [name for name, folder in folders.items() if folder.exists()] == ["fresh", "alive"]
    assert not halfway.exists()


def test_a_schedule_removes_old_plots(plots: QuickContainer) -> None:
    declared = 'cron = "0 3 * * *"\ncommand = ["plot", "remove", "--older-than", "30d"]\n'
    (plots.settings.home / "holdfast.toml").write_text(f"[schedules.old-plots]\n{declared}")
    with QuickContainer(Settings.read()) as container:
        done = run_schedule(container, "old-plots", now=NOW)
    assert done.status is Status.DONE
    assert left(plots) == []  # by the clock on the wall, all of them are old


def test_a_link_to_a_plot_elsewhere_is_removed_and_the_plot_stays(plots: QuickContainer) -> None:
    elsewhere = plots.settings.home / "elsewhere"
    (plots.settings.plots / "old").rename(elsewhere)
    (plots.settings.plots / "old").symlink_to(elsewhere)
    remove_plots(plots, ["old"])
    assert left(plots) == ["new", "older"]
    assert (elsewhere / "plot.json").exists()
