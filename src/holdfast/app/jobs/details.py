"""One job of a run, with all that is known of it."""

from dataclasses import dataclass
from datetime import datetime
from pathlib import Path

from holdfast.app.container import Container
from holdfast.app.jobs.runs import JobSummary, RunSummary, show_run
from holdfast.errors import RunNotFound, suggestion
from holdfast.jobs.model import Status


@dataclass(frozen=True, slots=True)
class JobMoment:
    """A job went into a state."""

    at: datetime
    status: Status
    reason: str


@dataclass(frozen=True, slots=True)
class JobDetails:
    """One job of a run. The values of its environment are nobody's business, and not here."""

    run: RunSummary
    job: JobSummary
    needed_by: tuple[str, ...]
    environment: tuple[str, ...]  #: the names of what it finds there besides the usual
    directory: Path | None
    inputs: tuple[Path, ...]
    outputs: tuple[Path, ...]
    stdout: Path | None  #: where its standard output goes, if not into its log
    tries: int  #: how often it is tried again when it fails
    history: tuple[JobMoment, ...]  #: the oldest first
    log_size: int | None  #: bytes; None: there is none


def show_job(container: Container, run: int, name: str) -> JobDetails:
    """One job of a run.

    Raises
    ------
    RunNotFound
        There is no such run, or it has no such job.
    """
    details = show_run(container, run)
    found = next((job for job in details.jobs if job.name == name), None)
    if found is None:
        names = [job.name for job in details.jobs]
        raise RunNotFound(f"run {run} has no job {name!r}{suggestion(name, names)}")
    declared = container.ledger.plan(run).by_name[name]
    events = container.ledger.job_history(run, name)
    return JobDetails(
        run=details.summary,
        job=found,
        needed_by=tuple(job.name for job in details.jobs if name in job.needs),
        environment=tuple(sorted(declared.environment)),
        directory=declared.directory,
        inputs=declared.inputs,
        outputs=declared.outputs,
        stdout=declared.stdout,
        tries=declared.retry.times,
        history=tuple(
            JobMoment(each.at, each.status, each.reason) for each in events if each.status
        ),
        log_size=_size(found.log),
    )


def _size(log: Path | None) -> int | None:
    try:
        return None if log is None else log.stat().st_size
    except OSError:
        return None
