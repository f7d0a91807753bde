"""The world in which engines are tested."""

from collections.abc import Iterator
from pathlib import Path

import pytest

from holdfast.jobs.ledger import Ledger
from jobs.engine.world import World


@pytest.fixture
def world(tmp_path: Path) -> Iterator[World]:
    with Ledger.open(f"sqlite:///{tmp_path}/ledger.sqlite") as ledger:
        yield World(tmp_path, ledger)
