"""
Adopting one bank of a BioMAJ site: its finished releases become releases here, where they are.

What people had decided about the bank comes along: frozen releases stay frozen, the owner stays the
owner. What was decided here since is not undone.
"""

import os
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace
from datetime import datetime

from holdfast.app.banks.noting import note
from holdfast.app.container import Container
from holdfast.app.importing.made import depends_of, folder_said, records_of
from holdfast.banks.adopting.finding import Candidate, Look, look
from holdfast.banks.adopting.history import PastBank
from holdfast.banks.adopting.writing import ADOPTING, Adopter, Known, Past, forget_noted, scanned
from holdfast.banks.recipes.recipe import Recipe, Visibility
from holdfast.banks.releases.bankfolder import BankFolder
from holdfast.banks.releases.marks import Marks
from holdfast.banks.releases.release import FLAT
from holdfast.base.files import remove_leftovers
from holdfast.base.progress import Listener
from holdfast.errors import BankError, RecipeError, printable

NOTHING = "none://"  #: the remote of banks that have no files of their own


@dataclass(frozen=True, slots=True)
class AdoptedRelease:
    """One release of the site."""

    release: str
    folder: str
    created: datetime
    current: bool
    frozen: bool
    adopted: bool  #: now, or in a dry run: it would be; else it was before
    files: int
    size: int  #: bytes


@dataclass(frozen=True, slots=True)
class Adoption:
    """What became of one bank, or would."""

    bank: str
    folder: str
    recipe: str = ""  #: what keeps its property file from being used; empty: nothing
    releases: tuple[AdoptedRelease, ...] = ()
    remarks: tuple[str, ...] = ()
    problem: str = ""

    @property
    def adopted(self) -> int:
        """How many releases are adopted now."""
        return sum(1 for each in self.releases if each.adopted)


def look_at(
    container: Container, bank: str, past: PastBank | None, beside: Sequence[str]
) -> Adoption:
    """What adopting `bank` would do. Nothing is written.

    Raises
    ------
    BankError, RecipeError
        It has no place, or a release that is here already cannot be read.
    """
    folder = container.catalogue.folder(bank)
    recipe, problem = _recipe(container, bank)
    found = _look(folder, past, beside, recipe)
    releases = (*_held(folder, found), *(_would_be(each) for each in found.adopted))
    remarks = tuple(_remarks(found, past, beside))
    return Adoption(bank, str(folder.folder), problem, releases, remarks)


def adopt_bank(
    container: Container,
    bank: str,
    past: PastBank | None,
    beside: Sequence[str],
    listener: Listener,
) -> Adoption:
    """Adopt what `bank` has.

    Raises
    ------
    BankBusy
        Another process is at it.
    BankError, RecipeError, OSError
        Something cannot be read or written; the releases adopted before that stay so.
    """
    folder = container.catalogue.folder(bank)
    recipe, problem = _recipe(container, bank)
    if not folder.folder.is_dir():
        found = _look(folder, past, beside, recipe)
        remarks = ("it has no folder yet", *_remarks(found, past, beside))
        return Adoption(bank, str(folder.folder), problem, (), remarks)
    if not os.access(folder.folder, os.W_OK):
        raise BankError(
            f"{folder.folder}: nothing can be written there; run this by the account of BioMAJ"
        )
    found = _look(folder, past, beside, recipe)
    is_done = not found.adopted and not (folder.folder / ADOPTING).exists()
    if is_done and folder.marks == _marks(folder, found, past, recipe):
        remarks = tuple(_remarks(found, past, beside))
        return Adoption(bank, str(folder.folder), problem, _held(folder, found), remarks)
    _refuse_while_biomaj_works(container, bank)
    with folder.locked():
        remove_leftovers(folder.folder)
        forget_noted(folder.folder)
        found = _look(folder, past, beside, recipe)  # it is certain now
        held = _held(folder, found)
        folder.mark(_marks(folder, found, past, recipe))
        said: list[str] = []
        adopted = tuple(_adopted(container, folder, found, past, recipe, listener, said))
    for each in adopted:
        detail = f"{each.files:,} files in {each.folder}, as BioMAJ left them"
        note(container, bank, "adopt", each.release, detail=detail)
    remarks = (*said, *_remarks(found, past, beside))
    return Adoption(bank, str(folder.folder), problem, (*held, *adopted), remarks)


# -- looking ---------------------------------------------------------------------------------------


def _recipe(container: Container, bank: str) -> tuple[Recipe | None, str]:
    """The recipe of `bank`, or what keeps it from being used."""
    try:
        return container.catalogue.recipe(bank), ""
    except RecipeError as error:
        return None, str(error)


def _look(
    folder: BankFolder, past: PastBank | None, beside: Sequence[str], recipe: Recipe | None
) -> Look:
    computed = recipe is not None and bool(recipe.depends or recipe.remote.url == NOTHING)
    return look(folder, past, beside, needs_flat=not computed)


def _held(folder: BankFolder, found: Look) -> tuple[AdoptedRelease, ...]:
    """The releases that are here already."""
    current, frozen = folder.current(), folder.marks.frozen
    return tuple(
        AdoptedRelease(
            each.name,
            str(each.folder),
            each.created,
            current=current is not None and current.name == each.name,
            frozen=each.name in frozen,
            adopted=False,
            files=each.files,
            size=each.size,
        )
        for each in found.held
    )


def _would_be(candidate: Candidate) -> AdoptedRelease:
    """What adopting would give, for which the disk is asked and nothing is read."""
    found, _ = scanned(candidate.folder / FLAT)
    return _shown(candidate, len(found), sum(facts.st_size for facts in found.values()))


def _shown(candidate: Candidate, files: int, size: int) -> AdoptedRelease:
    return AdoptedRelease(
        candidate.name,
        str(candidate.folder),
        candidate.created,
        current=candidate.current,
        frozen=candidate.frozen,
        adopted=True,
        files=files,
        size=size,
    )


def _remarks(found: Look, past: PastBank | None, beside: Sequence[str]) -> Iterator[str]:
    """What the disk and the database do not agree about, and what is left as it is."""
    if beside:
        yield f"it has one folder with {', '.join(beside)}; give each bank a dir.version of its own"
    for left in found.left:
        yield f"{printable(left.folder)} is left as it is: {left.why}"
    for production in found.lacking:
        where = f" (it was in {production.place})" if production.place.strip("/") else ""
        yield printable(
            f"the database knows {production.release or production.directory}, which is not on the "
            f"disk{where}"
        )
    if past is not None:
        yield from _about_current(found, past)


def _about_current(found: Look, past: PastBank) -> Iterator[str]:
    said = next((each for each in past.productions if each.session == past.current), None)
    linked = next((each for each in found.adopted if each.current), None)
    if past.current is None or said is None or not found.adopted:
        return
    if linked is None:
        yield (
            f"the database says that {said.release} is published, but there is no link current; "
            f"publish it with: holdfast bank publish {found.bank} {said.release}"
        )
    elif linked.production != said:
        yield (
            f"the database says that {said.release} is published; the link current leads to "
            f"{linked.name}, which counts"
        )


# -- doing -----------------------------------------------------------------------------------------


def _refuse_while_biomaj_works(container: Container, bank: str) -> None:
    """A BankError while BioMAJ is at this bank: it says so by a file."""
    folder = folder_said(container, bank, "lock.dir")
    if folder is not None and (lock := folder / f"{bank}.lock").exists():
        raise BankError(
            f"BioMAJ is updating {bank}, says {lock}; try again when it has ended, or remove that "
            "file if BioMAJ was killed"
        )


def _marks(folder: BankFolder, found: Look, past: PastBank | None, recipe: Recipe | None) -> Marks:
    """The bank's marks with what people had decided, as far as nothing was decided here.

    They are written before the releases: none is ever without the mark that keeps it.
    """
    marks = folder.marks
    if past is None:
        return marks
    if marks.visibility is None and not found.held:
        marks = replace(marks, visibility=_visibility(past, recipe))
    if not marks.owner:
        marks = replace(marks, owner=past.owner)
    return marks.freezing(each.name for each in found.adopted if each.frozen)


def _visibility(past: PastBank, recipe: Recipe | None) -> Visibility | None:
    """Private, where the database says so and the recipe does not: the stricter one counts.

    BioMAJ writes what the property file says over the database's word at the next update only.
    """
    hidden = past.visibility == Visibility.PRIVATE.value
    told = recipe is not None and recipe.visibility is Visibility.PRIVATE
    return Visibility.PRIVATE if hidden and not told else None


def _adopted(
    container: Container,
    folder: BankFolder,
    found: Look,
    past: PastBank | None,
    recipe: Recipe | None,
    listener: Listener,
    said: list[str],
) -> Iterator[AdoptedRelease]:
    threads = max(1, container.settings.processors)
    adopter = Adopter(folder.bank, folder.folder, recipe, threads, listener)
    known = Known()
    for candidate, number in found.numbered():
        number_of_session = candidate.production.session if candidate.production else None
        how = Past(
            records=records_of(container, folder.bank, candidate, said),
            session=past.session(number_of_session) if past is not None else None,
            depends=tuple(depends_of(container, recipe, candidate)),
        )
        release, unsafe = adopter.adopt(candidate, number, how, known)
        flat = candidate.folder / FLAT
        said += [f"{flat}: {each!r} can stand in no manifest; it is left out" for each in unsafe]
        yield _shown(candidate, release.files, release.size)
