"""A bank that has an owner is changed by its owner and by administrators."""

from collections.abc import Callable
from pathlib import Path

import pytest

from app.banks.bank_world import Databank, QuickContainer
from app.banks.held_world import keep_recipe
from holdfast.accounts.people import GUEST, Person
from holdfast.app.banks import rights
from holdfast.app.banks.add import Choices, add_chosen
from holdfast.app.banks.keeping import bank_owner, bank_visibility
from holdfast.app.banks.move import move_bank
from holdfast.app.banks.releases.freeze import freeze_releases, unfreeze_releases
from holdfast.app.banks.releases.publish import publish_release, unpublish_bank
from holdfast.app.banks.releases.remove import remove_bank, remove_releases
from holdfast.app.banks.releases.repair import repair_bank
from holdfast.app.banks.rename import rename_bank
from holdfast.app.banks.updating.report import UpdateState
from holdfast.app.banks.updating.update import preview_update, update_bank
from holdfast.app.banks.visibility import may_see, refuse_unseen, seen_banks
from holdfast.banks.recipes.recipe import Visibility
from holdfast.banks.register import Register
from holdfast.errors import BankForbidden, BankNotFound


@pytest.fixture
def asking(monkeypatch: pytest.MonkeyPatch) -> Callable[[str], None]:
    """Lets the account be another."""

    def become(account: str) -> None:
        monkeypatch.setattr(rights, "account", lambda: account)

    become("ann")
    return become


@pytest.fixture
def anns(
    container: QuickContainer, databank: Databank, asking: Callable[[str], None]
) -> QuickContainer:
    """The bank ``yeast``, with a release, which is ann's."""
    databank.publish("1", {"a.fa": b"ACGT"})
    recipe = keep_recipe(container, "yeast")
    recipe.write_text(
        f'name = "yeast"\n[remote]\nurl = "{databank.url}"\n[release]\nfrom = "folder"\n'
    )
    update_bank(container, "yeast")
    bank_owner(container, "yeast", "ann")
    return container


def test_an_owner_that_is_changed_may_not_update_any_more(
    anns: QuickContainer, databank: Databank
) -> None:
    databank.publish("2", {"a.fa": b"ACGT", "b.fa": b"TTTT"})
    assert update_bank(anns, "yeast").state is UpdateState.UPDATED
    bank_owner(anns, "yeast", "ben")
    databank.publish("3", {"a.fa": b"ACGT"})
    with pytest.raises(BankForbidden, match=r"yeast is ben's, and you are ann; ask ben"):
        update_bank(anns, "yeast")
    assert [each.name for each in anns.catalogue.folder("yeast").releases()] == ["1", "2"]


ACTS: dict[str, Callable[[QuickContainer, Path], object]] = {
    "update": lambda c, _: update_bank(c, "yeast"),
    "publish": lambda c, _: publish_release(c, "yeast", None),
    "unpublish": lambda c, _: unpublish_bank(c, "yeast"),
    "freeze": lambda c, _: freeze_releases(c, "yeast", ["1"]),
    "unfreeze": lambda c, _: unfreeze_releases(c, "yeast", ["1"]),
    "remove a release": lambda c, _: remove_releases(c, "yeast", ["1"]),
    "remove all": lambda c, _: remove_bank(c, "yeast", force=True),
    "repair": lambda c, _: repair_bank(c, "yeast"),
    "rename": lambda c, _: rename_bank(c, "yeast", "mine"),
    "move": lambda c, path: move_bank(c, "yeast", path / "mine"),
    "owner": lambda c, _: bank_owner(c, "yeast", "ben"),
    "visibility": lambda c, _: bank_visibility(c, "yeast", Visibility.PRIVATE),
    "recipe": lambda c, _: add_chosen(c, Choices("yeast", "http://localhost/"), replace=True),
}


@pytest.mark.parametrize("act", ACTS)
def test_a_stranger_changes_nothing(
    anns: QuickContainer, asking: Callable[[str], None], tmp_path: Path, act: str
) -> None:
    asking("ben")
    recipe = (anns.settings.recipes / "yeast.toml").read_bytes()
    with pytest.raises(BankForbidden, match="ann's, and you are ben"):
        ACTS[act](anns, tmp_path)
    folder = anns.catalogue.folder("yeast")
    assert (folder.marks.owner, folder.marks.visibility) == ("ann", None)
    assert [each.name for each in folder.releases()] == ["1"]
    assert (anns.settings.recipes / "yeast.toml").read_bytes() == recipe


def test_a_stranger_may_look(anns: QuickContainer, asking: Callable[[str], None]) -> None:
    asking("ben")
    assert preview_update(anns, "yeast").state is UpdateState.UP_TO_DATE
    assert bank_owner(anns, "yeast").owner == "ann"


def test_administrators_may_change_every_bank(
    anns: QuickContainer, asking: Callable[[str], None]
) -> None:
    asking("cleo")
    settings = anns.settings.model_copy(update={"administrators": ("root", "cleo")})
    assert update_bank(QuickContainer(settings), "yeast").state is UpdateState.UP_TO_DATE


def test_nobodys_bank_is_everybodys(anns: QuickContainer, asking: Callable[[str], None]) -> None:
    bank_owner(anns, "yeast", "")
    asking("ben")
    assert freeze_releases(anns, "yeast", ["1"]).changed == ("1",)


def test_an_account_without_a_name_owns_nothing(monkeypatch: pytest.MonkeyPatch) -> None:
    assert rights.account()
    monkeypatch.setattr("os.geteuid", lambda: 2**31 - 7)
    assert rights.account() == ""


def test_a_person_of_the_web_changes_what_is_theirs(anns: QuickContainer) -> None:
    freeze_releases(anns.asked_by(Person("ann")), "yeast", ["1"])
    assert Register(anns.ledger).events("yeast")[0].who == "ann"
    unfreeze_releases(anns.asked_by(Person("root", is_administrator=True)), "yeast", ["1"])
    with pytest.raises(BankForbidden, match=r"yeast is ann's, and you are ben; ask ann"):
        freeze_releases(anns.asked_by(Person("ben")), "yeast", ["1"])
    with pytest.raises(BankForbidden, match="you have not signed in"):
        freeze_releases(anns.asked_by(GUEST), "yeast", ["1"])


def test_a_bank_of_nobody_is_the_administrators_on_the_web(anns: QuickContainer) -> None:
    bank_owner(anns, "yeast", "")
    with pytest.raises(BankForbidden, match="has no owner"):
        freeze_releases(anns.asked_by(Person("ben")), "yeast", ["1"])
    freeze_releases(anns.asked_by(Person("root", is_administrator=True)), "yeast", ["1"])


def test_a_private_bank_is_not_even_there_for_others(anns: QuickContainer) -> None:
    bank_visibility(anns, "yeast", Visibility.PRIVATE)
    seeing = [anns, *map(anns.asked_by, (Person("ann"), Person("root", is_administrator=True)))]
    others = [anns.asked_by(Person("ben")), anns.asked_by(GUEST)]
    assert [may_see(each, "yeast") for each in (*seeing, *others)] == [True] * 3 + [False] * 2
    assert [seen_banks(each) for each in (*seeing, *others)] == [("yeast",)] * 3 + [()] * 2
    for each in others:
        with pytest.raises(BankNotFound) as unseen:
            refuse_unseen(each, "yeast")
        with pytest.raises(BankNotFound) as absent:
            refuse_unseen(each, "yeasts")
        assert str(absent.value) == str(unseen.value).replace("yeast", "yeasts")
        with pytest.raises(BankNotFound):
            freeze_releases(each, "yeast", ["1"])
