"""The gallery holds plots with titles and pictures of their own, and survives what it must."""

import json
from pathlib import Path

import pytest

from app.banks.bank_world import QuickContainer
from app.plots.finished import finished
from holdfast.app.plots import gallery
from holdfast.app.plots.gallery import (
    Exhibit,
    add_exhibit,
    exhibits,
    picture_of,
    remove_exhibits,
)
from holdfast.base.locks import exclusive
from holdfast.errors import PlotError, UsageError

PNG = b"\x89PNG\r\n\x1a\n..."


@pytest.fixture
def plots(container: QuickContainer) -> QuickContainer:
    for name in ("one", "two"):
        finished(container, name)
    return container


def test_plots_are_added_retitled_and_taken_out(plots: QuickContainer) -> None:
    assert exhibits(plots) == ()
    assert add_exhibit(plots, "two") == Exhibit("two", "The plot two")
    add_exhibit(plots, "one", title="First")
    add_exhibit(plots, "two", title="Second")
    assert exhibits(plots) == (Exhibit("two", "Second"), Exhibit("one", "First"))
    assert add_exhibit(plots, "two", title=" ").title == "The plot two"
    remove_exhibits(plots, ("two",))
    assert exhibits(plots) == (Exhibit("one", "First"),)
    assert (plots.settings.plots / "two" / "plot.json").exists()


def test_a_picture_is_copied_and_goes_with_its_plot(plots: QuickContainer, tmp_path: Path) -> None:
    picture = tmp_path / "my picture.data"
    picture.write_bytes(PNG)
    exhibit = add_exhibit(plots, "one", picture=picture)
    picture.unlink()
    kept = plots.settings.plots / picture_of(exhibit)
    assert kept.read_bytes() == PNG
    assert add_exhibit(plots, "one", title="T").picture == "one.png"  # another title keeps it
    remove_exhibits(plots, ("one",))
    assert not kept.exists()
    assert picture_of(Exhibit("one", "T")) == "one/plot.png"


@pytest.mark.parametrize("content", [b"", b"<svg onload='alert(1)'/>", b"GIF89a", b"%PDF"])
def test_what_browsers_could_run_or_not_show_is_no_picture(
    plots: QuickContainer, tmp_path: Path, content: bytes
) -> None:
    file = tmp_path / "a.png"
    file.write_bytes(content)
    with pytest.raises(UsageError, match="not a PNG"):
        add_exhibit(plots, "one", picture=file)
    assert exhibits(plots) == ()


def test_a_picture_has_a_size_that_pages_bear(
    plots: QuickContainer, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(gallery, "LARGEST", 5)
    (tmp_path / "a.png").write_bytes(PNG)
    with pytest.raises(UsageError, match="more than 5 bytes"):
        add_exhibit(plots, "one", picture=tmp_path / "a.png")


def test_what_is_not_there_is_told(plots: QuickContainer, tmp_path: Path) -> None:
    with pytest.raises(UsageError, match="did you mean one"):
        add_exhibit(plots, "oen")
    with pytest.raises(UsageError, match="is not a file"):
        add_exhibit(plots, "one", picture=tmp_path / "no.png")
    add_exhibit(plots, "one")
    with pytest.raises(UsageError, match="'two' is not in the gallery"):
        remove_exhibits(plots, ("one", "two"))
    assert [each.plot for each in exhibits(plots)] == ["one"]


@pytest.mark.parametrize(
    "content",
    [
        b"",
        b"[]",
        b'{"version": 2, "plots": []}',
        b'{"version": 1, "plots": [{"plot": "../../etc", "title": "x"}]}',
        b'{"version": 1, "plots": [{"plot": "one", "title": "x", "picture": "../plot.json"}]}',
        b'{"version": 1, "plots": [{"plot": "one", "title": 7}]}',
        b'{"version": 1, "plots": [{"name": "one"}]}',
    ],
)
def test_a_list_that_nobody_wrote_is_named_and_not_believed(
    plots: QuickContainer, content: bytes
) -> None:
    add_exhibit(plots, "one")
    (plots.settings.plots / ".gallery" / "gallery.json").write_bytes(content)
    with pytest.raises(PlotError, match=r"gallery\.json is damaged"):
        exhibits(plots)


def test_a_plot_that_somebody_deleted_is_not_shown(plots: QuickContainer) -> None:
    add_exhibit(plots, "one")
    (plots.settings.plots / "one").rename(plots.settings.home / "away")
    assert exhibits(plots) == ()


def test_two_who_add_at_once_wait_for_one_another(
    plots: QuickContainer, monkeypatch: pytest.MonkeyPatch
) -> None:
    add_exhibit(plots, "one")
    monkeypatch.setattr(gallery, "PATIENCE", 0.0)
    with (
        exclusive(plots.settings.plots / ".locks" / "gallery.lock"),
        pytest.raises(PlotError, match="is being changed by"),
    ):
        add_exhibit(plots, "two")
    listed = plots.settings.plots / ".gallery" / "gallery.json"
    assert [each["plot"] for each in json.loads(listed.read_text())["plots"]] == ["one"]
