"""
The documents that executors and launchers exchange: values to JSON, and back with distrust.

A document that is not as it should be in any part tells nothing: the functions that read one answer
None then, and never raise.
"""

from collections.abc import Mapping
from dataclasses import asdict, dataclass
from datetime import UTC, datetime
from typing import Any

from holdfast.jobs.executors.attendance.endings import FORMAT
from holdfast.jobs.executors.interface import Ended
from holdfast.jobs.model import Cause, Usage

REASON_LIMIT = 8192  #: characters of a reason that are kept


@dataclass(frozen=True, slots=True)
class BeganNote:
    """What the launcher of a job wrote when it began: process numbers are those of the launcher."""

    ticket: str
    at: datetime  #: UTC
    host: str
    pid: int
    started: int  #: clock ticks since that host's boot
    boot: str
    scheduler: str = ""  #: the batch system's own number of the job, if it has one


def of_began(note: BeganNote) -> dict[str, Any]:
    """`note` as a document for JSON."""
    return {"format": FORMAT, **asdict(note), "at": note.at.isoformat()}


def began_from(document: Mapping[str, Any], ticket: str) -> BeganNote | None:
    """The beginning that `document` tells of the start `ticket`; None if it tells none of it."""
    at = _moment(document.get("at"))
    pid, started = (_whole(document.get(key)) for key in ("pid", "started"))
    host, boot, scheduler = (document.get(key) for key in ("host", "boot", "scheduler"))
    if document.get("ticket") != ticket or at is None or pid is None or started is None:
        return None
    if not (isinstance(host, str) and isinstance(boot, str) and isinstance(scheduler, str)):
        return None
    return BeganNote(ticket, at, host, pid, started, boot, scheduler)


def document_of(ended: Ended) -> dict[str, Any]:
    """`ended` as a document for JSON."""
    usage = ended.usage
    return {
        "format": FORMAT,
        "ticket": ended.ticket,
        "cause": ended.cause.value,
        "exit_code": ended.exit_code,
        "reason": ended.reason[:REASON_LIMIT],
        "at": ended.at.isoformat(),
        "usage": {
            "host": usage.host,
            "wall": usage.wall,
            "cpu": usage.cpu,
            "memory": usage.memory,
        },
    }


def ended_from(document: Mapping[str, Any], ticket: str) -> Ended | None:
    """The end that `document` tells of the start `ticket`; None if it tells none of it."""
    at, reason = _moment(document.get("at")), document.get("reason")
    causes = {cause.value: cause for cause in Cause}
    cause = causes.get(str(document.get("cause")))
    if document.get("ticket") != ticket or cause is None or at is None:
        return None
    code = document.get("exit_code")
    if not isinstance(reason, str) or not (code is None or _whole(code) is not None):
        return None
    return Ended(ticket, cause, reason[:REASON_LIMIT], at, code, _usage(document.get("usage")))


def is_spec(document: Mapping[str, Any]) -> bool:
    """Whether each part of a .start file is of the kind that is expected there."""
    command, environment = document.get("command"), document.get("environment")
    return (
        isinstance(command, list)
        and bool(command)
        and all(isinstance(word, str) for word in command)
        and isinstance(environment, dict)
        and all(isinstance(value, str) for value in environment.values())
        and all(isinstance(document.get(key), str) for key in _TEXTS)
        and all(_is_number(document.get(key)) for key in ("memory", "time", "asked_time"))
        and isinstance(document.get("stdout"), str | None)
        and isinstance(document.get("grace"), int | float)
    )


_TEXTS = ("ticket", "directory", "log", "folder")


def _is_number(value: object) -> bool:
    return value is None or (isinstance(value, int | float) and value > 0)


def _usage(value: object) -> Usage:
    if not isinstance(value, dict):
        return Usage()
    host, memory = value.get("host"), _whole(value.get("memory"))
    wall, cpu = (_seconds(value.get(key)) for key in ("wall", "cpu"))
    return Usage(host if isinstance(host, str) else "", wall, cpu, memory)


def _seconds(value: object) -> float | None:
    if isinstance(value, bool) or not isinstance(value, int | float):
        return None
    return float(value) if 0 <= value < float("inf") else None


def _whole(value: object) -> int | None:
    if isinstance(value, bool) or not isinstance(value, int):
        return None
    return value if abs(value) < 2**63 else None


def _moment(value: object) -> datetime | None:
    try:
        moment = datetime.fromisoformat(value) if isinstance(value, str) else None
        return None if moment is None or moment.tzinfo is None else moment.astimezone(UTC)
    except (ValueError, OverflowError):
        return None
