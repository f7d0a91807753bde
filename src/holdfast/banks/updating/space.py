"""
Space: how many bytes a release that is being made will still take on the disk, at the most.

A pure estimate. What will arrive the listing says; where it does not, the previous release does.
What an archive unpacks to is thought to be what those of the previous release did, each for its
size. Archives go as they are unpacked, so at the most there is what came out of all, and those
that are being unpacked at that moment.
"""

from collections.abc import Collection, Iterable, Mapping
from dataclasses import dataclass

from holdfast.banks.recipes.steps import Step
from holdfast.banks.releases.release import Entry
from holdfast.banks.updating.making import Making
from holdfast.formats.archives.kinds import kind_by_name
from holdfast.remotes.interface import RemoteFile


@dataclass(frozen=True, slots=True)
class Space:
    """Bytes that are still to come on the disk."""

    arriving: int = 0
    unpacking: int = 0  #: at the most, besides what arrived

    @property
    def total(self) -> int:
        """All of it."""
        return self.arriving + self.unpacking


def space_for(
    making: Making,
    here: Collection[str],
    unpacked: Collection[str],
    previous: Iterable[Entry],
    *,
    ratio: float,
    at_once: int = 1,
) -> Space:
    """What `making` still takes, when the files `here` have arrived and those `unpacked` are so.

    `ratio` is what an archive becomes where the previous release does not tell, and `at_once` how
    many are unpacked side by side.
    """
    had = {entry.file.name: entry for entry in previous}
    ratio = _ratio(had.values()) or ratio
    arriving = sum(
        _size(file, had)
        for file in making.to_fetch
        if file.name not in here and file.name not in unpacked
    )
    fresh = making.to_fetch if making.same_unpacking else making.listing.files
    kept = gone = largest = 0
    for file in fresh:
        step = _unpacked_by(making, file.name) if file.name not in unpacked else None
        if step is None:
            continue
        size = _size(file, had)
        if step.keep_archives or file.name in making.reuse:
            kept += int(size * ratio)
        else:
            gone += size
            largest = max(largest, size)
    unpacking = kept + int(max(0.0, gone * (ratio - 1))) + min(gone, largest * at_once)
    return Space(arriving, unpacking)


def _ratio(entries: Iterable[Entry]) -> float:
    """What a byte of an archive became in a release; 0 where it had none."""
    packed = came = 0
    for entry in entries:
        if entry.products and not entry.is_as_received and kind_by_name(entry.file.name):
            packed += entry.file.size or 0
            came += sum(product.size for product in entry.products)
    return came / packed if packed else 0.0


def _size(file: RemoteFile, had: Mapping[str, Entry]) -> int:
    if file.size is not None:
        return file.size
    before = had.get(file.name)
    return (before.file.size or 0) if before is not None else 0


def _unpacked_by(making: Making, name: str) -> Step | None:
    if kind_by_name(name) is None:
        return None
    steps = (step for step in making.recipe.steps if step.use == "unpack")
    return next((step for step in steps if step.selection.file(name)), None)
