"""
Version 3: what happened to banks, and what is held.

Only new tables, each looked for first: an earlier attempt may have been killed.
"""

from typing import Any

from alembic import op
from sqlalchemy import BigInteger, Column, DateTime, ForeignKey, Integer, String, Text, text
from sqlalchemy.dialects import mysql
from sqlalchemy.dialects.postgresql import TSVECTOR

revision = "3"
down_revision = "2"

_NUMBER = BigInteger().with_variant(Integer, "sqlite")
_MOMENT = DateTime().with_variant(mysql.DATETIME(fsp=6), "mysql", "mariadb")
_LONG = Text().with_variant(mysql.LONGTEXT, "mysql", "mariadb")
_OPTIONS: dict[str, Any] = {
    "if_not_exists": True,
    "sqlite_autoincrement": True,
    "mariadb_engine": "InnoDB",
    "mariadb_charset": "utf8mb4",
    "mariadb_collate": "utf8mb4_nopad_bin",
}


def upgrade() -> None:
    """Make the tables about banks."""
    _events()
    _held()
    if op.get_bind().dialect.name == "sqlite":
        _words()


def _events() -> None:
    op.create_table(
        "bank_events",
        Column("id", _NUMBER, primary_key=True, autoincrement=True),
        Column("bank", String(100), nullable=False),
        Column("action", String(50), nullable=False),
        Column("release", String(200), nullable=False),
        Column("at", _MOMENT, nullable=False),
        Column("who", String(200), nullable=False),
        Column("outcome", String(20), nullable=False),
        Column("run", _NUMBER),
        Column("detail", _LONG, nullable=False),
        **_OPTIONS,
    )
    op.create_index("bank_events_by_bank", "bank_events", ["bank", "id"], if_not_exists=True)


def _held() -> None:
    op.create_table(
        "held",
        Column("id", _NUMBER, primary_key=True, autoincrement=True),
        Column("bank", String(100), nullable=False),
        Column("release", String(200), nullable=False),
        Column("stamp", String(200), nullable=False),
        Column("facts", _LONG, nullable=False),
        **_OPTIONS,
    )
    op.create_index("held_by_bank", "held", ["bank", "release"], unique=True, if_not_exists=True)
    op.create_table(
        "held_names",
        Column("id", _NUMBER, primary_key=True, autoincrement=True),
        Column("held", _NUMBER, ForeignKey("held.id", ondelete="CASCADE"), nullable=False),
        Column("names", _LONG, nullable=False),
        Column("words", _LONG.with_variant(TSVECTOR(), "postgresql")),
        **_OPTIONS,
    )
    op.create_index("held_names_by_held", "held_names", ["held"], if_not_exists=True)
    op.create_index(
        "held_names_by_words",
        "held_names",
        ["words"],
        postgresql_using="gin",
        mariadb_prefix="FULLTEXT",
        if_not_exists=True,
    )


def _words() -> None:
    """SQLite's full text, where it is compiled with it."""
    modules = text("SELECT 1 FROM pragma_module_list WHERE name = 'fts5'")
    if op.get_bind().execute(modules).first() is not None:
        op.execute(
            "CREATE VIRTUAL TABLE IF NOT EXISTS held_words "
            "USING fts5(words, detail='none', columnsize=0)"
        )
