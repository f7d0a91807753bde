"""
Mirroring: the matches of a genome with itself, on both sides of the diagonal.

Of two places that are alike some aligners tell the pair once and others twice. On a plot both
halves belong there, so the half that is missing is made of the other.
"""

import numpy as np
from numpy.typing import NDArray

from holdfast.dotplots.matches import Matches

PLACES = (
    *("target", "target_start", "target_end"),
    *("query", "query_start", "query_end"),
    "strand",
)
MIXER = np.uint64(0x9E3779B97F4A7C15)


def mirrored(matches: Matches) -> Matches:
    """`matches` as they are, and behind them the mirror image of each that lacks one."""
    other = matches.transposed()
    lacking = other[~_among(other, matches)]
    columns = (
        np.concatenate((getattr(matches, name), getattr(lacking, name)))
        for name in Matches.__slots__
    )
    return Matches(*columns)


def without_diagonal(matches: Matches) -> Matches:
    """`matches` without those of a place with itself."""
    same = (matches.target == matches.query) & (matches.strand > 0)
    same &= matches.target_start == matches.query_start
    same &= matches.target_end == matches.query_end
    return matches[~same]


def _among(some: Matches, others: Matches) -> NDArray[np.bool_]:
    """Which of `some` have the very same places as one of `others`.

    Equal hashes are neighbours when they are sorted, and the places themselves decide.
    """
    both = [np.concatenate((getattr(others, name), getattr(some, name))) for name in PLACES]
    order = np.argsort(_hashes(both), kind="stable")
    same = np.ones(max(len(order) - 1, 0), dtype=bool)
    for column in both:
        of_each = column[order]
        same &= of_each[1:] == of_each[:-1]
    # A run of equal places begins with one of the others if it holds one: they came first.
    begins = np.concatenate(([True], ~same))[: len(order)]
    first = order[np.flatnonzero(begins)[np.cumsum(begins) - 1]] if len(order) else order
    found = np.zeros(len(order), dtype=bool)
    found[order] = first < len(others)
    return found[len(others) :]


def _hashes(columns: list[NDArray[np.generic]]) -> NDArray[np.uint64]:
    """One number for each row."""
    mixed = np.zeros(len(columns[0]), dtype=np.uint64)
    for column in columns:
        mixed = (mixed ^ column.astype(np.int64).view(np.uint64)) * MIXER
        mixed ^= mixed >> np.uint64(29)
    return mixed
