"""
Statistics: what a genome is made of, and how often the other one covers it.
"""

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from holdfast.dotplots.coverage import Depth, bases_by_depth, target_depth, usual_depth
from holdfast.dotplots.genome import Genome
from holdfast.dotplots.layout.arrangement import Arrangement
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


@dataclass(frozen=True, slots=True)
class ContigCoverage:
    """How much of one contig is covered by matches, and how often."""

    contig: str
    length: int  #: bases
    aligned: float  #: share of the bases that are covered at all
    mean: float  #: matches over a base, on the mean over all bases
    usual: int | None  #: the most frequent depth of covered bases; None without any
    matches: int
    identity: float | None  #: mean over matching bases, 0 to 1; None without matches


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


def contig_coverage(
    matches: Matches, target: Genome, arrangement: Arrangement
) -> tuple[ContigCoverage, ...]:
    """How much of each contig of the target is covered, in the order of its `arrangement`."""
    count = len(target.contigs)
    depth = target_depth(matches, target)
    contig = np.searchsorted(target.offsets, depth.starts, side="right") - 1
    covered = np.bincount(contig, depth.lengths * (depth.depth > 0), minlength=count)
    total = np.bincount(contig, depth.lengths * depth.depth, minlength=count)
    usual = _usual_depths(contig, depth, count)
    weights = np.maximum(matches.bases, 1)
    told = np.bincount(matches.target, minlength=count)
    alike = np.bincount(matches.target, weights * matches.identity.astype(float), minlength=count)
    weight = np.bincount(matches.target, weights, minlength=count)
    return tuple(
        ContigCoverage(
            contig=target.contigs[place].name,
            length=(length := target.contigs[place].length),
            aligned=float(covered[place]) / max(length, 1),
            mean=float(total[place]) / max(length, 1),
            usual=int(usual[place]) or None,
            matches=int(told[place]),
            identity=float(alike[place] / weight[place]) if told[place] else None,
        )
        for place in arrangement.order
    )


def _usual_depths(contig: NDArray[np.int64], depth: Depth, count: int) -> NDArray[np.int64]:
    """The most frequent depth of the covered bases of each of `count` contigs; 0 without any."""
    deep = depth.depth > 0
    contig, lengths, depths = contig[deep], depth.lengths[deep], depth.depth[deep]
    step = int(depths.max(initial=0)) + 1
    pairs, which = np.unique(contig * step + depths, return_inverse=True)
    bases = np.bincount(which, lengths, minlength=len(pairs))
    owner = pairs // step
    rarest_first = np.lexsort((-pairs, bases, owner))  # of equals the lesser depth stands last
    usual = np.zeros(count, dtype=np.int64)
    usual[owner[rarest_first]] = pairs[rarest_first] % step  # whoever comes last stays
    return usual


def _reached(longest_first: NDArray[np.int64], share: float) -> tuple[int, int]:
    """The length of the contig with which `share` of the bases is reached, and its number."""
    if not len(longest_first):
        return 0, 0
    reach = np.cumsum(longest_first)
    number = int(np.searchsorted(reach, share * reach[-1]))
    return int(longest_first[number]), number + 1
