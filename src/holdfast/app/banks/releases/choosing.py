"""Choosing: the releases that a person names, by their names or as their folders are called."""

from collections.abc import Iterable

from holdfast.banks.releases.bankfolder import BankFolder
from holdfast.banks.releases.release import Release
from holdfast.errors import ReleaseNotFound, UsageError


def named_release(folder: BankFolder, name: str) -> Release:
    """The release that a person calls `name`; ``current`` is the published one.

    Raises
    ------
    UsageError
        There is none; the message names the nearest.
    """
    return _named(folder, folder.releases(), name)


def named_releases(
    folder: BankFolder, names: Iterable[str], among: Iterable[Release] | None = None
) -> tuple[Release, ...]:
    """The releases that a person calls `names`, each once, as :func:`named_release`."""
    releases = tuple(among) if among is not None else folder.releases()
    chosen = (_named(folder, releases, name) for name in names)
    return tuple({release.name: release for release in chosen}.values())


def _named(folder: BankFolder, releases: Iterable[Release], name: str) -> Release:
    known = {release.folder.name: release for release in releases}
    known |= {release.name: release for release in known.values()}
    if name in known:
        return known[name]
    try:
        return folder.release(name)
    except ReleaseNotFound as error:
        raise UsageError(str(error)) from error
