"""What the tests of the web may ask for."""

from collections.abc import Iterator
from pathlib import Path

import pytest

from holdfast.app.container import Container
from holdfast.settings import Settings


@pytest.fixture
def container(home: Path) -> Iterator[Container]:
    """A container of the test's home."""
    with Container(Settings.read(home)) as container:
        yield container
