"""
From a URL to a connection: which driver, and what every connection is told first.

The ledger may be in SQLite, PostgreSQL or MariaDB. Whatever a server or its user has been set up
with (time zone, SQL mode, isolation), the ledger's connections set what it relies on themselves.
"""

import re
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from sqlalchemy import URL, Connection, Engine, create_engine, event, make_url
from sqlalchemy.exc import ArgumentError

from holdfast.errors import LedgerError

BUSY_SECONDS = 5  #: how long SQLite itself waits for another's transaction; then we ask again
#: A server ends a transaction whose client has said nothing for so long: the host may be gone, and
#: what it holds must be free for others. Nobody waits much longer for what another one holds.
STUCK_SECONDS = 20
CONNECT_SECONDS = 10


@dataclass(frozen=True, slots=True)
class Server:
    """One kind of database server."""

    driver: str  #: SQLAlchemy's name of it
    extra: str  #: what of Holdfast installs the driver
    arguments: Mapping[str, Any]  #: of the driver's connect function
    first: str  #: what every connection is told first


_POSTGRESQL = Server(
    driver="postgresql+psycopg",
    extra="postgresql",
    arguments={
        "connect_timeout": CONNECT_SECONDS,
        "client_encoding": "utf8",
        "keepalives_idle": 30,
        "tcp_user_timeout": 2000 * STUCK_SECONDS,
    },
    first=(
        f"SET idle_in_transaction_session_timeout = '{STUCK_SECONDS}s'; "
        f"SET lock_timeout = '{STUCK_SECONDS + 5}s'"
    ),
)
_MARIADB = Server(
    driver="mariadb+pymysql",
    extra="mariadb",
    arguments={
        "connect_timeout": CONNECT_SECONDS,
        "read_timeout": 3 * STUCK_SECONDS,
        "write_timeout": 2 * STUCK_SECONDS,
        "charset": "utf8mb4",
        "collation": "utf8mb4_nopad_bin",
        "sql_mode": "STRICT_ALL_TABLES,NO_ENGINE_SUBSTITUTION",
    },
    first=(
        f"SET SESSION idle_transaction_timeout = {STUCK_SECONDS}, "
        f"innodb_lock_wait_timeout = {STUCK_SECONDS + 5}"
    ),
)
_SERVERS = {
    "postgresql": _POSTGRESQL,
    "postgres": _POSTGRESQL,
    "mariadb": _MARIADB,
    "mysql": _MARIADB,
}


def parse(url: str) -> URL:
    """The parts of a database URL, with our driver in it.

    Raises
    ------
    LedgerError
        It cannot be understood, or the ledger cannot be in such a database.
    """
    try:
        parsed = make_url(url)
    except (ArgumentError, ValueError) as error:
        raise LedgerError(
            f"{_without_password(url)!r} is not a database URL; write it as "
            "sqlite:////folder/ledger.sqlite or postgresql://user:password@host/database"
        ) from error
    backend = parsed.drivername.partition("+")[0]
    if backend == "sqlite":
        return parsed.set(drivername="sqlite")
    if backend not in _SERVERS:
        raise LedgerError(
            f"the ledger cannot be kept in {backend!r}; begin its URL with sqlite, postgresql "
            "or mariadb"
        )
    return parsed.set(drivername=_SERVERS[backend].driver)


def is_sqlite(url: URL) -> bool:
    """Whether the database is a file."""
    return url.drivername == "sqlite"


def name_of(url: URL) -> str:
    """What messages call the ledger: a file's path, or a server's URL without the password."""
    if is_sqlite(url) and url.database:
        return url.database
    plain = url.set(drivername=url.get_backend_name(), query={})
    return plain.render_as_string(hide_password=True)


def connect(url: URL) -> Engine:
    """What makes connections to the database; none is made yet, but SQLite's folder is.

    Raises
    ------
    LedgerError
        The driver is not installed, or the folder cannot be made.
    """
    if is_sqlite(url):
        return _sqlite(url)
    server = _SERVERS[url.get_backend_name()]
    # What the URL says is the administrator's word.
    arguments = {key: value for key, value in server.arguments.items() if key not in url.query}
    try:
        engine = create_engine(
            url, connect_args=arguments, isolation_level="READ COMMITTED", pool_pre_ping=True
        )
    except ModuleNotFoundError as error:
        raise LedgerError(
            f"the ledger {name_of(url)} needs {error.name}, which is not installed; "
            f"install it with: pip install 'holdfast[{server.extra}]'"
        ) from error
    event.listen(engine, "connect", _says_first(server.first))
    return engine


def _says_first(statement: str) -> Callable[[Any, object], None]:
    def on_connect(connection: Any, _: object) -> None:
        with connection.cursor() as cursor:
            cursor.execute(statement)
        connection.commit()

    return on_connect


def _sqlite(url: URL) -> Engine:
    if url.database and url.database != ":memory:":
        _make_folder(Path(url.database).parent)
    engine = create_engine(url, connect_args={"timeout": BUSY_SECONDS})
    event.listen(engine, "connect", _set_up_sqlite)
    event.listen(engine, "begin", _begin_sqlite)
    return engine


def _make_folder(folder: Path) -> None:
    try:
        folder.mkdir(parents=True, exist_ok=True)
    except OSError as error:
        raise LedgerError(
            f"the folder of the ledger cannot be made: {error}; see that {folder.parent} is there "
            "and can be written"
        ) from error


def _set_up_sqlite(connection: Any, _: object) -> None:
    # The driver's own idea of when a transaction begins is switched off; _begin_sqlite decides.
    connection.isolation_level = None
    try:
        for pragma in ("journal_mode = WAL", "synchronous = FULL", "foreign_keys = ON"):
            connection.execute(f"PRAGMA {pragma}")
    except BaseException:
        connection.close()  # nobody else has it yet
        raise


def _begin_sqlite(connection: Connection) -> None:
    # A transaction that begins by reading and then writes can be refused at once when another one
    # wrote in between; one that says at its beginning that it will write waits for its turn.
    writes = connection.get_execution_options().get("holdfast_writes", False)
    connection.exec_driver_sql("BEGIN IMMEDIATE" if writes else "BEGIN")


def _without_password(url: str) -> str:
    return re.sub(r"^(.*?//?)?[^/]*@", r"\1***@", url)
