"""
Residues: the letters of a sequence, as they are hashed and kept.

Normalised residues are upper-case letters A–Z: blanks and ``*`` are removed and small letters made
capitals, exactly as the digests of GA4GH and SeqRepo want. Nothing else may remain. Which letters a
sequence uses is a *letter set*: an integer with bit 0 for A … bit 25 for Z and :data:`FOREIGN` for
anything else. All work here is done by C loops over whole buffers.
"""

from collections.abc import Sequence

import numpy as np
import numpy.typing as npt

NORMALISATION = "blanks and * removed, upper case, A-Z only"

REMOVED = b" \t\r\n\v\f*"
CAPITALS = bytes(byte - 32 if 97 <= byte <= 122 else byte for byte in range(256))
FOREIGN = 1 << 31
LONG = 1 << 16  #: residues from which a sequence is worth its own few passes

_BITS = np.full(256, FOREIGN, np.uint32)
_BITS[65:91] = 1 << np.arange(26, dtype=np.uint32)


def normalise(text: bytes) -> bytes:
    """`text` in capitals, without blanks and ``*``. Foreign bytes stay for the letter set to tell.

    >>> normalise(b"acg t*")
    b'ACGT'
    """
    return text.translate(CAPITALS, REMOVED)


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
    """The letter set of each of many sequences, none of them empty."""
    lengths = np.fromiter(map(len, residues), np.int64, len(residues))
    if lengths.min(initial=LONG) >= LONG:  # four bytes for each residue of all would be much
        return np.fromiter(map(long_letter_set, residues), np.uint32, len(residues))
    bits = np.take(_BITS, np.frombuffer(b"".join(residues), np.uint8))
    starts = np.zeros(len(lengths), np.int64)
    np.cumsum(lengths[:-1], out=starts[1:])
    return np.bitwise_or.reduceat(bits, starts)


def alphabet(letters: int) -> str:
    """The letters of a letter set, in order.

    >>> alphabet(524357)
    'ACGT'
    """
    return "".join(chr(65 + bit) for bit in range(26) if letters >> bit & 1)
