"""
Noting: whoever changes a bank says so here, when it is done.

What happened goes into the register, and what is searched is brought up to date. The change itself
is on disk already and counts: a ledger that cannot be written is told in the log, and no more.
"""

import logging
from datetime import UTC, datetime

from holdfast.app.banks.held.holding import bring_up_to_date
from holdfast.app.banks.updating.report import UpdateReport, UpdateState
from holdfast.app.banks.visibility import follow_visibility
from holdfast.app.container import Container
from holdfast.errors import BankError, LedgerError

logger = logging.getLogger(__name__)


def note(
    container: Container,
    bank: str,
    action: str,
    release: str | None = None,
    *,
    outcome: str = "done",
    detail: str = "",
    run: int | None = None,
) -> None:
    """Write down that `action` was done to `bank` now, by whoever runs this process."""
    from holdfast.banks.register import Event, Register  # the ledger's library is heavy

    who = container.settings.author
    event = Event(bank, action, release, datetime.now(UTC), who, outcome, run, detail)
    try:
        Register(container.ledger).note(event)
    except LedgerError as error:
        logger.warning("%s: %s is not in the register: %s", bank, action, error)
        return
    try:
        bring_up_to_date(container, bank)
        follow_visibility(container, bank)
    except (BankError, LedgerError, OSError) as error:
        logger.warning("%s: a search does not know of its last change: %s", bank, error)


def note_update(container: Container, report: UpdateReport) -> None:
    """Write down what an update did.

    One that found nothing new is an event only if the one before failed: it no longer does.
    """
    if report.state is UpdateState.UPDATED:
        detail = f"{report.fetched:,} fetched, {report.reused:,} reused, {report.dropped:,} dropped"
        note(container, report.bank, "update", report.release, detail=detail, run=report.run)
    elif report.state is UpdateState.STOPPED and report.run is not None:
        note(container, report.bank, "update", report.release, outcome="stopped", run=report.run)
    elif report.state is UpdateState.FAILED:
        detail = report.problem or ""
        note(container, report.bank, "update", outcome="failed", detail=detail)
    elif report.state is UpdateState.UP_TO_DATE and _failed_before(container, report.bank):
        note(container, report.bank, "update", report.release, detail="nothing new")


def _failed_before(container: Container, bank: str) -> bool:
    from holdfast.banks.register import Register

    try:
        events = Register(container.ledger).events(bank, limit=1, action="update")
    except LedgerError:
        return False
    return bool(events) and events[0].outcome == "failed"
