"""
Blocks: matches that follow one another, merged as far as a picture can tell them apart.

Matches of one pair of contigs and one direction are sorted into diagonals as wide as the tolerance,
so that a repeat between two collinear pieces does not part them; on a diagonal, what is no further
apart than the tolerance is one block, and blocks of neighbouring diagonals are joined likewise. All
of it is array operations over the matches.
"""

from dataclasses import dataclass
from typing import Any

import numpy as np
from numpy.typing import NDArray

from holdfast.dotplots.matches import Matches

Integers = NDArray[np.integer[Any]]


@dataclass(frozen=True, slots=True)
class Blocks:
    """Columns of blocks; `upper` is the matches' target, `lower` their query."""

    upper: Integers  #: places in the genome's list
    lower: Integers
    upper_start: Integers
    upper_end: Integers
    lower_start: Integers
    lower_end: Integers
    strand: Integers  #: +1 or -1
    bases: Integers  #: matching bases
    matches: Integers  #: how many

    def __len__(self) -> int:
        return len(self.upper)

    def __getitem__(self, which: Any) -> "Blocks":
        return Blocks(*(getattr(self, name)[which] for name in self.__slots__))

    @property
    def span(self) -> Integers:
        """The longer of the two intervals of each."""
        longer: Integers = np.maximum(
            self.upper_end - self.upper_start, self.lower_end - self.lower_start
        )
        return longer


def merged(matches: Matches, tolerance: int) -> Blocks:
    """The blocks of `matches`; gaps and shifts of up to `tolerance` bases do not part them."""
    blocks = Blocks(
        upper=matches.target,
        lower=matches.query,
        upper_start=matches.target_start,
        upper_end=matches.target_end,
        lower_start=matches.query_start,
        lower_end=matches.query_end,
        strand=matches.strand,
        bases=matches.bases,
        matches=np.ones(len(matches), dtype=np.int8),
    )
    if not len(blocks):
        return blocks
    blocks = _on_diagonals(blocks, max(tolerance, 1))
    return _joined(blocks, max(tolerance, 1))


def _on_diagonals(blocks: Blocks, tolerance: int) -> Blocks:
    """What lies on one diagonal without a long gap becomes one."""
    middle = (blocks.lower_start + blocks.lower_end) // 2
    along = (blocks.upper_start + blocks.upper_end) // 2
    diagonal = (middle - blocks.strand * along) // tolerance
    keys = (blocks.upper, blocks.lower, blocks.strand, diagonal)
    order = np.lexsort((blocks.upper_start, *keys[::-1]))
    blocks = blocks[order]
    changes = _differ([key[order] for key in keys])
    # The furthest end so far on each diagonal: later diagonals are moved beyond all earlier ones.
    beyond = np.cumsum(changes) * (int(blocks.upper_end.max()) + 1)
    reach = np.maximum.accumulate(blocks.upper_end + beyond) - beyond
    parted = changes.copy()
    parted[1:] |= blocks.upper_start[1:] > reach[:-1] + tolerance
    return _reduced(blocks, np.flatnonzero(parted))


def _joined(blocks: Blocks, tolerance: int) -> Blocks:
    """Blocks that go on where the one before ends, on whichever diagonal, become one."""
    keys = (blocks.upper, blocks.lower, blocks.strand)
    order = np.lexsort((blocks.upper_start, *keys[::-1]))
    blocks = blocks[order]
    parted = _differ([key[order] for key in keys])
    across = blocks.upper_start[1:] - blocks.upper_end[:-1]
    forward = blocks.strand[1:] > 0
    down = np.where(
        forward,
        blocks.lower_start[1:] - blocks.lower_end[:-1],
        blocks.lower_start[:-1] - blocks.lower_end[1:],
    )
    parted[1:] |= (np.abs(across) > tolerance) | (np.abs(down) > tolerance)
    return _reduced(blocks, np.flatnonzero(parted))


def _differ(keys: list[Integers]) -> NDArray[np.bool_]:
    """Where any key is another than before; the first always."""
    changes = np.ones(len(keys[0]), dtype=bool)
    changes[1:] = np.any([key[1:] != key[:-1] for key in keys], axis=0)
    return changes


def _reduced(blocks: Blocks, first: Integers) -> Blocks:
    """One block of each run that begins at `first`."""
    return Blocks(
        upper=blocks.upper[first],
        lower=blocks.lower[first],
        upper_start=np.minimum.reduceat(blocks.upper_start, first),
        upper_end=np.maximum.reduceat(blocks.upper_end, first),
        lower_start=np.minimum.reduceat(blocks.lower_start, first),
        lower_end=np.maximum.reduceat(blocks.lower_end, first),
        strand=blocks.strand[first],
        bases=np.add.reduceat(blocks.bases, first),
        matches=np.add.reduceat(blocks.matches, first, dtype=np.int64),
    )
