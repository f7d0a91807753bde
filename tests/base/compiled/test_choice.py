"""Which loops are taken: the compiled ones, if they are there and made of these sources."""

from collections.abc import Iterator
from pathlib import Path

import pytest

from holdfast.base.compiled import SWITCH, library, loops
from holdfast.base.compiled.library import CompiledLoops, load
from holdfast.base.compiled.twin import NumpyLoops


@pytest.fixture(autouse=True)
def _chosen_anew() -> Iterator[None]:
    """The choice is made once in a process; here it is made once in a test."""
    loops.cache_clear()
    yield
    loops.cache_clear()


def test_the_compiled_loops_are_taken(compiled: CompiledLoops) -> None:
    assert isinstance(loops(), type(compiled))
    assert loops() is loops()


def test_the_library_is_left_alone_when_the_environment_says_so(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setenv(SWITCH, "0")
    assert isinstance(loops(), NumpyLoops)


def test_without_a_library_the_twin_serves(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(library, "load", lambda: None)
    assert isinstance(loops(), NumpyLoops)


def test_what_is_no_library_is_none(tmp_path: Path) -> None:
    assert load(tmp_path / "missing.so") is None
    (tmp_path / "text.so").write_text("no library")
    assert load(tmp_path / "text.so") is None


def test_a_library_made_of_other_sources_is_none(
    compiled: CompiledLoops, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(library, "sources_digest", lambda: "of other sources")
    assert load() is None
