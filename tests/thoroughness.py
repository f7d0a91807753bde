"""
How thorough a run of the tests is.

``make test`` looks at a sample of the points at which something may be killed or refused, and
leaves out what repeats at length what another test shows; ``make thorough`` leaves out nothing.
"""

import os
from collections.abc import Sequence
from typing import TypeVar

import pytest

THOROUGH = bool(os.environ.get("HOLDFAST_THOROUGH"))

#: for a test, or one case of it, which only a thorough run does
thorough = pytest.mark.thorough


Point = TypeVar("Point")


def some(points: Sequence[Point]) -> Sequence[Point]:
    """Those of all `points` that are looked at: in a usual run every fourth."""
    return points if THOROUGH else points[::4]


def sampled(most: int) -> int:
    """How many of at most `most` points are looked at."""
    return most if THOROUGH else max(1, most // 4)
