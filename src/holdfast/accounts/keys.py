"""Keys: what programs show instead of a password; shown once, kept as their SHA-256."""

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from typing import Any

from sqlalchemy import Row, insert, select, update

from holdfast.accounts.people import Scope
from holdfast.accounts.tokens import HINT, KEY, LIMIT, kept, new_key
from holdfast.accounts.users import User, user_of
from holdfast.errors import UsageError
from holdfast.jobs.ledger import Ledger, rows
from holdfast.jobs.ledger.account_tables import WHERE_LIMIT, WORDS_LIMIT, api_keys, users

MINUTE = timedelta(minutes=1)
MOST = 100  #: keys that one user has at the same time
_COLUMNS = api_keys.c


@dataclass(frozen=True, slots=True)
class Key:
    """A key, without its secret."""

    id: int
    name: str
    hint: str  #: how it begins
    scopes: tuple[Scope, ...]
    made: datetime
    ends: datetime | None
    used: datetime | None
    address: str  #: from where it was used last
    revoked: datetime | None

    @property
    def state(self) -> str:
        """One word: ``valid``, ``expired`` or ``revoked``."""
        if self.revoked is not None:
            return "revoked"
        return "expired" if self.ends is not None and self.ends <= datetime.now(UTC) else "valid"


class Keys:
    """The keys of a ledger's users."""

    def __init__(self, ledger: Ledger) -> None:
        self._database = ledger.database

    def add(
        self, user: User, name: str, scopes: Iterable[Scope], ends: datetime | None
    ) -> tuple[str, Key]:
        """Make a key for `user`: its secret, which nobody can be told again, and the key.

        Raises
        ------
        UsageError
            It has no name, lets its bearer do nothing, ends in the past, or is one too many.
        """
        chosen = tuple(scope for scope in Scope if scope in set(scopes))
        _check(name, chosen, ends)
        if sum(each.state == "valid" for each in self.of(user)) >= MOST:
            raise UsageError(f"{user.name} has {MOST} keys; revoke one first")
        secret = new_key()
        values = {
            "token": kept(secret),
            "user": user.id,
            "name": rows.text(name, WORDS_LIMIT),
            "hint": secret[:HINT],
            "scopes": " ".join(scope.value for scope in chosen),
            "made": datetime.now(UTC),
            "ends": ends,
            "address": "",
        }
        mine = select(api_keys).where(_COLUMNS.token == values["token"])

        def act(connection: Any) -> Row[Any]:
            # An attempt whose commit was not answered has made it already.
            if connection.execute(mine).first() is None:
                connection.execute(insert(api_keys).values(**values))
            made: Row[Any] = connection.execute(mine).one()
            return made

        return secret, _key(self._database.write(act))

    def of(self, user: User) -> tuple[Key, ...]:
        """The keys of `user`, the newest first."""
        query = select(api_keys).where(_COLUMNS.user == user.id).order_by(_COLUMNS.id.desc())
        found = self._database.read(lambda connection: connection.execute(query).all())
        return tuple(map(_key, found))

    def find(self, secret: str, address: str = "") -> tuple[User, Key] | None:
        """Whose key this is, if it is valid and its user may come in."""
        if not secret.startswith(KEY) or len(secret) > LIMIT:
            return None
        now = datetime.now(UTC)
        query = (
            select(users, *(each.label(f"of_{each.name}") for each in _COLUMNS))
            .join_from(api_keys, users, _COLUMNS.user == users.c.id)
            .where(_COLUMNS.token == kept(secret), _COLUMNS.revoked.is_(None))
            .where(_COLUMNS.ends.is_(None) | (_COLUMNS.ends > now))
            .where(users.c.is_disabled.is_(False))
        )
        row = self._database.read(lambda connection: connection.execute(query).first())
        if row is None:
            return None
        if row.of_used is None or now - row.of_used > MINUTE:
            values = {"used": now, "address": rows.text(address, WHERE_LIMIT)}
            used = update(api_keys).where(_COLUMNS.id == row.of_id).values(**values)
            self._database.write(lambda connection: connection.execute(used))
        return user_of(row), _key(row, "of_")

    def revoke(self, user: User, number: int) -> Key:
        """Let nobody in any more with a key of `user`.

        Raises
        ------
        UsageError
            There is none of this number.
        """
        its = (_COLUMNS.id == rows.number(number)) & (_COLUMNS.user == user.id)
        act = update(api_keys).where(its, _COLUMNS.revoked.is_(None))
        act = act.values(revoked=datetime.now(UTC))
        self._database.write(lambda connection: connection.execute(act))
        query = select(api_keys).where(its)
        row = self._database.read(lambda connection: connection.execute(query).first())
        if row is None:
            raise UsageError(f"{user.name} has no key {number}; see them with: holdfast key list")
        return _key(row)


def _check(name: str, scopes: tuple[Scope, ...], ends: datetime | None) -> None:
    if not name.strip() or not name.isprintable() or len(name) > WORDS_LIMIT:
        raise UsageError("give the key a name, by which you know it again")
    if not scopes:
        words = ", ".join(scope.value for scope in Scope)
        raise UsageError(f"say what the key lets its bearer do: {words}")
    if ends is not None and ends <= datetime.now(UTC):
        raise UsageError("the key would have expired already")


def _key(row: Row[Any], prefix: str = "") -> Key:
    said = row._mapping
    return Key(
        id=said[f"{prefix}id"],
        name=said[f"{prefix}name"],
        hint=said[f"{prefix}hint"],
        scopes=tuple(Scope(word) for word in said[f"{prefix}scopes"].split()),
        made=said[f"{prefix}made"],
        ends=said[f"{prefix}ends"],
        used=said[f"{prefix}used"],
        address=said[f"{prefix}address"],
        revoked=said[f"{prefix}revoked"],
    )
