"""The ledger itself: opened from a URL, put together from its parts."""

from typing import Self

from holdfast.base.closing import Closes
from holdfast.jobs.ledger import schema
from holdfast.jobs.ledger.claims import Claims
from holdfast.jobs.ledger.connecting import connect, name_of, parse
from holdfast.jobs.ledger.database import Database
from holdfast.jobs.ledger.due import Due
from holdfast.jobs.ledger.events import Events
from holdfast.jobs.ledger.history import History
from holdfast.jobs.ledger.overview import Overview
from holdfast.jobs.ledger.runs import Runs
from holdfast.jobs.ledger.work import Work

PATIENCE = 30.0  #: seconds of trying again while the database is busy or away


class Ledger(Runs, Events, Claims, Work, History, Due, Overview, Closes):
    """The ledger in one database. Open it with :meth:`open`; safe to share between threads."""

    def __init__(self, database: Database) -> None:
        self._database = database

    @classmethod
    def open(cls, url: str, *, patience: float = PATIENCE) -> Self:
        """The ledger at the database `url`; made, with its folder, if it is not there yet.

        `patience` is for how many seconds a question or a transaction is tried again while the
        database is busy or away; a server that is not there at the beginning is told at once.

        Raises
        ------
        LedgerError
            `url` cannot be understood or reached, its driver is not installed, or what is there is
            not a ledger, or one of a newer Holdfast.
        """
        parsed = parse(url)
        database = Database(connect(parsed), name_of(parsed), patience)
        try:
            database.reach()
            schema.prepare(database)
        except BaseException:
            database.close()
            raise
        return cls(database)

    def close(self) -> None:
        """Let go of the database. Nothing is saved by it: everything is saved already."""
        self._database.close()

    @property
    def database(self) -> Database:
        """Where it is kept: for what else is kept in the same database."""
        return self._database

    @property
    def is_shared(self) -> bool:
        """Whether other hosts may use it too: it is on a server, not in a file."""
        return self._database.dialect != "sqlite"
