"""
Noise: the many short matches that hide the few long ones.

Lengths of matches are counted in a histogram; the most frequent length is that of noise, and the
first bin above it that holds less than a fiftieth of its count is where noise ends (spec: noise
filter). Few matches have no noise, and neither have matches that are all of one length.
"""

from typing import TYPE_CHECKING

import numpy as np
from numpy.typing import NDArray

if TYPE_CHECKING:
    from holdfast.dotplots.matches import Matches

FEW = 1000  #: matches; so many or fewer have no noise
PER_BIN = 10  #: matches per bin of the histogram, on the mean
RARE = 50  #: a bin with less than this part of the fullest one's count is above the noise

Floats = NDArray[np.float64]


def without_noise(matches: "Matches") -> "Matches":
    """The matches that are longer than noise; all of them if there is none."""
    lengths = drawn_lengths(matches)
    least = noise_end(lengths)
    return matches if least is None else matches[lengths >= least]


def drawn_lengths(matches: "Matches") -> Floats:
    """The length of each match as a segment of the plot, in bases."""
    across = (matches.target_end - matches.target_start).astype(np.float64)
    upwards = (matches.query_end - matches.query_start).astype(np.float64)
    length: Floats = np.sqrt(across**2 + upwards**2)  # hypot rounds otherwise, and borders move
    return length


def noise_end(lengths: Floats) -> float | None:
    """The least length above the noise, or None where there is no noise."""
    if len(lengths) <= FEW or lengths.min() == lengths.max():
        return None
    counts, edges = np.histogram(lengths, bins=len(lengths) // PER_BIN)
    fullest = int(np.argmax(counts))
    above = np.flatnonzero(counts[fullest:] < counts[fullest] / RARE)
    return float(edges[fullest + above[0]]) if len(above) else None
