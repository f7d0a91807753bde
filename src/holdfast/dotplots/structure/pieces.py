"""
Pieces: what structure is told from, in columns.

A piece is a match, or the part of one between two long gaps of its alignment: so that bases which
one genome lacks are always between pieces, never inside. Pieces can be turned so that query
positions run with the target's; then every rule need only be said once, for what rises.
"""

from collections.abc import Sequence
from dataclasses import dataclass, fields
from typing import Any

import numpy as np
from numpy.typing import NDArray

from holdfast.dotplots.matches import Matches
from holdfast.formats.paf_gaps import Gaps

Places = NDArray[np.int64]
Truths = NDArray[np.bool_]


@dataclass(frozen=True, slots=True)
class Pieces:
    """Columns; intervals are zero-based, half-open, in bases of the forward strands."""

    target: NDArray[np.int32]  #: contig, as in the genome's list
    query: NDArray[np.int32]
    target_start: Places
    target_end: Places
    query_start: Places
    query_end: Places
    strand: NDArray[np.int8]  #: +1 or -1
    identity: NDArray[np.float32]
    bases: NDArray[np.float64]  #: matching bases
    match: Places  #: which match it is of

    def __len__(self) -> int:
        return len(self.target)

    def __getitem__(self, which: Any) -> "Pieces":
        """The pieces at `which`: a mask, a slice or places."""
        return Pieces(*(getattr(self, field.name)[which] for field in fields(self)))

    @classmethod
    def together(cls, parts: Sequence["Pieces"]) -> "Pieces":
        """All of `parts`, of which there is at least one."""
        columns = ([getattr(part, field.name) for part in parts] for field in fields(cls))
        return cls(*(np.concatenate(column) for column in columns))

    def rising(self, strand: NDArray[np.int8] | int | None = None) -> tuple[Places, Places]:
        """Query starts and ends, negative where `strand` is -1, so that they rise along the target.

        `strand` is the pieces' own unless another is given.
        """
        falls = np.broadcast_to(self.strand if strand is None else strand, self.target.shape) < 0
        starts = np.where(falls, -self.query_end, self.query_start)
        return starts, np.where(falls, -self.query_start, self.query_end)

    def spans(self) -> Places:
        """Bases of each on the shorter of its two sides."""
        on_target, on_query = self.target_end - self.target_start, self.query_end - self.query_start
        shorter: Places = np.minimum(on_target, on_query)
        return shorter


def pieces_of(matches: Matches, gaps: Gaps) -> Pieces:
    """`matches`, cut at `gaps`, whose lines are places in `matches`."""
    gaps = gaps.in_order()
    match = np.concatenate((np.arange(len(matches)), gaps.line))
    order = np.lexsort((_after(matches, gaps), match))
    match = match[order]
    span = matches.target_end - matches.target_start
    query_span = matches.query_end - matches.query_start
    last = np.append(match[1:] != match[:-1], np.ones(min(len(match), 1), dtype=bool))
    target_start = np.concatenate((np.zeros(len(matches), np.int64), gaps.target_end))[order]
    query_start = np.concatenate((np.zeros(len(matches), np.int64), gaps.query_end))[order]
    target_end, query_end = span[match], query_span[match]
    target_end[~last], query_end[~last] = gaps.target_start, gaps.query_start
    share = (target_end - target_start) / np.maximum(_summed(target_end - target_start, match), 1)
    falls = matches.strand[match] < 0
    pieces = Pieces(
        target=matches.target[match],
        query=matches.query[match],
        target_start=matches.target_start[match] + target_start,
        target_end=matches.target_start[match] + target_end,
        query_start=np.where(
            falls, matches.query_end[match] - query_end, matches.query_start[match] + query_start
        ),
        query_end=np.where(
            falls, matches.query_end[match] - query_start, matches.query_start[match] + query_end
        ),
        strand=matches.strand[match],
        identity=matches.identity[match],
        bases=matches.bases[match] * share,
        match=match,
    )
    return pieces[pieces.spans() > 0]


def _after(matches: Matches, gaps: Gaps) -> Places:
    """How far along its match a piece begins: those at a match's start, then those after gaps."""
    starts = np.full(len(matches), -1, dtype=np.int64)
    return np.concatenate((starts, gaps.target_end + gaps.query_end))


def _summed(amounts: Places, match: Places) -> Places:
    """The sum of `amounts` over the match of each piece."""
    total = np.bincount(match, weights=amounts) if len(match) else np.zeros(0)
    summed: Places = total[match].astype(np.int64)
    return summed
