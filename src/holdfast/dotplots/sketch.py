"""
Sketch: how far apart two genomes are, in a second, without aligning them.

A sketch is the set of those hashes of canonical 21-mers that fall below a limit, so that both
genomes keep the same k-mers. From the share c of k-mers kept in common follows the divergence
1 - c^(1/k), the Mash estimate of point mutations (Ondov et al. 2016, doi:10.1186/s13059-016-0997-x)
on containment. What one genome lacks altogether counts as divergence too, so the estimate is a
little high; it only chooses a preset.
"""

from collections.abc import Callable
from dataclasses import dataclass, field
from typing import Any

import numpy as np
from numpy.typing import NDArray

from holdfast.base.arrays import distinct

K = 21
KEPT = 50_000  #: k-mers of a genome to keep, about
MOST = 1 << 20  #: k-mers kept of a genome of unknown length
FEWEST = 20  #: k-mers below which a share tells nothing
PIECE = 1 << 17  #: k-mers hashed at once: arrays stay in the processor's cache
MIXER = np.uint64(0x9E3779B97F4A7C15)
FOREIGN = 4

Hashes = NDArray[np.uint64]
Join = Callable[[Hashes, Hashes, int, int], Hashes]

CODES = np.full(256, FOREIGN, dtype=np.uint8)
CODES[np.frombuffer(b"ACGTUacgtu", dtype=np.uint8)] = [0, 1, 2, 3, 3] * 2


@dataclass(slots=True)
class Sketch:
    """The k-mers kept of a genome whose contigs are added one by one."""

    limit: np.uint64  #: hashes below it are kept
    most: int | None = None  #: k-mers to keep; the limit is halved until they are no more
    _parts: list[Hashes] = field(default_factory=list)
    _count: int = 0

    @classmethod
    def for_length(cls, bases: int) -> "Sketch":
        """A sketch that keeps about KEPT k-mers of a genome of `bases`."""
        share = min(1.0, KEPT / max(bases, 1))
        return cls(np.uint64(min(int(share * 2.0**64), 2**64 - 1)))

    @classmethod
    def of_any_length(cls, most: int = MOST) -> "Sketch":
        """A sketch that keeps at most `most` k-mers, whatever comes, in whatever order."""
        return cls(np.uint64(2**64 - 1), most)

    def add(self, residues: bytes) -> None:
        """Add the k-mers of one contig."""
        codes = CODES[np.frombuffer(residues, dtype=np.uint8)]
        for start in range(0, len(codes) - K + 1, PIECE):
            self._parts.append(_kept(codes[start : start + PIECE + K - 1], self.limit))
            self._count += len(self._parts[-1])
            if self.most is not None and self._count > 2 * self.most:
                self.hashes()

    def hashes(self) -> Hashes:
        """The distinct hashes kept, sorted."""
        kept = distinct(np.concatenate([np.zeros(0, np.uint64), *self._parts]))
        while self.most is not None and len(kept) > self.most:
            self.limit >>= np.uint64(1)
            kept = kept[: np.searchsorted(kept, self.limit)]
        self._parts, self._count = [kept], len(kept)
        return kept


def divergence(one: Sketch, other: Sketch) -> float | None:
    """The share of bases that differ, 0 to 1, or None where a sketch is too small to tell."""
    first, second = one.hashes(), other.hashes()
    limit = min(one.limit, other.limit)
    first, second = (each[: np.searchsorted(each, limit)] for each in (first, second))
    smaller = min(len(first), len(second))
    if smaller < FEWEST:
        return None
    shared = len(np.intersect1d(first, second, assume_unique=True))
    return float(1 - (shared / smaller) ** (1 / K))


def _kept(codes: NDArray[np.uint8], limit: np.uint64) -> Hashes:
    """The hashes below `limit` of the canonical k-mers without foreign letters."""
    hashes: Hashes = _mixed(np.minimum(_forward(codes), _backward(codes)))
    places = np.flatnonzero(hashes < limit)
    foreign = np.concatenate(([0], np.cumsum(codes == FOREIGN)))
    clean = foreign[places + K] == foreign[places]
    kept: Hashes = hashes[places[clean]]
    return kept


def _forward(codes: NDArray[np.uint8]) -> Hashes:
    """Each k-mer in 2 bits per base, its first base highest."""
    return _joined(codes & 3, lambda left, right, _, n: (left << np.uint64(2 * n)) | right)


def _backward(codes: NDArray[np.uint8]) -> Hashes:
    """The reverse complement of each k-mer: its first base's complement lowest."""
    return _joined(3 - (codes & 3), lambda left, right, n, _: left | (right << np.uint64(2 * n)))


def _joined(codes: NDArray[Any], join: Join) -> Hashes:
    """K-mers put together of runs of 1, 2, 4, 8 and 16 bases: a dozen steps for all of them.

    `join` makes one run of a left and a right one, whose lengths it is told.
    """
    runs, length = {1: codes.astype(np.uint64)}, 1
    while length < 16:
        run = runs[length]
        runs[2 * length] = join(run[:-length], run[length:], length, length)
        length *= 2
    twenty = join(runs[16][:-4], runs[4][16:], 16, 4)
    return join(twenty[:-1], runs[1][20:], 20, 1)


def _mixed(kmers: Hashes) -> Hashes:
    """Spread k-mers evenly over 64 bits, one to one."""
    mixed: Hashes = kmers * MIXER
    mixed ^= mixed >> np.uint64(32)
    mixed *= MIXER
    return mixed
