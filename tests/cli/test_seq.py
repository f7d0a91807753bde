import gzip
import io
import json
from pathlib import Path
from typing import Any

import pytest

from holdfast.cli.main import main

FASTA = ">chr1 first\nACGTNNACGT\n>p1\nMKVLLEDI\n"


@pytest.fixture
def made(tmp_path: Path) -> Path:
    """A FASTA file."""
    path = tmp_path / "made.fa.gz"
    path.write_bytes(gzip.compress(FASTA.encode()))
    return path


@pytest.fixture
def loaded(made: Path, capsys: pytest.CaptureFixture[str]) -> Path:
    """The same, loaded into the store of this test's home."""
    assert main(["seq", "load", str(made), "--namespace", "lab"]) == 0
    capsys.readouterr()
    return made


def answer(capsys: pytest.CaptureFixture[str], *arguments: str) -> Any:
    """What ``holdfast seq … --json`` says."""
    assert main(["seq", *arguments, "--json"]) == 0
    said = capsys.readouterr()
    assert said.err == ""
    return json.loads(said.out)


def test_load_makes_the_store_and_says_what_was_new(
    made: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    (report,) = answer(capsys, "load", str(made))["files"]
    assert (report["sequences_new"], report["residues_new"]) == (2, 18)
    assert report["collection"] == "made.fa.gz"


def test_load_reads_standard_input(
    monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    given = io.TextIOWrapper(io.BytesIO(gzip.compress(FASTA.encode())))
    monkeypatch.setattr("sys.stdin", given)
    (report,) = answer(capsys, "load", "-", "--collection", "piped")["files"]
    assert (report["collection"], report["sequences_new"]) == ("piped", 2)


def test_init_makes_an_empty_store_once(capsys: pytest.CaptureFixture[str]) -> None:
    assert answer(capsys, "init")["sequences"] == 0
    assert main(["seq", "init"]) == 1
    assert "already" in capsys.readouterr().err


def test_get_writes_fasta(loaded: Path, capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["seq", "get", "lab:chr1", "p1"]) == 0
    assert capsys.readouterr().out == ">lab:chr1\nACGTNNACGT\n>p1\nMKVLLEDI\n"


def test_get_writes_slices_raw_or_as_json(loaded: Path, capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["seq", "get", "chr1", "--slice", "2-6", "--raw"]) == 0
    assert capsys.readouterr().out == "GTNN\n"
    assert main(["seq", "get", "chr1", "--slice", "2-6"]) == 0
    assert capsys.readouterr().out == ">chr1 2-6\nGTNN\n"
    (got,) = answer(capsys, "get", "chr1", "--slice", "8-")
    assert (got["start"], got["end"], got["length"], got["residues"]) == (8, 10, 10, "GT")


@pytest.mark.parametrize(
    ("arguments", "code", "sentence"),
    [
        (["get", "nothing"], 1, "no sequence has the name 'nothing'"),
        (["get", "chr1", "--slice", "9-2"], 2, "is not a slice"),
        (["get", "chr1", "--at", "never"], 1, "no snapshot 'never'"),
        (["load", "none.fa"], 1, "none.fa: cannot be opened"),
        (["load", "a", "b", "--collection", "x"], 2, "one by one"),
        (["alias", "add", "nocolon", "chr1"], 2, "names no namespace"),
        (["alias", "add", "lab:p1", "chr1"], 1, "belongs to another sequence"),
        (["alias", "retire", "lab:nothing"], 1, "no sequence has the alias"),
        (["snapshot", "create", "a/b"], 2, "cannot name a snapshot"),
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
    said = capsys.readouterr()
    assert sentence in said.err
    assert said.out == ""
    assert "Traceback" not in said.err


def test_a_store_that_is_not_there_is_said_to_be_made(capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["seq", "status"]) == 1
    assert "holdfast seq init" in capsys.readouterr().err


def test_a_broken_file_is_named_with_its_line(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    path = tmp_path / "broken.fa"
    path.write_text(">a\nACGT\n>b\nAC GT\n-\n")
    assert main(["seq", "load", str(path)]) == 1
    assert f"{path}:5: '-' is not a residue" in capsys.readouterr().err


def test_aliases_are_added_listed_moved_and_retired(
    loaded: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    answer(capsys, "alias", "add", "my:name", "chr1")
    digest = answer(capsys, "alias", "add", "my:name", "p1", "--reassign")["digest"]
    now = answer(capsys, "alias", "list", "my:name")
    assert {each["alias"] for each in now} == {"lab:p1", "my:name"}
    assert {each["digest"] for each in now} == {digest}
    answer(capsys, "alias", "retire", "my:name")
    history = answer(capsys, "alias", "list", "p1", "--history")
    assert [(each["alias"], each["digest"] == digest, each["retired"]) for each in history] == [
        ("lab:p1", True, None),
        ("my:name", False, 3),
        ("my:name", True, 4),
    ]


def test_a_snapshot_keeps_the_old_view(
    loaded: Path, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    assert answer(capsys, "snapshot", "create", "then")["position"] == 1
    newer = tmp_path / "newer.fa"
    newer.write_text(">chr1\nTTTT\n")
    answer(capsys, "load", str(newer), "--namespace", "lab", "--reassign")
    (then,) = answer(capsys, "get", "chr1", "--at", "then")
    (now,) = answer(capsys, "get", "chr1")
    assert (then["residues"], now["residues"]) == ("ACGTNNACGT", "TTTT")
    assert [each["name"] for each in answer(capsys, "snapshot", "list")] == ["then"]
    assert len(answer(capsys, "collection", "list", "--at", "then")) == 1
    assert len(answer(capsys, "collection", "list")) == 2


def test_status_check_and_reindex_answer(
    loaded: Path, home: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    assert answer(capsys, "status")["sequences"] == 2
    assert answer(capsys, "check")["problems"] == []
    assert answer(capsys, "reindex") == {"entries": 1}
    for arguments in (["status"], ["check"], ["collection", "list"], ["snapshot", "list"]):
        assert main(["seq", *arguments]) == 0
    assert "all as written" in capsys.readouterr().out
    pack = next((home / "store" / "packs").glob("*/*.pack"))
    content = bytearray(pack.read_bytes())
    content[20] ^= 4
    pack.chmod(0o644)
    pack.write_bytes(content)
    assert main(["seq", "check"]) == 1
    assert "is damaged" in capsys.readouterr().err


@pytest.mark.parametrize("command", ["init", "load", "get", "status", "check", "reindex"])
def test_every_command_explains_itself(command: str, capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["seq", command, "--help"]) == 0
    assert "Example" in capsys.readouterr().out


def test_a_broken_file_says_which_before_it_are_stored(
    made: Path, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    (tmp_path / "bad.fa").write_text(">a\nAC1T\n")
    assert main(["seq", "load", str(made), str(tmp_path / "bad.fa")]) == 1
    assert capsys.readouterr().err.endswith("the file before it, made.fa.gz, is stored\n")
    assert len(answer(capsys, "collection", "list")) == 1


def test_standard_input_that_is_closed_is_misuse(
    monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.setattr("sys.stdin", None)
    assert main(["seq", "load", "-"]) == 2
    assert "standard input is closed" in capsys.readouterr().err
