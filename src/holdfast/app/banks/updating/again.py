"""
Again: a release from one of its steps on, made anew without asking the remote.

A release that is not finished is gone on with from that step. One that is complete never changes:
it is made once more under the next free name, of the same files, and what its earlier steps made is
copied; so a mistake in a step costs no transfer.
"""

from collections.abc import Collection

from holdfast.banks.choosing.changes import Changes
from holdfast.banks.choosing.naming import Found
from holdfast.banks.dependencies import Upstream
from holdfast.banks.recipes.recipe import Recipe
from holdfast.banks.releases.bankfolder import BankFolder
from holdfast.banks.releases.release import Release, is_complete
from holdfast.banks.updating.entries import usable
from holdfast.banks.updating.making import Making, Names, new_making, unpacking_digest
from holdfast.errors import ReleaseNotFound, UpdateFailed


def making_called(folder: BankFolder, name: str) -> Making | None:
    """The unfinished release called `name`, here or by the remote; any, if `name` is empty."""
    for making in folder.makings():
        if not is_complete(making.release_folder) and name in {
            "",
            making.release,
            making.remote_release,
        }:
            return making
    return None


def release_called(folder: BankFolder, name: str) -> Release:
    """The complete release called `name`, here or by the remote; the newest, if `name` is empty.

    Raises
    ------
    ReleaseNotFound
        There is none.
    """
    releases = folder.releases()
    if not name and releases:
        return releases[-1]
    if not name:
        raise ReleaseNotFound(
            f"{folder.bank} has no release yet, so none of its steps can be done again; "
            f"make one with: holdfast bank update {folder.bank}"
        )
    remote = [each for each in releases if each.remote_release == name]
    known = {each.name for each in releases}
    return remote[-1] if remote and name not in known else folder.release(name)


def begin_again(
    folder: BankFolder, recipe: Recipe, release: Release, steps: Collection[str]
) -> Making:
    """Write down the release that is made of `release`, whose `steps` are done again.

    Raises
    ------
    UpdateFailed
        The release lacks what the steps need.
    """
    _check(folder, recipe, release, steps)
    again = _with_needing(recipe, steps)
    newest = folder.newest()
    is_newest = newest is not None and newest.name == release.name
    current = folder.current()
    was_published = current is not None and current.name == release.name
    if not (is_newest or was_published):  # an old release does not take the newest one's place
        recipe = recipe.model_copy(update={"publish": False})
    entries = release.entries()
    found = Found(release.remote_release, recipe.remote.url, release.listing())
    names = Names(
        release=folder.free_name(release.remote_release),
        number=release.number + 1 if is_newest else release.number,
        previous=release.folder.name,
        same_unpacking=True,
        depends=_upstreams(release),
        taken=frozenset(
            step.name
            for step in recipe.steps
            if step.name in release.steps and step.name not in again and _stays(step.use)
        ),
    )
    making = new_making(recipe, folder.folder, found, Changes(reuse=entries), names)
    folder.begin(making)
    return making


def _stays(use: str) -> bool:
    """Whether what a step made lies in the release, in files of its own."""
    return use not in {"unpack", "select", "load"}


def _check(folder: BankFolder, recipe: Recipe, release: Release, steps: Collection[str]) -> None:
    where = f"{folder.bank}:{release.name}"
    scratch = f"make it anew with: holdfast bank update {folder.bank} --from-scratch"
    if release.unpacking != unpacking_digest(recipe):
        raise UpdateFailed(
            f"{where} was unpacked by other steps than the recipe has now; {scratch}"
        )
    if not all(usable(each, release.folder, same_unpacking=True) for each in release.entries()):
        raise UpdateFailed(f"files of {where} are missing; {scratch}")
    missing = _needed(recipe, steps) - set(release.steps)
    if missing:
        names = ", ".join(sorted(missing))
        raise UpdateFailed(
            f"{names} was not done for {where}, and what it makes is needed; begin there: "
            f"--from-task {min(missing)}"
        )


def _with_needing(recipe: Recipe, steps: Collection[str]) -> frozenset[str]:
    """`steps` and all that need one of them, however far."""
    found = set(steps)
    while True:
        more = {
            step.name
            for step in recipe.steps
            if step.name not in found and found.intersection(recipe.needs(step))
        }
        if not more:
            return frozenset(found)
        found |= more


def _needed(recipe: Recipe, steps: Collection[str]) -> set[str]:
    """All that `steps` need, however far, but for themselves."""
    by_name = {step.name: step for step in recipe.steps}
    found: set[str] = set()
    look_at = [name for name in steps if name in by_name]
    while look_at:
        for need in recipe.needs(by_name[look_at.pop()]):
            if need not in found:
                found.add(need)
                look_at.append(need)
    return found - set(steps)


def _upstreams(release: Release) -> tuple[Upstream, ...]:
    """What `release` was made from: its own links to it, for the other banks' releases may go."""
    return tuple(Upstream(bank, name, release.folder / bank) for bank, name in release.depends)
