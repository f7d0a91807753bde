"""How banks stand, and which of them are meant."""

import json

import pytest

from app.banks.bank_world import Databank, QuickContainer
from app.banks.held_world import hold, keep_recipe
from holdfast.app.banks.held.status import Which, bank_status, banks_status, list_releases
from holdfast.app.banks.updating.update import update_banks
from holdfast.banks.recipes.recipe import Visibility
from holdfast.banks.releases.marks import Marks
from holdfast.banks.releases.metadata import Made
from holdfast.errors import BankNotFound

RECIPE = 'name = "{bank}"\n{top}\n[remote]\nurl = "{url}"\n[release]\nfrom = "folder"\n'


@pytest.fixture
def banks(container: QuickContainer, databank: Databank) -> QuickContainer:
    """A bank that is up to date, one whose remote is silent, one never updated, one broken."""
    databank.publish("1", {"a.fa": b"A"})
    yeast = keep_recipe(container, "yeast")
    yeast.write_text(
        RECIPE.format(bank="yeast", top='formats = ["fasta"]\ntypes = ["dna"]', url=databank.url)
        + '[schedule]\ncron = "0 3 * * *"\n'
    )
    silent = RECIPE.format(bank="silent", top="", url="http://127.0.0.1:9/")
    keep_recipe(container, "silent").write_text(silent)
    new = RECIPE.format(bank="new", top='visibility = "private"', url=databank.url)
    keep_recipe(container, "new").write_text(new)
    keep_recipe(container, "broken").write_text("name = 7")
    update_banks(container, ["yeast", "silent"])
    return container


def names(container: QuickContainer, which: Which) -> list[str]:
    """The banks that are meant."""
    return [each.bank for each in banks_status(container, which=which)]


def test_a_status_says_what_is_held_and_when_it_was_and_will_be_updated(
    banks: QuickContainer,
) -> None:
    yeast = bank_status(banks, "yeast")
    assert (yeast.current, yeast.newest, yeast.releases, yeast.size) == ("1", "1", 1, 1)
    assert (yeast.formats, yeast.types, yeast.failure) == (("fasta",), ("dna",), None)
    assert yeast.last_update is not None
    assert yeast.next_update is not None
    assert yeast.next_update > yeast.last_update
    assert bank_status(banks, "new").visibility is Visibility.PRIVATE


def test_a_bank_whose_recipe_cannot_be_read_does_not_hide_the_others(
    banks: QuickContainer,
) -> None:
    found = {each.bank: each for each in banks_status(banks)}
    assert list(found) == ["broken", "new", "silent", "yeast"]
    assert "broken.toml" in (found["broken"].problem or "")
    with pytest.raises(BankNotFound):
        banks_status(banks, ["yeast", "nowhere"])


def test_banks_are_chosen_by_format_type_failure_and_what_their_remotes_have(
    banks: QuickContainer, databank: Databank
) -> None:
    assert names(banks, Which(formats=("fasta", "x"))) == ["yeast"]
    assert names(banks, Which(types=("protein",))) == []
    assert names(banks, Which(failed=True)) == ["silent"]
    assert names(banks, Which(outdated=True)) == ["broken", "new", "silent"]
    databank.publish("2", {"a.fa": b"C"}, day=1)
    assert names(banks, Which(formats=("fasta",), outdated=True)) == ["yeast"]


def test_a_bank_that_failed_and_then_had_nothing_new_no_longer_fails(
    banks: QuickContainer, databank: Databank
) -> None:
    databank.publish("2", {"a.fa": b"C"}, day=1)
    databank.faults["a.fa"] = "500"
    update_banks(banks, ["yeast"])
    assert "yeast" in names(banks, Which(failed=True))
    (databank.folder / "2" / "a.fa").unlink()
    (databank.folder / "2").rmdir()
    update_banks(banks, ["yeast"])
    assert names(banks, Which(failed=True)) == ["silent"]


def test_what_steps_made_and_what_is_frozen_is_told(banks: QuickContainer) -> None:
    made = Made("blast", ("nucleic",), files=("blast/x",))
    hold(banks, "yeast", "0", {"a.fa": b"A"}, made=[made])
    banks.catalogue.folder("yeast").mark(Marks(frozen=frozenset({"1"}), owner="ann"))
    yeast = bank_status(banks, "yeast")
    assert (yeast.formats, yeast.owner) == (("blast", "fasta"), "ann")
    assert [each.frozen for each in list_releases(banks, "yeast")] == [False, True]


def test_a_release_that_is_finished_has_the_listings_that_old_scripts_read(
    banks: QuickContainer,
) -> None:
    release = banks.settings.banks / "yeast" / "yeast_1"
    found = json.loads((release / "listingv1.fasta").read_text())
    assert found == {"name": "fasta", "sections": [], "files": []}  # no step made a folder fasta
