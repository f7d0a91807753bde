"""
The ledger's tables, declared once. ``docs/reference/ledger.md`` explains each column.

Names and keys have bounded lengths and times are kept in UTC without a zone, so that the same
declarations serve SQLite, PostgreSQL and MariaDB. A change here needs a migration beside it.
"""

from datetime import UTC, datetime
from typing import Any

from sqlalchemy import (
    BigInteger,
    Boolean,
    Column,
    DateTime,
    Dialect,
    Double,
    ForeignKey,
    ForeignKeyConstraint,
    Index,
    Integer,
    MetaData,
    String,
    Text,
    TypeDecorator,
    false,
    text,
)
from sqlalchemy import Table as AnyTable
from sqlalchemy.dialects import mysql
from sqlalchemy.types import TypeEngine

from holdfast.jobs.ledger.values import BOUNDS
from holdfast.jobs.model import NAME_LIMIT

SCHEMA_VERSION = 5
WORD_LIMIT = 64  #: characters of a random word: an engine, a ticket, a boot
HOST_LIMIT = 255
UNIT_LIMIT = 50
STATUS_LIMIT = 20

metadata = MetaData()

#: A number that grows; SQLite's own name for its row number is INTEGER, which has 64 bits there.
Number = BigInteger().with_variant(Integer, "sqlite")
#: A text of any length; MariaDB's TEXT ends at 64 kB, and plans do not.
LongText = Text().with_variant(mysql.LONGTEXT, "mysql", "mariadb")

# In MariaDB a name is compared byte by byte, blanks at its end too, as the other two do.
_IN_MARIADB: dict[str, Any] = {
    "mariadb_engine": "InnoDB",
    "mariadb_charset": "utf8mb4",
    "mariadb_collate": "utf8mb4_nopad_bin",
}


class Utc(TypeDecorator[datetime]):
    """A moment to the microsecond, written in UTC without its zone and read back with it."""

    impl = DateTime
    cache_ok = True

    def load_dialect_impl(self, dialect: Dialect) -> TypeEngine[Any]:
        """What the database calls it; MariaDB cuts to seconds unless told not to."""
        if dialect.name in ("mysql", "mariadb"):
            return dialect.type_descriptor(mysql.DATETIME(fsp=6))
        return dialect.type_descriptor(DateTime())

    def process_bind_param(self, value: datetime | None, dialect: Dialect) -> datetime | None:
        """A moment as the database keeps it."""
        return None if value is None else value.astimezone(UTC).replace(tzinfo=None)

    def process_result_value(self, value: datetime | None, dialect: Dialect) -> datetime | None:
        """A moment as the rest of Holdfast knows it."""
        return None if value is None else value.replace(tzinfo=UTC)


def new_table(name: str, *parts: Any, **options: Any) -> AnyTable:
    """A table of the ledger, compared byte by byte wherever it is."""
    return AnyTable(name, metadata, *parts, **_IN_MARIADB, **options)


#: What is true of the whole ledger: ``schema`` is the version of these tables. The row ``room`` is
#: locked by who looks for room for another job.
meta = new_table(
    "meta",
    Column("key", String(50), primary_key=True),
    Column("value", String(200), nullable=False),
)

runs = new_table(
    "runs",
    Column("id", Number, primary_key=True, autoincrement=True),
    Column("subject", String(NAME_LIMIT), nullable=False),
    Column("title", LongText, nullable=False),
    Column("plan", LongText, nullable=False),
    Column("status", String(STATUS_LIMIT), nullable=False),
    Column("started", Utc, nullable=False),
    Column("ended", Utc),
    Index("runs_by_subject", "subject", "id"),
    Index("runs_by_end", "ended"),
    sqlite_autoincrement=True,  # the number of a removed run is never given again
)

#: What changes about a run in every turn. It stands apart from the plan, which may be long: SQLite
#: writes a row whole whenever anything in it changes.
claims = new_table(
    "claims",
    Column("run", Number, ForeignKey("runs.id", ondelete="CASCADE"), primary_key=True),
    Column("is_open", Boolean, nullable=False),  # the run has not ended
    Column("engine", String(WORD_LIMIT)),  # who does it; NULL: nobody
    Column("host", String(HOST_LIMIT)),
    Column("pid", BigInteger),
    Column("process_started", BigInteger),
    Column("boot", String(WORD_LIMIT)),
    Column("lease", BigInteger),  # the database's clock, in milliseconds since 1970
    Column("cancel", Boolean, nullable=False, server_default=false()),
    Column("turn", String(WORD_LIMIT)),  # the word of the last transaction about it
    Index("claims_by_engine", "engine"),
    Index("claims_by_open", "is_open"),
)

jobs = new_table(
    "jobs",
    Column("run", Number, ForeignKey("runs.id", ondelete="CASCADE"), primary_key=True),
    Column("name", String(NAME_LIMIT), primary_key=True),
    Column("position", Integer, nullable=False),
    Column("status", String(STATUS_LIMIT), nullable=False),
    Column("reason", LongText, nullable=False),
    Column("log", LongText, nullable=False),
    Column("ticket", String(WORD_LIMIT)),  # marks every process of the last start
    Column("native", LongText),  # what the executor calls it; JSON
    Column("started", Utc),
    Column("ended", Utc),
    Column("exit_code", Integer),
    Column("label", String(NAME_LIMIT), nullable=False, server_default=""),
    Column("rule", String(STATUS_LIMIT), nullable=False, server_default="usual"),
    Column("priority", Integer, nullable=False, server_default=text("0")),
    Column("cores", Integer, nullable=False, server_default=text("1")),  # its share
    Column("memory", BigInteger),
    Column("attempt", Integer, nullable=False, server_default=text("0")),
    Column("losses", Integer, nullable=False, server_default=text("0")),
    Column("executor", String(NAME_LIMIT), nullable=False, server_default=""),
    Column("host", String(HOST_LIMIT), nullable=False, server_default=""),
    Column("cause", String(STATUS_LIMIT)),
    Column("queued", Utc),
    Column("ready", Utc),  # when it may be tried again
    Column("wall", Double),
    Column("cpu", Double),
    Column("peak", BigInteger),  # bytes of memory
    Column("cancel", Boolean, nullable=False, server_default=false()),
    Index("jobs_by_status", "status"),
)

events = new_table(
    "events",
    Column("id", Number, primary_key=True, autoincrement=True),
    Column("run", Number, nullable=False),
    Column("job", String(NAME_LIMIT), nullable=False),
    Column("at", Utc, nullable=False),
    Column("status", String(STATUS_LIMIT)),  # the job's new status, or NULL: it is progress
    Column("what", LongText, nullable=False),
    Column("done", BigInteger),
    Column("total", BigInteger),
    Column("unit", String(UNIT_LIMIT), nullable=False),
    Column("message", LongText, nullable=False),
    ForeignKeyConstraint(["run", "job"], ["jobs.run", "jobs.name"], ondelete="CASCADE"),
    Index("events_by_run", "run", "id"),
    sqlite_autoincrement=True,
)

#: How many tries ended how; each engine adds to one of a few rows, so that they seldom wait.
tallies = new_table(
    "tallies",
    Column("label", String(NAME_LIMIT), primary_key=True),
    Column("status", String(STATUS_LIMIT), primary_key=True),
    Column("cause", String(STATUS_LIMIT), primary_key=True),
    Column("shard", Integer, primary_key=True, autoincrement=False),
    Column("count", BigInteger, nullable=False),
    Column("timed", BigInteger, nullable=False),
    Column("seconds", Double, nullable=False),
    *(Column(f"within_{place}", BigInteger, nullable=False) for place in range(len(BOUNDS))),
)

schedules = new_table(
    "schedules",
    Column("name", String(NAME_LIMIT), primary_key=True),
    Column("due", Utc, nullable=False),  # the last due time that was taken on
    Column("started", Utc, nullable=False),
    Column("run", Number),
    Column("word", String(WORD_LIMIT), nullable=False),  # of the transaction that took it on
)
