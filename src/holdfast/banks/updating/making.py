"""
Making: a release that is not finished, and everything known about it, on disk.

::

    banks/<bank>/.making/<release>/
        making.json          what is being made; its presence means: to be finished or dropped
        files/…              where transfers land
        manifests/…          checksums of the remote, while they are read
        arrived.jsonl        one line for each file that arrived whole
        unpacked-<step>.jsonl  one line for each archive that was unpacked
        unpacking-<step>/…   archives being unpacked

The journals are appended to as things happen, so whoever comes after a kill knows what is there;
a last line that was cut off counts as not written. The folder is removed when the release is
finished and published.
"""

import json
import secrets
from dataclasses import dataclass, replace
from pathlib import Path

from holdfast.banks.choosing.changes import Changes
from holdfast.banks.choosing.naming import Found
from holdfast.banks.dependencies import Upstream
from holdfast.banks.recipes.recipe import Recipe, as_written
from holdfast.banks.releases.release import (
    FLAT,
    decode_file,
    encode_file,
    folder_name,
)
from holdfast.base.digests import joined_sha256
from holdfast.base.files import write_atomic
from holdfast.errors import BankError
from holdfast.remotes.interface import Listing, RemoteFile

MAKING = ".making"
MAKING_FILE = "making.json"
STAGED = "files"
VERSION = 1


@dataclass(frozen=True, slots=True)
class Making:
    """One release that is being made."""

    bank: str
    release: str
    remote_release: str
    number: int
    token: str  #: a word no other making ever had
    attempts: int  #: how often its making was begun or taken up again
    url: str  #: the root of the files, without passwords
    listing: Listing
    reuse: frozenset[str]  #: names of the files taken from the previous release
    previous: str | None  #: the folder name of the previous release
    same_unpacking: bool  #: whether the previous release was unpacked by the same steps
    recipe: Recipe
    bank_folder: Path
    depends: tuple[Upstream, ...] = ()  #: the releases of other banks that it is made from
    taken: frozenset[str] = frozenset()  #: steps whose results come from the previous release

    @property
    def folder(self) -> Path:
        """Where the state of the making is."""
        return self.bank_folder / MAKING / self.release

    @property
    def staged(self) -> Path:
        """Where transfers land."""
        return self.folder / STAGED

    @property
    def release_folder(self) -> Path:
        """Where the release will be complete."""
        separator = self.recipe.place.separator
        return self.bank_folder / folder_name(self.bank, self.release, separator)

    @property
    def flat(self) -> Path:
        """Where the release's products are put together."""
        return self.release_folder / FLAT

    @property
    def previous_folder(self) -> Path | None:
        """The folder of the previous release."""
        return self.bank_folder / self.previous if self.previous else None

    @property
    def to_fetch(self) -> tuple[RemoteFile, ...]:
        """The files that must arrive."""
        return tuple(file for file in self.listing.files if file.name not in self.reuse)


def new_making(
    recipe: Recipe, bank_folder: Path, found: Found, changes: Changes, names: "Names"
) -> Making:
    """The making that brings the previous release up to what was found."""
    return Making(
        bank=recipe.name,
        release=names.release,
        remote_release=found.release,
        number=names.number,
        token=secrets.token_hex(8),
        attempts=1,
        url=found.url,
        listing=found.listing,
        reuse=frozenset(entry.file.name for entry in changes.reuse),
        previous=names.previous,
        same_unpacking=names.same_unpacking,
        recipe=recipe,
        bank_folder=bank_folder,
        depends=names.depends,
        taken=names.taken,
    )


@dataclass(frozen=True, slots=True)
class Names:
    """What the new release is called and counted, what is before it, and what it is made from."""

    release: str
    number: int
    previous: str | None
    same_unpacking: bool
    depends: tuple[Upstream, ...] = ()
    taken: frozenset[str] = frozenset()


def write_making(making: Making) -> None:
    """Put `making` on disk, without passwords. Only the account of Holdfast may read it."""
    making.staged.mkdir(parents=True, exist_ok=True)
    document = {
        "version": VERSION,
        "bank": making.bank,
        "release": making.release,
        "remote_release": making.remote_release,
        "number": making.number,
        "token": making.token,
        "attempts": making.attempts,
        "url": making.url,
        "listing": making.listing.url,
        "files": [encode_file(file) for file in making.listing.files],
        "reuse": sorted(making.reuse),
        "previous": making.previous,
        "same_unpacking": making.same_unpacking,
        "recipe": as_written(making.recipe),
        "depends": [[each.bank, each.release, str(each.folder)] for each in making.depends],
        "taken": sorted(making.taken),
    }
    write_atomic(making.folder / MAKING_FILE, json.dumps(document).encode(), mode=0o600)


def taken_up(making: Making, recipe: Recipe) -> Making:
    """`making`, begun once more by `recipe` as it is now, and written down."""
    again = replace(making, attempts=making.attempts + 1, recipe=recipe)
    write_making(again)
    return again


def read_making(bank_folder: Path, release: str) -> Making:
    """The making of `release`.

    Raises
    ------
    BankError
        There is none, or it cannot be read.
    """
    file = bank_folder / MAKING / release / MAKING_FILE
    try:
        document = json.loads(file.read_bytes())
        if document["version"] != VERSION:
            raise ValueError(f"it is not of version {VERSION}")
        files = tuple(decode_file(each) for each in document["files"])
        return Making(
            bank=document["bank"],
            release=document["release"],
            remote_release=document["remote_release"],
            number=document["number"],
            token=document["token"],
            attempts=document["attempts"],
            url=document["url"],
            listing=Listing(document["listing"], files),
            reuse=frozenset(document["reuse"]),
            previous=document["previous"],
            same_unpacking=document["same_unpacking"],
            recipe=Recipe.model_validate(document["recipe"]),
            bank_folder=bank_folder,
            depends=tuple(
                Upstream(bank, name, Path(folder))
                for bank, name, folder in document.get("depends", ())
            ),
            taken=frozenset(document.get("taken", ())),
        )
    except (OSError, KeyError, TypeError, ValueError) as error:
        raise BankError(
            f"{file}: cannot be read ({error}); remove {file.parent} and update the bank"
        ) from error


def unpacking_digest(recipe: Recipe) -> str:
    """A digest of the steps that say which products a file becomes."""
    return _digest([step.model_dump(mode="json") for step in recipe.steps if step.unpacks])


def recipe_digest(recipe: Recipe) -> str:
    """A digest of the whole recipe."""
    return _digest(recipe.model_dump(mode="json"))


def _digest(value: object) -> str:
    return joined_sha256([json.dumps(value, sort_keys=True).encode()])
