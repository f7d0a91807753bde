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
import os
import secrets
import stat
from collections.abc import Callable, Container, Iterable, Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass, replace
from io import FileIO
from pathlib import Path
from typing import Any

from holdfast.banks.choosing.changes import Changes, is_same
from holdfast.banks.choosing.naming import Found
from holdfast.banks.dependencies import Upstream
from holdfast.banks.recipes.recipe import Recipe, as_written
from holdfast.banks.releases.release import (
    FLAT,
    Entry,
    Product,
    Verified,
    decode_file,
    decode_verified,
    encode_file,
    encode_verified,
    folder_name,
)
from holdfast.base.digests import joined_sha256
from holdfast.base.files import safe_name, write_atomic
from holdfast.errors import BankError
from holdfast.remotes.interface import Arrived, Listing, RemoteFile

MAKING = ".making"
MAKING_FILE = "making.json"
STAGED = "files"
ARRIVED = "arrived.jsonl"
UNPACKED_JOURNALS = "unpacked-*.jsonl"
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


@dataclass(frozen=True, slots=True)
class Arrival:
    """A file that arrived whole; `stamp` tells whether it was touched since."""

    file: RemoteFile
    sha256: str
    stamp: int  #: modification time of the file here, in nanoseconds
    verified: tuple[Verified, ...] = ()


@dataclass(frozen=True, slots=True)
class Unpacked:
    """An archive of the release and the products that took its place."""

    source: str
    products: tuple[Product, ...]


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


# -- journals --------------------------------------------------------------------------------------


class Journal:
    """A file of JSON lines, appended to as things happen."""

    def __init__(self, path: Path) -> None:
        self.path = path

    def append(self, *documents: Mapping[str, Any]) -> None:
        """Write `documents` down, each a line: when this returns, a kill does not lose them."""
        with self.writing() as write:
            for document in documents:
                write(document)

    @contextmanager
    def writing(self) -> Iterator[Callable[[Mapping[str, Any]], None]]:
        """A function that writes a document down at once, as :meth:`append` does."""
        with self.path.open("ab", buffering=0) as file:
            if file.tell() and not self._ends_well():
                file.write(b"\n")  # a line cut off by a kill stays alone
            yield lambda document: _write_line(file, document)

    def documents(self) -> Iterator[dict[str, Any]]:
        """The documents of all whole lines."""
        try:
            lines = self.path.read_bytes().split(b"\n")
        except FileNotFoundError:
            return
        for line in lines:
            try:
                document = json.loads(line)
            except ValueError:
                continue  # cut off, or the nothing after the last line
            if isinstance(document, dict):
                yield document

    def _ends_well(self) -> bool:
        with self.path.open("rb") as file:
            file.seek(-1, 2)
            return file.read(1) == b"\n"


def _write_line(file: FileIO, document: Mapping[str, Any]) -> None:
    file.write(json.dumps(document).encode() + b"\n")


@contextmanager
def noting_arrivals(
    making: Making,
) -> Iterator[Callable[[Arrived, tuple[Verified, ...]], None]]:
    """A function that writes down that a file arrived, and what it was found to agree with."""
    with Journal(making.folder / ARRIVED).writing() as write:
        yield lambda arrived, verified: write(_encode_arrival(arrived, verified))


def here(folder: Path) -> dict[str, Arrival]:
    """The files that arrived whole in the making at `folder` and are still there, by name."""
    return _arrived(folder, frozenset())


def arrivals(folder: Path) -> dict[str, Arrival]:
    """The files that arrived whole in the making at `folder` and that it has, by name.

    One that was unpacked counts, though it was removed since: what came out took its place.
    """
    unpacked = {
        str(document["source"])
        for journal in folder.glob(UNPACKED_JOURNALS)
        for document in Journal(journal).documents()
    }
    return _arrived(folder, unpacked)


def _arrived(folder: Path, unpacked: Container[str]) -> dict[str, Arrival]:
    found = {}
    for document in Journal(folder / ARRIVED).documents():
        arrival = Arrival(
            decode_file(document),
            document["sha256"],
            document["stamp"],
            decode_verified(document),
        )
        name, size = arrival.file.name, arrival.file.size
        if name in unpacked or _is_there(f"{folder}/{STAGED}/{name}", size):
            found[arrival.file.name] = arrival
    return found


def unpacking_journal(making: Making, step: str) -> Journal:
    """The journal of the archives that `step` unpacked."""
    return Journal(making.folder / f"unpacked-{step}.jsonl")


def note_unpacked(journal: Journal, unpacked: Unpacked) -> None:
    """Write down that an archive was unpacked."""
    products = [[product.path, product.size, product.sha256] for product in unpacked.products]
    journal.append({"source": unpacked.source, "products": products})


def read_unpacked(journal: Journal) -> Iterator[Unpacked]:
    """What `journal` says was unpacked."""
    for document in journal.documents():
        products = (
            Product(str(safe_name(path)), size, sha256)
            for path, size, sha256 in document["products"]
        )
        yield Unpacked(document["source"], tuple(products))


def all_unpacked(making: Making) -> dict[str, Unpacked]:
    """What all unpack steps of `making` unpacked, by the path of the archive."""
    steps = [step.name for step in making.recipe.steps if step.unpacks]
    return {
        unpacked.source: unpacked
        for step in steps
        for unpacked in read_unpacked(unpacking_journal(making, step))
    }


# -- entries ---------------------------------------------------------------------------------------


def entries_as_fetched(
    making: Making, arrived: Mapping[str, Arrival], previous: Iterable[Entry]
) -> tuple[Entry, ...]:
    """The manifest as it is once everything has arrived and nothing was unpacked yet.

    A file that arrived with the content the previous release had keeps that release's products:
    a remote that only touches its files costs a transfer, and no disk.
    """
    had = {entry.file.name: entry for entry in previous}
    return tuple(
        _entry(making, file, arrived.get(file.name), had.get(file.name))
        for file in making.listing.files
    )


def is_from_previous(making: Making, name: str, sha256: str, had: Entry | None) -> bool:
    """Whether the file `name` of this content takes its products from the previous release."""
    if name in making.reuse:
        return True
    previous = making.previous_folder
    if previous is None or had is None or had.sha256 != sha256:
        return False
    return usable(had, previous, same_unpacking=making.same_unpacking)


def entries_as_unpacked(
    entries: Iterable[Entry], unpacked: Mapping[str, Unpacked]
) -> tuple[Entry, ...]:
    """The manifest with each unpacked archive replaced by what came out of it."""
    return tuple(
        replace(
            entry,
            products=tuple(
                final for product in entry.products for final in _final(product, unpacked)
            ),
        )
        for entry in entries
    )


def usable(entry: Entry, folder: Path, *, same_unpacking: bool) -> bool:
    """Whether the products of `entry` in the release at `folder` can be used again."""
    if not (same_unpacking or entry.is_as_received):
        return False
    return all(_is_there(f"{folder}/{FLAT}/{each.path}", each.size) for each in entry.products)


def unpacking_digest(recipe: Recipe) -> str:
    """A digest of the steps that say which products a file becomes."""
    return _digest([step.model_dump(mode="json") for step in recipe.steps if step.unpacks])


def recipe_digest(recipe: Recipe) -> str:
    """A digest of the whole recipe."""
    return _digest(recipe.model_dump(mode="json"))


def carried_over(old: Path, making: Making) -> list[Arrival]:
    """The arrivals of the dropped making at `old` that `making` wants too."""
    kept = here(old)
    return [
        replace(arrival, file=_completed(file, arrival.file))
        for file in making.to_fetch
        if (arrival := kept.get(file.name))
        and is_same(file, Entry(arrival.file, arrival.sha256, ()))
    ]


def note_carried(making: Making, carried: Iterable[Arrival]) -> None:
    """Write down the arrivals taken over from a dropped making."""
    lines = (
        {**encode_file(each.file), "sha256": each.sha256, "stamp": each.stamp}
        | encode_verified(each.verified)
        for each in carried
    )
    Journal(making.folder / ARRIVED).append(*lines)


def _entry(making: Making, file: RemoteFile, arrival: Arrival | None, had: Entry | None) -> Entry:
    if file.name in making.reuse:
        if had is None:
            raise BankError(f"{file.name} was to be taken from {making.previous}, which lacks it")
        return replace(had, file=_completed(file, had.file))
    if arrival is None:
        raise BankError(f"{file.name} has not arrived; update the bank again")
    if had is not None and is_from_previous(making, file.name, arrival.sha256, had):
        return replace(had, file=arrival.file, verified=arrival.verified)
    size = arrival.file.size
    assert size is not None, "an arrival always knows its size"
    product = Product(file.name, size, arrival.sha256)
    return Entry(arrival.file, arrival.sha256, (product,), arrival.verified)


def _completed(listed: RemoteFile, had: RemoteFile) -> RemoteFile:
    """`listed`, with what only `had` knows."""
    return replace(
        listed,
        size=listed.size if listed.size is not None else had.size,
        modified=listed.modified or had.modified,
        etag=listed.etag or had.etag,
        digest=listed.digest or had.digest,
    )


def _final(product: Product, unpacked: Mapping[str, Unpacked]) -> Iterator[Product]:
    made = unpacked.get(product.path)
    if made is None:
        yield product
        return
    for each in made.products:
        if each.path == product.path:  # the archive itself, which the step keeps
            yield each
        else:
            yield from _final(each, unpacked)


def _encode_arrival(arrived: Arrived, verified: tuple[Verified, ...]) -> dict[str, Any]:
    file = replace(
        arrived.file,
        size=arrived.size,
        modified=arrived.file.modified or arrived.modified,
        etag=arrived.file.etag or arrived.etag,
    )
    stamp = arrived.path.stat().st_mtime_ns
    facts = {**encode_file(file), "sha256": arrived.sha256, "stamp": stamp}
    return facts | encode_verified(verified)


def _is_there(path: str, size: int | None) -> bool:
    """Whether there is a regular file of this size. Asked of many files, so paths are text."""
    try:
        facts = os.lstat(path)
    except OSError:
        return False
    return stat.S_ISREG(facts.st_mode) and facts.st_size == size


def _digest(value: object) -> str:
    return joined_sha256([json.dumps(value, sort_keys=True).encode()])
