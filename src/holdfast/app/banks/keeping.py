"""Whose a bank is and who may see it: marked beside its releases."""

from dataclasses import dataclass, replace
from pathlib import Path

from holdfast.app.banks.noting import note
from holdfast.app.banks.rights import changing
from holdfast.app.banks.visibility import MODES, visibility_of
from holdfast.app.container import Container
from holdfast.banks.recipes.recipe import Visibility
from holdfast.errors import UsageError

OWNER_LIMIT = 100


@dataclass(frozen=True, slots=True)
class Owned:
    """Whose a bank is."""

    bank: str
    owner: str  #: empty: nobody's in particular
    before: str


@dataclass(frozen=True, slots=True)
class Seen:
    """Who may see a bank."""

    bank: str
    visibility: Visibility
    marked: bool  #: whether it was said for this bank, and not only by its recipe
    folder: Path


def bank_owner(container: Container, bank: str, new: str | None = None) -> Owned:
    """Whose `bank` is; with `new`, from now on.

    Raises
    ------
    BankNotFound, BankBusy
        There is no such bank, or another process is changing it.
    UsageError
        `new` is no name.
    """
    folder = container.catalogue.folder(bank)
    if new is None:
        return Owned(bank, folder.marks.owner, folder.marks.owner)
    if not new.isprintable() or len(new) > OWNER_LIMIT:
        raise UsageError(f"an owner is at most {OWNER_LIMIT} printable characters, not {new!r}")
    with changing(container, folder):
        marks = folder.marks
        folder.mark(replace(marks, owner=new))
    note(container, bank, "owner", detail=f"from {marks.owner or 'nobody'} to {new or 'nobody'}")
    return Owned(bank, new, marks.owner)


def bank_visibility(container: Container, bank: str, new: Visibility | None = None) -> Seen:
    """Who may see `bank`; with `new`, from now on, whatever its recipe says.

    Raises
    ------
    BankNotFound, BankBusy
        There is no such bank, or another process is changing it.
    """
    folder = container.catalogue.folder(bank)
    if new is not None:
        with changing(container, folder):
            folder.mark(replace(folder.marks, visibility=new))
            folder.folder.chmod(MODES[new])
        note(container, bank, "visibility", detail=new.value)
    marked = folder.marks.visibility
    return Seen(bank, visibility_of(container, bank), marked is not None, folder.folder)
