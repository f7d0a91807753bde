"""
Version 5: what people asked for that takes time, and whose plots are.

Only new tables, each looked for first: an earlier attempt may have been killed.
"""

from typing import Any

from alembic import op
from sqlalchemy import (
    BigInteger,
    Column,
    DateTime,
    Integer,
    String,
    Text,
    text,
)
from sqlalchemy.dialects import mysql

revision = "5"
down_revision = "4"

_NUMBER = BigInteger().with_variant(Integer, "sqlite")
_MOMENT = DateTime().with_variant(mysql.DATETIME(fsp=6), "mysql", "mariadb")
_LONG = Text().with_variant(mysql.LONGTEXT, "mysql", "mariadb")
_OPTIONS: dict[str, Any] = {
    "if_not_exists": True,
    "mariadb_engine": "InnoDB",
    "mariadb_charset": "utf8mb4",
    "mariadb_collate": "utf8mb4_nopad_bin",
}


def upgrade() -> None:
    """Make the tables about errands and about whose plots are."""
    _errands()
    _marks()


def _errands() -> None:
    op.create_table(
        "errands",
        Column("number", _NUMBER, primary_key=True, autoincrement=True),
        Column("id", String(64), nullable=False),
        Column("kind", String(20), nullable=False),
        Column("subject", String(200), nullable=False),
        Column("title", _LONG, nullable=False),
        Column("words", _LONG, nullable=False),
        Column("owner", String(200), nullable=False),
        Column("acts_as", String(20), nullable=False),
        Column("state", String(20), nullable=False),
        Column("asked", _MOMENT, nullable=False),
        Column("began", _MOMENT),
        Column("ended", _MOMENT),
        Column("progress", _LONG, nullable=False),
        Column("problem", _LONG, nullable=False),
        Column("result", _LONG, nullable=False),
        Column("run", _NUMBER),
        Column("attempt", Integer, nullable=False, server_default=text("0")),
        Column("called", BigInteger),
        Column("cancelled", BigInteger),
        Column("engine", String(64)),
        Column("host", String(255)),
        Column("pid", BigInteger),
        Column("process_started", BigInteger),
        Column("boot", String(64)),
        Column("lease", BigInteger),
        sqlite_autoincrement=True,
        **_OPTIONS,
    )
    op.create_index("errands_by_id", "errands", ["id"], unique=True, if_not_exists=True)
    op.create_index("errands_by_state", "errands", ["state"], if_not_exists=True)
    op.create_index("errands_by_owner", "errands", ["owner", "number"], if_not_exists=True)
    op.create_index("errands_by_subject", "errands", ["subject", "number"], if_not_exists=True)


def _marks() -> None:
    op.create_table(
        "plot_marks",
        Column("plot", String(100), primary_key=True),
        Column("owner", String(200), nullable=False),
        Column("visibility", String(20), nullable=False),
        Column("created_by", String(200), nullable=False),
        Column("marked", _MOMENT, nullable=False),
        **_OPTIONS,
    )
    op.create_index("plot_marks_by_owner", "plot_marks", ["owner"], if_not_exists=True)
