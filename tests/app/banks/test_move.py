"""A bank that is moved is whole at one place or the other, whatever stops it."""

import os
import shutil
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import pytest

from app.banks.bank_world import QuickContainer, contents
from app.banks.held_world import hold, keep_recipe
from holdfast.app.banks.held.search import Query, search
from holdfast.app.banks.move import move_bank
from holdfast.banks.releases import relocating
from holdfast.banks.releases.listings import write_listings
from holdfast.banks.releases.relocating import MARKER
from holdfast.errors import BankBusy, BankError, BankNotFound, UsageError

FILES = {f"{number}.fa": b"ACGT" * 10 * number for number in range(1, 6)}


@pytest.fixture
def yeast(container: QuickContainer) -> QuickContainer:
    """A bank with two releases that share files, and links of all kinds."""
    keep_recipe(container, "yeast")
    one = hold(container, "yeast", "1", FILES)
    two = hold(container, "yeast", "2", FILES | {"1.fa": b"new"}, linked=one.folder)
    write_listings(two.folder, ["flat"])
    (two.folder / "whole").symlink_to(two.folder / "flat")
    (two.folder / "near").symlink_to("flat")
    os.utime(one.folder / "flat" / "2.fa", (1_700_000_000, 1_700_000_000))
    container.catalogue.folder("yeast").publish(two)
    return container


def inodes(folder: Path) -> int:
    """How many files there are, whatever their names."""
    return len({path.stat().st_ino for path in folder.rglob("*.fa") if not path.is_symlink()})


def flat(folder: Path) -> dict[str, bytes]:
    """All products below a bank's folder."""
    return {
        name: content
        for name, content in contents(folder).items()
        if "/flat/" in name and name.startswith("yeast_")
    }


def test_a_moved_bank_is_the_same_elsewhere(yeast: QuickContainer, tmp_path: Path) -> None:
    here, there = yeast.settings.banks / "yeast", tmp_path / "disk" / "yeast"
    before, files = flat(here), inodes(here)
    here.chmod(0o750)
    moved = move_bank(yeast, "yeast", there)
    assert (moved.before, moved.folder) == (here, there)
    assert not here.exists()
    assert flat(there) == before
    assert inodes(there) == files
    assert there.stat().st_mode & 0o777 == 0o750
    assert (there / "yeast_1" / "flat" / "2.fa").stat().st_mtime == 1_700_000_000
    assert (there / "yeast_2" / "whole").readlink() == there / "yeast_2" / "flat"
    assert (there / "yeast_2" / "near").readlink() == Path("flat")
    assert str(there) in (there / "yeast_2" / "listingv1.flat").read_text()
    assert not (there / MARKER).exists()
    current = yeast.catalogue.folder("yeast").current()
    assert current is not None
    assert current.folder == there / "yeast_2"
    assert {hit.path for hit in search(yeast, Query(banks=("yeast",)))} == {
        str(there / "yeast_1"),
        str(there / "yeast_2"),
    }
    assert move_bank(yeast, "yeast", there).before is None


def test_what_cannot_be_moved_is_refused(yeast: QuickContainer, tmp_path: Path) -> None:
    here = yeast.settings.banks / "yeast"
    used = tmp_path / "used"
    used.mkdir()
    (used / "mine").write_text("x")
    for folder, why in ((used, "not empty"), (here / "in", "one in the other")):
        with pytest.raises(BankError, match=why):
            move_bank(yeast, "yeast", folder)
    with pytest.raises(BankError, match="one in the other"):
        move_bank(yeast, "yeast", here.parent)
    with pytest.raises(BankNotFound):
        move_bank(yeast, "yeas", tmp_path / "x")
    os.mkfifo(here / "yeast_1" / "pipe")
    with pytest.raises(BankError, match="neither a file nor a folder"):
        move_bank(yeast, "yeast", tmp_path / "x")
    assert (here / "current" / "flat" / "1.fa").read_bytes() == b"new"


def test_a_busy_bank_and_one_that_shares_its_folder_stay(
    yeast: QuickContainer, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("holdfast.banks.releases.bankfolder.LOCK_WAIT", 0.0)
    with yeast.catalogue.folder("yeast").locked(), pytest.raises(BankBusy):
        move_bank(yeast, "yeast", tmp_path / "x")
    keep_recipe(yeast, "fly").write_text(
        'name = "fly"\n[remote]\nurl = "https://example.org/"\n'
        f'[place]\nfolder = "{yeast.settings.banks / "yeast"}"\n'
    )
    with pytest.raises(BankError, match="folder of fly too"):
        move_bank(yeast, "yeast", tmp_path / "x")


def test_a_bank_of_a_property_file_is_told_how(yeast: QuickContainer, tmp_path: Path) -> None:
    (yeast.settings.recipes / "alu.properties").write_text("[GENERAL]\n")
    with pytest.raises(UsageError, match="holdfast bank convert"):
        move_bank(yeast, "alu", tmp_path / "x")


def test_a_disk_without_room_is_told_before_anything_is_copied(
    yeast: QuickContainer, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(shutil, "disk_usage", lambda _: shutil._ntuple_diskusage(9, 9, 0))
    with pytest.raises(BankError, match=r"needs [\d,]+ bytes more"):
        move_bank(yeast, "yeast", tmp_path / "x")
    assert not list((tmp_path / "x").rglob("*.fa"))


def test_a_disk_that_gives_other_bytes_back_is_found_out(
    yeast: QuickContainer, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(relocating, "file_sha256", lambda _: "0" * 64)
    with pytest.raises(BankError, match="not what was written"):
        move_bank(yeast, "yeast", tmp_path / "x")
    assert yeast.catalogue.folder("yeast").folder == yeast.settings.banks / "yeast"


class Killed(BaseException):
    """The process is gone."""


@contextmanager
def killed_at(last: int) -> Iterator[list[str]]:
    """The process goes before the change of the disk with this number."""
    seen: list[str] = []
    with pytest.MonkeyPatch.context() as patch:

        def dying(owner: Any, name: str) -> None:
            real = getattr(owner, name)

            def act(*args: Any, **kwargs: Any) -> Any:
                seen.append(name)
                if len(seen) >= last:  # also in other threads
                    raise Killed
                return real(*args, **kwargs)

            patch.setattr(owner, name, act)

        dying(relocating, "_copy_content")
        dying(relocating, "_link")
        dying(relocating, "_copy_link")
        dying(relocating, "prepare")
        dying(shutil, "rmtree")
        patch.setattr("holdfast.app.banks.move.prepare", relocating.prepare)
        yield seen


def test_a_move_that_was_killed_goes_on_when_it_is_said_again(
    yeast: QuickContainer, tmp_path: Path
) -> None:
    last, folder = 0, yeast.settings.banks / "yeast"
    wanted = flat(folder)
    while True:
        last += 3
        target = tmp_path / f"disk {last}"
        with killed_at(last) as seen:
            try:
                move_bank(yeast, "yeast", target)
            except Killed:
                ended = False
            else:
                ended = True
        assert flat(yeast.catalogue.folder("yeast").folder) == wanted
        move_bank(yeast, "yeast", target)
        assert flat(target) == wanted
        assert not folder.exists()
        assert not list(target.rglob(".tmp-*"))
        folder = target
        if ended:
            break
    assert len(seen) >= 15  # each third of them was the last
