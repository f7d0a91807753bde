"""
What ran: the runs in the ledger, one run with its jobs, and what a job said.

A run that the ledger has as running while no engine is at it is *unfinished*: its engine was
killed, and the command that began it goes on with it.
"""

import os
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path

from holdfast.app.container import Container
from holdfast.errors import JobError, suggestion
from holdfast.jobs.ledger import RunRecord
from holdfast.jobs.model import Outcome, Status

TAIL = 4 * 1024**2  #: bytes of a log that are read at most


@dataclass(frozen=True, slots=True)
class RunSummary:
    """One run. `unfinished`: nobody is at it, and nobody wrote down its end."""

    run: int
    subject: str
    title: str
    status: Status
    unfinished: bool
    started: datetime
    ended: datetime | None


@dataclass(frozen=True, slots=True)
class JobSummary:
    """One job of a run; `log` is None while it has not said where it writes."""

    name: str
    label: str
    needs: tuple[str, ...]
    command: tuple[str, ...]
    status: Status
    reason: str
    started: datetime | None
    ended: datetime | None
    exit_code: int | None
    log: Path | None


@dataclass(frozen=True, slots=True)
class RunDetails:
    """One run and its jobs, in the plan's order."""

    summary: RunSummary
    jobs: tuple[JobSummary, ...]


@dataclass(frozen=True, slots=True)
class JobLog:
    """The last lines a job said, without control characters."""

    job: str
    log: Path
    lines: tuple[str, ...]


def list_runs(
    container: Container, subject: str | None = None, limit: int = 20
) -> tuple[RunSummary, ...]:
    """The newest runs (of `subject`), the newest first."""
    return tuple(_summary(container, record) for record in container.ledger.runs(subject, limit))


def show_run(container: Container, run: int) -> RunDetails:
    """One run with its jobs; a JobError if there is no such run."""
    summary = _summary(container, container.ledger.run(run))
    plan, outcomes = container.ledger.plan(run), container.ledger.outcomes(run)
    jobs = tuple(
        JobSummary(
            name=job.name,
            label=job.label,
            needs=job.needs,
            command=job.command,
            status=(outcome := outcomes[job.name]).status,
            reason=outcome.reason,
            started=outcome.started,
            ended=outcome.ended,
            exit_code=outcome.exit_code,
            log=_log(outcome),
        )
        for job in plan.jobs
    )
    return RunDetails(summary, jobs)


def job_logs(
    container: Container, run: int, job: str | None = None, lines: int = 100
) -> tuple[JobLog, ...]:
    """The last `lines` lines that `job`, or else each job of `run`, wrote.

    Raises
    ------
    JobError
        There is no such run, or it has no such job.
    """
    container.ledger.run(run)
    outcomes = container.ledger.outcomes(run)
    if job is not None and job not in outcomes:
        raise JobError(f"run {run} has no job {job!r}{suggestion(job, outcomes)}")
    wanted = outcomes if job is None else {job: outcomes[job]}
    return tuple(
        JobLog(name, log, last_lines(log, lines))
        for name, outcome in wanted.items()
        if (log := _log(outcome)) is not None
    )


def last_lines(log: Path, count: int) -> tuple[str, ...]:
    """The last `count` lines of `log`, fit for a terminal; none if it is not there."""
    try:
        with log.open("rb") as file:
            end = file.seek(0, os.SEEK_END)
            file.seek(max(0, end - TAIL))
            text = file.read(TAIL).decode(errors="replace")
    except FileNotFoundError:
        return ()
    lines = text.splitlines()
    return tuple(_printable(line) for line in lines[max(0, len(lines) - count) :])


def _printable(line: str) -> str:
    return "".join(letter for letter in line.expandtabs() if letter.isprintable())


def _summary(container: Container, record: RunRecord) -> RunSummary:
    return RunSummary(
        run=record.run,
        subject=record.subject,
        title=record.title,
        status=record.status,
        unfinished=record.ended is None and not container.engine.is_running(record.run),
        started=record.started,
        ended=record.ended,
    )


def _log(outcome: Outcome) -> Path | None:
    # Before its first start a job has no log; the ledger has an empty text there.
    return outcome.log if outcome.log.name else None
