"""Choosing: the releases that a person names, by their names or as their folders are called."""

from collections.abc import Iterable

from holdfast.banks.bankfolder import BankFolder
from holdfast.banks.releases import Release
from holdfast.errors import ReleaseNotFound, UsageError


def named_release(folder: BankFolder, name: str) -> Release:
    """The release that a person calls `name`; ``current`` is the published one.

    Raises
    ------
    UsageError
        There is none; the message names the nearest.
    """
    by_folder = {release.folder.name: release for release in folder.releases()}
    try:
        return folder.release(name)
    except ReleaseNotFound as error:
        if name in by_folder:
            return by_folder[name]
        raise UsageError(str(error)) from error


def named_releases(folder: BankFolder, names: Iterable[str]) -> tuple[Release, ...]:
    """The releases that a person calls `names`, each once, as :func:`named_release`."""
    chosen = (named_release(folder, name) for name in names)
    return tuple({release.name: release for release in chosen}.values())
