"""``holdfast bank``: what becomes of releases, from the command line."""

import json
import shutil
from pathlib import Path
from typing import Any

import pytest

from app.banks.release_world import add_bank, add_release
from holdfast.app.container import Container
from holdfast.cli.main import main
from holdfast.errors import ExitCode


@pytest.fixture
def bank(home: Path) -> Path:
    """The folder of the bank ``x`` with three releases, the newest published."""
    with Container.read() as container:
        add_bank(container)
        for name in "123":
            add_release(container, name, {"same": b"1234", "own": name.encode()})
        folder = container.catalogue.folder("x")
        folder.publish(folder.releases()[-1])
    return home / "banks" / "x"


def answer(capsys: pytest.CaptureFixture[str], *words: str) -> Any:
    assert main(["bank", *words, "--json"]) == ExitCode.SUCCESS
    return json.loads(capsys.readouterr().out)


def test_releases_are_frozen_published_and_removed(
    bank: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    assert answer(capsys, "freeze", "x", "1")["frozen"] == ["1"]
    assert answer(capsys, "publish", "x", "x_2")["before"] == "3"
    removal = answer(capsys, "remove", "x", "3", "--dry-run")
    assert (removal["dry_run"], removal["releases"][0]["release"]) == (True, "3")
    assert answer(capsys, "remove", "x", "3")["freed"] == removal["freed"]
    assert answer(capsys, "unpublish", "x")["before"] == "2"
    assert not (bank / "RELEASE.txt").exists()
    assert answer(capsys, "unfreeze", "x", "1")["frozen"] == []
    assert answer(capsys, "pending") == []
    assert answer(capsys, "pending", "x", "--remove")["releases"] == []
    assert answer(capsys, "remove", "x", "--all", "--with-recipe")["left"] == []
    assert not bank.exists()


def test_what_was_done_is_told_in_sentences(bank: Path, capsys: pytest.CaptureFixture[str]) -> None:
    shutil.copy(bank / "x_3" / "flat" / "own", bank / "saved")
    (bank / "x_3" / "flat" / "same").unlink()
    said = [
        (["freeze", "x", "1", "2"], "x: 1, 2 frozen\nfrozen releases: 1, 2\n"),
        (["freeze", "x", "1"], "x: nothing changed\nfrozen releases: 1, 2\n"),
        (["unfreeze", "x", "1"], "x: 1 no longer frozen\nfrozen releases: 2\n"),
        (["pending"], "nothing is pending\n"),
        (["pending", "x", "--remove"], "x: nothing\n"),
        (["unpublish", "x"], "x:3 is no longer current\n"),
        (["unpublish", "x"], "x has no current release\n"),
        (["publish", "x"], "x:3 is current\n"),
    ]
    for words, expected in said:
        assert main(["bank", *words]) == ExitCode.SUCCESS
        assert capsys.readouterr().out == expected
    assert main(["bank", "repair", "x"]) == ExitCode.SUCCESS
    shown = capsys.readouterr().out
    assert "is missing" in shown
    assert shown.endswith("x: 6 files of 3 releases looked at; 1 put right\n")
    assert main(["bank", "remove", "x", "--all", "--force"]) == ExitCode.SUCCESS
    shown = capsys.readouterr().out
    assert f"not Holdfast's, and left: {bank / 'saved'}" in shown
    assert "3 releases, " in shown


@pytest.mark.parametrize(
    ("words", "code", "sentence"),
    [
        (["freeze", "x", "4"], ExitCode.MISUSE, "no release '4' (it has: 1, 2, 3)"),
        (["unfreeze", "x", "4"], ExitCode.MISUSE, "no release '4'"),
        (["publish", "x", "4"], ExitCode.MISUSE, "no release '4'"),
        (["repair", "x", "4"], ExitCode.MISUSE, "no release '4'"),
        (["remove", "x", "4"], ExitCode.MISUSE, "no release '4'"),
        (["remove", "x", "3"], ExitCode.FAILURE, "x:3 is published"),
        (["remove", "x"], ExitCode.MISUSE, "say which releases to remove, or --all"),
        (["remove", "x", "1", "--all"], ExitCode.MISUSE, "and not both"),
        (["remove", "x", "1", "--force"], ExitCode.MISUSE, "are for --all"),
        (["pending", "--remove"], ExitCode.MISUSE, "say of which bank"),
        (["pending", "x", "1"], ExitCode.MISUSE, "named with --remove"),
        (["pending", "x", "1", "--remove"], ExitCode.MISUSE, "(unfinished: none)"),
        (["unpublish", "y"], ExitCode.FAILURE, "no bank 'y'"),
    ],
)
def test_what_cannot_be_done_is_one_sentence_and_an_exit_code(
    bank: Path,
    capsys: pytest.CaptureFixture[str],
    words: list[str],
    code: ExitCode,
    sentence: str,
) -> None:
    assert main(["bank", *words]) == code
    assert sentence in capsys.readouterr().err
    assert len(list(bank.glob("x_*"))) == 3


def test_what_cannot_be_mended_is_told_and_exits_with_1(
    bank: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    (bank / "x_1" / "release.json").write_text("{")
    assert main(["bank", "repair", "x"]) == ExitCode.FAILURE
    said = capsys.readouterr()
    assert "remove this release" in said.err
    assert said.out == "x: 4 files of 2 releases looked at; 0 put right, 1 not\n"
