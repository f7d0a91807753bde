"""
Mending: files of a release that are not what they were, found and put right.

What is whole has the digest its manifest says. The content for a file that is not comes from
wherever the same digest is: another release, the remote, an archive of it. It is put beside, and
only then renamed over what was there; so whatever happens, nothing is worse than it was.
"""

import os
import shutil
import stat
from collections.abc import Collection, Iterable, Iterator
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass, field
from pathlib import Path, PurePosixPath

from holdfast.banks.releases.release import FLAT, Entry, Product, Release
from holdfast.base.digests import file_sha256
from holdfast.base.files import fsync_directory
from holdfast.base.progress import Listener, Progress, ignore
from holdfast.errors import BankError
from holdfast.formats.archives.extraction import Extracted, extract
from holdfast.formats.archives.kinds import kind_by_name
from holdfast.formats.archives.limits import Limits

READ_ONLY = 0o444
NESTED = 3  #: archives in archives that are opened to look for a content

Inode = tuple[int, int, int, int]  #: device, number, size, time of change: the same file as before


@dataclass(frozen=True, slots=True)
class Damage:
    """A product of a release that is not what it was."""

    release: Release
    entry: Entry
    product: Product
    what: str  #: as in "is missing"

    @property
    def path(self) -> Path:
        """Where the product is, or should be."""
        return self.release.flat / self.product.path


@dataclass(frozen=True, slots=True)
class Seen:
    """The digests of the files that were read: releases share them, and each is read once."""

    digests: dict[Inode, str] = field(default_factory=dict)

    def of(self, path: Path, facts: os.stat_result) -> str:
        """The digest of the file at `path`."""
        key = facts.st_dev, facts.st_ino, facts.st_size, facts.st_mtime_ns
        if facts.st_nlink == 1:
            return file_sha256(path)
        if key not in self.digests:
            self.digests[key] = file_sha256(path)
        return self.digests[key]


def damages(
    release: Release, seen: Seen, threads: int = 1, listener: Listener = ignore
) -> tuple[Damage, ...]:
    """What of `release` is not what it was; every file is read.

    Raises
    ------
    BankError
        Its manifest cannot be read.
    """
    looked_at = [(entry, product) for entry in release.entries() for product in entry.products]

    def look(both: tuple[Entry, Product]) -> Damage | None:
        what = _wrong(release.flat / both[1].path, both[1], seen)
        return Damage(release, *both, what) if what is not None else None

    found = []
    with ThreadPoolExecutor(max_workers=max(1, threads)) as pool:
        for count, damage in enumerate(pool.map(look, looked_at), 1):
            listener(Progress(f"reading {release.name}", count, len(looked_at), "files"))
            if damage is not None:
                found.append(damage)
    return tuple(found)


def _wrong(path: Path, product: Product, seen: Seen) -> str | None:
    """What is wrong with the file at `path`, which should be `product`."""
    try:
        facts = path.lstat()
        if not stat.S_ISREG(facts.st_mode):
            return "is no regular file"
        if facts.st_size != product.size:
            return f"has {facts.st_size:,} bytes instead of {product.size:,}"
        return None if seen.of(path, facts) == product.sha256 else "has another content"
    except (FileNotFoundError, NotADirectoryError):
        return "is missing"
    except OSError as error:
        return f"cannot be read: {error.strerror}"


def places(releases: Iterable[Release], wanted: Collection[str]) -> dict[str, list[Path]]:
    """Where the contents with the `wanted` digests should be among `releases`."""
    found: dict[str, list[Path]] = {digest: [] for digest in wanted}
    for release in releases:
        for entry in release.entries():
            for product in entry.products:
                if product.sha256 in found:
                    found[product.sha256].append(release.flat / product.path)
    return found


def whole(paths: Iterable[Path], product: Product) -> Path | None:
    """The first of `paths` that has the content of `product`; it is read to see that."""
    return next((path for path in paths if _wrong(path, product, Seen()) is None), None)


def mend(damage: Damage, source: Path, work: Path) -> None:
    """Put the content at `source` in the place of what is damaged, by a rename out of `work`.

    Raises
    ------
    BankError
        Something that is no file is in its place, or on the way to it.
    """
    _make_way(damage)
    beside = work / "beside"
    beside.unlink(missing_ok=True)
    try:
        os.link(source, beside)
    except OSError:  # it is on another disk, or has as many names as a file can have
        shutil.copy2(source, beside)
    if work in source.parents:  # what another release has is as it should be
        beside.chmod(READ_ONLY)
    with beside.open("rb") as file:
        os.fsync(file.fileno())
    try:
        os.replace(beside, damage.path)  # noqa: PTH105 - the rename is the point
    except (IsADirectoryError, NotADirectoryError) as error:
        raise BankError(f"{damage.path} is a folder; move it away") from error
    fsync_directory(damage.path.parent)


def _make_way(damage: Damage) -> None:
    """See that all folders on the way to the product are there, and no links out of the release."""
    folder = damage.release.folder
    for part in (FLAT, *PurePosixPath(damage.product.path).parent.parts):
        folder /= part
        folder_facts = folder.lstat() if folder.exists() or folder.is_symlink() else None
        if folder_facts is None:
            folder.mkdir()
            fsync_directory(folder.parent)
        elif not stat.S_ISDIR(folder_facts.st_mode):
            raise BankError(f"{folder} should be a folder; move away what is there")


def contents(
    name: str, path: Path, work: Path, limits: Limits, wanted: Collection[str]
) -> dict[str, Path]:
    """Where each content of the digests `wanted` is that is in the archive at `path`.

    Archives in it are opened too, as long as something is not found.

    Raises
    ------
    FormatError
        The archive is broken, or goes beyond `limits`.
    """
    found: dict[str, Path] = {}
    waiting = [(name, path)]
    for depth in range(NESTED):
        inner = []
        for number, (called, archive) in enumerate(waiting):
            for each, place in _unpacked(called, archive, work / f"{depth}-{number}", limits):
                if each.sha256 in wanted:
                    found[each.sha256] = place
                inner.append((each.name, place))
        if len(found) == len(set(wanted)):
            break
        waiting = inner
    return found


def _unpacked(
    name: str, path: Path, folder: Path, limits: Limits
) -> Iterator[tuple[Extracted, Path]]:
    kind = kind_by_name(name)
    if kind is not None:
        folder.mkdir(parents=True)
        for each in extract(path, kind, folder, limits):
            yield each, folder / each.name
