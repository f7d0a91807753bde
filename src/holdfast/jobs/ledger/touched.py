"""
The jobs that one turn touches: read, changed in memory, written back, each of them once.

The caller holds the rows of their runs, so nobody else changes them in between.
"""

import json
from collections.abc import Iterable, Iterator, Mapping
from itertools import groupby
from typing import Any

from sqlalchemy import Connection, bindparam, insert, select, update
from sqlalchemy.dialects import mysql

from holdfast.errors import LedgerError
from holdfast.jobs.ledger import rows, tables
from holdfast.jobs.ledger.database import batches
from holdfast.jobs.ledger.values import Move, NativeNews
from holdfast.jobs.model import Status

Key = tuple[int, str]  #: the number of a run, and the name of a job


class Touched:
    """Some jobs of some runs, as the ledger has them and as they are to be."""

    def __init__(self, connection: Connection, keys: Iterable[Key]) -> None:
        self._connection = connection
        self._jobs = dict(_read(connection, sorted(set(keys))))
        self._changed: set[Key] = set()
        self._events: list[dict[str, Any]] = []

    def label(self, key: Key) -> str:
        """The label of a job that has been moved."""
        return str(self._jobs[key]["label"])

    def move(self, move: Move) -> None:
        """Give a job its new outcome.

        Raises
        ------
        LedgerError
            There is no such job, or it may not go from its present status to that one.
        """
        key, after = (move.run, move.job), move.outcome.status
        job = self._jobs.get(key)
        before = None if job is None else Status(job["status"])
        if job is None or before is None or not before.may_become(after):
            raise LedgerError(
                f"job {move.job!r} of run {move.run} cannot become {after.value} now; "
                + (f"it is {before.value}" if before else "there is no such job")
            )
        job.update(rows.move_row(move))
        self._changed.add(key)
        self._events.append(
            rows.status_row(move.run, move.job, after, move.outcome.reason, rows.now())
        )

    def name(self, news: NativeNews) -> None:
        """Note what its executor calls a job, if it is still the start that is meant."""
        job = self._jobs.get((news.run, news.job))
        if job is not None and job["ticket"] == news.ticket:
            job["native"] = json.dumps(dict(news.native))
            self._changed.add((news.run, news.job))

    def write(self) -> None:
        """Write what has changed, and the events that tell of it."""
        write = _UPSERT if self._connection.dialect.name == "mariadb" else _UPDATE
        changed = [_parameters(self._jobs[key]) for key in sorted(self._changed)]
        for some in batches(changed, 2000):
            self._connection.execute(write, some)
        for told in batches(self._events, 2000):
            self._connection.execute(insert(tables.events), told)


_JOBS = tables.jobs.c
#: What a turn may write, by the names of the columns.
_WRITTEN = (
    "status reason log ticket native started ended exit_code cores memory cause attempt losses "
    "executor queued ready host wall cpu peak"
).split()
_FIXED = ("run", "name", "position")
_READ = select(*(_JOBS[name] for name in (*_FIXED, "label", *_WRITTEN)))


def _read(connection: Connection, keys: list[Key]) -> Iterator[tuple[Key, dict[str, Any]]]:
    for run, of_run in groupby(keys, lambda key: key[0]):
        for some in batches([name for _, name in of_run]):
            query = _READ.where(_JOBS.run == run, _JOBS.name.in_(some))
            for row in connection.execute(query):
                yield (run, row.name), row._asdict()


def _parameters(job: Mapping[str, Any]) -> dict[str, Any]:
    return {f"its_{name}": job[name] for name in (*_FIXED, *_WRITTEN)}


def _its(name: str) -> Any:
    return bindparam(f"its_{name}", type_=_JOBS[name].type)


_UPDATE = (
    update(tables.jobs)
    .where(_JOBS.run == _its("run"), _JOBS.name == _its("name"))
    .values(**{name: _its(name) for name in _WRITTEN})
)

# MariaDB's driver sends many rows in one statement only when they are inserted. Nothing ever is
# inserted by this: every row is known to be there.
_INSERT = mysql.insert(tables.jobs).values(**{name: _its(name) for name in (*_FIXED, *_WRITTEN)})
_UPSERT = _INSERT.on_duplicate_key_update(**{name: _INSERT.inserted[name] for name in _WRITTEN})
