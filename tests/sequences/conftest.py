from collections.abc import Iterator
from pathlib import Path

import pytest

from holdfast.sequences import SequenceStore


@pytest.fixture
def store(tmp_path: Path) -> Iterator[SequenceStore]:
    """An empty store."""
    with SequenceStore.create(tmp_path / "store") as made:
        yield made
