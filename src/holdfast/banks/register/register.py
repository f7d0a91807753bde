"""What happened to banks, who did it, and how it ended."""

from dataclasses import dataclass
from datetime import datetime
from typing import Any

from sqlalchemy import Row, func, insert, select

from holdfast.jobs.ledger import Ledger, rows
from holdfast.jobs.ledger import bank_tables as tables
from holdfast.jobs.model import NAME_LIMIT

_EVENTS = tables.bank_events.c


@dataclass(frozen=True, slots=True)
class Event:
    """One thing that happened to a bank."""

    bank: str
    action: str  #: one word: update, publish, freeze, remove …
    release: str | None  #: None: it is not about one release
    when: datetime
    who: str  #: the login name; empty: unknown
    outcome: str  #: one word: done, failed …
    run: int | None  #: the run that did it, which may be forgotten by now
    detail: str  #: a sentence


class Register:
    """The events of all banks, in a ledger."""

    def __init__(self, ledger: Ledger) -> None:
        self._database = ledger.database

    def note(self, *events: Event) -> None:
        """Write down what happened, all of it in one transaction.

        Raises
        ------
        LedgerError
            The ledger cannot be written.
        """
        if events:
            written = [_row(event) for event in events]
            self._database.write(
                lambda connection: connection.execute(insert(tables.bank_events), written)
            )

    def events(
        self, bank: str | None = None, limit: int = 100, action: str | None = None
    ) -> list[Event]:
        """The last `limit` things that happened, to `bank` or to any, the newest first.

        With `action` only those of one kind.
        """
        order = _EVENTS.at.desc(), _EVENTS.id.desc()
        query = select(tables.bank_events).order_by(*order).limit(limit)
        if bank is not None:
            query = query.where(_EVENTS.bank == rows.text(bank))
        if action is not None:
            query = query.where(_EVENTS.action == rows.text(action))
        found = self._database.read(lambda connection: connection.execute(query).all())
        return [_event(row) for row in found]

    def newest(self, action: str) -> dict[str, Event]:
        """The last time that `action` was done, or failed, of each bank."""
        its = _EVENTS.action == rows.text(action)
        last = select(_EVENTS.bank, func.max(_EVENTS.at).label("at")).where(its)
        latest = last.group_by(_EVENTS.bank).subquery()
        same = (latest.c.bank == _EVENTS.bank) & (latest.c.at == _EVENTS.at)
        query = select(tables.bank_events).join(latest, same).where(its).order_by(_EVENTS.id)
        found = self._database.read(lambda connection: connection.execute(query).all())
        return {row.bank: _event(row) for row in found}

    def rename(self, old: str, new: str) -> None:
        """What happened to the bank `old` has happened to `new`."""
        renamed = tables.bank_events.update().where(_EVENTS.bank == rows.text(old))
        self._database.write(lambda connection: connection.execute(renamed.values(bank=new)))


def _row(event: Event) -> dict[str, Any]:
    return {
        "bank": rows.text(event.bank, tables.BANK_LIMIT),
        "action": rows.text(event.action, tables.ACTION_LIMIT),
        "release": rows.text(event.release or "", NAME_LIMIT),
        "at": event.when,
        "who": rows.text(event.who, NAME_LIMIT),
        "outcome": rows.text(event.outcome, tables.OUTCOME_LIMIT),
        "run": event.run,
        "detail": rows.text(event.detail),
    }


def _event(row: Row[Any]) -> Event:
    return Event(
        bank=row.bank,
        action=row.action,
        release=row.release or None,
        when=row.at,
        who=row.who,
        outcome=row.outcome,
        run=row.run,
        detail=row.detail,
    )
