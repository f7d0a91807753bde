import io
from contextlib import suppress
from pathlib import Path

import pysam
import pytest
from hypothesis import given
from hypothesis import strategies as st

from holdfast.errors import FormatError
from holdfast.formats.bgzf import BgzfWriter
from holdfast.formats.fai import FaiRow, fai_row, fai_text, read_fai

NAMES = st.text("abcXYZ012_.|:-", min_size=1, max_size=8)
RECORDS = st.dictionaries(NAMES, st.text("ACGTN", min_size=1, max_size=300), min_size=1)


def fasta(records: dict[str, str], width: int) -> tuple[bytes, list[FaiRow]]:
    """The text of records, `width` residues a line, and its index."""
    file, rows = io.BytesIO(), []
    for name, residues in records.items():
        file.write(f">{name}\n".encode())
        rows.append(fai_row(name, len(residues), file.tell(), width))
        for at in range(0, len(residues), width):
            file.write(f"{residues[at : at + width]}\n".encode())
    return file.getvalue(), rows


@given(RECORDS, st.integers(1, 100), st.data())
def test_a_span_holds_the_residues_asked_for(
    records: dict[str, str], width: int, data: st.DataObject
) -> None:
    text, rows = fasta(records, width)
    for row, residues in zip(rows, records.values(), strict=True):
        start = data.draw(st.integers(0, len(residues)))
        end = data.draw(st.integers(start, len(residues)))
        offset, size = row.span(start, end)
        found = text[offset : offset + size].replace(b"\n", b"")
        assert found == residues[start:end].encode()


@given(RECORDS, st.integers(1, 100))
def test_a_written_index_is_read_again(
    tmp_path_factory: pytest.TempPathFactory, records: dict[str, str], width: int
) -> None:
    path = tmp_path_factory.getbasetemp() / "x.fai"
    _, rows = fasta(records, width)
    path.write_bytes(fai_text(rows))
    assert read_fai(path) == rows


def test_the_indexes_are_those_that_pysam_makes(tmp_path: Path) -> None:
    records = {f"s{n}": "ACGTTGCA" * (n * n * 50 + 1) for n in range(30)}
    text, rows = fasta(records, 60)
    path = tmp_path / "x.fa.bgz"
    with path.open("wb") as file, BgzfWriter(file) as writer:
        writer.write(text)
    pysam.faidx(str(path))
    assert path.with_suffix(".bgz.fai").read_bytes() == fai_text(rows)
    assert path.with_suffix(".bgz.gzi").read_bytes() == writer.gzi()
    path.with_suffix(".bgz.fai").write_bytes(fai_text(rows))
    with pysam.FastaFile(str(path)) as opened:
        assert {name: opened.fetch(name) for name in opened.references} == records


@pytest.mark.parametrize(
    ("content", "line", "problem"),
    [
        (b"a\t1\t2\t3\n", 1, "not a row"),
        (b"a\t1\t3\t1\t2\nb\t1\tx\t1\t2\n", 2, "not a row"),
        (b"a\t1\t3\t1\t2\t7\n", 1, "not a row"),
        (b"a\t-1\t3\t1\t2\n", 1, "not a row"),
        (b"\t1\t3\t1\t2\n", 1, "do not fit"),
        (b"a\t5\t3\t0\t1\n", 1, "do not fit"),
        (b"a\t5\t3\t9\t1\n", 1, "do not fit"),
        (b"a\t5\t3\t\xff\t1\n", None, "not text"),
    ],
)
def test_what_is_no_index_is_refused_with_its_line(
    content: bytes, line: int | None, problem: str, tmp_path: Path
) -> None:
    path = tmp_path / "x.fai"
    path.write_bytes(content)
    with pytest.raises(FormatError, match=problem) as caught:
        read_fai(path)
    assert caught.value.line == line


@given(st.binary(max_size=100))
def test_any_bytes_are_an_index_or_a_format_error(
    tmp_path_factory: pytest.TempPathFactory, content: bytes
) -> None:
    path = tmp_path_factory.getbasetemp() / "any.fai"
    path.write_bytes(content)
    with suppress(FormatError):
        assert len(read_fai(path)) <= content.count(b"\n") + 1


def test_a_missing_index_is_a_sentence(tmp_path: Path) -> None:
    with pytest.raises(FormatError, match="cannot be read"):
        read_fai(tmp_path / "none.fai")
