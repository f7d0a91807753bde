"""Long gaps are found where the CIGAR has them, and only there."""

import io
import re

import pytest
from hypothesis import given
from hypothesis import strategies as st

from holdfast.errors import FormatError
from holdfast.formats.paf_gaps import Gaps, read_gaps

LINE = "q\t100\t0\t100\t+\tt\t100\t0\t100\t90\t100\t60"
OPERATIONS = st.lists(st.tuples(st.integers(1, 300), st.sampled_from("MIDNSHP=X")), max_size=12)


def paf(*tags: str) -> io.BytesIO:
    return io.BytesIO("".join(f"{LINE}{tag}\n" for tag in tags).encode())


def rows(gaps: Gaps) -> list[tuple[int, ...]]:
    columns = (getattr(gaps, each).tolist() for each in Gaps.__slots__)
    return list(zip(*columns, strict=True))


def spelled_out(cigar: str, least: int) -> list[tuple[int, ...]]:
    """The same, an operation after another."""
    target = query = 0
    gaps = []
    for amount, letter in re.findall(r"(\d+)(.)", cigar):
        before = target, query
        target += int(amount) * (letter in "M=XDN")
        query += int(amount) * (letter in "M=XIS")
        if letter in "IDN" and int(amount) >= least:
            gaps.append((before[0], target, before[1], query))
    return gaps


def test_gaps_are_told_with_their_places_on_both() -> None:
    gaps = read_gaps(paf("\tNM:i:3\tcg:Z:10M60D5M1I70I20M", "", "\tcg:Z:9M50N1M\tzz:Z:8M99D1M"), 50)
    assert rows(gaps) == [(0, 10, 70, 10, 10), (0, 75, 75, 16, 86), (2, 9, 59, 9, 9)]


def test_lines_without_a_cigar_have_no_gaps_that_are_known() -> None:
    assert len(read_gaps(paf("", "\tde:f:0.1"), 1)) == 0
    assert len(read_gaps(io.BytesIO(b""), 1)) == 0


@pytest.mark.parametrize("cigar", ["10M60", "10M5", "M", "10M-5D3M", "3M5Q", "1M2é3M"])
def test_what_is_no_cigar_is_refused_with_its_line_or_has_no_gap(cigar: str) -> None:
    source = io.BytesIO(f"{LINE}\n{LINE}\tcg:Z:{cigar}\n".encode())
    if re.fullmatch(r"(\d+[MID])+\d+", cigar):  # its end is missing: the reader of matches says so
        assert len(read_gaps(source, 50, "x.paf")) == 0
        return
    with pytest.raises(FormatError, match=re.escape("x.paf:2: the tag cg:Z: is not a CIGAR")):
        read_gaps(source, 50, "x.paf")


@given(st.lists(OPERATIONS, max_size=6), st.integers(1, 200))
def test_all_lines_at_once_tell_what_each_operation_by_itself_tells(
    cigars: list[list[tuple[int, str]]], least: int
) -> None:
    texts = ["".join(f"{amount}{letter}" for amount, letter in cigar) for cigar in cigars]
    expected = [(line, *gap) for line, text in enumerate(texts) for gap in spelled_out(text, least)]
    assert rows(read_gaps(paf(*(f"\tcg:Z:{text}" for text in texts)), least)) == expected


def as_differences(cigar: list[tuple[int, str]], *, long: bool) -> str:
    """An alignment of M, =, X, I, D and N as a difference string."""
    written = {
        "M": lambda count: "=" + "A" * count if long else f":{count}",
        "=": lambda count: f":{count}",
        "X": lambda count: "*ag" * count,
        "I": lambda count: "+" + "t" * count,
        "D": lambda count: "-" + "c" * count,
        "N": lambda count: f"~gt{count}ag",
    }
    return "".join(written[letter](amount) for amount, letter in cigar)


@given(
    st.lists(
        st.lists(st.tuples(st.integers(1, 90), st.sampled_from("MIDN=X")), min_size=1, max_size=8),
        max_size=5,
    ),
    st.integers(1, 60),
    st.booleans(),
)
def test_a_difference_string_tells_what_the_cigar_tells(
    alignments: list[list[tuple[int, str]]], least: int, long: bool
) -> None:
    cigars = ["".join(f"{n}{letter}" for n, letter in each) for each in alignments]
    strings = [as_differences(each, long=long) for each in alignments]
    expected = rows(read_gaps(paf(*(f"\tcg:Z:{each}" for each in cigars)), least))
    assert rows(read_gaps(paf(*(f"\tcs:Z:{each}" for each in strings)), least)) == expected
    # Lines may have one or the other, and of both the CIGAR counts.
    mixed = [
        (f"\tcg:Z:{cigar}", f"\tcs:Z:{string}", f"\tcs:Z:-aaaa\tcg:Z:{cigar}")[number % 3]
        for number, (cigar, string) in enumerate(zip(cigars, strings, strict=True))
    ]
    assert rows(read_gaps(paf(*mixed), least)) == expected


@pytest.mark.parametrize("string", [":x", ":", "~gt", "~gtxag", ":3~g4g:5"])
def test_what_is_no_difference_string_is_refused_with_its_line(string: str) -> None:
    with pytest.raises(FormatError, match=r"x\.paf:2: the tag cs:Z: is not a difference string"):
        read_gaps(paf("", f"\tcs:Z:{string}"), 1, "x.paf")


def test_lines_are_counted_over_blocks(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("holdfast.formats.columns.blocks.__defaults__", (64,))
    gaps = read_gaps(paf("", "\tcg:Z:1M60D", "", "\tcg:Z:2M60I"), 50)
    assert rows(gaps) == [(1, 1, 61, 1, 1), (3, 2, 2, 2, 62)]
