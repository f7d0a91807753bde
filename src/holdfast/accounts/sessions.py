"""
Sessions: who is signed in, where. A browser has a random token; its SHA-256 is what is kept.

A session ends when nothing was done in it for long, when it is old, when its user signs out, has
another password or is disabled. When it was used last is written down at most once a minute.
"""

from dataclasses import dataclass
from datetime import UTC, datetime, timedelta

from sqlalchemy import ColumnElement, Connection, delete, insert, select, update

from holdfast.accounts.tokens import LIMIT, kept, new_token
from holdfast.accounts.users import User, user_of
from holdfast.jobs.ledger import Ledger, rows
from holdfast.jobs.ledger.account_tables import WHERE_LIMIT, WORDS_LIMIT, sessions, users

MINUTE = timedelta(minutes=1)
PUBLIC = 16  #: letters of what is kept by which a session is named
_COLUMNS = sessions.c


@dataclass(frozen=True, slots=True)
class Session:
    """Somebody signed in somewhere."""

    id: str  #: names it; no token can be found from it
    made: datetime
    used: datetime
    ends: datetime
    address: str
    browser: str


class Sessions:
    """The sessions of a ledger; `idle` and `longest` are seconds."""

    def __init__(self, ledger: Ledger, idle: float, longest: float) -> None:
        self._database = ledger.database
        self._idle, self._longest = timedelta(seconds=idle), timedelta(seconds=longest)

    def begin(self, user: User, address: str, browser: str) -> str:
        """Sign `user` in; the token for their browser."""
        token, now = new_token(), datetime.now(UTC)
        values = {
            "token": kept(token),
            "user": user.id,
            "made": now,
            "used": now,
            "ends": now + self._longest,
            "address": rows.text(address, WHERE_LIMIT),
            "browser": rows.text(browser, WORDS_LIMIT),
        }

        def act(connection: Connection) -> None:
            connection.execute(delete(sessions).where(_over(now, self._idle)))
            # An attempt whose commit was not answered is begun again.
            connection.execute(delete(sessions).where(_COLUMNS.token == values["token"]))
            connection.execute(insert(sessions).values(**values))

        self._database.write(act)
        return token

    def find(self, token: str) -> tuple[User, Session] | None:
        """Who has this token, if they still are signed in."""
        if not token or len(token) > LIMIT:
            return None
        now, known = datetime.now(UTC), kept(token)
        query = (
            select(users, *(each.label(f"of_{each.name}") for each in _COLUMNS))
            .join_from(sessions, users, _COLUMNS.user == users.c.id)
            .where(_COLUMNS.token == known, ~_over(now, self._idle))
            .where(users.c.is_disabled.is_(False))
        )
        row = self._database.read(lambda connection: connection.execute(query).first())
        if row is None:
            return None
        if now - row.of_used > MINUTE:
            used = update(sessions).where(_COLUMNS.token == known).values(used=now)
            self._database.write(lambda connection: connection.execute(used))
        session = Session(
            known[:PUBLIC], row.of_made, row.of_used, row.of_ends, row.of_address, row.of_browser
        )
        return user_of(row), session

    def of(self, user: User) -> tuple[Session, ...]:
        """Where `user` is signed in; what was used last comes first."""
        now = datetime.now(UTC)
        query = select(sessions).where(_COLUMNS.user == user.id, ~_over(now, self._idle))
        found = self._database.read(
            lambda connection: connection.execute(query.order_by(_COLUMNS.used.desc())).all()
        )
        return tuple(
            Session(row.token[:PUBLIC], row.made, row.used, row.ends, row.address, row.browser)
            for row in found
        )

    def end(self, token: str) -> None:
        """Sign out whoever has this token."""
        act = delete(sessions).where(_COLUMNS.token == kept(token))
        self._database.write(lambda connection: connection.execute(act))

    def end_of(self, user: User, session: str) -> bool:
        """End one session of `user`, by its name; False: there is none."""
        if len(session) != PUBLIC or not session.isalnum():
            return False
        act = delete(sessions).where(
            _COLUMNS.user == user.id, _COLUMNS.token.startswith(session, autoescape=True)
        )
        return self._database.write(lambda connection: connection.execute(act).rowcount) > 0

    def end_all(self, user: User) -> None:
        """Sign `user` out everywhere."""
        act = delete(sessions).where(_COLUMNS.user == user.id)
        self._database.write(lambda connection: connection.execute(act))


def _over(now: datetime, idle: timedelta) -> ColumnElement[bool]:
    return (_COLUMNS.ends <= now) | (_COLUMNS.used <= now - idle)
