import json
from pathlib import Path
from typing import Any

import pytest

from holdfast.cli.main import main
from holdfast.sequences.seqrepo import SeqRepoInstance
from sequences.seqrepo.old_instances import OldInstance, key


@pytest.fixture
def made(tmp_path: Path) -> OldInstance:
    """An instance with a name that moved."""
    made = OldInstance(tmp_path / "2019-05-20")
    made.file(["ACGT", "GGGG"])
    made.alias("NCBI", "NM_1.1", key("ACGT"))
    made.move("NCBI", "NM_1.1", key("GGGG"), "2020-01-01")
    return made


def answer(capsys: pytest.CaptureFixture[str], *arguments: str, code: int = 0) -> Any:
    """What ``holdfast seq … --json`` says."""
    assert main(["seq", *arguments, "--json"]) == code
    return json.loads(capsys.readouterr().out)


def test_an_instance_is_imported_and_exported_again(
    made: OldInstance, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    report = answer(capsys, "import-seqrepo", str(made.folder))
    assert (report["sequences_new"], report["aliases_added"], report["problems"]) == (2, 2, [])
    assert main(["seq", "get", "NM_1.1", "--raw"]) == 0
    assert capsys.readouterr().out == "GGGG\n"
    out = tmp_path / "out"
    report = answer(capsys, "export-seqrepo", str(out))
    assert (report["sequences_added"], report["files_added"]) == (2, 1)
    assert answer(capsys, "export-seqrepo", str(out))["sequences_added"] == 0
    with SeqRepoInstance.open(out) as instance:
        assert instance.fetch("refseq:NM_1.1") == "GGGG"


def test_people_read_sentences(made: OldInstance, capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["seq", "import-seqrepo", str(made.folder)]) == 0
    said = capsys.readouterr().out
    assert "8 digests compared, 3 commits made" in said
    assert [line.split() for line in said.splitlines() if "aliases" in line] == [
        ["aliases", "2", "2", "1"]
    ]
    assert main(["seq", "export-seqrepo", str(made.folder.parent / "out")]) == 0
    assert "2 sequences and 2 aliases added" in capsys.readouterr().out


def test_what_was_left_out_is_a_failure_that_names_it(
    made: OldInstance, capsys: pytest.CaptureFixture[str]
) -> None:
    for nth in range(30):
        made.alias("NCBI", f"NM_{nth}.1 a line", key("ACGT"))
    assert main(["seq", "import-seqrepo", str(made.folder)]) == 1
    said = capsys.readouterr()
    assert "and 10 more" in said.out
    assert ": 30 things; the first: " in said.err
    assert "NCBI:NM_0.1 a line" in said.err
    assert len(answer(capsys, "import-seqrepo", str(made.folder), code=1)["problems"]) == 30


def test_a_snapshot_is_exported(
    made: OldInstance, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    main(["seq", "import-seqrepo", str(made.folder)])
    main(["seq", "snapshot", "create", "then"])
    main(["seq", "alias", "add", "lab:later", f"SQ.{key('ACGT')}"])
    capsys.readouterr()
    report = answer(capsys, "export-seqrepo", str(tmp_path / "out"), "--at", "then")
    assert report["aliases_added"] == 2


def test_a_folder_that_is_no_instance_makes_no_store(
    tmp_path: Path, home: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    assert main(["seq", "import-seqrepo", str(tmp_path)]) == 1
    assert "there is no SeqRepo instance in" in capsys.readouterr().err
    assert not (home / "store").exists()
