"""``holdfast plot import|batch|list|gallery|remove`` for real: processes, control-C, kill -9."""

import json
import os
import signal
import subprocess
import sys
import time
from pathlib import Path

import pytest

from app.plots.given import PAF, QUERY, TARGET
from holdfast.cli.main import main
from thoroughness import THOROUGH, thorough

COMMAND = (sys.executable, "-m", "holdfast", "plot")


@pytest.fixture
def files(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """The folder one works in, with an alignment and its indexes."""
    for name, content in (("map.paf", PAF), ("t.idx", TARGET), ("q.idx", QUERY)):
        (tmp_path / name).write_text(content)
    monkeypatch.chdir(tmp_path)
    return tmp_path


@pytest.mark.parametrize(
    ("words", "code", "sentence"),
    [
        (["import", "nothing.paf"], 2, "is not a file"),
        (["import", "map.paf", "--format", "pfa"], 2, "did you mean paf"),
        (["import", "map.paf", "--target", "q.idx", "--query", "t.idx"], 1, "are swapped"),
        (["remove"], 2, "which plots?"),
        (["remove", "--older-than", "30"], 2, "has no unit"),
        (["list", "--sort", "age"], 2, "is not sort"),
        (["gallery", "add", "nobody"], 2, "there is no plot"),
        (["batch", "nothing.txt"], 2, "cannot be read"),
        (["batch", "t.idx"], 2, "t.idx:1: 'tee' is not key=value"),
    ],
)
@pytest.mark.usefixtures("files")
def test_what_cannot_be_is_told_in_a_sentence(
    capsys: pytest.CaptureFixture[str], words: list[str], code: int, sentence: str
) -> None:
    assert main(["plot", *words]) == code
    said = capsys.readouterr()
    assert said.out == ""
    assert sentence in " ".join(said.err.split())


def test_a_batch_with_a_failure_ends_with_1_and_says_what_failed(
    files: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    (files / "broken.paf").write_text("half a line")
    (files / "b.txt").write_text("type=plot align=broken.paf format=paf # it is not\n")
    assert main(["plot", "batch", "b.txt", "--dry-run", "--json"]) == 0
    planned = json.loads(capsys.readouterr().out)
    assert [each["state"] for each in planned["outcomes"]] == ["planned"]
    assert main(["plot", "batch", "b.txt"]) == 1
    said = capsys.readouterr()
    assert "0 plots there" in said.out
    assert "b.txt:1: broken: " in said.err


@pytest.mark.usefixtures("files")
def test_killed_at_any_moment_the_same_command_makes_the_plot(
    home: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    command = [*COMMAND, "import", "map.paf", "--query", "q.idx", "--name", "mine"]
    plots = home / "plots"
    for marker in ("question.json", "alignment.json")[not THOROUGH :]:
        _kill_when_there_is(command, plots, f".tmp-plot-*/{marker}")
        assert not (plots / "mine").exists() or (plots / "mine" / "plot.html").exists()
    subprocess.run(command, check=True, capture_output=True, timeout=60)
    assert len(list((plots / "mine").iterdir())) == 6
    assert list(plots.glob(".tmp-*")) == []
    assert b"holdfast-scene" in (plots / "mine" / "plot.html").read_bytes()
    _see_the_plot_through(capsys)
    assert list(plots.glob("mine")) == []


def _see_the_plot_through(capsys: pytest.CaptureFixture[str]) -> None:
    """It is listed, in the gallery kept, and removed."""
    assert main(["plot", "gallery", "add", "mine", "--title", "First of all"]) == 0
    capsys.readouterr()
    assert main(["plot", "list", "CUE", "--json"]) == 0
    (listed,) = json.loads(capsys.readouterr().out)
    assert (listed["name"], listed["matches"], listed["in_gallery"]) == ("mine", 2, True)
    assert main(["plot", "list", "cue"]) == 0
    assert "mine ★" in capsys.readouterr().out
    assert main(["plot", "gallery", "list"]) == 0
    assert "First of all" in capsys.readouterr().out
    assert main(["plot", "remove", "--older-than", "0.0001s"]) == 0
    assert "mine stays: it is in the gallery" in capsys.readouterr().out
    assert main(["plot", "gallery", "remove", "mine"]) == 0
    assert main(["plot", "remove", "mine"]) == 0
    assert main(["plot", "list"]) == 0
    assert "There is no plot yet" in capsys.readouterr().out


@thorough
def test_control_c_ends_a_batch_and_the_same_command_goes_on(files: Path, home: Path) -> None:
    (files / "b.txt").write_text("".join(f"type=plot align=map.paf name=p{i}\n" for i in range(3)))
    command = [*COMMAND, "batch", "b.txt", "--at-once", "2"]
    code = _signal_when_there_is(command, home / "plots", "p[0-9]", signal.SIGINT)
    there = len(list((home / "plots").glob("p[0-9]")))
    assert code == 130
    assert 1 <= there < 3
    done = subprocess.run(command, check=True, capture_output=True, timeout=60)
    assert done.stdout.count(b"there already") == there
    assert b"3 plots there" in done.stdout


def _kill_when_there_is(command: list[str], plots: Path, pattern: str) -> None:
    """Kill `command` as soon as there is `pattern` among the plots."""
    _signal_when_there_is(command, plots, pattern, signal.SIGKILL)


def _signal_when_there_is(
    command: list[str], plots: Path, pattern: str, number: signal.Signals
) -> int:
    process = subprocess.Popen(command, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL)
    deadline = time.monotonic() + 60
    while process.poll() is None and time.monotonic() < deadline:
        if any(plots.glob(pattern)):
            os.kill(process.pid, number)
            break
        time.sleep(0.005)
    return process.wait(60)
