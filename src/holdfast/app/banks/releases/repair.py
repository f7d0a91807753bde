"""
Repairing a bank: what is not as it should be is put right, as far as anything has what is needed.

Every file of every release is read. One that is not what it was is linked from another release that
has its content, or fetched again, and unpacked again where it came out of an archive. Then the
links, the marks and ``RELEASE.txt`` are made to say what is true. What cannot be mended is told,
and stays as it is.
"""

import shutil
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass, field
from pathlib import Path

from holdfast.app.banks.noting import note
from holdfast.app.banks.releases.choosing import named_releases
from holdfast.app.banks.releases.refetching import Refetching
from holdfast.app.banks.rights import changing
from holdfast.app.container import Container
from holdfast.banks.releases.bankfolder import CURRENT, BankFolder
from holdfast.banks.releases.mending import Damage, Seen, damages, mend, places, whole
from holdfast.banks.releases.release import Release, read_release
from holdfast.banks.updating.unfinished import DROPPED
from holdfast.base.progress import Listener, ignore
from holdfast.errors import BankError

WORK = "mending"  #: the folder among what is dropped where files are brought


@dataclass(frozen=True, slots=True)
class Mended:
    """One file that is as it was again."""

    release: str
    file: str  #: below ``flat/``
    was: str  #: what was wrong
    how: str  #: where its content came from


@dataclass(frozen=True, slots=True)
class Repair:
    """What was looked at, and what became of what was wrong."""

    bank: str
    releases: int
    files: int  #: that were read
    mended: tuple[Mended, ...]
    settled: tuple[str, ...]  #: what else was put right, in sentences
    problems: tuple[str, ...]  #: what could not be


def repair_bank(
    container: Container, bank: str, releases: Iterable[str] = (), listener: Listener = ignore
) -> Repair:
    """Put `bank` right; with `releases`, only these are looked into.

    Raises
    ------
    BankNotFound
        There is no such bank.
    UsageError
        One of the releases is not there.
    BankBusy
        Another process is changing the bank.
    """
    folder = container.catalogue.folder(bank)
    with changing(container, folder):
        work = folder.folder / DROPPED / WORK
        shutil.rmtree(work, ignore_errors=True)
        repairing = _Repairing(container, folder, work, listener)
        repairing.look(tuple(releases))
        repairing.mend()
        repairing.settle()
    repair = repairing.report()
    outcome = "failed" if repair.problems else "done"
    detail = f"mended: {len(repair.mended)}, not mended: {len(repair.problems)}"
    note(container, bank, "repair", outcome=outcome, detail=detail)
    return repair


def raise_problems(repair: Repair) -> None:
    """A BankError if something could not be put right."""
    if repair.problems:
        raise BankError("\n".join(repair.problems))


@dataclass(slots=True)
class _Repairing:
    """One repair at work."""

    container: Container
    folder: BankFolder
    work: Path
    listener: Listener
    releases: int = 0
    files: int = 0
    mended: list[Mended] = field(default_factory=list)
    _readable: list[Release] = field(default_factory=list)
    #: what is not mended yet, by its release's folder and then by its path
    _damages: dict[Path, dict[str, Damage]] = field(default_factory=dict)
    _why: dict[Path, str] = field(default_factory=dict)
    _settled: list[str] = field(default_factory=list)
    _problems: dict[str, None] = field(default_factory=dict)  #: besides damages; each once

    def look(self, names: Sequence[str]) -> None:
        """Find what is wrong with the releases called `names`, or with all."""
        self._readable = list(self._read())
        chosen = named_releases(self.folder, names, self._readable) if names else self._readable
        seen, threads = Seen(), self.container.settings.processors
        for release in chosen:
            found = damages(release, seen, threads, self.listener)
            self._damages[release.folder] = {each.product.path: each for each in found}
            self.releases += 1
            self.files += release.files

    def mend(self) -> None:
        """Mend what is wrong: by what is here, then by the remote, the newest release first."""
        wanted = {each.product.sha256 for each in self._left()}
        here = places(self._readable, wanted) if wanted else {}
        for release in sorted(self._readable, key=lambda each: each.number, reverse=True):
            self._link(self._left(release), here)
            self._fetch(release, self._left(release))
        self._link(self._left(), here)  # what was fetched for another
        shutil.rmtree(self.work, ignore_errors=True)

    def settle(self) -> None:
        """Put right what is not about files of releases."""
        for act in (_frozen_again, _current_again, _tidied):
            try:
                self._settled += act(self.folder)
            except BankError as error:
                self._problems[str(error)] = None

    def report(self) -> Repair:
        """What was done."""
        left = (f"{each.path} {each.what}; {self._why[each.path]}" for each in self._left())
        return Repair(
            self.folder.bank,
            self.releases,
            self.files,
            tuple(self.mended),
            tuple(self._settled),
            (*self._problems, *left),
        )

    def _read(self) -> Iterator[Release]:
        """The releases whose documents can be read."""
        for each in self.folder.release_folders():
            try:
                release = read_release(each)
                release.entries()
            except BankError as error:
                self._problems[str(error)] = None
            else:
                yield release

    def _left(self, release: Release | None = None) -> tuple[Damage, ...]:
        """What is not mended yet, of `release` or of all."""
        if release is not None:
            return tuple(self._damages.get(release.folder, {}).values())
        return tuple(each for of_one in self._damages.values() for each in of_one.values())

    def _link(self, left: Sequence[Damage], here: dict[str, list[Path]]) -> None:
        for damage in left:
            others = [path for path in here[damage.product.sha256] if path != damage.path]
            source = whole(others, damage.product)
            if source is not None:
                inside = source.relative_to(self.folder.folder)
                self._put(damage, source, f"linked to {inside}")

    def _fetch(self, release: Release, left: Sequence[Damage]) -> None:
        if not left:
            return
        refetching = Refetching(self.container, release, self.work, self.listener)
        for damage, source, how in refetching.sources(left):
            self._put(damage, source, how)
        for damage in left:
            self._why.setdefault(damage.path, refetching.why(damage))
        shutil.rmtree(self.work, ignore_errors=True)

    def _put(self, damage: Damage, source: Path, how: str) -> None:
        self.work.mkdir(parents=True, exist_ok=True)
        try:
            mend(damage, source, self.work)
        except BankError as error:
            self._why[damage.path] = str(error)
            return
        del self._damages[damage.release.folder][damage.product.path]
        self.mended.append(Mended(damage.release.name, damage.product.path, damage.what, how))


def _frozen_again(folder: BankFolder) -> Iterator[str]:
    """Take away the marks of releases that are gone."""
    prefix = f"{folder.bank}{folder.separator}"
    there = {each.name.removeprefix(prefix) for each in folder.folders()}
    # A bank that shares the folder has its marks here too.
    gone = folder.marks.frozen - there - {each.name for each in _readable(folder.folders())}
    if gone:
        folder.mark(folder.marks.thawing(gone))
        yield f"marked as frozen, and not there: {', '.join(sorted(gone))}; the marks are gone too"


def _current_again(folder: BankFolder) -> Iterator[str]:
    """Have ``current`` lead to a release, and ``RELEASE.txt`` say which."""
    link = folder.folder / CURRENT
    if link.is_symlink() and folder.current() is None:
        led = link.readlink()
        releases = _readable(folder.release_folders())
        if releases:
            folder.publish(releases[-1])
            yield f"current led to {led}, which is no release; {releases[-1].name} is published now"
        else:
            folder.unpublish()
            yield f"current led to {led}, which is no release; nothing is published now"
    if not folder.tells_published():
        folder.tell_published()
        yield "RELEASE.txt did not say what is published; it does now"


def _tidied(folder: BankFolder) -> Iterator[str]:
    """Remove what interruptions left."""
    leftovers = folder.leftovers()
    folder.tidy()
    for each in leftovers:
        yield f"{each} was left by an interruption; it is gone"


def _readable(folders: Iterable[Path]) -> list[Release]:
    found = []
    for each in folders:
        try:
            found.append(read_release(each))
        except BankError:
            continue
    return sorted(found, key=lambda release: release.number)
