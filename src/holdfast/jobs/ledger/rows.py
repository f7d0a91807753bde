"""
Values become rows and rows become values; nothing here asks the database.

Texts are made fit for every database on the way in: what is not UTF-8 and NUL characters, which
PostgreSQL refuses, are written as Python writes them, and what has a bounded column is cut.
"""

import json
from collections.abc import Mapping
from datetime import UTC, datetime
from math import isfinite
from pathlib import Path
from typing import Any

from sqlalchemy import Row, select

from holdfast.base.progress import Progress
from holdfast.errors import RunNotFound
from holdfast.jobs.ledger import tables
from holdfast.jobs.ledger.values import AtWork, Claim, Event, Move, RunRecord
from holdfast.jobs.model import NAME_LIMIT, Cause, Outcome, Status, Usage
from holdfast.jobs.plan import Plan

INTEGER_LIMIT = 2**63 - 1  #: the largest count a column holds
SMALL_LIMIT = 2**31 - 1  #: the same of the columns with 32 bits

#: All of a run but its plan, which may be long.
RUNS = select(
    *(column for column in tables.runs.c if column.name != "plan"),
    *(column for column in tables.claims.c if column.name != "run"),
).join_from(tables.runs, tables.claims)

#: What a job has before its first start, and again when it is reopened.
UNTOUCHED: Mapping[str, Any] = {
    "reason": "",
    "ticket": None,
    "native": None,
    "started": None,
    "ended": None,
    "exit_code": None,
    "memory": None,
    "attempt": 0,
    "losses": 0,
    "executor": "",
    "host": "",
    "cause": None,
    "queued": None,
    "ready": None,
    "wall": None,
    "cpu": None,
    "peak": None,
    "cancel": False,
}


def now() -> datetime:
    """The moment, by this machine's clock; leases are never measured with it."""
    return datetime.now(UTC)


def unknown(run: int) -> RunNotFound:
    """The error that there is no run of this number."""
    return RunNotFound(f"there is no run {run}; see `holdfast job list`")


def number(run: int) -> int:
    """`run`, or a number that no run has if no column could hold it."""
    return run if 0 <= run <= INTEGER_LIMIT else -1


def text(words: str, limit: int | None = None) -> str:
    r"""`words` as every database takes them, at most `limit` characters.

    >>> text("a\0b \udcff"), text("megabytes", 4)
    ('a\\x00b \\udcff', 'mega')
    """
    return words.encode("utf-8", "backslashreplace").decode().replace("\0", r"\x00")[:limit]


def _bounded(count: int | None, limit: int) -> int | None:
    """`count`, or the number nearest to it that its column holds."""
    return None if count is None else max(-limit, min(count, limit))


def _finite(seconds: float | None) -> float | None:
    """`seconds`, or None if it is no number that every database holds."""
    return seconds if seconds is not None and isfinite(seconds) else None


# -- in --------------------------------------------------------------------------------------------


def waiting_rows(run: int, plan: Plan) -> list[dict[str, Any]]:
    """The jobs of a new run."""
    fixed = {"run": run, "status": Status.WAITING.value, "log": "", **UNTOUCHED}
    return [
        {
            **fixed,
            "name": job.name,
            "position": position,
            "label": job.label,
            "rule": job.rule.value,
            "priority": job.priority,
            "cores": _bounded(job.cores, SMALL_LIMIT),
            "memory": _bounded(job.memory, INTEGER_LIMIT),
        }
        for position, job in enumerate(plan.jobs)
    ]


def claim_row(claim: Claim | None) -> dict[str, Any]:
    """The columns of a run's claim, without its lease; all NULL for nobody."""
    return {
        "engine": None if claim is None else claim.engine,
        "host": None if claim is None else text(claim.host, tables.HOST_LIMIT),
        "pid": None if claim is None else claim.pid,
        "process_started": None if claim is None else claim.started,
        "boot": None if claim is None else claim.boot,
    }


def move_row(move: Move) -> dict[str, Any]:
    """The columns a move writes."""
    outcome, usage = move.outcome, move.outcome.usage
    written = {
        "status": outcome.status.value,
        "reason": text(outcome.reason),
        "log": text(str(outcome.log)),
        "started": outcome.started,
        "ended": outcome.ended,
        "exit_code": _bounded(outcome.exit_code, SMALL_LIMIT),
        "cause": None if outcome.cause is None else outcome.cause.value,
        "attempt": outcome.attempt,
        "losses": outcome.losses,
        "executor": text(outcome.executor, NAME_LIMIT),
        "queued": outcome.queued,
        "ready": move.ready_at if outcome.status is Status.WAITING else None,
        "host": text(usage.host, tables.HOST_LIMIT),
        "wall": _finite(usage.wall),
        "cpu": _finite(usage.cpu),
        "peak": _bounded(usage.memory, INTEGER_LIMIT),
    }
    if move.ticket is not None:  # the executor has not called this start anything yet
        written |= {"ticket": move.ticket, "native": None}
    share = {
        "cores": _bounded(move.cores, SMALL_LIMIT),
        "memory": _bounded(move.memory, INTEGER_LIMIT),
    }
    return written | {name: value for name, value in share.items() if value is not None}


def status_row(run: int, job: str, status: Status, reason: str, at: datetime) -> dict[str, Any]:
    """The event that a job has a new status."""
    return {
        "run": run,
        "job": job,
        "at": at,
        "status": status.value,
        "what": "",
        "done": None,
        "total": None,
        "unit": "",
        "message": text(reason),
    }


def progress_row(run: int, job: str, progress: Progress, at: datetime) -> dict[str, Any]:
    """The event that a job has come so far."""
    return {
        "run": run,
        "job": job,
        "at": at,
        "status": None,
        "what": text(progress.what),
        "done": _bounded(progress.done, INTEGER_LIMIT),
        "total": _bounded(progress.total, INTEGER_LIMIT),
        "unit": text(progress.unit, tables.UNIT_LIMIT),
        "message": text(progress.message),
    }


# -- out -------------------------------------------------------------------------------------------


def run_record(row: Row[Any]) -> RunRecord:
    """A row of `RUNS`."""
    return RunRecord(
        run=row.id,
        subject=row.subject,
        title=row.title,
        status=Status(row.status),
        started=row.started,
        ended=row.ended,
        claim=claim(row),
        cancel=row.cancel,
    )


def claim(row: Row[Any]) -> Claim | None:
    """The claim in a row of ``claims``."""
    if row.engine is None:
        return None
    return Claim(row.engine, row.host, row.pid, row.process_started, row.boot)


def outcome(row: Row[Any]) -> Outcome:
    """A row of ``jobs``."""
    return Outcome(
        status=Status(row.status),
        reason=row.reason,
        log=Path(row.log),
        started=row.started,
        ended=row.ended,
        exit_code=row.exit_code,
        cause=None if row.cause is None else Cause(row.cause),
        attempt=row.attempt,
        losses=row.losses,
        executor=row.executor,
        queued=row.queued,
        usage=Usage(host=row.host, wall=row.wall, cpu=row.cpu, memory=row.peak),
    )


def at_work(row: Row[Any]) -> AtWork:
    """A row of ``jobs`` that an executor has."""
    return AtWork(
        job=row.name,
        ticket=row.ticket,
        attempt=row.attempt,
        executor=row.executor,
        host=row.host,
        native=None if row.native is None else json.loads(row.native),
        status=Status(row.status),
        queued=row.queued,
        started=row.started,
    )


def event(row: Row[Any]) -> Event:
    """A row of ``events``."""
    happened = {"number": row.id, "run": row.run, "job": row.job, "at": row.at}
    if row.status is not None:
        return Event(**happened, status=Status(row.status), progress=None, reason=row.message)
    progress = Progress(row.what, row.done, row.total, row.unit, row.message)
    return Event(**happened, status=None, progress=progress)
