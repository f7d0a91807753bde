"""
Asking for errands, looking at them, stopping them and trying them again.

Whether the one who asks may do such a thing at all is seen to before anything is written, so that a
stranger is told at once; what does it sees to it once more.
"""

import secrets
from collections.abc import Sequence
from datetime import UTC, datetime
from pathlib import Path

from holdfast.app.banks.maintenance import refuse_in_maintenance
from holdfast.app.banks.rights import refuse_strangers
from holdfast.app.container import Container
from holdfast.app.errands.book import Book
from holdfast.app.errands.starting import begin_next, logs_of
from holdfast.app.errands.tending import end_dead
from holdfast.app.errands.values import Errand, State, acts_as
from holdfast.app.errands.wishes import (
    CheckRemotes,
    MoveBank,
    PublishRelease,
    RemoveBank,
    RemoveReleases,
    UpdateBank,
    UpdateBanks,
    Wish,
    written,
)
from holdfast.errors import ErrandNotFound, JobError

WAITING = 100  #: errands that may wait of one person, or of all guests together


def ask(container: Container, wish: Wish) -> Errand:
    """Write down what is wished for, and begin it if there is room.

    Raises
    ------
    BankNotFound, BankForbidden, BankBusy
        There is no such bank, it is another's, or maintenance is on.
    JobError
        So many errands of the person wait that others would never have their turn.
    LedgerError
        The ledger cannot be written.
    """
    _refuse_what_may_not_be(container, wish)
    _refuse_too_many(container)
    person = container.person
    asked = Errand(
        id=secrets.token_urlsafe(18),
        kind=wish.kind,
        subject=wish.subject,
        title=wish.title,
        words={},
        owner="" if person is None else person.name,
        state=State.WAITING,
        asked=datetime.now(UTC),
    )
    Book(container.ledger).add(asked, written(wish), acts_as(person))
    begin_next(container)
    return errand(container, asked.id)


def _refuse_what_may_not_be(container: Container, wish: Wish) -> None:
    """Raise what :func:`ask` raises."""
    if isinstance(wish, UpdateBank | PublishRelease | RemoveReleases | RemoveBank | MoveBank):
        banks: tuple[str, ...] = (wish.bank,)
    elif isinstance(wish, UpdateBanks | CheckRemotes):
        banks = wish.banks
    else:
        return
    if not isinstance(wish, CheckRemotes):
        refuse_in_maintenance(container)
    for bank in banks:
        refuse_strangers(container, container.catalogue.folder(bank))


def _refuse_too_many(container: Container) -> None:
    person = container.person
    if person is None or person.is_administrator:
        return
    waiting = errands(container, owner=person.name, states=[State.WAITING], limit=WAITING)
    if len(waiting) >= WAITING:
        raise JobError(f"{WAITING} errands of yours wait already; let some of them begin first")


def errand(container: Container, word: str) -> Errand:
    """The errand whose id is `word`.

    Raises
    ------
    ErrandNotFound
        There is none.
    """
    found = Book(container.ledger).errand(word)
    if found is None:
        raise ErrandNotFound(ErrandNotFound.__doc__)
    return found


def errands(
    container: Container,
    *,
    owner: str | None = None,
    kind: str | None = None,
    subject: str | None = None,
    states: Sequence[State] = (),
    before: int | None = None,
    limit: int = 100,
) -> list[Errand]:
    """The newest errands, the newest first; those older than the one numbered `before`."""
    return Book(container.ledger).errands(
        owner=owner, kind=kind, subject=subject, states=states, before=before, limit=limit
    )


def may_see_errand(container: Container, asked: Errand) -> bool:
    """Whether who asks may look at an errand: its owner, and administrators.

    That of a guest may be seen by whoever knows its id.
    """
    person = container.person
    if person is None or not asked.owner:
        return True
    return person.owns(asked.owner)


def cancel_errand(container: Container, word: str) -> Errand:
    """Stop an errand: one that waits at once, one that is being done as soon as it can.

    Raises
    ------
    ErrandNotFound
        There is none.
    JobError
        It has ended already.
    """
    found = errand(container, word)
    if found.state.is_over:
        raise JobError(f"this errand is {found.state.value} already; there is nothing to stop")
    book = Book(container.ledger)
    if not book.end(word, None, State.CANCELLED):
        book.ask_to_stop(word)
        end_dead(container)
    return errand(container, word)


def try_again(container: Container, word: str) -> Errand:
    """Let an errand that failed, or was stopped or interrupted, be done again from where it was.

    Raises
    ------
    ErrandNotFound
        There is none.
    JobError
        It is not one of those.
    """
    if not Book(container.ledger).reopen(word):
        found = errand(container, word)
        raise JobError(f"this errand is {found.state.value}; there is nothing to try again")
    begin_next(container)
    return errand(container, word)


def log_of(container: Container, word: str) -> Path:
    """The log of an errand, which need not be there yet."""
    return logs_of(container) / f"{errand(container, word).id}.log"
