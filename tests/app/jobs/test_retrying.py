"""What failed is done again, here or by a worker; what is done stays done."""

from pathlib import Path

import pytest

from app.jobs.job_world import elsewhere, plan, shell, until, word_of
from holdfast.app.container import Container
from holdfast.app.jobs.retrying import retry, retry_later
from holdfast.app.jobs.runs import RunState, summary_of
from holdfast.app.worker import Worker
from holdfast.errors import JobError, RunBusy
from holdfast.jobs.model import Status


@pytest.fixture
def mended(tmp_path: Path) -> Path:
    """A file whose being there lets the run `failed` succeed."""
    return tmp_path / "mended"


@pytest.fixture
def failed(container: Container, mended: Path) -> int:
    jobs = (
        shell("fetch", "echo once"),
        shell("load", f"test -e {mended}", "fetch"),
        shell("index", "true", "load"),
        shell("other", f"test -e {mended}"),
    )
    return container.engine.run(plan(*jobs)).run


def test_what_failed_and_what_it_blocked_is_done_again(
    container: Container, failed: int, mended: Path
) -> None:
    mended.touch()
    details = retry(container, failed)
    assert details.summary.state is RunState.DONE
    assert [job.status for job in details.jobs] == [Status.DONE] * 4
    log = details.jobs[0].log
    assert log is not None
    assert log.read_text() == "once\n"


def test_only_the_jobs_that_are_named_are_done_again(
    container: Container, failed: int, mended: Path
) -> None:
    mended.touch()
    details = retry(container, failed, ["load"])
    assert {job.name: job.status.value for job in details.jobs} == {
        "fetch": "done",
        "load": "done",
        "index": "done",
        "other": "failed",
    }
    assert details.summary.state is RunState.FAILED


def test_what_fails_again_is_told(container: Container, failed: int) -> None:
    assert retry(container, failed).summary.state is RunState.FAILED


def test_a_worker_does_what_was_left_to_it(container: Container, failed: int, mended: Path) -> None:
    mended.touch()
    details = retry_later(container, failed)
    assert details.summary.state is RunState.UNFINISHED
    assert Worker(container, lambda _: None).work(once=True) == 0
    assert summary_of(container, failed).state is RunState.DONE


def test_what_is_done_or_being_done_or_not_there_is_refused(
    container: Container, failed: int, mended: Path, home: Path
) -> None:
    for again in (retry, retry_later):
        with pytest.raises(JobError, match="'fetch' is done; what is done is not done again"):
            again(container, failed, ["fetch"])
        with pytest.raises(JobError, match="no job 'lood'; did you mean load"):
            again(container, failed, ["lood"])
        with pytest.raises(JobError, match="there is no run 99"):
            again(container, 99)
    mended.touch()
    retry(container, failed)
    for again in (retry, retry_later):
        with pytest.raises(JobError, match="run 1 is done; there is nothing to do again"):
            again(container, failed)
    with elsewhere(home, plan(shell("long", "sleep 60"))) as (run, _):
        until(lambda: word_of(container, run, "long") == "running")
        for again in (retry, retry_later):
            with pytest.raises(RunBusy, match="wait until it has ended"):
                again(container, run)
    container.engine.abandon(run)
