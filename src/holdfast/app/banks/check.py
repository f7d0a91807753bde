"""
Checking banks: is each recipe readable, and is each release on disk what it says it is?

A problem is something that should not be. A remark is something that will pass by itself, such as
a release left unfinished, with which the next update goes on.
"""

from collections.abc import Collection, Iterable, Iterator, Mapping
from concurrent.futures import ThreadPoolExecutor
from contextlib import suppress
from dataclasses import dataclass
from pathlib import Path

from holdfast.app.banks.recipes import file_problems, is_recipe_file, recipe_problems
from holdfast.app.container import Container
from holdfast.banks.dependencies import with_dependencies
from holdfast.banks.properties.problems import Problem
from holdfast.banks.releases.bankfolder import CURRENT, RELEASE_TEXT, BankFolder
from holdfast.banks.releases.release import Entry, Product, Release, is_complete, read_release
from holdfast.banks.updating.arriving import differs
from holdfast.banks.updating.finish import files_below, verify_digest
from holdfast.base.progress import Listener, Progress, ignore
from holdfast.errors import BankError, BankNotFound, HoldfastError


@dataclass(frozen=True, slots=True)
class BankCheck:
    """What was found at one bank."""

    bank: str
    releases: int
    files: int  #: products looked at
    problems: tuple[str, ...]
    remarks: tuple[str, ...]
    recipe: tuple[Problem, ...] = ()  #: all that is odd about the recipe


def check_banks(
    container: Container,
    banks: Iterable[str] = (),
    *,
    deep: bool = False,
    strict: bool = False,
    listener: Listener = ignore,
) -> tuple[BankCheck, ...]:
    """Check `banks`, or all; each is a bank's name or the file of a recipe.

    `deep` reads every file of every release and compares its digest; `strict` counts the warnings
    about recipes as problems.
    """
    chosen = tuple(banks) or container.catalogue.banks()
    sharing = _by_folder(container)
    return tuple(
        _check_file(container, Path(bank), strict=strict)
        if is_recipe_file(bank)
        else _check(container, bank, sharing, listener, deep=deep, strict=strict)
        for bank in chosen
    )


def _by_folder(container: Container) -> dict[Path, list[str]]:
    """The banks that have each folder; of those whose recipes say a place."""
    banks: dict[Path, list[str]] = {}
    for bank in container.catalogue.banks():
        with suppress(HoldfastError):  # told with the bank itself
            place = container.catalogue.place(bank)
            if place.folder:
                banks.setdefault(Path(place.folder), []).append(bank)
    return banks


def raise_problems(checks: Iterable[BankCheck]) -> None:
    """A BankError with all problems, if there are any."""
    problems = [problem for check in checks for problem in check.problems]
    if problems:
        raise BankError("\n".join(problems))


def _check_file(container: Container, file: Path, *, strict: bool) -> BankCheck:
    """Check a recipe that need not be of a bank here."""
    told = file_problems(container, file)
    problems, remarks = _said(told, strict=strict)
    return BankCheck(file.stem, 0, 0, tuple(problems), tuple(remarks), told)


def _check(
    container: Container,
    bank: str,
    sharing: Mapping[Path, Collection[str]],
    listener: Listener,
    *,
    deep: bool,
    strict: bool,
) -> BankCheck:
    """Check a bank; `sharing` says which banks have each folder."""
    told = recipe_problems(container, bank)
    problems, remarks = _said(told, strict=strict)
    try:
        folder = container.catalogue.folder(bank)
    except BankNotFound:
        raise
    except BankError as error:  # its recipe says no place that could be one
        return BankCheck(bank, 0, 0, (*problems, str(error)), tuple(remarks), told)
    problems += [
        f"{bank} and {other} have one folder, {folder.folder}; give each its own"
        for other in sharing.get(folder.folder, ())
        if other != bank
    ]
    problems += _dependency_problems(container, bank, told)
    problems += [*_current_problems(folder), *_marks_problems(folder)]
    threads = container.settings.processors
    count = files = 0
    for release_folder in folder.release_folders():
        count += 1
        found, looked_at = _release_problems(release_folder, listener, threads, deep=deep)
        problems += found
        files += looked_at
    remarks += _remarks(folder)
    return BankCheck(bank, count, files, tuple(problems), tuple(remarks), told)


def _said(told: Iterable[Problem], *, strict: bool) -> tuple[list[str], list[str]]:
    """What is a problem about a recipe, and what is only worth knowing, as sentences."""
    problems = [str(each) for each in told if each.counts(strict=strict)]
    remarks = [f"{each.severity.value}: {each}" for each in told if not each.counts(strict=strict)]
    return problems, remarks


def _dependency_problems(container: Container, bank: str, told: Iterable[Problem]) -> Iterator[str]:
    """What is wrong with the banks that `bank` is made from, if its own recipe can be read."""
    catalogue = container.catalogue
    if bank in catalogue.banks() and not any(each.counts(strict=False) for each in told):
        try:
            with_dependencies([bank], catalogue.recipe)
        except HoldfastError as error:
            yield f"{bank}: {error}"


def _current_problems(folder: BankFolder) -> Iterator[str]:
    link = folder.folder / CURRENT
    if not link.is_symlink():
        return
    target = folder.folder / link.readlink()
    if target.parent != folder.folder or not is_complete(target):
        yield (
            f"{link} points to {link.readlink()}, which is no complete release; "
            f"publish one with: holdfast bank publish {folder.bank}"
        )


def _marks_problems(folder: BankFolder) -> Iterator[str]:
    try:
        _ = folder.marks
    except BankError as error:
        yield str(error)


def _release_problems(
    folder: Path, listener: Listener, threads: int, *, deep: bool
) -> tuple[list[str], int]:
    try:
        release = read_release(folder)
        entries = release.entries()
        products = [product for entry in entries for product in entry.products]
    except BankError as error:
        return [str(error)], 0
    problems = [problem for each in products if (problem := _presence(release, each))]
    known = {product.path for product in products}
    problems += [
        f"{release.flat / name} is no file of the release; remove it"
        for name in files_below(release.flat)
        if name not in known
    ]
    if deep:
        problems += _digests(release, entries, listener, threads)
    return problems, len(products)


def _presence(release: Release, product: Product) -> str | None:
    path = release.flat / product.path
    try:
        size = path.lstat().st_size
    except OSError:
        return f"{path} is missing; {_cure(release)}"
    if size != product.size:
        return f"{path} has {size:,} bytes instead of {product.size:,}; {_cure(release)}"
    return None


def _digests(
    release: Release, entries: tuple[Entry, ...], listener: Listener, threads: int
) -> Iterator[str]:
    def look(both: tuple[Entry, Product]) -> str | None:
        entry, product = both
        path = release.flat / product.path
        if not path.is_file():
            return None
        return verify_digest(path, product) or _broken_promise(path, entry, product)

    looked_at = [(entry, product) for entry in entries for product in entry.products]
    with ThreadPoolExecutor(max_workers=max(1, threads)) as pool:
        for count, problem in enumerate(pool.map(look, looked_at), 1):
            listener(Progress(f"reading {release.name}", count, len(looked_at), "files"))
            if problem is not None:
                yield f"{problem}; {_cure(release)}"


def _broken_promise(path: Path, entry: Entry, product: Product) -> str | None:
    """What a manifest of the remote said of a file that is still as it was received, and is not.

    It was true when the file arrived: that it no longer is, though the content has the digest it
    had, means that the record was changed.
    """
    if (product.path, product.sha256) != (entry.file.name, entry.sha256):
        return None  # it was unpacked
    for each in entry.verified:
        found = differs(path, each.what)
        if found is not None:
            return f"{path} is {found}, not {each.what} as {each.source} says"
    return None


def _cure(release: Release) -> str:
    return f"mend it with: holdfast bank repair {release.bank} {release.name}"


def _remarks(folder: BankFolder) -> Iterator[str]:
    if folder.is_busy:
        yield f"{folder.bank} is being changed right now"
        return
    with suppress(BankError):  # the published release is damaged, which is told as a problem
        if not folder.tells_published():
            text = folder.folder / RELEASE_TEXT
            cure = f"the next update sees to it, or: holdfast bank repair {folder.bank}"
            yield f"{text} does not say what is published; {cure}"
    for making in folder.makings():
        yield f"{making.release} is unfinished; the next update of {folder.bank} goes on with it"
    for stranger in folder.strangers():
        yield (
            f"{stranger} is called like a release, but is none: adopt what BioMAJ made with: "
            "holdfast import biomaj; else remove it"
        )
    for leftover in folder.leftovers():
        yield f"{leftover} was left by an interruption; the next update removes it"
