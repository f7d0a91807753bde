"""A text and its layout: whatever was read is written again, byte for byte."""

import contextlib
import io
import tempfile
from pathlib import Path

import numpy as np
import pysam
import pytest
from hypothesis import example, given
from hypothesis import strategies as st

from holdfast.errors import FormatError
from holdfast.formats.compression import open_content
from holdfast.formats.fai import FaiRow, read_fai
from holdfast.formats.fasta import FastaReader, LongRecord
from holdfast.formats.layout import Laid, Layout, LayoutWriter, reading, writing
from holdfast.formats.layout.columns import MORE, Column, Cursor, Positions

BLOCK = 64  # small, so that records become long ones and come in pieces


def read(text: bytes, block: int = BLOCK) -> tuple[list[tuple[str, str, bytes]], bytes]:
    """The records of a text, and its layout as it is kept."""
    writer = LayoutWriter()
    records: list[tuple[str, str, bytes]] = []
    with open_content(io.BytesIO(text), "made.fa") as content:
        for item in FastaReader(content, writer, block).blocks():
            if isinstance(item, LongRecord):
                residues = b"".join(piece for piece, _ in item.pieces)
                records.append((item.heading.name, item.heading.description, residues))
            else:
                records += zip(item.names, item.descriptions, item.residues, strict=True)
    return records, writer.finish()


def write(
    records: list[tuple[str, str, bytes]], kept: bytes, index: list[FaiRow] | None = None
) -> bytes:
    file = io.BytesIO()
    laid = [
        Laid(name, description, len(residues), lambda start, end, whole=residues: whole[start:end])
        for name, description, residues in records
    ]
    Layout(kept, "made.fa").write(file, laid, index)
    return file.getvalue()


HEADINGS = st.text(
    st.characters(codec="utf-8", exclude_characters="\n", exclude_categories=["Cc", "Cs"]),
    max_size=8,
).map(lambda text: "n" + text)
LINES = st.text("ACGTNacgtn* \t\r", max_size=40)
NEWLINES = st.sampled_from(["\n", "\r\n"])


@st.composite
def regular_texts(draw: st.DrawFn) -> str:
    """Texts as programs write them: one width, perhaps stops, soft masks, two-byte line ends."""
    newline, width = draw(NEWLINES), draw(st.sampled_from([1, 5, 60, 1000]))
    tail = draw(st.sampled_from(["", "*"]))
    text = ""
    for number in range(draw(st.integers(1, 6))):
        body = draw(st.text("ACGTNacgtn", min_size=1, max_size=300)) + tail
        lines = [body[at : at + width] for at in range(0, len(body), width)]
        text += newline.join([f">r{number} made", *lines, ""])
    return text


@st.composite
def odd_texts(draw: st.DrawFn) -> str:
    """Texts as people write them: any lines, any blanks, no end."""
    newline = draw(NEWLINES)
    text = draw(st.text(" \n\t", max_size=5))
    for _ in range(draw(st.integers(1, 5))):
        lines = draw(st.lists(LINES, max_size=5))
        place = draw(st.integers(0, len(lines)))
        lines.insert(place, draw(st.text("ACGTacgt", max_size=200)))
        lines = draw(st.sampled_from([lines, lines, lines, []]))
        text += newline.join([">" + draw(HEADINGS), *lines, ""])
    return text.rstrip("\n") if draw(st.booleans()) else text


@given(st.one_of(regular_texts(), odd_texts()), st.sampled_from([16, BLOCK, 1 << 20]))
@example(">a\n>b\n\n>c\n*\n>d\nac\n>e\n>f\nG", 16)
@example(">a\n>b\n\n>c\n*\n>d\nac\n>e\n>f\nG\n>g\n*", 1 << 20)
@example(">a\n>b\nac\n>c\nAC\n>d\n", 1 << 20)
@example(">a\nAC\n\nGT\n\n\n>b x\nAC", 16)
@example(">a  b\r\nACGT\r\nAC\r\n>b \r\nac*\r\n", 16)
@example("\n\n>a\tb\nA\nCC\n", 16)
@example(">a\n" + "ACGT" * 30 + "\n>b\n" + "ac gt\n" * 30 + "*\n \n", 16)
@example(">a\n" + "ACGT\n" * 30 + "\nA\n>b\nAC", 16)
def test_a_text_is_written_again_byte_for_byte(text: str, block: int) -> None:
    raw = text.encode()
    try:
        records, kept = read(raw, block)
    except FormatError:
        return  # what is no FASTA has no layout (a heading of blanks, say)
    assert write(records, kept) == raw


@given(st.one_of(regular_texts(), odd_texts()))
@example(">a x\r\nACGT\r\nAC\r\n>b\r\nacg*\r\n")
@example(">a\n>b\nACGT\nAC\n>c\n\n>d\tD\nA")
@example(">a\nAC GT\nAC GT\n")
@example(">a\nACG\nACGT\n")
@example("\n> a\nACGT\nACGT\n>é\nAC")
def test_a_text_has_the_index_that_samtools_makes_of_it_or_none(text: str) -> None:
    try:
        records, kept = read(text.encode())
    except FormatError:
        return
    index: list[FaiRow] = []
    assert write(records, kept, index) == text.encode()
    if not index:
        assert not text.startswith(">r0 made")  # as programs write them
        return
    rows = {row.name: row for row in reversed(index)}  # samtools takes the first of a name
    with tempfile.TemporaryDirectory() as folder:
        file = Path(folder) / "made.fa"
        file.write_bytes(text.encode())
        pysam.faidx(str(file))
        assert {row.name: row for row in read_fai(Path(f"{file}.fai"))} == rows


@given(st.integers(1, 50), st.integers(1, 9))
def test_pieces_of_writing_make_no_difference(residues: int, piece: int) -> None:
    text = b">a b\n" + b"\n".join([b"AcgT*N n"] * residues) + b"\n"
    records, kept = read(text)
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(writing, "PIECE", piece)
        assert write(records, kept) == text


def test_a_text_of_the_usual_form_takes_a_few_hundred_bytes() -> None:
    body = "\n".join(["ACGTACGTAC"] * 50)
    text = "".join(f">r{number} of many\n{body}\n" for number in range(5000)).encode()
    assert len(read(text, 1 << 20)[1]) < 300


def test_stops_behind_proteins_take_no_room() -> None:
    text = "".join(f">r{number}\nMKV{'L' * number}*\n" for number in range(2000)).encode()
    assert len(read(text, 1 << 12)[1]) < 300


def test_a_distance_longer_than_a_word_is_kept() -> None:
    column = Column()
    positions = Positions(column)
    numbers = [5, 5 + MORE - 1, 5 + 3 * MORE, 6 + 3 * MORE, 6 + 5 * MORE]
    positions.append(np.array(numbers))
    cursor = Cursor(column.finish())
    assert cursor.until(6).tolist() == [5]
    assert cursor.until(1 << 60).tolist() == numbers[1:]


@given(st.binary(max_size=200))
def test_any_bytes_are_a_layout_or_refused(content: bytes) -> None:
    with pytest.raises(FormatError, match="the layout is damaged"):
        Layout(content, "x")


@given(st.data())
def test_a_damaged_layout_raises_nothing_but_what_it_should(data: st.DataObject) -> None:
    text = b">a  x\nACgtNN\nAC\n>b\nAAAA*\nA\n\nC\n"
    records, kept = read(text)
    at = data.draw(st.integers(0, len(kept) - 1))
    broken = kept[:at] + bytes([kept[at] ^ data.draw(st.integers(1, 255))]) + kept[at + 1 :]
    with contextlib.suppress(FormatError):  # some damage only changes what is written
        write(records, broken)


def test_a_layout_of_other_records_is_refused() -> None:
    records, kept = read(b">a\nACGT\n>b\nAC\n")
    with pytest.raises(FormatError, match="of other records"):
        write(records[:1], kept)
    with pytest.raises(FormatError, match="of other records"):
        write([records[0], ("b", "", b"ACC")], kept)


def test_endless_blanks_behind_a_record_are_refused(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(reading, "TAIL_LIMIT", 1000)
    with pytest.raises(FormatError, match=r"made.fa:\d+: there are too many blanks"):
        read(b">a\n" + b"ACGT\n" * 100 + b" " * 5000)
