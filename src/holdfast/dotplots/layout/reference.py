"""
The order of contigs along a reference, by the rules that users of D-Genies know.

Best target by weight, position by weighted mean, orientation by the run of the longest matches
(spec: sort contigs along the reference), with one accident mended: matched contigs never come
behind unmatched ones, also when the target is the longer genome.
"""

from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np
from numpy.typing import NDArray

from holdfast.dotplots.genome import Genome
from holdfast.dotplots.layout.arrangement import Arrangement

if TYPE_CHECKING:
    from holdfast.dotplots.matches import Matches

LONG = 0.1  #: a match tells orientation when longer than this share of its contig's longest match …
LONG_ON_CONTIG = 0.01  #: … and at least this share of the shorter of its two contigs
DESCENDING = -0.1  #: a contig is reversed when its run goes down at least this much, of -1 to 1

Floats = NDArray[np.float64]
Places = NDArray[np.int64]


def by_reference(matches: "Matches", target: Genome, query: Genome) -> Arrangement:
    """The contigs where, and turned as, they match the target; unmatched ones stay last."""
    lines = _lines(matches, target)
    best = _best_targets(lines, target, query)
    lines = lines.of(best[lines.query] == lines.target)
    order = np.argsort(_positions(lines, len(query.contigs)), kind="stable")
    turned = _descending(lines, best, target, query)
    return Arrangement(tuple(order.tolist()), tuple(turned.tolist()))


def best_targets(matches: "Matches", target: Genome, query: Genome) -> Places:
    """The target contig that each query contig matches most, by these rules; -1 without any."""
    return _best_targets(_lines(matches, target), target, query)


@dataclass(frozen=True, slots=True)
class _Lines:
    """What the rules look at, one entry per match, in the order in which ties are decided."""

    query: NDArray[np.int32]
    target: NDArray[np.int32]
    length: Floats  #: of the drawn segment, bases
    target_middle: Floats  #: on the target's axis
    query_middle: Floats  #: on the query contig
    strand: NDArray[np.int8]

    def of(self, which: NDArray[np.bool_] | Places) -> "_Lines":
        """Some of the lines."""
        return _Lines(*(getattr(self, name)[which] for name in self.__slots__))


def _lines(matches: "Matches", target: Genome) -> _Lines:
    query_span = (matches.query_end - matches.query_start).astype(np.float64)
    target_span = (matches.target_end - matches.target_start).astype(np.float64)
    length = np.sqrt(query_span**2 + target_span**2)
    lines = _Lines(
        query=matches.query,
        target=matches.target,
        length=length,
        target_middle=(matches.target_start + matches.target_end) / 2
        + target.offsets[matches.target],
        query_middle=(matches.query_start + matches.query_end) / 2,
        strand=matches.strand,
    )
    return lines.of(_tie_order(matches.identity, length))


def _tie_order(identity: NDArray[np.float32], length: Floats) -> Places:
    """Low identity classes first, and within a class the best score first: who comes first wins."""
    share = identity.astype(np.float64)
    identity_class = np.searchsorted([0.25, 0.5, 0.75], share, side="right")
    return np.lexsort((-length * share, identity_class))


def _best_targets(lines: _Lines, target: Genome, query: Genome) -> Places:
    """The target contig each query contig matches most; -1 where it matches none."""
    pair = lines.query.astype(np.int64) * len(target.contigs) + lines.target
    pairs, first, which = np.unique(pair, return_index=True, return_inverse=True)
    weight = np.bincount(which, weights=(1 + lines.length) ** 2, minlength=len(pairs))
    owner = pairs // max(len(target.contigs), 1)
    heaviest_first = np.lexsort((first, -weight, owner))
    owner = owner[heaviest_first]
    leads = np.concatenate(([True], owner[1:] != owner[:-1]))[: len(owner)]
    best = np.full(len(query.contigs), -1, dtype=np.int64)
    best[owner[leads]] = pairs[heaviest_first][leads] % len(target.contigs)
    return best


def _positions(lines: _Lines, contigs: int) -> Floats:
    """The weighted mean of each contig's matches on the target's axis; infinite without any."""
    weight = (1 + lines.length) ** 2
    total = np.bincount(lines.query, weights=weight, minlength=contigs)
    moment = np.bincount(lines.query, weights=weight * lines.target_middle, minlength=contigs)
    mean: Floats = np.divide(moment, total, out=np.full(contigs, np.inf), where=total > 0)
    return mean


def _descending(lines: _Lines, best: Places, target: Genome, query: Genome) -> NDArray[np.bool_]:
    """Which contigs run down the target, judged by their longest matches."""
    contigs = len(query.contigs)
    telling = lines.of(_telling(lines, best, target, query))
    longest_first = np.lexsort((-telling.length, telling.query))
    telling = telling.of(longest_first)
    along = telling.of(np.lexsort((telling.target_middle, telling.query)))
    steps = np.where(np.diff(along.query_middle) > 0, 1.0, -1.0)
    within = along.query[1:] == along.query[:-1]
    owner = along.query[1:][within]
    count = np.bincount(owner, minlength=contigs)
    run = np.bincount(owner, weights=steps[within], minlength=contigs) / np.maximum(count, 1)
    alone = np.bincount(along.query, minlength=contigs) == 1
    minus = np.bincount(along.query, weights=along.strand < 0, minlength=contigs) > 0
    return np.where(alone, minus, (count > 0) & (run <= DESCENDING))


def _telling(lines: _Lines, best: Places, target: Genome, query: Genome) -> NDArray[np.bool_]:
    """Which matches are long enough to tell their contig's orientation."""
    longest = np.zeros(len(query.contigs))
    np.maximum.at(longest, lines.query, lines.length)
    shorter = np.minimum(query.lengths[lines.query], target.lengths[lines.target])
    return (lines.length > LONG * longest[lines.query]) & (lines.length >= LONG_ON_CONTIG * shorter)
