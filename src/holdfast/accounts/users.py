"""The users: those who may sign in, in the ledger's database."""

import re
from collections.abc import Callable
from dataclasses import dataclass, field
from datetime import UTC, datetime
from enum import Enum
from typing import Any

from sqlalchemy import Connection, Row, delete, insert, select, update
from sqlalchemy.exc import IntegrityError

from holdfast.accounts.people import ALL_SCOPES, Person, Scope, Through
from holdfast.errors import UsageError, UserNotFound, suggestion
from holdfast.jobs.ledger import Ledger
from holdfast.jobs.ledger.account_tables import sessions, users

NAME = re.compile(r"[A-Za-z0-9](?:[A-Za-z0-9_.@+-]{0,98}[A-Za-z0-9_])?")
_COLUMNS = users.c


class Kind(Enum):
    """Who knows a user's password."""

    LOCAL = "local"  #: we do, as a hash
    DIRECTORY = "directory"  #: the directory (LDAP) does


@dataclass(frozen=True, slots=True)
class User:
    """Somebody who may sign in."""

    id: int
    name: str
    kind: Kind
    is_administrator: bool
    is_disabled: bool
    made: datetime
    seen: datetime | None
    password: str = field(repr=False, default="")  #: its hash; empty: the directory knows it

    def person(
        self, through: Through = Through.SESSION, scopes: frozenset[Scope] = ALL_SCOPES
    ) -> Person:
        """This user as one who asks."""
        return Person(self.name, self.is_administrator, scopes, through)


def check_name(name: str) -> str:
    """`name`, if a user may have it; else a UsageError."""
    if not NAME.fullmatch(name):
        raise UsageError(
            f"{name!r} is not a user's name: use letters, digits and . _ @ + -, at most 100"
        )
    return name


class Users:
    """The users of a ledger."""

    def __init__(self, ledger: Ledger) -> None:
        self._database = ledger.database

    def all(self) -> tuple[User, ...]:
        """All users by name."""
        query = select(users).order_by(_COLUMNS.name)
        rows = self._database.read(lambda connection: connection.execute(query).all())
        return tuple(map(user_of, rows))

    def are_there(self) -> bool:
        """Whether there are any."""
        query = select(_COLUMNS.id).limit(1)
        return self._database.read(lambda connection: connection.execute(query).first()) is not None

    def find(self, name: str) -> User | None:
        """The user `name`; None if there is none."""
        if not NAME.fullmatch(name):
            return None
        query = select(users).where(_COLUMNS.name == name)
        row = self._database.read(lambda connection: connection.execute(query).first())
        return None if row is None else user_of(row)

    def user(self, name: str) -> User:
        """The user `name`.

        Raises
        ------
        UserNotFound
            There is none; the message names the nearest.
        """
        found = self.find(name)
        if found is None:
            near = suggestion(name, [each.name for each in self.all()])
            raise UserNotFound(f"there is no user {name!r}{near}")
        return found

    def add(self, name: str, kind: Kind, password: str = "", *, administrator: bool) -> User:
        """Add a user; `password` is the hash of one.

        Raises
        ------
        UsageError
            The name cannot be one, or is taken.
        """
        values = {
            "name": check_name(name),
            "kind": kind.value,
            "password": password,
            "is_administrator": administrator,
            "is_disabled": False,
            "made": datetime.now(UTC),
        }

        def act(connection: Connection) -> bool:
            mine = select(_COLUMNS.password).where(_COLUMNS.name == name)
            there = connection.execute(mine).first()
            if there is not None:
                # An attempt whose commit was not answered; no two hashes are the same.
                return bool(password) and there.password == password
            try:
                with connection.begin_nested():
                    connection.execute(insert(users).values(**values))
            except IntegrityError:
                return False
            return True

        if not self._database.write(act):
            raise UsageError(f"there is a user {name} already")
        return self.user(name)

    def set_password(self, user: User, password: str) -> None:
        """Give `user` another password (its hash), and end all their sessions."""

        def act(connection: Connection) -> None:
            connection.execute(_changing(user).values(password=password))
            connection.execute(delete(sessions).where(sessions.c.user == user.id))

        self._database.write(act)

    def rehash(self, user: User, password: str) -> None:
        """Keep the same password in today's way."""
        act = _changing(user).where(_COLUMNS.password == user.password).values(password=password)
        self._database.write(lambda connection: connection.execute(act))

    def set_administrator(self, user: User, administrator: bool) -> None:
        """Let `user` be an administrator, or no longer.

        Raises
        ------
        UsageError
            There would be no administrator left.
        """
        change = _changing(user).values(is_administrator=administrator)
        self._change(user, lambda connection: connection.execute(change), loses=not administrator)

    def disable(self, user: User) -> None:
        """Let `user` in no more, and end all their sessions; raises as `set_administrator`."""

        def act(connection: Connection) -> None:
            connection.execute(_changing(user).values(is_disabled=True))
            connection.execute(delete(sessions).where(sessions.c.user == user.id))

        self._change(user, act, loses=True)

    def enable(self, user: User) -> None:
        """Let `user` in again."""
        change = _changing(user).values(is_disabled=False)
        self._database.write(lambda connection: connection.execute(change))

    def remove(self, user: User) -> None:
        """Forget `user`, with all sessions and keys; raises as `set_administrator`."""
        act = delete(users).where(_COLUMNS.id == user.id)
        self._change(user, lambda connection: connection.execute(act), loses=True)

    def saw(self, user: User) -> None:
        """Write down that `user` signed in now."""
        act = _changing(user).values(seen=datetime.now(UTC))
        self._database.write(lambda connection: connection.execute(act))

    def _change(self, user: User, act: Callable[[Connection], Any], *, loses: bool) -> None:
        """Do `act`; if it `loses` an administrator, only while there is another one."""

        def checked(connection: Connection) -> bool:
            # Whoever changes an administrator waits here for the others who do.
            query = select(_COLUMNS.id).where(
                _COLUMNS.is_administrator.is_(True), _COLUMNS.is_disabled.is_(False)
            )
            left = {row.id for row in connection.execute(query.with_for_update())}
            if loses and left == {user.id}:
                return False
            act(connection)
            return True

        if not self._database.write(checked):
            raise UsageError(
                f"{user.name} is the only administrator; make another one first, with: "
                "holdfast user admin NAME"
            )


def _changing(user: User) -> Any:
    return update(users).where(_COLUMNS.id == user.id)


def user_of(row: Row[Any]) -> User:
    """The user of a row."""
    return User(
        id=row.id,
        name=row.name,
        kind=Kind(row.kind),
        is_administrator=bool(row.is_administrator),
        is_disabled=bool(row.is_disabled),
        made=row.made,
        seen=row.seen,
        password=row.password,
    )
