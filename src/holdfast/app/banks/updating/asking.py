"""
Asking: what the remote of a bank has now, and what that means for the bank. Nothing is written.
"""

from holdfast.app.banks.updating.programs import refuse_without_programs
from holdfast.app.container import Container
from holdfast.banks.adopting.finding import refuse_unadopted
from holdfast.banks.choosing.changes import Changes, compare
from holdfast.banks.choosing.naming import Found, find_release, listed_as, same_listing
from holdfast.banks.dependencies import Upstream, follows, newer
from holdfast.banks.recipes.recipe import Recipe
from holdfast.banks.recipes.sources import ReleaseFrom
from holdfast.banks.releases.bankfolder import BankFolder
from holdfast.banks.releases.release import Release, is_complete, read_release
from holdfast.banks.updating.entries import usable
from holdfast.banks.updating.making import Making, unpacking_digest
from holdfast.banks.updating.stages import USUAL, Wishes
from holdfast.errors import ListingFailed, NothingNew, UpdateFailed
from holdfast.remotes.interface import Remote, open_remote


def recipe_of(container: Container, bank: str, wishes: Wishes = USUAL) -> Recipe:
    """The recipe of `bank`, all of which can be done.

    Raises
    ------
    BankNotFound, RecipeError
        There is no such bank, or its recipe cannot be read or done.
    BankError
        A program that a step needs is not here, or BioMAJ's releases wait to be adopted.
    """
    recipe = container.catalogue.recipe(bank)
    refuse_unadopted(container.catalogue.folder(bank), recipe)
    refuse_without_programs(container.settings, recipe)
    return recipe.model_copy(update={"publish": True}) if wishes.publish else recipe


def upstreams_of(container: Container, recipe: Recipe) -> tuple[Release, ...]:
    """The newest release of each bank that `recipe` is made from.

    Raises
    ------
    UpdateFailed
        One has no release.
    """
    found = []
    for each in recipe.depends:
        newest = container.catalogue.folder(each.bank).newest()
        if newest is None:
            raise UpdateFailed(
                f"{recipe.name} is made from {each.bank}, which has no release yet; "
                f"look into: holdfast bank update {each.bank}"
            )
        found.append(newest)
    return tuple(found)


def ask(
    container: Container, recipe: Recipe, upstreams: tuple[Release, ...], wanted: str = ""
) -> Found:
    """What the remote has now, or has as the release `wanted`.

    Raises
    ------
    ListingFailed
        It does not say, or does not have what is wanted.
    """
    options, naming = recipe.remote.options, recipe.release.options(recipe.remote)

    def opened(url: str) -> Remote:
        return open_remote(url, container.policy, options)

    def opened_to_name(url: str) -> Remote:
        return open_remote(url, container.policy, naming)

    if recipe.release.source is not ReleaseFrom.BANK:
        try:
            return find_release(recipe, opened, wanted, opened_to_name)
        except NothingNew:
            newest = container.catalogue.folder(recipe.name).newest()
            if newest is None:
                raise
            return Found(newest.remote_release, newest.url, newest.listing(), nothing_new=True)
    named = next(each for each in upstreams if each.bank == recipe.release.bank)
    if wanted and wanted != named.remote_release:
        raise ListingFailed(
            f"{recipe.name} is named as {named.bank}, which has release {named.remote_release!r} "
            f"now, not {wanted!r}"
        )
    return listed_as(recipe, named.remote_release, opened)


def changes_of(found: Found, newest: Release | None, *, from_scratch: bool) -> Changes:
    """What separates what was found from the newest release."""
    entries = newest.entries() if newest is not None and not from_scratch else ()
    return compare(found.listing, entries)


def is_up_to_date(
    recipe: Recipe,
    found: Found,
    newest: Release | None,
    changes: Changes,
    upstreams: tuple[Release, ...],
) -> bool:
    """Whether the newest release is what an update would make."""
    if newest is None or newer(recipe, newest, map(Upstream.of, upstreams)):
        return False
    if found.nothing_new or (found.undated and not changes):
        return True
    if newest.remote_release != found.release:
        return False
    if found.undated:  # it cannot be compared: once a day must be enough
        return True
    return not (changes and recipe.release.control)


def unfinished(
    folder: BankFolder, recipe: Recipe, found: Found, upstreams: tuple[Release, ...]
) -> Making | None:
    """The release left unfinished, if finishing it gives what the remote has now."""
    for making in folder.makings():
        if _is_wanted(making, recipe, found, upstreams) and (
            is_complete(making.release_folder) or has_what_it_takes(making)
        ):
            return making
    return None


def _is_wanted(
    making: Making, recipe: Recipe, found: Found, upstreams: tuple[Release, ...]
) -> bool:
    known = {each.bank: each.release for each in making.depends}
    followed = follows(recipe)
    return (
        making.recipe.depends == recipe.depends
        and known.keys() == {each.bank for each in upstreams}
        and all(known[each.bank] == each.name for each in upstreams if each.bank in followed)
        and making.remote_release == found.release
        and same_listing(making.listing, found.listing)
        and unpacking_digest(making.recipe) == unpacking_digest(recipe)
        and making.recipe.place == recipe.place
    )


def has_what_it_takes(making: Making) -> bool:
    """Whether all is still there that `making` takes from releases, its bank's and others'."""
    taken_of = {each.bank for each in making.recipe.depends if each.match}
    if not all(each.folder.is_dir() for each in making.depends if each.bank in taken_of):
        return False
    previous = making.previous_folder
    if previous is None:
        return True
    if not is_complete(previous):
        return False
    entries = read_release(previous).entries()
    return all(
        usable(entry, previous, same_unpacking=making.same_unpacking)
        for entry in entries
        if entry.file.name in making.reuse
    )
