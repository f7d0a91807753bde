"""
Attempts: who was wrong too often must wait, twice as long each time.

It is counted by name and by address, in the ledger, so that several servers agree. An attempt is
counted before the password is looked at and forgiven when it was right: any number of attempts at
the same time are as many as if they came after each other.
"""

import hashlib
from collections.abc import Iterable
from dataclasses import dataclass

from sqlalchemy import Connection, delete, insert, select, update
from sqlalchemy.exc import IntegrityError

from holdfast.errors import TooManyAttempts
from holdfast.jobs.ledger import Ledger
from holdfast.jobs.ledger.account_tables import attempts
from holdfast.jobs.ledger.database import clock

LONGEST = 900  #: seconds to wait, at most
FORGOTTEN = 86_400  #: seconds after which nothing is held against anybody
_COLUMNS = attempts.c


@dataclass(frozen=True, slots=True)
class Door:
    """One thing that attempts are counted by; so many are free before one must wait."""

    kind: str  #: ``name`` or ``address``
    who: str
    free: int

    @property
    def key(self) -> str:
        """What is kept of it: a stranger's words are of any length."""
        return hashlib.sha256(f"{self.kind} {self.who}".encode()).hexdigest()


def doors(name: str, address: str) -> tuple[Door, ...]:
    """What an attempt to sign in is counted by.

    A name has few, for its password may be guessed from many addresses; an address more, for a
    whole lab may have one.
    """
    return (Door("address", address, 30), Door("name", name, 5))


def rest(failures: int, free: int) -> int:
    """Seconds to wait after so many failures.

    >>> [rest(failures, 5) for failures in (1, 5, 6, 7, 10, 99)]
    [0, 0, 1, 2, 16, 900]
    """
    over = failures - free
    return 0 if over <= 0 else min(LONGEST, 1 << min(over - 1, 20))


class Attempts:
    """The failed attempts of a ledger."""

    def __init__(self, ledger: Ledger) -> None:
        self._database = ledger.database

    def take(self, through: Iterable[Door]) -> None:
        """Count an attempt at each door, as if it failed.

        Raises
        ------
        TooManyAttempts
            It is too early; nothing is counted.
        """
        listed = tuple(through)

        def act(connection: Connection) -> int:
            now = int(connection.scalar(select(clock())) or 0)
            connection.execute(delete(attempts).where(_COLUMNS.until < now - 1000 * FORGOTTEN))
            known = {door: _locked(connection, door.key) for door in listed}
            early = max(until - now for _, until in known.values())
            if early > 0:
                return early
            for door, (failures, _) in known.items():
                until = now + 1000 * rest(failures + 1, door.free)
                its = update(attempts).where(_COLUMNS.whose == door.key)
                connection.execute(its.values(failures=failures + 1, until=until))
            return 0

        early = self._database.write(act)
        if early > 0:
            seconds = -(-early // 1000)
            raise TooManyAttempts(
                f"too many attempts were wrong; come again in {_words(seconds)}", seconds
            )

    def forgive(self, through: Iterable[Door]) -> None:
        """Forget the attempts at a name, which were right in the end; one less at an address."""

        def act(connection: Connection) -> None:
            for door in through:
                its = _COLUMNS.whose == door.key
                if door.kind == "name":
                    connection.execute(delete(attempts).where(its))
                    continue
                less = update(attempts).where(its, _COLUMNS.failures > 0)
                connection.execute(less.values(failures=_COLUMNS.failures - 1, until=clock()))

        self._database.write(act)


def _locked(connection: Connection, key: str) -> tuple[int, int]:
    """The failures at a door and until when it is shut; its row is ours until the end."""
    query = select(_COLUMNS.failures, _COLUMNS.until).where(_COLUMNS.whose == key)
    row = connection.execute(query.with_for_update()).first()
    if row is None:
        try:
            with connection.begin_nested():
                connection.execute(insert(attempts).values(whose=key, failures=0, until=0))
        except IntegrityError:
            row = connection.execute(query.with_for_update()).first()  # somebody was quicker
    return (0, 0) if row is None else (row.failures, row.until)


def _words(seconds: int) -> str:
    if seconds < 100:
        return f"{seconds} second{'' if seconds == 1 else 's'}"
    return f"{-(-seconds // 60)} minutes"
