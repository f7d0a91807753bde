"""
Renaming a bank, with its recipe, its releases and its history.

A rename that was killed is finished by whatever asks for the banks next.
"""

import re
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

from holdfast.app.banks.noting import note
from holdfast.app.banks.rights import changing
from holdfast.app.container import Container
from holdfast.banks.catalogue import PROPERTIES, Catalogue
from holdfast.banks.recipes.recipe import Recipe
from holdfast.banks.recipes.rewording import renamed
from holdfast.banks.recipes.steps import NAME
from holdfast.banks.releases.renaming import (
    LOCK,
    Renaming,
    forget_renaming,
    read_renaming,
    write_renaming,
)
from holdfast.banks.releases.renaming import rename as do_rename
from holdfast.base.locks import Held, exclusive
from holdfast.errors import BankBusy, BankError, RecipeError, UsageError

WAIT = 10.0  #: seconds for which another process may be renaming


@dataclass(frozen=True, slots=True)
class Renamed:
    """A bank that was renamed."""

    bank: str
    before: str
    folder: Path
    recipe: Path | None
    remarks: tuple[str, ...] = ()  #: what a person may want to change too


def rename_bank(container: Container, old: str, new: str) -> Renamed:
    """Call the bank `old` `new` from now on.

    Raises
    ------
    BankNotFound, BankBusy
        There is no bank `old`, or another process is changing it.
    UsageError
        `new` is no name, or the name of another bank.
    RecipeError
        The recipe must be changed by hand.
    BankError
        An update of it is unfinished, or other banks are made from it.
    """
    catalogue = container.catalogue
    folder = catalogue.folder(old)
    _check_new(container, old, new)
    recipe = catalogue.recipe(old) if old in catalogue.banks() else None
    renaming = _decided(catalogue, old, new, recipe)
    if not renaming.folder.exists():
        _do(container, renaming)
    else:
        with changing(container, folder):
            if folder.makings():
                raise BankError(
                    f"{old} has an unfinished update; finish it first with: holdfast bank update "
                    f"{old}, or give it up"
                )
            _do(container, renaming)
    remarks = tuple(_remarks(container, old, new, recipe))
    return Renamed(new, old, renaming.to, renaming.new_recipe if recipe else None, remarks)


def finish_interrupted(container: Container) -> None:
    """Finish a rename that was killed, if one was.

    Raises
    ------
    BankBusy
        It goes on in another process.
    """
    home = container.settings.home
    try:
        with exclusive(home / LOCK, WAIT):
            renaming = read_renaming(home)
            if renaming is not None:
                _finish(container, renaming)
    except Held as held:
        raise BankBusy(
            f"a bank is being renamed by {held.holder or 'another process'}; try again when it has "
            "ended"
        ) from held


def _do(container: Container, renaming: Renaming) -> None:
    home = container.settings.home
    with exclusive(home / LOCK, WAIT):
        if read_renaming(home) is not None:
            raise BankBusy("a bank is being renamed; try again")
        write_renaming(home, renaming)
        _finish(container, renaming)


def _finish(container: Container, renaming: Renaming) -> None:
    from holdfast.banks.register import Index, Register

    do_rename(renaming)
    Register(container.ledger).rename(renaming.old, renaming.new)
    Index(container.ledger).forget(renaming.old)
    forget_renaming(container.settings.home)
    note(container, renaming.new, "rename", detail=f"it was called {renaming.old}")


def _decided(catalogue: Catalogue, old: str, new: str, recipe: Recipe | None) -> Renaming:
    """What is to be done; the folder stays where it is if the recipe names it."""
    folder = catalogue.folder(old)
    stays = recipe is not None and bool(recipe.place.folder)
    file = catalogue.recipe_file(old) if recipe is not None else None
    text, mode = b"", 0o644
    if file is not None:
        text, mode = file.read_bytes(), file.stat().st_mode & 0o777
        if file.suffix != PROPERTIES:  # those are called as their file is
            text = renamed(text.decode(), new, file).encode()
    return Renaming(
        old,
        new,
        folder.folder,
        folder.folder if stays else folder.folder.with_name(new),
        folder.separator,
        file,
        (file or catalogue.recipe_file(old)).with_stem(new),
        text,
        mode,
    )


def _check_new(container: Container, old: str, new: str) -> None:
    if not re.match(NAME, new):
        raise UsageError(f"{new!r} is not a name: use letters, digits, and . _ + -")
    if new in container.catalogue.banks() or (container.settings.banks / new).exists():
        raise UsageError(f"there is a bank {new!r} already; choose another name")
    for bank in container.catalogue.banks():
        try:
            needs = {each.bank for each in container.catalogue.recipe(bank).depends}
        except RecipeError:
            continue
        if old in needs:
            raise BankError(
                f"{bank} is made from {old}; change depends in {bank}'s recipe first: "
                f"{container.catalogue.recipe_file(bank)}"
            )


def _remarks(container: Container, old: str, new: str, recipe: Recipe | None) -> Iterator[str]:
    for name, schedule in container.settings.schedules.items():
        if old in schedule.bank:
            yield f"the schedule {name} in holdfast.toml still names {old}: change it to {new}"
    for step in recipe.steps if recipe is not None else ():
        if step.use == "load" and "{bank}" in (step.namespace or "{bank}"):
            yield (
                f"step {step.name} loads the next release under the namespace "
                f"{step.namespace_for(new, '…')}, where it was {step.namespace_for(old, '…')}; to "
                "keep that one, say namespace in the recipe"
            )
