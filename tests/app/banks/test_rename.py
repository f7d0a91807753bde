"""A bank that is renamed keeps all it has; a kill leaves one name or the other."""

import os
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import pytest

from app.banks.bank_world import Databank, QuickContainer, contents
from app.banks.held_world import hold, keep_recipe
from holdfast.app.banks.held.history import bank_history
from holdfast.app.banks.held.search import Query, search
from holdfast.app.banks.rename import rename_bank
from holdfast.app.banks.updating.update import update_bank, update_banks
from holdfast.app.container import Container
from holdfast.banks.releases import renaming
from holdfast.banks.releases.listings import write_listings
from holdfast.banks.releases.renaming import FILE
from holdfast.errors import BankBusy, BankError, BankNotFound, UsageError
from holdfast.settings import Settings


@pytest.fixture
def yeast(container: QuickContainer, databank: Databank) -> QuickContainer:
    """A bank with a release, published, that is up to date."""
    databank.publish("1", {"a.fa": b"ACGT", "b.fa": b"TTTT"})
    recipe = keep_recipe(container, "yeast")
    recipe.write_text(
        f'# ours\nname = "yeast"\n[remote]\nurl = "{databank.url}"\n[release]\nfrom = "folder"\n'
    )
    recipe.chmod(0o640)
    update_banks(container, ["yeast"])
    return container


def test_a_renamed_bank_goes_on_with_all_it_has(yeast: QuickContainer, databank: Databank) -> None:
    before = contents(yeast.settings.banks / "yeast" / "current" / "flat")
    renamed = rename_bank(yeast, "yeast", "baker")
    assert (renamed.bank, renamed.remarks) == ("baker", ())
    recipe = yeast.settings.recipes / "baker.toml"
    assert recipe.read_text().startswith('# ours\nname = "baker"\n')
    assert recipe.stat().st_mode & 0o777 == 0o640
    assert yeast.catalogue.banks() == ("baker",)
    folder = yeast.settings.banks / "baker"
    assert contents(folder / "current" / "flat") == before
    assert (folder / "RELEASE.txt").read_text().startswith("Bank: baker")
    with pytest.raises(BankNotFound):
        yeast.catalogue.folder("yeast")
    databank.take_sent()
    databank.publish("2", {"a.fa": b"ACGT", "b.fa": b"GGGG"}, day=0)
    os.utime(databank.folder / "2" / "b.fa", (1_800_000_000,) * 2)
    report = update_bank(yeast, "baker")
    assert (report.release, report.fetched, report.reused) == ("2", 1, 1)
    told = [(line.action, line.detail) for line in bank_history(yeast, "baker")]
    assert ("rename", "it was called yeast") in told
    first = [line for line in bank_history(yeast, "baker") if line.release == "1"]
    assert [line.seconds is not None for line in first] == [True]
    assert [hit.release for hit in search(yeast, Query(banks=("baker",)))] == ["2", "1"]
    assert search(yeast, Query(banks=("yeast",))) == ()


def test_what_cannot_be_renamed_is_refused(yeast: QuickContainer) -> None:
    keep_recipe(yeast, "fly")
    for wrong, why in (("fly", "already"), ("a/b", "not a name"), ("", "not a name")):
        with pytest.raises(UsageError, match=why):
            rename_bank(yeast, "yeast", wrong)
    with pytest.raises(BankNotFound):
        rename_bank(yeast, "yeas", "x")
    keep_recipe(yeast, "made", '[[depends]]\nbank = "yeast"\n')
    with pytest.raises(BankError, match=r"made is made from yeast; .*made\.toml"):
        rename_bank(yeast, "yeast", "x")


def test_a_busy_bank_is_not_renamed(yeast: QuickContainer, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("holdfast.banks.releases.bankfolder.LOCK_WAIT", 0.0)
    with yeast.catalogue.folder("yeast").locked(), pytest.raises(BankBusy):
        rename_bank(yeast, "yeast", "x")


def test_a_bank_with_an_unfinished_update_is_not_renamed(
    yeast: QuickContainer, databank: Databank
) -> None:
    databank.publish("2", {"a.fa": b"C"}, day=1)
    databank.faults["a.fa"] = "500"
    update_banks(yeast, ["yeast"])
    with pytest.raises(BankError, match="unfinished update"):
        rename_bank(yeast, "yeast", "x")


def test_a_bank_in_a_folder_of_its_own_stays_there(yeast: QuickContainer, tmp_path: Path) -> None:
    keep_recipe(yeast, "fly").write_text(
        f'name = "fly"\n[remote]\nurl = "https://example.org/"\n[place]\nfolder = "{tmp_path}/d"\n'
    )
    release = hold(yeast, "fly", "1", {"a.fa": b"A"})
    write_listings(release.folder, ["flat"])
    assert rename_bank(yeast, "fly", "drosophila").folder == tmp_path / "d"
    (found,) = yeast.catalogue.folder("drosophila").releases()
    assert (found.bank, found.folder) == ("drosophila", release.folder)


class Killed(BaseException):
    """The process is gone."""


@contextmanager
def killed_at(last: int) -> Iterator[list[str]]:
    """The process goes before the change of the disk with this number; which those were."""
    seen: list[str] = []
    with pytest.MonkeyPatch.context() as patch:

        def dying(name: str) -> None:
            real = getattr(renaming, name)

            def act(*args: object, **kwargs: object) -> object:
                seen.append(name)
                if len(seen) == last:
                    raise Killed
                return real(*args, **kwargs)

            patch.setattr(renaming, name, act)

        for name in ("write_atomic", "fsync_directory", "write_release", "rewrite_listings"):
            dying(name)
        yield seen


def test_a_rename_that_was_killed_is_finished_by_whoever_comes_next(home: Path) -> None:
    last = 0
    while True:
        last += 1
        old, new = f"old{last}", f"new{last}"
        with Container(Settings.read(home)) as first:
            keep_recipe(first, old)
            for release in ("1", "2"):
                hold(first, old, release, {"a.fa": b"A"})
            first.catalogue.folder(old).publish(first.catalogue.folder(old).release("1"))
            with killed_at(last) as seen:
                try:
                    rename_bank(first, old, new)
                except Killed:
                    pass
                else:
                    break
        with Container(Settings.read(home)) as second:
            there = [bank for bank in second.catalogue.banks() if bank.endswith(str(last))]
            name = old if last == 1 else new  # nothing was written down before the first
            assert there == [name]
            folder = second.catalogue.folder(name)
            assert [each.bank for each in folder.releases()] == [name, name]
            current = folder.current()
            assert current is not None
            assert current.name == "1"
            assert not (home / FILE).exists()
    assert len(seen) >= 8
