"""
Coverage: how much of a genome lies in matches, and how many times.

Intervals of all contigs share one axis, on which contigs stand one after another; the work is a
sort and a few sums, whatever the number of matches.
"""

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from holdfast.dotplots.genome import Genome
from holdfast.dotplots.matches import Matches

Places = NDArray[np.int64]


@dataclass(frozen=True, slots=True)
class Depth:
    """Stretches of a genome's contigs with the number of matches that cover each of their bases."""

    starts: Places  #: on the axis, ascending; each ends where the next begins, the last at its end
    lengths: Places  #: bases
    depth: Places


def on_axis(genome: Genome, contigs: NDArray[np.int32], positions: Places) -> Places:
    """Positions on contigs as positions on the axis of the genome as given."""
    placed: Places = genome.offsets[contigs] + positions
    return placed


def target_depth(matches: Matches, target: Genome) -> Depth:
    """How many matches cover each base of the target."""
    starts = on_axis(target, matches.target, matches.target_start)
    ends = on_axis(target, matches.target, matches.target_end)
    borders = np.sort(np.concatenate([target.offsets, starts, ends]))
    lengths = np.diff(borders, append=target.length)
    kept = lengths > 0
    borders, lengths = borders[kept], lengths[kept]
    begun = np.searchsorted(np.sort(starts), borders, side="right")
    ended = np.searchsorted(np.sort(ends), borders, side="right")
    return Depth(borders, lengths, begun - ended)


def bases_by_depth(depth: Depth, most: int) -> tuple[int, ...]:
    """Bases covered 0, 1, 2 … times; the last of `most` + 1 counts those covered more often too."""
    folded = np.minimum(depth.depth, most)
    counts = np.bincount(folded, weights=depth.lengths, minlength=most + 1)
    return tuple(counts.astype(np.int64).tolist())


def usual_depth(depth: Depth) -> int | None:
    """The most frequent depth of the bases that are covered; None where none is."""
    covered = depth.depth > 0
    if not covered.any():
        return None
    return int(np.argmax(np.bincount(depth.depth[covered], weights=depth.lengths[covered])))
