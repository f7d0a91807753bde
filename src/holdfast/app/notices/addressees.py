"""
Who is told: the people and hooks of the settings, and those of the bank's recipe.

The recipe's condition counts instead of that of the settings. A bank whose property file names a
mail server of its own is told of through that one, where the settings name none.
"""

from pathlib import Path

from holdfast.app.container import Container
from holdfast.app.notices.mail import MailServer, server_of
from holdfast.app.notices.posts import Addressee
from holdfast.banks.catalogue import SUFFIX
from holdfast.banks.properties.mailing import Mailing
from holdfast.banks.recipes.notify import NotifyPart
from holdfast.errors import HoldfastError
from holdfast.settings.notify import NotifySettings


def part_of(container: Container, bank: str) -> NotifyPart:
    """What the recipe of `bank` says about notices; nothing where it cannot be read."""
    try:
        if _says_nothing(container.settings.recipes / f"{bank}{SUFFIX}"):
            return NotifyPart()
        return container.catalogue.recipe(bank).notify
    except (HoldfastError, OSError):
        return NotifyPart()


def _says_nothing(recipe: Path) -> bool:
    """Whether the word is not in the file at all: most recipes need not be read for it."""
    try:
        return b"notify" not in recipe.read_bytes()
    except FileNotFoundError:
        return False


def mailing_of(container: Container, bank: str) -> Mailing | None:
    """What the property file of `bank` says about mail; None if it is none, or names no server."""
    try:
        found = container.catalogue.meaning(bank)
    except (HoldfastError, OSError):
        return None
    return found.mailing if found is not None else None


def addressees(
    settings: NotifySettings, part: NotifyPart, *, has_mail: bool
) -> tuple[Addressee, ...]:
    """Who is told of a bank; nobody by mail where there is no server for it."""
    people = tuple(dict.fromkeys((*settings.to, *part.to)))
    by_mail = (Addressee(people),) if people and has_mail else ()
    chosen = (name for name in settings.hooks if part.hooks is None or name in part.hooks)
    return (*by_mail, *(Addressee(hook=name) for name in chosen))


def mail_server(container: Container, bank: str) -> MailServer | None:
    """Where mail about `bank` is handed in: the settings' server, else its property file's."""
    access = container.policy.access
    settings = container.settings.notify
    if settings.smtp:
        return server_of(settings, access)
    mailing = mailing_of(container, bank)
    return server_of(_as_settings(mailing, settings), access) if mailing is not None else None


def _as_settings(mailing: Mailing, settings: NotifySettings) -> NotifySettings:
    """`settings` with the mail server of a property file."""
    return settings.model_copy(
        update={
            "smtp": mailing.host,
            "port": mailing.port,
            "security": mailing.security,
            "sender": mailing.sender,
            "user": mailing.user,
            "password": mailing.password,
        }
    )


def with_mailing(container: Container, bank: str) -> NotifySettings:
    """The settings, with what the bank's property file says of how letters look, if it counts."""
    settings = container.settings.notify
    mailing = mailing_of(container, bank) if not settings.smtp else None
    if mailing is None:
        return settings
    return settings.model_copy(
        update={
            "tail": mailing.tail,
            "attach": mailing.attach,
            "subject": mailing.subject,
            "body": mailing.body,
        }
    )
