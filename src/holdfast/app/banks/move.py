"""
Moving a bank to another folder, most often on another disk.

It is copied and verified there; then its recipe names the new folder, in one step, and from then on
it is there; last the old folder goes. What was stopped before the step is taken up by the same
command, and what was stopped after it too.
"""

from dataclasses import dataclass
from pathlib import Path

from holdfast.app.banks.held.holding import known_banks
from holdfast.app.banks.noting import note
from holdfast.app.banks.rights import changing
from holdfast.app.container import Container
from holdfast.banks.catalogue import PROPERTIES
from holdfast.banks.recipes.rewording import placed
from holdfast.banks.releases.bankfolder import BankFolder
from holdfast.banks.releases.listings import rewrite_listings
from holdfast.banks.releases.relocating import came_from, cargo, clear, copy, prepare, see_room
from holdfast.base.files import write_atomic
from holdfast.base.progress import Listener, ignore
from holdfast.errors import BankError, BankNotFound, RecipeError, UsageError


@dataclass(frozen=True, slots=True)
class Moved:
    """A bank that is elsewhere now."""

    bank: str
    folder: Path
    before: Path | None  #: None: it was there already
    files: int = 0
    size: int = 0  #: bytes


def move_bank(container: Container, bank: str, folder: Path, listener: Listener = ignore) -> Moved:
    """Have `bank` in `folder`, which is empty or not there, or where a move was stopped.

    Raises
    ------
    BankNotFound, BankBusy
        There is no such bank, or another process is changing it.
    UsageError
        Its recipe cannot say where it is.
    RecipeError
        The recipe must be changed by hand.
    BankError
        An update is unfinished, the folder is in use, the disk has no room, or what was written
        there is not what is read.
    """
    target = folder.expanduser().absolute()
    recipe = _recipe_file(container, bank)
    here = container.catalogue.folder(bank)
    if here.folder == target:
        return _clear_rest(container, bank, target)
    _refuse_shared(container, bank, here.folder)
    if here.makings():
        raise BankError(
            f"{bank} has an unfinished update; finish it first with: holdfast bank update {bank}, "
            "or give it up"
        )
    text = placed(recipe.read_text(encoding="utf-8"), target, recipe)
    with changing(container, here):
        prepare(here.folder, target)
        with BankFolder(target, bank, here.separator).locked():
            freight = cargo(here.folder)
            see_room(freight, target, container.settings.disk_reserve)
            copy(here.folder, target, freight, listener)
            there = BankFolder(target, bank, here.separator)
            for release in there.release_folders():
                rewrite_listings(release)
            write_atomic(recipe, text.encode(), recipe.stat().st_mode & 0o777)
            clear(here.folder, target)
    note(container, bank, "move", detail=f"from {here.folder} to {target}")
    return Moved(bank, target, here.folder, len(freight.files), freight.size)


def _recipe_file(container: Container, bank: str) -> Path:
    catalogue = container.catalogue
    if bank not in catalogue.banks():
        catalogue.folder(bank)
        raise BankNotFound(f"{bank} has no recipe, which would say where it is; add one first")
    file = catalogue.recipe_file(bank)
    if file.suffix == PROPERTIES:
        raise UsageError(
            f"{file} places the bank by data.dir and dir.version; move the data and change those, "
            f"or make a recipe of it first: holdfast bank convert {file}"
        )
    return file


def _clear_rest(container: Container, bank: str, target: Path) -> Moved:
    """The bank is there; what a kill left of the old folder goes."""
    before = came_from(target)
    if before is not None:
        _refuse_shared(container, bank, before)
        clear(before, target)
    return Moved(bank, target, before)


def _refuse_shared(container: Container, bank: str, folder: Path) -> None:
    """A BankError if `folder` is another bank's too."""
    for other in known_banks(container):
        try:
            is_there = other != bank and container.catalogue.folder(other).folder == folder
        except (BankError, RecipeError):
            continue
        if is_there:
            raise BankError(
                f"{folder} is the folder of {other} too; say another place in one recipe first"
            )
