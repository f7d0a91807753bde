"""Fixtures of the questions about errands."""

import pytest

from app.banks.bank_world import QuickContainer
from app.errands.errand_world import ErrandWorld


@pytest.fixture
def errand_world(container: QuickContainer, monkeypatch: pytest.MonkeyPatch) -> ErrandWorld:
    """Errands that no process begins by itself."""
    return ErrandWorld(container, monkeypatch)
