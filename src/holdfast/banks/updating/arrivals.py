"""
Arrivals: what of an unfinished release is here, and what was unpacked, as its journals tell.
"""

import os
import stat
from collections.abc import Callable, Container, Iterable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any

from holdfast.banks.releases.release import (
    Product,
    Verified,
    decode_file,
    decode_verified,
    encode_file,
    encode_verified,
)
from holdfast.banks.updating.journal import Journal
from holdfast.banks.updating.making import STAGED, Making
from holdfast.base.files import safe_name
from holdfast.remotes.interface import Arrived, RemoteFile

ARRIVED = "arrived.jsonl"
UNPACKED_JOURNALS = "unpacked-*.jsonl"


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
        if name in unpacked or is_there(f"{folder}/{STAGED}/{name}", size):
            found[arrival.file.name] = arrival
    return found


def note_carried(making: Making, carried: Iterable[Arrival]) -> None:
    """Write down the arrivals taken over from a dropped making."""
    lines = (
        {**encode_file(each.file), "sha256": each.sha256, "stamp": each.stamp}
        | encode_verified(each.verified)
        for each in carried
    )
    Journal(making.folder / ARRIVED).append(*lines)


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


def is_there(path: str, size: int | None) -> bool:
    """Whether there is a regular file of this size. Asked of many files, so paths are text."""
    try:
        facts = os.lstat(path)
    except OSError:
        return False
    return stat.S_ISREG(facts.st_mode) and facts.st_size == size
