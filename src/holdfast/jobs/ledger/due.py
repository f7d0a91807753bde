"""
Due times: which due time of a schedule was taken on last, so that each is taken on once.

Several workers may look at the same schedules; the one whose statement comes first has it.
"""

import secrets
from collections.abc import Mapping
from datetime import UTC, datetime

from sqlalchemy import Connection, insert, select, update
from sqlalchemy.exc import IntegrityError

from holdfast.jobs.ledger import rows, tables
from holdfast.jobs.ledger.database import Database, clock
from holdfast.jobs.ledger.runs import begin_run
from holdfast.jobs.ledger.values import Scheduled
from holdfast.jobs.plan import Plan

_COLUMNS = tables.schedules.c


class Due:
    """The part of the ledger that is about schedules."""

    _database: Database

    def scheduled(self, name: str) -> Scheduled | None:
        """What was last begun for the schedule `name`; None if nothing ever was."""
        query = select(tables.schedules).where(_COLUMNS.name == name)
        row = self._database.read(lambda connection: connection.execute(query).first())
        return None if row is None else Scheduled(row.name, row.due, row.started, row.run)

    def last_due(self, name: str) -> datetime | None:
        """The last due time of the schedule `name` that someone took on."""
        found = self.scheduled(name)
        return None if found is None else found.due

    def claim_due(self, name: str, expected_last: datetime | None, due: datetime) -> bool:
        """Take on `due`, if the last one taken on is still `expected_last`.

        False: someone else was quicker. Nobody can take on the same due time again, also if
        nothing comes of it.
        """
        word = secrets.token_hex(16)
        values = {"due": due, "started": rows.now(), "run": None, "word": word}

        def act(connection: Connection) -> bool:
            if connection.scalar(select(_COLUMNS.word).where(_COLUMNS.name == name)) == word:
                return True  # an attempt whose commit was not answered
            return _take(connection, name, expected_last, values)

        return self._database.write(act)

    def begin_due(
        self, name: str, expected_last: datetime | None, due: datetime, plan: Plan
    ) -> int | None:
        """Take on `due` as :meth:`claim_due` does, and begin a run of `plan` for it, in one.

        Nobody has a claim on the run yet: whoever looks for abandoned runs takes it. None: someone
        else was quicker, and nothing was begun. As both are one transaction, no due time is lost
        between them, whenever the one who takes it on is killed.
        """
        word = secrets.token_hex(16)

        def act(connection: Connection) -> int | None:
            mine = select(_COLUMNS.run).where(_COLUMNS.name == name, _COLUMNS.word == word)
            if (begun := connection.scalar(mine)) is not None:
                return int(begun)  # an attempt whose commit was not answered
            values = {"due": due, "started": rows.now(), "run": None, "word": word}
            if not _take(connection, name, expected_last, values):
                return None
            run = begin_run(connection, plan, None, 0, word)
            noting = update(tables.schedules).where(_COLUMNS.name == name)
            connection.execute(noting.values(run=run))
            return run

        return self._database.write(act)

    def now(self) -> datetime:
        """The moment, by the clock of the database: the same for all who share the ledger."""
        found = self._database.read(lambda connection: connection.scalar(select(clock())))
        return datetime.fromtimestamp((found or 0) / 1000, UTC)


def _take(
    connection: Connection, name: str, expected_last: datetime | None, values: Mapping[str, object]
) -> bool:
    if expected_last is None:
        return _first_of_all(connection, name, values)
    taking = update(tables.schedules).where(_COLUMNS.name == name, _COLUMNS.due == expected_last)
    return connection.execute(taking.values(**values)).rowcount == 1


def _first_of_all(connection: Connection, name: str, values: Mapping[str, object]) -> bool:
    try:
        with connection.begin_nested():
            connection.execute(insert(tables.schedules).values(name=name, **values))
    except IntegrityError:
        return False
    return True
