"""
Settings of what is done by itself, and when.

::

    [schedules.nightly]
    cron = "30 2 * * *"
    zone = "Europe/Paris"
    bank = "*"

    [schedules.tidy]
    cron = "@weekly"
    command = ["seq", "gc"]

A bank's recipe may have the same keys, but for ``bank`` and ``command``, in a table ``[schedule]``.
"""

import re
from typing import Annotated, Self

from pydantic import (
    AfterValidator,
    BaseModel,
    BeforeValidator,
    ConfigDict,
    Field,
    field_validator,
    model_validator,
)

from holdfast.base.cron import Cron
from holdfast.base.zones import zone_named
from holdfast.settings.values import span

NAME = re.compile(r"[A-Za-z0-9][A-Za-z0-9_.+-]{0,99}")
ALL = "*"  #: every bank that has no schedule of its own
ENDLESS = ("worker", "serve", "schedule", "task")  #: commands that make no sense on a schedule
JITTER_LIMIT = 86400  #: seconds


def _is_cron(text: str) -> str:
    return Cron.parse(text).text


def _is_zone(name: str) -> str:
    return zone_named(name).key if name else name


def _one_or_more(value: object) -> object:
    return (value,) if isinstance(value, str) else value


def check_schedule_name(name: str) -> str:
    """`name`, which may name a schedule; a ValueError says why another may not."""
    if not NAME.fullmatch(name):
        raise ValueError(f"{name!r} is not a name: use letters, digits, and . _ + -")
    return name


class Timing(BaseModel):
    """When something is done by itself."""

    model_config = ConfigDict(frozen=True, extra="forbid")

    cron: Annotated[
        str,
        AfterValidator(_is_cron),
        Field(description="When, as a cron expression of five fields, or `@daily` and the like."),
    ]
    zone: Annotated[
        str,
        AfterValidator(_is_zone),
        Field(description="The time zone of `cron`, as `Europe/Paris`; empty: the machine's."),
    ] = ""
    jitter: Annotated[
        float,
        BeforeValidator(span),
        Field(ge=0, le=JITTER_LIMIT, description="Time over which starts are spread."),
    ] = 0.0
    catch_up: Annotated[
        bool, Field(description="Whether what was missed is done, once, as soon as possible.")
    ] = True
    enabled: Annotated[bool, Field(description="Whether it is done at all.")] = True


class ScheduleSettings(Timing):
    """A schedule: when, and either banks to update or a command of ours."""

    bank: Annotated[
        tuple[str, ...],
        BeforeValidator(_one_or_more),
        Field(
            description="The bank to update, or several; `*` is every bank whose recipe has no "
            "schedule of its own."
        ),
    ] = ()
    command: Annotated[
        tuple[str, ...],
        Field(description='Or words of a `holdfast` command, as `["seq", "gc"]`.'),
    ] = ()

    @field_validator("bank")
    @classmethod
    def _are_banks(cls, banks: tuple[str, ...]) -> tuple[str, ...]:
        if ALL in banks and len(banks) > 1:
            raise ValueError(f"{ALL!r} is all banks; leave out the others")
        for bank in banks:
            if bank != ALL and not NAME.fullmatch(bank):
                raise ValueError(f"{bank!r} is not the name of a bank")
        return tuple(dict.fromkeys(banks))

    @field_validator("command")
    @classmethod
    def _is_a_command(cls, words: tuple[str, ...]) -> tuple[str, ...]:
        if any("\0" in word for word in words):
            raise ValueError("a word of it holds a NUL character")
        if words and words[0] == "holdfast":
            raise ValueError("leave out the word 'holdfast': every command here is one of its")
        if words and words[0] in ENDLESS:
            raise ValueError(f"'holdfast {words[0]}' is not a command to run on a schedule")
        if words and not words[0].isalpha():
            raise ValueError(f"it begins with {words[0]!r}; write words as in ['seq', 'gc']")
        return words

    @model_validator(mode="after")
    def _does_one_thing(self) -> Self:
        if bool(self.bank) == bool(self.command):
            raise ValueError(
                'a schedule has either bank (as in bank = "yeast") or command (a list of words)'
            )
        return self
