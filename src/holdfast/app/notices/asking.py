"""Asking: what waits to be told, whether notices arrive, and sending what waits now."""

from dataclasses import dataclass
from datetime import datetime

from holdfast.app.container import Container
from holdfast.app.notices.outbox import Outbox
from holdfast.app.notices.sending import Delivery, Fate, send_due, send_now
from holdfast.app.notices.writing import trial_posts
from holdfast.errors import HoldfastError, UsageError

NO_BANK = "test"  #: what a test is about where no bank is named


@dataclass(frozen=True, slots=True)
class Waiting:
    """One notice that was not taken yet."""

    made: datetime
    bank: str
    to: str
    subject: str
    attempts: int
    after: datetime | None  #: before, it is not tried again
    problem: str


def waiting(container: Container) -> tuple[Waiting, ...]:
    """What waits to be told, the oldest first."""
    return tuple(
        Waiting(
            post.made,
            post.bank,
            str(post.addressee),
            post.letter.subject,
            post.attempts,
            post.after,
            post.problem,
        )
        for post in Outbox(container.settings.notices).posts()
    )


def try_out(container: Container, bank: str | None = None) -> tuple[Delivery, ...]:
    """Send a test to all who could be told of `bank`, or of any; it waits in no outbox.

    Raises
    ------
    BankNotFound, RecipeError
        There is no such bank, or its recipe cannot be read.
    UsageError
        Nobody would be told.
    """
    if bank is not None:
        container.catalogue.recipe(bank)
    posts = trial_posts(container, bank or NO_BANK)
    if not posts:
        raise UsageError(
            "nobody would be told: below [notify] in the settings, name a mail server (smtp) and "
            "people (to), or hooks"
        )
    return send_now(container, posts)


def send_waiting(container: Container) -> tuple[Delivery, ...]:
    """Send all that waits, now."""
    return send_due(container, all_of_them=True)


def raise_untaken(deliveries: tuple[Delivery, ...]) -> None:
    """A HoldfastError with a sentence for each notice that was not taken, if there are any."""
    problems = [
        f"to {each.to}: {each.problem}" for each in deliveries if each.fate is not Fate.SENT
    ]
    if problems:
        raise HoldfastError("\n".join(problems))
