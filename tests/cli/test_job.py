"""``holdfast job`` answers people in tables and programs in JSON."""

import json
from pathlib import Path

import pytest

from holdfast.app.container import Container
from holdfast.cli.main import main
from holdfast.jobs.model import Job
from holdfast.jobs.plan import Plan
from holdfast.settings import Settings


@pytest.fixture
def run(home: Path) -> int:
    bad = Job("bad [one]", ("sh", "-c", "echo '[bold] words'; exit 3"))
    with Container(Settings.read(home)) as container:
        return container.engine.run(Plan("bank:yeast", "update of yeast", (bad,))).run


def test_runs_are_listed(run: int, capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["job", "list"]) == 0
    shown = capsys.readouterr().out
    assert "bank:yeast" in shown
    assert "failed" in shown
    assert main(["job", "list", "--json"]) == 0
    (listed,) = json.loads(capsys.readouterr().out)
    assert (listed["run"], listed["status"], listed["unfinished"]) == (run, "failed", False)


def test_no_runs_are_said_to_be_none(capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["job", "list"]) == 0
    assert capsys.readouterr().out == "No runs yet.\n"
    assert main(["job", "list", "--json"]) == 0
    assert json.loads(capsys.readouterr().out) == []


def test_a_run_is_shown(run: int, capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["job", "show", str(run)]) == 0
    assert "exit code 3: [bold] words" in " ".join(capsys.readouterr().out.split())
    assert main(["job", "show", str(run), "--json"]) == 0
    document = json.loads(capsys.readouterr().out)
    assert document["jobs"][0]["name"] == "bad [one]"
    assert document["jobs"][0]["exit_code"] == 3


def test_what_a_job_said_is_shown(run: int, capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["job", "logs", str(run), "bad [one]"]) == 0
    assert "[bold] words" in capsys.readouterr().out.splitlines()
    assert main(["job", "logs", str(run), "--json"]) == 0
    assert json.loads(capsys.readouterr().out)[0]["lines"] == ["[bold] words"]


def test_an_unknown_run_is_one_sentence(capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["job", "show", "9"]) == 1
    assert "there is no run 9" in capsys.readouterr().err
    assert main(["job", "show", "nine"]) == 2
