"""What a person types about what is held, and sees."""

import json
from collections.abc import Iterator
from pathlib import Path

import pytest

from app.banks.held_world import hold, keep_recipe
from holdfast.app.banks.noting import note
from holdfast.app.container import Container
from holdfast.banks.releases.metadata import Made
from holdfast.cli.main import main
from holdfast.errors import ExitCode
from holdfast.settings import Settings


@pytest.fixture
def shelf(home: Path) -> Iterator[Container]:
    """A home with two banks."""
    with Container(Settings.read(home)) as container:
        keep_recipe(container, "yeast", 'description = "Baker\'s yeast"\nformats = ["fasta"]')
        keep_recipe(container, "fly", 'visibility = "private"')
        first = hold(container, "yeast", "1", {"chr1.fa": b"A" * 900, "chr2.fa": b"C" * 100})
        files = {"chr1.fa": b"A" * 900, "chr2.fa": b"G" * 1100}
        second = hold(container, "yeast", "2", files, linked=first.folder)
        container.catalogue.folder("yeast").publish(second)
        note(container, "yeast", "publish", "2")
        yield container


def said(capsys: pytest.CaptureFixture[str], *words: str) -> str:
    """What a command says that succeeds."""
    capsys.readouterr()
    assert main(["bank", *words]) == ExitCode.SUCCESS
    return capsys.readouterr().out


def test_search_tells_releases_and_files(
    shelf: Container, capsys: pytest.CaptureFixture[str]
) -> None:
    found = said(capsys, "search", "baker", "chr2")
    assert "yeast" in found
    assert "flat/chr2.fa" in found
    (hit,) = json.loads(said(capsys, "search", "chr1", "--release", "current", "--json"))
    assert (hit["release"], hit["files"], hit["published"]) == ("2", ["flat/chr1.fa"], True)
    assert said(capsys, "search", "moon") == "nothing is found\n"
    assert main(["bank", "search"]) == ExitCode.MISUSE


def test_history_and_statistics_are_drawn(
    shelf: Container, capsys: pytest.CaptureFixture[str]
) -> None:
    assert "publish" in said(capsys, "history", "yeast")
    drawn = said(capsys, "stats", "yeast")
    assert "█" in drawn
    assert "2 (current)" in drawn
    (stats,) = json.loads(said(capsys, "stats", "yeast", "--json"))
    assert stats["shared"] == 900
    assert "fly" in said(capsys, "stats")
    assert said(capsys, "whatsup") == "nothing goes on\n"
    with shelf.catalogue.folder("fly").locked():
        assert "busy" in said(capsys, "whatsup")


def test_maintenance_is_turned_on_and_off(
    shelf: Container, capsys: pytest.CaptureFixture[str]
) -> None:
    assert said(capsys, "maintenance") == "maintenance is off\n"
    assert "new disks" in said(capsys, "maintenance", "on", "--why", "new disks")
    assert main(["bank", "update", "yeast"]) == ExitCode.FAILURE
    assert "holdfast bank maintenance off" in capsys.readouterr().err
    assert said(capsys, "maintenance", "off") == "maintenance is off\n"
    assert "2 banks known" in said(capsys, "maintenance", "reindex")


def test_a_bank_has_an_owner_and_a_visibility(
    shelf: Container, capsys: pytest.CaptureFixture[str]
) -> None:
    assert said(capsys, "owner", "yeast") == "yeast's owner is nobody\n"
    assert said(capsys, "owner", "yeast", "ann") == "yeast's owner is ann (before: nobody)\n"
    assert "fly is private, as its recipe says" in said(capsys, "visibility", "fly")
    folder = shelf.settings.banks / "yeast"
    for word, mode in (("private", 0o750), ("public", 0o755)):
        assert f"yeast is {word}: " in said(capsys, "visibility", "yeast", word)
        assert folder.stat().st_mode & 0o777 == mode
    assert said(capsys, "owner", "yeast") == "yeast's owner is ann\n"
    events = json.loads(said(capsys, "history", "yeast", "--json"))
    assert [each["action"] for each in events[:3]] == ["visibility", "visibility", "owner"]
    assert main(["bank", "owner", "yeast", "a\nb"]) == ExitCode.MISUSE


def test_the_folder_of_a_private_bank_is_closed_to_others_when_it_changes(
    shelf: Container,
) -> None:
    hold(shelf, "fly", "7", {"a.fa": b"A"})
    folder = shelf.settings.banks / "fly"
    folder.chmod(0o755)
    note(shelf, "fly", "update", "7")
    assert folder.stat().st_mode & 0o777 == 0o750


def test_show_tells_what_steps_made(shelf: Container, capsys: pytest.CaptureFixture[str]) -> None:
    made = Made("blast", ("nucleic",), {"organism": "S288C"}, ("blast/yeast",), "index")
    hold(shelf, "yeast", "3", {"a.fa": b"A"}, made=[made])
    drawn = said(capsys, "show", "yeast", "3")
    assert "organism:S288C" in drawn
    found = json.loads(said(capsys, "show", "yeast", "3", "--json"))
    assert found["formats"] == ["blast", "fasta"]
    assert found["made"][0]["files"] == ["blast/yeast"]
    assert "2 (current)" not in drawn
    assert "(current)" in said(capsys, "show", "yeast")


def test_a_bank_is_renamed(shelf: Container, capsys: pytest.CaptureFixture[str]) -> None:
    assert said(capsys, "rename", "yeast", "baker").startswith("yeast is baker now: ")
    assert json.loads(said(capsys, "status", "baker", "--json"))[0]["current"] == "2"
    assert main(["bank", "rename", "baker", "fly"]) == ExitCode.MISUSE


def test_a_bank_is_moved(
    shelf: Container, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    there = tmp_path / "disk" / "yeast"
    told = said(capsys, "move", "yeast", str(there))
    assert told.startswith(f"yeast is at {there}, and no longer at ")
    assert json.loads(said(capsys, "status", "yeast", "--json"))[0]["current"] == "2"
    assert "already" in said(capsys, "move", "yeast", str(there))
