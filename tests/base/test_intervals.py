"""Slices: half-open, zero-based."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from holdfast.base.intervals import Slice


@pytest.mark.parametrize("text", ["", "5", "a-b", "5-3", "-1-3", "1--3", "1-2-3", "٣-٤"])
def test_what_is_not_two_numbers_in_order_is_no_slice(text: str) -> None:
    with pytest.raises(ValueError, match="is not a slice"):
        Slice.parse(text)


@given(st.integers(0, 2**62), st.integers(0, 2**20))
def test_a_slice_is_read_back_as_written(start: int, length: int) -> None:
    interval = Slice(start, start + length)
    assert Slice.parse(str(interval)) == interval
    assert len(interval) == length
