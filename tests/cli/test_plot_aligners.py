"""``holdfast plot aligners``: what is there, what is missing, and how to get it."""

import json
from pathlib import Path

import pytest

from holdfast.cli.main import main


@pytest.fixture
def site(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """A tools.yaml of the site, and programs on the PATH of which only one is there."""
    programs = tmp_path / "bin"
    programs.mkdir()
    (programs / "dotter").write_text("#!/bin/sh\necho dotter 4.2\n")
    (programs / "dotter").chmod(0o755)
    file = tmp_path / "tools.yaml"
    file.write_text('dotter: {exec: default, command_line: "{exe} {target} {query} {out}"}\n')
    monkeypatch.setenv("PATH", str(programs))
    monkeypatch.setenv("HOLDFAST_TOOLS", str(file))
    monkeypatch.setenv("COLUMNS", "160")
    return file


@pytest.mark.usefixtures("site")
def test_aligners_are_shown_with_versions_and_what_to_install(
    capsys: pytest.CaptureFixture[str],
) -> None:
    assert main(["plot", "aligners"]) == 0
    shown = capsys.readouterr().out
    rows = {line.split()[0]: line for line in shown.splitlines() if line and line[0] != " "}
    assert "auto asm5 asm10 asm20" in rows["mappy"]
    assert "not installed: apt install minimap2" in rows["minimap2"]
    assert "4.2" in rows["dotter"]
    assert "repeat: few* some many" in shown


@pytest.mark.usefixtures("site")
def test_programs_are_told_the_same_as_json(capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["plot", "aligners", "--json"]) == 0
    told = {each["name"]: each for each in json.loads(capsys.readouterr().out)}
    assert told["dotter"]["version"] == "4.2"
    assert not told["dotter"]["compares_with_itself"]
    assert told["lastal"]["version"] is None
    assert [each["divergence"] for each in told["mappy"]["presets"]] == [None, 0.003, 0.02, 1.0]
    secondary = next(each for each in told["mappy"]["options"] if each["group"] == "secondary")
    assert [entry["option"] for entry in secondary["entries"]] == [
        "secondary:keep",
        "secondary:drop",
    ]
    assert [entry["usual"] for entry in secondary["entries"]] == [True, False]


@pytest.mark.usefixtures("site")
def test_one_aligner_is_told_in_full(capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["plot", "aligners", "wfmash"]) == 0
    shown = capsys.readouterr().out
    assert "wfmash, not installed: conda install -c bioconda wfmash" in shown
    assert "It cannot compare a genome with itself." in shown
    rows = [" ".join(line.split()) for line in shown.splitlines()]
    assert "p90 90 % alike or more" in rows
    assert "repeat:one* Places of each segment the best" in rows
    assert main(["plot", "aligners", "wfmesh"]) == 2
    assert "did you mean wfmash?" in capsys.readouterr().err


def test_a_broken_file_of_the_site_is_told_with_its_line(
    site: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    site.write_text("dotter: {exec: default}\n")
    assert main(["plot", "aligners"]) == 1
    assert f"{site}:1: dotter.command_line: is missing" in capsys.readouterr().err
