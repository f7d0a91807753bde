"""
Dependencies: banks made from other banks.

A bank names the banks it is made from. Before it is updated these are; then a release of it takes
its files from one complete release of each, its *upstreams*, by hard links. Which releases those
were is written down with it, so whether one of them has a newer release is a comparison.
"""

import os
import shutil
from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass
from graphlib import CycleError, TopologicalSorter
from pathlib import Path

from holdfast.banks.choosing.patterns import begins
from holdfast.banks.recipes.recipe import Recipe
from holdfast.banks.recipes.sources import ReleaseFrom
from holdfast.banks.releases.release import MANIFEST_FILE, RELEASE_FILE, Release
from holdfast.base.files import safe_name
from holdfast.base.progress import Listener, Progress, ignore
from holdfast.errors import BankError, BankNotFound, UsageError

OWN_DOCUMENTS = frozenset({RELEASE_FILE, MANIFEST_FILE, "made.json"})  #: said of it, not in it
WRITABLE = 0o222
TOLD_EVERY = 500  #: files between two words of progress

#: The recipe of a bank; it raises what the catalogue does.
RecipeOf = Callable[[str], Recipe]


@dataclass(frozen=True, slots=True)
class Upstream:
    """The release of another bank that a release is made from."""

    bank: str
    release: str
    folder: Path  #: of that release

    @classmethod
    def of(cls, release: Release) -> "Upstream":
        """`release`, as something to be made from."""
        return cls(release.bank, release.name, release.folder)


def with_dependencies(banks: Iterable[str], recipe_of: RecipeOf) -> dict[str, tuple[str, ...]]:
    """`banks` and all they are made from, however far, each with what it is made from itself.

    Each is after all that it is made from.

    Raises
    ------
    UsageError
        Banks are made from one another in a circle.
    BankNotFound, RecipeError
        There is no such bank, or its recipe cannot be read.
    """
    graph: dict[str, tuple[str, ...]] = {}
    left = [(bank, "") for bank in banks]
    while left:
        bank, of = left.pop()
        if bank not in graph:
            graph[bank] = _dependencies(bank, of, recipe_of)
            left += [(each, bank) for each in graph[bank]]
    try:
        order = tuple(TopologicalSorter(graph).static_order())
    except CycleError as error:
        circle = " from ".join(reversed(error.args[1]))
        raise UsageError(
            f"banks are made from one another in a circle: {circle}; take one out of depends"
        ) from error
    return {bank: graph[bank] for bank in order}


def _dependencies(bank: str, of: str, recipe_of: RecipeOf) -> tuple[str, ...]:
    """What `bank`, on which `of` depends, depends on itself."""
    try:
        return tuple(each.bank for each in recipe_of(bank).depends)
    except BankNotFound as error:
        if not of:
            raise
        raise BankNotFound(f"{of} is made from {bank}: {error}") from error


def follows(recipe: Recipe) -> frozenset[str]:
    """The dependencies whose new release makes a new one of this bank.

    A bank that is named after another one follows all that it is made from.
    """
    all_of_them = recipe.release.source is ReleaseFrom.BANK
    return frozenset(each.bank for each in recipe.depends if each.follow or all_of_them)


def newer(recipe: Recipe, release: Release, upstreams: Iterable[Upstream]) -> tuple[Upstream, ...]:
    """Those of `upstreams` that `recipe` follows and `release` was not made from."""
    had = dict(release.depends)
    followed = follows(recipe)
    return tuple(
        each for each in upstreams if each.bank in followed and had.get(each.bank) != each.release
    )


def link_upstreams(
    recipe: Recipe, upstreams: Iterable[Upstream], into: Path, listener: Listener = ignore
) -> int:
    """Link what `recipe` takes of its upstreams below ``into/<bank>/``; how many files.

    Raises
    ------
    BankError
        A dependency has no file that is wanted of it, or its release is gone.
    """
    by_bank = {each.bank: each for each in upstreams}
    count = 0
    for each in recipe.depends:
        if each.match:
            shutil.rmtree(into / each.bank, ignore_errors=True)
            count += _link(recipe.name, by_bank[each.bank], each.match, into, listener)
    return count


def wanted_of(folder: Path, match: tuple[str, ...]) -> Iterator[str]:
    """The paths below the release at `folder` that one of `match` means, sorted."""
    for parent, folders, names in os.walk(folder):
        folders.sort()
        inside = Path(parent).relative_to(folder)
        for name in sorted(names):
            path = (inside / name).as_posix()
            if path not in OWN_DOCUMENTS and begins(match, path):
                yield path


def _link(
    bank: str, upstream: Upstream, match: tuple[str, ...], into: Path, listener: Listener
) -> int:
    made: set[Path] = set()
    count = 0
    for count, path in enumerate(wanted_of(upstream.folder, match), 1):
        target = into / upstream.bank / safe_name(path)
        if target.parent not in made:
            target.parent.mkdir(parents=True, exist_ok=True)
            made.add(target.parent)
        _link_one(upstream.folder / path, target)
        if count % TOLD_EVERY == 0:
            listener(Progress(f"linking {upstream.bank}", count, None, "files"))
    if count == 0:
        raise BankError(
            f"{bank}: {upstream.bank}:{upstream.release} has no file that matches "
            f"{', '.join(match)}; look at match under depends in the recipe"
        )
    return count


def _link_one(source: Path, target: Path) -> None:
    """Make `target` the file `source`, which nobody may write into: two releases share it."""
    if source.is_symlink():  # where it leads to may not stay
        source = source.resolve()
    mode = source.stat().st_mode
    try:
        os.link(source, target)
    except OSError:  # another disk, or one without hard links
        shutil.copy2(source, target)
    if mode & WRITABLE:
        target.chmod(mode & ~WRITABLE & 0o7777)
