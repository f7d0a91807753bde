"""
A sequence of the store as Python knows sequences.

It is a :class:`collections.abc.Sequence` of letters and behaves as the text of its residues does:
negative places, steps, ``in``, ``index``, ``count``, equality and hash are a text's. Nothing is
read before it is asked for, and what runs over all residues reads a piece at a time. A sequence
cannot change, so threads may share it; pickled, it takes its residues along and needs no store.
"""

import collections.abc
from collections.abc import Iterator
from operator import index as whole_number
from typing import Any, overload

import numpy as np
import numpy.typing as npt

from holdfast.base.digests import Digest
from holdfast.formats.residues import reverse_complement
from holdfast.sequences.storage.codecs import Record, TwoBitsRecord

PIECE = 1 << 20  #: residues that are read at once by what runs over all of them


class PlainRecord:
    """Residues in memory, read as a stored record is."""

    __slots__ = ("_residues", "length")

    def __init__(self, residues: bytes) -> None:
        self._residues, self.length = residues, len(residues)

    def residues(self, start: int, end: int) -> bytes:
        """The residues from `start` to before `end`."""
        return self._residues[start:end]

    def text(self, start: int, end: int) -> str:
        """The same as text."""
        return self._residues[start:end].decode("ascii")


class Sequence(collections.abc.Sequence[str]):
    """A sequence of the store; `digest` names it. Residues are read when asked for."""

    __slots__ = ("_record", "digest")

    def __init__(self, digest: Digest, record: Record) -> None:
        self.digest, self._record = digest, record

    def __len__(self) -> int:
        return self._record.length

    @overload
    def __getitem__(self, key: int) -> str: ...
    @overload
    def __getitem__(self, key: slice) -> str: ...
    def __getitem__(self, key: int | slice) -> str:
        """One residue, or those of a slice, as text. Only what is asked for is read.

        Raises
        ------
        IndexError
            There is no residue at this place. (Slices are cut to the sequence, as a text's are.)
        """
        if isinstance(key, slice):
            return self._slice(range(*key.indices(len(self))))
        place = whole_number(key)
        if place < 0:
            place += len(self)
        if not 0 <= place < len(self):
            raise IndexError(f"{key} is outside a sequence of {len(self)} residues")
        return self._record.text(place, place + 1)

    def __iter__(self) -> Iterator[str]:
        for start in range(0, len(self), PIECE):
            yield from self._record.text(start, min(start + PIECE, len(self)))

    def __reversed__(self) -> Iterator[str]:
        for end in range(len(self), 0, -PIECE):
            yield from reversed(self._record.text(max(0, end - PIECE), end))

    def __contains__(self, residues: object) -> bool:
        return isinstance(residues, str) and self.find(residues) >= 0

    def find(self, residues: str, start: int = 0, end: int | None = None) -> int:
        """Where `residues` first stand between `start` and `end`, or -1: as a text's ``find``."""
        first, last, _ = slice(start, end).indices(len(self))
        if start > len(self) or last - first < len(residues) or not residues.isascii():
            return -1
        sought = residues.encode()
        while True:
            piece = self._record.residues(first, min(first + PIECE + len(sought), last))
            found = piece.find(sought)
            if found >= 0:
                return first + found
            if first + len(piece) >= last:
                return -1
            first += len(piece) - len(sought) + 1

    def index(self, value: str, start: int = 0, stop: int | None = None) -> int:
        """Where `value` first stands between `start` and `stop`.

        Raises
        ------
        ValueError
            It does not.
        """
        found = self.find(value, start, stop)
        if found < 0:
            raise ValueError(f"{value!r} is not in {self!r}")
        return found

    def count(self, value: str, start: int = 0, end: int | None = None) -> int:
        """How often `value` stands between `start` and `end`, without overlaps, as in a text."""
        first, last, _ = slice(start, end).indices(len(self))
        if not value:
            return max(0, last - first + 1) if start <= len(self) else 0
        if not value.isascii():
            return 0
        sought, total = value.encode(), 0
        while last - first >= len(sought):
            piece = self._record.residues(first, min(first + PIECE + len(sought), last))
            total += piece.count(sought)
            # What follows the last one found may begin one more that the next piece ends.
            rest = len(piece) if sought not in piece else len(piece.split(sought)[-1])
            first += len(piece) - min(rest, len(sought) - 1)
        return total

    def as_array(self, start: int = 0, end: int | None = None) -> npt.NDArray[np.uint8]:
        """The residues of a slice as ASCII codes: a read-only array, one byte each."""
        first, last, _ = slice(start, end).indices(len(self))
        if isinstance(self._record, TwoBitsRecord):
            codes = self._record.codes(first, max(first, last))
            codes.flags.writeable = False
            return codes
        return np.frombuffer(self._record.residues(first, max(first, last)), np.uint8)

    def reverse_complement(self, start: int = 0, end: int | None = None) -> str:
        """The other strand of a slice, read from its own beginning.

        Raises
        ------
        UsageError
            There are residues that are no nucleotides.
        """
        first, last, _ = slice(start, end).indices(len(self))
        return reverse_complement(self._record.residues(first, max(first, last))).decode()

    def __bytes__(self) -> bytes:
        return self._record.residues(0, len(self))

    def __array__(
        self, dtype: npt.DTypeLike | None = None, copy: bool | None = None
    ) -> npt.NDArray[Any]:
        # Without this NumPy would make an object of each residue.
        codes: npt.NDArray[Any] = self.as_array()
        wanted = codes.dtype if dtype is None else np.dtype(dtype)
        if wanted.kind in "SU":  # letters are asked for, not the digits of their codes
            codes = codes.view("S1")
        return codes.astype(wanted, copy=bool(copy))

    def __str__(self) -> str:
        return self._record.text(0, len(self))

    def __eq__(self, other: object) -> bool:
        if isinstance(other, Sequence):
            return self.digest == other.digest
        if isinstance(other, str):
            return len(self) == len(other) and str(self) == other
        return NotImplemented

    def __hash__(self) -> int:
        return hash(str(self))  # equal to its text, so it must hash as its text does

    def __reduce__(self) -> tuple[Any, ...]:
        return _restored, (self.digest.raw, bytes(self))

    def __repr__(self) -> str:
        return f"<Sequence {self.digest}, {len(self)} residues>"

    def _slice(self, places: range) -> str:
        """The residues at `places`: those between are read with them, and nothing else."""
        if not places:
            return ""
        low, high = min(places[0], places[-1]), max(places[0], places[-1])
        text = self._record.text(low, high + 1)
        return text if places.step == 1 else text[:: places.step]


def _restored(digest: bytes, residues: bytes) -> Sequence:
    """A sequence that was pickled."""
    return Sequence(Digest(digest), PlainRecord(residues))
