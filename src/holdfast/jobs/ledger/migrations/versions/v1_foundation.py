"""
Version 1: runs, jobs and events, one engine at a time on one machine.

The tables as the first Holdfast made them; they stay as they are here whatever becomes of
:mod:`holdfast.jobs.ledger.tables`.
"""

from alembic import op
from sqlalchemy import (
    BigInteger,
    Column,
    DateTime,
    ForeignKey,
    ForeignKeyConstraint,
    Integer,
    String,
    Text,
)

revision = "1"
down_revision = None


def upgrade() -> None:
    """Make the tables, those that are not there: an earlier attempt may have been killed."""
    op.create_table(
        "meta",
        Column("key", String(50), primary_key=True),
        Column("value", String(200), nullable=False),
        if_not_exists=True,
    )
    op.create_table(
        "runs",
        Column("id", Integer, primary_key=True, autoincrement=True),
        Column("subject", String(200), nullable=False),
        Column("title", Text, nullable=False),
        Column("plan", Text, nullable=False),
        Column("status", String(20), nullable=False),
        Column("started", DateTime, nullable=False),
        Column("ended", DateTime),
        sqlite_autoincrement=True,
        if_not_exists=True,
    )
    op.create_index("runs_by_subject", "runs", ["subject", "id"], if_not_exists=True)
    op.create_table(
        "jobs",
        Column("run", Integer, ForeignKey("runs.id", ondelete="CASCADE"), primary_key=True),
        Column("name", String(200), primary_key=True),
        Column("position", Integer, nullable=False),
        Column("status", String(20), nullable=False),
        Column("reason", Text, nullable=False),
        Column("log", Text, nullable=False),
        Column("ticket", String(64)),
        Column("native", Text),
        Column("started", DateTime),
        Column("ended", DateTime),
        Column("exit_code", Integer),
        if_not_exists=True,
    )
    op.create_table(
        "events",
        Column("id", Integer, primary_key=True, autoincrement=True),
        Column("run", Integer, nullable=False),
        Column("job", String(200), nullable=False),
        Column("at", DateTime, nullable=False),
        Column("status", String(20)),
        Column("what", Text, nullable=False),
        Column("done", BigInteger),
        Column("total", BigInteger),
        Column("unit", String(50), nullable=False),
        Column("message", Text, nullable=False),
        ForeignKeyConstraint(["run", "job"], ["jobs.run", "jobs.name"], ondelete="CASCADE"),
        sqlite_autoincrement=True,
        if_not_exists=True,
    )
    op.create_index("events_by_run", "events", ["run", "id"], if_not_exists=True)
