"""
Removing: releases that somebody no longer wants, or all of a bank.

What would go is decided first, and may be looked at without doing it. A release goes by one rename,
so a kill leaves it whole or gone; what follows is the emptying of a folder that nobody reads. What
the recipe has done before a removal is done for each release, and one for which that fails stays.
"""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass, replace
from pathlib import Path

from holdfast.app.banks.noticing import notice_removal
from holdfast.app.banks.noting import note
from holdfast.app.banks.releases.choosing import named_release
from holdfast.app.banks.releases.pending import give_up
from holdfast.app.banks.rights import changing
from holdfast.app.banks.updating.around import removal_failure
from holdfast.app.container import Container
from holdfast.banks.releases.bankfolder import BankFolder
from holdfast.banks.releases.release import Release, read_release
from holdfast.banks.releases.weighing import weigh
from holdfast.errors import BankError


@dataclass(frozen=True, slots=True)
class Going:
    """One release that goes, or is gone."""

    release: str
    folder: Path
    files: int
    size: int  #: bytes, those shared with other releases included


@dataclass(frozen=True, slots=True)
class Removal:
    """What was removed, or would be."""

    bank: str
    releases: tuple[Going, ...]
    unfinished: tuple[str, ...]  #: releases that were being made, and go too
    freed: int  #: bytes the disk has more: those that nothing which stays shares
    stayed: tuple[str, ...] = ()  #: a sentence for each release that had to stay
    left: tuple[Path, ...] = ()  #: what is in the bank's folder and not Holdfast's
    recipe: Path | None = None  #: the recipe, where it goes too
    dry_run: bool = False


@dataclass(frozen=True, slots=True)
class _Target:
    """What goes: a release, or the folder of one that cannot be read."""

    name: str
    folder: Path
    release: Release | None


def remove_releases(
    container: Container, bank: str, releases: Iterable[str], *, dry_run: bool = False
) -> Removal:
    """Remove `releases` of `bank`; with `dry_run`, say what would go.

    Raises
    ------
    BankNotFound
        There is no such bank.
    UsageError
        One of the releases is not there.
    BankError
        One of them is published or frozen; nothing was removed.
    BankBusy
        Another process is changing the bank.
    """
    folder = container.catalogue.folder(bank)
    if dry_run:
        return replace(_decided(folder, _removable(folder, releases)), dry_run=True)
    with changing(container, folder):
        targets = _removable(folder, releases)
        stayed = _prepared(container, folder, targets)
        going = [each for each in targets if each not in stayed]
        removal = replace(_decided(folder, going), stayed=tuple(stayed.values()))
        _remove(folder, going)
    return _noted(container, removal)


def remove_bank(
    container: Container,
    bank: str,
    *,
    force: bool = False,
    with_recipe: bool = False,
    dry_run: bool = False,
) -> Removal:
    """Remove all releases of `bank`, the published one and what is unfinished included.

    `force` removes frozen releases too, and those for which what the recipe has done before fails.

    Raises
    ------
    BankNotFound
        There is no such bank.
    BankError
        A release is frozen; nothing was removed.
    BankBusy
        Another process is changing the bank.
    """
    folder = container.catalogue.folder(bank)
    file = container.catalogue.recipe_file(bank) if with_recipe else None
    if dry_run:
        targets = _all_of(folder, force=force)
        return replace(_decided(folder, targets, folder.unfinished(), file), dry_run=True)
    with changing(container, folder):
        targets = _all_of(folder, force=force)
        stayed = _prepared(container, folder, targets)
        going = [each for each in targets if force or each not in stayed]
        whole = len(going) == len(targets)
        unfinished = folder.unfinished() if whole else ()
        removal = _decided(folder, going, unfinished, file if whole else None)
        for name in unfinished:
            give_up(container, folder, name)
        _remove(folder, going)
        left = folder.vanish() if whole else ()
    if removal.recipe is not None:
        removal.recipe.unlink(missing_ok=True)
    sentences = () if whole else tuple(stayed.values())
    return _noted(container, replace(removal, left=left, stayed=sentences))


def raise_stayed(removal: Removal) -> None:
    """A BankError if a release had to stay."""
    if removal.stayed:
        raise BankError("\n".join(removal.stayed))


# -- deciding --------------------------------------------------------------------------------------


def _named(folder: BankFolder, name: str) -> _Target:
    """What a person calls `name`; one that cannot be read is called as its folder is."""
    for each in folder.release_folders():
        target = _target(folder, each)
        if target.release is None and name in {target.name, each.name}:
            return target
    release = named_release(folder, name)
    return _Target(release.name, release.folder, release)


def _removable(folder: BankFolder, names: Iterable[str]) -> tuple[_Target, ...]:
    """What a person calls `names`, each once, if all of it may be removed."""
    targets = tuple(dict.fromkeys(_named(folder, name) for name in names))
    reasons = [why for each in targets if (why := folder.stays(each.name, each.folder))]
    if reasons:
        raise BankError("\n".join(reasons))
    return targets


def _all_of(folder: BankFolder, *, force: bool) -> tuple[_Target, ...]:
    """All releases, if all may be removed; the published one is the last to go."""
    targets = [_target(folder, each) for each in folder.release_folders()]
    frozen = [] if force else [each.name for each in targets if each.name in folder.marks.frozen]
    if frozen:
        raise BankError(
            f"{folder.bank} has frozen releases ({', '.join(frozen)}); let them go with: "
            f"holdfast bank unfreeze {folder.bank} {' '.join(frozen)}; or say --force"
        )
    return tuple(sorted(targets, key=lambda each: folder.is_published(each.folder)))


def _target(folder: BankFolder, each: Path) -> _Target:
    try:
        release = read_release(each)
    except BankError:
        return _Target(each.name.removeprefix(f"{folder.bank}{folder.separator}"), each, None)
    return _Target(release.name, each, release)


def _decided(
    folder: BankFolder,
    targets: Sequence[_Target],
    unfinished: tuple[str, ...] = (),
    recipe: Path | None = None,
) -> Removal:
    """What goes with `targets` and with what is `unfinished`."""
    going = []
    for each in targets:
        weight = weigh([each.folder])
        going.append(Going(each.name, each.folder, weight.files, weight.size))
    making = [part for name in unfinished for part in folder.parts_of(name)]
    together = weigh([*(each.folder for each in targets), *making])
    return Removal(folder.bank, tuple(going), unfinished, together.freed, recipe=recipe)


# -- doing -----------------------------------------------------------------------------------------


def _prepared(
    container: Container, folder: BankFolder, targets: Iterable[_Target]
) -> dict[_Target, str]:
    """Do what the recipe has done before `targets` are removed; a sentence for each that failed."""
    bank = folder.bank
    if bank not in container.catalogue.banks():
        return {}  # its recipe has gone
    recipe = container.catalogue.recipe(bank)
    failures = {
        each: removal_failure(container, recipe, each.release)
        for each in targets
        if each.release is not None
    }
    return {
        each: f"{bank}:{each.name} stays: {failure}"
        for each, failure in failures.items()
        if failure is not None
    }


def _remove(folder: BankFolder, targets: Iterable[_Target]) -> None:
    for each in targets:
        if folder.is_published(each.folder):
            folder.unpublish()
        folder.discard(each.folder)


def _noted(container: Container, removal: Removal) -> Removal:
    for each in removal.releases:
        note(container, removal.bank, "remove", each.release)
    notice_removal(container, removal.bank, tuple(each.release for each in removal.releases))
    return removal
