import gzip
import io
import json
from pathlib import Path
from typing import Any

import pytest

from holdfast.cli.main import main

FASTA = """>NM_000551.4 von Hippel-Lindau tumor suppressor (VHL)
ACGTNNACGT
>sp|P69905|HBA_HUMAN Hemoglobin subunit alpha
MVLSPADK
"""
REPORT = """# Assembly name:  Made 1.0
# Sequence-Name\tGenBank-Accn\tRelationship\tRefSeq-Accn\tSequence-Length\tUCSC-style-name
1\tCM1.1\t=\tNM_000551.4\t10\tchr1
2\tCM2.1\t=\tNC_2.1\t10\tchr2
"""


@pytest.fixture
def loaded(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> Path:
    """A folder; the store of this test's home has two sequences."""
    (tmp_path / "made.fa").write_text(FASTA)
    assert main(["seq", "load", str(tmp_path / "made.fa"), "--namespace", "auto"]) == 0
    capsys.readouterr()
    return tmp_path


def answer(capsys: pytest.CaptureFixture[str], *arguments: str) -> Any:
    """What ``holdfast seq … --json`` says."""
    assert main(["seq", *arguments, "--json"]) == 0
    said = capsys.readouterr()
    assert said.err == ""
    return json.loads(said.out)


def said(capsys: pytest.CaptureFixture[str], *arguments: str) -> str:
    """What ``holdfast seq …`` says to a person."""
    assert main(["seq", *arguments]) == 0
    return capsys.readouterr().out


def test_names_are_found_by_every_word_for_their_namespace(
    loaded: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    names = ["refseq:NM_000551.4", "NCBI:NM_000551.4", "RefSeq:NM_000551.4", "NM_000551.4"]
    found = answer(capsys, "get", *names, "UniProtKB:HBA_HUMAN", "sp|P69905|")
    assert [each["length"] for each in found] == [10, 10, 10, 10, 8, 8]


def test_a_table_is_loaded_moved_and_exported(
    loaded: Path, capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    path = loaded / "names.tsv.gz"
    path.write_bytes(gzip.compress(b"lab\tvhl\tNM_000551.4\nNCBI\tNM_000551.4\tP69905\n"))
    assert main(["seq", "alias", "load", str(path)]) == 1
    assert f"{path}:2: the alias refseq:NM_000551.4 belongs to another" in capsys.readouterr().err
    report = answer(capsys, "alias", "load", str(path), "--reassign")
    assert (report["aliases_seen"], report["aliases_added"], report["aliases_moved"]) == (2, 2, 1)
    assert report["alarms"] == ["refseq:NM_000551.4"]
    table = said(capsys, "export-aliases", "--history")
    assert table.startswith("namespace\talias\tdigest\tadded\tretired\n")
    assert len(table.splitlines()) == 7
    assert len(said(capsys, "export-aliases", "--namespace", "NCBI").splitlines()) == 2
    assert said(capsys, "export-aliases", "--at", "1").count("\n") == 5
    given = io.TextIOWrapper(io.BytesIO(table.encode()))
    monkeypatch.setattr("sys.stdin", given)
    assert answer(capsys, "alias", "load", "-")["aliases_added"] == 0


def test_an_export_to_a_file_says_how_many(
    loaded: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    output = loaded / "all.tsv"
    done = answer(capsys, "export-aliases", "--output", str(output))
    assert done == {"aliases": 4, "file": str(output)}
    assert len(output.read_text().splitlines()) == 5
    assert main(["seq", "export-aliases", "--json"]) == 2
    assert "--output" in capsys.readouterr().err


def test_sequences_are_searched(loaded: Path, capsys: pytest.CaptureFixture[str]) -> None:
    (found,) = answer(capsys, "alias", "search", "hemoglobin ALPHA")
    assert (found["length"], found["description"]) == (8, "Hemoglobin subunit alpha")
    assert "uniprot:P69905" in found["aliases"]
    (found,) = answer(capsys, "alias", "search", "NM_", "--prefix", "--namespace", "ncbi")
    assert found["aliases"] == ["refseq:NM_000551.4"]
    assert "von Hippel" in said(capsys, "alias", "search", "vhl")
    assert "--prefix nowhere" in said(capsys, "alias", "search", "nowhere")
    assert said(capsys, "alias", "search", "nowhere", "--prefix") == "nothing was found\n"
    assert len(answer(capsys, "alias", "search", "HBA", "--limit", "1")) == 1


def test_namespaces_are_listed(loaded: Path, capsys: pytest.CaptureFixture[str]) -> None:
    found = answer(capsys, "namespaces")
    assert [(each["namespace"], each["aliases"]) for each in found] == [
        ("refseq", 1),
        ("uniprot", 3),
    ]
    assert "NCBI reference sequences" in said(capsys, "namespaces")


def test_forms_are_told_without_a_store(capsys: pytest.CaptureFixture[str]) -> None:
    found = answer(capsys, "alias", "infer", "NM_000551.4", "P12345", "chr1")
    assert [each["namespaces"] for each in found] == [["refseq"], ["insdc", "uniprot"], []]
    assert "insdc, uniprot" in said(capsys, "alias", "infer", "P12345")


def test_an_alias_that_moves_a_versioned_accession_raises_an_alarm(
    loaded: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    added = answer(capsys, "alias", "add", "lab:x", "P69905")
    assert (added["moved"], added["alarms"]) == (False, [])
    text = said(capsys, "alias", "add", "NCBI:NM_000551.4", "P69905", "--reassign")
    assert "alarm: refseq:NM_000551.4 has a version" in text


def test_a_load_that_moves_a_versioned_accession_raises_an_alarm(
    loaded: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    (loaded / "new.fa").write_text(">NM_000551.4\nTTTT\n")
    arguments = ["load", str(loaded / "new.fa"), "--namespace", "refseq", "--reassign"]
    assert "alarm: refseq:NM_000551.4 has a version" in said(capsys, *arguments)


def test_ensembl_names_are_taken_with_all_definitions(
    loaded: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    (loaded / "pep.fa").write_text(">ENSP00000256474.3 pep gene:ENSG00000134086.8\nMPRR\n")
    answer(capsys, "load", str(loaded / "pep.fa"), "--definitions", "all")
    assert len(answer(capsys, "alias", "list", "ensembl:ENSP00000256474")) == 3
    (loaded / "bars.fa").write_text(">ref|NM_1.1|\nMP\n")
    report = answer(capsys, "load", str(loaded / "bars.fa"), "--definitions", "none")
    assert report["files"][0]["aliases_added"] == 1


def test_aliases_are_retired_together_or_not_at_all(
    loaded: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    assert main(["seq", "alias", "retire", "uniprot:P69905", "uniprot:none"]) == 1
    assert "uniprot:none" in capsys.readouterr().err
    retired = answer(capsys, "alias", "retire", "UniProtKB:P69905", "NCBI:NM_000551.4")["retired"]
    assert retired == ["uniprot:P69905", "refseq:NM_000551.4"]
    assert answer(capsys, "status")["position"] == 2
    assert main(["seq", "get", "NM_000551.4"]) == 1


def test_an_assembly_is_named_wholly_or_partly(
    loaded: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    path = loaded / "made_assembly_report.txt"
    path.write_text(REPORT)
    assert main(["seq", "alias", "assembly", str(path)]) == 1
    assert "1 of 2 sequences of Made_1.0 are not in the store: 2" in capsys.readouterr().err
    text = said(capsys, "alias", "assembly", str(path), "--partial")
    assert "not in the store: 2" in text
    (got,) = answer(capsys, "get", "Made_1.0:chr1")
    assert got["length"] == 10
    done = answer(capsys, "alias", "assembly", path.as_uri(), "--partial", "--namespace", "my")
    assert (done["namespace"], done["aliases_added"], done["missing"]) == ("my", 2, ["2"])


@pytest.mark.parametrize(
    ("arguments", "code", "sentence"),
    [
        (["alias", "load", "none.tsv"], 1, "none.tsv: cannot be opened"),
        (["alias", "search", "%"], 2, "no word"),
        (["alias", "search", "x", "--namespace", "md5"], 2, "belongs to digests"),
        (["alias", "search", "x", "--limit", "0"], 2, ""),
        (["alias", "search", "x", "--at", "never"], 1, "never"),
        (["alias", "retire", "nocolon"], 2, "names no namespace"),
        (["alias", "add", "VMC:GS_x", "P69905"], 2, "belongs to digests"),
        (["alias", "assembly", "nowhere.txt"], 2, "neither a file nor one of"),
        (["alias", "assembly", "GRCh37"], 1, "92 of 92 sequences of GRCh37 are not in the store"),
        (["namespaces", "--at", "99"], 1, "99"),
        (["export-aliases", "--namespace", "a b"], 2, "cannot be a namespace"),
        (["load", "x.fa", "--definitions", "some"], 2, "one of none, bars, all"),
        (["get", "NM_000551"], 1, "it is known with a version: NM_000551.4"),
        (["get", "NM_000552.1"], 1, "has the form of refseq"),
    ],
)
def test_what_cannot_be_done_is_one_sentence_and_an_exit_code(
    loaded: Path,
    capsys: pytest.CaptureFixture[str],
    arguments: list[str],
    code: int,
    sentence: str,
) -> None:
    assert main(["seq", *arguments]) == code
    told = capsys.readouterr()
    assert sentence in told.err
    assert told.out == ""
    assert "Traceback" not in told.err
