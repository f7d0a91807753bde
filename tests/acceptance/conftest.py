"""A container that is quick and a bank that is mirrored, for what needs no command line."""

from collections.abc import Iterator
from pathlib import Path

import pytest

from acceptance.mirrored import Mirror
from app.banks.bank_world import QuickContainer
from holdfast.settings import Settings
from servers.scripted import ScriptedServer


@pytest.fixture
def container(home: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[QuickContainer]:
    """A container whose jobs run in this process, and which is impatient with remotes."""
    monkeypatch.setenv("HOLDFAST_RETRIES", "1")
    monkeypatch.setenv("HOLDFAST_BACKOFF", "0.01")
    monkeypatch.setenv("HOLDFAST_TIMEOUT", "1")
    (home / "recipes").mkdir(parents=True)
    with QuickContainer(Settings.read()) as quick:
        yield quick


@pytest.fixture
def server() -> Iterator[ScriptedServer]:
    """A databank on loopback."""
    with ScriptedServer() as server:
        yield server


@pytest.fixture
def mirror(container: QuickContainer, server: ScriptedServer) -> Mirror:
    """A bank of which release 1 is published."""
    mirror = Mirror(container, server)
    mirror.begin()
    return mirror
