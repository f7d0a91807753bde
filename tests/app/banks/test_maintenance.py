"""While maintenance is on, no update begins."""

import pytest

from app.banks.held_world import hold, keep_recipe
from holdfast.app.banks.held.history import bank_history
from holdfast.app.banks.maintenance import (
    FILE,
    maintenance,
    refuse_in_maintenance,
    turn_off,
    turn_on,
)
from holdfast.app.banks.updating.update import preview_update, update_bank, update_banks
from holdfast.app.container import Container
from holdfast.errors import BankBusy


def test_updates_are_refused_while_maintenance_is_on(container: Container) -> None:
    keep_recipe(container, "yeast")
    assert maintenance(container).on is False
    turned = turn_on(container, "new disks")
    assert turned.why == "new disks"
    assert turned.sentence.endswith("new disks")
    with pytest.raises(
        BankBusy, match=r"maintenance is on since .*: new disks; nothing is updated"
    ):
        refuse_in_maintenance(container)
    with pytest.raises(BankBusy, match="maintenance off"):
        update_banks(container, ["yeast"])
    with pytest.raises(BankBusy, match="maintenance off"):
        update_bank(container, "yeast")
    assert bank_history(container) == ()  # it did not fail: it was not begun
    assert turn_off(container).on is False
    refuse_in_maintenance(container)


def test_what_is_on_disk_can_be_asked_for_during_maintenance(container: Container) -> None:
    recipe = keep_recipe(container, "yeast")
    remote = container.settings.home / "remote"
    remote.mkdir()
    (remote / "a.fa").write_bytes(b"A")
    recipe.write_text(f'name = "yeast"\n[remote]\nurl = "{remote.as_uri()}"\n')
    hold(container, "yeast", "1", {"a.fa": b"A"})
    turn_on(container)
    assert preview_update(container, "yeast").bank == "yeast"


def test_a_damaged_document_means_that_maintenance_is_on(container: Container) -> None:
    (container.settings.home / FILE).write_text("{")
    assert maintenance(container).on is True
    assert turn_off(container).on is False
