"""Publishing: make one complete release of a bank the current one."""

from dataclasses import dataclass
from pathlib import Path

from holdfast.app.container import Container
from holdfast.errors import ReleaseNotFound


@dataclass(frozen=True, slots=True)
class Published:
    """What is current now, and what was."""

    bank: str
    release: str
    before: str | None
    folder: Path


def publish_release(container: Container, bank: str, release: str | None = None) -> Published:
    """Make `release` (default: the newest) the current one of `bank`.

    Raises
    ------
    BankNotFound, ReleaseNotFound
        There is no such bank or release.
    BankBusy
        Another process is updating the bank.
    """
    folder = container.catalogue.folder(bank)
    newest = folder.newest()
    if newest is None:
        raise ReleaseNotFound(
            f"{bank} has no release yet; make one with: holdfast bank update {bank}"
        )
    with folder.locked():
        chosen = folder.release(release) if release is not None else newest
        before = folder.current()
        folder.publish(chosen)
    return Published(bank, chosen.name, before.name if before else None, chosen.folder)
