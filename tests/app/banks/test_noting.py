"""A change is done when it is on disk; the ledger that cannot be written undoes nothing."""

from pathlib import Path

import pytest

from app.banks.held_world import hold, keep_recipe
from holdfast.app.banks.noting import note, note_update
from holdfast.app.banks.releases.publish import publish_release
from holdfast.app.banks.updating.report import UpdateReport, UpdateState
from holdfast.app.container import Container
from holdfast.banks.register import Register
from holdfast.settings import Settings


def test_a_ledger_that_cannot_be_written_is_told_and_no_more(
    home: Path, monkeypatch: pytest.MonkeyPatch, caplog: pytest.LogCaptureFixture
) -> None:
    monkeypatch.setenv("HOLDFAST_LEDGER", f"sqlite:///{home}/file/ledger.sqlite")
    (home / "file").write_text("no folder")
    container = Container(Settings.read(home))
    keep_recipe(container, "yeast")
    hold(container, "yeast", "1", {"a.fa": b"A"})
    assert publish_release(container, "yeast").release == "1"
    assert "publish is not in the register" in caplog.text


def test_a_release_that_cannot_be_read_does_not_keep_the_event_away(
    home: Path, caplog: pytest.LogCaptureFixture
) -> None:
    container = Container(Settings.read(home))
    keep_recipe(container, "yeast")
    release = hold(container, "yeast", "1", {"a.fa": b"A"})
    (release.folder / "files.json").write_text("{")
    note(container, "yeast", "update", "1")
    assert "files.json" in caplog.text
    assert [each.action for each in Register(container.ledger).events("yeast")] == ["update"]


def test_updates_that_found_nothing_new_are_no_events(home: Path) -> None:
    container = Container(Settings.read(home))
    keep_recipe(container, "yeast")
    nothing_new = UpdateReport("yeast", UpdateState.UP_TO_DATE, "1")
    for report in (
        nothing_new,
        UpdateReport("yeast", UpdateState.FAILED, problem="no server"),
        nothing_new,
        nothing_new,
        UpdateReport("yeast", UpdateState.PLANNED),
    ):
        note_update(container, report)
    told = [(each.outcome, each.detail) for each in Register(container.ledger).events()]
    assert told == [("done", "nothing new"), ("failed", "no server")]
