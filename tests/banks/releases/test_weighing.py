"""How much of the disk goes when folders do."""

import os
from pathlib import Path

import pytest

from holdfast.banks.releases.weighing import Weight, weigh


@pytest.fixture
def releases(tmp_path: Path) -> Path:
    """Two folders that share one file of four bytes; one has it twice, each has one of its own."""
    for name in ("one", "two"):
        (tmp_path / name / "sub").mkdir(parents=True)
    (tmp_path / "one" / "shared").write_bytes(b"1234")
    os.link(tmp_path / "one" / "shared", tmp_path / "two" / "shared")
    os.link(tmp_path / "one" / "shared", tmp_path / "two" / "sub" / "again")
    (tmp_path / "one" / "sub" / "own").write_bytes(b"12")
    (tmp_path / "two" / "own").write_bytes(b"123")
    (tmp_path / "two" / "out").symlink_to("/")
    return tmp_path


@pytest.mark.parametrize(
    ("names", "weight"),
    [
        (["one"], Weight(2, 6, 2)),
        (["two"], Weight(4, 12, 4)),  # the link is its own: one byte
        (["one", "two"], Weight(6, 18, 10)),
        (["one", "missing"], Weight(2, 6, 2)),
        ([], Weight(0, 0, 0)),
    ],
)
def test_what_is_shared_with_others_is_not_freed(
    releases: Path, names: list[str], weight: Weight
) -> None:
    assert weigh(releases / name for name in names) == weight
