"""Banks made from other banks, and several banks in one command."""

import os
import signal
import threading
import time
from pathlib import Path

import pytest

from app.banks.bank_world import Databank, QuickContainer, contents
from holdfast.app.banks.check import check_banks
from holdfast.app.banks.updating.report import UpdateReport, UpdateState
from holdfast.app.banks.updating.update import preview_update, update_bank, update_banks
from holdfast.banks.updating.stages import Wishes
from holdfast.errors import BankError, BankNotFound, UpdateFailed, UsageError

#: what a computed bank is, without files of its own
COMPUTED = """
[remote]
url = "none://"
[release]
from = "bank"
bank = "a"
[[depends]]
bank = "a"
match = ["flat/.*[.]fa"]
[[depends]]
bank = "b"
match = ["**/*"]
[[steps]]
name = "join"
command = ["sh", "-c", "cat ../a/flat/* ../b/flat/* >all"]
"""
UP_TO_DATE, UPDATED = UpdateState.UP_TO_DATE, UpdateState.UPDATED


def add(container: QuickContainer, name: str, recipe: str) -> None:
    container.settings.recipes.mkdir(parents=True, exist_ok=True)
    (container.settings.recipes / f"{name}.toml").write_text(f'name = "{name}"\n{recipe}')


def mirrored(databank: Databank, name: str, more: str = "") -> str:
    return f'[remote]\nurl = "{databank.url}{name}/"\n[release]\nfrom = "folder"\n{more}'


@pytest.fixture
def banks(container: QuickContainer, databank: Databank) -> QuickContainer:
    """The banks a and b, and c that is computed of them."""
    databank.publish("a/1", {"x.fa": b"ax", "y.txt": b"ay"})
    databank.publish("b/1", {"z": b"bz"})
    add(container, "a", mirrored(databank, "a"))
    add(container, "b", mirrored(databank, "b"))
    add(container, "c", COMPUTED)
    return container


def states(reports: tuple[UpdateReport, ...]) -> dict[str, tuple[UpdateState, str | None]]:
    return {each.bank: (each.state, each.release) for each in reports}


def folder(container: QuickContainer, bank: str, release: str) -> Path:
    return container.settings.banks / bank / f"{bank}_{release}"


def clean(container: QuickContainer) -> bool:
    return all(not each.problems and not each.remarks for each in check_banks(container, deep=True))


def test_a_bank_is_computed_of_others_which_are_updated_before(
    banks: QuickContainer, databank: Databank
) -> None:
    assert states(update_banks(banks, ["c"])) == {
        "a": (UPDATED, "1"),
        "b": (UPDATED, "1"),
        "c": (UPDATED, "1"),
    }
    made = folder(banks, "c", "1")
    assert (made / "a" / "flat" / "x.fa").samefile(folder(banks, "a", "1") / "flat" / "x.fa")
    assert sorted(contents(made)) == [
        "a/flat/x.fa",
        "b/flat/z",
        "files.json",
        "join/all",
        "release.json",
    ]
    assert (made / "join" / "all").read_bytes() == b"axbz"
    assert set(states(update_banks(banks, ["c"])).values()) == {(UP_TO_DATE, "1")}
    databank.publish("a/2", {"x.fa": b"ax2"})
    assert update_bank(banks, "c").release == "2"
    assert (folder(banks, "c", "2") / "join" / "all").read_bytes() == b"ax2bz"
    assert (made / "join" / "all").read_bytes() == b"axbz"
    assert clean(banks)


def test_a_bank_named_after_another_follows_all_that_it_is_made_from(
    banks: QuickContainer, databank: Databank
) -> None:
    update_bank(banks, "c")
    databank.publish("b/7", {"z": b"bz7"})
    update_bank(banks, "b")  # by itself, before
    report = update_bank(banks, "c")
    assert report.release == "1__1"
    assert (folder(banks, "c", "1__1") / "join" / "all").read_bytes() == b"axbz7"
    assert update_bank(banks, "c").state is UP_TO_DATE


@pytest.mark.parametrize("follow", [False, True])
def test_a_bank_with_files_of_its_own_follows_others_if_it_says_so(
    banks: QuickContainer, databank: Databank, follow: bool
) -> None:
    databank.publish("d/1", {"own": b"d"})
    depends = f'[[depends]]\nbank = "a"\nmatch = ["flat/x"]\nfollow = {str(follow).lower()}\n'
    add(banks, "d", mirrored(databank, "d", depends))
    update_bank(banks, "d")
    databank.publish("a/2", {"x.fa": b"ax2"})
    report = update_bank(banks, "d")
    assert (report.state, report.release) == (UPDATED, "1__1") if follow else (UP_TO_DATE, "1")
    assert banks.catalogue.folder("a").releases()[-1].name == "2"
    assert sorted(contents(folder(banks, "d", "1"))) == [
        "a/flat/x.fa",
        "files.json",
        "flat/own",
        "release.json",
    ]


def test_a_dependency_that_fails_stops_what_is_made_from_it_and_nothing_else(
    banks: QuickContainer, databank: Databank
) -> None:
    update_banks(banks, ["c"])
    databank.publish("b/2", {"z": b"bz2"})
    databank.faults["z"] = "500"
    reports = {each.bank: each for each in update_banks(banks, ["a", "c"])}
    assert reports["b"].state is reports["c"].state is UpdateState.FAILED
    assert reports["a"].state is UP_TO_DATE
    assert reports["c"].problem == "c is made from b, which could not be updated; c is as it was"
    with pytest.raises(UpdateFailed, match="c is made from b"):
        update_bank(banks, "c")
    databank.faults.clear()
    assert update_bank(banks, "c").release == "1__1"


def test_a_dependency_without_what_is_wanted_of_it_is_told(
    banks: QuickContainer, databank: Databank
) -> None:
    add(banks, "c", COMPUTED.replace("flat/.*[.]fa", "blast/"))
    with pytest.raises(UpdateFailed, match=r"a:1 has no file that matches blast/; look at match"):
        update_bank(banks, "c")


def test_a_computed_bank_is_not_updated_before_the_others_by_those_who_stop_there(
    banks: QuickContainer,
) -> None:
    assert states(update_banks(banks, ["c"], wishes=Wishes(stop_before="depends"))) == {
        "c": (UpdateState.STOPPED, None)
    }
    assert states(update_banks(banks, ["c"], wishes=Wishes(stop_after="depends"))) == {
        "a": (UPDATED, "1"),
        "b": (UPDATED, "1"),
        "c": (UpdateState.STOPPED, None),
    }


def test_a_dry_run_tells_of_the_others_too(banks: QuickContainer) -> None:
    with pytest.raises(UpdateFailed, match="c is made from a, which has no release yet"):
        preview_update(banks, "c")
    update_bank(banks, "c")
    assert set(states(update_banks(banks, ["c"], dry_run=True)).values()) == {(UP_TO_DATE, "1")}


def test_circles_and_banks_that_are_not_there_are_told(banks: QuickContainer) -> None:
    add(banks, "a", '[remote]\nurl = "none://"\n[release]\nfrom = "bank"\nbank = "c"\n'
        '[[depends]]\nbank = "c"\n')  # fmt: skip
    with pytest.raises(UsageError, match=r"in a circle: (a from c from a|c from a from c)"):
        update_bank(banks, "c")
    assert "in a circle" in check_banks(banks, ["c"])[0].problems[0]
    (banks.settings.recipes / "a.toml").unlink()
    with pytest.raises(BankNotFound, match="c is made from a: there is no bank 'a'"):
        update_bank(banks, "c")
    assert "there is no bank 'a'" in check_banks(banks, ["c"])[0].problems[0]


@pytest.mark.parametrize("at_once", [1, 3])
def test_banks_are_updated_in_order_and_one_that_fails_alone_is_told(
    banks: QuickContainer, databank: Databank, at_once: int
) -> None:
    add(banks, "e", mirrored(databank, "nowhere"))
    reports = update_banks(banks, banks.catalogue.banks(), at_once=at_once)
    assert [each.bank for each in reports] == ["a", "b", "c", "e"]
    assert [each.state for each in reports] == [UPDATED, UPDATED, UPDATED, UpdateState.FAILED]
    assert clean(banks)


def test_several_banks_are_at_work_at_once(banks: QuickContainer, databank: Databank) -> None:
    databank.faults |= {"x.fa": "slow", "z": "slow"}
    (banks.settings.recipes / "c.toml").unlink()
    going = threading.Thread(target=update_banks, args=(banks, ["a", "b"]), kwargs={"at_once": 2})
    going.start()
    assert databank.asked_slowly.wait(20)
    try:
        while not all(banks.catalogue.folder(each).is_busy for each in "ab"):
            assert going.is_alive()
    finally:
        databank.slow.set()
        going.join()
    assert [banks.catalogue.folder(each).current() is not None for each in "ab"] == [True, True]


def test_whoever_computes_waits_for_an_update_that_is_going_on(
    banks: QuickContainer, databank: Databank, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("holdfast.app.banks.updating.update.LOOK", 0.01)
    monkeypatch.setattr("holdfast.banks.releases.bankfolder.LOCK_WAIT", 0.01)
    databank.faults["x.fa"] = "slow"
    going = threading.Thread(target=update_bank, args=(banks, "a"))
    going.start()
    assert databank.asked_slowly.wait(20)
    waiting = threading.Event()

    def heard(progress: object) -> None:
        if "waiting for a" in str(progress):
            waiting.set()
            databank.slow.set()

    with QuickContainer(banks.settings) as other:
        assert update_bank(other, "c", listener=heard).release == "1"
    going.join()
    assert waiting.is_set()


def test_a_dependency_whose_release_went_meanwhile_is_taken_anew(
    banks: QuickContainer, databank: Databank
) -> None:
    update_bank(banks, "c", wishes=Wishes(stop_after="ask"))
    databank.publish("b/2", {"z": b"bz2"})
    update_bank(banks, "b")
    banks.catalogue.folder("b").remove(banks.catalogue.folder("b").release("1"))
    assert update_bank(banks, "c").release == "1"
    assert (folder(banks, "c", "1") / "join" / "all").read_bytes() == b"axbz2"
    with pytest.raises(BankError):
        banks.catalogue.folder("b").release("1")


def test_other_files_wanted_of_a_dependency_are_taken_also_after_a_stop(
    banks: QuickContainer,
) -> None:
    update_bank(banks, "c", wishes=Wishes(stop_before="join"))
    add(banks, "c", COMPUTED.replace("flat/.*[.]fa", "flat/.*"))
    assert update_bank(banks, "c").release == "1"
    assert (folder(banks, "c", "1") / "join" / "all").read_bytes() == b"axaybz"


def test_steps_of_a_computed_release_are_done_again_of_what_it_was_made_from(
    banks: QuickContainer, databank: Databank
) -> None:
    update_bank(banks, "c")
    databank.publish("b/2", {"z": b"bz2"})
    update_bank(banks, "b")
    report = update_bank(banks, "c", wishes=Wishes(from_task="join"))
    assert report.release == "1__1"
    assert (folder(banks, "c", "1__1") / "join" / "all").read_bytes() == b"axbz"
    assert update_bank(banks, "c").release == "1__2"  # b is newer
    assert clean(banks)


def test_an_interrupt_ends_all_that_is_at_work_and_begins_nothing_more(
    banks: QuickContainer, databank: Databank
) -> None:
    databank.faults |= {"x.fa": "slow", "z": "slow"}

    def interrupt() -> None:
        assert databank.asked_slowly.wait(20)
        os.kill(os.getpid(), signal.SIGINT)
        time.sleep(0.5)
        databank.slow.set()

    hand = threading.Thread(target=interrupt)
    hand.start()
    with pytest.raises(KeyboardInterrupt):
        update_banks(banks, ["c"], at_once=2)
    hand.join()
    assert not any(banks.catalogue.folder(each).is_busy for each in "abc")
    assert banks.catalogue.folder("c").makings() == ()
    databank.faults.clear()
    assert all(each.release == "1" for each in update_banks(banks, ["c"], at_once=2))


def test_property_files_make_banks_from_others_as_biomaj_does(
    container: QuickContainer, databank: Databank
) -> None:
    recipes = container.settings.recipes
    recipes.mkdir(parents=True)
    host = databank.url.partition("//")[2].strip("/")
    common = "[GENERAL]\noffline.dir.name=off\nauto_publish=1\n"
    for name, date in (("sub1", "3"), ("sub2", "5")):
        databank.publish(f"{name}-{date}", {"test_a.fa": name.encode(), "other": b"x"})
        (recipes / f"{name}.properties").write_text(
            f"{common}dir.version={name}\nprotocol=http\nserver={host}\nlocal.files=**/*\n"
            f"remote.dir=/{name}-{date}/\nremote.files=.*\nrelease.format=r{date}\n"
        )
    (recipes / "computed.properties").write_text(
        f"{common}dir.version=computed\nprotocol=none\nlocal.files=unused\n"
        "depends=sub1, sub2\nref.release=sub1\n"
        "sub1.files.move=flat/test_.*\nsub2.files.move=flat/other\n"
        "BLOCKS=B\nB.db.post.process=M\nM=P\nP.name=p\nP.exe=cat\n"
        "P.args=$sub2source/flat/test_a.fa > $datadir/$dirversion/$localrelease/seen\n"
    )
    report = update_bank(container, "computed")
    assert (report.release, report.published) == ("r3", True)
    made = contents(folder(container, "computed", "r3"))
    assert {name: made[name] for name in made if not name.endswith(".json")} == {
        "sub1/flat/test_a.fa": b"sub1",
        "sub2/flat/other": b"x",
        "seen": b"sub2",
    }
    assert update_bank(container, "computed").state is UP_TO_DATE
