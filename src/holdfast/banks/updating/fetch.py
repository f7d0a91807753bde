"""
Fetching: bring what changed, and put the release's files together.

What must come is brought into the making's folder and noted as it arrives, so a fetch that was
killed goes on where it was. Then ``flat/`` is built from nothing, by hard links alone: to what
arrived, and to the products of the previous release for all that did not change. Products are
read-only, for a link shares its content with other releases: nobody may write into one.
"""

import os
import shutil
from collections.abc import Iterable, Mapping
from pathlib import Path

from holdfast.banks.dependencies import link_upstreams
from holdfast.banks.releases.release import FLAT, Entry, is_complete, read_release
from holdfast.banks.updating.arrivals import UNPACKED_JOURNALS, Arrival, here
from holdfast.banks.updating.arriving import Care, bring
from holdfast.banks.updating.entries import entries_as_fetched, is_from_previous
from holdfast.banks.updating.making import Making
from holdfast.banks.updating.taking import take_over
from holdfast.base.files import safe_name
from holdfast.base.progress import Listener, Progress, ignore
from holdfast.errors import BankError
from holdfast.remotes.interface import Remote

READ_ONLY = 0o444
LINKED_EVERY = 500  #: files between two words of progress


def fetch(
    making: Making,
    remote: Remote,
    manifests: Remote,
    listener: Listener = ignore,
    care: Care = Care(),  # noqa: B008 - a frozen value
) -> tuple[str, ...]:
    """Bring the files of `making` that are not here yet, then build the release's ``flat/``.

    `manifests` is the same remote once more, with the patience for small files. The answer is
    remarks on what could not be used to verify.

    Raises
    ------
    FetchFailed
        A file could not be brought. What arrived stays for the next time.
    BankError
        The previous release lacks what was to be taken from it, or a bank this one is made from
        has nothing that is wanted of it.
    """
    remarks = bring(making, remote, manifests, listener, care)
    build_flat(making, previous_entries(making), here(making.folder), listener)
    link_upstreams(making.recipe, making.depends, making.release_folder, listener)
    take_over(making, listener)
    return remarks


def previous_entries(making: Making) -> tuple[Entry, ...]:
    """The manifest of the release before the one being made; empty where there is none."""
    folder = making.previous_folder
    return read_release(folder).entries() if folder is not None else ()


def build_flat(
    making: Making,
    previous: Iterable[Entry],
    arrived: Mapping[str, Arrival],
    listener: Listener = ignore,
) -> None:
    """Build the release's folder anew: ``flat/`` from links, and an empty folder for each step."""
    _begin_folder(making)
    had = {entry.file.name: entry for entry in previous}
    entries = entries_as_fetched(making, arrived, had.values())
    flat, made = making.flat, set[Path]()
    for count, entry in enumerate(entries, 1):
        source = _source(making, entry, had.get(entry.file.name))
        for product in entry.products:
            name = safe_name(product.path)
            _link(source / name, flat / name, made)
        if count % LINKED_EVERY == 0 or count == len(entries):
            listener(Progress("putting together", count, len(entries), "files"))


def step_folder(making: Making, step: str) -> Path:
    """Where the step named `step` works."""
    chosen = next(each for each in making.recipe.steps if each.name == step)
    return making.release_folder / (chosen.folder or chosen.name)


def _begin_folder(making: Making) -> None:
    """An empty release folder, and no word of anything unpacked."""
    if is_complete(making.release_folder):
        raise BankError(f"{making.release_folder} is a complete release; it is never made again")
    for journal in making.folder.glob(UNPACKED_JOURNALS):
        journal.unlink()
    shutil.rmtree(making.release_folder, ignore_errors=True)
    making.flat.mkdir(parents=True)
    for step in making.recipe.steps:
        if step.command:
            step_folder(making, step.name).mkdir(parents=True, exist_ok=True)


def _source(making: Making, entry: Entry, had: Entry | None) -> Path:
    """The folder in which the products of `entry` are now."""
    if not is_from_previous(making, entry.file.name, entry.sha256, had):
        return making.staged
    assert making.previous_folder is not None, "something is taken from the previous release"
    return making.previous_folder / FLAT


def _link(source: Path, target: Path, made: set[Path]) -> None:
    if target.parent not in made:
        target.parent.mkdir(parents=True, exist_ok=True)
        made.add(target.parent)
    try:
        os.link(source, target)
    except FileNotFoundError as error:
        raise BankError(
            f"{source} is gone; update the bank again and it is fetched anew"
        ) from error
    except FileExistsError as error:
        raise BankError(
            f"two files of the remote would become {target.name}; exclude one in the recipe"
        ) from error
    target.chmod(READ_ONLY)
