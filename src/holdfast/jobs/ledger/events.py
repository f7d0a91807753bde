"""Events: what happened, in order, for those who follow one run or all of them."""

from collections.abc import Sequence
from datetime import datetime

from sqlalchemy import Select, select

from holdfast.jobs.ledger import rows, tables
from holdfast.jobs.ledger.database import Database
from holdfast.jobs.ledger.values import Event

HOLD_BACK = 10.0  #: seconds for which :meth:`Events.feed` waits for a number that is left out


class Events:
    """The part of the ledger that is followed."""

    _database: Database

    def events(self, run: int, after: int = 0, limit: int = 10_000) -> list[Event]:
        """What happened in `run` after the event numbered `after`, oldest first."""
        return self._events(
            select(tables.events).where(tables.events.c.run == rows.number(run)), after, limit
        )

    def feed(self, after: int, limit: int = 10_000) -> list[Event]:
        """What happened in any run after the event numbered `after`, oldest first.

        Transactions of several engines may end in another order than they took their numbers. So
        while a number is left out whose event may still come, what follows it is held back, for
        :data:`HOLD_BACK` seconds at most.
        """
        found = self._events(select(tables.events), after, limit)
        return _without_gaps(found, after, rows.now())

    def last_event(self) -> int:
        """The number of the newest event over all runs; 0 if nothing happened yet."""
        query = select(tables.events.c.id).order_by(tables.events.c.id.desc()).limit(1)
        return self._database.read(lambda connection: connection.execute(query).scalar()) or 0

    def _events(self, query: Select[tuple[object, ...]], after: int, limit: int) -> list[Event]:
        number = tables.events.c.id
        query = query.where(number > after).order_by(number).limit(limit)
        found = self._database.read(lambda connection: connection.execute(query).all())
        return [rows.event(row) for row in found]


def _without_gaps(events: Sequence[Event], after: int, now: datetime) -> list[Event]:
    sure = []
    for event in events:
        if event.number != after + 1 and (now - event.at).total_seconds() < HOLD_BACK:
            break
        sure.append(event)
        after = event.number
    return sure
