"""What ended long ago is forgotten, in the ledger and on disk; nothing else is touched."""

import os
import time
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest

from app.jobs.job_world import plan, shell
from holdfast.app.container import Container
from holdfast.app.jobs.pruning import prune
from holdfast.banks.commands.environment import BEFORE, output_folder
from holdfast.banks.recipes.recipe import Recipe
from holdfast.banks.updating.making import Making, write_making
from holdfast.remotes.interface import Listing
from holdfast.settings import Settings

QUICK = plan(shell("x", "echo words"))


@pytest.fixture
def later() -> datetime:
    return datetime.now(UTC) + timedelta(days=1)


def test_ended_runs_and_their_logs_are_forgotten_and_others_stay(
    container: Container, later: datetime
) -> None:
    logs = container.settings.logs
    ended = container.engine.run(QUICK).run
    going = container.engine.submit(plan(shell("long", "sleep 60")))
    pruned = prune(container, later)
    assert (pruned.runs, pruned.folders, pruned.dry_run) == ((ended,), 1, False)
    assert pruned.size >= len("words\n")
    assert not (logs / str(ended)).exists()
    assert (logs / str(going)).is_dir()
    assert [run.run for run in container.ledger.runs()] == [going]


def test_what_would_be_forgotten_is_told_and_left(container: Container, later: datetime) -> None:
    run = container.engine.run(QUICK).run
    dry = prune(container, later, dry_run=True)
    assert (dry.runs, dry.folders) == ((run,), 1)
    assert (container.settings.logs / str(run) / "x.log").exists()
    done = prune(container, later)
    assert (done.runs, done.folders, done.size) == (dry.runs, dry.folders, dry.size)


def test_without_a_moment_the_setting_counts(home: Path) -> None:
    (home / "holdfast.toml").write_text("history_days = 30")
    with Container(Settings.read(home)) as container:
        container.engine.run(QUICK)
        pruned = prune(container)
    assert pruned.runs == ()
    assert abs(datetime.now(UTC) - pruned.before - timedelta(days=30)) < timedelta(minutes=1)


def test_what_steps_printed_is_forgotten_unless_a_release_is_being_made_with_it(
    container: Container, home: Path, later: datetime
) -> None:
    making = begun(home / "banks" / "genes")
    kept = [output_folder(making, home), home / "logs" / "banks" / "genes" / BEFORE]
    gone = [home / "logs" / "banks" / name / "6-token" for name in ("genes", "nobody")]
    for folder in (*kept, *gone):
        folder.mkdir(parents=True)
        (folder / "step.out").write_text("words\n")
    pruned = prune(container, later)
    assert (pruned.folders, pruned.size) == (2, 12)
    assert all(folder.is_dir() for folder in kept)
    assert not any(folder.exists() for folder in gone)


def begun(folder: Path) -> Making:
    """A release of the bank at `folder` that is being made."""
    recipe = Recipe.model_validate({"name": folder.name, "remote": {"url": "none://"}})
    making = Making(
        bank=folder.name,
        release="7",
        remote_release="7",
        number=1,
        token="token",
        attempts=1,
        url="none://",
        listing=Listing("none://", ()),
        reuse=frozenset(),
        previous=None,
        same_unpacking=True,
        recipe=recipe,
        bank_folder=folder,
    )
    write_making(making)
    return making


def test_folders_that_a_kill_left_are_removed_once_they_are_old(
    container: Container, home: Path, tmp_path: Path
) -> None:
    logs = container.settings.logs
    kept = container.engine.run(QUICK).run
    old = time.time() - 10 * 86400
    outside = tmp_path / "outside"
    outside.mkdir()
    (outside / "precious").touch()
    for name in ("777", "888", "notes", str(kept)):
        (logs / name).mkdir(exist_ok=True)
    (logs / "777" / "x.log").write_text("words")
    (logs / "999").symlink_to(outside)
    for name in ("777", "notes", str(kept)):
        os.utime(logs / name, (old, old))
    os.utime(outside, (old, old))
    ten_days = datetime.now(UTC) - timedelta(days=5)
    assert prune(container, ten_days, dry_run=True).folders >= 1
    prune(container, ten_days)
    assert sorted(folder.name for folder in logs.iterdir() if folder.name != "999") == sorted(
        [str(kept), "888", "notes"]
    )
    assert (outside / "precious").exists()
