"""``holdfast plot`` for real: processes, the built page, and kill -9."""

import json
import os
import signal
import subprocess
import sys
import time
from pathlib import Path

import numpy as np
import pytest

from holdfast.cli.main import main

COMMAND = (sys.executable, "-m", "holdfast")


def fasta(path: Path, *contigs: int) -> Path:
    """Random contigs, the same for the same numbers."""
    with path.open("w") as file:
        for seed in contigs:
            letters = np.random.default_rng(seed).choice(list("ACGT"), 40_000)
            file.write(f">c{seed}\n{''.join(letters)}\n")
    return path


@pytest.fixture(scope="module")
def genomes(tmp_path_factory: pytest.TempPathFactory) -> tuple[str, str]:
    folder = tmp_path_factory.mktemp("genomes")
    return str(fasta(folder / "t.fa", 1, 2, 3)), str(fasta(folder / "q.fa", 3, 1, 9))


def test_a_plot_is_made_listed_and_shown(
    genomes: tuple[str, str], home: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    assert main(["plot", "run", *genomes, "--name", "mine"]) == 0
    shown = capsys.readouterr().out
    assert "q against t" in shown
    assert "100.00 %" in shown
    assert f"Open {home}/plots/mine/plot.html" in shown
    assert b"holdfast-scene" in (home / "plots/mine/plot.html").read_bytes()
    assert main(["plot", "list"]) == 0
    assert "mine" in capsys.readouterr().out
    assert main(["plot", "show", "mine", "--json"]) == 0
    told = json.loads(capsys.readouterr().out)
    assert (told["name"], told["matches"], told["query"]["contigs"]) == ("mine", 2, 3)


def test_without_plots_the_list_says_how_to_make_one(capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["plot", "list"]) == 0
    assert "holdfast plot run" in capsys.readouterr().out
    assert main(["plot", "list", "--json"]) == 0
    assert json.loads(capsys.readouterr().out) == []


@pytest.mark.parametrize(
    ("words", "code", "sentence"),
    [
        (["run", "nobody", "{t}"], 2, "is not a file"),
        (["run", "{t}", "{t}", "--preset", "asm7"], 2, "is not a preset"),
        (["run", "{t}", "{t}", "--order", "refernce"], 2, "did you mean reference"),
        (["run", "{t}", "{t}", "--output", "{folder}"], 2, "is not a plot"),
        (["run", "{t}", "{t}", "--min-length", "-1"], 2, "min-length"),
        (["show", "nobody"], 2, "there is no plot"),
        (["run", "{t}", "{broken}"], 1, "broken.fa:3"),
    ],
)
def test_what_cannot_be_is_told_in_a_sentence(
    genomes: tuple[str, str],
    tmp_path: Path,
    capsys: pytest.CaptureFixture[str],
    words: list[str],
    code: int,
    sentence: str,
) -> None:
    broken = tmp_path / "broken.fa"
    broken.write_text(">a\nACGT\n>a\nACGT\n")
    named = {"t": genomes[0], "folder": str(tmp_path), "broken": str(broken)}
    assert main(["plot", *(word.format(**named) for word in words)]) == code
    captured = capsys.readouterr()
    assert captured.out == ""
    assert sentence in " ".join(captured.err.split())


def test_killed_at_any_moment_the_same_command_makes_the_plot(
    genomes: tuple[str, str], home: Path
) -> None:
    command = [*COMMAND, "plot", "run", *genomes, "--name", "mine"]
    place = home / "plots" / "mine"
    for marker in ("question.json", "alignment.json"):
        _kill_when_there_is(command, home, marker)
        assert not place.exists() or (place / "plot.html").exists()
    subprocess.run(command, check=True, capture_output=True, timeout=60)
    assert len(list(place.iterdir())) == 6
    assert [each.name for each in place.parent.iterdir() if "tmp" in each.name] == []


def _kill_when_there_is(command: list[str], home: Path, marker: str) -> None:
    """Kill `command` as soon as its temporary folder holds `marker`."""
    process = subprocess.Popen(command, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL)
    deadline = time.monotonic() + 60
    while process.poll() is None and time.monotonic() < deadline:
        if any((home / "plots").glob(f".tmp-plot-*/{marker}")):
            os.kill(process.pid, signal.SIGKILL)
            break
        time.sleep(0.005)
    process.wait()
