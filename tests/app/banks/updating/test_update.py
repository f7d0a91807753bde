"""A bank is mirrored, release after release, whatever its remote does."""

import os
import threading
import time
from contextlib import suppress
from pathlib import Path

import pytest

from app.banks.bank_world import Databank, QuickContainer, contents, packed
from holdfast.app.banks.check import check_banks
from holdfast.app.banks.releases.publish import publish_release
from holdfast.app.banks.updating.report import UpdateReport, UpdateState, raise_failures
from holdfast.app.banks.updating.update import preview_update, update_bank, update_banks
from holdfast.errors import (
    BankBusy,
    BankNotFound,
    ListingFailed,
    UpdateFailed,
    UsageError,
)

A, B, C = b">a\nACGT\n" * 500, b">b\nGGTT\n" * 500, b">c\nAAAA\n" * 500
ONE = {"a.fa.gz": packed(A), "b.fa": B, "sub/notes.txt": b"first"}
TWO = {"a.fa.gz": packed(A), "c.fa": C, "sub/notes.txt": b"second"}

UNPACK = '[[steps]]\nname = "unpack"\nuse = "unpack"\n'


def add(
    container: QuickContainer, databank: Databank, more: str = UNPACK, source: str = "folder"
) -> None:
    """Give the container the recipe of the bank ``x``."""
    container.settings.recipes.mkdir(parents=True, exist_ok=True)
    head, below = ("", more) if "[[" in more or not more else (more, "")
    (container.settings.recipes / "x.toml").write_text(
        f'name = "x"\n{head}\n[remote]\nurl = "{databank.url}"\n'
        f'[release]\nfrom = "{source}"\n{below}'
    )


def flat(container: QuickContainer, release: str) -> Path:
    return container.settings.banks / "x" / f"x_{release}" / "flat"


def current(container: QuickContainer) -> str:
    return str((container.settings.banks / "x" / "current").readlink())


def clean(container: QuickContainer) -> bool:
    """Whether a deep check finds nothing at all to say."""
    return all(
        not check.problems and not check.remarks for check in check_banks(container, deep=True)
    )


@pytest.fixture
def first(container: QuickContainer, databank: Databank) -> UpdateReport:
    """The bank after its first update."""
    databank.publish("1", ONE)
    add(container, databank)
    report = update_bank(container, "x")
    databank.take_sent()
    container.executor.started.clear()
    return report


def test_the_first_update_mirrors_unpacks_and_publishes(
    container: QuickContainer, first: UpdateReport
) -> None:
    assert first.state is UpdateState.UPDATED
    assert (first.release, first.fetched, first.reused) == ("1", 3, 0)
    assert contents(flat(container, "1")) == {"a.fa": A, "b.fa": B, "sub/notes.txt": b"first"}
    assert current(container) == "x_1"
    assert first.size == first.added == len(A) + len(B) + 5
    assert clean(container)


@pytest.mark.usefixtures("first")
def test_an_update_with_nothing_new_starts_no_job(
    container: QuickContainer, databank: Databank
) -> None:
    report = update_bank(container, "x")
    assert (report.state, report.release) == (UpdateState.UP_TO_DATE, "1")
    assert databank.take_sent() == []
    assert container.executor.started == []


@pytest.mark.usefixtures("first")
def test_only_what_changed_is_fetched_and_the_rest_is_linked_not_copied(
    container: QuickContainer, databank: Databank
) -> None:
    databank.publish("2", TWO)
    os.utime(databank.folder / "2/sub/notes.txt")
    report = update_bank(container, "x")
    assert databank.take_sent() == ["c.fa", "notes.txt"]
    assert (report.fetched, report.reused, report.dropped) == (2, 1, 1)
    assert contents(flat(container, "2")) == {"a.fa": A, "c.fa": C, "sub/notes.txt": b"second"}
    # The unpacked product is the same file, not unpacked again.
    assert (flat(container, "1") / "a.fa").samefile(flat(container, "2") / "a.fa")
    assert report.added == len(C) + len(b"second")
    assert current(container) == "x_2"
    assert clean(container)


@pytest.mark.usefixtures("first")
def test_a_dry_run_shows_the_changes_and_writes_nothing(
    container: QuickContainer, databank: Databank
) -> None:
    databank.publish("2", TWO)
    before = contents(container.settings.banks)
    report = preview_update(container, "x")
    assert report.state is UpdateState.PLANNED
    changes = {(each.change, each.file) for each in report.changes}
    assert changes >= {("fetch", "c.fa"), ("reuse", "a.fa.gz"), ("drop", "b.fa")}
    assert contents(container.settings.banks) == before
    assert databank.take_sent() == []


@pytest.mark.usefixtures("first")
def test_a_file_that_was_only_touched_costs_a_transfer_and_no_disk(
    container: QuickContainer, databank: Databank
) -> None:
    databank.publish("2", ONE, day=5)
    report = update_bank(container, "x")
    assert report.fetched == 3
    assert report.added == 0
    assert (flat(container, "1") / "a.fa").samefile(flat(container, "2") / "a.fa")


@pytest.mark.usefixtures("first")
def test_other_content_under_the_same_release_name_becomes_a_release_of_its_own(
    container: QuickContainer, databank: Databank
) -> None:
    for content in (b"changed", b"changed again"):
        databank.publish("1", {"b.fa": content})
        update_bank(container, "x")
    assert [release.name for release in container.catalogue.folder("x").releases()] == [
        "1",
        "1__1",
        "1__2",
    ]
    assert (flat(container, "1") / "b.fa").read_bytes() == B
    assert (flat(container, "1__1") / "b.fa").read_bytes() == b"changed"
    assert current(container) == "x_1__2"


@pytest.mark.usefixtures("first")
def test_from_scratch_fetches_everything_again(
    container: QuickContainer, databank: Databank
) -> None:
    report = update_bank(container, "x", from_scratch=True)
    assert (report.release, report.fetched) == ("1__1", 3)
    assert len(databank.take_sent()) == 3
    assert clean(container)


def test_old_releases_beyond_those_to_keep_are_removed_but_never_the_published_one(
    container: QuickContainer, databank: Databank
) -> None:
    add(container, databank, "keep = 1\npublish = false")
    for number in range(1, 5):
        databank.publish(str(number), {"a": str(number).encode()}, day=number)
        report = update_bank(container, "x")
        if number == 1:
            publish_release(container, "x", "1")
    names = [release.name for release in container.catalogue.folder("x").releases()]
    assert names == ["1", "3", "4"]  # the published one, one old one, the new one
    assert report.removed == ("2",)
    assert clean(container)


def test_a_changed_unpack_step_does_not_reuse_what_the_old_one_made(
    container: QuickContainer, databank: Databank, first: UpdateReport
) -> None:
    databank.publish("2", ONE)
    add(container, databank, "")
    report = update_bank(container, "x")
    assert (report.fetched, first.fetched) == (1, 3)  # the archive only
    assert set(contents(flat(container, "2"))) == {"a.fa.gz", "b.fa", "sub/notes.txt"}
    add(container, databank)
    databank.publish("3", ONE)
    assert update_bank(container, "x").fetched == 0  # the archive is there, and is unpacked
    assert set(contents(flat(container, "3"))) == {"a.fa", "b.fa", "sub/notes.txt"}
    assert clean(container)


def test_a_command_step_runs_in_its_own_folder_with_words_and_environment(
    container: QuickContainer, databank: Databank
) -> None:
    databank.publish("7", {"my file;x.fa": A})
    add(
        container,
        databank,
        '[[steps]]\nname = "look"\nfolder = "seen"\n'
        'command = ["sh", "-c", "ls {flat} >list; echo $dbname $remoterelease $localrelease >env"]',
    )
    update_bank(container, "x")
    seen = flat(container, "7").parent / "seen"
    assert (seen / "list").read_text() == "my file;x.fa\n"
    assert (seen / "env").read_text() == "x 7 x_7\n"


def test_a_step_that_fails_leaves_what_is_published_and_is_done_again_once_it_is_mended(
    container: QuickContainer, databank: Databank, first: UpdateReport
) -> None:
    databank.publish("2", TWO)
    wish = databank.folder.parent / "wish"
    add(
        container,
        databank,
        UNPACK + f'[[steps]]\nname = "wait"\ncommand = ["cat", "{wish}"]\n',
    )
    with pytest.raises(UpdateFailed, match=r"job wait failed: .*No such file.*wait\.log"):
        update_bank(container, "x")
    assert current(container) == f"x_{first.release}"
    assert not check_banks(container)[0].problems
    wish.touch()
    container.executor.started.clear()
    report = update_bank(container, "x")
    assert report.resumed
    assert container.executor.started == ["wait", "finish", "publish"]  # the rest was done
    assert current(container) == "x_2"
    assert clean(container)


def test_a_step_may_not_change_the_files_of_the_release(
    container: QuickContainer, databank: Databank
) -> None:
    databank.publish("1", ONE)
    add(
        container,
        databank,
        '[[steps]]\nname = "bad"\ncommand = ["sh", "-c", "echo x > {flat}/new"]',
    )
    with pytest.raises(UpdateFailed, match="its own folder"):
        update_bank(container, "x")


@pytest.mark.parametrize("fault", ["500", "short", "vanish"])
def test_a_remote_that_fails_leaves_what_is_published_and_the_next_update_finishes(
    container: QuickContainer, databank: Databank, first: UpdateReport, fault: str
) -> None:
    databank.publish("2", TWO)
    databank.faults["c.fa"] = fault
    with pytest.raises(UpdateFailed, match="job fetch failed") as caught:
        update_bank(container, "x")
    assert "c.fa" in str(caught.value)
    assert current(container) == f"x_{first.release}"
    assert not check_banks(container, deep=True)[0].problems
    databank.faults.clear()
    report = update_bank(container, "x")
    assert report.resumed
    assert current(container) == "x_2"
    assert clean(container)


def test_a_remote_that_cannot_be_listed_changes_nothing(
    container: QuickContainer, databank: Databank, first: UpdateReport
) -> None:
    databank.faults[""] = "500"
    with pytest.raises(ListingFailed):
        update_bank(container, "x")
    assert current(container) == f"x_{first.release}"
    assert clean(container)


def test_a_remote_that_changes_meanwhile_drops_the_unfinished_and_keeps_what_arrived(
    container: QuickContainer, databank: Databank, first: UpdateReport
) -> None:
    databank.publish("2", TWO)
    databank.publish("2", {"d.fa": b">d\nTT\n"})
    databank.faults["d.fa"] = "500"
    with pytest.raises(UpdateFailed):
        update_bank(container, "x")
    assert "c.fa" in databank.take_sent()
    databank.faults.clear()
    databank.publish("2", {"d.fa": b">d\nTTTT\n"})
    report = update_bank(container, "x")
    assert databank.take_sent() == ["d.fa"]  # c.fa had arrived
    assert not report.resumed
    assert contents(flat(container, "2"))["d.fa"] == b">d\nTTTT\n"
    assert current(container) == "x_2"
    assert first.release == "1"
    assert clean(container)


def test_a_file_that_changes_in_flight_is_fetched_as_it_is_then_by_the_next_update(
    container: QuickContainer, databank: Databank, first: UpdateReport
) -> None:
    databank.publish("2", TWO)
    databank.faults["c.fa"] = "swap"
    with pytest.raises(UpdateFailed, match=r"c\.fa"):
        update_bank(container, "x")
    assert current(container) == f"x_{first.release}"
    update_bank(container, "x")
    assert (flat(container, "2") / "c.fa").read_bytes() == b">swapped\nACGTACGTACGT\n"
    assert clean(container)


def test_hostile_names_in_a_listing_stay_out(
    container: QuickContainer, databank: Databank, home: Path
) -> None:
    databank.publish("", {"good.fa": A})
    add(container, databank, "", "listing")
    databank.faults[""] = "hostile"
    with suppress(ListingFailed, UpdateFailed):  # refusing such a listing is right too
        report = update_bank(container, "x")
        assert report.release is not None
        assert contents(flat(container, report.release)) == {"good.fa": A}
    assert not list(home.rglob("out"))
    assert not list(home.rglob("passwd"))


def test_from_scratch_trusts_nothing_that_an_unfinished_update_fetched(
    container: QuickContainer, databank: Databank, first: UpdateReport
) -> None:
    databank.publish("2", TWO)
    add(container, databank, UNPACK + '[[steps]]\nname = "bad"\ncommand = ["false"]\n')
    with pytest.raises(UpdateFailed):
        update_bank(container, "x")
    staged = container.settings.banks / "x" / ".making" / "2" / "files" / "c.fa"
    staged.chmod(0o644)
    staged.write_bytes(C.replace(b"A", b"T"))  # of the same size
    add(container, databank)
    with pytest.raises(UpdateFailed, match=r"c\.fa is not what it was.* --from-scratch"):
        update_bank(container, "x")
    assert update_bank(container, "x", from_scratch=True).release == "2"
    assert (flat(container, "2") / "c.fa").read_bytes() == C
    assert first.release == "1"
    assert clean(container)


def test_two_updates_at_once_are_one_update_and_one_refusal(
    container: QuickContainer, databank: Databank
) -> None:
    databank.publish("1", ONE)
    add(container, databank)
    databank.faults["b.fa"] = "slow"
    going = threading.Thread(target=update_bank, args=(container, "x"))
    going.start()
    assert databank.asked_slowly.wait(20)
    try:
        with (
            QuickContainer(container.settings) as other,
            pytest.raises(BankBusy, match="x is being changed by process"),
        ):
            update_bank(other, "x")
    finally:
        databank.slow.set()
        going.join()
    assert current(container) == "x_1"


def test_several_banks_are_updated_and_one_that_fails_does_not_stop_the_others(
    container: QuickContainer, databank: Databank
) -> None:
    databank.publish("1", ONE)
    add(container, databank)
    reports = update_banks(container, ["nothing", "x"])
    assert [report.state for report in reports] == [UpdateState.FAILED, UpdateState.UPDATED]
    with pytest.raises(UpdateFailed, match="nothing: there is no bank 'nothing'"):
        raise_failures(reports)
    with pytest.raises(BankNotFound):
        update_bank(container, "nothing")


def test_readers_always_find_a_current_release_while_it_moves(
    container: QuickContainer, databank: Databank, first: UpdateReport
) -> None:
    databank.publish("2", TWO)
    update_bank(container, "x")
    link = container.settings.banks / "x" / "current" / "flat" / "a.fa"
    misses, reads = [], 0
    stop = threading.Event()

    def read() -> None:
        nonlocal reads
        while not stop.is_set():
            try:
                assert link.stat().st_size == len(A)
                reads += 1
            except OSError as error:
                misses.append(error)

    reader = threading.Thread(target=read)
    reader.start()
    until = time.monotonic() + 0.5
    while time.monotonic() < until:
        publish_release(container, "x", first.release)
        publish_release(container, "x", "2")
    stop.set()
    reader.join()
    assert misses == []
    assert reads > 10


def test_publishing_what_is_not_there_names_what_is(
    container: QuickContainer, first: UpdateReport
) -> None:
    with pytest.raises(UsageError, match=r"it has: 1"):
        publish_release(container, "x", f"{first.release}0")
    assert publish_release(container, "x").release == "1"


@pytest.mark.parametrize("source", ["date", "listing"])
def test_a_remote_without_release_folders_is_named_by_what_it_has(
    container: QuickContainer, databank: Databank, source: str
) -> None:
    databank.publish("", {"a": b"1"}, day=1)
    add(container, databank, "", source)
    one = update_bank(container, "x")
    assert update_bank(container, "x").state is UpdateState.UP_TO_DATE
    databank.publish("", {"a": b"2"}, day=3)
    two = update_bank(container, "x")
    assert one.release != two.release
    assert source == "listing" or (one.release, two.release) == ("2024-01-16", "2024-01-18")


def test_a_damaged_release_is_found_by_the_check(
    container: QuickContainer, first: UpdateReport
) -> None:
    assert first.release == "1"
    folder = flat(container, "1")
    (folder / "a.fa").unlink()
    (folder / "b.fa").chmod(0o644)
    (folder / "b.fa").write_bytes(B.replace(b"G", b"C"))
    (folder / "stranger").touch()
    shallow = check_banks(container, ["x"])[0].problems
    deep = check_banks(container, ["x"], deep=True)[0].problems
    assert [problem.partition(";")[0].rpartition("/")[2] for problem in shallow] == [
        "a.fa is missing",
        "stranger is no file of the release",
    ]
    assert len(deep) == 3
    assert "b.fa is not what it was" in deep[-1]


def test_damaged_files_are_not_reused(container: QuickContainer, databank: Databank) -> None:
    databank.publish("1", ONE)
    add(container, databank)
    update_bank(container, "x")
    (flat(container, "1") / "b.fa").unlink()
    databank.publish("2", ONE)
    databank.publish("2", {"new": b"x"})
    assert update_bank(container, "x").fetched == 2
    assert (flat(container, "2") / "b.fa").read_bytes() == B


def test_leftovers_are_removed_by_the_next_update(
    container: QuickContainer, first: UpdateReport
) -> None:
    bank = container.settings.banks / "x"
    (bank / ".dropped" / "old").mkdir(parents=True)
    (bank / ".making" / "5").mkdir(parents=True)
    assert len(check_banks(container, ["x"])[0].remarks) == 2
    assert update_bank(container, "x").release == first.release
    assert clean(container)


def test_what_looks_like_a_release_and_was_not_made_here_is_never_touched(
    container: QuickContainer, first: UpdateReport, databank: Databank
) -> None:
    stranger = container.settings.banks / "x" / "x_2" / "flat" / "of another program"
    stranger.parent.mkdir(parents=True)
    stranger.touch()
    told = check_banks(container, ["x"])[0].remarks
    assert len(told) == 1
    assert "is called like a release, but is none: adopt what BioMAJ made" in told[0]
    databank.publish("2", ONE)
    assert update_bank(container, "x").release == "2__1"
    assert stranger.exists()
