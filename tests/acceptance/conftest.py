"""A container that is quick, for what is shown without the command line."""

from collections.abc import Iterator
from pathlib import Path

import pytest

from app.banks.bank_world import QuickContainer
from holdfast.settings import Settings


@pytest.fixture
def container(home: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[QuickContainer]:
    """A container whose jobs run in this process, and which is impatient with remotes."""
    monkeypatch.setenv("HOLDFAST_RETRIES", "1")
    monkeypatch.setenv("HOLDFAST_BACKOFF", "0.01")
    monkeypatch.setenv("HOLDFAST_TIMEOUT", "1")
    (home / "recipes").mkdir(parents=True)
    with QuickContainer(Settings.read()) as quick:
        yield quick
