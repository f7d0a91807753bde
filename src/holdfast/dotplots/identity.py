"""
Identity: what share of a match is the same in both genomes, and how we know.

Tools tell it in different ways, and the ways are not comparable: a long deletion is one event to
one and thousands of differences to another. So one estimator is used for a whole alignment, the
best one that every line allows, and the plot says which. The gap-compressed identity counts each
gap once, as ``de`` of minimap2 does (https://lh3.github.io/2018/11/25/on-the-definition-of-sequence-identity).
"""

from enum import Enum

import numpy as np
from numpy.typing import NDArray

from holdfast.formats.paf import ABSENT, PafTable


class Estimator(Enum):
    """Where the identity of matches comes from; best first."""

    DE = "de"
    CS = "cs"
    CIGAR = "cg+NM"
    DV = "dv"
    COLUMNS = "columns"

    @property
    def sentence(self) -> str:
        """What it means, for the legend of a plot."""
        return SENTENCES[self]


SENTENCES = {
    Estimator.DE: "Gap-compressed identity of the base alignment (1 - de).",
    Estimator.CS: "Gap-compressed identity, computed from the difference string (cs).",
    Estimator.CIGAR: "Gap-compressed identity, computed from the CIGAR and the edit distance.",
    Estimator.DV: "Approximate identity, estimated by the aligner from shared minimizers (1 - dv).",
    Estimator.COLUMNS: "Matching bases divided by alignment length: without a base alignment this "
    "is a lower bound, not an identity; from a format that does not tell mismatches, an upper one.",
}


def identities(table: PafTable) -> tuple[NDArray[np.float32], Estimator]:
    """The identity of each line, 0 to 1, by the best estimator that all lines allow."""
    told = ~np.isnan(table.de)
    if told.all():
        return _bounded(1 - table.de), Estimator.DE
    counted = (table.edits != ABSENT) & (table.gap_bases != ABSENT)
    if (told | counted).all():
        # ``de`` and the counts are one quantity, so lines may differ in where it comes from.
        identity = np.where(told, 1 - table.de, _gap_compressed(table))
        by_cs = bool((told | table.by_cs).all())
        return _bounded(identity), Estimator.CS if by_cs else Estimator.CIGAR
    if not np.isnan(table.dv).any():
        return _bounded(1 - table.dv), Estimator.DV
    return _bounded(table.matches / table.block), Estimator.COLUMNS


def _gap_compressed(table: PafTable) -> NDArray[np.float64]:
    """Matches per event, a gap of any length being one event.

    NM counts mismatches, gap bases and ambiguous bases; what is no gap is a column of two bases.
    """
    events = table.edits - table.gap_bases + table.gap_opens
    same = np.maximum(table.matches, 0)
    identity: NDArray[np.float64] = same / np.maximum(same + events, 1)
    return identity


def _bounded(identity: NDArray[np.float64]) -> NDArray[np.float32]:
    return np.clip(identity, 0, 1).astype(np.float32)
