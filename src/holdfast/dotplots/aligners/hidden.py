"""
What alignments hide: query bases in the long gap of one, or between two, aligned by themselves.

minimap2 joins what is far apart into one chain, and of what lies between, on the query, it keeps
only what is nearly as good as that chain. So a piece that was moved or doubled is a gap, and no
line says where it is from. Here these bases are aligned alone, against the same index.
"""

from collections.abc import Iterator, Sequence
from itertools import islice
from typing import Any

import numpy as np

REVEALED = ", and what it hides by itself"  #: stands after the command that does the rest
LEAST = 300  #: bases; the presets tell of nothing much shorter
GAP = 50  #: bases of a CIGAR's gap that parts what is aligned
MOST = 5  #: alignments of one run: the best, and a few more where there are many copies
MATCH, INSERTION, DELETION = 0, 1, 2


class Revealing:
    """An index that finds, after what it finds of a contig, what these alignments hide."""

    def __init__(self, index: Any) -> None:
        self._index = index

    def map(self, residues: bytes, name: str, buf: Any = None) -> Iterator[Any]:
        """The hits of a contig's residues, and then those of the runs they leave out."""
        hits = list(self._index.map(residues, name=name, buf=buf))
        yield from hits
        for start, end in hidden(hits, len(residues)):
            found = self._index.map(residues[start:end], name=name, buf=buf)
            yield from (_Moved(hit, start) for hit in islice(list(found), MOST))


class _Moved:
    """A hit of part of a contig, told as one of the contig."""

    def __init__(self, hit: Any, start: int) -> None:
        self._hit = hit
        self.q_st, self.q_en = hit.q_st + start, hit.q_en + start

    def __getattr__(self, name: str) -> Any:
        return getattr(self._hit, name)


def hidden(hits: Sequence[Any], length: int) -> list[tuple[int, int]]:
    """The runs of a contig's bases that none of `hits`, alignments of it, aligns."""
    aligned = [each for hit in hits for each in _aligned(hit)]
    runs, reach = [], 0
    for start, end in [*sorted(aligned), (length, length)]:
        if start - reach >= LEAST:
            runs.append((reach, start))
        reach = max(reach, end)
    return runs if hits else []  # a contig that aligns nowhere was alone already


def _aligned(hit: Any) -> Iterator[tuple[int, int]]:
    """The query's intervals between the long gaps of an alignment, on its forward strand."""
    cigar = np.array(hit.cigar, dtype=np.int64).reshape(-1, 2)
    amounts, kinds = cigar.T
    ends = np.cumsum(np.where(kinds == DELETION, 0, amounts))
    gaps = np.flatnonzero((kinds == INSERTION) & (amounts >= GAP))
    starts = np.concatenate(([0], ends[gaps])).tolist()
    stops = np.concatenate(((ends - amounts)[gaps], ends[-1:])).tolist()
    for start, stop in zip(starts, stops, strict=True):
        if hit.strand > 0:
            yield hit.q_st + start, hit.q_st + stop
        else:
            yield hit.q_en - stop, hit.q_en - start
