"""One can wait until runs are over, whoever does them."""

from pathlib import Path

import pytest

from app.jobs.job_world import elsewhere, plan, shell, until, word_of
from holdfast.app.container import Container
from holdfast.app.jobs.waiting import wait_for
from holdfast.errors import UsageError


def test_runs_are_waited_for_to_their_ends(
    container: Container, home: Path, tmp_path: Path
) -> None:
    go = tmp_path / "go"
    with elsewhere(home, plan(shell("x", f"while [ ! -e {go} ]; do sleep 0.02; done"))) as (run, _):
        until(lambda: word_of(container, run, "x") == "running")
        waited = wait_for(container, [run, run], timeout=0.3, sleep=lambda _: None)
        assert (waited.in_time, waited.succeeded, len(waited.runs)) == (False, False, 1)
        waited = wait_for(container, [run], sleep=lambda _: go.touch())
    assert (waited.in_time, waited.succeeded) == (True, True)


def test_one_that_failed_makes_all_of_them_fail(container: Container) -> None:
    runs = [container.engine.run(plan(shell("x", words))).run for words in ("true", "false")]
    waited = wait_for(container, runs)
    assert (waited.in_time, waited.succeeded) == (True, False)
    assert [run.run for run in waited.runs] == runs


def test_a_run_that_is_not_there_is_no_run_to_wait_for(container: Container) -> None:
    run = container.ledger.begin(plan(shell("x", "true")))
    with pytest.raises(UsageError, match="there is no run 7"):
        wait_for(container, [run, 7])
