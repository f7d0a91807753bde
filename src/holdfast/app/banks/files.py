"""
The files of banks as a tree that may be read: banks, their complete releases, what is in those.

::

    /                       the banks that have a release and that the one who asks may see
    /<bank>/                current, where one is published, and the complete releases
    /<bank>/<release>/…     flat/, and what steps made; ``current`` is the published release

What is not there, what the one who asks may not see, and what is Holdfast's own (documents, what
is being written) is all the same: None. A file is given open, so that of a release that is removed
meanwhile it can be read to its end. Links lead no further than their release.
"""

import os
import stat
from collections.abc import Iterator, Mapping, Sequence
from contextlib import suppress
from dataclasses import dataclass
from datetime import UTC, datetime
from functools import lru_cache
from io import FileIO
from pathlib import Path
from types import TracebackType

from holdfast.app.banks.held.holding import DOCUMENTS, known_banks
from holdfast.app.banks.visibility import may_see, visibility_of
from holdfast.app.container import Container
from holdfast.banks.recipes.recipe import Visibility
from holdfast.banks.releases.bankfolder import CURRENT, BankFolder
from holdfast.banks.releases.listings import LISTING
from holdfast.banks.releases.release import FLAT, MANIFEST_FILE, Release
from holdfast.base.beneath import facts_beneath, open_beneath
from holdfast.base.files import TEMPORARY, safe_name
from holdfast.errors import BankError, HoldfastError, UnsafeName

MANIFEST_MOST = 64 * 1024**2  #: bytes of a manifest that is read for the digests of its files
MANIFESTS_KEPT = 8


@dataclass(frozen=True, slots=True)
class Row:
    """One name in a folder."""

    name: str
    is_folder: bool
    size: int | None  #: bytes; None of a folder
    modified: datetime


@dataclass(frozen=True, slots=True)
class Folder:
    """A folder of the tree."""

    path: tuple[str, ...]
    modified: datetime
    rows: tuple[Row, ...]
    is_public: bool = True
    is_lasting: bool = False  #: it is below a named release, which never changes


@dataclass(frozen=True, slots=True)
class File:
    """A file of the tree, open; whoever is given one closes it."""

    path: tuple[str, ...]
    content: FileIO
    size: int  #: bytes
    modified: datetime
    tag: str  #: names its content: the sha256, where the release knows it
    is_public: bool
    is_lasting: bool

    @property
    def name(self) -> str:
        """The last part of its path."""
        return self.path[-1]

    def read(self, start: int, length: int) -> bytes:
        """At most `length` bytes from `start`; may be asked by many threads at once."""
        return os.pread(self.content.fileno(), length, start)

    def close(self) -> None:
        """Let go of it."""
        self.content.close()

    def __enter__(self) -> "File":
        return self

    def __exit__(
        self,
        _kind: type[BaseException] | None,
        _error: BaseException | None,
        _trace: TracebackType | None,
    ) -> None:
        self.close()


def look(container: Container, path: Sequence[str]) -> Folder | File | None:
    """What is at `path`, for the person the container is asked by."""
    names = tuple(path)
    if not all("/" not in name and _is_plain(name) for name in names):
        return None
    if not names:
        return _root(container)
    folder = _bank(container, names[0])
    if folder is None:
        return None
    is_public = visibility_of(container, names[0]) is Visibility.PUBLIC
    try:
        if len(names) == 1:
            return _bank_shown(folder, is_public=is_public)
        return _inside(folder.release(names[1]), names, is_public=is_public)
    except BankError:  # there is no such release, or it is damaged, which `bank check` tells
        return None


def is_visible(name: str, depth: int) -> bool:
    """Whether a name in a release, so many folders deep, is the release's and not Holdfast's."""
    if name.startswith(TEMPORARY) or not _is_plain(name):
        return False
    return depth > 0 or not (name in DOCUMENTS or name.startswith((LISTING, ".")))


def _is_plain(name: str) -> bool:
    try:
        return str(safe_name(name)) == name
    except UnsafeName:
        return False


def _root(container: Container) -> Folder:
    rows = []
    for bank in known_banks(container):
        folder = _bank(container, bank)
        newest = _newest(folder) if folder is not None else None
        if newest is not None:
            rows.append(Row(bank, is_folder=True, size=None, modified=newest))
    modified = max((row.modified for row in rows), default=datetime.fromtimestamp(0, UTC))
    return Folder((), modified, tuple(rows))


def _bank(container: Container, bank: str) -> BankFolder | None:
    """The folder of `bank`, if there is such a bank and it may be seen."""
    try:
        folder = container.catalogue.folder(bank)
        return folder if may_see(container, bank) else None
    except HoldfastError:  # also a recipe, or marks, that cannot be read: then nobody sees it
        return None


def _newest(folder: BankFolder) -> datetime | None:
    """When the newest release that can be read was made."""
    with suppress(BankError):
        return max((each.created for each in folder.releases()), default=None)
    return None


def _bank_shown(folder: BankFolder, *, is_public: bool) -> Folder | None:
    """The releases, the newest first, below the published one."""
    releases, current = folder.releases(), folder.current()
    if not releases:
        return None
    shown = [(CURRENT, current)] if current is not None else []
    shown += [(each.name, each) for each in reversed(releases) if _is_plain(each.name)]
    rows = tuple(
        Row(name, is_folder=True, size=None, modified=each.created) for name, each in shown
    )
    return Folder((folder.bank,), releases[-1].created, rows, is_public)


def _inside(release: Release, path: tuple[str, ...], *, is_public: bool) -> Folder | File | None:
    """What is at `path`, whose first two names lead to `release`."""
    is_lasting = path[1] != CURRENT
    try:
        descriptor = open_beneath(release.folder, path[2:], is_visible)
    except OSError:
        return None
    facts = os.fstat(descriptor)
    modified = _time(facts)
    if not stat.S_ISDIR(facts.st_mode):
        tag = _tag(release, path[2:], facts)
        content = FileIO(descriptor)  # which closes it when it is forgotten
        return File(path, content, facts.st_size, modified, tag, is_public, is_lasting)
    try:
        rows = tuple(_rows(release.folder, path[2:], descriptor))
    finally:
        os.close(descriptor)
    return Folder(path, modified, rows, is_public, is_lasting)


def _rows(folder: Path, below: Sequence[str], descriptor: int) -> Iterator[Row]:
    """What is in a folder of a release, by name; links as what they lead to."""
    with os.scandir(descriptor) as found:
        entries = sorted(found, key=lambda entry: entry.name)
    for entry in entries:
        if not is_visible(entry.name, len(below)):
            continue
        facts = _facts(entry, folder, below)
        if facts is None:
            continue
        if stat.S_ISDIR(facts.st_mode):
            yield Row(entry.name, is_folder=True, size=None, modified=_time(facts))
        elif stat.S_ISREG(facts.st_mode):
            yield Row(entry.name, is_folder=False, size=facts.st_size, modified=_time(facts))


def _facts(entry: "os.DirEntry[str]", folder: Path, below: Sequence[str]) -> os.stat_result | None:
    if entry.is_symlink():
        return facts_beneath(folder, [*below, entry.name], is_visible)
    with suppress(OSError):  # it went meanwhile
        return entry.stat(follow_symlinks=False)
    return None


def _time(facts: os.stat_result) -> datetime:
    """When it was last changed, in whole seconds, as HTTP and FTP tell it."""
    return datetime.fromtimestamp(int(facts.st_mtime), UTC)


def _tag(release: Release, names: Sequence[str], facts: os.stat_result) -> str:
    """What names the content: its sha256 where that is known, else what the system knows."""
    if names[0] == FLAT:
        known = _digests_of(release).get("/".join(names[1:]))
        if known is not None and known[0] == facts.st_size:
            return known[1]
    return f"{facts.st_ino:x}-{facts.st_size:x}-{facts.st_mtime_ns:x}"


def _digests_of(release: Release) -> Mapping[str, tuple[int, str]]:
    """Size and sha256 of each product; nothing of a release whose manifest is huge or damaged."""
    file = release.folder / MANIFEST_FILE
    try:
        facts = file.stat()
        if facts.st_size > MANIFEST_MOST:
            return {}
        return _digests(release, facts.st_mtime_ns, facts.st_ino)
    except (OSError, BankError):
        return {}


@lru_cache(maxsize=MANIFESTS_KEPT)
def _digests(release: Release, _modified: int, _inode: int) -> Mapping[str, tuple[int, str]]:
    products = (product for entry in release.entries() for product in entry.products)
    return {product.path: (product.size, product.sha256) for product in products}
