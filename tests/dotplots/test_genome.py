"""A genome is contigs on an axis, each with a name of its own."""

import gzip
from pathlib import Path

import pytest

from dotplots.examples import fasta, genome
from holdfast.dotplots.genome import genome_name, read_genome
from holdfast.errors import FormatError


def test_contigs_stand_one_after_another() -> None:
    example = genome("g", a=10, b=5, c=7)
    assert (example.length, example.offsets.tolist()) == (22, [0, 10, 15])
    assert example.numbers == {"a": 0, "b": 1, "c": 2}


def test_a_genome_is_read_with_the_digests_of_its_contigs(tmp_path: Path) -> None:
    read = read_genome(fasta(tmp_path / "s.v1.fa", [("a", "ACGT"), ("b", "acgtN")]))
    assert (read.name, [(c.name, c.length) for c in read.contigs]) == ("s.v1", [("a", 4), ("b", 5)])
    assert read.contigs[0].digest == "SQ.aKF498dAxcJAqme6QYQ7EZ07-fiw8Kw2"


def test_compression_changes_neither_name_nor_contigs(tmp_path: Path) -> None:
    plain = fasta(tmp_path / "s.fa", [("a", "ACGT")])
    packed = tmp_path / "s.fa.gz"
    packed.write_bytes(gzip.compress(plain.read_bytes()))
    assert read_genome(packed) == read_genome(plain)


def test_two_contigs_of_one_name_are_refused_with_their_line(tmp_path: Path) -> None:
    file = fasta(tmp_path / "s.fa", [("a", "ACGT"), ("b", "A"), ("a", "C")])
    with pytest.raises(FormatError, match=r"s\.fa:5: a second sequence is called a"):
        read_genome(file)


@pytest.mark.parametrize("content", [b"", b"\x00\x01binary", b"ACGT\n", b">a\n>b\nAC\n"])
def test_what_is_no_fasta_is_refused(tmp_path: Path, content: bytes) -> None:
    (tmp_path / "s.fa").write_bytes(content)
    with pytest.raises(FormatError, match=r"s\.fa"):
        read_genome(tmp_path / "s.fa")


@pytest.mark.parametrize(
    ("file", "name"),
    [("a/S288C.genome.fa.gz", "S288C.genome"), ("x.FA.GZ", "x"), ("x", "x"), ("x.fa.zst", "x")],
)
def test_a_genome_is_called_after_its_file(file: str, name: str) -> None:
    assert genome_name(Path(file)) == name
