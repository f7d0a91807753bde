"""
Due times: which due time of a schedule was taken on last, so that each is taken on once.

Several workers may look at the same schedules; the one whose statement comes first has it.
"""

import secrets
from collections.abc import Mapping
from datetime import datetime

from sqlalchemy import Connection, insert, select, update
from sqlalchemy.exc import IntegrityError

from holdfast.jobs.ledger import rows, tables
from holdfast.jobs.ledger.database import Database
from holdfast.jobs.ledger.values import Scheduled

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
            if expected_last is None:
                return _first_of_all(connection, name, values)
            taking = update(tables.schedules).where(
                _COLUMNS.name == name, _COLUMNS.due == expected_last
            )
            return connection.execute(taking.values(**values)).rowcount == 1

        return self._database.write(act)

    def note_scheduled(self, name: str, due: datetime, run: int) -> None:
        """Write down that `run` was begun for the due time `due` of the schedule `name`."""
        noting = update(tables.schedules).where(_COLUMNS.name == name, _COLUMNS.due == due)
        self._database.write(lambda connection: connection.execute(noting.values(run=run)))


def _first_of_all(connection: Connection, name: str, values: Mapping[str, object]) -> bool:
    try:
        with connection.begin_nested():
            connection.execute(insert(tables.schedules).values(name=name, **values))
    except IntegrityError:
        return False
    return True
