"""Plug-ins: loaded when first asked for; one that fails is named and skipped."""

import logging
from importlib.metadata import EntryPoint, EntryPoints

import pytest

from holdfast import plugins
from holdfast.errors import UsageError
from holdfast.plugins import Group


@pytest.fixture(autouse=True)
def _installed(monkeypatch: pytest.MonkeyPatch) -> None:
    """Two plug-ins are installed: one that loads and one that does not."""
    points = [
        EntryPoint("good", "collections:OrderedDict", Group.ALIGNERS.value),
        EntryPoint("broken", "no_such_module:thing", Group.ALIGNERS.value),
    ]
    monkeypatch.setattr(
        plugins, "entry_points", lambda **wanted: EntryPoints(points).select(**wanted)
    )


def test_a_plugin_is_loaded_by_its_name() -> None:
    assert plugins.load(Group.ALIGNERS, "good").__name__ == "OrderedDict"


def test_a_broken_plugin_is_named_and_skipped(caplog: pytest.LogCaptureFixture) -> None:
    with caplog.at_level(logging.WARNING), pytest.raises(UsageError, match="'broken' is not among"):
        plugins.load(Group.ALIGNERS, "broken")
    assert "broken" in caplog.text


def test_an_unknown_name_is_refused_with_the_nearest_known_one() -> None:
    with pytest.raises(UsageError, match="did you mean good"):
        plugins.load(Group.ALIGNERS, "goood")
