"""Which part of a sequence is asked for: tables of every way to ask rightly and wrongly."""

from http import HTTPStatus

import pytest
from hypothesis import given
from hypothesis import strategies as st

from holdfast.base.intervals import Slice
from holdfast.web.problems import Refused
from holdfast.web.sequences.parts import Part, by_range, refget_part, seqrepo_part


@pytest.mark.parametrize(
    ("start", "end", "expected"),
    [
        (None, None, (0, 5386)), ("0", None, (0, 5386)), ("5", None, (5, 5386)),
        (None, "5", (0, 5)), (None, "0", (0, 0)), ("10", "10", (10, 10)), ("10", "20", (10, 20)),
        ("10", "11", (10, 11)), ("230", "5386", (230, 5386)), ("0", "5386", (0, 5386)),
        ("5385", None, (5385, 5386)), ("0", "0", (0, 0)), ("007", "010", (7, 10)),
    ],
)  # fmt: skip
def test_positions_name_a_slice(
    start: str | None, end: str | None, expected: tuple[int, int]
) -> None:
    part = refget_part(start, end, None, 5386)
    assert (part.slice, part.status) == (Slice(*expected), 200)
    assert part.named is (start is not None or end is not None)


@pytest.mark.parametrize(
    ("start", "end", "status"),
    [
        ("abc", "20", 400), ("-10", "-29", 400), ("abc", None, 400), ("-10", None, 400),
        (None, "abc", 400), (None, "-29", 400), ("10", "abc", 400), ("-10", "10", 400),
        ("", "10", 400), ("1.5", None, 400), ("1e3", None, 400), ("+1", None, 400),
        ("٣", None, 400),
        (" 1", None, 400), ("1_000", None, 400), ("9" * 19, None, 400), ("0x1", None, 400),
        ("67", "5387", 416), ("5386", "5375", 416), ("5386", "5386", 416), ("5386", "5", 416),
        ("5386", None, 416), (None, "5387", 416), ("6000", None, 416), (None, "6000", 416),
        ("9" * 18, None, 416),
        ("5374", "5", 501), ("5374", "0", 501), ("5380", "25", 501), ("1", "0", 501),
    ],
)  # fmt: skip
def test_wrong_positions_have_their_status(start: str | None, end: str | None, status: int) -> None:
    with pytest.raises(Refused) as refused:
        refget_part(start, end, None, 5386)
    assert refused.value.status == status


@pytest.mark.parametrize(
    ("wanted", "expected"),
    [
        ("bytes=10-19", (10, 20)), ("bytes=10-10", (10, 11)), ("bytes=0-0", (0, 1)),
        ("bytes=0-5385", (0, 5386)), ("bytes=0-999999", (0, 5386)), ("bytes=10-999999", (10, 5386)),
        ("bytes=5385-5385", (5385, 5386)), ("bytes=10-", (10, 5386)), ("bytes=-10", (5376, 5386)),
        ("bytes=-9999", (0, 5386)), ("BYTES=1-2", (1, 3)), (" bytes=1-2 ", (1, 3)),
    ],
)  # fmt: skip
def test_a_range_is_a_slice_with_its_last_position_in_it(
    wanted: str, expected: tuple[int, int]
) -> None:
    part = refget_part(None, None, wanted, 5386)
    assert (part.slice, part.status, part.named) == (Slice(*expected), 206, False)


@pytest.mark.parametrize(
    ("wanted", "status"),
    [
        ("units=20-30", 400), ("bytes=ab-19", 400), ("bytes=-10--19", 400), ("bytes=10--19", 400),
        ("bytes=-10-", 400), ("bytes==10-19", 400), ("bytes=-", 400), ("bytes=", 400), ("", 400),
        ("bytes=1-2,4-5", 400), ("bytes=1-2-3", 400), ("bytes=1 - 2", 400),
        ("bytes=" + "9" * 19 + "-", 400),
        ("bytes=5386-5387", 416), ("bytes=9999-99999", 416), ("bytes=20-10", 416),
        ("bytes=5385-5384", 416), ("bytes=5386-", 416), ("bytes=-0", 416),
    ],
)  # fmt: skip
def test_wrong_ranges_have_their_status(wanted: str, status: int) -> None:
    with pytest.raises(Refused) as refused:
        refget_part(None, None, wanted, 5386)
    assert refused.value.status == status
    if status == 416:
        assert refused.value.headers["Content-Range"] == "bytes */5386"


@pytest.mark.parametrize(("start", "end"), [("1", "2"), ("1", None), (None, "2"), ("0", "0")])
def test_a_range_beside_positions_is_refused(start: str | None, end: str | None) -> None:
    with pytest.raises(Refused, match="both at once") as refused:
        refget_part(start, end, "bytes=1-2", 5386)
    assert refused.value.status == 400


def test_an_empty_sequence_has_itself_and_no_part() -> None:
    assert refget_part(None, None, None, 0).slice == Slice(0, 0)
    for start, wanted in (("0", None), (None, "bytes=0-0"), (None, "bytes=-1")):
        with pytest.raises(Refused) as refused:
            refget_part(start, None, wanted, 0)
        assert refused.value.status == 416


@pytest.mark.parametrize(
    ("start", "end", "expected"),
    [
        (None, None, (0, 100)), ("4", None, (4, 100)), (None, "4", (0, 4)), ("4", "400", (4, 100)),
        ("100", None, (100, 100)), ("500", None, (100, 100)), ("500", "600", (100, 100)),
        ("5", "5", (5, 5)),
    ],
)  # fmt: skip
def test_seqrepo_leaves_out_what_is_past_the_end(
    start: str | None, end: str | None, expected: tuple[int, int]
) -> None:
    assert seqrepo_part(start, end, 100).slice == Slice(*expected)


@pytest.mark.parametrize(
    ("start", "end", "status"),
    [("5", "2", 422), ("500", "200", 422), ("-1", None, 400), ("x", None, 400), (None, "-1", 400)],
)
def test_seqrepo_refuses_what_is_no_slice(start: str | None, end: str | None, status: int) -> None:
    with pytest.raises(Refused) as refused:
        seqrepo_part(start, end, 100)
    assert refused.value.status == status


def ranged(wanted: str, length: int) -> Part | HTTPStatus:
    """The part that `wanted` names, or the status of its refusal."""
    try:
        return by_range(wanted, length)
    except Refused as refused:
        return refused.status


@given(length=st.integers(0, 50), start=st.integers(0, 60), last=st.integers(0, 60))
def test_a_range_has_what_python_would_slice(length: int, start: int, last: int) -> None:
    residues = "ACGTN" * 10
    part = ranged(f"bytes={start}-{last}", length)
    if isinstance(part, Part):
        found = residues[part.slice.start : part.slice.end]
    else:
        assert part is HTTPStatus.REQUESTED_RANGE_NOT_SATISFIABLE
        found = ""
    assert found == residues[:length][start : last + 1]


@given(st.text(max_size=30))
def test_any_range_is_a_slice_within_or_refused(text: str) -> None:
    part = ranged(text, 10)
    if isinstance(part, Part):
        assert 0 <= part.slice.start < part.slice.end <= 10
    else:
        assert part in (400, 416)
