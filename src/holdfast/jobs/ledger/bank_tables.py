"""
The tables about banks, which :mod:`holdfast.banks.register` fills and asks.

What happened to banks is written here and nowhere else. What is held, and the names of its files,
is an index of what is on disk, made again from there at any time. Names stand in blocks, many in a
row: a block's words are found by the database's own full text, and its lines by whoever asked. The
words of a block are in a column where the database has full text over columns; SQLite has a table
of its own kind for them, where it is compiled with it.
"""

from sqlalchemy import Column, Connection, ForeignKey, Index, String, Table, event, text
from sqlalchemy.dialects.postgresql import TSVECTOR

from holdfast.jobs.ledger.tables import LongText, Number, Utc, metadata, new_table
from holdfast.jobs.model import NAME_LIMIT

__all__ = ["bank_events", "has_full_text", "held", "held_names", "metadata"]

BANK_LIMIT = 100
ACTION_LIMIT = 50
OUTCOME_LIMIT = 20

#: What happened to banks, one row each.
bank_events = new_table(
    "bank_events",
    Column("id", Number, primary_key=True, autoincrement=True),
    Column("bank", String(BANK_LIMIT), nullable=False),
    Column("action", String(ACTION_LIMIT), nullable=False),
    Column("release", String(NAME_LIMIT), nullable=False),  # empty: it is about none
    Column("at", Utc, nullable=False),
    Column("who", String(NAME_LIMIT), nullable=False),
    Column("outcome", String(OUTCOME_LIMIT), nullable=False),
    Column("run", Number),  # it may be forgotten before
    Column("detail", LongText, nullable=False),
    Index("bank_events_by_bank", "bank", "id"),
    sqlite_autoincrement=True,
)

#: What is held: one row for each release, and one without a release for each bank.
held = new_table(
    "held",
    Column("id", Number, primary_key=True, autoincrement=True),
    Column("bank", String(BANK_LIMIT), nullable=False),
    Column("release", String(NAME_LIMIT), nullable=False),  # empty: the bank itself
    Column("stamp", String(200), nullable=False),  # of what the names were taken from
    Column("facts", LongText, nullable=False),  # JSON
    Index("held_by_bank", "bank", "release", unique=True),
    sqlite_autoincrement=True,
)

#: The names of the files of a release, sorted, a thousand or so in a row.
held_names = new_table(
    "held_names",
    Column("id", Number, primary_key=True, autoincrement=True),
    Column("held", Number, ForeignKey("held.id", ondelete="CASCADE"), nullable=False),
    Column("names", LongText, nullable=False),  # a name a line
    Column("words", LongText.with_variant(TSVECTOR(), "postgresql")),  # NULL in SQLite
    Index("held_names_by_held", "held"),
    Index("held_names_by_words", "words", postgresql_using="gin", mariadb_prefix="FULLTEXT"),
    sqlite_autoincrement=True,
)

#: SQLite's full text, whose rows have the numbers of those in ``held_names``. Where in a text a
#: word stands is not kept: nobody asks.
MAKE_WORDS = (
    "CREATE VIRTUAL TABLE IF NOT EXISTS held_words USING fts5(words, detail='none', columnsize=0)"
)


def has_full_text(connection: Connection) -> bool:
    """Whether the database's own full text can be asked; SQLite may be compiled without."""
    if connection.dialect.name != "sqlite":
        return True
    query = text("SELECT 1 FROM pragma_module_list WHERE name = 'fts5'")
    return connection.execute(query).first() is not None


@event.listens_for(held_names, "after_create")
def _make_words(_: Table, connection: Connection, **__: object) -> None:
    if connection.dialect.name == "sqlite" and has_full_text(connection):
        connection.exec_driver_sql(MAKE_WORDS)
