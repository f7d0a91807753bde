"""
Tending errands: what a server does every few seconds, so that none is forgotten.

What is at work, what waits and what is dead is known from the book alone, so any number of servers
may tend the same errands.
"""

import os
import signal
import time
from contextlib import suppress
from datetime import UTC, datetime, timedelta

from holdfast.app.container import Container
from holdfast.app.errands.book import Book
from holdfast.app.errands.starting import begin_next, logs_of
from holdfast.app.errands.values import State
from holdfast.app.jobs.stopping import cancel
from holdfast.errors import JobError
from holdfast.jobs.engine.identity import lives, place
from holdfast.jobs.executors import processes
from holdfast.jobs.ledger import Claim

PATIENCE = 30.0  #: seconds that one which was asked to stop has for ending well
TIDY = 600.0  #: seconds between two looks for what is to be forgotten
DEAD = "its process died; try again, and it goes on where it was"


def tend(container: Container) -> None:
    """Look after the errands: mark the dead, end what does not stop, begin what may begin.

    It is quick when there is nothing to do, and may be called every few seconds by every server.

    Raises
    ------
    LedgerError
        The ledger cannot be read or written.
    """
    end_dead(container)
    for errand, claim in Book(container.ledger).overdue(PATIENCE):
        _kill(container, errand.id, errand.run, claim)
    begin_next(container)
    if _is_time_to_tidy(container):
        tidy(container)


def end_dead(container: Container) -> None:
    """Write down that errands whose process is dead were interrupted, or stopped as asked."""
    book = Book(container.ledger)
    for errand, held in book.held():
        if not lives(held, is_shared=container.ledger.is_shared):
            state = State.CANCELLED if errand.is_stopping else State.INTERRUPTED
            problem = "" if errand.is_stopping else DEAD
            book.end(errand.id, held.claim.engine, state, problem=problem)


def tidy(container: Container) -> None:
    """Forget what ended long ago, with its log; remove uploads and guests' plots that are old."""
    from holdfast.app.audit import forget_deeds
    from holdfast.app.plots.expiring import remove_expired

    before = datetime.now(UTC) - timedelta(days=container.settings.history_days)
    logs = logs_of(container)
    for word in Book(container.ledger).forget(before):
        (logs / f"{word}.log").unlink(missing_ok=True)
    remove_expired(container)
    forget_deeds(container)


def _kill(container: Container, word: str, run: int | None, claim: Claim) -> None:
    """End the process of an errand that was asked to stop and does not, and what it began."""
    if claim.boot != place():
        return  # it is another host's, whose server sees to it
    found = processes.find(claim.pid)
    if found is not None and found.started == claim.started:
        with suppress(ProcessLookupError, PermissionError):
            os.killpg(found.group, signal.SIGKILL)
    if Book(container.ledger).end(word, claim.engine, State.CANCELLED) and run is not None:
        with suppress(JobError):
            cancel(container, run, wait=False)


def _is_time_to_tidy(container: Container) -> bool:
    """Whether nobody has tidied for a while; whoever asks is taken to do it now."""
    stamp = logs_of(container) / ".tidied"
    try:
        if time.time() - stamp.stat().st_mtime < TIDY:
            return False
    except FileNotFoundError:
        stamp.parent.mkdir(parents=True, exist_ok=True)
    stamp.touch()
    return True
