"""
Small contigs: those of an axis that are too short to be told apart, named as one or hidden.

A draft genome may have a hundred thousand contigs of which nobody sees more than a line; they are
told by their number. Which ones they are is a question of an axis, so a layout always has all.
"""

from dataclasses import dataclass, replace
from enum import Enum

import numpy as np
from numpy.typing import NDArray

from holdfast.dotplots.genome import Genome
from holdfast.dotplots.layout.arrangement import Arrangement
from holdfast.dotplots.scene import Group

SHARE = 0.002  #: a contig below this share of its genome is small, unless a size is given
RUN = 5  #: as many small contigs in a row become a group


class Small(Enum):
    """What becomes of small contigs."""

    SHOW = "show"  #: they are drawn as the others are
    GROUP = "group"  #: neighbours on an axis are named as one
    HIDE = "hide"  #: they and their matches are not drawn


@dataclass(frozen=True, slots=True)
class SmallContigs:
    """What to do with contigs shorter than `under` bases; None: than 0.2 % of their genome."""

    what: Small = Small.GROUP
    under: int | None = None

    def of(self, genome: Genome) -> NDArray[np.bool_]:
        """Which contigs of `genome` are small."""
        limit = SHARE * genome.length if self.under is None else self.under
        small: NDArray[np.bool_] = genome.lengths < limit
        return small

    def left(self, genome: Genome, arrangement: Arrangement) -> Arrangement:
        """`arrangement` without what is hidden; never empty, for there must be an axis."""
        if self.what is not Small.HIDE:
            return arrangement
        hidden = self.of(genome)
        order = tuple(place for place in arrangement.order if not hidden[place])
        return replace(arrangement, order=order) if order else arrangement

    def groups(self, genome: Genome, arrangement: Arrangement) -> tuple[Group, ...]:
        """The runs of small contigs along the axis that are named as one."""
        if self.what is not Small.GROUP:
            return ()
        small = self.of(genome)[list(arrangement.order)]
        borders = np.flatnonzero(np.diff(small, prepend=False, append=False))
        firsts, ends = borders[::2], borders[1::2]
        runs = zip(firsts.tolist(), (ends - firsts).tolist(), strict=True)
        return tuple(
            Group(first, count, f"{count:,} contigs") for first, count in runs if count >= RUN
        )
