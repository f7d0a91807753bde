"""What is held is found by words and marks, as it is on disk."""

import shutil
from pathlib import Path

import pytest

from app.banks.held_world import hold, keep_recipe
from holdfast.app.banks.held.holding import bring_up_to_date, reindex
from holdfast.app.banks.held.search import Query, search
from holdfast.app.banks.noting import note
from holdfast.app.container import Container
from holdfast.banks.register import Index
from holdfast.banks.releases.metadata import Made
from holdfast.errors import UsageError
from holdfast.settings import Settings

BLAST = Made("blast", ("nucleic", "db/index"), {"organism": "S288C"}, ("blast/yeast",), "index")


@pytest.fixture
def shelf(home: Path) -> Container:
    """A home with a bank of two releases, one of one, and one of none."""
    container = Container(Settings.read(home))
    keep_recipe(
        container, "yeast", 'description = "Baker\'s yeast"\nformats = ["fasta"]\ntypes = ["dna"]'
    )
    keep_recipe(container, "fly", 'description = "Fruit fly"')
    keep_recipe(container, "empty", 'description = "Nothing yet of yeast"')
    first = {"chr1.fa": b"A", "chr2.fa": b"C", "notes.txt": b"x"}
    one = hold(container, "yeast", "1", first)
    two = hold(container, "yeast", "2", first | {"chr3.fa": b"G"}, made=[BLAST], linked=one.folder)
    (two.folder / "blast").mkdir()
    (two.folder / "blast" / "yeast.nal").write_text("x")
    hold(container, "fly", "7", {"genes.gff": b"x"})
    container.catalogue.folder("yeast").publish(one)
    assert reindex(container).releases == 3
    return container


def found(container: Container, *words: str, **marks: tuple[str, ...]) -> list[str]:
    """``bank:release`` of the hits, with the files they were found by."""
    hits = search(container, Query(words, **marks))
    return [" ".join([f"{hit.bank}:{hit.release}", *hit.files]) for hit in hits]


def test_a_release_is_found_by_what_is_said_of_it(shelf: Container) -> None:
    assert found(shelf, "yeast") == ["empty:None", "yeast:2", "yeast:1"]
    assert found(shelf, "baker") == ["yeast:2", "yeast:1"]
    assert found(shelf, "BLAST") == ["yeast:2"]
    assert found(shelf, "s288") == ["yeast:2"]
    assert found(shelf, "moon") == []


def test_a_release_is_found_by_the_names_of_its_files(shelf: Container) -> None:
    assert found(shelf, "chr3") == ["yeast:2 flat/chr3.fa"]
    assert found(shelf, "nal") == ["yeast:2 blast/yeast.nal"]
    assert found(shelf, "baker", "chr1") == ["yeast:2 flat/chr1.fa", "yeast:1 flat/chr1.fa"]
    assert found(shelf, "fly", "chr1") == []
    assert found(shelf, "chr1", "chr2") == []  # no one file has both
    assert found(shelf, files=("yeast",)) == ["yeast:2 blast/yeast.nal"]


@pytest.mark.parametrize(
    ("marks", "hits"),
    [
        ({"formats": ("blast",)}, ["yeast:2"]),
        ({"formats": ("FASTA", "none")}, ["yeast:2", "yeast:1"]),
        ({"types": ("db/*",)}, ["yeast:2"]),
        ({"formats": ("fasta",), "types": ("nucleic",)}, ["yeast:2"]),
        ({"tags": ("organism:S288C",)}, ["yeast:2"]),
        ({"tags": ("organism",)}, ["yeast:2"]),
        ({"tags": ("organism:other",)}, []),
        ({"banks": ("f*",)}, ["fly:7"]),
        ({"releases": ("1",)}, ["yeast:1"]),
        ({"releases": ("current",)}, ["yeast:1"]),
        ({"releases": ("current", "7")}, ["fly:7", "yeast:1"]),
    ],
)
def test_marks_say_which_releases_are_meant(
    shelf: Container, marks: dict[str, tuple[str, ...]], hits: list[str]
) -> None:
    assert found(shelf, **marks) == hits


def test_files_are_told_up_to_a_limit(shelf: Container) -> None:
    (hit,) = search(shelf, Query(("chr", "baker"), releases=("2",), limit=2))
    assert (hit.files, hit.more_files) == (("flat/chr1.fa", "flat/chr2.fa"), True)
    assert hit.published is False


def test_nothing_to_search_for_is_misuse(shelf: Container) -> None:
    with pytest.raises(UsageError, match="say what to search for"):
        search(shelf, Query())
    with pytest.raises(UsageError, match="no letter"):
        search(shelf, Query(("...",)))


def test_what_was_removed_by_hand_is_not_found(shelf: Container) -> None:
    shutil.rmtree(shelf.catalogue.folder("yeast").folder / "yeast_2")
    assert found(shelf, "yeast") == ["empty:None", "yeast:1"]
    assert bring_up_to_date(shelf, "yeast") == 0
    assert found(shelf, "chr1") == ["yeast:1 flat/chr1.fa"]


def test_whoever_notes_a_change_brings_the_search_up_to_date(shelf: Container) -> None:
    hold(shelf, "fly", "8", {"wings.gff": b"x"})
    assert found(shelf, "wings") == []
    note(shelf, "fly", "update", "8")
    assert found(shelf, "wings") == ["fly:8 flat/wings.gff"]


def test_a_bank_that_was_removed_is_not_found_any_more(
    shelf: Container, caplog: pytest.LogCaptureFixture
) -> None:
    (shelf.settings.recipes / "fly.toml").unlink()
    shutil.rmtree(shelf.settings.banks / "fly")
    note(shelf, "fly", "remove all")
    assert {each.holding.bank for each in Index(shelf.ledger).holdings()} == {"empty", "yeast"}
    assert caplog.text == ""


def test_reindexing_forgets_banks_that_are_gone_and_tells_damaged_ones(shelf: Container) -> None:
    (shelf.settings.recipes / "fly.toml").unlink()
    shutil.rmtree(shelf.settings.banks / "fly")
    (shelf.catalogue.folder("yeast").folder / "yeast_1" / "release.json").write_text("{")
    done = reindex(shelf)
    assert done.forgotten == ("fly",)
    assert "release.json" in done.problems[0]
    assert found(shelf, "genes") == []
