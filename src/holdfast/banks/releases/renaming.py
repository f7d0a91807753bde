"""
Renaming a bank: its recipe, its folder and what its releases say of themselves, as one thing.

That is several files, so what is to be done is written down first, in ``renaming.json`` in the home
folder; then it will be done, by whoever comes next if need be. While it goes on there is no bank of
either name, so nobody begins anything anew. Each step can be done again::

    renaming.json → old recipe goes → folder → releases → new recipe → renaming.json goes

The folders of releases keep their names, and so do links to them: a release says itself whose it
is.
"""

import base64
import json
from collections.abc import Iterator
from dataclasses import dataclass, replace
from pathlib import Path

from holdfast.banks.releases.bankfolder import BankFolder
from holdfast.banks.releases.listings import rewrite_listings
from holdfast.banks.releases.release import is_complete, read_release, write_release
from holdfast.base.files import fsync_directory, write_atomic
from holdfast.errors import BankError

FILE = "renaming.json"
LOCK = "renaming.lock"


@dataclass(frozen=True, slots=True)
class Renaming:
    """What is to be done."""

    old: str
    new: str
    folder: Path  #: where the bank is
    to: Path  #: where it will be
    separator: str
    recipe: Path | None  #: the file of its recipe; None: it has none
    new_recipe: Path
    text: bytes  #: of the new recipe
    mode: int  #: its permissions


def write_renaming(home: Path, renaming: Renaming) -> None:
    """Write down what is to be done: from now on it will be. Only we may read it."""
    document = {
        "old": renaming.old,
        "new": renaming.new,
        "folder": str(renaming.folder),
        "to": str(renaming.to),
        "separator": renaming.separator,
        "recipe": str(renaming.recipe) if renaming.recipe is not None else None,
        "new_recipe": str(renaming.new_recipe),
        "text": base64.b64encode(renaming.text).decode(),
        "mode": renaming.mode,
    }
    write_atomic(home / FILE, json.dumps(document).encode(), mode=0o600)


def read_renaming(home: Path) -> Renaming | None:
    """What is to be done, if anything is.

    Raises
    ------
    BankError
        It cannot be read.
    """
    try:
        document = json.loads((home / FILE).read_bytes())
        recipe = document["recipe"]
        return Renaming(
            old=document["old"],
            new=document["new"],
            folder=Path(document["folder"]),
            to=Path(document["to"]),
            separator=document["separator"],
            recipe=Path(recipe) if recipe is not None else None,
            new_recipe=Path(document["new_recipe"]),
            text=base64.b64decode(document["text"]),
            mode=document["mode"],
        )
    except FileNotFoundError:
        return None
    except (OSError, KeyError, TypeError, ValueError) as error:
        raise BankError(
            f"{home / FILE}: cannot be read ({error}); a bank was being renamed: see that its "
            "recipe and its folder are called alike, and remove this file"
        ) from error


def rename(renaming: Renaming) -> None:
    """Do all that is not done yet."""
    if renaming.recipe is not None:
        renaming.recipe.unlink(missing_ok=True)
        fsync_directory(renaming.recipe.parent)
    if renaming.folder != renaming.to and renaming.folder.exists():
        renaming.folder.rename(renaming.to)
        fsync_directory(renaming.to.parent)
    for folder in _releases(renaming):
        rewrite_listings(folder)
        write_release(replace(read_release(folder), bank=renaming.new))
    if renaming.to.exists():
        BankFolder(renaming.to, renaming.new, renaming.separator).tell_published()
    if renaming.recipe is not None:
        renaming.new_recipe.parent.mkdir(parents=True, exist_ok=True)
        write_atomic(renaming.new_recipe, renaming.text, renaming.mode)


def forget_renaming(home: Path) -> None:
    """Everything is done."""
    (home / FILE).unlink(missing_ok=True)
    fsync_directory(home)


def _releases(renaming: Renaming) -> Iterator[Path]:
    """The folders of the releases that still say that they are of the old bank."""
    for folder in sorted(renaming.to.glob("*")):
        is_release = not folder.is_symlink() and is_complete(folder)
        if is_release and read_release(folder).bank == renaming.old:
            yield folder
