"""``holdfast seq export``: what is written is what was loaded, in every form."""

import bz2
import gzip
import json
import lzma
import os
import threading
import tracemalloc
from pathlib import Path
from typing import Any

import pysam
import pytest
import zstandard

from formats.flat import read
from holdfast.app.container import Container
from holdfast.base.files import TEMPORARY
from holdfast.cli.main import main
from holdfast.formats.compression import open_content

TEXT = b">chr1 the only one\nacgtACGTNNACGT\n>chr2\nGATTACA\n>p1 a protein\nMKVLLEDI\n"
NORMAL = b">chr1 the only one\nACGTACGTNNACGT\n>chr2\nGATTACA\n>p1 a protein\nMKVLLEDI\n"
DNA = b">chr1\nACGTNNACGT\n>chr2\nGATTACA\n"
CHR1, CHR2 = "SQ.kDTtMBuCr_wlTU4UcFBFuq2Dk44FYroM", "SQ.91RUEG2guFDIwuRFtRBeo995FUk9JoLv"


@pytest.fixture(autouse=True)
def _loaded(tmp_path: Path, capfdbinary: pytest.CaptureFixture[bytes]) -> None:
    """Two collections in this test's home."""
    for name, text, namespace in (("all.fa", TEXT, "lab"), ("dna.fa", DNA, "dna")):
        (tmp_path / name).write_bytes(text)
        assert main(["seq", "load", str(tmp_path / name), "--namespace", namespace]) == 0
    capfdbinary.readouterr()


@pytest.fixture
def exported(capfdbinary: pytest.CaptureFixture[bytes]) -> Any:
    """Ask ``holdfast seq export``; its standard output."""

    def ask(*arguments: str, code: int = 0) -> bytes:
        assert main(["seq", "export", *arguments]) == code
        said = capfdbinary.readouterr()
        return said.err if code else said.out

    return ask


def test_a_collection_is_written_with_its_names_and_descriptions(exported: Any) -> None:
    assert exported("all.fa") == NORMAL


def test_exactly_means_byte_for_byte(exported: Any, tmp_path: Path) -> None:
    assert exported("all.fa", "--exact") == TEXT
    exported("all.fa", "--exact", "--output", str(tmp_path / "out.fa.gz"))
    assert gzip.decompress((tmp_path / "out.fa.gz").read_bytes()) == TEXT


def test_a_dash_is_standard_output(
    exported: Any, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.chdir(tmp_path)
    assert exported("dna.fa", "--output", "-") == DNA
    assert not Path("-").exists()


def test_single_sequences_are_called_as_they_were_asked_for(exported: Any) -> None:
    assert exported("lab:chr2", CHR2) == f">lab:chr2\nGATTACA\n>{CHR2}\nGATTACA\n".encode()
    assert exported("p1", "dna.fa") == b">p1\nMKVLLEDI\n" + DNA


def test_bare_names_are_those_of_the_namespace(exported: Any) -> None:
    assert b"ambiguous" not in exported("chr1", "--namespace", "lab")
    assert exported("chr1", "--namespace", "lab") == b">chr1\nACGTACGTNNACGT\n"
    assert b"names different sequences" in exported("chr1", code=1)


def test_everything_is_written_under_digests_and_aliases(exported: Any) -> None:
    lines = exported().decode().splitlines()
    assert lines[:4] == [
        f">ga4gh:{CHR1} lab:chr1",
        "ACGTACGTNNACGT",
        f">ga4gh:{CHR2} dna:chr2 lab:chr2",
        "GATTACA",
    ]
    assert len(lines) == 8


def test_a_namespace_is_written_under_its_own_names(exported: Any) -> None:
    assert exported("--namespace", "dna") == b">chr2\nGATTACA\n>chr1\nACGTNNACGT\n"
    only = exported("--namespace", "dna", "--deflines", "aliases")
    assert only.startswith(f">ga4gh:{CHR2} dna:chr2\n".encode())


def test_all_aliases_can_stand_in_the_deflines(exported: Any) -> None:
    assert exported("lab:chr2", "--deflines", "aliases") == (
        f">ga4gh:{CHR2} dna:chr2 lab:chr2\nGATTACA\n".encode()
    )


def test_a_snapshot_is_written_as_it_was(exported: Any) -> None:
    assert main(["seq", "snapshot", "create", "then"]) == 0
    assert main(["seq", "alias", "add", "new:name", "lab:chr2"]) == 0
    exported()
    assert b"new:name" in exported()
    assert b"new:name" not in exported("--at", "then")


@pytest.mark.parametrize("width", [0, 1, 5, 100])
def test_lines_have_the_width_asked_for(exported: Any, width: int) -> None:
    lines = exported("dna.fa", "--width", str(width)).split(b"\n")
    assert max(len(line) for line in lines if not line.startswith(b">")) == min(width or 10, 10)
    assert b"".join(lines) == DNA.replace(b"\n", b"")


OPENERS = {
    ".fa": bytes,
    ".fa.gz": gzip.decompress,
    ".fa.bgz": gzip.decompress,
    ".fa.bz2": bz2.decompress,
    ".fa.xz": lzma.decompress,
    ".fa.zst": lambda content: zstandard.ZstdDecompressor().decompressobj().decompress(content),
}


@pytest.mark.parametrize("ending", OPENERS)
def test_the_compression_is_as_the_name_says(exported: Any, ending: str, tmp_path: Path) -> None:
    path = tmp_path / f"out{ending}"
    exported("all.fa", "--output", str(path))
    assert OPENERS[ending](path.read_bytes()) == NORMAL


@pytest.mark.parametrize("kind", ["gzip", "bgzip", "zstd", "xz", "bzip2"])
def test_what_goes_to_a_pipe_can_be_compressed_too(
    exported: Any, kind: str, tmp_path: Path
) -> None:
    (tmp_path / "piped").write_bytes(exported("all.fa", "--compress", kind))
    with open_content(tmp_path / "piped") as content:
        assert content.kind == ("gzip" if kind == "bgzip" else kind)
        assert content.read(1 << 20) == NORMAL


def test_bgzip_has_its_indexes_beside_it_and_pysam_reads_them(
    exported: Any, tmp_path: Path
) -> None:
    path = tmp_path / "out.fa.gz"
    exported("dna.fa", "--output", str(path), "--compress", "bgzip", "--width", "4")
    made = {each.name: each.read_bytes() for each in tmp_path.glob("out.fa.gz.*")}
    assert sorted(made) == ["out.fa.gz.fai", "out.fa.gz.gzi"]
    with pysam.FastaFile(str(path)) as opened:
        assert opened.fetch("chr1", 3, 9) == "TNNACG"
    for name in made:
        (tmp_path / name).unlink()
    pysam.faidx(str(path))
    assert {name: (tmp_path / name).read_bytes() for name in made} == made


def test_an_exact_text_has_its_indexes_where_lines_are_alike(exported: Any, tmp_path: Path) -> None:
    file, path = tmp_path / "soft.fa", tmp_path / "out.fa.bgz"
    file.write_bytes(b">chr1 soft\nacgTA\nACGTA\nAC\n>chr2\nGATTACA\n")
    odd = tmp_path / "odd.fa"
    odd.write_bytes(b">chr1 odd\nacgTA\nACGTAA\nAC\n")
    for each in (file, odd):
        assert main(["seq", "load", str(each), "--namespace", each.stem]) == 0
    exported("soft.fa", "--exact", "--output", str(path))
    assert gzip.decompress(path.read_bytes()) == file.read_bytes()
    with pysam.FastaFile(str(path)) as opened:
        assert (opened.fetch("chr1", 3, 11), opened.fetch("chr2")) == ("TAACGTAA", "GATTACA")
    exported("odd.fa", "--exact", "--output", str(path))
    assert gzip.decompress(path.read_bytes()) == odd.read_bytes()
    assert not list(tmp_path.glob("out.fa.bgz.*"))


def test_indexes_of_an_older_file_do_not_stay(exported: Any, tmp_path: Path) -> None:
    path = tmp_path / "out.fa.gz"
    exported("dna.fa", "--output", str(path), "--compress", "bgzip")
    exported("all.fa", "--output", str(path))
    assert not list(tmp_path.glob("out.fa.gz.*"))


def test_2bit_is_read_again(exported: Any, tmp_path: Path) -> None:
    path = tmp_path / "out.2bit"
    exported("dna.fa", "--format", "2bit", "--output", str(path))
    found = [(name, residues) for name, _, residues, _, _ in read(path.read_bytes())]
    assert found == [("chr1", b"ACGTNNACGT"), ("chr2", b"GATTACA")]
    assert exported("dna.fa", "--format", "2bit") == path.read_bytes()


def test_small_letters_go_to_2bit_and_back(exported: Any, tmp_path: Path) -> None:
    masked = b">a\nACGTacgtNNacGT\n>b\nggg\n>c\nGATTACA\n>d\n" + b"ACGTacgtaa" * 20_000 + b"\n"
    (tmp_path / "masked.fa").write_bytes(masked)
    assert main(["seq", "load", str(tmp_path / "masked.fa"), "--namespace", "m"]) == 0
    path = tmp_path / "masked.2bit"
    exported("masked.fa", "m:c", "--format", "2bit", "--output", str(tmp_path / "x"), code=0)
    exported("masked.fa", "--format", "2bit", "--output", str(path))
    assert main(["seq", "load", str(path), "--namespace", "m"]) == 0
    exported("m:c")
    again = exported("masked.2bit", "--exact")
    assert again.replace(b"\n", b"") == masked.replace(b"\n", b"")
    assert max(map(len, again.split(b"\n"))) == 50
    assert exported("masked.2bit", "--format", "2bit") == path.read_bytes()


@pytest.mark.parametrize(
    ("arguments", "problem"),
    [
        (["all.fa", "--format", "2bit"], "p1 has the residue M"),
        (["dna.fa", "dna.fa", "--format", "2bit"], "two sequences called chr1"),
        (["nobody"], "no sequence has the name 'nobody'"),
        (["all.fa", "--compress", "gzib"], "did you mean gzip"),
        (["--exact"], "name one"),
        (["all.fa", "--exact", "--width", "5"], "leave --deflines and --width"),
        (["lab:chr1", "--exact"], "no collection"),
        (["all.fa", "--at", "never"], "never"),
    ],
)
def test_what_cannot_be_written_leaves_the_file_that_was_there(
    exported: Any, arguments: list[str], problem: str, tmp_path: Path, capfdbinary: Any
) -> None:
    path = tmp_path / "out"
    path.write_bytes(b"precious")
    assert main(["seq", "export", *arguments, "--output", str(path)]) in (1, 2)
    assert problem in capfdbinary.readouterr().err.decode()
    assert path.read_bytes() == b"precious"
    assert not list(tmp_path.glob(f"{TEMPORARY}*"))


def test_json_tells_about_the_file(exported: Any, tmp_path: Path) -> None:
    path = tmp_path / "out.fa.zst"
    told = json.loads(exported("all.fa", "--output", str(path), "--json"))
    assert told == {
        "output": str(path),
        "format": "fasta",
        "compression": "zstd",
        "records": 3,
        "residues": 29,
        "size": path.stat().st_size,
    }
    assert b"--output" in exported("all.fa", "--json", code=2)


def test_a_pipe_or_a_device_stays_what_it_is(exported: Any, tmp_path: Path) -> None:
    pipe = tmp_path / "pipe"
    os.mkfifo(pipe)
    found: list[bytes] = []
    reading = threading.Thread(target=lambda: found.append(pipe.read_bytes()))
    reading.start()
    exported("all.fa", "--output", str(pipe))
    reading.join()
    assert found == [NORMAL]
    assert pipe.is_fifo()


def test_a_link_is_followed(exported: Any, tmp_path: Path) -> None:
    (tmp_path / "link").symlink_to(tmp_path / "target")
    (tmp_path / "target").write_bytes(b"old")
    exported("all.fa", "--output", str(tmp_path / "link"))
    assert (tmp_path / "link").is_symlink()
    assert (tmp_path / "target").read_bytes() == NORMAL


def test_a_folder_that_is_not_there_is_a_sentence(exported: Any, tmp_path: Path) -> None:
    said = exported("all.fa", "--output", str(tmp_path / "no" / "x.fa"), code=2).decode()
    assert "there is no folder" in said
    assert b"is a folder" in exported("all.fa", "--output", str(tmp_path), code=2)


def test_memory_does_not_grow_with_a_chromosome(exported: Any, tmp_path: Path) -> None:
    source = tmp_path / "long.fa"
    source.write_bytes(b">long\n" + b"GATTACAT" * (1 << 22) + b"NNNN" + b"\n")
    assert main(["seq", "load", str(source)]) == 0
    exported("long.fa", "--output", str(tmp_path / "warm.fa"))
    for name in ("out.fa", "out.fa.bgz", "out.2bit"):
        kind = "2bit" if name.endswith("2bit") else "fasta"
        tracemalloc.start()
        try:
            exported("long.fa", "--format", kind, "--output", str(tmp_path / name))
            _, peak = tracemalloc.get_traced_memory()
        finally:
            tracemalloc.stop()
        assert peak < 64 << 20, name


def test_a_real_genome_is_written_as_it_was(exported: Any, real_data: Path, tmp_path: Path) -> None:
    genome = real_data / "yeast" / "genomes" / "S288C.genome.fa.gz"
    assert main(["seq", "load", str(genome), "--namespace", "sgd"]) == 0
    exported("--output", str(tmp_path / "warm.fa"))
    name = genome.name
    plain = gzip.decompress(genome.read_bytes())
    assert exported(name, "--exact") == plain
    path = tmp_path / "out.fa.bgz"
    exported(name, "--output", str(path), "--width", "70")
    with Container.read() as container, pysam.FastaFile(str(path)) as opened:
        members = container.store.collection(name).members
        assert list(opened.references) == [member.name for member in members]
        for member in members:
            expected = container.store.fetch(member.digest, 12_345, 13_345)
            assert opened.fetch(member.name, 12_345, 13_345) == expected
