"""PAF is read in columns, refused with file and line, and comes back as it was written."""

import gzip
import io
import json
from contextlib import suppress
from dataclasses import fields
from pathlib import Path

import numpy as np
import pytest
import zstandard
from hypothesis import given, settings
from hypothesis import strategies as st

from holdfast.errors import FormatError
from holdfast.formats import columns, paf, paf_tags
from holdfast.formats.paf import ABSENT, PafTable, checked_blocks, read_paf, write_paf

LINE = b"q\t100\t10\t60\t+\tt\t200\t0\t50\t45\t52\t60"


def read(content: bytes) -> PafTable:
    return read_paf(io.BytesIO(content), "x.paf")


def same(one: PafTable, other: PafTable) -> bool:
    return all(
        np.array_equal(
            *(np.asarray(getattr(table, field.name)) for table in (one, other)),
            equal_nan=field.name in ("de", "dv"),
        )
        for field in fields(PafTable)
    )


def test_the_twelve_columns_are_read() -> None:
    table = read(LINE + b"\n")
    assert (table.query_names, table.query_lengths) == (("q",), (100,))
    assert (table.target_names, table.target_lengths) == (("t",), (200,))
    interval = (table.query_start, table.query_end, table.target_start, table.target_end)
    assert [column.tolist() for column in interval] == [[10], [60], [0], [50]]
    rest = (table.strand, table.matches, table.block, table.mapq)
    assert [column.tolist() for column in rest] == [[1], [45], [52], [60]]


@pytest.mark.parametrize("content", [b"", b"\n"[:0]])
def test_an_empty_file_is_an_empty_table(content: bytes) -> None:
    assert len(read(content)) == 0


@pytest.mark.parametrize("pack", [bytes, gzip.compress, zstandard.compress])
@pytest.mark.parametrize("end", [b"\n", b"\r\n", b""])
def test_compression_and_line_ends_make_no_difference(pack, end: bytes) -> None:  # type: ignore[no-untyped-def] # three unlike functions
    assert same(read(pack(LINE + b"\n" + LINE + end)), read(LINE + b"\n" + LINE + b"\n"))


def test_a_truncated_gzip_is_refused() -> None:
    with pytest.raises(FormatError, match=r"x\.paf"):
        read(gzip.compress(LINE * 100)[:-9])


def test_tags_that_tell_identity_are_read() -> None:
    table = read(LINE + b"\tNM:i:7\tnn:i:2\tde:f:0.0125\tdv:f:0.5\n" + LINE + b"\ttp:A:P\n")
    assert table.edits.tolist() == [7, ABSENT]
    assert table.ambiguous.tolist() == [2, 0]
    assert table.de[0] == 0.0125
    assert np.isnan(table.de[1])
    assert table.dv[0] == 0.5


def test_gaps_are_counted_from_the_cigar_where_de_is_missing() -> None:
    with_de = LINE + b"\tde:f:0\tcg:Z:10M3I\n"
    table = read(with_de + LINE + b"\tcg:Z:10M3I5M2D1I7M\tNM:i:6\n" + LINE + b"\n")
    assert table.gap_bases.tolist() == [ABSENT, 6, ABSENT]
    assert table.gap_opens.tolist() == [ABSENT, 3, ABSENT]


@pytest.mark.parametrize(
    ("cs", "edits", "bases", "opens"),
    [
        (b":10", 0, 0, 0),
        (b":6-ata:10+gtc:4*at:3", 7, 6, 2),
        (b"=ACGTAC-ata=ACGTACGTAC+gtc=ACGT*at=ACG", 7, 6, 2),
        (b":3~gt1200ag:4*ag*nc", 2, 0, 0),
    ],
)
def test_differences_are_counted_from_cs(cs: bytes, edits: int, bases: int, opens: int) -> None:
    # A wrong NM and a CIGAR stand beside it: what cs tells is what counts.
    table = read(LINE + b"\tNM:i:99\tcg:Z:10M3I\tcs:Z:" + cs + b"\n" + LINE + b"\tNM:i:5\n")
    assert table.edits.tolist() == [edits, 5]
    assert table.gap_bases.tolist() == [bases, ABSENT]
    assert table.gap_opens.tolist() == [opens, ABSENT]
    assert table.by_cs.tolist() == [True, False]


def test_long_and_short_alignments_are_counted_alike(monkeypatch: pytest.MonkeyPatch) -> None:
    content = b"".join(
        LINE + b"\tNM:i:9\t" + tag + b"\n"
        for tag in (b"cg:Z:5M1I", b"cs:Z::5-ac=ACGT", b"cg:Z:2M3D4M1D2M")
    )
    found = read(content)
    monkeypatch.setattr(paf_tags, "LONG", 1)
    assert same(read(content), found)
    assert found.gap_bases.tolist() == [1, 2, 4]


def test_a_cigar_of_like_and_unlike_tells_edits() -> None:
    lines = [b"cg:Z:10=2X3I5=", b"cg:Z:10=2X3I5=\tNM:i:9", b"cg:Z:10M2X"]
    table = read(b"".join(LINE + b"\t" + line + b"\n" for line in lines))
    assert table.edits.tolist() == [5, 9, ABSENT]


def test_tags_that_no_line_has_take_no_memory() -> None:
    table = read((LINE + b"\n") * 1000)
    for column in (table.de, table.dv, table.edits, table.gap_bases, table.by_cs):
        assert (len(column), column.strides) == (1000, (0,))


def test_places_beyond_32_bits_are_exact() -> None:
    far = LINE.replace(b"t\t200\t0\t50", b"t\t9000000000\t8999999000\t8999999050")
    table = read(LINE.replace(b"t\t200", b"u\t200") + b"\n" + far + b"\n")
    assert table.target_start.tolist() == [0, 8999999000]
    assert table.target_start.dtype == np.int64


def test_blocks_are_checked_and_given_as_they_are() -> None:
    content = (LINE + b"\tcg:Z:10M\n") * 3
    assert b"".join(checked_blocks(io.BytesIO(content), "x.paf")) == content
    with pytest.raises(FormatError, match="CIGAR") as caught:
        list(checked_blocks(io.BytesIO(content + LINE + b"\tcg:Z:M\n"), "x.paf"))
    assert (caught.value.file, caught.value.line) == ("x.paf", 4)


BAD = [
    (LINE.replace(b"q\t", b"\xff\t"), "query name is not UTF-8 text"),
    (LINE + b"\tcs:Z:", "cs:Z: is not a difference string"),
    (LINE + b"\tcs:Z:5", "cs:Z: is not a difference string"),
    (LINE + b"\tcs:Z::", "cs:Z: is not a difference string"),
    (LINE + b"\tcs:Z::5*a", "cs:Z: is not a difference string"),
    (LINE + b"\tcs:Z::5+", "cs:Z: is not a difference string"),
    (LINE + b"\tcs:Z::5+4", "cs:Z: is not a difference string"),
    (LINE + b"\tcs:Z::5x", "cs:Z: is not a difference string"),
    (LINE + b"\tcs:Z::5~gtag", "cs:Z: is not a difference string"),
    (b"", "an empty line"),
    (LINE.rsplit(b"\t", 1)[0], "11 columns"),
    (LINE.replace(b"\t10\t", b"\t-1\t"), "column 3 is not a whole number"),
    (LINE.replace(b"\t10\t", b"\t1.0\t"), "column 3 is not a whole number"),
    (LINE.replace(b"\t10\t", b"\t0x1\t"), "column 3 is not a whole number"),
    (LINE.replace(b"\t10\t", b"\t" + b"9" * 30 + b"\t"), "column 3 is not a whole number"),
    (LINE.replace(b"+", b"*"), "strand"),
    (LINE.replace(b"+", b"+-"), "strand"),
    (LINE.replace(b"\t10\t60", b"\t60\t10"), "query interval ends before it starts"),
    (LINE.replace(b"\t60\t+", b"\t101\t+"), "query interval ends beyond"),
    (LINE.replace(b"\t50\t", b"\t201\t"), "target interval ends beyond"),
    (LINE.replace(b"\t52\t", b"\t0\t"), "column 11, the length of the alignment, is 0"),
    (LINE[:-2] + b"256", "mapping quality"),
    (LINE.replace(b"q\t100", b"q\t99"), "another length"),
    (b"\t" + LINE.partition(b"\t")[2], "no name"),
    (LINE + b"\tde:f:nan", "between 0 and 1"),
    (LINE + b"\tde:f:1.5", "between 0 and 1"),
    (LINE + b"\tde:f:", "between 0 and 1"),
    (LINE + b"\tNM:i:x", "NM:i: is not a whole number"),
    (LINE + b"\tcg:Z:10M3", "CIGAR"),
    (LINE + b"\tcg:Z:M", "CIGAR"),
    (LINE + b"\tcg:Z:", "CIGAR"),
    (LINE + b"\tcg:Z:10Q", "CIGAR"),
]


@pytest.mark.parametrize(("line", "problem"), BAD)
def test_bad_lines_are_named_with_file_and_line(line: bytes, problem: str) -> None:
    with pytest.raises(FormatError, match=problem) as caught:
        read(LINE + b"\n" + LINE + b"\n" + line + b"\n" + LINE[:5] + b"\n")
    assert (caught.value.file, caught.value.line) == ("x.paf", 3)


def test_lines_are_counted_across_blocks(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(columns.blocks, "__defaults__", (64,))
    assert len(read((LINE + b"\n") * 50)) == 50
    with pytest.raises(FormatError) as caught:
        read((LINE + b"\n") * 50 + b"x\n")
    assert caught.value.line == 51


def test_a_line_longer_than_a_block_is_read(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(columns.blocks, "__defaults__", (64,))
    table = read(LINE + b"\tcg:Z:" + b"10M1I" * 200 + b"\n" + LINE + b"\n")
    assert table.gap_bases.tolist() == [200, ABSENT]


def test_a_line_without_end_is_refused(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(columns, "MAX_LINE", 100)
    monkeypatch.setattr(columns.blocks, "__defaults__", (64,))
    with pytest.raises(FormatError, match="longer than 100 bytes"):
        read(b"x" * 1000)


def test_the_conformance_files_are_judged_as_expected(real_data: Path) -> None:
    folder = real_data / "dotplots" / "validators"
    expected = json.loads((folder / "expected.json").read_text())
    # We refuse two that others accept and then cannot use: an interval beyond its contig, and an
    # alignment of length 0.
    expected |= {"beyond.paf": False, "zeroblock.paf": False}
    for name, good in expected.items():
        if name.endswith(".paf"):
            assert _is_paf(folder / name) == good, name


def _is_paf(file: Path) -> bool:
    try:
        read_paf(file)
    except FormatError:
        return False
    return True


names = st.text(st.characters(codec="utf-8", exclude_characters="\t\n\r"), min_size=1, max_size=8)


@st.composite
def tables(draw: st.DrawFn) -> bytes:
    lengths = {"q": draw(st.dictionaries(names, st.integers(1, 10**9), min_size=1, max_size=3))}
    lengths["t"] = draw(st.dictionaries(names, st.integers(1, 10**9), min_size=1, max_size=3))
    lines = []
    for _ in range(draw(st.integers(0, 6))):
        row: list[str] = []
        for side in ("q", "t"):
            name = draw(st.sampled_from(sorted(lengths[side])))
            ends = st.integers(0, lengths[side][name])
            start, end = sorted((draw(ends), draw(ends)))
            row += [name, str(lengths[side][name]), str(start), str(end)]
        row.insert(4, draw(st.sampled_from("+-")))
        row += [str(draw(st.integers(0, 10**9))), str(draw(st.integers(1, 10**9)))]
        row.append(str(draw(st.integers(0, 255))))
        if draw(st.booleans()):
            row.append(f"de:f:{draw(st.floats(0, 1)):.4f}")
        if draw(st.booleans()):
            row.append(f"NM:i:{draw(st.integers(0, 10**6))}")
        lines.append("\t".join(row))
    return "".join(f"{line}\n" for line in lines).encode()


@settings(max_examples=60, deadline=None)
@given(tables())
def test_what_is_written_reads_back_the_same(content: bytes) -> None:
    table, file = read(content), io.BytesIO()
    write_paf(table, file)
    assert same(read(file.getvalue()), table)


def test_many_lines_are_written_some_at_a_time(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(paf, "WRITTEN", 2)
    content = b"".join(LINE + b"\tNM:i:%d\n" % edits for edits in range(5))
    file = io.BytesIO()
    write_paf(read(content), file)
    assert file.getvalue() == content


@settings(max_examples=150, deadline=None)
@given(
    st.binary(max_size=200) | st.text("qt\t+-0123456789\n\r:cgZde", max_size=200).map(str.encode)
)
def test_any_bytes_are_read_or_refused_with_a_format_error(content: bytes) -> None:
    with suppress(FormatError):
        read(content)


@settings(max_examples=100, deadline=None)
@given(st.data())
def test_a_damaged_line_is_read_or_refused_with_a_format_error(data: st.DataObject) -> None:
    tags = b"\tNM:i:7\tcg:Z:10M3I5M\n" + LINE + b"\tde:f:0.1\tcs:Z::6-ata*at~gt12ag=AC\n"
    content = bytearray(LINE + tags) * 2
    for _ in range(data.draw(st.integers(1, 4))):
        content[data.draw(st.integers(0, len(content) - 1))] = data.draw(st.integers(0, 255))
    with suppress(FormatError):
        read(bytes(content))
