import gzip
import io
from contextlib import suppress

import pytest
from hypothesis import given
from hypothesis import strategies as st

from holdfast.errors import FormatError
from holdfast.formats.bed import Region, read_bed


def read(text: bytes) -> list[Region]:
    return list(read_bed(io.BytesIO(text), "x.bed"))


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        (b"chr1\t4\t10\n", Region("chr1", 4, 10, "", "", 1)),
        (b"chr1\t4\t10", Region("chr1", 4, 10, "", "", 1)),
        (b"chr1 4 10\n", Region("chr1", 4, 10, "", "", 1)),
        (b"chr1\t4\t10\tan exon\t0\t-\n", Region("chr1", 4, 10, "an exon", "-", 1)),
        (b"chr1\t4\t10\t.\t.\t.\r\n", Region("chr1", 4, 10, "", "", 1)),
        (b"chr1\t4\t10\tx\t0\t+\t4\t10\t0\t1\t6\t0\n", Region("chr1", 4, 10, "x", "+", 1)),
        (b"# a\ntrack name=x\nbrowser hide all\n\nHLA:A*01\t0\t0\n",
         Region("HLA:A*01", 0, 0, "", "", 5)),
        (gzip.compress(b"chr1\t4\t10\n", mtime=0), Region("chr1", 4, 10, "", "", 1)),
    ],
)  # fmt: skip
def test_a_line_is_a_region(text: bytes, expected: Region) -> None:
    assert read(text) == [expected]


@pytest.mark.parametrize(
    ("text", "line", "problem"),
    [
        (b"chr1\t4\n", 1, "three columns"),
        (b"chr1\t4\t10\nchr1\t10\t4\n", 2, "10-4 is not a slice"),
        (b"chr1\t-4\t10\n", 1, "-4-10 is not a slice"),
        (b"chr1\t4.0\t10\n", 1, "not a slice"),
        (b"chr1\t4\t1e3\n", 1, "not a slice"),
        ("chr1\t4\t\u0661\n".encode(), 1, "not a slice"),
        (b"chr1\t4\t" + b"9" * 5000 + b"\n", 1, "not a slice"),
        (b"chr1\t4\t10\tx\t0\tminus\n", 1, "not a strand"),
        (b"\n\nchr1\t\xff\n", 3, "not text"),
        (b"chr1\t4\t10\tx\x1b[31m\n", 1, "control characters"),
        (b"x" * 3_000_000, 1, "too long"),
        (b">chr1\nACGT\n", 1, "three columns"),
    ],
)
def test_what_is_no_bed_is_refused_with_its_line(text: bytes, line: int, problem: str) -> None:
    with pytest.raises(FormatError, match=problem) as caught:
        read(text)
    assert (caught.value.file, caught.value.line) == ("x.bed", line)


NAMES = st.from_regex(r"[A-Za-z0-9_.|:*-]{1,12}", fullmatch=True).filter(
    lambda name: name not in ("track", "browser", ".")
)
REGIONS = st.lists(
    st.tuples(NAMES, st.integers(0, 10**9), st.integers(0, 10**9), NAMES, st.sampled_from("+-."))
)


@given(REGIONS, st.sampled_from(["\n", "\r\n", "\n\n"]), st.sampled_from(["\t", " "]))
def test_written_regions_are_read_again(
    written: list[tuple[str, int, int, str, str]], end: str, between: str
) -> None:
    text, expected = "", []
    for chrom, start, length, name, strand in written:
        line = text.count("\n") + 1
        stop = start + length
        text += between.join([chrom, str(start), str(stop), name, "0", strand]) + end
        expected.append(Region(chrom, start, stop, name, strand.strip("."), line))
    assert read(text.encode()) == expected


@given(st.binary(max_size=200))
def test_any_bytes_are_bed_or_a_format_error(content: bytes) -> None:
    with suppress(FormatError):
        assert all(0 <= region.start <= region.end for region in read(content))
