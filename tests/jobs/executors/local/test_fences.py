"""A fence stands at a moment that nobody can move but its engine."""

from math import inf
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from holdfast.jobs.executors.local import fences
from holdfast.jobs.executors.local.fences import Fence


@given(st.floats(0, 1e6), st.floats(0, 100))
def test_there_is_time_to_end_gently_before_the_end(seconds: float, grace: float) -> None:
    begun = fences.now()
    fence = Fence.after(seconds, grace)
    assert fence.end >= begun + seconds
    assert fence.end - min(grace, seconds / 4) == fence.ask <= fence.end


def test_without_a_limit_there_is_no_fence() -> None:
    assert Fence.after(None, 5) == Fence(inf, inf) == Fence()


@pytest.mark.parametrize("fence", [Fence(), Fence(1.5, 2.5)])
def test_a_fence_comes_back_from_its_file(tmp_path: Path, fence: Fence) -> None:
    fence.write(tmp_path / "x.fence")
    fence.write(tmp_path / "x.fence")
    assert Fence.read(tmp_path / "x.fence") == fence
    assert [path.name for path in tmp_path.iterdir()] == ["x.fence"]


@pytest.mark.parametrize("content", [b"", b"[1", b"[1, 2]", b'["a", "b"]', b"{}", b"[" * 4000])
def test_a_strange_file_tells_no_fence(tmp_path: Path, content: bytes) -> None:
    (tmp_path / "x.fence").write_bytes(content)
    assert Fence.read(tmp_path / "x.fence") is None
    assert Fence.read(tmp_path / "none") is None
