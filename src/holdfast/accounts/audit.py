"""The audit: who did what, how, from where, and how it went; one row each, never changed."""

from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from enum import Enum

from sqlalchemy import delete, insert, or_, select

from holdfast.jobs.ledger import Ledger, rows
from holdfast.jobs.ledger.account_tables import WHERE_LIMIT, audit
from holdfast.jobs.model import NAME_LIMIT

_COLUMNS = audit.c
DETAIL_LIMIT = 2000  #: characters


class Result(Enum):
    """How it went."""

    DONE = "done"  #: it was done, or begun
    REFUSED = "refused"  #: the person may not, or was not believed
    FAILED = "failed"  #: it was tried


@dataclass(frozen=True, slots=True)
class Deed:
    """Something that somebody did, or tried."""

    when: datetime
    who: str
    through: str  #: how they were recognised, or ``command``
    address: str  #: empty on the command line
    action: str
    subject: str
    outcome: Result
    detail: str = ""
    id: int = 0


@dataclass(frozen=True, slots=True)
class Search:
    """Which deeds are looked for; what is empty is no matter."""

    words: str = ""  #: anywhere in what was done, to what, and by whom
    who: str = ""
    outcome: Result | None = None
    before: int = 0  #: only those with a smaller number: the next page
    limit: int = 100


class Audit:
    """The audit of a ledger."""

    def __init__(self, ledger: Ledger) -> None:
        self._database = ledger.database

    def write(self, deed: Deed) -> None:
        """Write down a deed."""
        values = {
            "at": deed.when,
            "who": rows.text(deed.who, NAME_LIMIT),
            "through": deed.through,
            "address": rows.text(deed.address, WHERE_LIMIT),
            "action": rows.text(deed.action, NAME_LIMIT),
            "subject": rows.text(deed.subject, NAME_LIMIT),
            "outcome": deed.outcome.value,
            "detail": rows.text(deed.detail, DETAIL_LIMIT),
        }
        self._database.write(lambda connection: connection.execute(insert(audit).values(**values)))

    def find(self, search: Search) -> tuple[Deed, ...]:
        """The deeds that `search` asks for, the newest first."""
        query = select(audit).order_by(_COLUMNS.id.desc()).limit(search.limit)
        if search.words:
            columns = (_COLUMNS.who, _COLUMNS.action, _COLUMNS.subject, _COLUMNS.address)
            words = rows.text(search.words)
            query = query.where(or_(*(each.icontains(words, autoescape=True) for each in columns)))
        if search.who:
            query = query.where(_COLUMNS.who == rows.text(search.who))
        if search.outcome is not None:
            query = query.where(_COLUMNS.outcome == search.outcome.value)
        if search.before:
            query = query.where(_COLUMNS.id < min(search.before, rows.INTEGER_LIMIT))
        found = self._database.read(lambda connection: connection.execute(query).all())
        return tuple(
            Deed(
                row.at, row.who, row.through, row.address, row.action, row.subject,
                Result(row.outcome), row.detail, row.id,
            )
            for row in found
        )  # fmt: skip

    def forget(self, days: float) -> int:
        """Forget what is older than `days`; how many deeds that were."""
        old = delete(audit).where(_COLUMNS.at < datetime.now(UTC) - timedelta(days=days))
        return self._database.write(lambda connection: connection.execute(old).rowcount)
