"""SAM and BAM: lengths from clips, strands, edits; BAM beside what another library writes."""

import io
import struct
from contextlib import suppress
from pathlib import Path

import pysam
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from formats.alignments.made_up import EXAMPLE, written
from formats.alignments.reading import lines_of, refused
from holdfast.errors import FormatError
from holdfast.formats.alignments.interface import Lengths
from holdfast.formats.alignments.reading import format_of, named, paf_lines
from holdfast.formats.compression import open_content
from thoroughness import sampled

HEADING = "@SQ\tSN:t\tLN:100\n"


def row(cigar: str = "5S4M1I2M3H", flag: int = 0, tags: str = "\tNM:i:2") -> str:
    return f"q\t{flag}\tt\t11\t60\t{cigar}\t*\t0\t0\t*\t*{tags}\n"


@pytest.mark.parametrize(
    ("flag", "place"), [(0, "q\t15\t5\t12\t+"), (16, "q\t15\t3\t10\t-"), (2064, "q\t15\t3\t10\t-")]
)
def test_lengths_and_places_follow_from_clips(flag: int, place: str) -> None:
    (line,) = lines_of("sam", HEADING + row(flag=flag))
    rest = "t\t100\t10\t16\t5\t7\t60\tNM:i:2\ttp:A:P\tcg:Z:4M1I2M"
    assert line == f"{place}\t{rest}"


def test_a_cigar_of_like_and_unlike_tells_edits_without_a_tag() -> None:
    (line,) = lines_of("sam", HEADING + row("3=1X2D4=", 256, "\tde:f:0.25"))
    assert line.split("\t")[9:] == [
        "7",
        "10",
        "60",
        "NM:i:3",
        "tp:A:S",
        "de:f:0.25",
        "cg:Z:3=1X2D4=",
    ]


def test_what_the_target_skips_is_no_column() -> None:
    (line,) = lines_of("sam", HEADING + row("3M50N4M", tags=""))
    assert line.split("\t")[7:12] == ["10", "67", "7", "7", "60"]


def test_without_heading_lengths_must_be_known() -> None:
    known = Lengths({"t": 100}, None)
    assert lines_of("sam", row(), known) == lines_of("sam", HEADING + row())
    refused("sam", row(), "the length of the target 't' is not told", 1)


@pytest.mark.parametrize(
    ("text", "problem"),
    [
        (row().replace("\t*\t0\t0\t*\t*", ""), "7 columns where SAM has 11"),
        (row("*"), "is no CIGAR"),
        (row("4M2S3M"), "clipped in its middle"),
        (row().replace("\t60\t", "\t256\t"), "mapping quality is above 255"),
        (row().replace("\t11\t", "\t0\t"), "counts from 1"),
        (row(tags="\tNM:i:99"), "which cannot be"),
        (row(tags="\tNM:i:x"), "the tag NM is not a whole number"),
        (row(tags="\tde:f:2"), "the tag de is not between 0 and 1"),
        (row("95M"), "ends beyond the target's length"),
        ("@SQ\tSN:u\n", "has the fields SN and LN"),
        (HEADING, "two targets are called 't'"),
    ],
)
def test_what_is_no_sam_is_refused(text: str, problem: str) -> None:
    refused("sam", HEADING + text, problem, 2)


# -- BAM -------------------------------------------------------------------------------------------


def as_bam(text: bytes, folder: Path) -> Path:
    """The same alignments in BAM, written by another library."""
    (folder / "x.sam").write_bytes(text)
    file = folder / "x.bam"
    with (
        pysam.AlignmentFile(str(folder / "x.sam"), check_sq=False) as source,
        pysam.AlignmentFile(str(file), "wb", template=source) as target,
    ):
        for record in source:
            target.write(record)
    return file


def test_bam_is_read_as_sam_is(tmp_path: Path) -> None:
    text = written("sam", EXAMPLE, seed=3).replace(b"SA:Z:x", b"de:f:0.25\tZB:B:s,1,-2\tZA:A:x")
    file = as_bam(text, tmp_path)
    assert format_of(file).name == "bam"
    assert b"".join(paf_lines(file)).decode().splitlines() == lines_of("sam", text)


def test_all_targets_of_the_heading_are_listed(tmp_path: Path) -> None:
    text = f"{HEADING}@SQ\tSN:unmatched\tLN:7\n{row()}".encode()
    packed = as_bam(text, tmp_path)
    for form, file in (("sam", tmp_path / "x.sam"), ("bam", packed)):
        with open_content(file) as content:
            assert named(form).targets(content, "x") == {"t": 100, "unmatched": 7}
    assert named("sam").targets(io.BytesIO(row().encode()), "x") is None
    assert named("paf").targets(io.BytesIO(), "x") is None
    with pytest.raises(FormatError, match="x:2: two targets are called 't'"):
        named("sam").targets(io.BytesIO(HEADING.encode() * 2), "x")


def test_a_cigar_too_long_for_its_field_is_found_in_its_tag(tmp_path: Path) -> None:
    cigar = "1=1X" * 40_000
    text = f"@SQ\tSN:t\tLN:100000\nq\t0\tt\t1\t60\t{cigar}\t*\t0\t0\t{'A' * 80_000}\t*\n"
    (line,) = b"".join(paf_lines(as_bam(text.encode(), tmp_path))).splitlines()
    assert line.endswith(b"cg:Z:" + cigar.encode())
    assert line.split(b"\t")[9:11] == [b"40000", b"80000"]


@pytest.fixture(scope="module")
def plain(tmp_path_factory: pytest.TempPathFactory) -> bytes:
    """A BAM file without its compression."""
    folder = tmp_path_factory.mktemp("bam")
    with pysam.BGZFile(str(as_bam(written("sam", EXAMPLE), folder))) as file:
        return bytes(file.read())


@settings(max_examples=sampled(300))
@given(st.data())
def test_a_damaged_bam_is_read_or_refused(plain: bytes, data: st.DataObject) -> None:
    content = bytearray(plain)
    for _ in range(data.draw(st.integers(0, 3))):
        content[data.draw(st.integers(4, len(content) - 1))] = data.draw(st.integers(0, 255))
    end = data.draw(st.none() | st.integers(0, len(content)))
    with suppress(FormatError):
        list(named("bam").paf(io.BytesIO(bytes(content[:end])), "x", Lengths()))


def test_a_bam_that_is_cut_off_is_refused_with_its_record(plain: bytes) -> None:
    with pytest.raises(FormatError, match=r"x: record 3: the end is missing"):
        list(named("bam").paf(io.BytesIO(plain[:-5]), "x", Lengths()))
    huge = plain[:4] + struct.pack("<i", -1)
    with pytest.raises(FormatError, match="the heading is below 0"):
        list(named("bam").paf(io.BytesIO(huge), "x", Lengths()))
