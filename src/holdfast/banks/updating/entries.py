"""
Entries: the manifest of an unfinished release, as it is and as it will be.

All functions decide, and none does anything.
"""

from collections.abc import Iterable, Iterator, Mapping
from dataclasses import replace
from pathlib import Path

from holdfast.banks.choosing.changes import is_same
from holdfast.banks.releases.release import (
    FLAT,
    Entry,
    Product,
)
from holdfast.banks.updating.arrivals import Arrival, Unpacked, here, is_there
from holdfast.banks.updating.making import Making
from holdfast.errors import BankError
from holdfast.remotes.interface import RemoteFile


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
    return all(is_there(f"{folder}/{FLAT}/{each.path}", each.size) for each in entry.products)


def carried_over(old: Path, making: Making) -> list[Arrival]:
    """The arrivals of the dropped making at `old` that `making` wants too."""
    kept = here(old)
    return [
        replace(arrival, file=_completed(file, arrival.file))
        for file in making.to_fetch
        if (arrival := kept.get(file.name))
        and is_same(file, Entry(arrival.file, arrival.sha256, ()))
    ]


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
