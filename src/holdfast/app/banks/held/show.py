"""What one release is made of: each remote file and how it was verified, and what steps made."""

from dataclasses import dataclass
from datetime import datetime

from holdfast.app.banks.held.holding import formats_and_types, recipe_of
from holdfast.app.container import Container
from holdfast.banks.releases.metadata import Made, read_metadata
from holdfast.banks.releases.release import Entry


@dataclass(frozen=True, slots=True)
class FileShown:
    """One remote file of a release."""

    file: str
    url: str
    size: int | None  #: bytes received
    modified: datetime | None  #: as the remote says
    sha256: str  #: of the bytes received
    products: tuple[str, ...]  #: what it became, below ``flat/``
    verified: tuple[str, ...]  #: what it agreed with, and who says so


@dataclass(frozen=True, slots=True)
class ReleaseShown:
    """One release of a bank."""

    bank: str
    release: str
    remote_release: str
    url: str
    created: datetime
    path: str
    current: bool
    files: tuple[FileShown, ...]
    verified: int  #: how many of `files` agreed with something besides their size
    frozen: bool = False  #: it is never removed
    formats: tuple[str, ...] = ()
    types: tuple[str, ...] = ()
    made: tuple[Made, ...] = ()  #: what the steps said that they made
    problems: tuple[str, ...] = ()  #: what they said that could not be understood


def show_release(container: Container, bank: str, release: str | None = None) -> ReleaseShown:
    """The release of `bank` called `release`; the published one, or else the newest, by default.

    Raises
    ------
    BankNotFound, ReleaseNotFound
        There is no such bank or release.
    """
    folder = container.catalogue.folder(bank)
    current = folder.current()
    published = current or folder.newest()
    found = folder.release(release or "current") if release or published is None else published
    files = tuple(_shown(entry) for entry in found.entries())
    metadata = read_metadata(found.folder)
    formats, types = formats_and_types(recipe_of(container, bank), metadata.made)
    return ReleaseShown(
        bank,
        found.name,
        found.remote_release,
        found.url,
        found.created,
        str(found.folder),
        current is not None and current.name == found.name,
        files,
        sum(1 for each in files if each.verified),
        frozen=found.name in folder.marks.frozen,
        formats=formats,
        types=types,
        made=metadata.made,
        problems=metadata.problems,
    )


def _shown(entry: Entry) -> FileShown:
    return FileShown(
        entry.file.name,
        entry.file.url,
        entry.file.size,
        entry.file.modified,
        entry.sha256,
        tuple(product.path for product in entry.products),
        tuple(f"{each.what} ({each.source})" for each in entry.verified),
    )
