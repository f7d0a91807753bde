"""``holdfast bank tools``: what steps can use, and what this machine lacks for it."""

import json
import shutil
from importlib.metadata import EntryPoint

import pytest

from holdfast import plugins
from holdfast.banks.indexing import registry
from holdfast.cli.main import main
from holdfast.errors import ExitCode


def test_tools_are_listed_with_what_they_lack(
    capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(shutil, "which", lambda name: None if name == "bwa" else f"/bin/{name}")
    assert main(["bank", "tools", "--json"]) == ExitCode.SUCCESS
    found = {each["use"]: each for each in json.loads(capsys.readouterr().out)}
    assert [each["package"] for each in found["bwa"]["missing"]] == ["bwa"]
    assert found["blast"]["missing"] == []
    assert "parse_seqids" in found["blast"]["keys"]
    assert found["checksum"]["programs"] == []  # unless it is asked for more than SHA-256


def test_a_tool_that_cannot_be_loaded_is_named_and_the_others_are_listed(
    capsys: pytest.CaptureFixture[str],
    caplog: pytest.LogCaptureFixture,
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    points = [
        EntryPoint("broken", "no_such_module:Tool", "holdfast.steps"),
        EntryPoint("bwa", "holdfast.banks.indexing.tools.bwa:Bwa", "holdfast.steps"),
    ]
    monkeypatch.setattr(
        plugins,
        "entry_points",
        lambda **wanted: [each for each in points if wanted.get("name", each.name) == each.name],
    )
    registry.tool.cache_clear()
    registry.tool_names.cache_clear()
    try:
        assert main(["bank", "tools", "--json"]) == ExitCode.SUCCESS
    finally:
        registry.tool.cache_clear()
        registry.tool_names.cache_clear()
    assert [each["use"] for each in json.loads(capsys.readouterr().out)] == ["bwa"]
    assert "broken" in caplog.text
