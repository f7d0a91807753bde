"""
Turning: matches in the coordinates that contigs have when they are written out as they are drawn.

A contig drawn turned is reverse-complemented on paper: what began at its start ends at its end.
"""

from dataclasses import replace
from typing import TYPE_CHECKING

import numpy as np
from numpy.typing import NDArray

from holdfast.dotplots.genome import Genome
from holdfast.dotplots.layout.arrangement import Arrangement, Layout

if TYPE_CHECKING:
    from holdfast.dotplots.matches import Matches

Places = NDArray[np.int64]


def as_drawn(matches: "Matches", target: Genome, query: Genome, layout: Layout) -> "Matches":
    """The matches on the contigs as `layout` turns them; contigs keep their places in the lists."""
    across = _turned(layout.target)[matches.target]
    upwards = _turned(layout.query)[matches.query]
    target_start, target_end = _mirrored(
        across, matches.target_start, matches.target_end, target.lengths[matches.target]
    )
    query_start, query_end = _mirrored(
        upwards, matches.query_start, matches.query_end, query.lengths[matches.query]
    )
    return replace(
        matches,
        target_start=target_start,
        target_end=target_end,
        query_start=query_start,
        query_end=query_end,
        strand=np.where(across != upwards, -matches.strand, matches.strand),
    )


def _turned(arrangement: Arrangement) -> NDArray[np.bool_]:
    return np.array(arrangement.reversed, dtype=bool)


def _mirrored(
    turned: NDArray[np.bool_], starts: Places, ends: Places, lengths: Places
) -> tuple[Places, Places]:
    """The intervals, those on turned contigs counted from the other end."""
    return np.where(turned, lengths - ends, starts), np.where(turned, lengths - starts, ends)
