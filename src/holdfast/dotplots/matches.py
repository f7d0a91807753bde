"""
Matches: what is aligned to what, in columns.

One entry of every array is one match: an interval of a query contig and one of a target contig,
both zero-based, half-open, in bases of the contigs' forward strands.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np
from numpy.typing import NDArray

from holdfast.dotplots.genome import Genome
from holdfast.dotplots.identity import Estimator, identities
from holdfast.errors import ContigUnknown, suggestion
from holdfast.formats.paf import PafTable


@dataclass(frozen=True, slots=True)
class Matches:
    """Columns of matches between two genomes; contigs are places in the genomes' lists."""

    target: NDArray[np.int32]
    query: NDArray[np.int32]
    target_start: NDArray[np.int64]
    target_end: NDArray[np.int64]
    query_start: NDArray[np.int64]
    query_end: NDArray[np.int64]
    strand: NDArray[np.int8]  #: +1 or -1
    identity: NDArray[np.float32]  #: 0 to 1
    bases: NDArray[np.int64]  #: matching bases
    mapq: NDArray[np.uint8]

    def __len__(self) -> int:
        return len(self.target)

    def __getitem__(self, which: Any) -> "Matches":
        """The matches at `which`: a mask, a slice or places."""
        columns = (getattr(self, name)[which] for name in self.__slots__)
        return Matches(*columns)

    def transposed(self) -> "Matches":
        """The same matches with target and query exchanged."""
        return Matches(
            target=self.query,
            query=self.target,
            target_start=self.query_start,
            target_end=self.query_end,
            query_start=self.target_start,
            query_end=self.target_end,
            strand=self.strand,
            identity=self.identity,
            bases=self.bases,
            mapq=self.mapq,
        )


def matches_of(table: PafTable, target: Genome, query: Genome) -> tuple[Matches, Estimator]:
    """The lines of `table` as matches between `target` and `query`.

    Raises
    ------
    ContigUnknown
        A line names a contig that its genome lacks, or that has another length there.
    """
    identity, estimator = identities(table)
    targets = _places(target, table.target_names, table.target_lengths, "target")
    queries = _places(query, table.query_names, table.query_lengths, "query")
    matches = Matches(
        target=targets[table.target],
        query=queries[table.query],
        target_start=table.target_start,
        target_end=table.target_end,
        query_start=table.query_start,
        query_end=table.query_end,
        strand=table.strand,
        identity=identity,
        bases=table.matches,
        mapq=table.mapq,
    )
    return matches, estimator


def covered(starts: NDArray[np.int64], ends: NDArray[np.int64]) -> int:
    """How many bases lie in at least one of the intervals, which share one axis."""
    if not len(starts):
        return 0
    order = np.argsort(starts, kind="stable")
    starts, ends = starts[order], ends[order]
    reach = np.maximum.accumulate(ends)
    before = np.concatenate(([starts[0]], reach[:-1]))
    return int(np.maximum(ends - np.maximum(starts, before), 0).sum())


def _places(
    genome: Genome, names: Sequence[str], lengths: Sequence[int], side: str
) -> NDArray[np.int32]:
    """Where in `genome` each of `names` stands."""
    for name, length in zip(names, lengths, strict=True):
        if name not in genome.numbers:
            raise ContigUnknown(
                f"the alignment names the {side} contig {name!r}, which {genome.name} lacks"
                f"{suggestion(name, genome.numbers)}; are target and query swapped?"
            )
        known = genome.contigs[genome.numbers[name]].length
        if known != length:
            raise ContigUnknown(
                f"the {side} contig {name!r} has {length:,} bases in the alignment and {known:,} "
                f"in {genome.name}; align these two genomes again"
            )
    return np.array([genome.numbers[name] for name in names], dtype=np.int32)
