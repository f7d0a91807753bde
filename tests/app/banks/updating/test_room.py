"""No byte moves where the disk has no room for all that will come."""

import os
from pathlib import Path

import pytest

from app.banks.bank_world import Databank, QuickContainer, packed
from holdfast.app.banks.updating.room import RESERVED, room_for, space_of
from holdfast.app.banks.updating.update import update_bank
from holdfast.banks.updating.stages import Wishes
from holdfast.base.progress import Progress, ignore
from holdfast.base.reservations import look, reserved
from holdfast.errors import UpdateFailed
from holdfast.settings import Settings

CONTENT = bytes(range(256)) * 400


@pytest.fixture
def x(container: QuickContainer, databank: Databank) -> QuickContainer:
    databank.publish("1", {"a.bin": CONTENT, "b.fa.gz": packed(CONTENT)})
    container.settings.recipes.mkdir(parents=True)
    (container.settings.recipes / "x.toml").write_text(
        f'name = "x"\n[remote]\nurl = "{databank.url}"\n[release]\nfrom = "folder"\n'
        '[[steps]]\nname = "unpack"\nuse = "unpack"\n'
    )
    return container


def free(container: QuickContainer) -> int:
    facts = os.statvfs(container.settings.home)
    return facts.f_bavail * facts.f_frsize


def test_too_little_room_is_told_before_a_byte_moves(
    x: QuickContainer, databank: Databank, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("HOLDFAST_DISK_RESERVE", str(free(x) + 10**9))
    x.settings = Settings.read()
    with pytest.raises(UpdateFailed) as caught:
        update_bank(x, "x")
    sentence = str(caught.value)
    assert "x: release 1 needs about 1" in sentence
    assert "more when unpacked" in sentence
    assert "(the setting disk_reserve)" in sentence
    assert "are missing; make room, and update again" in sentence
    assert databank.take_sent() == []
    assert x.executor.started == []
    monkeypatch.setenv("HOLDFAST_DISK_RESERVE", "0")
    x.settings = Settings.read()
    assert update_bank(x, "x").release == "1"
    assert x.executor.started == ["fetch", "unpack", "finish", "publish"]


def test_what_another_update_will_write_is_no_room(x: QuickContainer, home: Path) -> None:
    with reserved(home / RESERVED, home, 1) as other:
        other.shrink(free(x))
        with pytest.raises(UpdateFailed, match="are for other updates"):
            update_bank(x, "x", wishes=Wishes(stop_after="download"))
    assert update_bank(x, "x").release == "1"
    assert look(home / RESERVED, home).reserved == 0


def test_what_has_been_fetched_is_no_longer_reserved(
    x: QuickContainer, home: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("holdfast.app.banks.updating.room.RETOLD", 0.0)
    update_bank(x, "x", wishes=Wishes(stop_after="ask"))
    (making,) = x.catalogue.folder("x").makings()
    space = space_of(x, making)
    with room_for(x, making, ignore) as listening:
        assert look(home / RESERVED, home).reserved == space.total
        listening(Progress("fetching", 1000, None, "bytes"))
        assert look(home / RESERVED, home).reserved == space.total - 1000
    part = making.staged / "a.bin.part"
    part.write_bytes(CONTENT[:500])
    assert space_of(x, making).arriving == space.arriving - 500


def test_an_archive_is_gone_when_it_is_unpacked(x: QuickContainer) -> None:
    update_bank(x, "x", wishes=Wishes(stop_after="download"))
    (making,) = x.catalogue.folder("x").makings()
    assert sorted(path.name for path in making.staged.iterdir()) == ["a.bin"]
    assert space_of(x, making, fetching=False).total == 0
    assert space_of(x, making).arriving == len(packed(CONTENT))
    assert update_bank(x, "x").release == "1"


def test_an_archive_that_the_recipe_keeps_is_kept(x: QuickContainer) -> None:
    recipe = x.settings.recipes / "x.toml"
    recipe.write_text(recipe.read_text() + "keep_archives = true\n")
    update_bank(x, "x", wishes=Wishes(stop_after="download"))
    (making,) = x.catalogue.folder("x").makings()
    assert sorted(path.name for path in making.staged.iterdir()) == ["a.bin", "b.fa.gz"]
    update_bank(x, "x")
    assert (x.settings.banks / "x" / "x_1" / "flat" / "b.fa.gz").exists()
