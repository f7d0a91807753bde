"""Frozen releases stay."""

import pytest

from app.banks.bank_world import QuickContainer
from app.banks.release_world import add_bank, add_release
from holdfast.app.banks.releases.freeze import freeze_releases, unfreeze_releases
from holdfast.app.banks.releases.remove import remove_releases
from holdfast.banks.releases.marks import Marks, read_marks, write_marks
from holdfast.errors import BankBusy, BankError, UsageError


@pytest.fixture
def bank(container: QuickContainer) -> QuickContainer:
    """The bank ``x`` with three releases."""
    add_bank(container)
    for name in ("2024-1", "2024-2", "2024-3"):
        add_release(container, name, {"a": name.encode()})
    return container


def test_a_release_is_frozen_and_let_go(bank: QuickContainer) -> None:
    freezing = freeze_releases(bank, "x", ["2024-2", "x_2024-1"])
    assert freezing.changed == freezing.frozen == ("2024-1", "2024-2")
    assert freeze_releases(bank, "x", ["2024-1"]).changed == ()
    with pytest.raises(BankError, match="frozen"):
        remove_releases(bank, "x", ["2024-1"])
    freezing = unfreeze_releases(bank, "x", ["2024-1", "2024-3"])
    assert (freezing.changed, freezing.frozen) == (("2024-1",), ("2024-2",))
    assert [each.release for each in remove_releases(bank, "x", ["2024-1"]).releases] == ["2024-1"]


def test_the_published_release_can_be_frozen_by_that_name(bank: QuickContainer) -> None:
    folder = bank.catalogue.folder("x")
    folder.publish(folder.releases()[0])
    assert freeze_releases(bank, "x", ["current"]).frozen == ("2024-1",)


def test_a_release_that_is_not_there_freezes_nothing(bank: QuickContainer) -> None:
    for act in (freeze_releases, unfreeze_releases):
        with pytest.raises(UsageError, match=r"no release '2024-33'.*did you mean 2024-3"):
            act(bank, "x", ["2024-1", "2024-33"])
    assert bank.catalogue.folder("x").marks == Marks()


def test_the_mark_of_a_release_that_is_gone_can_be_taken_away(bank: QuickContainer) -> None:
    folder = bank.catalogue.folder("x").folder
    write_marks(folder, Marks(frozenset({"gone"}), "ann"))
    assert unfreeze_releases(bank, "x", ["gone"]).changed == ("gone",)
    assert read_marks(folder) == Marks(owner="ann")


def test_nothing_is_frozen_while_the_bank_is_being_changed(
    bank: QuickContainer, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("holdfast.banks.releases.bankfolder.LOCK_WAIT", 0.0)
    with bank.catalogue.folder("x").locked(), pytest.raises(BankBusy):
        freeze_releases(bank, "x", ["2024-1"])
