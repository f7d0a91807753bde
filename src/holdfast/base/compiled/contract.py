"""
What the loops over bytes are asked, and what they answer: the same, compiled or not.
"""

from typing import NamedTuple, Protocol

import numpy as np
import numpy.typing as npt

Longs = npt.NDArray[np.int64]
Sets = npt.NDArray[np.uint32]

ODD = -1  #: the width of lines that are not alike
NONE = -2  #: the width of a record without lines: the next heading follows at once
FOREIGN = 1 << 31  #: in a letter set: anything but A-Z

#: the letter set of each byte
LETTER_BITS = np.full(256, FOREIGN, np.uint32)
LETTER_BITS[65:91] = 1 << np.arange(26, dtype=np.uint32)


class Algorithm(NamedTuple):
    """A hash function as OpenSSL and hashlib call it, and how many bytes of it are kept."""

    name: str
    width: int


SHA512T = Algorithm("sha512", 24)
MD5 = Algorithm("md5", 16)
SHA1 = Algorithm("sha1", 20)


class Lines(NamedTuple):
    """The lines below the headings of a text: of each record, where they begin and end.

    `newlines` are where lines end, headings among them. `starts` are where the headings begin, at
    their ``>``, and `begins` where the lines below them do. `first` is the place in `newlines` of
    the end of a record's first line, and `counts` how many lines it has; `letters` is how many
    bytes these have without their ends. `size` is the text's.
    """

    newlines: Longs
    starts: Longs
    begins: Longs
    first: Longs
    counts: Longs
    letters: Longs
    size: int


class Loops(Protocol):
    """The loops. Any number of threads may be in them at once."""

    def digests(self, algorithm: Algorithm, whole: bytes, lengths: Longs) -> bytes:
        """The digests, joined, of sequences of these lengths that fill `whole`.

        Raises
        ------
        ValueError
            The lengths are not those of sequences that fill `whole`.
        """
        ...

    def lines(self, text: bytes) -> Lines:
        """The lines of `text`.

        Raises
        ------
        ValueError
            It does not begin with ``>`` or not end with a line's end.
        """
        ...

    def bodies(self, text: bytes, lines: Lines) -> bytes:
        """What stands below the headings of `text`, joined, without line ends.

        Raises
        ------
        ValueError
            These are not the lines of `text`.
        """
        ...

    def heads(self, text: bytes, lines: Lines) -> bytes:
        """The headings of `text` without ``>``, with a line's end between each two.

        Raises
        ------
        ValueError
            These are not the lines of `text`.
        """
        ...

    def widths(self, lines: Lines, usual: int) -> Longs:
        """The width of each record's lines: `usual` (or 0) if it has one, ODD if they differ.

        One line may have any width from its length on; the first one found of several lines is
        `usual` from there on, for all records.
        """
        ...

    def letter_sets(self, whole: bytes, lengths: Longs) -> Sets:
        """The letter set of each of the sequences that fill `whole` (see ``formats.residues``).

        Raises
        ------
        ValueError
            The lengths are not those of sequences that fill `whole`.
        """
        ...


def filling(whole: bytes, lengths: Longs) -> Longs:
    """Lengths of sequences that fill `whole`, as C reads them.

    Raises
    ------
    ValueError
        They do not fill it.
    """
    found = np.ascontiguousarray(lengths, np.int64)
    # A sum could go round and come out right after all; that none is too long says it did not.
    fit = found.min(initial=0) >= 0 and found.max(initial=0) <= len(whole)
    if found.ndim != 1 or not fit or found.sum() != len(whole):
        raise ValueError("the lengths are not those of sequences that fill the bytes")
    return found
