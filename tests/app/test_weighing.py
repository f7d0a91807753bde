"""What takes how much of the disk: links once, kept, and weighed in the background."""

import os
import time
from pathlib import Path

import pytest

from holdfast.app.container import Container
from holdfast.app.weighing import FILE, disk, weigh
from holdfast.settings import Settings


def test_a_file_that_is_there_twice_is_weighed_once(home: Path) -> None:
    release = home / "banks" / "x" / "x_1"
    release.mkdir(parents=True)
    (release / "a").write_bytes(b"x" * 100_000)
    (home / "banks" / "x" / "x_2").mkdir()
    os.link(release / "a", home / "banks" / "x" / "x_2" / "a")
    (home / "plots").mkdir()
    (home / "other").write_bytes(b"y" * 50_000)
    (home / "plots" / "link").symlink_to("/")
    weights = weigh(Settings(home=home))
    assert 100_000 <= weights.banks < 200_000
    assert weights.plots < 10_000
    assert 50_000 <= weights.rest < 100_000
    assert weights.total == weights.banks + weights.store + weights.plots + weights.rest


def test_whoever_asks_does_not_wait_and_is_told_soon(home: Path) -> None:
    home.mkdir(parents=True, exist_ok=True)
    with Container(Settings(home=home)) as container:
        first = disk(container)
        assert first.weights is None
        assert 0 < first.free <= first.total
        deadline = time.monotonic() + 20
        while disk(container).weights is None:
            assert time.monotonic() < deadline
            time.sleep(0.02)


@pytest.mark.parametrize(
    "content", [b"", b"[]", b'{"weighed": 7}', b'{"weighed": "2024-01-01", "banks": 1}']
)
def test_what_is_garbled_is_weighed_anew(home: Path, content: bytes) -> None:
    home.mkdir(parents=True, exist_ok=True)
    (home / FILE).write_bytes(content)
    with Container(Settings(home=home)) as container:
        assert disk(container).weights is None
