"""Freezing: a frozen release is never removed, neither by hand nor to make room for newer ones."""

from collections.abc import Iterable
from dataclasses import dataclass

from holdfast.app.banks.noting import note
from holdfast.app.banks.releases.choosing import named_release, named_releases
from holdfast.app.banks.rights import changing
from holdfast.app.container import Container


@dataclass(frozen=True, slots=True)
class Freezing:
    """What was frozen or let go, and what is frozen now."""

    bank: str
    changed: tuple[str, ...]  #: the releases whose mark changed
    frozen: tuple[str, ...]  #: all that are frozen now


def freeze_releases(container: Container, bank: str, releases: Iterable[str]) -> Freezing:
    """Freeze `releases` of `bank`.

    Raises
    ------
    BankNotFound
        There is no such bank.
    UsageError
        One of the releases is not there; nothing was changed.
    BankBusy
        Another process is changing the bank.
    """
    folder = container.catalogue.folder(bank)
    with changing(container, folder):
        chosen = [release.name for release in named_releases(folder, releases)]
        before = folder.marks
        after = before.freezing(chosen)
        folder.mark(after)
    return _noted(
        container, Freezing(bank, _apart(after.frozen, before.frozen), _all(after.frozen))
    )


def unfreeze_releases(container: Container, bank: str, releases: Iterable[str]) -> Freezing:
    """Let `releases` of `bank` go; raises as :func:`freeze_releases`."""
    folder = container.catalogue.folder(bank)
    with changing(container, folder):
        before = folder.marks
        chosen = [
            # The mark of a release that is gone can be taken away too.
            name if name in before.frozen else named_release(folder, name).name
            for name in releases
        ]
        after = before.thawing(chosen)
        folder.mark(after)
    changed = _apart(before.frozen, after.frozen)
    return _noted(container, Freezing(bank, changed, _all(after.frozen)))


def _noted(container: Container, freezing: Freezing) -> Freezing:
    for release in freezing.changed:
        action = "freeze" if release in freezing.frozen else "unfreeze"
        note(container, freezing.bank, action, release)
    return freezing


def _apart(many: frozenset[str], few: frozenset[str]) -> tuple[str, ...]:
    return _all(many - few)


def _all(releases: frozenset[str]) -> tuple[str, ...]:
    return tuple(sorted(releases))
