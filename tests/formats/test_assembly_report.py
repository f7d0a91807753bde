import contextlib
import gzip
from pathlib import Path

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from holdfast.errors import FormatError
from holdfast.formats.assembly_report import Assembly, AssemblyRow, read_report

HEADING = (
    "# Assembly name:  Made 1.0\r\n"
    "# Organism name:  Fictio exempli (made for a test)\r\n"
    "#\r\n"
    "## GenBank Unit Accession\tRefSeq Unit Accession\tAssembly-Unit name\r\n"
    "# Sequence-Name\tSequence-Role\tAssigned-Molecule\tAssigned-Molecule-Location/Type\t"
    "GenBank-Accn\tRelationship\tRefSeq-Accn\tAssembly-Unit\tSequence-Length\tUCSC-style-name\r\n"
)
ROWS = (
    "1\tassembled-molecule\t1\tChromosome\tCM000001.1\t=\tNC_000001.1\tPrimary\t8\tchr1\r\n"
    "MT\tassembled-molecule\tMT\tMitochondrion\tJ01415.2\t<>\tNC_012920.1\tnon-nuclear\t4\tna\r\n"
    "un_7\tunplaced-scaffold\tna\tna\tKI270302.1\t<>\tna\tPrimary\tna\tna\r\n"
)


def written(folder: Path, text: str | bytes) -> Path:
    path = folder / "made_assembly_report.txt"
    path.write_bytes(text if isinstance(text, bytes) else text.encode())
    return path


def test_a_report_is_read(tmp_path: Path) -> None:
    path = written(tmp_path, HEADING + ROWS)
    assert read_report(path) == Assembly(
        "Made 1.0",
        (
            AssemblyRow("1", ("chr1",), "CM000001.1", "NC_000001.1", True, 8, 6),
            AssemblyRow("MT", (), "J01415.2", "NC_012920.1", False, 4, 7),
            AssemblyRow("un_7", (), "KI270302.1", "", False, None, 8),
        ),
        str(path),
    )


def test_a_compressed_report_without_lengths_is_read(tmp_path: Path) -> None:
    text = (
        "#Sequence-Name\tGenBank-Accn\tRelationship\tRefSeq-Accn\n"
        "1\tCM1.1\t=\tNC_1.1\n\n# a remark\n2\tna\t<>\tNC_2.1\n"
    )
    found = read_report(written(tmp_path, gzip.compress(text.encode())))
    assert found.name == ""
    assert [(row.name, row.length, row.line) for row in found.rows] == [
        ("1", None, 2),
        ("2", None, 5),
    ]


@pytest.mark.parametrize(
    ("text", "sentence"),
    [
        ("", ": is no assembly report: it has no sequences"),
        (HEADING, ": is no assembly report: it has no sequences"),
        (">chr1\nACGT\n", ":1: is no assembly report: no line before it names the columns"),
        (HEADING + "1\tx\n", ":6: has 2 fields where its heading has 10"),
        (HEADING + ROWS.replace("\t8\t", "\t8 kb\t"), ":6: '8 kb' is no length"),
        (HEADING + ROWS.replace("1\tass", "na\tass", 1), ":6: has no sequence name"),
        (HEADING.encode() + b"\xff", ":6: is not UTF-8"),
    ],
)
def test_what_is_no_report_is_refused(tmp_path: Path, text: str | bytes, sentence: str) -> None:
    path = written(tmp_path, text)
    with pytest.raises(FormatError) as caught:
        read_report(path)
    assert str(caught.value).startswith(f"{path}{sentence}")


def test_a_report_that_is_not_there_is_said(tmp_path: Path) -> None:
    with pytest.raises(FormatError, match="cannot be opened"):
        read_report(tmp_path / "none")


VALUE = st.text(st.characters(exclude_categories=["C", "Z"], exclude_characters="#"), min_size=1)
ROW = st.tuples(VALUE, VALUE, st.sampled_from(["=", "<>"]), VALUE, st.integers(0, 1 << 40), VALUE)


@settings(suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(made=st.lists(ROW.filter(lambda row: row[0] != "na"), min_size=1, max_size=5))
def test_what_was_written_is_read_again(
    tmp_path: Path, made: list[tuple[str, str, str, str, int, str]]
) -> None:
    lines = [
        f"{name}\tr\tm\tt\t{genbank}\t{relation}\t{refseq}\tu\t{length}\t{ucsc}\r\n"
        for name, genbank, relation, refseq, length, ucsc in made
    ]
    found = read_report(written(tmp_path, HEADING + "".join(lines)))

    def none(text: str) -> str:
        return "" if text == "na" else text

    assert [
        (row.name, row.genbank, row.same, row.refseq, row.length, row.others) for row in found.rows
    ] == [
        (name, none(genbank), relation == "=", none(refseq), length,
         (ucsc,) if none(ucsc) else ())
        for name, genbank, relation, refseq, length, ucsc in made
    ]  # fmt: skip


@settings(suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(st.binary(max_size=99))
def test_no_bytes_make_it_fail_otherwise(tmp_path: Path, text: bytes) -> None:
    with contextlib.suppress(FormatError):
        assert read_report(written(tmp_path, HEADING.encode() + text)).rows
