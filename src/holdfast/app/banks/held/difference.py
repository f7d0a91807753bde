"""What separates two releases of a bank: files that came, went, or changed."""

from collections.abc import Iterator
from dataclasses import dataclass
from enum import Enum

from holdfast.app.container import Container
from holdfast.banks.releases.release import Product, Release


class Change(Enum):
    """What became of a file."""

    ADDED = "added"
    REMOVED = "removed"
    CHANGED = "changed"


@dataclass(frozen=True, slots=True)
class FileDifference:
    """One file that is not the same in both."""

    file: str
    change: Change
    before: int | None  #: bytes in the older one
    after: int | None  #: bytes in the newer one


@dataclass(frozen=True, slots=True)
class ReleaseDifference:
    """What separates `release` from `other`."""

    bank: str
    other: str
    release: str
    files: tuple[FileDifference, ...]  #: by name
    same: int  #: files with the same content in both
    grown: int  #: bytes by which `release` is larger; below zero: smaller


def compare_releases(
    container: Container, bank: str, other: str, release: str
) -> ReleaseDifference:
    """What became of each file from `other` to `release`, as their manifests say.

    Raises
    ------
    BankNotFound, ReleaseNotFound, BankError
        There is no such bank or release, or a manifest cannot be read.
    """
    folder = container.catalogue.folder(bank)
    before, after = folder.release(other), folder.release(release)
    had, has = _products(before), _products(after)
    files = tuple(_differences(had, has))
    same = sum(1 for name, each in has.items() if name in had and had[name].sha256 == each.sha256)
    return ReleaseDifference(bank, before.name, after.name, files, same, after.size - before.size)


def _products(release: Release) -> dict[str, Product]:
    return {each.path: each for entry in release.entries() for each in entry.products}


def _differences(had: dict[str, Product], has: dict[str, Product]) -> Iterator[FileDifference]:
    for name in sorted(had.keys() | has.keys()):
        before, after = had.get(name), has.get(name)
        if before is None or after is None:
            change = Change.ADDED if before is None else Change.REMOVED
        elif before.sha256 == after.sha256:
            continue
        else:
            change = Change.CHANGED
        yield FileDifference(
            name, change, before.size if before else None, after.size if after else None
        )
