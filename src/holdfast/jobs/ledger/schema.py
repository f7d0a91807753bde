"""
The ledger's tables are made when the database is new, and brought up to date when they are old.

Opening a ledger that is up to date costs one question. Everything else is done by one process at a
time, under a lock of the whole database, and can be killed and begun again. Alembic, which keeps
the steps from version to version, is imported only when there is something to upgrade.
"""

from collections.abc import Iterator
from contextlib import contextmanager, nullcontext
from pathlib import Path

from sqlalchemy import (
    Column,
    Connection,
    MetaData,
    Select,
    String,
    Table,
    func,
    insert,
    inspect,
    select,
    update,
)
from sqlalchemy.exc import DBAPIError

from holdfast.errors import LedgerError
from holdfast.jobs.ledger import account_tables, bank_tables, errand_tables, tables
from holdfast.jobs.ledger.database import Database, is_busy, passes

MIGRATIONS = Path(__file__).parent / "migrations"
ROOM = "room"  #: the row of ``meta`` that is locked by who looks for room
_LOCK_NAME, _LOCK_NUMBER = "holdfast ledger", 0x686F6C64  #: of the lock while tables are made

#: Alembic's own table; its one row is the version, as in ``meta``.
_alembic = Table("alembic_version", MetaData(), Column("version_num", String(32), primary_key=True))


def prepare(database: Database) -> None:
    """See that the tables are there and ours to use; make or upgrade them if need be.

    Raises
    ------
    LedgerError
        A newer Holdfast has written them, or the database cannot be used.
    """
    found = database.read(_version)
    if found != tables.SCHEMA_VERSION:
        database.write(lambda connection: _make(connection, database))


def _make(connection: Connection, database: Database) -> None:
    with _alone(connection):
        found = _version(connection)  # another process may have been quicker
        if found is None:
            _create(connection)
        elif found > tables.SCHEMA_VERSION:
            raise LedgerError(
                f"the ledger {database.name} has schema {found} and this Holdfast knows "
                f"{tables.SCHEMA_VERSION}; use the Holdfast that wrote it, or a newer one"
            )
        elif found < tables.SCHEMA_VERSION:
            upgrade(connection, str(found))


def _version(connection: Connection) -> int | None:
    """The version of the tables; None if there are none."""
    try:
        with (
            connection.begin_nested() if connection.dialect.name == "postgresql" else nullcontext()
        ):
            value = connection.execute(_VERSION).scalar()
    except DBAPIError as error:
        # No table, most likely; but what is broken or away is not a new database.
        if passes(error) or is_busy(error):
            raise
        if not inspect(connection).has_table(tables.meta.name):
            return None
        value = connection.execute(_VERSION).scalar()  # made meanwhile, or else broken
    return None if value is None else int(value)


_VERSION: Select[str] = select(tables.meta.c.value).where(tables.meta.c.key == "schema")


@contextmanager
def _alone(connection: Connection) -> Iterator[None]:
    """Only one process at a time does what is inside.

    In SQLite the transaction itself sees to it, and in PostgreSQL the lock ends with it. MariaDB
    ends a transaction at each statement about tables, so there the connection holds the lock.
    """
    if connection.dialect.name == "postgresql":
        connection.execute(select(func.pg_advisory_xact_lock(_LOCK_NUMBER)))
    if connection.dialect.name != "mariadb":
        yield
        return
    name = func.concat(_LOCK_NAME, " ", func.left(func.sha1(func.database()), 32))
    if connection.execute(select(func.get_lock(name, 60))).scalar() != 1:
        raise LedgerError("another process has been making the ledger's tables for a minute")
    try:
        yield
        connection.exec_driver_sql("COMMIT")  # before another one is let in
        connection.execute(select(func.release_lock(name)))
    except BaseException:
        connection.invalidate()  # the lock goes with it
        raise


def _create(connection: Connection) -> None:
    """Make the tables of today at once; the same as all steps after each other."""
    for declared in (tables, bank_tables, account_tables, errand_tables):
        declared.metadata.create_all(connection)
    _alembic.create(connection, checkfirst=True)
    if connection.execute(select(_alembic.c.version_num)).first() is None:
        connection.execute(insert(_alembic).values(version_num=str(tables.SCHEMA_VERSION)))
    rows = [
        {"key": ROOM, "value": ""},
        {"key": "schema", "value": str(tables.SCHEMA_VERSION)},  # the last word: it is all there
    ]
    connection.execute(insert(tables.meta), rows)


def upgrade(connection: Connection, found: str, to: str = "head") -> None:
    """Bring the tables from version `found` to version `to`, step by step, with all they hold."""
    from alembic import command  # noqa: PLC0415 - takes a while to import, and is seldom needed
    from alembic.config import Config  # noqa: PLC0415 - as above

    config = Config()
    config.set_main_option("script_location", str(MIGRATIONS).replace("%", "%%"))
    config.attributes["connection"] = connection
    _alembic.create(connection, checkfirst=True)
    if found != "0" and connection.execute(select(_alembic.c.version_num)).first() is None:
        # The first Holdfast did not know Alembic.
        connection.execute(insert(_alembic).values(version_num=found))
    command.upgrade(config, to)
    version = connection.execute(select(_alembic.c.version_num)).scalar_one()
    connection.execute(
        update(tables.meta).where(tables.meta.c.key == "schema").values(value=version)
    )
