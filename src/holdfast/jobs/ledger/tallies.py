"""
Tallies: how many tries of jobs ended how, and how long they took.

They are added to in the transaction that writes the end of a try, so they never fall, whatever is
reopened or pruned later. Several engines add at once: each has one of a few rows for every sort of
end, chosen by its word, and takes them in order, so that they seldom wait and never for each other.
"""

import zlib
from collections import defaultdict
from collections.abc import Iterable
from dataclasses import dataclass, field
from functools import cache
from math import isfinite
from typing import Any

from sqlalchemy import Connection, Row, func, select
from sqlalchemy.dialects import mysql, sqlite

from holdfast.jobs.ledger import tables
from holdfast.jobs.ledger.values import BOUNDS, Tally
from holdfast.jobs.model import Outcome, Status

SHARDS = 8

_CLASSES = tuple(f"within_{place}" for place in range(len(BOUNDS)))
_ADDED = ("count", "timed", "seconds", *_CLASSES)


@dataclass(slots=True)
class _Sum:
    """What is to be added to one row."""

    count: int = 0
    timed: int = 0
    seconds: float = 0.0
    within: list[int] = field(default_factory=lambda: [0] * len(BOUNDS))

    def add(self, outcome: Outcome) -> None:
        self.count += 1
        seconds = _duration(outcome)
        if seconds is None:
            return
        self.timed += 1
        self.seconds += seconds
        for place, bound in enumerate(BOUNDS):
            self.within[place] += seconds <= bound

    def row(self) -> dict[str, Any]:
        within = dict(zip(_CLASSES, self.within, strict=True))
        return {"count": self.count, "timed": self.timed, "seconds": self.seconds, **within}


def add_tallies(
    connection: Connection, engine: str, outcomes: Iterable[tuple[str, Outcome]]
) -> None:
    """Count those of `outcomes`, each with the label of its job, that end a try."""
    sums: dict[tuple[str, str, str], _Sum] = defaultdict(_Sum)
    for label, outcome in outcomes:
        if _ends(outcome):
            cause = "" if outcome.cause is None else outcome.cause.value
            sums[label, outcome.status.value, cause].add(outcome)
    if not sums:
        return
    shard = zlib.crc32(engine.encode()) % SHARDS
    counted = [
        {"label": label, "status": status, "cause": cause, "shard": shard, **total.row()}
        for (label, status, cause), total in sorted(sums.items())
    ]
    connection.execute(_adding(connection.dialect.name), counted)


def read_tallies(connection: Connection) -> list[Tally]:
    """All tallies, in the order of label, status and cause."""
    columns = tables.tallies.c
    sort = (columns.label, columns.status, columns.cause)
    sums = [func.sum(columns[name]).label(f"all_{name}") for name in _ADDED]
    query = select(*sort, *sums).group_by(*sort).order_by(*sort)
    return [_tally(row) for row in connection.execute(query)]


def _tally(row: Row[Any]) -> Tally:
    return Tally(
        label=row.label,
        status=Status(row.status),
        cause=row.cause,
        count=int(row.all_count),  # sums are decimals in some databases
        seconds=float(row.all_seconds),
        within=tuple(int(getattr(row, f"all_{name}")) for name in _CLASSES),
        timed=int(row.all_timed),
    )


def _ends(outcome: Outcome) -> bool:
    """Whether it ends a try, or the hope of one."""
    return outcome.status.is_final or (
        outcome.status is Status.WAITING and outcome.cause is not None
    )


def _duration(outcome: Outcome) -> float | None:
    """Seconds a try took, the queue not counted; None if nobody knows."""
    if outcome.usage.wall is not None and isfinite(outcome.usage.wall):
        return max(0.0, outcome.usage.wall)
    if outcome.started is None or outcome.ended is None:
        return None
    return max(0.0, (outcome.ended - outcome.started).total_seconds())


@cache
def _adding(dialect: str) -> Any:
    """The statement that adds to a row, or makes it."""
    if dialect == "mariadb":
        added: Any = mysql.insert(tables.tallies)
        return added.on_duplicate_key_update(**_sums(added.inserted))
    if dialect == "sqlite":
        added = sqlite.insert(tables.tallies)
    else:
        from sqlalchemy.dialects import postgresql  # noqa: PLC0415 - most ledgers are in SQLite

        added = postgresql.insert(tables.tallies)
    key = list(tables.tallies.primary_key)
    return added.on_conflict_do_update(index_elements=key, set_=_sums(added.excluded))


def _sums(new: Any) -> dict[str, Any]:
    return {name: tables.tallies.c[name] + new[name] for name in _ADDED}
