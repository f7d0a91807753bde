"""
Association: what each contig matches best, and what matches nothing.

The best contig is the one that the plot's layout goes by. Ask with transposed matches for the best
query of each target.
"""

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from holdfast.dotplots.genome import Genome
from holdfast.dotplots.layout.arrangement import Arrangement, Layout
from holdfast.dotplots.layout.choosing import Order, best_others
from holdfast.dotplots.layout.turning import as_drawn
from holdfast.dotplots.matches import Matches

COLUMNS = ("Query", "Target", "Strand", "Q-len", "Q-start", "Q-stop", "T-len", "T-start", "T-stop")


@dataclass(frozen=True, slots=True)
class Best:
    """The best match of a contig; coordinates are those of the input, on forward strands."""

    start: int  #: where the contig's matches with the other begin and end
    end: int
    coverage: float  #: share of the contig in matches with the other
    other: str
    other_length: int
    other_start: int
    other_end: int
    other_coverage: float  #: share of the other in matches with the contig
    strand: int  #: +1 or -1: on which more of the matching bases are
    identity: float  #: mean over matching bases, 0 to 1
    matches: int
    matching: int  #: bases


@dataclass(frozen=True, slots=True)
class Association:
    """A contig and the best of the other genome for it."""

    contig: str
    length: int  #: bases
    turned: bool  #: drawn reverse-complemented
    best: Best | None  #: None where the contig matches nothing


def associations(
    matches: Matches,
    target: Genome,
    query: Genome,
    arrangement: Arrangement,
    order: Order = Order.CHAIN,
) -> tuple[Association, ...]:
    """The best target of each query contig by the rules of `order`, as `arrangement` puts them."""
    found = _Pairs(matches, target, query, order).found()
    contigs = query.contigs
    return tuple(
        Association(
            contigs[place].name,
            contigs[place].length,
            arrangement.reversed[place],
            found.get(place),
        )
        for place in arrangement.order
    )


def unassigned(numbers: NDArray[np.int32], genome: Genome) -> tuple[str, ...]:
    """The contigs of `genome` that are in no match, in its order; `numbers` are those that are."""
    found = np.zeros(len(genome.contigs), dtype=bool)
    found[numbers] = True
    return tuple(genome.contigs[place].name for place in np.flatnonzero(~found))


def dgenies_table(matches: Matches, target: Genome, query: Genome, layout: Layout) -> str:
    """The best target of each query contig as D-Genies writes it.

    Tab-separated; a contig's strand says whether it is drawn turned, and its coordinates are those
    of the contig as drawn.
    """
    rows = ["\t".join(COLUMNS)]
    drawn = as_drawn(matches, target, query, layout)
    found = _Pairs(drawn, target, query, Order.REFERENCE).found()
    for place in layout.query.order:
        contig, best = query.contigs[place], found.get(place)
        strand = "-" if layout.query.reversed[place] else "+"
        cells: tuple[object, ...] = (contig.name, "None", strand, contig.length, *["na"] * 5)
        if best is not None:
            cells = (
                *(contig.name, best.other, strand, contig.length, best.start, best.end),
                *(best.other_length, best.other_start, best.other_end),
            )
        rows.append("\t".join(map(str, cells)))
    return "\n".join(rows) + "\n"


class _Pairs:
    """The matches between each query contig and its best target, side by side."""

    def __init__(self, matches: Matches, target: Genome, query: Genome, order: Order) -> None:
        self.target, self.query = target, query
        best = best_others(matches, target, query, order)
        chosen = matches[best[matches.query] == matches.target]
        self.matches = chosen[np.argsort(chosen.query, kind="stable")]
        firsts = np.flatnonzero(np.diff(self.matches.query, prepend=-1))
        self.firsts = firsts  #: where each contig's matches begin
        self.owners = self.matches.query[firsts]

    def found(self) -> dict[int, Best]:
        """The best match of each contig that has one."""
        if not len(self.owners):
            return {}
        columns = self._columns()
        return {
            place: self._best(place, {name: values[row] for name, values in columns.items()})
            for row, place in enumerate(self.owners.tolist())
        }

    def _columns(self) -> dict[str, NDArray[np.float64] | NDArray[np.int64]]:
        """What is told of each contig, one entry per owner."""
        each, firsts = self.matches, self.firsts
        weights = np.maximum(each.bases, 1)
        total = np.add.reduceat(weights, firsts)
        return {
            "other": each.target[firsts].astype(np.int64),
            "start": np.minimum.reduceat(each.query_start, firsts),
            "end": np.maximum.reduceat(each.query_end, firsts),
            "other_start": np.minimum.reduceat(each.target_start, firsts),
            "other_end": np.maximum.reduceat(each.target_end, firsts),
            "covered": self._covered(each.query_start, each.query_end),
            "other_covered": self._covered(each.target_start, each.target_end),
            "strand": np.add.reduceat(weights * each.strand, firsts),
            "identity": np.add.reduceat(weights * each.identity.astype(np.float64), firsts) / total,
            "matches": np.diff(firsts, append=len(each)),
            "matching": np.add.reduceat(each.bases, firsts),
        }

    def _covered(self, starts: NDArray[np.int64], ends: NDArray[np.int64]) -> NDArray[np.int64]:
        """Bases in at least one of the intervals of each owner."""
        owner = np.repeat(np.arange(len(self.firsts)), np.diff(self.firsts, append=len(starts)))
        order = np.lexsort((starts, owner))
        shift = owner * (int(ends.max()) + 1)  # each owner has a stretch of one axis to itself
        starts, ends = (starts + shift)[order], (ends + shift)[order]
        reach = np.maximum.accumulate(ends)
        before = np.concatenate(([0], reach[:-1]))
        fresh = np.maximum(ends - np.maximum(starts, before), 0)
        counted: NDArray[np.int64] = np.add.reduceat(fresh, self.firsts)
        return counted

    def _best(self, place: int, row: dict[str, float]) -> Best:
        contig, other = self.query.contigs[place], self.target.contigs[int(row["other"])]
        return Best(
            start=int(row["start"]),
            end=int(row["end"]),
            coverage=int(row["covered"]) / max(contig.length, 1),
            other=other.name,
            other_length=other.length,
            other_start=int(row["other_start"]),
            other_end=int(row["other_end"]),
            other_coverage=int(row["other_covered"]) / max(other.length, 1),
            strand=-1 if row["strand"] < 0 else 1,
            identity=float(row["identity"]),
            matches=int(row["matches"]),
            matching=int(row["matching"]),
        )
