"""
Finding: which folders of a bank are releases that BioMAJ made, and which of them are adopted.

The disk says what there is, the database, if there is one, what was finished. A folder is adopted
when it is called as releases of the bank are, or the database says it is one; with a database, only
those that it knows as finished. All others are left as they are, each with its reason. A pure look:
nothing is written.
"""

import re
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path

from holdfast.banks.adopting.history import PastBank, Production, time_of
from holdfast.banks.choosing.naming import RESERVED
from holdfast.banks.choosing.versions import version_order
from holdfast.banks.recipes.recipe import Recipe
from holdfast.banks.recipes.sources import RELEASE_NAME
from holdfast.banks.releases.bankfolder import CURRENT, FUTURE, BankFolder
from holdfast.banks.releases.release import FLAT, Release, folder_name, is_complete
from holdfast.errors import BankError

SEPARATORS = ("_", "-")  #: of BioMAJ 3 and of older versions, whatever the site has now
_NUMBERED = re.compile(r"__\d{1,3}$")


@dataclass(frozen=True, slots=True)
class Candidate:
    """A folder that is adopted."""

    folder: Path
    name: str
    remote_release: str
    created: datetime
    production: Production | None  #: None: the database says nothing of it, or there is none
    current: bool

    @property
    def frozen(self) -> bool:
        """Whether BioMAJ had it marked never to be removed."""
        return self.production is not None and self.production.frozen


@dataclass(frozen=True, slots=True)
class Left:
    """A folder that is left as it is, and why."""

    folder: Path
    why: str


@dataclass(frozen=True, slots=True)
class Look:
    """What there is of one bank."""

    bank: str
    held: tuple[Release, ...]  #: releases here already
    adopted: tuple[Candidate, ...]  #: the oldest first
    left: tuple[Left, ...]
    lacking: tuple[Production, ...]  #: finished, the database says, and not on the disk

    def numbered(self) -> Iterator[tuple[Candidate, int]]:
        """What is adopted, the oldest first, and the number it gets among the releases here.

        What is older than the newest release here comes before all of them.
        """
        numbers = [release.number for release in self.held]
        newest = max((release.created for release in self.held), default=None)
        older = [each for each in self.adopted if newest is not None and each.created <= newest]
        first = min(numbers, default=1) - len(older)
        yield from ((each, first + place) for place, each in enumerate(older))
        newer = [each for each in self.adopted if each not in older]
        after = max(numbers, default=0) + 1
        yield from ((each, after + place) for place, each in enumerate(newer))


def look(
    folder: BankFolder,
    past: PastBank | None,
    beside: Iterable[str] = (),
    *,
    needs_flat: bool = True,
) -> Look:
    """What there is in `folder`, of which the database knew `past`.

    `beside` are other banks that have the same folder. `needs_flat` says that a release has files
    of its own, as all have that are not made from other banks alone.
    """
    productions = _by_directory(folder, past)
    held = folder.releases()
    candidates: list[Candidate] = []
    left = []
    for each in _folders(folder, productions, tuple(beside)):
        production = productions.get(each.name)
        why = _why_not(each, production, past, folder, needs_flat=needs_flat)
        if why:
            left.append(Left(each, why))
        else:
            candidates.append(_candidate(folder, each, production))
    there = {each.name for each in folder.folder.iterdir()} if folder.folder.is_dir() else set()
    lacking = [each for name, each in productions.items() if name not in there]
    order = {name: place for place, name in enumerate(productions)}
    candidates.sort(
        key=lambda each: (order.get(each.folder.name, -1), each.created, version_order(each.name))
    )
    taken = {release.name for release in held}
    return Look(
        folder.bank, held, tuple(_called_apart(candidates, taken)), tuple(left), tuple(lacking)
    )


def refuse_unadopted(folder: BankFolder, recipe: Recipe) -> None:
    """A BankError if a bank of a site has releases, and none was adopted.

    An update would fetch all of them once more, beside those that are there.
    """
    if not recipe.place.folder or folder.release_folders():
        return
    strangers = folder.strangers()
    if strangers:
        raise BankError(
            f"{strangers[0]} was not made here; adopt what BioMAJ made with: "
            f"holdfast import biomaj --bank {folder.bank}; or remove it, if it was never finished"
        )


def _by_directory(folder: BankFolder, past: PastBank | None) -> dict[str, Production]:
    """The finished releases of the database by the names of their folders, the oldest first."""
    productions = past.productions if past is not None else ()
    return {
        each.directory or folder_name(folder.bank, each.release, folder.separator): each
        for each in productions
        if each.directory or each.release
    }


def _folders(
    folder: BankFolder, productions: Mapping[str, Production], beside: tuple[str, ...]
) -> Iterator[Path]:
    """The folders that may be releases of the bank and are none here yet, by name."""
    for each in folder.folders():
        if is_complete(each) or each in {making.release_folder for making in folder.makings()}:
            continue
        known = each.name in productions
        if known or (_release_in(folder, each.name) and not _is_of(beside, folder, each.name)):
            yield each


def _release_in(folder: BankFolder, name: str) -> str:
    """The release that a folder called `name` is; empty where it is not called as one."""
    for separator in dict.fromkeys((folder.separator, *SEPARATORS)):
        prefix = folder_name(folder.bank, "", separator)
        if name.startswith(prefix):
            return name.removeprefix(prefix)
    return ""


def _is_of(beside: tuple[str, ...], folder: BankFolder, name: str) -> bool:
    """Whether a bank in the same folder has a longer name that `name` begins with."""
    longer = [each for each in beside if len(each) > len(folder.bank)]
    others = (BankFolder(folder.folder, each, folder.separator) for each in longer)
    return any(_release_in(other, name) for other in others)


def _why_not(
    each: Path,
    production: Production | None,
    past: PastBank | None,
    folder: BankFolder,
    *,
    needs_flat: bool,
) -> str:
    """Why the folder is not adopted; empty where it is."""
    name = production.release if production is not None else ""
    name = name or _release_in(folder, each.name)
    if re.fullmatch(RELEASE_NAME, name) is None or name in RESERVED:
        return f"{name!r} cannot be the name of a release here"
    if past is not None and production is None:
        if name in past.pending:
            return "BioMAJ had begun it and did not finish it"
        return "BioMAJ's database does not know it as finished"
    if production is None and _target(folder, FUTURE) == each.name:
        return "BioMAJ was making it"
    if production is None and not _has_files(each, needs_flat=needs_flat):
        return f"it has no files in {FLAT}, so it is no finished release"
    return ""


def _has_files(each: Path, *, needs_flat: bool) -> bool:
    inside = each / FLAT if needs_flat else each
    return inside.is_dir() and next(inside.iterdir(), None) is not None


def _candidate(folder: BankFolder, each: Path, production: Production | None) -> Candidate:
    called = _release_in(folder, each.name)
    name = (production.release if production is not None else "") or called
    remote = production.remote_release if production is not None else ""
    when = time_of(production.session) if production is not None else None
    flat = each / FLAT if (each / FLAT).is_dir() else each
    on_disk = datetime.fromtimestamp(int(flat.stat().st_mtime), UTC)
    return Candidate(
        each,
        name,
        remote or _NUMBERED.sub("", name),
        when or on_disk,
        production,
        current=_target(folder, CURRENT) == each.name,
    )


def _called_apart(candidates: Iterable[Candidate], taken: set[str]) -> Iterator[Candidate]:
    """`candidates`, none called as another or as one of `taken`: old separators left twins."""
    for each in candidates:
        name, number = each.name, 1
        while name in taken:
            name, number = f"{each.name}__{number}", number + 1
        taken.add(name)
        yield Candidate(
            each.folder, name, each.remote_release, each.created, each.production, each.current
        )


def _target(folder: BankFolder, link: str) -> str:
    try:
        return (folder.folder / link).readlink().name
    except OSError:
        return ""
