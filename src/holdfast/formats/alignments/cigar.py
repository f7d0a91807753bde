"""
CIGARs: an alignment as runs of columns, made from whatever a format has.

The operations are those of SAM: ``M`` two bases, alike or not; ``=`` two alike; ``X`` two unlike;
``I`` a base only the query has; ``D`` and ``N`` a base only the target has.
"""

import re
from collections import Counter
from collections.abc import Iterable, Iterator
from typing import Self

import numpy as np
from numpy.typing import NDArray

CHUNK = 1 << 22  #: columns looked at together
KINDS = "MIDN=X"  #: what a CIGAR here may hold
RUN = re.compile(rb"(\d+)([MIDNSHP=X])")
DIGITS = 12  #: digits a run of a CIGAR may have

Letters = NDArray[np.uint8]

GAP = ord("-")
SAME, UNLIKE, INSERTED, DELETED, NOTHING = (ord(letter) for letter in "=XID-")
#: One number for each base, whatever its case; U is T; 0 for ambiguous ones.
BASES = np.zeros(256, dtype=np.uint8)
for _code, _letters in enumerate((b"Aa", b"Cc", b"Gg", b"TtUu"), 1):
    BASES[list(_letters)] = _code


class Cigar:
    """Runs of columns, along the target's forward strand. Runs of one kind are joined."""

    def __init__(self, runs: Iterable[tuple[int, str]] = ()) -> None:
        self._counts: list[int] = []
        self._kinds: list[str] = []
        self._totals: Counter[str] = Counter()
        for count, kind in runs:
            self.add(count, kind)

    def __iter__(self) -> Iterator[tuple[int, str]]:
        return zip(self._counts, self._kinds, strict=True)

    def add(self, count: int, kind: str) -> None:
        """`count` more columns of `kind`."""
        if not count:
            return
        self._totals[kind] += count
        if self._kinds and self._kinds[-1] == kind:
            self._counts[-1] += count
        else:
            self._counts.append(count)
            self._kinds.append(kind)

    def total(self, kinds: str) -> int:
        """The columns of any of `kinds`."""
        return sum(self._totals[kind] for kind in kinds)

    @property
    def target(self) -> int:
        """Bases of the target."""
        return self.total("M=XDN")

    @property
    def query(self) -> int:
        """Bases of the query."""
        return self.total("M=XI")

    @property
    def columns(self) -> int:
        """Columns of the alignment; what the target skips (``N``) is none."""
        return self.total("M=XID")

    @property
    def pairs(self) -> int:
        """Columns of two bases."""
        return self.total("M=X")

    @property
    def gaps(self) -> int:
        """Bases in gaps."""
        return self.total("ID")

    def reversed(self) -> Self:
        """The same columns from the other end."""
        return type(self)(zip(self._counts[::-1], self._kinds[::-1], strict=True))

    def text(self) -> bytes:
        """As it is written.

        >>> Cigar([(3, "M"), (2, "M"), (0, "I"), (1, "D")]).text()
        b'5M1D'
        """
        return "".join([f"{count}{kind}" for count, kind in self]).encode()


def runs_of(text: bytes) -> list[tuple[int, str]] | None:
    """The runs of a CIGAR of SAM, clips and padding too; None if it is none.

    >>> runs_of(b"5S10M2I")
    [(5, 'S'), (10, 'M'), (2, 'I')]
    >>> runs_of(b"5S10Q") is None
    True
    """
    found = RUN.findall(text)
    if not found or sum(len(count) + 1 for count, _ in found) != len(text):
        return None
    if max(len(count) for count, _ in found) > DIGITS:
        return None
    return [(int(count), kind.decode()) for count, kind in found]


def of_rows(target: bytes, query: bytes) -> tuple[Cigar, int]:
    """The alignment of two rows of one length, gaps being ``-``; and how many columns of two bases
    are ambiguous: one of them is no A, C, G, T or U. Such columns are unlike.

    >>> cigar, ambiguous = of_rows(b"ACGT--an-", b"acTTTTaN-")
    >>> cigar.text(), ambiguous
    (b'2=1X1=2I1=1X', 1)
    """
    cigar, ambiguous = Cigar(), 0
    for start in range(0, len(target), CHUNK):
        above, below = (
            np.frombuffer(row, np.uint8, min(CHUNK, len(row) - start), start)
            for row in (target, query)
        )
        kinds, unclear = _kinds(above, below)
        ambiguous += unclear
        for count, kind in _runs(kinds):
            cigar.add(count, chr(kind))
    return cigar, ambiguous


def _kinds(target: Letters, query: Letters) -> tuple[Letters, int]:
    """The kind of each column that is not empty, and how many of two bases are ambiguous."""
    above, below = BASES[target], BASES[query]
    kinds = np.where((above == below) & (above > 0), SAME, UNLIKE).astype(np.uint8)
    no_target, no_query = target == GAP, query == GAP
    kinds[no_target] = INSERTED
    kinds[no_query] = DELETED
    unclear = ((above == 0) | (below == 0)) & ~no_target & ~no_query
    return kinds[~(no_target & no_query)], int(unclear.sum())


def _runs(kinds: Letters) -> Iterator[tuple[int, int]]:
    if not len(kinds):
        return
    starts = np.concatenate(([0], np.flatnonzero(np.diff(kinds)) + 1))
    counts = np.diff(np.append(starts, len(kinds)))
    yield from zip(counts.tolist(), kinds[starts].tolist(), strict=True)
