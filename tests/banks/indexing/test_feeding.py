"""What programs are fed: plain bytes, whole lines, and no more than is meant."""

import gzip
from pathlib import Path
from unittest.mock import patch

import pytest
import zstandard
from hypothesis import given
from hypothesis import strategies as st

from holdfast.banks.indexing import feeding
from holdfast.banks.indexing.acts import Feed, Lines
from holdfast.banks.indexing.content import content_by, content_of, packing_of
from holdfast.banks.indexing.feeding import fed
from holdfast.banks.indexing.tool import Content, Packing
from holdfast.errors import FormatError
from holdfast.formats.bgzf import BgzfWriter

FASTA = b">a one\nACGT\n>b\nGG>T\n"


def write(path: Path, content: bytes) -> Path:
    path.write_bytes(content)
    return path


def test_files_are_fed_plain_and_end_with_a_line(tmp_path: Path) -> None:
    first = write(tmp_path / "a", gzip.compress(b">a\nAC", mtime=0))
    second = write(tmp_path / "b", zstandard.compress(b">b\nGT\n"))
    assert b"".join(fed(Feed((first, second)))) == b">a\nAC\n>b\nGT\n"


@given(st.integers(1, 30))
def test_definition_lines_are_marked_wherever_pieces_end(size: int) -> None:
    pieces = iter([FASTA[at : at + size] for at in range(0, len(FASTA), size)])
    marked = b"".join(feeding._marked(pieces, b"t|"))
    assert marked == b">t|a one\nACGT\n>t|b\nGG>T\n"


TABLE = b"##gff-version 3\n# by hand\ntrack x\nb\t1\n\n###\na\t2\n##FASTA\n>s\nACGT\n"


@pytest.mark.parametrize("chunk", [1, 7, 1 << 20])
def test_comments_and_rows_of_a_table(tmp_path: Path, chunk: int) -> None:
    path = write(tmp_path / "t", TABLE)
    with patch.object(feeding, "CHUNK", chunk):
        assert b"".join(fed(Feed((path,), Lines.COMMENTS))) == b"##gff-version 3\n# by hand\n"
        assert b"".join(fed(Feed((path,), Lines.ROWS))) == b"b\t1\na\t2\n"


@pytest.mark.parametrize(
    ("head", "expected"),
    [
        (b">a\nACGTNNNNNRYK\n", Content.NUCLEOTIDE),
        (b">a\nacgu\n", Content.NUCLEOTIDE),
        (b">p\nMKTAYR\n", Content.PROTEIN),  # all letters stand for nucleotides too
        (b">p\nMEEPQSDPSV\n", Content.PROTEIN),
        (b"\n\n>a\nACGT", Content.NUCLEOTIDE),
        (b">only a name\n", Content.OTHER),
        (b"", Content.OTHER),
        (b"ID   X; SV 1;\n", Content.OTHER),
        (b"##gff-version 3\n", Content.OTHER),
    ],
)
def test_content_is_told_by_the_first_lines(head: bytes, expected: Content) -> None:
    assert content_by(head) is expected


def test_packing_is_told_by_the_first_bytes(tmp_path: Path) -> None:
    with (tmp_path / "b").open("wb") as file, BgzfWriter(file) as writer:
        writer.write(FASTA)
        writer.close()
    assert packing_of(tmp_path / "b") is Packing.BGZIP
    assert packing_of(write(tmp_path / "g", gzip.compress(FASTA, mtime=0))) is Packing.GZIP
    assert packing_of(write(tmp_path / "z", zstandard.compress(FASTA))) is Packing.OTHER
    assert packing_of(write(tmp_path / "p", FASTA)) is Packing.PLAIN
    assert packing_of(write(tmp_path / "e", b"")) is Packing.PLAIN


def test_a_damaged_file_has_no_content_to_tell(tmp_path: Path) -> None:
    cut = write(tmp_path / "cut.fa.gz", gzip.compress(FASTA * 9, mtime=0)[:-12])
    with pytest.raises(FormatError, match="damaged or cut short"):
        content_of(cut)
