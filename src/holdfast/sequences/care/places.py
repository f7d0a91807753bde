"""
Places: where everything is kept, as the journal says.

Entries are taken in order. Each names its packs and says where in them its sequences, dictionaries
and layouts are; later entries may have moved some of these to other packs, have dropped the
residues of sequences, or need packs no longer. What is left is what must be on the disk now.
Nothing is asked of the index: whoever removes a file counts on the journal alone.
"""

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
import numpy.typing as npt

from holdfast.errors import StoreDamaged
from holdfast.sequences.storage.journal import Dictionary, Entry, LayoutPlace, Moved
from holdfast.sequences.storage.packs import PackName

#: Where a sequence is: the number of its pack among all packs ever named, offset and size in bytes.
PLACE = np.dtype([("pack", "<i4"), ("offset", "<i8"), ("size", "<i8")])
GONE = -1  #: the pack of a sequence whose residues were dropped
Placed = npt.NDArray[np.void]


@dataclass(frozen=True, slots=True)
class KeptLayout:
    """Where the layout of a collection's text is, and the SHA-256 of its bytes."""

    pack: int
    offset: int
    size: int
    sha256: str


@dataclass(frozen=True, slots=True)
class KeptDictionary:
    """Where a zstd dictionary is."""

    pack: int
    offset: int
    size: int


class Places:
    """Where everything is after the entries that were taken."""

    def __init__(self) -> None:
        self.packs: list[PackName] = []  #: all that were ever named; places give numbers in it
        self.dictionaries: list[KeptDictionary] = []
        self.layouts: dict[tuple[int, int], KeptLayout] = {}
        self._numbers: dict[str, int] = {}
        self._needed: set[int] = set()
        self._sequences: Placed = np.empty(1024, PLACE)
        self._count = 0

    @property
    def sequences(self) -> Placed:
        """Where each sequence is: a row of :data:`PLACE` each."""
        return self._sequences[: self._count]

    def needed(self) -> list[int]:
        """The numbers of the packs that must be there, in the order they were named."""
        return sorted(self._needed)

    def is_needed(self, sha256: str) -> bool:
        """Whether the pack of this name must be there."""
        return self._numbers.get(sha256) in self._needed

    def take(self, entry: Entry) -> None:
        """Take in the next entry.

        Raises
        ------
        StoreDamaged
            It speaks of what there is not: a pack, a sequence, a dictionary.
        """
        packs = [self._pack(pack) for pack in entry.packs]
        try:
            self._add(entry, packs)
            self._move(entry.moved, packs)
            if len(entry.dropped):
                self.sequences["pack"][_places(entry.dropped)] = GONE
            for sha256 in entry.dropped_packs:
                self._forget(self._numbers[sha256])
        except (IndexError, KeyError) as error:
            raise StoreDamaged(
                f"the journal entry {entry.number} speaks of what there is not ({error}); "
                "restore the journal from a copy"
            ) from error

    def _pack(self, pack: PackName) -> int:
        number = self._numbers.setdefault(pack.sha256, len(self.packs))
        if number == len(self.packs):
            self.packs.append(pack)
        self._needed.add(number)
        return number

    def _forget(self, pack: int) -> None:
        """A pack that is needed no longer takes with it the layouts that did not move."""
        self._needed.discard(pack)
        for key in [key for key, layout in self.layouts.items() if layout.pack == pack]:
            del self.layouts[key]

    def _add(self, entry: Entry, packs: list[int]) -> None:
        columns = entry.sequences
        rows = self._more(len(columns))
        numbers = np.array(packs, np.int32)
        rows["pack"] = numbers[_places(columns.packs)] if len(columns) else 0
        rows["offset"], rows["size"] = columns.offsets, columns.sizes
        self.dictionaries += [_dictionary(each, packs) for each in entry.dictionaries]
        for place, named in enumerate(entry.collections):
            if named.layout and not named.content:
                self.layouts[entry.number, place] = _layout(named.layout, packs)

    def _move(self, moved: Moved, packs: list[int]) -> None:
        if len(moved.sequences):
            rows = np.empty(len(moved.sequences), PLACE)
            rows["pack"] = np.array(packs, np.int32)[_places(moved.packs)]
            rows["offset"], rows["size"] = moved.offsets, moved.sizes
            self.sequences[_places(moved.sequences)] = rows
        for number, dictionary in moved.dictionaries:
            if number < 1:
                raise IndexError(number)
            self.dictionaries[number - 1] = _dictionary(dictionary, packs)
        for entry, place, layout in moved.layouts:
            self.layouts[entry, place] = _layout(layout, packs)

    def _more(self, rows: int) -> Placed:
        """Room for the next rows."""
        start, self._count = self._count, self._count + rows
        if self._count > len(self._sequences):
            grown = np.empty(2 * self._count, PLACE)
            grown[:start] = self._sequences[:start]
            self._sequences = grown
        return self._sequences[start : self._count]


def _places(numbers: Sequence[int]) -> npt.NDArray[np.int64]:
    """Numbers as places in an array; those below nothing would count from its end."""
    places = np.asarray(numbers, np.int64)
    if len(places) and places.min() < 0:
        raise IndexError(int(places.min()))
    return places


def _dictionary(place: Dictionary, packs: list[int]) -> KeptDictionary:
    return KeptDictionary(packs[place.pack], place.offset, place.size)


def _layout(place: LayoutPlace, packs: list[int]) -> KeptLayout:
    return KeptLayout(packs[place.pack], place.offset, place.size, place.sha256)
