"""``holdfast bank templates`` and ``import``: what a person types and sees."""

import json
from pathlib import Path

import pytest

from holdfast.cli.main import main
from holdfast.errors import ExitCode


def test_templates_are_listed_shown_and_taken(
    home: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    assert main(["bank", "templates", "rna", "--json"]) == ExitCode.SUCCESS
    listed = json.loads(capsys.readouterr().out)
    assert {"rfam", "silva"} <= {each["name"] for each in listed}
    assert main(["bank", "templates", "show", "rfam"]) == ExitCode.SUCCESS
    shown = capsys.readouterr().out
    assert main(["bank", "import", "rfam"]) == ExitCode.SUCCESS
    assert "rfam is added" in capsys.readouterr().out
    assert (home / "recipes" / "rfam.toml").read_text() == shown
    assert main(["bank", "import", "rfam"]) == ExitCode.MISUSE
    assert main(["bank", "import", "rfam", "--as", "rna", "--json"]) == ExitCode.SUCCESS


def test_what_a_stranger_s_recipe_runs_is_said(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    (tmp_path / "x.toml").write_text(
        'name = "x"\n[remote]\nurl = "https://example.org/"\n[place]\nfolder = "/srv/x"\n'
        '[[steps]]\nname = "s"\ncommand = ["rm", "-rf", "/"]\n'
    )
    assert main(["bank", "import", str(tmp_path)]) == ExitCode.SUCCESS
    said = capsys.readouterr().out
    assert "it runs, with each release: s: rm -rf /" in said
    assert "its files go into /srv/x" in said


@pytest.mark.parametrize(
    "words", [["show"], ["show", "nothing"], ["--from", "nothing"], ["show", "a", "b"]]
)
def test_a_wrong_question_is_misuse(words: list[str]) -> None:
    assert main(["bank", "templates", *words]) == ExitCode.MISUSE


def test_a_stranger_s_recipe_cannot_move_the_cursor(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    (tmp_path / "x.toml").write_text(
        '# \u009b2J\nname = "x"\ndescription = "\\u001b[2J"\n[remote]\n'
        'url = "https://example.org/"\n[[steps]]\nname = "s"\ncommand = ["\\u001b[31m"]\n'
    )
    for words in (["templates", "--from"], ["templates", "show", "x", "--from"], ["import"]):
        assert main(["bank", *words, str(tmp_path)]) == ExitCode.SUCCESS
    said = capsys.readouterr().out
    assert "\x1b" not in said
    assert "\x9b" not in said
