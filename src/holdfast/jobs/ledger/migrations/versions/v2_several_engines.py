"""
Version 2: several engines on several hosts.

There are claims on runs, tallies and schedules, and jobs say all that the engine knows of them.
Numbers that grow get 64 bits, texts of MariaDB lose their limits. A step that was killed goes on
where it was: MariaDB ends its transaction at each statement about tables, so each looks first
whether it has been done.
"""

from collections.abc import Iterable, Mapping
from typing import Any

from alembic import op
from sqlalchemy import (
    BigInteger,
    Boolean,
    Column,
    DateTime,
    Double,
    ForeignKey,
    Integer,
    String,
    Text,
    column,
    false,
    insert,
    inspect,
    select,
    table,
    text,
)
from sqlalchemy.dialects import mysql

revision = "2"
down_revision = "1"

_NUMBER = BigInteger().with_variant(Integer, "sqlite")
_MOMENT = DateTime().with_variant(mysql.DATETIME(fsp=6), "mysql", "mariadb")
_LONG = Text().with_variant(mysql.LONGTEXT, "mysql", "mariadb")
_CLASSES = 10  #: of durations, in a tally
_IN_MARIADB: dict[str, Any] = {
    "mariadb_engine": "InnoDB",
    "mariadb_charset": "utf8mb4",
    "mariadb_collate": "utf8mb4_nopad_bin",
}


def upgrade() -> None:
    """Widen what is there on a server, then add what is new."""
    if op.get_bind().dialect.name != "sqlite":
        _widen()
    _add_columns("jobs", _job_columns())
    op.create_index("runs_by_end", "runs", ["ended"], if_not_exists=True)
    op.create_index("jobs_by_status", "jobs", ["status"], if_not_exists=True)
    _create_tables()
    _claim_every_run()
    meta = table("meta", column("key"), column("value"))
    rooms = select(meta.c.key).where(meta.c.key == "room")
    if op.get_bind().execute(rooms).first() is None:
        op.bulk_insert(meta, [{"key": "room", "value": ""}])


# -- widening: SQLite's types have no limits -------------------------------------------------------

#: The columns whose type has a limit on some server that they may meet.
_WIDER: Mapping[str, Mapping[str, Any]] = {
    "runs": {
        "id": BigInteger(),
        "title": _LONG,
        "plan": _LONG,
        "started": _MOMENT,
        "ended": _MOMENT,
    },
    "jobs": {
        "run": BigInteger(),
        "reason": _LONG,
        "log": _LONG,
        "native": _LONG,
        "started": _MOMENT,
        "ended": _MOMENT,
    },
    "events": {
        "id": BigInteger(),
        "run": BigInteger(),
        "at": _MOMENT,
        "what": _LONG,
        "message": _LONG,
    },
}


def _widen() -> None:
    is_mariadb = op.get_bind().dialect.name == "mariadb"
    # What points at a column must not be there while its type changes.
    for name in ("jobs", "events"):
        for key in inspect(op.get_bind()).get_foreign_keys(name):
            op.drop_constraint(str(key["name"]), name, type_="foreignkey")
    for name in ("meta", *_WIDER):
        if is_mariadb:
            op.execute(f"ALTER TABLE {name} ENGINE = InnoDB")
            op.execute(
                f"ALTER TABLE {name} CONVERT TO CHARACTER SET utf8mb4 COLLATE utf8mb4_nopad_bin"
            )
    for name, columns in _WIDER.items():
        there = {column["name"]: column for column in inspect(op.get_bind()).get_columns(name)}
        for column_name, type_ in columns.items():
            op.alter_column(
                name,
                column_name,
                type_=type_,
                existing_nullable=there[column_name]["nullable"],
                autoincrement=True if is_mariadb and column_name == "id" else None,
            )
    if not is_mariadb:
        for name in ("runs", "events"):
            op.execute(f"ALTER SEQUENCE {name}_id_seq AS BIGINT")
    op.create_foreign_key(None, "jobs", "runs", ["run"], ["id"], ondelete="CASCADE")
    op.create_foreign_key(
        None, "events", "jobs", ["run", "job"], ["run", "name"], ondelete="CASCADE"
    )


# -- what is new -----------------------------------------------------------------------------------


def _add_columns(name: str, columns: Iterable[Column[Any]]) -> None:
    there = {column["name"] for column in inspect(op.get_bind()).get_columns(name)}
    for new in columns:
        if new.name not in there:
            op.add_column(name, new)


def _claim_every_run() -> None:
    """Give each run its row of claims: nobody has any."""
    runs, claims = table("runs", column("id"), column("ended")), table("claims", column("run"))
    there = select(claims.c.run).where(claims.c.run == runs.c.id).exists()
    new = select(runs.c.id, runs.c.ended.is_(None), false()).where(~there)
    claims = table("claims", column("run"), column("is_open"), column("cancel"))
    op.execute(insert(claims).from_select(["run", "is_open", "cancel"], new))


def _job_columns() -> list[Column[Any]]:
    return [
        Column("label", String(200), nullable=False, server_default=""),
        Column("rule", String(20), nullable=False, server_default="usual"),
        Column("priority", Integer, nullable=False, server_default=text("0")),
        Column("cores", Integer, nullable=False, server_default=text("1")),
        Column("memory", BigInteger),
        Column("attempt", Integer, nullable=False, server_default=text("0")),
        Column("losses", Integer, nullable=False, server_default=text("0")),
        Column("executor", String(200), nullable=False, server_default=""),
        Column("host", String(255), nullable=False, server_default=""),
        Column("cause", String(20)),
        Column("queued", _MOMENT),
        Column("ready", _MOMENT),
        Column("wall", Double),
        Column("cpu", Double),
        Column("peak", BigInteger),
        Column("cancel", Boolean, nullable=False, server_default=false()),
    ]


def _create_tables() -> None:
    op.create_table(
        "claims",
        Column("run", _NUMBER, ForeignKey("runs.id", ondelete="CASCADE"), primary_key=True),
        Column("is_open", Boolean, nullable=False),
        Column("engine", String(64)),
        Column("host", String(255)),
        Column("pid", BigInteger),
        Column("process_started", BigInteger),
        Column("boot", String(64)),
        Column("lease", BigInteger),
        Column("cancel", Boolean, nullable=False, server_default=false()),
        Column("turn", String(64)),
        if_not_exists=True,
        **_IN_MARIADB,
    )
    op.create_index("claims_by_engine", "claims", ["engine"], if_not_exists=True)
    op.create_index("claims_by_open", "claims", ["is_open"], if_not_exists=True)
    op.create_table(
        "tallies",
        Column("label", String(200), primary_key=True),
        Column("status", String(20), primary_key=True),
        Column("cause", String(20), primary_key=True),
        Column("shard", Integer, primary_key=True, autoincrement=False),
        Column("count", BigInteger, nullable=False),
        Column("timed", BigInteger, nullable=False),
        Column("seconds", Double, nullable=False),
        *(Column(f"within_{place}", BigInteger, nullable=False) for place in range(_CLASSES)),
        if_not_exists=True,
        **_IN_MARIADB,
    )
    op.create_table(
        "schedules",
        Column("name", String(200), primary_key=True),
        Column("due", _MOMENT, nullable=False),
        Column("started", _MOMENT, nullable=False),
        Column("run", _NUMBER),
        Column("word", String(64), nullable=False),
        if_not_exists=True,
        **_IN_MARIADB,
    )
