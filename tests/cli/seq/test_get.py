"""``holdfast seq get``: many names, regions, the other strand."""

import io
import json
from pathlib import Path
from typing import Any

import pytest

from holdfast.cli.main import main

TEXT = b">chr1 the only one\nACGTACGTNNACGT\n>chr2\nGATTACA\n>p1 a protein\nMKVLLEDI\n"
CHR2 = "SQ.91RUEG2guFDIwuRFtRBeo995FUk9JoLv"


@pytest.fixture(autouse=True)
def _loaded(tmp_path: Path, capfd: pytest.CaptureFixture[str]) -> None:
    """One collection in this test's home."""
    (tmp_path / "all.fa").write_bytes(TEXT)
    assert main(["seq", "load", str(tmp_path / "all.fa"), "--namespace", "lab"]) == 0
    capfd.readouterr()


@pytest.fixture
def got(capfd: pytest.CaptureFixture[str]) -> Any:
    """Ask ``holdfast seq get``; its standard output, or what it says when it fails."""

    def ask(*arguments: str, code: int = 0) -> str:
        assert main(["seq", "get", *arguments]) == code
        said = capfd.readouterr()
        return said.err if code else said.out

    return ask


@pytest.fixture
def file(tmp_path: Path) -> Any:
    """Write a file; its path."""

    def write(content: str) -> str:
        path = tmp_path / "given"
        path.write_text(content, encoding="utf-8")
        return str(path)

    return write


def test_names_come_from_arguments_and_files_in_order(got: Any, file: Any) -> None:
    ids = file(f"# names\n\nchr1\n  {CHR2}  \nlab:p1\n")
    lines = got("lab:chr2", "--ids", ids, "--raw").split()
    assert lines == ["GATTACA", "ACGTACGTNNACGT", "GATTACA", "MKVLLEDI"]


def test_an_empty_slice_is_nothing_and_not_all(got: Any) -> None:
    assert got("chr2", "--slice", "5-5") == ">chr2 5-5\n"
    assert got("chr2", "--slice", "0-0", "--raw") == "\n"
    assert json.loads(got("chr2", "--slice", "5-5", "--json"))[0]["residues"] == ""


def test_names_come_from_standard_input(got: Any, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("sys.stdin", io.TextIOWrapper(io.BytesIO(b"chr2\nchr2\n")))
    assert got("--ids", "-") == ">chr2\nGATTACA\n>chr2\nGATTACA\n"


def test_many_names_are_answered_together(got: Any, file: Any) -> None:
    ids = file("chr1\nlab:chr2\n" * 10_000)
    assert got("--ids", ids, "--raw", "--slice", "1-4") == "CGT\nATT\n" * 10_000


def test_regions_come_from_a_bed_file(got: Any, file: Any) -> None:
    bed = file("track name=x\nchr1\t2\t6\texon\t0\t-\nlab:chr2\t0\t3\nchr1\t3\t3\tnothing\n")
    assert got("--bed", bed) == (
        ">exon chr1 2-6 reverse complement\nGTAC\n>lab:chr2 0-3\nGAT\n>nothing chr1 3-3\n"
    )
    assert got("--bed", bed, "--raw", "--reverse-complement") == "GTAC\nATC\n\n"


def test_regions_can_be_those_of_a_collection_or_a_namespace(got: Any, file: Any) -> None:
    assert main(["seq", "alias", "add", "other:chr2", "lab:chr1"]) == 0
    bed = file("chr2\t0\t3\n")
    said = got("--bed", bed, code=1)
    assert "given: 'chr2' names different sequences" in said
    got("chr1")
    assert got("--bed", bed, "--raw", "--in", "all.fa") == "GAT\n"
    assert got("--bed", bed, "--raw", "--namespace", "other") == "ACG\n"
    assert got("chr2", "--raw", "--namespace", "lab") == "GATTACA\n"
    assert "has no record 'chr9'" in got("chr9", "--in", "all.fa", code=1)


def test_the_other_strand_is_read_from_its_own_beginning(got: Any) -> None:
    assert got("chr2", "--reverse-complement") == ">chr2 0-7 reverse complement\nTGTAATC\n"
    assert got("chr2", "--reverse-complement", "--slice", "0-3", "--raw") == "ATC\n"


def test_programs_get_the_whole_length_too(got: Any, file: Any) -> None:
    found = json.loads(got("--bed", file("chr2\t0\t3\tx\t0\t-\n"), "--json"))
    expected = {"name": "x", "digest": CHR2, "length": 7, "start": 0, "end": 3, "residues": "ATC"}
    assert found == [expected]


@pytest.mark.parametrize(
    ("bed", "code", "problem"),
    [
        ("chr1\t0\t3\nchr2\t5\t8\n", 1, "given:2: 5-8 goes beyond chr2, which has 7 residues"),
        ("chr1\t0\t3\nchr9\t5\t8\n", 1, "given: no sequence has the name 'chr9'"),
        ("chr1\t5\n", 1, "given:1: a line of BED"),
        ("p1\t0\t3\tx\t0\t-\n", 2, "so it is no nucleotide"),
    ],
)
def test_a_region_that_cannot_be_is_refused_before_anything_is_written(
    got: Any, file: Any, bed: str, code: int, problem: str, capfd: pytest.CaptureFixture[str]
) -> None:
    assert main(["seq", "get", "--bed", file(bed)]) == code
    said = capfd.readouterr()
    assert problem in said.err
    assert said.out == ""


@pytest.mark.parametrize(
    ("arguments", "problem"),
    [
        ([], "name at least one sequence"),
        (["chr1", "--bed", "x.bed"], "give it no others"),
        (["chr1", "--slice", "5"], "not a slice"),
        (["chr1", "--slice", "-5"], "not a slice"),
        (["chr1", "--slice", "x-"], "not a slice"),
        (["p1", "--reverse-complement"], "no nucleotide"),
    ],
)
def test_what_contradicts_itself_is_misuse(got: Any, arguments: list[str], problem: str) -> None:
    assert problem in got(*arguments, code=2)


@pytest.mark.parametrize("part", ["5-8", "8-", "9-9"])
def test_a_slice_beyond_a_sequence_is_refused_as_a_region_is(
    got: Any, part: str, capfd: pytest.CaptureFixture[str]
) -> None:
    assert main(["seq", "get", "chr1", "chr2", "--slice", part]) == 1
    said = capfd.readouterr()
    assert f"{part} goes beyond chr" in said.err
    assert said.out == ""


def test_a_slice_without_an_end_is_all_from_there_on(got: Any) -> None:
    assert got("chr2", "--slice", "4-") == f">chr2 4-7\n{got('chr2', '--raw')[4:]}"
    assert got("chr2", "--slice", "7-", "--raw") == "\n"


def test_a_file_of_names_that_is_no_text_is_refused(got: Any, tmp_path: Path) -> None:
    (tmp_path / "ids").write_bytes(b"\xff\xfe")
    assert "is not text" in got("--ids", str(tmp_path / "ids"), code=1)
    assert "cannot be opened" in got("--ids", str(tmp_path / "none"), code=1)
