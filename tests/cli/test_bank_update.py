"""``holdfast bank update``: its options, and what is misuse."""

import json
from pathlib import Path

import pytest

from holdfast.cli.main import main
from holdfast.errors import ExitCode


@pytest.fixture
def home_with_banks(home: Path, tmp_path: Path) -> Path:
    """A home with the banks a and b, of files of this machine, and one whose recipe is wrong."""
    (home / "recipes").mkdir(parents=True)
    for name in "ab":
        (tmp_path / name / "1").mkdir(parents=True)
        (tmp_path / name / "1" / "f").write_text(name)
        (home / "recipes" / f"{name}.toml").write_text(
            f'name = "{name}"\n[remote]\nurl = "{(tmp_path / name).as_uri()}"\n'
            '[release]\nfrom = "folder"\n'
        )
    (home / "recipes" / "wrong.toml").write_text('name = "wrong"\n')
    return home


@pytest.mark.usefixtures("home_with_banks")
def test_all_banks_are_updated_and_one_that_cannot_be_is_told(
    capsys: pytest.CaptureFixture[str],
) -> None:
    assert (
        main(["bank", "update", "--all", "--at-once", "2", "--dry-run", "--json"])
        == ExitCode.FAILURE
    )
    said = capsys.readouterr()
    assert {each["bank"]: each["state"] for each in json.loads(said.out)} == {
        "a": "planned",
        "b": "planned",
        "wrong": "failed",
    }
    assert "wrong.toml: remote: it is missing" in said.err


@pytest.mark.usefixtures("home_with_banks")
def test_a_stopped_update_is_success_and_says_so(capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["bank", "update", "a", "--stop-after", "release"]) == ExitCode.SUCCESS
    assert "a stopped at release 1 as asked; the next update goes on" in capsys.readouterr().out


@pytest.mark.usefixtures("home_with_banks")
@pytest.mark.parametrize(
    ("words", "sentence"),
    [
        (["a", "--stop-before", "fetsh"], "a has no step 'fetsh'; did you mean fetch?"),
        (["a", "--stop-after", "x", "--stop-before", "y"], "stops at one place"),
        (["a", "--from-task", "downlod"], "did you mean download?"),
        (["a", "--process", "blast"], "a has no step 'blast' (there are: none)"),
        (["a", "--from-task", "finish", "--from-scratch"], "leave --from-task out"),
        (["a", "b", "--release", "1"], "about one bank: name one"),
        (["--all", "a"], "--all is all banks"),
        ([], "which bank? Name one or several, or say --all"),
        (["c"], "there is no bank 'c'"),
    ],
)
def test_misuse_is_told_before_anything_starts(
    capsys: pytest.CaptureFixture[str], home: Path, words: list[str], sentence: str
) -> None:
    assert main(["bank", "update", *words]) == ExitCode.MISUSE
    assert sentence in capsys.readouterr().err
    assert not (home / "banks").exists()
