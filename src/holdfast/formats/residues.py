"""
Residues: the letters of a sequence, as they are hashed and kept.

Normalised residues are upper-case letters A–Z: blanks and ``*`` are removed and small letters made
capitals, exactly as the digests of GA4GH and SeqRepo want. Nothing else may remain. Which letters a
sequence uses is a *letter set*: an integer with bit 0 for A … bit 25 for Z and :data:`FOREIGN` for
anything else. All work here is done by C loops over whole buffers.
"""

from collections.abc import Iterator, Sequence
from itertools import pairwise
from typing import overload

import numpy as np
import numpy.typing as npt

from holdfast.base.arrays import distinct
from holdfast.errors import UsageError

Longs = npt.NDArray[np.int64]

NORMALISATION = "blanks and * removed, upper case, A-Z only"

REMOVED = b" \t\r\n\v\f*"
CAPITALS = bytes(byte - 32 if 97 <= byte <= 122 else byte for byte in range(256))
FOREIGN = 1 << 31
LONG = 1 << 16  #: residues from which a sequence is worth its own few passes

PART = 1 << 18  # residues whose letter sets are made at once: their working room stays in the cache

#: What may stand in nucleotides (IUPAC codes, and X for anything), and what pairs with each.
NUCLEOTIDES = b"ACGTURYKMSWBVDHNX"
_COMPLEMENTS = bytes.maketrans(NUCLEOTIDES, b"TGCAAYRMKSWVBHDNX")

_BITS = np.full(256, FOREIGN, np.uint32)
_BITS[65:91] = 1 << np.arange(26, dtype=np.uint32)


def normalise(text: bytes) -> bytes:
    """`text` in capitals, without blanks and ``*``. Foreign bytes stay for the letter set to tell.

    >>> normalise(b"acg t*")
    b'ACGT'
    """
    return text.translate(CAPITALS, REMOVED)


class Joined(Sequence[bytes]):
    """Residues of many sequences, and beside them all of these as one run of bytes.

    What loops over the sequences takes the former, what works on whole buffers the latter. (A pass
    over many small objects costs more than a copy of all they hold.)
    """

    __slots__ = ("_parts", "lengths", "whole")

    def __init__(self, parts: Sequence[bytes], whole: bytes, lengths: Longs) -> None:
        self._parts, self.whole, self.lengths = parts, whole, lengths

    @classmethod
    def of(cls, residues: Sequence[bytes]) -> "Joined":
        """`residues`, joined if they are not yet."""
        if isinstance(residues, Joined):
            return residues
        lengths = np.fromiter(map(len, residues), np.int64, len(residues))
        return cls(residues, b"".join(residues), lengths)

    @overload
    def __getitem__(self, place: int) -> bytes: ...
    @overload
    def __getitem__(self, place: slice) -> Sequence[bytes]: ...
    def __getitem__(self, place: int | slice) -> bytes | Sequence[bytes]:
        return self._parts[place]

    def __iter__(self) -> Iterator[bytes]:
        return iter(self._parts)

    def __len__(self) -> int:
        return len(self._parts)

    @property
    def longest(self) -> int:
        """The length of the longest sequence."""
        return int(self.lengths.max(initial=0))

    def are_letters(self) -> bool:
        """Whether all residues are A-Z."""
        return _all_letters(np.frombuffer(self.whole, np.uint8))


def reverse_complement(residues: bytes) -> bytes:
    """The other strand of nucleotides in capitals, IUPAC codes among them; U pairs as T does.

    >>> reverse_complement(b"ACGTNR")
    b'YNACGT'

    Raises
    ------
    UsageError
        There are residues that are no nucleotides.
    """
    foreign = residues.translate(None, NUCLEOTIDES)
    if foreign:
        raise UsageError(
            f"{foreign[:1].decode('ascii', 'replace')!r} is no nucleotide; only nucleotides have "
            "another strand"
        )
    return residues.translate(_COMPLEMENTS)[::-1]


def letter_set(letters: bytes | str) -> int:
    """The letter set of a few letters.

    >>> letter_set("ACGT")
    524357
    """
    raw = letters.encode() if isinstance(letters, str) else letters
    # The set of bytes is small however long the sequence is, so this loop is short.
    return int(np.bitwise_or.reduce(_BITS[list(set(raw))])) if raw else 0


def long_letter_set(residues: bytes) -> int:
    """The letter set of many residues: what is no nucleotide is rare there, so it goes last."""
    common = [letter for letter in (b"A", b"C", b"G", b"T", b"N") if letter in residues]
    rest = residues.translate(None, b"".join(common))
    return letter_set(b"".join(common)) | letter_set(rest)


def letter_sets(residues: Sequence[bytes]) -> npt.NDArray[np.uint32]:
    """The letter set of each of many sequences."""
    joined = Joined.of(residues)
    if joined.lengths.all():
        return _letter_sets(joined)
    letters = np.zeros(len(residues), np.uint32)
    some = joined.lengths > 0
    letters[some] = _letter_sets(Joined((), joined.whole, joined.lengths[some]))
    return letters


def _letter_sets(residues: Joined) -> npt.NDArray[np.uint32]:
    """The same for sequences of which none is empty."""
    starts = np.concatenate([np.zeros(1, np.int64), np.cumsum(residues.lengths)])
    raw = np.frombuffer(residues.whole, np.uint8)
    letters = np.empty(len(residues.lengths), np.uint32)
    bits = _bits_of_letters if residues.are_letters() else _bits_of_bytes
    for first, last in _parts(starts, len(raw)):
        part = bits(raw[starts[first] : starts[last]])
        letters[first:last] = np.bitwise_or.reduceat(part, starts[first:last] - starts[first])
    return letters


def _parts(starts: npt.NDArray[np.int64], size: int) -> Iterator[tuple[int, int]]:
    """First and last (not in it) sequence of parts of about PART residues; none is empty."""
    cuts = np.searchsorted(starts[:-1], np.arange(0, size, PART))
    return pairwise(distinct(np.append(cuts, len(starts) - 1)).tolist())


def _all_letters(raw: npt.NDArray[np.uint8]) -> bool:
    """Whether all bytes are A-Z."""
    return bool(raw.min(initial=65) >= 65 and raw.max(initial=65) <= 90)


def _bits_of_letters(raw: npt.NDArray[np.uint8]) -> npt.NDArray[np.uint32]:
    """The bit of each letter; a shift is several times as fast as a table."""
    bits: npt.NDArray[np.uint32] = np.left_shift(np.uint32(1), raw - np.uint8(65), dtype=np.uint32)
    return bits


def _bits_of_bytes(raw: npt.NDArray[np.uint8]) -> npt.NDArray[np.uint32]:
    """The bit of each byte, which may be foreign."""
    return np.take(_BITS, raw)


def alphabet(letters: int) -> str:
    """The letters of a letter set, in order.

    >>> alphabet(524357)
    'ACGT'
    """
    return "".join(chr(65 + bit) for bit in range(26) if letters >> bit & 1)
