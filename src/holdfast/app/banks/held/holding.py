"""
What is held, taken from the disk into the index that is searched.

The disk is the truth. One bank is brought up to date at the end of whatever changed it, all of them
when somebody asks; a release whose files did not change since is not read again.
"""

import os
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING

from holdfast.app.container import Container
from holdfast.banks.recipes.recipe import Recipe
from holdfast.banks.releases.listings import LISTING
from holdfast.banks.releases.metadata import MADE_FILE, Made, read_made
from holdfast.banks.releases.release import FLAT, MANIFEST_FILE, RELEASE_FILE, Release
from holdfast.base.progress import Listener, Progress, ignore
from holdfast.errors import BankError, BankNotFound, UsageError

if TYPE_CHECKING:  # the ledger's library is heavy
    from holdfast.banks.register import Holding

DOCUMENTS = frozenset({RELEASE_FILE, MANIFEST_FILE, MADE_FILE})  #: ours, not the release's


@dataclass(frozen=True, slots=True)
class Reindexed:
    """What became of the index."""

    banks: int
    releases: int  #: whose names were read again
    forgotten: tuple[str, ...]  #: banks that are no longer there
    problems: tuple[str, ...] = ()


def bring_up_to_date(container: Container, bank: str) -> int:
    """Have the index say what is held of `bank`; how many releases were read for it.

    Raises
    ------
    LedgerError, BankError
        The ledger cannot be written, or a release not be read.
    """
    from holdfast.banks.register import Index

    index = Index(container.ledger)
    try:
        folder = container.catalogue.folder(bank)
    except BankNotFound:
        index.forget(bank)
        return 0
    recipe = recipe_of(container, bank)
    releases = {release.name: release for release in folder.releases()}
    holdings = {"": (_bank(bank, recipe, folder.folder), "")}
    for name, release in releases.items():
        holdings[name] = (_holding(release, recipe), _stamp(release))
    return index.bring(bank, holdings, lambda name: file_names(releases[name]))


def reindex(container: Container, listener: Listener = ignore) -> Reindexed:
    """Have the index say what is held of all banks. One that cannot be read is told, and left."""
    from holdfast.banks.register import Index

    there = known_banks(container)
    known = Index(container.ledger).banks()
    read, problems = 0, []
    for count, bank in enumerate(there, 1):
        try:
            read += bring_up_to_date(container, bank)
        except BankError as error:
            problems.append(f"{bank}: {error}")
        listener(Progress("reading what is held", count, len(there), "banks"))
    gone = tuple(sorted(known - set(there)))
    for bank in gone:
        Index(container.ledger).forget(bank)
    return Reindexed(len(there), read, gone, tuple(problems))


def known_banks(container: Container) -> tuple[str, ...]:
    """The banks that have a recipe, and those that were mirrored once."""
    folders = container.settings.banks.glob("[!.]*")
    mirrored = (each.name for each in folders if each.is_dir())
    return tuple(sorted({*container.catalogue.banks(), *mirrored}))


def formats_and_types(
    recipe: Recipe | None, made: tuple[Made, ...]
) -> tuple[tuple[str, ...], tuple[str, ...]]:
    """The formats and the types of a release: those of its bank, and of what its steps made."""
    formats = {*(recipe.formats if recipe else ()), *(each.format for each in made)}
    types = {*(recipe.types if recipe else ()), *(name for each in made for name in each.types)}
    return tuple(sorted(formats - {""})), tuple(sorted(types - {""}))


def file_names(release: Release) -> Iterator[str]:
    """The files of `release`, as paths in its folder: its products, then what steps made."""
    yield from sorted(
        f"{FLAT}/{product.path}" for entry in release.entries() for product in entry.products
    )
    yield from sorted(_made_files(release.folder))


def _made_files(folder: Path) -> Iterator[str]:
    for parent, folders, names in os.walk(folder):
        inside = os.path.relpath(parent, folder)
        if inside == ".":
            folders[:] = [each for each in folders if each != FLAT]
            yield from (each for each in names if not _is_ours(each))
        else:
            yield from (f"{inside}/{each}" for each in names)


def _is_ours(name: str) -> bool:
    return name in DOCUMENTS or name.startswith((LISTING, "."))


def recipe_of(container: Container, bank: str) -> Recipe | None:
    """The recipe of `bank`, if it has one that can be read."""
    try:
        return container.catalogue.recipe(bank)
    except (BankNotFound, UsageError):
        return None


def _bank(bank: str, recipe: Recipe | None, folder: Path) -> "Holding":
    from holdfast.banks.register import Holding

    description = recipe.description if recipe else ""
    formats, types = formats_and_types(recipe, ())
    return Holding(bank, "", description, formats, types, folder=str(folder))


def _holding(release: Release, recipe: Recipe | None) -> "Holding":
    from holdfast.banks.register import Holding

    made = read_made(release.folder)
    formats, types = formats_and_types(recipe, made)
    return Holding(
        release.bank,
        release.name,
        recipe.description if recipe else "",
        formats,
        types,
        {name: value for each in made for name, value in each.tags.items()},
        str(release.folder),
        release.created,
        release.files,
        release.size,
        release.number,
    )


def _stamp(release: Release) -> str:
    """What changes when the files of `release` may have changed."""
    stamps = []
    for name in (RELEASE_FILE, MADE_FILE):
        try:
            stamps.append(str((release.folder / name).stat().st_mtime_ns))
        except OSError:
            stamps.append("-")
    return " ".join(stamps)
