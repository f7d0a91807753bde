"""What ended a run: the job that failed, or, of a run that was stopped, that."""

from dataclasses import replace
from pathlib import Path

from app.jobs.job_world import plan, shell
from holdfast.app.banks.updating.around import failure_of
from holdfast.app.container import Container
from holdfast.app.failures import first_failure
from holdfast.jobs.model import Status
from holdfast.settings import Settings


def test_a_run_that_was_stopped_has_no_failed_job(home: Path) -> None:
    with Container(Settings.read(home)) as container:
        report = container.engine.run(plan(shell("a", "true"), shell("b", "echo no; exit 1", "a")))
    assert (first_failure(report).job, first_failure(report).words) == ("b", "no")
    stopped = replace(report.outcomes["b"], status=Status.CANCELLED)
    outcomes = {**report.outcomes, "b": stopped}
    ended = replace(report, outcomes=outcomes)
    assert first_failure(ended).job == "b"
    assert failure_of(ended).startswith("it was stopped, while b was not done")
