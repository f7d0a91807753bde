"""``holdfast plot summary|associations`` on a terminal, in files and for programs."""

import json
from pathlib import Path

import pytest

from app.plots.drawn import drawn_plot
from dotplots.examples import fasta, genome
from holdfast.app.container import Container
from holdfast.cli.main import main

TARGET, QUERY = genome("t", T=1000, U=500), genome("q", b=400, a=800, none=100)
PAF = """
a 800 0   800 + T 1000 100 900 720 800 60
b 400 100 400 - U 500  0   300 150 300 60
"""


@pytest.fixture(autouse=True)
def _plot(home: Path) -> None:
    with Container.read() as container:
        assert container.settings.home == home
        drawn_plot(container, "mine", TARGET, QUERY, PAF)


def test_a_summary_is_shown(capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["plot", "summary", "mine", "--classes", "50,80"]) == 0
    shown = capsys.readouterr().out
    assert "80 - 100 %" in shown
    assert "53.33 %" in shown
    assert "█" in shown
    assert main(["plot", "summary", "mine", "--json"]) == 0
    assert json.loads(capsys.readouterr().out)["target"]["contiguity"]["n50"] == 1000


def test_associations_are_shown(capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["plot", "associations", "mine"]) == 0
    shown = capsys.readouterr().out
    assert "q: best in t" in shown
    assert "1 contig without a match" in shown
    assert main(["plot", "associations", "mine", "--unassigned"]) == 0
    assert capsys.readouterr().out == "none\n"
    assert main(["plot", "associations", "mine", "--dgenies"]) == 0
    assert capsys.readouterr().out.startswith("Query\tTarget\tStrand\t")


def test_coverage_of_contigs_is_shown_and_written(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    assert main(["plot", "coverage", "mine"]) == 0
    shown = capsys.readouterr().out
    assert "80.00 %" in shown
    assert "mean depth" in shown
    file = tmp_path / "coverage.tsv"
    assert main(["plot", "coverage", "mine", "--by", "query", "-o", str(file)]) == 0
    rows = [line.split("\t") for line in file.read_text().splitlines()]
    assert rows[0][:2] == ["contig", "length"]
    assert rows[1] == ["b", "400", "0.750000", "0.750000", "1", "1", "0.500000"]
    assert rows[3] == ["none", "100", "0.000000", "0.000000", "", "0", ""]
    assert main(["plot", "coverage", "mine", "--json"]) == 0
    assert json.loads(capsys.readouterr().out)["contigs"][1]["aligned"] == 0.6


def test_answers_go_into_files(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    text, document = tmp_path / "best.tsv", tmp_path / "best.json"
    for file in (text, document):
        assert main(["plot", "associations", "mine", "-o", str(file)]) == 0
    assert capsys.readouterr().out == ""
    assert text.read_text().startswith("contig\tlength\t")
    assert json.loads(document.read_text())["unassigned"] == ["none"]
    assert main(["plot", "summary", "mine", "--dgenies", "-o", "-"]) == 0
    assert capsys.readouterr().out.startswith("No match\t")


def test_the_query_is_written(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    source = fasta(tmp_path / "q.fa", [("b", "A" * 400), ("a", "C" * 800), ("none", "G" * 100)])
    command = ["plot", "fasta", "mine", str(tmp_path / "out.fa.gz"), "--query", str(source)]
    assert main([*command, "--as-reference"]) == 0
    shown = " ".join(capsys.readouterr().out.split())
    assert "3 contigs, 0 of them turned, in 3 records" in shown
    assert "out.agp" in shown
    assert main([*command, "--json"]) == 0
    assert json.loads(capsys.readouterr().out)["records"] == 3


@pytest.mark.parametrize(
    ("words", "sentence"),
    [
        (["summary", "nobody"], "there is no plot"),
        (["fasta", "mine", "out.fa"], "'q.fa' is not a file"),
        (["summary", "mine", "--classes", "0.9,0.5"], "rise"),
        (["summary", "mine", "--dgenies", "-o", "bar.svg"], "leave the other options out"),
        (["associations", "mine", "--by", "traget"], "did you mean target"),
        (["associations", "mine", "--dgenies", "--unassigned"], "leave the others out"),
    ],
)
def test_what_cannot_be_is_told_in_a_sentence(
    capsys: pytest.CaptureFixture[str], words: list[str], sentence: str
) -> None:
    assert main(["plot", *words]) == 2
    assert sentence in " ".join(capsys.readouterr().err.split())
