"""What runs anywhere can be stopped from here, and what a dead engine left is ended."""

from pathlib import Path

import pytest

from app.jobs.job_world import elsewhere, plan, shell, until, word_of
from holdfast.app.container import Container
from holdfast.app.jobs.runs import RunState
from holdfast.app.jobs.stopping import cancel
from holdfast.errors import JobError
from holdfast.jobs.model import Rule, Status


def process_of(file: Path) -> int:
    until(lambda: file.exists() and file.read_text().strip())
    return int(file.read_text())


def lives(process: int) -> bool:
    return Path(f"/proc/{process}").exists()


def test_a_run_is_cancelled_from_another_process(
    container: Container, home: Path, tmp_path: Path
) -> None:
    file = tmp_path / "process"
    jobs = (
        shell("long", f"echo $$ > {file}; exec sleep 60"),
        shell("after", "true", "long"),
        shell("tidy", f"touch {tmp_path}/tidied", "after", rule=Rule.ALWAYS),
    )
    with elsewhere(home, plan(*jobs)) as (run, _):
        job = process_of(file)
        cancelled = cancel(container, run)
    assert (cancelled.state, cancelled.took_effect) == (RunState.CANCELLED, True)
    assert not lives(job)
    assert (tmp_path / "tidied").exists()
    assert word_of(container, run, "after") == "cancelled"


def test_what_a_killed_engine_left_at_work_is_ended_by_cancelling(
    container: Container, home: Path, tmp_path: Path
) -> None:
    file = tmp_path / "process"
    jobs = (shell("long", f"echo $$ > {file}; exec sleep 60"), shell("after", "true", "long"))
    with elsewhere(home, plan(*jobs)) as (run, engine):
        job = process_of(file)
        engine.kill()
        engine.wait()
        assert lives(job)
        cancelled = cancel(container, run, wait=False)
    assert cancelled.state is RunState.CANCELLED
    assert not lives(job)


def test_an_engine_killed_while_it_is_waited_for_does_not_leave_the_waiting_alone(
    container: Container, home: Path, tmp_path: Path
) -> None:
    file = tmp_path / "process"
    with elsewhere(home, plan(shell("long", f"echo $$ > {file}; exec sleep 60"))) as (run, engine):
        process_of(file)
        cancelled = cancel(container, run, sleep=lambda _: engine.kill())
    assert cancelled.state is RunState.CANCELLED


def test_one_job_is_cancelled_and_the_others_go_on(
    container: Container, home: Path, tmp_path: Path
) -> None:
    file, go = tmp_path / "process", tmp_path / "go"
    jobs = (
        shell("long", f"echo $$ > {file}; exec sleep 60"),
        shell("after", "true", "long"),
        shell("other", f"while [ ! -e {go} ]; do sleep 0.02; done"),
    )
    with elsewhere(home, plan(*jobs)) as (run, engine):
        process_of(file)
        cancelled = cancel(container, run, ["long"])
        assert cancelled.statuses == {"long": Status.CANCELLED}
        assert cancelled.state is RunState.RUNNING
        go.touch()
        engine.wait()
    assert word_of(container, run, "after") == "blocked"
    assert word_of(container, run, "other") == "done"


def test_a_job_of_a_run_that_nobody_does_is_cancelled_by_whoever_goes_on_with_it(
    container: Container,
) -> None:
    run = container.ledger.begin(plan(shell("first", "true"), shell("second", "true", "first")))
    cancelled = cancel(container, run, ["second"])
    assert (cancelled.waits_for_engine, cancelled.took_effect) == (True, False)
    assert container.engine.take_over() == (run,)
    while run in container.engine.runs:
        container.engine.step(0.1)
    assert word_of(container, run, "second") == "cancelled"


def test_asking_without_waiting_returns_at_once(container: Container, home: Path) -> None:
    with elsewhere(home, plan(shell("long", "sleep 60"))) as (run, engine):
        until(lambda: word_of(container, run, "long") == "running")
        cancelled = cancel(container, run, wait=False)
        assert (cancelled.state, cancelled.took_effect) == (RunState.CANCELLING, False)
        engine.wait()
    assert word_of(container, run, "long") == "cancelled"


def test_what_has_ended_or_is_not_there_cannot_be_cancelled(container: Container) -> None:
    run = container.engine.run(plan(shell("first", "true"), shell("bad", "exit 1"))).run
    with pytest.raises(JobError, match="run 1 is failed already; there is nothing to cancel"):
        cancel(container, run)
    with pytest.raises(JobError, match="job 'first' is done already"):
        cancel(container, run, ["first"])
    with pytest.raises(JobError, match=r"no job 'frist'; did you mean first\?"):
        cancel(container, run, ["frist"])
    with pytest.raises(JobError, match="there is no run 9"):
        cancel(container, 9)
