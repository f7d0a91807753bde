"""What jobs say can be read at any size, in any state, and while they say it."""

from dataclasses import replace
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from app.jobs.job_world import elsewhere, plan, shell, until, word_of
from holdfast.app.container import Container
from holdfast.app.jobs import logs
from holdfast.app.jobs.logs import LogLine, Tail, follow_logs, job_logs
from holdfast.errors import JobError
from holdfast.jobs.model import Retry

TALKING = plan(
    shell("fetch", "echo fetched; printf '\\033[31mred\\n'"),
    shell("load", "echo no >&2; exit 3", "fetch"),
    shell("after", "true", "load"),
)


def test_what_jobs_said_is_shown_without_control_characters(container: Container) -> None:
    run = container.engine.run(TALKING).run
    said = {log.job: log.lines for log in job_logs(container, run)}
    (last,) = job_logs(container, run, "fetch", lines=1)
    assert said == {"fetch": ("fetched", "red"), "load": ("no",)}
    assert last.lines == ("red",)


def test_what_a_job_writes_into_a_file_of_its_own_is_shown_too(
    container: Container, tmp_path: Path
) -> None:
    out = tmp_path / "out"
    talking = plan(replace(shell("two", "echo one; echo two >&2; echo three"), stdout=out))
    run = container.engine.run(talking).run
    log, own = job_logs(container, run, "two")
    assert (log.lines, own.lines, own.log) == (("two",), ("one", "three"), out)
    followed = [line.line for line in follow_logs(container, run)]
    assert followed == ["two", "one", "three"]


def test_a_run_or_job_that_is_not_there_is_named(container: Container) -> None:
    run = container.ledger.begin(TALKING)
    assert job_logs(container, run) == ()
    with pytest.raises(JobError, match="did you mean fetch"):
        job_logs(container, run, "fetsh")
    with pytest.raises(JobError, match="did you mean fetch"):
        list(follow_logs(container, run, "fetsh"))


# -- one log ---------------------------------------------------------------------------------------


@pytest.fixture
def log(tmp_path: Path) -> Path:
    return tmp_path / "log"


def add(log: Path, content: bytes) -> None:
    with log.open("ab") as file:
        file.write(content)


def test_the_end_of_a_very_long_log_is_read_quickly(log: Path) -> None:
    with log.open("wb") as file:
        file.truncate(10**10)
    add(log, b"\nthe end\n")
    tail = Tail(log)
    assert tail.last(1) == ("the end",)
    assert tail.news() == []
    add(log, b"not yet\n")
    assert tail.news() == ["not yet"]
    assert tail.passed_over == 0


def test_a_log_that_grows_faster_than_anyone_reads_is_passed_over_in_part(log: Path) -> None:
    tail = Tail(log)
    tail.last(10)
    with log.open("wb") as file:
        file.truncate(10**9)
    add(log, b"\nthe end\n")
    assert tail.rest()[-1] == "the end"
    assert tail.passed_over == 10**9 + len("\nthe end\n") - logs.TAIL


def test_a_log_that_is_cut_or_replaced_is_read_from_its_beginning(log: Path) -> None:
    add(log, b"one\ntwo\n")
    tail = Tail(log)
    assert tail.last(9) == ("one", "two")
    log.write_bytes(b"new\n")
    assert tail.news() == ["new"]
    other = log.with_name("other")
    other.write_bytes(b"another file\n")
    other.rename(log)
    assert tail.news() == ["another file"]
    log.unlink()
    assert tail.news() == []


def test_a_line_without_an_end_waits_until_it_is_too_long_or_nothing_can_follow(log: Path) -> None:
    tail = Tail(log)
    add(log, b"half")
    assert tail.news() == []
    add(log, b" whole\n10 %\r")
    assert tail.news() == ["half whole"]
    add(log, b"20 %\r\nx")
    assert tail.news() == ["10 %", "20 %"]
    add(log, b"y" * (2 * logs.LINE))
    assert [len(part) for part in tail.news()] == [logs.LINE, logs.LINE, 1]
    add(log, b"end")
    assert tail.rest() == ["end"]
    assert tail.rest() == []


def test_the_last_lines_leave_an_unended_one_for_later_while_the_job_goes_on(log: Path) -> None:
    add(log, b"one\ntwo\nhal")
    tail = Tail(log)
    assert tail.last(1, ended=False) == ("two",)
    add(log, b"f\n")
    assert tail.news() == ["half"]
    assert Tail(log).last(1) == ("half",)


def test_a_log_that_is_one_endless_line_is_told_in_parts(log: Path) -> None:
    log.write_bytes(b"x" * (logs.TAIL + 5))
    lines = Tail(log).last(3)
    assert [len(line) for line in lines] == [logs.LINE] * 3


PIECES = st.lists(
    st.binary(max_size=20) | st.sampled_from([b"\n", b"\r", b"\r\n", "ü\n".encode(), b"\xff\0"])
)


@given(PIECES)
def test_whatever_is_written_in_whatever_pieces_is_told_once_and_in_order(
    tmp_path_factory: pytest.TempPathFactory, pieces: list[bytes]
) -> None:
    log = tmp_path_factory.mktemp("logs") / "log"
    tail = Tail(log)
    told = []
    for piece in pieces:
        add(log, piece)
        told += tail.news()
    told += tail.rest()
    expected = b"".join(pieces).splitlines()
    assert told == [logs.printable_line(line) for line in expected]
    assert all(line.isprintable() for line in told)


# -- following -------------------------------------------------------------------------------------


def test_what_is_said_is_followed_while_it_is_said_elsewhere(
    container: Container, home: Path, tmp_path: Path
) -> None:
    go = tmp_path / "go"
    wait = f"while [ ! -e {go} ]; do sleep 0.02; done"
    fails_once = f"[ -e {go}.2 ] || {{ touch {go}.2; echo five; exit 1; }}; echo six"
    talking = plan(
        shell("first", f"echo one; {wait}; echo two; printf three"),
        shell("second", "echo four", "first"),
        shell("third", fails_once, "second", retry=Retry(1, 0.01)),
    )
    with elsewhere(home, talking) as (run, process):
        until(lambda: word_of(container, run, "first") == "running")
        told = follow_logs(container, run, sleep=lambda _: process.poll())
        assert next(told) == LogLine("first", "one")
        go.touch()
        said = [(line.job, line.line) for line in told]
    assert said == [
        ("first", "two"),
        ("first", "three"),
        ("second", "four"),
        ("third", "five"),
        ("third", "six"),
    ]


def test_following_one_job_ends_with_it(container: Container, home: Path) -> None:
    talking = plan(shell("quick", "echo one"), shell("slow", "echo two; sleep 60"))
    with elsewhere(home, talking) as (run, _):
        assert [line.line for line in follow_logs(container, run, "quick")] == ["one"]
        assert [line.line for line in follow_logs(container, run, "quick")] == ["one"]
        until(lambda: word_of(container, run, "slow") == "running")
        assert next(follow_logs(container, run, "slow")).line == "two"


def test_following_a_run_that_is_over_tells_the_last_lines_and_ends(container: Container) -> None:
    run = container.engine.run(TALKING).run
    lines = [(line.job, line.line) for line in follow_logs(container, run, lines=1)]
    assert lines == [("fetch", "red"), ("load", "no")]
