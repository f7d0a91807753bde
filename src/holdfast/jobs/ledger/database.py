"""
The database beneath the ledger: one transaction at a time, with patience for what passes.

A server that is restarted, a deadlock, another process's transaction: all these pass, and the whole
transaction is tried again until the patience is over. A transaction may then have been committed
although its answer was lost on the way; who writes what must not be written twice recognises that
in its next attempt. Errors of the database become :class:`~holdfast.errors.LedgerError` here and
nowhere else.
"""

import logging
import time
from collections.abc import Callable, Collection, Iterator
from typing import Any, TypeVar

from sqlalchemy import ColumnElement, Connection, Engine
from sqlalchemy.exc import DBAPIError, OperationalError, SQLAlchemyError
from sqlalchemy.ext.compiler import compiles
from sqlalchemy.sql.functions import GenericFunction
from sqlalchemy.types import BigInteger

from holdfast.errors import LedgerError

logger = logging.getLogger(__name__)

T = TypeVar("T")

FIRST_REST, LONGEST_REST = 0.02, 1.0  #: seconds between two attempts; each rest is twice the last

#: SQLSTATE of PostgreSQL: serialization failure, deadlock, lock wait too long, too many
#: connections, being shut down, crashed, not yet up, silent too long within a transaction; its
#: class 08 is a lost connection.
_PASSING_STATES = {"40001", "40P01", "55P03", "53300", "57P01", "57P02", "57P03", "25P03"}
#: Numbers of MariaDB: too many connections, shutting down, lock wait too long, deadlock, no server,
#: gone away, lost, killed.
_PASSING_NUMBERS = {1040, 1053, 1205, 1213, 1927, 2002, 2003, 2006, 2013, 4031}
_STARTING = ("the database system is starting up", "the database system is not yet accepting")
_LOCKED = ("database is locked", "database table is locked", "database schema is locked")


class Database:
    """One database, asked and written in whole transactions; safe to share between threads."""

    def __init__(self, engine: Engine, name: str, patience: float) -> None:
        self._engine = engine
        self.name = name
        self.patience = patience  #: seconds

    @property
    def dialect(self) -> str:
        """``sqlite``, ``postgresql`` or ``mariadb``."""
        return self._engine.dialect.name

    def close(self) -> None:
        """Let go of all connections."""
        self._engine.dispose()

    def read(self, ask: Callable[[Connection], T]) -> T:
        """What `ask` finds in one transaction that writes nothing.

        Raises
        ------
        LedgerError
            The database is damaged, or stayed out of reach until the patience was over.
        """
        return self._patiently(lambda: self._in_transaction(ask, writes=False))

    def write(self, act: Callable[[Connection], T]) -> T:
        """Do `act` in one transaction, committed when this returns.

        `act` may be called again, after an attempt that was rolled back, or whose commit was not
        answered.

        Raises
        ------
        LedgerError
            As for :meth:`read`; then, or when `act` raises, nothing is written, but for a commit
            that the patience did not suffice to ask about.
        """
        return self._patiently(lambda: self._in_transaction(act, writes=True))

    def _in_transaction(self, act: Callable[[Connection], T], *, writes: bool) -> T:
        with self._engine.connect() as connection:
            told = connection.execution_options(holdfast_writes=writes)
            with told.begin():
                return act(told)

    def _patiently(self, attempt: Callable[[], T]) -> T:
        deadline = time.monotonic() + self.patience
        rest = FIRST_REST
        while True:
            try:
                return attempt()
            except (SQLAlchemyError, OSError) as error:
                if not passes(error) or time.monotonic() > deadline:
                    raise self.error(error) from error
                logger.warning("the ledger %s: %s; trying again", self.name, problem(error))
            time.sleep(min(rest, max(0.0, deadline - time.monotonic())))
            rest = min(2 * rest, LONGEST_REST)

    def error(self, error: BaseException) -> LedgerError:
        """`error` of the database as ours, saying what to do."""
        what_to_do = (
            "see that its folder can be written and has space, or put back a copy of it"
            if self.dialect == "sqlite"
            else "see that the server answers and that its user may write there"
        )
        secret = self._engine.url.password
        words = problem(error)
        if secret:
            words = words.replace(str(secret), "***")
        return LedgerError(f"the ledger {self.name} cannot be used: {words}; {what_to_do}")

    def reach(self) -> None:
        """See that the database can be reached, without patience for a server that is not there.

        Raises
        ------
        LedgerError
            It cannot.
        """
        try:
            self._engine.connect().close()
        except (SQLAlchemyError, OSError) as error:
            if not is_busy(error):
                raise self.error(error) from error


def problem(error: BaseException) -> str:
    """What the database said, on one line."""
    words = str(getattr(error, "orig", None) or error).strip()
    return words.splitlines()[0] if words else type(error).__name__


def passes(error: BaseException) -> bool:
    """Whether it makes sense to try the same again: the database was busy or away."""
    if not isinstance(error, DBAPIError):
        return False
    if error.connection_invalidated:
        return True
    cause: Any = error.orig
    match type(cause).__module__.partition(".")[0]:
        case "psycopg":
            if cause.sqlstate is None:  # it comes from this side of the wire: no connection
                return isinstance(error, OperationalError)
            return cause.sqlstate in _PASSING_STATES or cause.sqlstate.startswith("08")
        case "pymysql":
            return bool(cause.args) and cause.args[0] in _PASSING_NUMBERS
        case _:
            return str(cause).startswith(_LOCKED)


def is_busy(error: BaseException) -> bool:
    """Whether the database is there and will answer soon: it is locked, or still starting up."""
    words = str(getattr(error, "orig", None) or error)
    return words.startswith(_LOCKED) or any(sign in words for sign in _STARTING)


# -- what each database says in its own way --------------------------------------------------------


class clock(GenericFunction[int]):  # noqa: N801 - it is written as a function of SQL
    """The database's own clock, in milliseconds since 1970, whatever the session's time zone."""

    type = BigInteger()
    inherit_cache = True


@compiles(clock, "sqlite")
def _sqlite_clock(*_: object, **__: object) -> str:
    return "CAST((julianday('now') - 2440587.5) * 86400000 AS INTEGER)"


@compiles(clock, "postgresql")
def _postgresql_clock(*_: object, **__: object) -> str:
    # Not the time the transaction began: it may have waited for a lock since.
    return "CAST(EXTRACT(EPOCH FROM clock_timestamp()) * 1000 AS BIGINT)"


@compiles(clock, "mysql", "mariadb")
def _mariadb_clock(*_: object, **__: object) -> str:
    return "(TIMESTAMPDIFF(MICROSECOND, '1970-01-01', UTC_TIMESTAMP(6)) DIV 1000)"


def lease_of(seconds: float) -> ColumnElement[int]:
    """The moment, by the database's clock, `seconds` from now."""
    return clock() + int(1000 * seconds)


def batches(items: Collection[T], size: int = 500) -> Iterator[list[T]]:
    """`items` in lists of at most `size`: no statement has more values than a database takes."""
    listed = list(items)
    for start in range(0, len(listed), size):
        yield listed[start : start + size]
