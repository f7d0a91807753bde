"""Whom a bank's updates concern: the table ``[notify]`` of a recipe."""

from pydantic import field_validator

from holdfast.banks.recipes.steps import Name, Part
from holdfast.settings.notify import When, checked_addresses


class NotifyPart(Part):
    """Who is told of this bank besides those the settings name, and when.

    `hooks` are names the settings give to chats and web hooks; a recipe holds no URL of one, for
    that is a secret. None means all of them.
    """

    to: tuple[str, ...] = ()
    when: When | None = None
    hooks: tuple[Name, ...] | None = None

    _are_addresses = field_validator("to")(checked_addresses)
