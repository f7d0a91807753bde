"""The keys of users: made, listed, revoked, and who shows one."""

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta

from holdfast.accounts.keys import Key, Keys
from holdfast.accounts.people import Person, Scope, Through
from holdfast.accounts.users import Users
from holdfast.app.audit import write_command
from holdfast.app.container import Container
from holdfast.errors import UsageError, suggestion

DAYS_MOST = 3650


@dataclass(frozen=True, slots=True)
class NewKey:
    """A key that was made just now."""

    user: str
    secret: str  #: told this once
    key: Key


def add_key(
    container: Container, user: str, name: str, scopes: Iterable[Scope], days: float | None
) -> NewKey:
    """Make a key for a user; it expires after `days`, or never.

    Raises
    ------
    UserNotFound, UsageError
        There is no such user, or the key makes no sense.
    """
    if days is not None and not 0 < days <= DAYS_MOST:
        raise UsageError(f"a key is valid for at most {DAYS_MOST} days, or for ever")
    chosen = tuple(scopes)
    owner = Users(container.ledger).user(user)
    if Scope.ADMIN in chosen and not owner.is_administrator:
        raise UsageError(f"{user} is no administrator, so a key of theirs cannot be one's")
    ends = None if days is None else datetime.now(UTC) + timedelta(days=days)
    secret, key = Keys(container.ledger).add(owner, name, chosen, ends)
    write_command(container, "key add", user, f"{key.hint}… {key.name}")
    return NewKey(user, secret, key)


def list_keys(container: Container, user: str) -> tuple[Key, ...]:
    """The keys of a user, the newest first; raises UserNotFound."""
    return Keys(container.ledger).of(Users(container.ledger).user(user))


def revoke_key(container: Container, user: str, number: int) -> Key:
    """Let nobody in any more with a user's key; raises UserNotFound, UsageError."""
    key = Keys(container.ledger).revoke(Users(container.ledger).user(user), number)
    write_command(container, "key revoke", user, f"{key.hint}… {key.name}")
    return key


def person_of_key(container: Container, secret: str, address: str) -> Person | None:
    """Who shows this key; None: it is none, or no longer valid."""
    found = Keys(container.ledger).find(secret, address)
    return None if found is None else found[0].person(Through.KEY, frozenset(found[1].scopes))


def scopes_of(words: Iterable[str]) -> tuple[Scope, ...]:
    """The scopes that `words` name.

    Raises
    ------
    UsageError
        One names none.
    """
    known = {scope.value: scope for scope in Scope}
    listed = list(words)
    for word in listed:
        if word not in known:
            raise UsageError(
                f"{word!r} is not a scope ({', '.join(known)}){suggestion(word, known)}"
            )
    return tuple(known[word] for word in listed)
