"""Runs, their jobs and what they said can be looked at."""

from pathlib import Path

import pytest

from holdfast.app.container import Container
from holdfast.app.jobs import job_logs, last_lines, list_runs, show_run
from holdfast.base.locks import exclusive
from holdfast.errors import JobError
from holdfast.jobs.model import Job, Status
from holdfast.jobs.plan import Plan
from holdfast.settings import Settings

PLAN = Plan(
    "bank:yeast",
    "update of yeast",
    (
        Job("fetch", ("sh", "-c", "echo fetched; printf '\\033[31mred\\n'")),
        Job("load", ("sh", "-c", "echo no >&2; exit 3"), needs=("fetch",)),
        Job("after", ("true",), needs=("load",)),
    ),
)


@pytest.fixture
def container(home: Path) -> Container:
    return Container(Settings.read(home))


def test_a_run_is_shown_with_its_jobs(container: Container) -> None:
    with container:
        run = container.engine.run(PLAN).run
        details = show_run(container, run)
    assert [job.status for job in details.jobs] == [Status.DONE, Status.FAILED, Status.BLOCKED]
    assert details.summary.status is Status.FAILED
    assert not details.summary.unfinished
    assert details.jobs[1].needs == ("fetch",)
    assert "exit code 3: no" in details.jobs[1].reason


def test_a_run_that_nobody_is_at_is_unfinished(container: Container, home: Path) -> None:
    with container:
        run = container.ledger.begin(PLAN)
        (summary,) = list_runs(container)
        assert (summary.status, summary.unfinished) == (Status.RUNNING, True)
        lock = home / "logs" / str(run) / "lock"
        lock.parent.mkdir(parents=True)
        with exclusive(lock):
            assert not list_runs(container)[0].unfinished
        assert list_runs(container, "bank:other") == ()


def test_what_jobs_said_is_shown_without_control_characters(container: Container) -> None:
    with container:
        run = container.engine.run(PLAN).run
        logs = {log.job: log.lines for log in job_logs(container, run)}
        (last,) = job_logs(container, run, "fetch", lines=1)
    assert logs == {"fetch": ("fetched", "[31mred"), "load": ("no",), "after": ()}
    assert last.lines == ("[31mred",)


def test_a_run_or_job_that_is_not_there_is_named(container: Container) -> None:
    with container:
        run = container.ledger.begin(PLAN)
        assert job_logs(container, run) == ()
        with pytest.raises(JobError, match="did you mean fetch"):
            job_logs(container, run, "fetsh")
        with pytest.raises(JobError, match="there is no run 77"):
            show_run(container, 77)


def test_the_end_of_a_very_long_log_is_read_quickly(tmp_path: Path) -> None:
    log = tmp_path / "log"
    with log.open("wb") as file:
        file.truncate(10**10)
        file.seek(10**10)
        file.write(b"\nthe end\n")
    assert last_lines(log, 1) == ("the end",)
