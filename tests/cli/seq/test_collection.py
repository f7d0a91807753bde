"""``holdfast seq collection``: shown, compared with and without a store, retired."""

import gzip
import io
import json
from pathlib import Path
from typing import Any

import pytest

from holdfast.cli.main import main

BASE = ">chrX first\nTTGGGGAA\n>chr1\nGGAA\n>chr2\nGCGC\n"
OTHERS = {
    "base": BASE,
    "again": ">chrX other words\nttgg\nggaa\n>chr1\nggaa\n>chr2\ngcgc\n",
    "different_names": BASE.replace(">chr", ">"),
    "different_order": ">chr1\nGGAA\n>chr2\nGCGC\n>chrX\nTTGGGGAA\n",
    "pair_swap": ">chr2\nTTGGGGAA\n>chr1\nGGAA\n>chrX\nGCGC\n",
    "other_bases": ">chrX\nTTGGGGAC\n>chr1\nGGAC\n>chr2\nGCGA\n",
    "subset": ">chrX\nTTGGGGAA\n>chr1\nGGAA\n",
    "apart": ">p\nMKVL\n",
    "touching": ">chrX\nTTGGGGAA\n>p\nMKVL\n",
}
DIGEST = "XZlrcEGi6mlopZ2uD8ObHkQB1d0oDwKk"


@pytest.fixture
def folder(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """A working folder with the files, and no store."""
    for name, text in OTHERS.items():
        (tmp_path / f"{name}.fa").write_text(text)
    monkeypatch.chdir(tmp_path)
    return tmp_path


@pytest.fixture
def loaded(folder: Path, capsys: pytest.CaptureFixture[str]) -> Path:
    """The same, with two of the files loaded as collections."""
    for name in ("base", "different_order"):
        load = ["seq", "load", f"{name}.fa", "--namespace", "lab", "--collection", name]
        assert main(load) == 0
    capsys.readouterr()
    return folder


def answer(capsys: pytest.CaptureFixture[str], *arguments: str) -> Any:
    assert main(["seq", "collection", *arguments, "--json"]) == 0
    said = capsys.readouterr()
    assert said.err == ""
    return json.loads(said.out)


def said(capsys: pytest.CaptureFixture[str], *arguments: str) -> str:
    """What is shown to a person, with blanks folded."""
    assert main(["seq", "collection", *arguments]) == 0
    return " ".join(capsys.readouterr().out.split())


@pytest.mark.parametrize(
    ("other", "verdict"),
    [
        ("base", "the same sequences under the same names, in the same order"),
        ("again", "the same sequences under the same names, in the same order"),
        ("different_order", "the same sequences under the same names, in another order"),
        ("different_names", "the same sequences under other names"),
        ("pair_swap", "the same sequences under other names"),
        ("other_bases", "the same names and lengths, with other sequences"),
        ("subset", "all of B is in A, which has more"),
        ("apart", "no sequence is in both"),
        ("touching", "some sequences are in both"),
    ],
)
def test_files_are_compared_without_a_store(
    folder: Path, home: Path, capsys: pytest.CaptureFixture[str], other: str, verdict: str
) -> None:
    assert verdict in said(capsys, "compare", "base.fa", f"{other}.fa")
    assert not (home / "store").exists()
    swapped = verdict.replace("B is in A", "A is in B")
    assert swapped in said(capsys, "compare", f"{other}.fa", "base.fa")


def test_the_table_of_a_comparison_counts_what_each_has(
    folder: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    shown = said(capsys, "compare", "base.fa", "subset.fa")
    assert f"A base.fa {DIGEST}" in shown
    assert "name 1 0 2 yes" in shown
    assert "length 1 0 2 sequence" in shown  # the order of unbalanced duplicates is not defined
    assert "name and sequence 1 0 2 yes" in shown


def test_json_is_the_comparison_of_the_standard(
    folder: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    found = answer(capsys, "compare", "base.fa", "subset.fa")
    assert set(found) == {"digests", "attributes", "array_elements"}
    assert found["digests"] == {"a": DIGEST, "b": "sv7GIP1K0qcskIKF3iaBmQpaum21vH74"}
    assert found["attributes"]["a_and_b"] == [
        "lengths", "name_length_pairs", "names", "sequences", "sorted_sequences",
    ]  # fmt: skip
    assert found["array_elements"]["a_and_b_same_order"]["lengths"] is None


def test_what_is_stored_is_compared_by_name_digest_and_with_files(
    loaded: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    assert "another order" in said(capsys, "compare", "base", "different_order")
    assert "the same order" in said(capsys, "compare", DIGEST, "again.fa")
    assert answer(capsys, "compare", "base", "subset.fa")["digests"]["a"] == DIGEST


def test_compressed_files_and_standard_input_are_compared(
    folder: Path, capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    (folder / "base.gz").write_bytes(gzip.compress(BASE.encode()))
    monkeypatch.setattr("sys.stdin", io.TextIOWrapper(io.BytesIO(BASE.encode())))
    assert "the same order" in said(capsys, "compare", "base.gz", "-")


def test_a_long_record_is_hashed_in_pieces(
    folder: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    long = "ACGTTGCAAC" * 300_000
    (folder / "one.fa").write_text(f">long\n{long}\n>x\nAC\n")
    (folder / "lines.fa").write_text(
        ">long\n" + "\n".join(long[at : at + 100] for at in range(0, len(long), 100)) + "\n>x\nAC\n"
    )
    assert "the same order" in said(capsys, "compare", "one.fa", "lines.fa")


@pytest.mark.parametrize("arguments", [("nosuch", "base.fa"), ("base.fa", "nosuch")])
def test_what_is_neither_file_nor_collection_is_a_sentence(
    folder: Path, capsys: pytest.CaptureFixture[str], arguments: tuple[str, str]
) -> None:
    assert main(["seq", "collection", "compare", *arguments]) == 1
    assert "there is no file 'nosuch', and no store" in capsys.readouterr().err
    assert main(["seq", "init"]) == 0
    assert main(["seq", "collection", "compare", *arguments]) == 1
    assert "the store has no collection of this name" in capsys.readouterr().err


def test_a_file_without_sequences_is_a_sentence_with_its_line(
    folder: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    (folder / "bad.fa").write_text(">a\nAC-GT\n")
    assert main(["seq", "collection", "compare", "bad.fa", "base.fa"]) == 1
    assert "bad.fa:2" in capsys.readouterr().err


def test_show_tells_digests_members_and_where_it_came_from(
    loaded: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    found = answer(capsys, "show", "base")
    assert found["digest"] == DIGEST
    assert found["level1"]["lengths"] == "cGRMZIb3AVgkcAfNv39RN7hnT5Chk7RX"
    assert (found["sequences"], found["residues"], found["added"]) == (3, 16, 1)
    assert found["time"].startswith("20")
    assert found["origin"]["file"] == "base.fa"
    assert found["members"][0] == {
        "name": "chrX",
        "length": 8,
        "digest": "SQ.iYtREV555dUFKg2_agSJW6suquUyPpMw",
        "description": "first",
    }
    shown = said(capsys, "show", DIGEST)
    assert "chr1 4 SQ.YBbVX0dLKG1ieEDCiMmkrTZFt_Z5Vdaj" in shown
    assert "more" not in shown
    assert "and 2 more" in said(capsys, "show", "base", "--limit", "1")
    assert "chr1" not in said(capsys, "show", "base", "--limit", "0")


@pytest.mark.parametrize("level", [0, 1, 2])
def test_show_at_a_level_is_the_document_of_the_standard(
    loaded: Path, capsys: pytest.CaptureFixture[str], level: int
) -> None:
    assert main(["seq", "collection", "show", "base", "--level", str(level)]) == 0
    found = json.loads(capsys.readouterr().out)
    if level == 0:
        assert found == DIGEST
    else:
        assert found["lengths"] == ("cGRMZIb3AVgkcAfNv39RN7hnT5Chk7RX" if level == 1 else [8, 4, 4])


def test_collections_are_listed_by_what_they_have(
    loaded: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    pairs = answer(capsys, "show", "base", "--level", "1")["sorted_name_length_pairs"]
    both = answer(capsys, "list", "--having", f"sorted_name_length_pairs={pairs}")
    assert [each["name"] for each in both] == ["base", "different_order"]
    names = answer(capsys, "show", "base", "--level", "1")["names"]
    (one,) = answer(capsys, "list", "--having", f"names={names}")
    assert one["digest"] == DIGEST
    assert answer(capsys, "list", "--having", "names=x") == []
    for wrong in ("names", "topologies=x"):
        assert main(["seq", "collection", "list", "--having", wrong]) == 2


def test_a_collection_is_exported_as_fasta_or_byte_for_byte(
    folder: Path, capfdbinary: pytest.CaptureFixture[bytes]
) -> None:
    (folder / "odd.fa").write_bytes(b">x y\nacgt\nAC\n>z\r\nGG\r\n")
    assert main(["seq", "load", "odd.fa", "--namespace", "odd"]) == 0
    for exact, expected in (
        ([], b">x y\nACGTAC\n>z\nGG\n"),
        (["--exact"], (folder / "odd.fa").read_bytes()),
    ):
        arguments = ["export", "odd.fa", *exact, "--output", "out.fa"]
        assert main(["seq", "collection", *arguments]) == 0
        assert (folder / "out.fa").read_bytes() == expected
        capfdbinary.readouterr()
        assert main(["seq", "collection", "export", "odd.fa", *exact]) == 0
        assert capfdbinary.readouterr().out == expected


def test_only_a_collection_is_exported(loaded: Path, capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["seq", "collection", "export", "lab:chrX", "--output", "x.fa"]) == 1
    assert "no collection 'lab:chrX'" in capsys.readouterr().err
    assert not (loaded / "x.fa").exists()
    assert answer(capsys, "export", "base", "--output", "x.fa.gz")["records"] == 3
    assert gzip.decompress((loaded / "x.fa.gz").read_bytes()).startswith(b">chrX first\n")
    assert main(["seq", "collection", "export", "base", "--json"]) == 2


def test_a_retired_collection_is_gone_now_and_there_in_a_snapshot(
    loaded: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    assert main(["seq", "snapshot", "create", "before"]) == 0
    capsys.readouterr()
    assert answer(capsys, "retire", "base") == {"retired": "base"}
    assert [each["name"] for each in answer(capsys, "list")] == ["different_order"]
    assert main(["seq", "collection", "show", "base"]) == 1
    assert "no collection 'base'" in capsys.readouterr().err
    assert answer(capsys, "show", "base", "--at", "before")["digest"] == DIGEST
    assert main(["seq", "collection", "retire", "base"]) == 1
