"""What was committed, compared, taken back and tidied, as the command line shows it."""

import json
import shutil
from collections.abc import Callable, Iterable
from pathlib import Path
from typing import Any

import pytest

from holdfast.cli.main import main


@pytest.fixture
def loaded(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    """Two loads, with a snapshot between them; the second one moves a name."""
    for name, text in (("first", ">a\nACGT\n>b\nMKVL\n"), ("second", ">a\nGGGG\n>c\nTT\n")):
        path = tmp_path / f"{name}.fa"
        path.write_text(text)
        assert main(["seq", "load", str(path), "--namespace", "lab", "--reassign"]) == 0
        if name == "first":
            assert main(["seq", "snapshot", "create", "between"]) == 0
    capsys.readouterr()


def answer(capsys: pytest.CaptureFixture[str], *arguments: str) -> Any:
    """What ``holdfast seq … --json`` says."""
    assert main(["seq", *arguments, "--json"]) == 0
    said = capsys.readouterr()
    assert said.err == ""
    return json.loads(said.out)


@pytest.fixture(autouse=True)
def wide(monkeypatch: pytest.MonkeyPatch) -> None:
    """A terminal on which digests stand on one line."""
    monkeypatch.setenv("COLUMNS", "160")


def shown(capsys: pytest.CaptureFixture[str], *arguments: str) -> str:
    """What ``holdfast seq …`` shows a person."""
    assert main(["seq", *arguments]) == 0
    said = capsys.readouterr()
    assert said.err == ""
    return said.out


@pytest.mark.usefixtures("loaded")
def test_the_log_says_who_brought_what_from_where(
    monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.setenv("HOLDFAST_WHO", "ada")
    answer(capsys, "alias", "add", "my:x", "lab:a")
    monkeypatch.setenv("HOLDFAST_WHO", "")
    answer(capsys, "alias", "add", "my:y", "lab:a")
    found = answer(capsys, "log")
    assert [each["number"] for each in found] == [4, 3, 2, 1]
    assert [each["who"] for each in found[:2]] == ["", "ada"]
    assert found[2]["who"] == found[3]["who"] != ""
    (collection,) = found[3]["collections"]
    assert collection["origin"]["file"] == "first.fa"
    assert len(collection["origin"]["sha256"]) == 64
    assert [each["number"] for each in answer(capsys, "log", "--limit", "1", "--before", "3")] == [
        2
    ]
    assert "load second.fa" in shown(capsys, "log")


@pytest.mark.usefixtures("loaded")
def test_one_commit_is_shown_in_full(capsys: pytest.CaptureFixture[str]) -> None:
    detail = answer(capsys, "log", "2")
    assert detail["aliases"] == {"lab": 1}
    assert len(detail["packs"]) == 1
    text = shown(capsys, "log", "2")
    assert detail["commit"]["hash"] in text
    assert "second.fa" in text


@pytest.mark.usefixtures("loaded")
def test_a_name_that_means_something_else_is_shown_with_both_digests(
    capsys: pytest.CaptureFixture[str],
) -> None:
    found = answer(capsys, "diff", "between")
    (moved,) = found["aliases_repointed"]
    assert moved["alias"] == "lab:a"
    assert moved["before"] == answer(capsys, "get", "lab:a", "--at", "between")[0]["digest"]
    assert moved["after"] == answer(capsys, "get", "lab:a")[0]["digest"]
    assert found["counts"]["sequences_added"] == 2
    assert moved["after"] in shown(capsys, "diff", "1", "2")
    rows = [line.split("\t") for line in shown(capsys, "diff", "0", "--tsv").splitlines()]
    assert {len(row) for row in rows} == {5}
    assert ("alias", "added", "lab:c") in {tuple(row[:3]) for row in rows}
    answer(capsys, "snapshot", "create", "after")
    assert answer(capsys, "snapshot", "compare", "between", "after") == found


@pytest.mark.usefixtures("loaded")
def test_any_position_can_be_looked_at(capsys: pytest.CaptureFixture[str]) -> None:
    time = answer(capsys, "log", "2")["commit"]["time"]
    for position, residues in (("1", "ACGT"), ("2", "GGGG"), (time, "GGGG"), ("between", "ACGT")):
        (got,) = answer(capsys, "get", "lab:a", "--at", position)
        assert got["residues"] == residues


@pytest.mark.usefixtures("loaded")
def test_a_commit_is_undone_and_its_garbage_dropped(capsys: pytest.CaptureFixture[str]) -> None:
    undone = answer(capsys, "undo")
    assert (undone["position"], undone["undoes"]) == (3, [2])
    assert answer(capsys, "get", "lab:a")[0]["residues"] == "ACGT"
    assert answer(capsys, "log")[1]["undone_by"] == 3
    foreseen = answer(capsys, "gc", "--dry-run")
    done = answer(capsys, "gc")
    assert foreseen | {"position": 4} == done
    assert done["dropped"] == 2
    assert answer(capsys, "check")["problems"] == []
    assert "0 of 0 garbage" in shown(capsys, "gc", "--compact")
    assert "undoes 1:" in shown(capsys, "undo", "--to", "0")


@pytest.mark.usefixtures("loaded")
def test_a_namespace_is_retired(capsys: pytest.CaptureFixture[str]) -> None:
    assert answer(capsys, "retire-namespace", "lab")["aliases_retired"] == 3
    assert main(["seq", "get", "lab:a"]) == 1


@pytest.mark.usefixtures("loaded")
def test_a_snapshot_is_shown_and_removed(capsys: pytest.CaptureFixture[str]) -> None:
    found = answer(capsys, "snapshot", "show", "between")
    assert (found["position"], found["sequences"]) == (1, 2)
    assert found["hash"] in shown(capsys, "snapshot", "show", "between")
    answer(capsys, "snapshot", "remove", "between")
    assert answer(capsys, "snapshot", "list") == []


@pytest.mark.parametrize(
    ("arguments", "code", "sentence"),
    [
        (["log", "9"], 1, "there is no commit 9"),
        (["diff", "never"], 1, "no snapshot 'never'"),
        (["diff", "1", "9"], 1, "no journal position 9; the last is 2"),
        (["undo", "9"], 1, "there is no commit 9"),
        (["undo", "1"], 1, "another meaning"),
        (["undo", "1", "--to", "0"], 2, "either one commit"),
        (["undo", "--to", "2"], 2, "nothing to undo after the position 2"),
        (["retire-namespace", "none"], 1, "no sequence has an alias in the namespace 'none'"),
        (["snapshot", "show", "never"], 1, "no snapshot 'never'"),
        (["snapshot", "remove", "never"], 1, "no snapshot 'never'"),
        (["get", "a", "--at", "2999-99-99"], 1, "a time (2026-11-21T12:00)"),
    ],
)
@pytest.mark.usefixtures("loaded")
def test_what_cannot_be_done_is_one_sentence_and_an_exit_code(
    capsys: pytest.CaptureFixture[str], arguments: list[str], code: int, sentence: str
) -> None:
    assert main(["seq", *arguments, "--json"]) == code
    said = capsys.readouterr()
    assert sentence in said.err
    assert said.out == ""
    assert said.err.count("\n") == 1


@pytest.mark.usefixtures("loaded")
@pytest.mark.parametrize("pick", [min, max])
def test_a_damaged_store_is_mended_from_a_copy(
    pick: Callable[[Iterable[Path]], Path],
    home: Path,
    tmp_path: Path,
    capsys: pytest.CaptureFixture[str],
) -> None:
    shutil.copytree(home / "store", tmp_path / "backup")
    for path in [*home.glob("store/packs/*/*.pack"), pick(home.glob("store/journal/*.zst"))]:
        path.unlink()
    for _ in range(2):
        assert main(["seq", "check", "--repair"]) == 1
    said = capsys.readouterr()
    assert "name a copy of the store with --from" in said.err
    report = answer(capsys, "check", "--repair", "--from", str(tmp_path / "backup"))
    assert {each["part"] for each in report["mended"]} >= {"journal", "pack"}
    assert (report["problems"], report["lost"]) == ([], [])
    assert answer(capsys, "check")["problems"] == []
    (home / "store" / "journal" / "LIST").unlink()
    assert "list journal: made anew" in shown(capsys, "check", "--repair")


@pytest.mark.usefixtures("loaded")
def test_what_cannot_be_mended_is_told_by_name(
    home: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    for path in home.glob("store/packs/*/*.pack"):
        path.unlink()
    assert main(["seq", "check", "--repair"]) == 1
    assert "is lost, which is lab:a, in second.fa" in capsys.readouterr().out
    assert main(["seq", "check", "--repair", "--from", "gopher://x"]) == 2
    assert main(["seq", "check", "--drop-lost"]) == 2
    capsys.readouterr()
    report = answer(capsys, "check", "--repair", "--drop-lost")
    assert (report["problems"], report["lost"]) == ([], [])
    assert main(["seq", "get", "lab:a"]) == 1
    assert "load them again" in capsys.readouterr().err
