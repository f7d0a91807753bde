"""
What a sequence is made of, from its beginning to its end: the share of each letter, of G and C, and
of N, in as many bins as a chart has columns.

The work is bounded: of a long sequence each bin is known by its first residues, and that is said.
"""

from dataclasses import dataclass

import numpy as np
import numpy.typing as npt

from holdfast.app.container import Container
from holdfast.app.sequences.sequence import is_nucleotides
from holdfast.app.sequences.shown import shown
from holdfast.sequences.reading.recent import Recent

BINS = 160
READ_MOST = 1 << 18  #: residues that are read of one bin: 40 MiB of all
_KEPT = 4 << 20  #: bytes of answers that are kept

Shares = tuple[float, ...]
_kept: "Recent[tuple[int, str], Composition]" = Recent(_KEPT, lambda _: 8 * 2 * BINS + 2000)


@dataclass(frozen=True, slots=True)
class Composition:
    """What `digest` is made of; `read` of its `length` residues were looked at.

    `gc` is the share of G, C and S among what is known in each bin, None where nothing is;
    `unknown` the share of N. Both are empty unless the sequence is of nucleotides.
    """

    digest: str
    length: int
    read: int
    letters: tuple[tuple[str, float], ...]  #: each letter and its share, the commonest first
    gc: tuple[float | None, ...]
    unknown: tuple[float, ...]

    @property
    def is_whole(self) -> bool:
        """Whether every residue was looked at."""
        return self.read == self.length

    @property
    def gc_share(self) -> float | None:
        """The share of G and C among the bases that are known."""
        shares = dict(self.letters)
        strong = sum(shares.get(each, 0.0) for each in "GCS")
        known = strong + sum(shares.get(each, 0.0) for each in "ATUW")
        return strong / known if known else None


def composition(container: Container, name: str) -> Composition:
    """What the sequence of this name is made of.

    Raises
    ------
    SequenceNotFound, AliasNotFound, AliasAmbiguous
        Nothing, or more than one thing, has this name.
    """
    view = shown(container)
    info = view.info(view.resolve(name))
    key = (info.length, str(info.digest))
    known = _kept.find(key)
    if known is not None:
        return known
    sequence = view[info.digest]
    bins = min(BINS, info.length)
    edges = np.linspace(0, info.length, bins + 1).astype(np.int64)
    counts = np.zeros((bins, 256), np.int64)
    for nth in range(bins):
        start, end = int(edges[nth]), int(edges[nth + 1])
        codes = sequence.as_array(start, min(end, start + READ_MOST))
        counts[nth] = np.bincount(codes, minlength=256)
    found = _made_of(str(info.digest), info.length, counts, info.alphabet)
    return _kept.keep(found, key)


def _made_of(digest: str, length: int, counts: npt.NDArray[np.int64], alphabet: str) -> Composition:
    total = counts.sum(axis=0)
    read = int(total.sum())
    there = sorted(np.flatnonzero(total).tolist(), key=lambda code: (-total[code], code))
    letters = tuple((chr(code), float(total[code] / read)) for code in there)
    if not is_nucleotides(alphabet):
        return Composition(digest, length, read, letters, (), ())
    columns = {letters: _sum(counts, letters) for letters in ("GCS", "ATUW", "N")}
    known = columns["GCS"] + columns["ATUW"]
    gc = [
        float(strong / of) if of else None for strong, of in zip(columns["GCS"], known, strict=True)
    ]
    unknown = (columns["N"] / counts.sum(axis=1)).tolist()
    return Composition(digest, length, read, letters, tuple(gc), tuple(unknown))


def _sum(counts: npt.NDArray[np.int64], letters: str) -> npt.NDArray[np.int64]:
    summed: npt.NDArray[np.int64] = counts[:, [ord(letter) for letter in letters]].sum(axis=1)
    return summed
