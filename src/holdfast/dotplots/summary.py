"""
Summary: how much of a genome is alike, and how alike.

Each base of the target belongs to the best class of identity among the matches that cover it. Ask
with transposed matches for the query's.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from itertools import pairwise

import numpy as np
from numpy.typing import NDArray

from holdfast.dotplots.coverage import on_axis
from holdfast.dotplots.genome import Genome
from holdfast.dotplots.matches import Matches, covered
from holdfast.dotplots.noise import without_noise
from holdfast.errors import UsageError

LIMITS = (0.25, 0.5, 0.75)  #: where classes of identity begin, above the lowest one, which is at 0


@dataclass(frozen=True, slots=True)
class IdentityClass:
    """The bases whose best match is of an identity from `least` up to, but without, `below`."""

    least: float
    below: float | None  #: None for the highest class, which has no upper end
    bases: int
    share: float  #: of the genome, 0 to 1


def class_name(each: IdentityClass) -> str:
    """What people call a class.

    >>> class_name(IdentityClass(0.9, 0.995, 0, 0.0)), class_name(IdentityClass(0.75, None, 0, 0.0))
    ('90 - 99.5 %', '75 - 100 %')
    """
    above = 1.0 if each.below is None else each.below
    return f"{100 * each.least:.6g} - {100 * above:.6g} %"


@dataclass(frozen=True, slots=True)
class Profile:
    """What share of a genome is how alike the other one."""

    genome: str
    bases: int
    unmatched: int  #: bases in no match
    unmatched_share: float
    classes: tuple[IdentityClass, ...]  #: lowest first


def checked_limits(limits: Sequence[float]) -> tuple[float, ...]:
    """`limits`, which must rise and lie between 0 and 1.

    Raises
    ------
    UsageError
        They do not.
    """
    rising = all(low < high for low, high in pairwise(limits))
    if not rising or not all(0 < limit <= 1 for limit in limits):
        given = ", ".join(f"{limit:g}" for limit in limits)
        raise UsageError(f"classes of identity must rise and lie between 0 and 1, not {given}")
    return tuple(limits)


def classes_of(identity: NDArray[np.float32], limits: Sequence[float]) -> NDArray[np.int64]:
    """The class of each identity, 0 for the lowest; one that is at a limit is in the class above.

    Identities are kept in 32 bits, so limits are rounded to these as well: 0.7 is at the limit 0.7.
    """
    return np.searchsorted(np.array(limits, dtype=np.float32), identity, side="right")


def profile(matches: Matches, target: Genome, limits: Sequence[float] = LIMITS) -> Profile:
    """How alike the target's bases are, in classes that begin at `limits`."""
    starts = on_axis(target, matches.target, matches.target_start)
    ends = on_axis(target, matches.target, matches.target_end)
    return _profile(starts, ends, classes_of(matches.identity, limits), target, limits)


def dgenies_profile(matches: Matches, target: Genome) -> Profile:
    """The same as D-Genies counts it: without noise, and each match one base longer at its end.

    The extra base may lie on the next contig, or beyond the last: shares may sum to more than 1.
    """
    shown = without_noise(matches)
    starts = on_axis(target, shown.target, shown.target_start)
    ends = on_axis(target, shown.target, shown.target_end) + 1
    return _profile(starts, ends, classes_of(shown.identity, LIMITS), target, LIMITS)


def _profile(
    starts: NDArray[np.int64],
    ends: NDArray[np.int64],
    classes: NDArray[np.int64],
    genome: Genome,
    limits: Sequence[float],
) -> Profile:
    order = np.argsort(starts, kind="stable")  # once: what is sorted is sorted again in no time
    starts, ends, classes = starts[order], ends[order], classes[order]
    as_good = [
        covered(starts[classes >= number], ends[classes >= number])
        for number in range(len(limits) + 1)
    ]
    borders = (0.0, *limits)
    length = max(genome.length, 1)
    counted = [
        IdentityClass(least, below, good - better, (good - better) / length)
        for least, below, good, better in zip(
            borders, (*limits, None), as_good, (*as_good[1:], 0), strict=True
        )
    ]
    unmatched = genome.length - as_good[0]
    return Profile(genome.name, genome.length, unmatched, unmatched / length, tuple(counted))
