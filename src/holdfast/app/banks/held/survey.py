"""
The survey: all banks at one glance, chosen and sorted, quick enough to be asked with every page.
"""

from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass
from enum import Enum
from typing import Any

from holdfast.app.banks.held.holding import known_banks
from holdfast.app.banks.held.standing import BankLine, BankState, Facts, all_of
from holdfast.app.banks.rights import may_change
from holdfast.app.container import Container
from holdfast.errors import BankError, UsageError, suggestion

__all__ = [
    "Asked",
    "BankLine",
    "BankState",
    "Order",
    "Surveyed",
    "changeable_banks",
    "line_of",
    "named",
    "survey",
]


class Order(Enum):
    """What a list of banks is sorted by."""

    NAME = "name"
    STATE = "state"
    SIZE = "size"
    FILES = "files"
    UPDATED = "updated"
    NEXT = "next"


@dataclass(frozen=True, slots=True)
class Asked:
    """Which banks are meant, and in what order."""

    words: tuple[str, ...] = ()  #: all are in its name, description, formats, types or tags
    state: BankState | None = None
    type: str = ""
    tag: str = ""
    format: str = ""
    order: Order = Order.NAME
    descending: bool = False


@dataclass(frozen=True, slots=True)
class Surveyed:
    """The banks that are meant, and what of all banks a person may choose among."""

    lines: tuple[BankLine, ...]
    total: int  #: banks that may be seen
    states: Mapping[BankState, int]
    types: tuple[str, ...]
    formats: tuple[str, ...]
    tags: tuple[str, ...]


def survey(container: Container, asked: Asked | None = None) -> Surveyed:
    """The banks that whoever asks may see and means, in the order they wish.

    Raises
    ------
    LedgerError
        The ledger cannot be read.
    """
    asked = asked or Asked()
    facts = Facts(container)
    found = (facts.of(bank) for bank in known_banks(container))
    lines = [line for line, seen in found if seen]
    states = {state: sum(line.state is state for line in lines) for state in BankState}
    meant = [line for line in lines if _is_meant(line, asked)]
    return Surveyed(
        tuple(_sorted(meant, asked)),
        len(lines),
        {state: count for state, count in states.items() if count},
        all_of(line.types for line in lines),
        all_of(line.formats for line in lines),
        all_of(line.tags for line in lines),
    )


def changeable_banks(container: Container) -> tuple[str, ...]:
    """The banks with a usable recipe that whoever asks may change.

    Raises
    ------
    UsageError
        There is none.
    """
    found = tuple(line.bank for line in survey(container).lines if _is_usable(container, line))
    if not found:
        raise UsageError("there is no bank that you may update and whose recipe can be used")
    return found


def _is_usable(container: Container, line: BankLine) -> bool:
    if line.state is BankState.BROKEN or not container.catalogue.has(line.bank):
        return False
    try:
        return may_change(container, line.bank)
    except BankError:
        return False


def line_of(container: Container, bank: str) -> BankLine:
    """How `bank` stands, which whoever asks may see; a BankError if there is none."""
    line, _ = Facts(container, bank).of(bank)
    return line


def named(kind: type[Enum], word: str) -> Any:
    """The member of `kind` whose value is `word`; a UsageError names the nearest."""
    try:
        return kind(word)
    except ValueError as error:
        words = [each.value for each in kind]
        near = suggestion(word, words) or f"; say one of: {', '.join(words)}"
        raise UsageError(f"{word!r} is none{near}") from error


# -- choosing --------------------------------------------------------------------------------------


def _is_meant(line: BankLine, asked: Asked) -> bool:
    text = " ".join((line.bank, line.description, *line.formats, *line.types, *line.tags)).lower()
    return (
        all(word.lower() in text for word in asked.words)
        and asked.state in (None, line.state)
        and (not asked.type or asked.type in line.types)
        and (not asked.tag or asked.tag in line.tags)
        and (not asked.format or asked.format in line.formats)
    )


def _sorted(lines: Iterable[BankLine], asked: Asked) -> list[BankLine]:
    """`lines` in order; those of which it is not known come last, either way."""
    key = _KEYS[asked.order]
    by_name = sorted(lines, key=lambda line: line.bank)
    known = [line for line in by_name if key(line) is not None]
    known.sort(key=key, reverse=asked.descending)
    return known + [line for line in by_name if key(line) is None]


_STATES = list(BankState)
_KEYS: Mapping[Order, Callable[[BankLine], Any]] = {
    Order.NAME: lambda line: line.bank.lower(),
    Order.STATE: lambda line: _STATES.index(line.state),
    Order.SIZE: lambda line: line.size,
    Order.FILES: lambda line: line.files,
    Order.UPDATED: lambda line: line.last_update,
    Order.NEXT: lambda line: line.next_update,
}
