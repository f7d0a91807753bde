"""
The ledger's tables, declared once. ``docs/reference/ledger.md`` explains each column.

Names and keys have bounded lengths and times are kept in UTC without a zone, so that the same
declarations serve every database SQLAlchemy speaks to.
"""

from datetime import UTC, datetime
from typing import Any

from sqlalchemy import (
    BigInteger,
    Column,
    DateTime,
    ForeignKey,
    ForeignKeyConstraint,
    Index,
    Integer,
    MetaData,
    String,
    Table,
    Text,
    TypeDecorator,
)

from holdfast.jobs.model import NAME_LIMIT

SCHEMA_VERSION = 1

metadata = MetaData()


class Utc(TypeDecorator[datetime]):
    """A moment, written in UTC without its zone and read back with it."""

    impl = DateTime
    cache_ok = True

    def process_bind_param(self, value: datetime | None, dialect: Any) -> datetime | None:
        """A moment as the database keeps it."""
        return None if value is None else value.astimezone(UTC).replace(tzinfo=None)

    def process_result_value(self, value: datetime | None, dialect: Any) -> datetime | None:
        """A moment as the rest of Holdfast knows it."""
        return None if value is None else value.replace(tzinfo=UTC)


#: What is true of the whole ledger: ``schema`` is the version of these tables.
meta = Table(
    "meta",
    metadata,
    Column("key", String(50), primary_key=True),
    Column("value", String(200), nullable=False),
)

runs = Table(
    "runs",
    metadata,
    Column("id", Integer, primary_key=True, autoincrement=True),
    Column("subject", String(NAME_LIMIT), nullable=False),
    Column("title", Text, nullable=False),
    Column("plan", Text, nullable=False),
    Column("status", String(20), nullable=False),
    Column("started", Utc, nullable=False),
    Column("ended", Utc),
    Index("runs_by_subject", "subject", "id"),
    sqlite_autoincrement=True,  # the number of a removed run is never given again
)

jobs = Table(
    "jobs",
    metadata,
    Column("run", ForeignKey("runs.id", ondelete="CASCADE"), primary_key=True),
    Column("name", String(NAME_LIMIT), primary_key=True),
    Column("position", Integer, nullable=False),
    Column("status", String(20), nullable=False),
    Column("reason", Text, nullable=False),
    Column("log", Text, nullable=False),
    Column("ticket", String(64)),  # marks every process of the last start
    Column("native", Text),  # what the executor calls it; JSON
    Column("started", Utc),
    Column("ended", Utc),
    Column("exit_code", Integer),
)

events = Table(
    "events",
    metadata,
    Column("id", Integer, primary_key=True, autoincrement=True),
    Column("run", Integer, nullable=False),
    Column("job", String(NAME_LIMIT), nullable=False),
    Column("at", Utc, nullable=False),
    Column("status", String(20)),  # the job's new status, or NULL: it is progress
    Column("what", Text, nullable=False),
    Column("done", BigInteger),
    Column("total", BigInteger),
    Column("unit", String(50), nullable=False),
    Column("message", Text, nullable=False),
    ForeignKeyConstraint(["run", "job"], ["jobs.run", "jobs.name"], ondelete="CASCADE"),
    Index("events_by_run", "run", "id"),
    sqlite_autoincrement=True,
)
