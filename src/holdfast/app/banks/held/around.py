"""What is around a bank: the banks it is made from, and those that are made from it."""

from contextlib import suppress
from dataclasses import dataclass

from holdfast.app.banks.held.standing import recipe_now
from holdfast.app.banks.visibility import may_see, seen_banks
from holdfast.app.container import Container
from holdfast.banks.recipes.recipe import Recipe
from holdfast.errors import BankError, HoldfastError


@dataclass(frozen=True, slots=True)
class Neighbour:
    """A bank that another is made from."""

    bank: str
    release: str | None  #: the newest one, with which the next release is made
    used: str | None  #: the one that the newest release was made with
    is_seen: bool  #: whether whoever asks may look at it


@dataclass(frozen=True, slots=True)
class Around:
    """The banks around one. Those that may not be seen are not among those made from it."""

    made_from: tuple[Neighbour, ...] = ()
    made_of_it: tuple[str, ...] = ()


def bank_around(container: Container, bank: str, recipe: Recipe | None) -> Around:
    """What is around `bank`, whose recipe is `recipe` if it can be read."""
    used: dict[str, str] = {}
    with suppress(BankError):
        newest = container.catalogue.folder(bank).newest()
        used = dict(newest.depends) if newest is not None else {}
    names = [each.bank for each in recipe.depends] if recipe is not None else []
    made_from = tuple(_neighbour(container, name, used.get(name)) for name in names)
    return Around(made_from, tuple(_made_of(container, bank)))


def _neighbour(container: Container, bank: str, used: str | None) -> Neighbour:
    try:
        newest = container.catalogue.folder(bank).newest()
        is_seen = may_see(container, bank)
    except BankError:
        return Neighbour(bank, None, used, is_seen=False)
    return Neighbour(bank, newest.name if newest is not None else None, used, is_seen)


def _made_of(container: Container, bank: str) -> list[str]:
    found = []
    for other in seen_banks(container):
        try:
            recipe = recipe_now(container, other)
        except (HoldfastError, OSError):
            continue
        if any(each.bank == bank for each in recipe.depends):
            found.append(other)
    return found
