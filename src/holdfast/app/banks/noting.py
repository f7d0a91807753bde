"""
Noting: whoever changes a bank says so here, when it is done.

What happened goes into the register, and what is searched is brought up to date. The change itself
is on disk already and counts: a ledger that cannot be written is told in the log, and no more.
"""

import logging
from contextlib import suppress
from datetime import UTC, datetime

from holdfast.app.banks.updating.report import UpdateReport, UpdateState
from holdfast.app.banks.visibility import follow_visibility
from holdfast.app.container import Container
from holdfast.errors import BankError, LedgerError

#: In the home folder: an empty file for each bank whose last update failed. Whether one that found
#: nothing new is worth noting is known by it without opening the ledger, which takes longer than
#: all the rest of such an update.
FAILED = "failed-updates"

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
    from holdfast.app.banks.held.holding import bring_up_to_date  # the ledger's library is heavy
    from holdfast.banks.register import Event, Register

    who = container.author
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
    failed = container.settings.home / FAILED / report.bank
    if report.state is UpdateState.FAILED:
        detail = report.problem or ""
        note(container, report.bank, "update", outcome="failed", detail=detail)
        with suppress(OSError):  # on a full disk, say: then the next one tells nothing of it
            failed.parent.mkdir(parents=True, exist_ok=True)
            failed.touch()
        return
    if report.state is UpdateState.UPDATED:
        detail = f"{report.fetched:,} fetched, {report.reused:,} reused, {report.dropped:,} dropped"
        note(container, report.bank, "update", report.release, detail=detail, run=report.run)
    elif report.state is UpdateState.STOPPED and report.run is not None:
        note(container, report.bank, "update", report.release, outcome="stopped", run=report.run)
    elif report.state is UpdateState.UP_TO_DATE and failed.exists():
        note(container, report.bank, "update", report.release, detail="nothing new")
    failed.unlink(missing_ok=True)
