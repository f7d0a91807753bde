"""``holdfast plot structure`` on a terminal, in files and for programs."""

import json
from pathlib import Path

import pytest

from app.plots.drawn import drawn_plot
from app.plots.test_structure import PAF, QUERY, TARGET
from holdfast.app.container import Container
from holdfast.cli.main import main
from holdfast.cli.plot import structure


@pytest.fixture(autouse=True)
def _plot(home: Path) -> None:
    with Container.read() as container:
        assert container.settings.home == home
        drawn_plot(container, "mine", TARGET, QUERY, PAF)


def test_differences_are_shown(capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["plot", "structure", "mine"]) == 0
    shown = capsys.readouterr().out
    assert "The plot mine" in shown
    assert "T:40,001-50,000" in shown
    assert "99.00 %" in shown
    assert "smaller" not in shown
    assert main(["plot", "structure", "mine", "--kind", "inversion", "--json"]) == 0
    told = json.loads(capsys.readouterr().out)
    assert [each["kind"] for each in told["differences"]] == ["inversion"]


def test_a_terminal_shows_the_largest(
    capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(structure, "SHOWN", 1)
    assert main(["plot", "structure", "mine"]) == 0
    shown = capsys.readouterr().out
    assert "and 2 smaller ones; all of them: --output FILE" in shown
    assert "T:40,001-50,000" in shown
    assert "U:20,001" not in shown


@pytest.mark.parametrize(
    ("words", "begin"),
    [
        (["-o", "x.tsv"], "kind\ttarget\t"),
        (["-o", "x.txt"], "kind\ttarget\t"),
        (["-o", "x.bed"], "T\t40000\t50000\tinversion(a:40001-50000)\t990\t-"),
        (["-o", "x.bed", "--side", "query"], "a\t40000\t50000\tinversion(T:40001-50000)"),
        (["-o", "x.txt", "--format", "bed"], "T\t40000\t50000\tinversion"),
        (["-o", "x.json"], '{\n  "plot": "mine"'),
        (["-o", "x.txt", "--json"], '{\n  "plot": "mine"'),
    ],
)
def test_a_file_is_written_in_its_format(
    words: list[str], begin: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.chdir(tmp_path)
    assert main(["plot", "structure", "mine", *words]) == 0
    assert (tmp_path / words[1]).read_text().startswith(begin)


@pytest.mark.parametrize("words", [["--format", "bed"], ["-o", "-", "--format", "bed"]])
def test_bed_goes_down_a_pipe(words: list[str], capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["plot", "structure", "mine", *words]) == 0
    assert len(capsys.readouterr().out.splitlines()) == 3


@pytest.mark.parametrize(
    ("words", "sentence"),
    [
        (["mine", "--kind", "invrsion"], "did you mean inversion"),
        (["mine", "--format", "gff"], "'gff' is not --format tsv or bed or json"),
        (["mine", "--side", "both"], "'both' is not --side"),
        (["nobody"], "there is no plot"),
    ],
)
def test_what_cannot_be_is_told_in_a_sentence(
    words: list[str], sentence: str, capsys: pytest.CaptureFixture[str]
) -> None:
    assert main(["plot", "structure", *words]) == 2
    captured = capsys.readouterr()
    assert captured.out == ""
    assert sentence in " ".join(captured.err.split())
