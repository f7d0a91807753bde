"""What the tests of accounts may ask for."""

from collections.abc import Iterator
from pathlib import Path

import pytest

from accounts.world import QUICK
from holdfast.accounts import passwords
from holdfast.jobs.ledger import Ledger


@pytest.fixture(autouse=True)
def _quick(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(passwords, "HASHER", QUICK)


@pytest.fixture
def ledger(tmp_path: Path) -> Iterator[Ledger]:
    with Ledger.open(f"sqlite:///{tmp_path}/ledger.sqlite") as opened:
        yield opened
