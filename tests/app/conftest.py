"""Fixtures of the questions about banks."""

from collections.abc import Iterator
from pathlib import Path

import pytest

from app.banks.bank_world import Databank, QuickContainer, served
from app.schedule_world import ScheduleWorld
from holdfast.settings import Settings


@pytest.fixture
def databank(tmp_path: Path) -> Iterator[Databank]:
    """A databank on loopback."""
    with served(tmp_path / "remote") as bank:
        yield bank


@pytest.fixture
def container(home: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[QuickContainer]:
    """A container that is quick, and impatient with remotes."""
    monkeypatch.setenv("HOLDFAST_RETRIES", "1")
    monkeypatch.setenv("HOLDFAST_BACKOFF", "0.01")
    monkeypatch.setenv("HOLDFAST_TIMEOUT", "5")
    with QuickContainer(Settings.read()) as quick:
        yield quick


@pytest.fixture
def world(home: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[ScheduleWorld]:
    """A home with schedules, a false clock and a rehearsed machine."""
    monkeypatch.setattr("holdfast.app.worker.STEP", 0.02)
    world = ScheduleWorld(home)
    yield world
    world.close()
