"""
Writing: what Holdfast must know of a release that BioMAJ made, beside its files.

The files are read once, for their digests, several at a time. Each digest is noted as it is known,
so whoever is killed goes on where he was; then the manifest is written, what the steps made, and
last ``release.json``, whose presence means: adopted. No file that BioMAJ made is changed, and none
but these documents is added.
"""

import os
import stat
from collections.abc import Callable, Iterable, Iterator, Mapping
from concurrent.futures import ThreadPoolExecutor
from contextlib import suppress
from dataclasses import dataclass
from itertools import islice
from pathlib import Path

from holdfast.banks.adopting.finding import Candidate
from holdfast.banks.adopting.history import Session
from holdfast.banks.adopting.manifest import Kept, entries
from holdfast.banks.recipes.recipe import Recipe
from holdfast.banks.releases.metadata import Made, Metadata, write_metadata
from holdfast.banks.releases.release import (
    FLAT,
    Product,
    Release,
    is_complete,
    write_manifest,
    write_release,
)
from holdfast.banks.updating.finish import files_below, public
from holdfast.banks.updating.journal import Journal
from holdfast.banks.updating.making import unpacking_digest
from holdfast.base.digests import file_sha256
from holdfast.base.files import fsync_directory, remove_leftovers, safe_name
from holdfast.base.progress import Listener, Progress, ignore
from holdfast.errors import BankError, UnsafeName
from holdfast.remotes.interface import RemoteFile

ADOPTING = ".adopting"  #: in the bank's folder: what is known of a release while it is read
NOTED = ".jsonl"
AT_ONCE = 1000  #: files that are asked for together

Inode = tuple[int, int]  #: device and number
Read = tuple[str, str]  #: a path and its digest


@dataclass(frozen=True, slots=True)
class Past:
    """What is known of how a release was made, besides what the disk says."""

    records: tuple[RemoteFile, ...] = ()  #: what the remote had listed
    session: Session | None = None
    depends: tuple[tuple[str, str], ...] = ()  #: the banks it was made from, and their releases


@dataclass(frozen=True, slots=True)
class Adopter:
    """What adopts the releases of one bank, the oldest first."""

    bank: str
    bank_folder: Path
    recipe: Recipe | None  #: None: it cannot be read, so nothing is known of archives
    threads: int = 1
    listener: Listener = ignore

    def adopt(
        self,
        candidate: Candidate,
        number: int,
        past: Past,
        known: "Known",
    ) -> tuple[Release, tuple[str, ...]]:
        """Adopt one release; what it is now, and the files left out for their names.

        Raises
        ------
        BankError
            A file changed while it was read.
        OSError
            One cannot be read, or nothing can be written beside it.
        """
        remove_leftovers(candidate.folder)
        flat = candidate.folder / FLAT
        found, unsafe = scanned(flat)
        digests = self._digests(candidate, flat, found, known)
        kept = {
            path: Kept(Product(path, facts.st_size, digests[path]), facts.st_mtime_ns)
            for path, facts in found.items()
        }
        manifest = entries(kept, past.records, self.recipe)
        write_manifest(candidate.folder, manifest)
        write_metadata(candidate.folder, Metadata(_made(candidate, past.session, self.recipe)))
        release = self._release(candidate, number, past, found, known)
        write_release(release)
        fsync_directory(candidate.folder)
        forget_noted(self.bank_folder)
        return release, unsafe

    def _digests(
        self, candidate: Candidate, flat: Path, found: Mapping[str, os.stat_result], known: "Known"
    ) -> dict[str, str]:
        """The digest of each file, read or remembered."""
        (self.bank_folder / ADOPTING).mkdir(exist_ok=True)
        journal = self._journal(candidate)
        digests = dict(_remembered(journal, found))
        digests |= {
            path: digest
            for path, facts in found.items()
            if path not in digests and (digest := known.digest(facts)) is not None
        }
        for path, digest in digests.items():
            known.note(found[path], digest)
        total = sum(facts.st_size for facts in found.values())
        done = sum(found[path].st_size for path in digests)
        what = f"reading {self.bank}:{candidate.name}"
        to_read = (path for path in found if path not in digests)
        with journal.writing() as note, ThreadPoolExecutor(max_workers=self.threads) as pool:
            for path, digest in _in_pool(pool, lambda path: (path, _read(flat, path)), to_read):
                facts = _unchanged(flat, path, found[path])
                note({"path": path, "stamp": _stamp(facts), "sha256": digest})
                digests[path] = digest
                known.note(facts, digest)
                done += facts.st_size
                self.listener(Progress(what, done, total, "bytes"))
        return digests

    def _release(
        self,
        candidate: Candidate,
        number: int,
        past: Past,
        found: Mapping[str, os.stat_result],
        known: "Known",
    ) -> Release:
        recipe = self.recipe
        return Release(
            bank=self.bank,
            name=candidate.name,
            remote_release=candidate.remote_release,
            number=number,
            created=candidate.created,
            url=public(recipe.remote.url) if recipe is not None else "",
            recipe="",  # it may have been another then
            unpacking=unpacking_digest(recipe) if recipe is not None else "",
            files=len(found),
            size=sum(facts.st_size for facts in found.values()),
            added=known.added(found.values()),
            steps=past.session.steps if past.session is not None else (),
            depends=past.depends,
            folder=candidate.folder,
        )

    def _journal(self, candidate: Candidate) -> Journal:
        return Journal(self.bank_folder / ADOPTING / f"{candidate.folder.name}{NOTED}")


def forget_noted(bank_folder: Path) -> None:
    """Forget what was noted of releases that are adopted: their manifests have it now."""
    folder = bank_folder / ADOPTING
    for journal in folder.glob(f"*{NOTED}"):
        if is_complete(bank_folder / journal.name.removesuffix(NOTED)):
            journal.unlink(missing_ok=True)
    with suppress(OSError):  # it is not there, or another release is noted in it
        folder.rmdir()


class Known:
    """What the releases adopted so far share by hard links: each such file is read once."""

    def __init__(self) -> None:
        self._digests: dict[Inode, str] = {}
        self._seen: set[Inode] = set()

    def digest(self, facts: os.stat_result) -> str | None:
        """The digest of a file that another release has too."""
        return self._digests.get(_inode(facts)) if facts.st_nlink > 1 else None

    def note(self, facts: os.stat_result, digest: str) -> None:
        """A file was read."""
        if facts.st_nlink > 1:
            self._digests[_inode(facts)] = digest

    def added(self, found: Iterable[os.stat_result]) -> int:
        """The bytes of the files that no release before had."""
        size = 0
        for facts in found:
            if facts.st_nlink > 1:
                if _inode(facts) in self._seen:
                    continue
                self._seen.add(_inode(facts))
            size += facts.st_size
        return size


def scanned(flat: Path) -> tuple[dict[str, os.stat_result], tuple[str, ...]]:
    """What is known of each file below `flat`, and the names that could stand in no manifest."""
    found, unsafe = {}, []
    for path in files_below(flat) if flat.is_dir() else ():
        try:
            found[str(safe_name(path))] = os.lstat(f"{flat}/{path}")
        except UnsafeName:
            unsafe.append(path)
    return dict(sorted(found.items())), tuple(unsafe)


def _read(flat: Path, path: str) -> str:
    """The digest of a file; of a link that of what it leads to, and empty where that is no file."""
    file = flat / path
    return file_sha256(file) if file.is_file() else ""


def _unchanged(flat: Path, path: str, before: os.stat_result) -> os.stat_result:
    facts = os.lstat(f"{flat}/{path}")
    if _stamp(facts) != _stamp(before):
        raise BankError(f"{flat / path} changed while it was read; is BioMAJ still at work?")
    return facts


def _remembered(journal: Journal, found: Mapping[str, os.stat_result]) -> Iterator[Read]:
    """The digests noted before a kill, of files that did not change since."""
    for document in journal.documents():
        path = document.get("path")
        if isinstance(path, str) and path in found:
            digest, stamp = document.get("sha256"), document.get("stamp")
            if isinstance(digest, str) and stamp == _stamp(found[path]):
                yield path, digest


def _in_pool(
    pool: ThreadPoolExecutor, act: Callable[[str], Read], paths: Iterator[str]
) -> Iterator[Read]:
    """What `act` makes of each of `paths`, of which only some are asked for at once."""
    while some := list(islice(paths, AT_ONCE)):
        yield from pool.map(act, some)


def _made(candidate: Candidate, session: Session | None, recipe: Recipe | None) -> tuple[Made, ...]:
    """What steps made, as the database said: of each step, or at least which formats there are."""
    if session is not None and session.made:
        return session.made
    production = candidate.production
    if production is None:
        return ()
    said = recipe.formats if recipe is not None else ()
    return tuple(
        Made(name, production.types)
        for name in dict.fromkeys(production.formats)
        if name not in said
    )


def _stamp(facts: os.stat_result) -> list[int]:
    return [facts.st_size, facts.st_mtime_ns, facts.st_ino, stat.S_IFMT(facts.st_mode)]


def _inode(facts: os.stat_result) -> Inode:
    return facts.st_dev, facts.st_ino
