"""
The tables about people, which :mod:`holdfast.accounts` fills and asks.

No password, token or key is written here: only what an argon2 or SHA-256 makes of it.
"""

from sqlalchemy import BigInteger, Boolean, Column, ForeignKey, Index, Integer, String

from holdfast.jobs.ledger.tables import LongText, Number, Utc, metadata, new_table
from holdfast.jobs.model import NAME_LIMIT

__all__ = ["api_keys", "attempts", "audit", "metadata", "sessions", "users"]

PERSON_LIMIT = 100  #: characters of a person's name
HASH_LIMIT = 200  #: characters of a password's hash
DIGEST_LIMIT = 64  #: characters of a SHA-256
WHERE_LIMIT = 64  #: characters of an address
WORDS_LIMIT = 200  #: characters of what a browser calls itself, and of a key's name

#: The people who may sign in.
users = new_table(
    "users",
    Column("id", Number, primary_key=True, autoincrement=True),
    Column("name", String(PERSON_LIMIT), nullable=False),
    Column("kind", String(20), nullable=False),  # local, or of the directory
    Column("password", String(HASH_LIMIT), nullable=False),  # empty: of the directory
    Column("is_administrator", Boolean, nullable=False),
    Column("is_disabled", Boolean, nullable=False),
    Column("made", Utc, nullable=False),
    Column("seen", Utc),  # when they last signed in
    Index("users_by_name", "name", unique=True),
    sqlite_autoincrement=True,  # what belonged to a removed one never becomes another's
)

#: Who is signed in, where.
sessions = new_table(
    "sessions",
    Column("token", String(DIGEST_LIMIT), primary_key=True),  # its SHA-256
    Column("user", Number, ForeignKey("users.id", ondelete="CASCADE"), nullable=False),
    Column("made", Utc, nullable=False),
    Column("used", Utc, nullable=False),
    Column("ends", Utc, nullable=False),  # whatever happens
    Column("address", String(WHERE_LIMIT), nullable=False),
    Column("browser", String(WORDS_LIMIT), nullable=False),
    Index("sessions_by_user", "user"),
)

#: What programs show instead of a password.
api_keys = new_table(
    "api_keys",
    Column("id", Number, primary_key=True, autoincrement=True),
    Column("token", String(DIGEST_LIMIT), nullable=False),  # its SHA-256
    Column("user", Number, ForeignKey("users.id", ondelete="CASCADE"), nullable=False),
    Column("name", String(WORDS_LIMIT), nullable=False),
    Column("hint", String(20), nullable=False),  # how it begins
    Column("scopes", String(WORDS_LIMIT), nullable=False),  # words
    Column("made", Utc, nullable=False),
    Column("ends", Utc),
    Column("used", Utc),
    Column("address", String(WHERE_LIMIT), nullable=False),  # from where it was used last
    Column("revoked", Utc),
    Index("api_keys_by_token", "token", unique=True),
    Index("api_keys_by_user", "user"),
    sqlite_autoincrement=True,
)

#: Who failed to sign in, by name and by address, so that the next attempt must wait.
attempts = new_table(
    "attempts",
    Column("whose", String(DIGEST_LIMIT), primary_key=True),  # SHA-256 of the name or address
    Column("failures", Integer, nullable=False),
    Column("until", BigInteger, nullable=False),  # the database's clock, in ms since 1970
)

#: Who did what, how and from where.
audit = new_table(
    "audit",
    Column("id", Number, primary_key=True, autoincrement=True),
    Column("at", Utc, nullable=False),
    Column("who", String(NAME_LIMIT), nullable=False),
    Column("through", String(20), nullable=False),
    Column("address", String(WHERE_LIMIT), nullable=False),
    Column("action", String(NAME_LIMIT), nullable=False),
    Column("subject", String(NAME_LIMIT), nullable=False),
    Column("outcome", String(20), nullable=False),
    Column("detail", LongText, nullable=False),
    Index("audit_by_at", "at"),
    Index("audit_by_who", "who", "id"),
    sqlite_autoincrement=True,
)
