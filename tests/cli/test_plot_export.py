"""``holdfast plot export``: files, standard output, and sentences for what cannot be."""

import json
from pathlib import Path

import pytest

from app.plots.drawn import drawn_plot
from dotplots.examples import NOTE, genome, matches_in
from holdfast.app.container import Container
from holdfast.app.plots.folders import SCENE_FILE
from holdfast.cli.main import main
from holdfast.dotplots.identity import Estimator
from holdfast.dotplots.layout.arrangement import Layout
from holdfast.dotplots.scene import scene_of, write_scene

TARGET, QUERY = genome("t", T=1000, U=500), genome("q", a=800)
PAF = "a 800 0 800 + T 1000 100 900 720 800 60"


@pytest.fixture(autouse=True)
def _plot(home: Path) -> None:
    with Container.read() as container:
        folder = drawn_plot(container, "mine", TARGET, QUERY, PAF)
    matches = (matches_in(PAF, TARGET, QUERY), Estimator.COLUMNS)
    layout = Layout.as_given(TARGET, QUERY)
    with (folder / SCENE_FILE).open("wb") as file:
        write_scene(scene_of("q on t", (TARGET, QUERY), matches, layout, NOTE), file)


def test_files_are_written_with_all_options_and_told(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    files = [str(tmp_path / name) for name in ("x.png", "x.svg", "x.tsv")]
    options = "--size 85x60 --dpi 72 --theme dark --region T --query-region a:0-400 --classes 50,90"
    more = "--palette dgenies --title Mine --no-legend --no-events"
    command = ["plot", "export", "mine", *files, *options.split(), *more.split(), "--json"]
    assert main(command) == 0
    told = json.loads(capsys.readouterr().out)
    assert [each["file"] for each in told] == files
    assert all(Path(each["file"]).stat().st_size == each["size"] > 0 for each in told)
    assert b">Mine</text>" in Path(files[1]).read_bytes()


def test_standard_output_takes_one_content(capfdbinary: pytest.CaptureFixture[bytes]) -> None:
    assert main(["plot", "export", "mine", "-", "--format", "idx", "--of", "target"]) == 0
    assert capfdbinary.readouterr().out == b"t\nT\t1000\nU\t500\n"


def test_a_backup_goes_beside_other_files(tmp_path: Path) -> None:
    backup, picture = tmp_path / "mine.tar.gz", tmp_path / "x.pdf"
    assert main(["plot", "export", "mine", str(picture), "--backup", str(backup)]) == 0
    assert picture.read_bytes().startswith(b"%PDF")
    assert backup.exists()


def test_plots_become_ribbons(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    file = tmp_path / "x.svg"
    options = ["--ribbon", str(file), "--colour", "strand", "--title", "Ours"]
    assert main(["plot", "export", "mine", *options, "--json"]) == 0
    assert json.loads(capsys.readouterr().out)[0]["size"] == file.stat().st_size
    assert b">Ours</text>" in file.read_bytes()


@pytest.mark.parametrize(
    ("words", "sentence"),
    [
        (["mine"], "say into which file"),
        (["mine", "x.jpg"], "cannot be written as 'jpg'"),
        (["nobody", "x.png"], "there is no plot 'nobody'"),
        (["mine", "-"], "no ending"),
        (["mine", "-", "x.png", "--format", "png"], "standard output"),
        (["mine", "-", "--format", "png", "--json"], "standard output"),
        (["mine", "x.png", "--region", "V"], "t has no contig 'V'"),
        (["mine", "x.png", "--size", "wide"], "is no size"),
        (["mine", "x.png", "--dpi", "5"], "50 to 1200"),
        (["mine", "x.png", "--theme", "drak"], "did you mean dark"),
        (["mine", "x.png", "--palette", "see"], "did you mean sea"),
        (["mine", "x.png", "--colour", "strnd"], "did you mean strand"),
        (["mine", "x.png", "--classes", "90,80"], "ascending"),
        (["mine", "x.idx", "--of", "both"], "--of"),
        (["mine", "no/such/x.png"], "there is no folder"),
        (["mine", "mine", "--ribbon", "x.png"], "the target of mine is not the query of mine"),
        (["mine", "--ribbon", "x.png", "--backup", "b.tar.gz"], "one by one"),
        (["mine", "--ribbon", "x.png", "--region", "T"], "whole genomes"),
        (["mine", "--ribbon", "x.html"], "ribbons are a picture"),
        (["mine", "--ribbon", "x.png", "--palette", "sea"], "colours of their own"),
    ],
)
def test_what_cannot_be_is_told_in_a_sentence(
    words: list[str],
    sentence: str,
    capsys: pytest.CaptureFixture[str],
    tmp_path: Path,
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.chdir(tmp_path)
    assert main(["plot", "export", *words]) == 2
    captured = capsys.readouterr()
    assert captured.out == ""
    assert sentence in " ".join(captured.err.split())
    assert list(tmp_path.iterdir()) == []


def test_a_damaged_scene_is_named(home: Path, capsys: pytest.CaptureFixture[str]) -> None:
    (home / "plots" / "mine" / SCENE_FILE).write_bytes(b"no scene")
    assert main(["plot", "export", "mine", str(home / "x.png")]) == 1
    assert "scene.arrow: it is not a scene" in " ".join(capsys.readouterr().err.split())
    assert not (home / "x.png").exists()
