"""
Unpacking: archives of a release replaced by what is in them.

Which files are archives their names say; what is in them comes through
:mod:`holdfast.formats.archives`, which trusts them in nothing. An archive is unpacked beside,
whole, hashed on the way, and only then renamed into place and noted; so a kill in the middle costs
that archive's work and no more. What came out of one is not unpacked in turn by the same step.
"""

import os
import shutil
from concurrent.futures import ThreadPoolExecutor, as_completed
from dataclasses import dataclass, field
from pathlib import Path, PurePosixPath
from threading import Lock

from holdfast.banks.recipes.steps import Step
from holdfast.banks.releases.release import Entry, Product
from holdfast.banks.updating.arrivals import (
    Unpacked,
    all_unpacked,
    note_unpacked,
    read_unpacked,
    unpacking_journal,
)
from holdfast.banks.updating.making import Making
from holdfast.base.digests import file_sha256
from holdfast.base.progress import Listener, Progress, ignore
from holdfast.errors import BankError, FormatError
from holdfast.formats.archives.extraction import extract
from holdfast.formats.archives.kinds import kind_by_name
from holdfast.formats.archives.limits import Limits


def unpack_step(
    making: Making,
    step: Step,
    entries: tuple[Entry, ...],
    limits: Limits,
    threads: int = 1,
    listener: Listener = ignore,
) -> tuple[Unpacked, ...]:
    """Unpack the archives among the products of `entries` that `step` is about.

    Raises
    ------
    FormatError
        An archive is not what its name says, is cut off or broken, goes beyond `limits`, holds a
        link or a device, or something that another file of the release is called.
    BankError
        The disk is full.
    """
    work = _Work(making, step, limits, _claims(making, entries))
    archives = work.archives()
    done = []
    with ThreadPoolExecutor(max_workers=max(1, threads)) as pool:
        futures = [pool.submit(work.unpack, archive) for archive in archives]
        try:
            for count, future in enumerate(as_completed(futures), 1):
                done.append(future.result())
                listener(Progress("unpacking", count, len(archives), "files"))
        except BaseException:
            pool.shutdown(cancel_futures=True)
            raise
        finally:
            shutil.rmtree(work.folder, ignore_errors=True)  # a full disk has room again
    return tuple(done)


@dataclass(slots=True)
class _Work:
    """One unpack step at work; its threads share the claims on names."""

    making: Making
    step: Step
    limits: Limits
    claims: dict[str, str]  #: product path -> the file it comes from
    lock: Lock = field(default_factory=Lock)

    @property
    def folder(self) -> Path:
        """Where archives are unpacked before they are put in place."""
        return self.making.folder / f"unpacking-{self.step.name}"

    def archives(self) -> list[str]:
        """The archives that the step is about."""
        journal = unpacking_journal(self.making, self.step.name)
        own = {product.path for each in read_unpacked(journal) for product in each.products}
        return [
            path
            for path in self.claims
            if path not in own
            and self.step.selection.file(path)
            and kind_by_name(path) is not None
            and (self.making.flat / path).is_file()
        ]

    def unpack(self, archive: str) -> Unpacked:
        """Unpack the product `archive` and put what is in it in its place."""
        made = self._beside(archive)
        beside = self.folder / archive
        self._claim(archive, [product.path for _, product in made])
        for name, product in made:
            _put(beside / name, self.making.flat / product.path)
        return self._note(archive, tuple(product for _, product in made))

    def _beside(self, archive: str) -> list[tuple[str, Product]]:
        """Unpack `archive` beside: the name there, and the product each file will be."""
        path, beside = self.making.flat / archive, self.folder / archive
        kind = kind_by_name(archive)
        assert kind is not None, "only archives are unpacked"
        shutil.rmtree(beside, ignore_errors=True)
        try:
            beside.mkdir(parents=True)
            members = tuple(extract(path, kind, beside, self.limits))
        except OSError as error:
            raise BankError(
                f"{path}: cannot be unpacked: {error.strerror or error}; see to the disk and "
                "update again: what was unpacked is kept"
            ) from error
        parent = PurePosixPath(archive).parent
        return [
            (each.name, Product(str(parent / each.name), each.size, each.sha256))
            for each in members
        ]

    def _note(self, archive: str, products: tuple[Product, ...]) -> Unpacked:
        path = self.making.flat / archive
        if self.step.keep_archives:
            products = (*products, Product(archive, path.stat().st_size, file_sha256(path)))
        unpacked = Unpacked(archive, products)
        with self.lock:
            note_unpacked(unpacking_journal(self.making, self.step.name), unpacked)
        if not self.step.keep_archives:
            _remove(self.making, archive)
        return unpacked

    def _claim(self, archive: str, paths: list[str]) -> None:
        """See that nothing else of the release is called as what came out of `archive`."""
        with self.lock:
            for path in paths:
                owner = self.claims.setdefault(path, archive)
                if owner != archive or path == archive:
                    raise FormatError(
                        self.making.flat / archive,
                        None,
                        f"it holds {path}, which {owner} is called or holds too; "
                        "exclude one of them in the recipe",
                    )


def _claims(making: Making, entries: tuple[Entry, ...]) -> dict[str, str]:
    """Which file of the release each path belongs to, what was unpacked before included."""
    claims = {product.path: product.path for entry in entries for product in entry.products}
    for unpacked in all_unpacked(making).values():
        claims.update({product.path: unpacked.source for product in unpacked.products})
        # Noted, but killed before the archive was removed.
        if unpacked.source not in {product.path for product in unpacked.products}:
            claims.pop(unpacked.source, None)
            _remove(making, unpacked.source)
    return claims


def _remove(making: Making, archive: str) -> None:
    """Remove an archive that was unpacked, so that it takes no room beside what was in it."""
    (making.flat / archive).unlink(missing_ok=True)
    (making.staged / archive).unlink(missing_ok=True)


def _put(source: Path, target: Path) -> None:
    try:
        target.parent.mkdir(parents=True, exist_ok=True)
        os.replace(source, target)  # noqa: PTH105 - the rename is the point
    except (NotADirectoryError, FileExistsError, IsADirectoryError) as error:
        raise FormatError(
            target, None, "a file and a folder of the release have one name; exclude one of them"
        ) from error
