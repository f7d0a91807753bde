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

from holdfast.base.compiled import FOREIGN, LETTER_BITS, loops
from holdfast.errors import UsageError

__all__ = [
    "CAPITALS",
    "FOREIGN",
    "LONG",
    "NORMALISATION",
    "NUCLEOTIDES",
    "REMOVED",
    "Joined",
    "alphabet",
    "letter_set",
    "letter_sets",
    "long_letter_set",
    "normalise",
    "reverse_complement",
]

Longs = npt.NDArray[np.int64]

NORMALISATION = "blanks and * removed, upper case, A-Z only"

REMOVED = b" \t\r\n\v\f*"
CAPITALS = bytes(byte - 32 if 97 <= byte <= 122 else byte for byte in range(256))
LONG = 1 << 16  #: residues from which a sequence is worth its own few passes

#: What may stand in nucleotides (IUPAC codes, and X for anything), and what pairs with each.
NUCLEOTIDES = b"ACGTURYKMSWBVDHNX"
_COMPLEMENTS = bytes.maketrans(NUCLEOTIDES, b"TGCAAYRMKSWVBHDNX")


def normalise(text: bytes) -> bytes:
    """`text` in capitals, without blanks and ``*``. Foreign bytes stay for the letter set to tell.

    >>> normalise(b"acg t*")
    b'ACGT'
    """
    return text.translate(CAPITALS, REMOVED)


class Joined(Sequence[bytes]):
    """Residues of many sequences, and beside them all of these as one run of bytes.

    `whole` is that run, and `lengths` are those of the sequences, which fill it.

    What loops over the sequences takes the former, what works on whole buffers the latter. (A pass
    over many small objects costs more than a copy of all they hold, so these are only made when
    somebody asks for one.)
    """

    __slots__ = ("_parts", "lengths", "whole")

    def __init__(self, whole: bytes, lengths: Longs, parts: Sequence[bytes] | None = None) -> None:
        self.whole, self.lengths, self._parts = whole, lengths, parts

    @classmethod
    def of(cls, residues: Sequence[bytes]) -> "Joined":
        """`residues`, joined if they are not yet."""
        if isinstance(residues, Joined):
            return residues
        lengths = np.fromiter(map(len, residues), np.int64, len(residues))
        return cls(b"".join(residues), lengths, residues)

    @property
    def parts(self) -> Sequence[bytes]:
        """The sequences, each by itself."""
        if self._parts is None:
            ends, whole = np.cumsum(self.lengths).tolist(), self.whole
            self._parts = [whole[start:end] for start, end in pairwise([0, *ends])]
        return self._parts

    @overload
    def __getitem__(self, place: int) -> bytes: ...
    @overload
    def __getitem__(self, place: slice) -> Sequence[bytes]: ...
    def __getitem__(self, place: int | slice) -> bytes | Sequence[bytes]:
        return self.parts[place]

    def __iter__(self) -> Iterator[bytes]:
        return iter(self.parts)

    def __len__(self) -> int:
        return len(self.lengths)

    @property
    def longest(self) -> int:
        """The length of the longest sequence."""
        return int(self.lengths.max(initial=0))

    def are_letters(self) -> bool:
        """Whether all residues are A-Z."""
        raw = np.frombuffer(self.whole, np.uint8)
        return bool(raw.min(initial=65) >= 65 and raw.max(initial=65) <= 90)


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
    return int(np.bitwise_or.reduce(LETTER_BITS[list(set(raw))])) if raw else 0


def long_letter_set(residues: bytes) -> int:
    """The letter set of many residues: what is no nucleotide is rare there, so it goes last."""
    common = [letter for letter in (b"A", b"C", b"G", b"T", b"N") if letter in residues]
    rest = residues.translate(None, b"".join(common))
    return letter_set(b"".join(common)) | letter_set(rest)


def letter_sets(residues: Sequence[bytes]) -> npt.NDArray[np.uint32]:
    """The letter set of each of many sequences."""
    joined = Joined.of(residues)
    return loops().letter_sets(joined.whole, joined.lengths)


def alphabet(letters: int) -> str:
    """The letters of a letter set, in order.

    >>> alphabet(524357)
    'ACGT'
    """
    return "".join(chr(65 + bit) for bit in range(26) if letters >> bit & 1)
