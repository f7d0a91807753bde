"""Releases are removed, or all of a bank, and never by half."""

import shutil
import signal
import subprocess
import sys
import time
from collections.abc import Callable
from pathlib import Path

import pytest

from app.banks.bank_world import Databank, QuickContainer
from app.banks.release_world import add_bank, add_release
from dying import Dead, dying_at
from holdfast.app.banks.check import check_banks
from holdfast.app.banks.releases.freeze import freeze_releases
from holdfast.app.banks.releases.publish import publish_release, unpublish_bank
from holdfast.app.banks.releases.remove import raise_stayed, remove_bank, remove_releases
from holdfast.app.banks.updating.update import update_bank
from holdfast.errors import BankBusy, BankError, UpdateFailed, UsageError

ONE = {"shared": b"1" * 1000, "one": b"1"}
TWO = {"shared": b"1" * 1000, "two": b"22"}
THREE = {"shared": b"3" * 1000, "three": b"333"}


@pytest.fixture
def bank(container: QuickContainer) -> QuickContainer:
    """The bank ``x`` with three releases, the newest published; two share a file."""
    add_bank(container)
    add_release(container, "1", ONE)
    add_release(container, "2", TWO)
    add_release(container, "3", THREE, publish=True)
    return container


def names(container: QuickContainer) -> list[str]:
    return [release.name for release in container.catalogue.folder("x").releases()]


def clean(container: QuickContainer) -> bool:
    return all(not each.problems and not each.remarks for each in check_banks(container, deep=True))


def test_a_release_goes_and_what_others_share_stays(bank: QuickContainer) -> None:
    removal = remove_releases(bank, "x", ["1"])
    manifest = sum(each.stat().st_size for each in _folder(bank, "2").glob("*.json"))
    assert removal.freed < 1001 + 2 * manifest
    assert removal.releases[0].size > 1001
    assert names(bank) == ["2", "3"]
    assert not _folder(bank, "1").exists()
    assert clean(bank)


def test_several_go_at_once_and_what_only_they_share_is_freed(bank: QuickContainer) -> None:
    asked = remove_releases(bank, "x", ["1", "2", "x_1"], dry_run=True)
    assert (asked.dry_run, names(bank)) == (True, ["1", "2", "3"])
    assert [each.release for each in asked.releases] == ["1", "2"]
    assert sum(each.size for each in asked.releases) == asked.freed + 1000
    done = remove_releases(bank, "x", ["1", "2"])
    assert (done.releases, done.freed) == (asked.releases, asked.freed)
    assert names(bank) == ["3"]


def test_the_published_and_the_frozen_are_refused_and_so_are_the_others_with_them(
    bank: QuickContainer,
) -> None:
    freeze_releases(bank, "x", ["2"])
    for dry_run in (True, False):
        with pytest.raises(BankError) as caught:
            remove_releases(bank, "x", ["1", "2", "current"], dry_run=dry_run)
        assert str(caught.value).split("\n") == [
            "x:2 is frozen; let it go first with: holdfast bank unfreeze x 2",
            "x:3 is published; publish another one first, or none: holdfast bank unpublish x",
        ]
    assert names(bank) == ["1", "2", "3"]
    unpublish_bank(bank, "x")
    remove_releases(bank, "x", ["3"])
    assert names(bank) == ["1", "2"]


def test_a_release_that_is_not_there_is_misuse(bank: QuickContainer) -> None:
    with pytest.raises(UsageError, match=r"no release '11' \(it has: 1, 2, 3\)"):
        remove_releases(bank, "x", ["1", "11"])
    assert names(bank) == ["1", "2", "3"]


def test_a_release_that_cannot_be_read_can_be_removed(bank: QuickContainer) -> None:
    (_folder(bank, "2") / "release.json").write_text("{")
    with pytest.raises(BankError, match="remove this release"):
        names(bank)
    remove_releases(bank, "x", ["2"])
    assert names(bank) == ["1", "3"]


def test_what_the_recipe_has_done_before_is_done_and_its_failure_keeps_the_release(
    bank: QuickContainer, home: Path
) -> None:
    script = f'test $removedrelease = 1 && echo $removedrelease >> "{home}/told"'
    step = f"[[removal]]\nname = \"tell\"\ncommand = ['sh', '-c', '{script}']\n"
    add_bank(bank, below=step)
    removal = remove_releases(bank, "x", ["1", "2"])
    assert [each.release for each in removal.releases] == ["1"]
    assert (home / "told").read_text() == "1\n"
    assert names(bank) == ["2", "3"]
    with pytest.raises(BankError, match="x:2 stays: job tell failed"):
        raise_stayed(removal)
    removal = remove_bank(bank, "x")
    assert len(removal.stayed) == 2
    assert names(bank) == ["2", "3"]
    raise_stayed(remove_bank(bank, "x", force=True))
    assert not bank.catalogue.folder("x").folder.exists()


def test_all_of_a_bank_goes_but_its_recipe_and_what_is_not_holdfasts(
    bank: QuickContainer,
) -> None:
    folder = bank.catalogue.folder("x").folder
    (folder / "notes.txt").write_text("mine")
    asked = remove_bank(bank, "x", dry_run=True)
    assert (len(asked.releases), asked.recipe, names(bank)) == (3, None, ["1", "2", "3"])
    removal = remove_bank(bank, "x")
    assert removal.left == (folder / "notes.txt",)
    assert list(folder.iterdir()) == [folder / "notes.txt"]
    assert bank.catalogue.recipe_file("x").exists()


def test_all_of_a_bank_goes_with_its_recipe(bank: QuickContainer) -> None:
    removal = remove_bank(bank, "x", with_recipe=True)
    assert removal.recipe is not None
    assert not removal.recipe.exists()
    assert not (bank.settings.banks / "x").exists()
    assert bank.catalogue.banks() == ()


def test_all_of_a_bank_with_a_frozen_release_stays_unless_it_is_forced(
    bank: QuickContainer,
) -> None:
    freeze_releases(bank, "x", ["2"])
    with pytest.raises(BankError, match="holdfast bank unfreeze x 2; or say --force"):
        remove_bank(bank, "x")
    assert names(bank) == ["1", "2", "3"]
    assert len(remove_bank(bank, "x", force=True).releases) == 3
    assert not (bank.settings.banks / "x").exists()


def test_what_another_bank_has_in_the_same_folder_stays(bank: QuickContainer) -> None:
    freeze_releases(bank, "x", ["1"])
    folder = bank.catalogue.folder("x").folder
    shutil.copytree(folder / "x_1", folder / "other_1")
    manifest = (folder / "other_1" / "release.json").read_text()
    (folder / "other_1" / "release.json").write_text(manifest.replace('"x"', '"other"'))
    removal = remove_bank(bank, "x", force=True)
    assert (removal.left, len(removal.releases)) == ((), 3)
    kept = {each.name for each in folder.iterdir()}
    assert kept == {"other_1", "marks.json", "lock"}


def test_what_is_unfinished_goes_with_all_of_the_bank(
    container: QuickContainer, databank: Databank
) -> None:
    databank.publish("1", {"a.fa": b">a\nA\n"})
    add_bank(container, url=databank.url, below='[release]\nfrom = "folder"\n')
    databank.faults["a.fa"] = "500"
    with pytest.raises(UpdateFailed):
        update_bank(container, "x")
    assert remove_bank(container, "x").unfinished == ("1",)
    assert not (container.settings.banks / "x").exists()
    databank.faults.clear()
    assert update_bank(container, "x").release == "1"
    assert clean(container)


def test_nothing_is_removed_while_the_bank_is_being_changed(
    bank: QuickContainer, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("holdfast.banks.releases.bankfolder.LOCK_WAIT", 0.0)
    with bank.catalogue.folder("x").locked():
        for act in (lambda: remove_releases(bank, "x", ["1"]), lambda: remove_bank(bank, "x")):
            with pytest.raises(BankBusy):
                act()
        assert len(remove_releases(bank, "x", ["1"], dry_run=True).releases) == 1
    assert names(bank) == ["1", "2", "3"]


def test_a_removal_killed_while_it_empties_the_disk_is_over_for_all_to_see(
    container: QuickContainer,
) -> None:
    add_bank(container)
    add_release(container, "1", {f"f{number}": b"%d" % number for number in range(1000)})
    add_release(container, "2", TWO, publish=True)
    words = [sys.executable, "-m", "holdfast", "bank", "remove", "x", "1"]
    removing = subprocess.Popen(words, stdout=subprocess.DEVNULL)
    until = time.monotonic() + 30
    while _folder(container, "1").exists() and time.monotonic() < until:
        time.sleep(0.001)
    removing.send_signal(signal.SIGKILL)
    assert removing.wait() in {-signal.SIGKILL, 0}
    assert names(container) == ["2"]
    assert check_banks(container, deep=True)[0].problems == ()
    container.catalogue.folder("x").tidy()
    assert clean(container)


def _remove_two(container: QuickContainer) -> None:
    remove_releases(container, "x", [name for name in names(container) if name != "3"])


@pytest.mark.parametrize(
    ("act", "left", "current"),
    [
        (_remove_two, ["3"], "3"),
        (lambda container: remove_bank(container, "x"), [], None),
        (lambda container: publish_release(container, "x", "1"), ["1", "2", "3"], "1"),
        (lambda container: unpublish_bank(container, "x"), ["1", "2", "3"], None),
    ],
    ids=["remove", "remove all", "publish", "unpublish"],
)
def test_a_death_after_any_change_of_a_name_leaves_whole_releases(
    bank: QuickContainer,
    tmp_path: Path,
    act: Callable[[QuickContainer], object],
    left: list[str],
    current: str | None,
) -> None:
    banks = bank.settings.banks
    shutil.copytree(banks, tmp_path / "before", symlinks=True)
    deaths = 0
    while _dies(bank, act, deaths + 1):
        deaths += 1
        assert check_banks(bank, deep=True)[0].problems == ()
        assert _current(bank) is not None or current is None
        act(bank)  # the same again ends as if nothing had happened
        assert (names(bank), _current(bank)) == (left, current), f"after death {deaths}"
        assert bank.catalogue.folder("x").tells_published()
        bank.catalogue.folder("x").tidy()
        assert clean(bank)
        shutil.rmtree(banks, ignore_errors=True)
        shutil.copytree(tmp_path / "before", banks, symlinks=True)
    assert deaths >= 2


def _dies(container: QuickContainer, act: Callable[[QuickContainer], object], count: int) -> bool:
    """Whether `act` dies when it may change no name from the `count`-th on."""
    with dying_at(count, container.settings.banks):
        try:
            act(container)
        except Dead:
            return True
    return False


def _current(container: QuickContainer) -> str | None:
    current = container.catalogue.folder("x").current()
    return current.name if current is not None else None


def _folder(container: QuickContainer, release: str) -> Path:
    return container.settings.banks / "x" / f"x_{release}"
