"""Publishing: make one complete release of a bank the current one, or none."""

from dataclasses import dataclass
from pathlib import Path

from holdfast.app.banks.noting import note
from holdfast.app.banks.releases.choosing import named_release
from holdfast.app.banks.rights import changing
from holdfast.app.container import Container
from holdfast.banks.releases.bankfolder import CURRENT, BankFolder
from holdfast.errors import BankError, ReleaseNotFound


@dataclass(frozen=True, slots=True)
class Published:
    """What is current now, and what was."""

    bank: str
    release: str
    before: str | None
    folder: Path


@dataclass(frozen=True, slots=True)
class Unpublished:
    """What was current until now."""

    bank: str
    before: str | None


def publish_release(container: Container, bank: str, release: str | None = None) -> Published:
    """Make `release` (default: the newest) the current one of `bank`.

    Raises
    ------
    BankNotFound, ReleaseNotFound
        There is no such bank, or no release of it yet.
    UsageError
        It has no release of this name; the message names the nearest.
    BankBusy
        Another process is updating the bank.
    """
    folder = container.catalogue.folder(bank)
    if folder.newest() is None:
        raise ReleaseNotFound(
            f"{bank} has no release yet; make one with: holdfast bank update {bank}"
        )
    with changing(container, folder):
        chosen = named_release(folder, release) if release is not None else folder.releases()[-1]
        before = folder.current()
        folder.publish(chosen)
    note(container, bank, "publish", chosen.name)
    return Published(bank, chosen.name, before.name if before else None, chosen.folder)


def unpublish_bank(container: Container, bank: str) -> Unpublished:
    """Have no current release of `bank`: its releases stay.

    Raises
    ------
    BankNotFound
        There is no such bank.
    BankBusy
        Another process is updating the bank.
    """
    folder = container.catalogue.folder(bank)
    with changing(container, folder):
        before = _current(folder)
        folder.unpublish()
    if before is not None:
        note(container, bank, "unpublish", before)
    return Unpublished(bank, before)


def _current(folder: BankFolder) -> str | None:
    """What the published release is called, as well as that can be told."""
    try:
        current = folder.current()
    except BankError:  # it is damaged, and the more so to be unpublished
        return (folder.folder / CURRENT).readlink().name
    return current.name if current is not None else None
