"""
Version 4: people, their sessions and keys, and who did what.

Only new tables, each looked for first: an earlier attempt may have been killed.
"""

from typing import Any

from alembic import op
from sqlalchemy import BigInteger, Boolean, Column, DateTime, ForeignKey, Integer, String, Text
from sqlalchemy.dialects import mysql

revision = "4"
down_revision = "3"

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
    """Make the tables about people."""
    _users()
    _sessions()
    _keys()
    _audit()


def _users() -> None:
    op.create_table(
        "users",
        Column("id", _NUMBER, primary_key=True, autoincrement=True),
        Column("name", String(100), nullable=False),
        Column("kind", String(20), nullable=False),
        Column("password", String(200), nullable=False),
        Column("is_administrator", Boolean, nullable=False),
        Column("is_disabled", Boolean, nullable=False),
        Column("made", _MOMENT, nullable=False),
        Column("seen", _MOMENT),
        sqlite_autoincrement=True,
        **_OPTIONS,
    )
    op.create_index("users_by_name", "users", ["name"], unique=True, if_not_exists=True)


def _sessions() -> None:
    op.create_table(
        "sessions",
        Column("token", String(64), primary_key=True),
        Column("user", _NUMBER, ForeignKey("users.id", ondelete="CASCADE"), nullable=False),
        Column("made", _MOMENT, nullable=False),
        Column("used", _MOMENT, nullable=False),
        Column("ends", _MOMENT, nullable=False),
        Column("address", String(64), nullable=False),
        Column("browser", String(200), nullable=False),
        **_OPTIONS,
    )
    op.create_index("sessions_by_user", "sessions", ["user"], if_not_exists=True)
    op.create_table(
        "attempts",
        Column("whose", String(64), primary_key=True),
        Column("failures", Integer, nullable=False),
        Column("until", BigInteger, nullable=False),
        **_OPTIONS,
    )


def _keys() -> None:
    op.create_table(
        "api_keys",
        Column("id", _NUMBER, primary_key=True, autoincrement=True),
        Column("token", String(64), nullable=False),
        Column("user", _NUMBER, ForeignKey("users.id", ondelete="CASCADE"), nullable=False),
        Column("name", String(200), nullable=False),
        Column("hint", String(20), nullable=False),
        Column("scopes", String(200), nullable=False),
        Column("made", _MOMENT, nullable=False),
        Column("ends", _MOMENT),
        Column("used", _MOMENT),
        Column("address", String(64), nullable=False),
        Column("revoked", _MOMENT),
        sqlite_autoincrement=True,
        **_OPTIONS,
    )
    op.create_index("api_keys_by_token", "api_keys", ["token"], unique=True, if_not_exists=True)
    op.create_index("api_keys_by_user", "api_keys", ["user"], if_not_exists=True)


def _audit() -> None:
    op.create_table(
        "audit",
        Column("id", _NUMBER, primary_key=True, autoincrement=True),
        Column("at", _MOMENT, nullable=False),
        Column("who", String(200), nullable=False),
        Column("through", String(20), nullable=False),
        Column("address", String(64), nullable=False),
        Column("action", String(200), nullable=False),
        Column("subject", String(200), nullable=False),
        Column("outcome", String(20), nullable=False),
        Column("detail", _LONG, nullable=False),
        sqlite_autoincrement=True,
        **_OPTIONS,
    )
    op.create_index("audit_by_at", "audit", ["at"], if_not_exists=True)
    op.create_index("audit_by_who", "audit", ["who", "id"], if_not_exists=True)
