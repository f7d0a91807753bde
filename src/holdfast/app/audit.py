"""Who did what: written by whoever lets it be done, found by administrators."""

import logging
from datetime import UTC, datetime

from holdfast.accounts.audit import Audit, Deed, Result, Search
from holdfast.app.container import Container
from holdfast.errors import LedgerError, UsageError

COMMAND = "command"  #: how somebody at the command line was recognised: by their account
MOST = 1000  #: deeds of one page

logger = logging.getLogger(__name__)


def write_deed(
    container: Container,
    action: str,
    subject: str = "",
    *,
    outcome: Result = Result.DONE,
    address: str = "",
    detail: str = "",
    who: str | None = None,
) -> None:
    """Write down that whoever asks did something; `who` if nobody knows yet who they are.

    It was done already: a ledger that cannot be written is told in the log, and no more.
    """
    person = container.person
    through = COMMAND if person is None else person.through.value
    name = container.author if person is None else person.name
    now = datetime.now(UTC)
    deed = Deed(
        now, name if who is None else who, through, address, action, subject, outcome, detail
    )
    try:
        Audit(container.ledger).write(deed)
    except LedgerError as error:
        logger.warning("%s %s by %s is not in the audit: %s", action, subject, deed.who, error)


def write_command(container: Container, action: str, subject: str, detail: str = "") -> None:
    """The same of a command; what is asked over the web is written down by the guard."""
    if container.person is None:
        write_deed(container, action, subject, detail=detail)


def find_deeds(container: Container, search: Search) -> tuple[Deed, ...]:
    """Who did what, the newest first.

    Raises
    ------
    UsageError
        More are wanted than one answer has.
    """
    if not 1 <= search.limit <= MOST:
        raise UsageError(f"an answer has between 1 and {MOST} deeds")
    return Audit(container.ledger).find(search)


def forget_deeds(container: Container) -> int:
    """Forget what is older than the setting `audit_days`; how many deeds that were."""
    return Audit(container.ledger).forget(container.settings.audit_days)
