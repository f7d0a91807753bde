"""What the tests of access over the web may ask for."""

from collections.abc import Iterator
from pathlib import Path

import pytest
from starlette.testclient import TestClient

from accounts.world import PASSWORD, QUICK
from holdfast.accounts import passwords
from holdfast.app.accounts.users import add_user
from holdfast.app.container import Container
from web.access.world import served


@pytest.fixture(autouse=True)
def _quick(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(passwords, "HASHER", QUICK)


@pytest.fixture
def people(home: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """A home with accounts: an administrator, root, and ann and ben."""
    monkeypatch.setenv("HOLDFAST_ACCESS", "accounts")
    with Container.read() as container:
        add_user(container, "root", PASSWORD, administrator=True)
        add_user(container, "ann", PASSWORD)
        add_user(container, "ben", PASSWORD)


@pytest.fixture
def browser(home: Path, people: None) -> Iterator[TestClient]:
    """A browser before the home with accounts."""
    with served(home, "0.0.0.0", "192.0.2.1") as client:
        yield client
