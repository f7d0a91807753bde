"""``holdfast seq pull`` and ``push``, as people type them."""

import json
from pathlib import Path
from typing import Any

import pytest

from holdfast.cli.main import main
from holdfast.sequences import SequenceStore
from servers.served import nginx_server

Output = pytest.CaptureFixture[str]


@pytest.fixture
def other(tmp_path: Path) -> Path:
    """The folder of a store with two commits and a snapshot between them."""
    (tmp_path / "one.fa").write_text(">a\nACGT\n", encoding="ascii")
    (tmp_path / "two.fa").write_text(">b\nGGGG\n", encoding="ascii")
    with SequenceStore.create(tmp_path / "other") as store:
        store.load(tmp_path / "one.fa", "lab")
        store.snapshot("first")
        store.load(tmp_path / "two.fa", "lab")
    return tmp_path / "other"


def asked(output: Output, *words: str) -> Any:
    """The answer to a command as JSON."""
    assert main(["seq", *words, "--json"]) == 0
    return json.loads(output.readouterr().out)


def refused(output: Output, *words: str) -> str:
    """What a command that must fail says, and its exit code before it."""
    code = main(["seq", *words])
    return f"{code}: {output.readouterr().err}"


def test_a_store_is_cloned_and_kept_up(other: Path, home: Path, capsys: Output) -> None:
    report = asked(capsys, "pull", f"{other}@first")
    assert (report["before"], report["after"], report["snapshots"]) == (0, 1, ["first"])
    assert asked(capsys, "status")["id"] == report["store"]
    assert asked(capsys, "pull", str(other))["entries"] == 1
    assert main(["seq", "get", "b", "--raw"]) == 0
    assert capsys.readouterr().out == "GGGG\n"
    assert main(["seq", "pull", str(other)]) == 0
    assert "nothing is missing: both are at the position 2" in capsys.readouterr().out


def test_a_dry_run_makes_no_store(other: Path, home: Path, capsys: Output) -> None:
    report = asked(capsys, "pull", str(other), "--dry-run")
    assert (report["entries"], report["packs"], report["dry_run"]) == (2, 2, True)
    assert not (home / "store").exists()


def test_an_unknown_snapshot_leaves_no_store(other: Path, home: Path, capsys: Output) -> None:
    assert "1: holdfast: the other store has no snapshot 'nope'" in refused(
        capsys, "pull", f"{other}@nope"
    )
    assert not (home / "store").exists()


def test_nothing_there_leaves_no_store(home: Path, tmp_path: Path, capsys: Output) -> None:
    assert "1: holdfast: there is no store at" in refused(capsys, "pull", str(tmp_path / "no"))
    assert not (home / "store").exists()


def test_a_push_makes_a_copy_and_keeps_it_up(home: Path, tmp_path: Path, capsys: Output) -> None:
    (tmp_path / "one.fa").write_text(">a\nACGT\n", encoding="ascii")
    (tmp_path / "two.fa").write_text(">b\nGGGG\n", encoding="ascii")
    target = tmp_path / "deep" / "copy"
    assert main(["seq", "load", str(tmp_path / "one.fa")]) == 0
    assert main(["seq", "snapshot", "create", "v1"]) == 0
    capsys.readouterr()
    assert asked(capsys, "push", str(target), "--dry-run")["entries"] == 1
    assert not target.exists()
    report = asked(capsys, "push", str(target))
    assert (report["place"], report["after"]) == (str(target), 1)
    assert main(["seq", "load", str(tmp_path / "two.fa")]) == 0
    capsys.readouterr()
    assert asked(capsys, "push", f"{target}@v1")["entries"] == 0
    assert asked(capsys, "push", str(target))["entries"] == 1
    with SequenceStore.open(target) as copy:
        assert copy.fetch("b") == "GGGG"
        assert copy.check().problems == ()


@pytest.mark.service("nginx")
def test_a_store_behind_a_static_server_is_pulled(other: Path, home: Path, capsys: Output) -> None:
    with nginx_server(other) as url:
        report = asked(capsys, "pull", f"{url}@first", "--limit-rate", "50M", "--parallel", "2")
        assert report["after"] == 1
        assert asked(capsys, "pull", url)["after"] == 2
        assert "2: holdfast: " in refused(capsys, "push", url)


def test_another_store_is_refused_with_what_to_do(other: Path, home: Path, capsys: Output) -> None:
    assert main(["seq", "init"]) == 0
    said = refused(capsys, "pull", str(other))
    assert said.startswith("1: ")
    assert "store_layers" in said


@pytest.mark.parametrize(
    "words",
    [
        ("pull", "gopher://x/y"),
        ("pull", "/x", "--limit-rate", "fast"),
        ("pull", "/x", "--limit-rate", "0"),
        ("pull", "/x", "--parallel", "0"),
    ],
)
def test_what_makes_no_sense_is_misuse(home: Path, capsys: Output, words: tuple[str, ...]) -> None:
    assert refused(capsys, *words).startswith("2: ")


def test_a_file_is_no_place_for_a_store(home: Path, tmp_path: Path, capsys: Output) -> None:
    (tmp_path / "file").write_text("x", encoding="ascii")
    assert main(["seq", "init"]) == 0
    assert "is no folder" in refused(capsys, "push", str(tmp_path / "file"))
