"""Runs and their jobs can be looked at, whoever does them."""

from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest

from app.jobs.job_world import elsewhere, plan, shell, until, word_of
from holdfast.app.container import Container
from holdfast.app.jobs.runs import RunState, Sought, list_runs, show_run, summary_of
from holdfast.errors import JobError
from holdfast.jobs.model import Cause, Rule, Status

FAILING = plan(
    shell("fetch", "echo fetched", label="transfer"),
    shell("load", "echo no >&2; exit 3", "fetch", label="load", memory=10**9, time=60),
    shell("after", "true", "load"),
    shell("tidy", "true", "after", rule=Rule.ALWAYS),
)


def test_a_run_is_shown_with_all_that_is_known_of_its_jobs(container: Container) -> None:
    run = container.engine.run(FAILING).run
    details = show_run(container, run)
    fetch, load, after, tidy = details.jobs
    assert [job.status for job in details.jobs] == [
        Status.DONE,
        Status.FAILED,
        Status.BLOCKED,
        Status.DONE,
    ]
    assert details.summary.state is RunState.FAILED
    assert details.summary.jobs == {Status.DONE: 2, Status.FAILED: 1, Status.BLOCKED: 1}
    assert (load.needs, load.cause, load.exit_code, load.attempt) == (("fetch",), Cause.EXIT, 3, 1)
    assert (load.memory_limit, load.time_limit, load.label) == (10**9, 60, "load")
    assert "exit code 3: no" in load.reason
    assert fetch.executor == "local"
    assert fetch.host
    assert fetch.wall is not None
    assert fetch.memory
    assert (after.attempt, after.log, after.started) == (0, None, None)
    assert tidy.rule is Rule.ALWAYS


def test_a_run_done_elsewhere_is_running_until_its_engine_is_killed(
    container: Container, home: Path
) -> None:
    with elsewhere(home, plan(shell("long", "sleep 60"))) as (run, process):
        until(lambda: word_of(container, run, "long") == "running")
        summary = summary_of(container, run)
        assert (summary.state, summary.pid) == (RunState.RUNNING, process.pid)
        container.ledger.ask_to_cancel(run)
        process.kill()
        process.wait()
        (summary,) = list_runs(container)
        assert (summary.state, summary.unfinished, summary.pid) == (
            RunState.UNFINISHED,
            True,
            None,
        )
    container.engine.abandon(run)
    assert summary_of(container, run).state is RunState.CANCELLED


def test_a_run_that_was_asked_to_stop_and_has_not_yet_is_being_cancelled(
    container: Container,
) -> None:
    run = container.engine.submit(plan(shell("long", "sleep 60")))
    container.ledger.ask_to_cancel(run)
    assert summary_of(container, run).state is RunState.CANCELLING


def test_runs_are_sought_by_state_label_subject_and_time(container: Container) -> None:
    failed = container.engine.run(FAILING).run
    done = container.engine.run(plan(shell("x", "true"), subject="plot:a")).run
    left = container.ledger.begin(FAILING)
    going = container.engine.submit(plan(shell("long", "sleep 60")))

    def found(limit: int = 20, **marks: object) -> list[int]:
        sought = Sought(**marks)  # type: ignore[arg-type]  # marks of all kinds
        return [each.run for each in list_runs(container, sought, limit)]

    assert found() == [going, left, done, failed]
    assert found(limit=2) == [going, left]
    assert found(subject="plot:a") == [done]
    assert found(label="transfer") == [left, failed]
    assert found(states=[RunState.UNFINISHED]) == [left]
    assert found(states=[RunState.RUNNING]) == [going]
    assert found(states=[RunState.RUNNING, RunState.DONE], limit=1) == [going]
    assert found(states=[RunState.CANCELLED]) == []
    assert found(since=datetime.now(UTC) + timedelta(hours=1)) == []


def test_the_progress_of_a_job_at_work_is_shown(container: Container) -> None:
    words = (
        """echo '{"what": "counting", "done": 3, "total": 10}' >> "$HOLDFAST_PROGRESS"; sleep 60"""
    )
    run = container.engine.submit(plan(shell("count", words)))
    until(lambda: container.engine.step(0.05) or show_run(container, run).jobs[0].progress)
    progress = show_run(container, run).jobs[0].progress
    assert progress is not None
    assert (progress.what, progress.done, progress.total) == ("counting", 3, 10)


def test_a_run_that_is_not_there_is_named(container: Container) -> None:
    with pytest.raises(JobError, match="there is no run 77"):
        show_run(container, 77)
