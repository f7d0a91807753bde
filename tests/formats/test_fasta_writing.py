import io
from pathlib import Path

import pysam
import pytest
from hypothesis import given
from hypothesis import strategies as st

from holdfast.formats.fai import fai_text
from holdfast.formats.fasta_writing import TOGETHER, FastaWriter

NAMES = st.text("abcXYZ012_.|:-", min_size=1, max_size=8)
RECORDS = st.dictionaries(NAMES, st.text("ACGTN", min_size=1, max_size=300), min_size=1)


def line_by_line(residues: bytes, width: int) -> bytes:
    return b"".join(residues[at : at + width] + b"\n" for at in range(0, len(residues), width))


@pytest.mark.parametrize("length", [0, 1, 59, 60, 61, TOGETHER, 3 * TOGETHER + 7])
@pytest.mark.parametrize("width", [1, 60, 100, 10**6])
def test_residues_are_wrapped_as_line_by_line(length: int, width: int) -> None:
    residues = (b"GATTACA" * length)[:length]
    file = io.BytesIO()
    FastaWriter(file, width).write("a", [residues])
    assert file.getvalue() == b">a\n" + line_by_line(residues, width)


@given(RECORDS, st.integers(0, 80), st.integers(1, 90))
def test_a_record_is_the_same_in_whatever_pieces_it_comes(
    records: dict[str, str], width: int, step: int
) -> None:
    file, expected = io.BytesIO(), b""
    writer = FastaWriter(file, width)
    for name, residues in records.items():
        raw = residues.encode()
        writer.write(f"{name} what it is", (raw[at : at + step] for at in range(0, len(raw), step)))
        expected += f">{name} what it is\n".encode() + line_by_line(raw, width or len(raw))
    assert file.getvalue() == expected
    assert (writer.records, writer.residues) == (len(records), sum(map(len, records.values())))


def test_an_empty_record_has_no_lines() -> None:
    file = io.BytesIO()
    writer = FastaWriter(file)
    writer.write("a", [])
    writer.write("b", [b"AC"])
    assert file.getvalue() == b">a\n>b\nAC\n"


@given(RECORDS, st.integers(0, 80))
def test_the_index_is_the_one_that_pysam_makes(
    tmp_path_factory: pytest.TempPathFactory, records: dict[str, str], width: int
) -> None:
    path = tmp_path_factory.getbasetemp() / "written.fa"
    with path.open("wb") as file:
        writer = FastaWriter(file, width, indexed=True)
        for name, residues in records.items():
            writer.write(f"{name} x", [residues.encode()])
    pysam.faidx(str(path))
    assert Path(f"{path}.fai").read_bytes() == fai_text(writer.rows)
