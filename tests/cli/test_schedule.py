"""``holdfast schedule`` answers people in tables and programs in JSON."""

import json
from pathlib import Path

import pytest

from holdfast.cli.main import main

NIGHTLY = """
[schedules.nightly]
cron = "30 2 * * *"
zone = "Europe/Paris"
command = ["seq", "gc"]
"""


@pytest.fixture(autouse=True)
def _wide(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("COLUMNS", "200")  # however wide the terminal of the test is


def test_schedules_are_listed(home: Path, capsys: pytest.CaptureFixture[str]) -> None:
    (home / "holdfast.toml").write_text(NIGHTLY)
    assert main(["schedule", "list"]) == 0
    shown = " ".join(capsys.readouterr().out.split())
    assert "nightly holdfast seq gc At 02:30 every day (Europe/Paris) never 20" in shown
    assert main(["schedule", "list", "--json"]) == 0
    (line,) = json.loads(capsys.readouterr().out)["schedules"]
    assert (line["name"], line["cron"], line["last"]) == ("nightly", "30 2 * * *", None)


def test_no_schedules_are_said_to_be_none(capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["schedule", "list"]) == 0
    assert capsys.readouterr().out.startswith("No schedules. Give one to a bank in its recipe")
    assert main(["schedule", "next"]) == 0
    assert capsys.readouterr().out == "Nothing is due any more.\n"


def test_a_schedule_that_would_fail_is_told_and_is_a_failure(
    home: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    (home / "holdfast.toml").write_text(NIGHTLY.replace('"seq"', '"sqe"'))
    assert main(["schedule", "list"]) == 1
    assert "nightly: holdfast has no command 'sqe'; did you mean seq?" in capsys.readouterr().out


def test_a_recipe_that_cannot_be_read_is_told_and_is_a_failure(
    home: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    (home / "recipes").mkdir()
    (home / "recipes" / "yeast.toml").write_text("[schedule]\ncron = 3\n")
    assert main(["schedule", "list"]) == 1
    assert "yeast.toml: name: it is missing" in capsys.readouterr().out


def test_the_next_due_times_are_shown_in_two_zones(
    home: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    (home / "holdfast.toml").write_text(NIGHTLY)
    assert main(["schedule", "next", "nightly", "--count", "2"]) == 0
    lines = capsys.readouterr().out.splitlines()
    assert len(lines) == 4
    assert " 02:30 CE" in lines[2]
    assert main(["schedule", "next", "--json", "-n", "3"]) == 0
    assert len(json.loads(capsys.readouterr().out)) == 3


def test_misuse_is_one_sentence(home: Path, capsys: pytest.CaptureFixture[str]) -> None:
    (home / "holdfast.toml").write_text(NIGHTLY)
    for command in ("next", "run"):
        assert main(["schedule", command, "nigthly"]) == 2
        said = capsys.readouterr()
        assert said.out == ""
        assert "did you mean nightly?" in said.err
    assert main(["schedule", "next", "--count", "0"]) == 2


def test_a_wrong_expression_names_file_and_key(
    home: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    (home / "holdfast.toml").write_text(NIGHTLY.replace("30 2", "30 25"))
    assert main(["schedule", "list"]) == 2
    said = capsys.readouterr().err
    assert f"{home}/holdfast.toml" in said
    assert "schedules.nightly.cron: '30 25 * * *' is not a cron expression" in said
