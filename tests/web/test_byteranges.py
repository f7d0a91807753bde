"""The header Range: one row for each way to write it."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from holdfast.base.intervals import Slice
from holdfast.web.byteranges import RANGES_MOST, wanted_bytes
from holdfast.web.problems import Refused


@pytest.mark.parametrize(
    ("header", "expected"),
    [
        (None, []),
        ("bytes=0-0", [(0, 1)]),
        ("bytes=10-", [(10, 100)]),
        ("bytes=-10", [(90, 100)]),
        ("bytes=-1000", [(0, 100)]),
        ("bytes=90-1000", [(90, 100)]),
        ("BYTES=1-2", [(1, 3)]),
        ("bytes=0-1,50-60, -1", [(0, 2), (50, 61), (99, 100)]),
        ("bytes=50-60,0-1", [(50, 61), (0, 2)]),
        ("bytes=0-1,200-300", [(0, 2)]),  # what is not there is left out
        ("bytes=2-1", []),  # what cannot be read is as if it were not said
        ("bytes=", []),
        ("bytes=-", []),
        ("bytes=a-b", []),
        ("bytes=0-1,x", []),
        ("bytes=٣-٤", []),
        ("bytes=0x1-2", []),
        ("bytes=1-2;", []),
        ("items=0-1", []),
        ("bytes", []),
        ("bytes=" + "0-0," * 1000, []),
        ("bytes=99999999999999999999-", []),
    ],
)
def test_ranges_are_read(header: str | None, expected: list[tuple[int, int]]) -> None:
    assert wanted_bytes(header, 100) == tuple(Slice(*each) for each in expected)


@pytest.mark.parametrize(
    ("header", "size"),
    [
        ("bytes=100-", 100),
        ("bytes=-0", 100),
        ("bytes=0-0", 0),
        ("bytes=0-10,5-20", 100),
        ("bytes=" + ",".join(f"{at}-{at}" for at in range(0, 40, 2)), 100),
    ],
)
def test_what_cannot_be_had_is_refused(header: str, size: int) -> None:
    with pytest.raises(Refused) as refused:
        wanted_bytes(header, size)
    assert refused.value.status == 416
    assert refused.value.headers == {"Content-Range": f"bytes */{size}"}


@given(st.text(alphabet="bytes=0123456789-, \t", max_size=60), st.integers(0, 200))
def test_whatever_is_said_what_is_given_is_in_the_file(said: str, size: int) -> None:
    for header in (said, f"bytes={said}"):
        try:
            slices = wanted_bytes(header, size)
        except Refused:
            continue
        assert len(slices) <= RANGES_MOST
        assert all(0 <= each.start < each.end <= size for each in slices)
        assert sum(map(len, slices)) <= size
