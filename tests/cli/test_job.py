"""``holdfast job`` answers people in tables that fit, and programs in JSON."""

import json
import re
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest

from app.jobs.job_world import elsewhere, plan, shell, until, word_of
from cli.terminal import on_a_terminal
from holdfast.app.container import Container
from holdfast.base.wording import span
from holdfast.cli.job.drawing import LOOKS
from holdfast.cli.job.options import moment, seconds
from holdfast.cli.main import main
from holdfast.errors import UsageError
from holdfast.jobs.model import Job, Rule, Status
from holdfast.settings import Settings
from thoroughness import thorough

Capture = pytest.CaptureFixture[str]
LONG = "a name of a job that is longer than any terminal has room for in one of its lines.fa.gz"


@pytest.fixture(autouse=True)
def _columns(monkeypatch: pytest.MonkeyPatch) -> None:
    """What is not drawn on a terminal is as wide as on a pipe, whatever runs the tests."""
    monkeypatch.setenv("COLUMNS", "160")


@pytest.fixture
def run(home: Path) -> int:
    """A run with a job whose name looks like a style, and that failed."""
    bad = Job("bad [one]", ("sh", "-c", "echo '[bold] words'; exit 3"))
    jobs = (
        bad,
        shell(LONG, "true", "bad [one]"),
        shell("also", "true", "bad [one]", LONG),
        shell("tidy", "true", "also", rule=Rule.ALWAYS),
    )
    with Container(Settings.read(home)) as container:
        return container.engine.run(plan(*jobs)).run


# -- looking ---------------------------------------------------------------------------------------


def test_runs_are_listed(run: int, capsys: Capture) -> None:
    assert main(["job", "list"]) == 0
    shown = capsys.readouterr().out
    assert "bank:yeast" in shown
    assert "✗ failed" in shown
    assert main(["job", "list", "--json"]) == 0
    (listed,) = json.loads(capsys.readouterr().out)
    assert (listed["run"], listed["status"], listed["unfinished"]) == (run, "failed", False)
    assert listed["jobs"] == {"done": 1, "failed": 1, "blocked": 2}


@pytest.mark.parametrize(
    ("marks", "found"),
    [
        (("--state", "failed"), True),
        (("--state", "done", "--state", "unfinished"), False),
        (("--label", "process"), True),
        (("--label", "align"), False),
        (("--since", "1h"), True),
        (("--since", "2999-01-01"), False),
        (("--subject", "bank:yeast", "--since", "2020-01-01T10:00"), True),
        (("--subject", "bank:other"), False),
    ],
)
def test_runs_are_sought_by_marks(
    run: int, marks: tuple[str, ...], found: bool, capsys: Capture
) -> None:
    assert main(["job", "list", *marks, "--json"]) == 0
    assert [each["run"] for each in json.loads(capsys.readouterr().out)] == [run] * found
    assert main(["job", "list", *marks]) == 0
    assert ("No such runs." in capsys.readouterr().out) is not found


def test_no_runs_are_said_to_be_none(capsys: Capture) -> None:
    assert main(["job", "list"]) == 0
    assert capsys.readouterr().out == "No runs yet.\n"
    assert main(["job", "list", "--json"]) == 0
    assert json.loads(capsys.readouterr().out) == []


@pytest.mark.parametrize(
    "words",
    [
        ("list", "--since", "yesterday"),
        ("list", "--since", "99999999d"),
        ("list", "--state", "odd"),
        ("prune", "--older", "90"),
        ("prune", "--older", "-1d"),
        ("wait", "1", "--timeout", "soon"),
        ("wait", "1"),
        ("show", "nine"),
    ],
)
def test_a_wrong_question_is_misuse(words: tuple[str, ...], capsys: Capture) -> None:
    assert main(["job", *words]) == 2
    assert capsys.readouterr().out == ""


def test_a_run_is_shown(run: int, capsys: Capture) -> None:
    assert main(["job", "show", str(run)]) == 0
    shown = " ".join(capsys.readouterr().out.split())
    assert "exit code 3: [bold] words" in shown
    assert "also and 0 more" not in shown
    assert "4 jobs: 1 done, 1 failed, 2 blocked" in shown
    assert main(["job", "show", str(run), "--json"]) == 0
    document = json.loads(capsys.readouterr().out)
    assert document["jobs"][0]["name"] == "bad [one]"
    assert document["jobs"][0]["exit_code"] == 3


def test_a_plan_is_drawn_as_a_tree(run: int, capsys: Capture) -> None:
    assert main(["job", "show", str(run), "--graph"]) == 0
    lines = [line.rstrip() for line in capsys.readouterr().out.splitlines()]
    assert lines[4:8] == [
        "✗ bad [one] failed",
        f"└─ ▪ {LONG} blocked",
        "   └─ ▪ also blocked  needs also bad [one]",
        "      └─ ✓ tidy done",
    ]


@pytest.mark.parametrize("width", [60, 80, 200])
@pytest.mark.parametrize("words", ["list", "show 1", "show 1 --graph", "wait 1"])
def test_no_line_is_wider_than_the_terminal(
    run: int, words: str, width: int, capsys: Capture, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("COLUMNS", str(width))
    main(["job", *words.split()])
    lines = capsys.readouterr().out.splitlines()
    assert lines
    assert max(map(len, lines)) <= width


def test_a_plan_of_many_levels_is_drawn_where_there_is_room(
    home: Path, capsys: Capture, monkeypatch: pytest.MonkeyPatch
) -> None:
    chain = plan(*(shell(f"j{i}", "true", *([f"j{i - 1}"] if i else [])) for i in range(3000)))
    with Container(Settings.read(home)) as container:
        run = container.ledger.begin(chain)
    monkeypatch.setenv("COLUMNS", "60")
    assert main(["job", "show", str(run), "--graph"]) == 0
    drawn = capsys.readouterr().out.splitlines()
    (last,) = [line for line in drawn if "○ j2999 " in line]
    assert last.startswith("… 2999 ")
    assert len(last) <= 60


def test_an_unknown_run_is_one_sentence(capsys: Capture) -> None:
    for words in ("show 9", "logs 9", "logs 9 -f", "watch 9", "cancel 9", "retry 9"):
        assert main(["job", *words.split()]) == 1
        assert capsys.readouterr().err == "holdfast: there is no run 9; see `holdfast job list`\n"
    assert main(["job", "wait", "9"]) == 2


# -- logs ------------------------------------------------------------------------------------------


def test_what_a_job_said_is_shown(run: int, capsys: Capture) -> None:
    assert main(["job", "logs", str(run), "bad [one]"]) == 0
    assert "[bold] words" in capsys.readouterr().out.splitlines()
    assert main(["job", "logs", str(run), "--json"]) == 0
    assert json.loads(capsys.readouterr().out)[0]["lines"] == ["[bold] words"]


def test_followed_lines_come_after_the_names_of_their_jobs(run: int, capsys: Capture) -> None:
    assert main(["job", "logs", str(run), "-f"]) == 0
    assert capsys.readouterr().out == "bad [one]                │ [bold] words\n"
    assert main(["job", "logs", str(run), "bad [one]", "-f"]) == 0
    assert capsys.readouterr().out == "[bold] words\n"
    assert main(["job", "logs", str(run), "-f", "--json"]) == 0
    line = {"job": "bad [one]", "line": "[bold] words", "passed_over": 0}
    assert json.loads(capsys.readouterr().out) == line


# -- acting ----------------------------------------------------------------------------------------


def test_watching_a_run_without_a_terminal_tells_each_change(run: int, capsys: Capture) -> None:
    assert main(["job", "watch", str(run)]) == 1
    lines = capsys.readouterr().out.splitlines()
    assert [line.split(" ", 1)[1] for line in lines[:1]] == ["bad [one] running"]
    assert any("bad [one] failed: the job ended with exit code 3" in line for line in lines)
    assert main(["job", "watch", str(run), "--json"]) == 1
    events = [json.loads(line) for line in capsys.readouterr().out.splitlines()]
    assert [event["status"] for event in events[:2]] == ["running", "failed"]
    assert main(["job", "watch", str(run), "--json", "--after", str(events[-2]["number"])]) == 1
    assert json.loads(capsys.readouterr().out) == events[-1]


def test_waiting_tells_by_its_exit_code_how_it_ended(run: int, home: Path, capsys: Capture) -> None:
    with Container(Settings.read(home)) as container:
        done = container.engine.run(plan(shell("x", "true"))).run
        left = container.ledger.begin(plan(shell("x", "true")))
    assert main(["job", "wait", str(done)]) == 0
    assert main(["job", "wait", str(done), str(run)]) == 1
    assert main(["job", "wait", str(done), str(left), "--timeout", "0.1s"]) == 124
    capsys.readouterr()
    assert main(["job", "wait", str(left), "--timeout", "0s", "--json"]) == 124
    assert json.loads(capsys.readouterr().out)["in_time"] is False


def test_a_run_is_cancelled_and_done_again_at_the_command_line(home: Path, capsys: Capture) -> None:
    quick = "[ -e ../../quick ] || exec sleep 60"
    with (
        Container(Settings.read(home)) as container,
        elsewhere(home, plan(shell("long", quick))) as (run, _),
    ):
        until(lambda: word_of(container, run, "long") == "running")
        assert main(["job", "retry", str(run)]) == 1
        assert "wait until it has ended" in capsys.readouterr().err
        assert main(["job", "cancel", str(run)]) == 0
        assert capsys.readouterr().out == f"run {run} is cancelled\n"
        assert main(["job", "cancel", str(run)]) == 1
        (home / "quick").touch()
        assert main(["job", "retry", str(run), "--detach"]) == 0
        assert "a worker goes on with it" in capsys.readouterr().out
        assert main(["job", "retry", str(run)]) == 0
        assert "✓ done" in capsys.readouterr().out
        assert main(["job", "retry", str(run)]) == 1
        assert word_of(container, run, "long") == "done"


def test_a_retry_that_fails_is_a_failure(run: int, capsys: Capture) -> None:
    assert main(["job", "retry", str(run), "bad [one]", "--json"]) == 1
    assert json.loads(capsys.readouterr().out)["summary"]["state"] == "failed"


def test_a_job_of_a_run_that_nobody_does_waits_to_be_cancelled(home: Path, capsys: Capture) -> None:
    with Container(Settings.read(home)) as container:
        run = container.ledger.begin(plan(shell("x", "true"), shell("y", "true")))
    assert main(["job", "cancel", str(run), "y"]) == 0
    assert "whoever goes on with it cancels this first" in capsys.readouterr().out
    assert main(["job", "cancel", str(run), "--no-wait", "--json"]) == 0
    assert json.loads(capsys.readouterr().out)["state"] == "cancelled"


# -- keeping ---------------------------------------------------------------------------------------


def test_old_runs_are_forgotten(run: int, home: Path, capsys: Capture) -> None:
    assert main(["job", "prune", "--older", "0.001s", "--dry-run"]) == 0
    assert capsys.readouterr().out.startswith("1 run that ended before ")
    assert main(["job", "prune", "--json"]) == 0
    assert json.loads(capsys.readouterr().out)["runs"] == []
    assert main(["job", "prune", "--older", "0.001s"]) == 0
    assert "forgotten, and 1 folder of logs" in capsys.readouterr().out
    assert not (home / "logs" / str(run)).exists()


def test_metrics_are_told_in_both_forms(run: int, capsys: Capture) -> None:
    assert main(["job", "metrics"]) == 0
    line = 'holdfast_jobs_total{cause="exit",label="process",outcome="failed"} 1.0'
    shown = capsys.readouterr().out.splitlines()
    assert line in [re.sub(r"\{(.*)\}", _sorted_labels, each) for each in shown]
    assert main(["job", "metrics", "--json"]) == 0
    ended = json.loads(capsys.readouterr().out)["ended"]
    assert {"label": "process", "outcome": "failed", "cause": "exit", "count": 1} in ended


def _sorted_labels(found: re.Match[str]) -> str:
    return "{" + ",".join(sorted(found[1].split(","))) + "}"


# -- a real terminal -------------------------------------------------------------------------------


@pytest.mark.parametrize(("columns", "rows"), [(60, 12), pytest.param(200, 40, marks=thorough)])
def test_the_bars_of_many_jobs_fit_the_terminal(home: Path, columns: int, rows: int) -> None:
    count = """echo '{"what": "counting", "done": 3, "total": 10}' >> "$HOLDFAST_PROGRESS";"""
    go = home / "go"
    wait = f"until [ -e {go} ]; do sleep 0.1; done"
    (home / "holdfast.toml").write_text("[executors.local]\nkind = 'local'\ncores = 20")
    jobs = [shell(f"{LONG} {number}", f"{count} {wait}") for number in range(20)]
    with elsewhere(home, plan(*jobs)) as (run, _):
        words = ["-m", "holdfast", "job", "watch", str(run)]
        code, pictures = on_a_terminal(
            words, columns, rows, lambda seen: go.touch() if "3 of 10" in seen else None
        )
    assert code == 0
    watched = [each for each in pictures if any("3 of 10" in line for line in each)]
    assert watched
    assert all(len(line) <= columns for each in pictures for line in each)
    assert all(len(each) <= rows for each in watched)
    assert any("more at work" in line for line in watched[0]) is (rows < 20)
    assert "✓ done" in pictures[-1][0]


# -- words -----------------------------------------------------------------------------------------


def test_each_state_has_a_mark() -> None:
    assert {status.value for status in Status} <= set(LOOKS)


def test_a_span_never_shows_sixty_of_anything() -> None:
    for tenths in range(10, 36_100):
        assert "60" not in re.findall(r"\d+", span(tenths / 10))[-1:], tenths


def test_moments_are_read() -> None:
    assert abs(moment("x", "2h") - (datetime.now(UTC) - timedelta(hours=2))) < timedelta(minutes=1)
    assert moment("x", "2026-11-20T10:00:00+02:00") == datetime(2026, 11, 20, 8, tzinfo=UTC)
    assert seconds("x", "1.5h") == 5400
    with pytest.raises(UsageError, match="write for example 90d"):
        seconds("--older", "90")
