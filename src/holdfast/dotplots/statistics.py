"""
Statistics: what a genome is made of, and how often the other one covers it.
"""

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from holdfast.dotplots.coverage import bases_by_depth, target_depth, usual_depth
from holdfast.dotplots.genome import Genome
from holdfast.dotplots.matches import Matches

MOST = 3  #: depths up to this one are told apart


@dataclass(frozen=True, slots=True)
class Contiguity:
    """How long the pieces of a genome are."""

    contigs: int
    bases: int
    longest: int  #: bases
    n50: int  #: contigs of this length and longer ones hold half of the bases
    l50: int  #: as few contigs hold half of the bases
    n90: int
    l90: int


@dataclass(frozen=True, slots=True)
class DepthProfile:
    """How often a genome is covered by matches."""

    bases: tuple[int, ...]  #: covered 0, 1, 2 times, and 3 times or more
    aligned: float  #: share of the bases that are covered at all
    mean: float  #: matches over a base, on the mean over all bases
    usual: int | None  #: the most frequent depth of covered bases: like a ploidy; None without any


def contiguity(genome: Genome) -> Contiguity:
    """How long the contigs of `genome` are."""
    longest_first = np.sort(genome.lengths)[::-1]
    n50, l50 = _reached(longest_first, 0.5)
    n90, l90 = _reached(longest_first, 0.9)
    return Contiguity(
        contigs=len(genome.contigs),
        bases=genome.length,
        longest=int(longest_first.max(initial=0)),
        n50=n50,
        l50=l50,
        n90=n90,
        l90=l90,
    )


def depth_profile(matches: Matches, target: Genome) -> DepthProfile:
    """How often the query covers the target; ask with transposed matches for the reverse."""
    depth = target_depth(matches, target)
    bases = bases_by_depth(depth, MOST)
    length = max(target.length, 1)
    spans = matches.target_end - matches.target_start
    return DepthProfile(
        bases=bases,
        aligned=sum(bases[1:]) / length,
        mean=float(spans.sum()) / length,
        usual=usual_depth(depth),
    )


def _reached(longest_first: NDArray[np.int64], share: float) -> tuple[int, int]:
    """The length of the contig with which `share` of the bases is reached, and its number."""
    if not len(longest_first):
        return 0, 0
    reach = np.cumsum(longest_first)
    number = int(np.searchsorted(reach, share * reach[-1]))
    return int(longest_first[number]), number + 1
