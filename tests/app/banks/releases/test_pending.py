"""Releases that were begun and are not finished."""

from datetime import UTC, datetime

import pytest

from app.banks.bank_world import Databank, QuickContainer
from app.banks.release_world import add_bank
from holdfast.app.banks.check import check_banks
from holdfast.app.banks.releases.pending import give_up_pending, pending_releases
from holdfast.app.banks.updating.update import update_bank
from holdfast.errors import BankBusy, BankNotFound, UpdateFailed, UsageError

FILES = {"a.fa": b">a\nACGT\n", "b.fa": b">b\nGG\n"}


@pytest.fixture
def bank(container: QuickContainer, databank: Databank) -> QuickContainer:
    """The bank ``x`` whose release 1 failed while its second file was fetched."""
    databank.publish("1", FILES)
    databank.faults["b.fa"] = "500"
    add_bank(container, url=databank.url, below='[release]\nfrom = "folder"\n')
    with pytest.raises(UpdateFailed):
        update_bank(container, "x")
    return container


def test_what_failed_is_told_with_its_job_and_log(bank: QuickContainer) -> None:
    (found,) = pending_releases(bank)
    assert (found.bank, found.release, found.attempts) == ("x", "1", 1)
    assert (found.arrived, found.files) == (1, 2)
    assert found.size > len(FILES["a.fa"])
    assert (datetime.now(UTC) - found.tried).total_seconds() < 60
    assert found.failed is not None
    assert (found.failed.job, found.failed.log.is_file()) == ("fetch", True)
    assert found.waits_for.startswith("job fetch failed: ")
    assert found.waits_for.endswith("the next update of x goes on with it")


def test_what_is_made_right_now_and_what_was_killed_are_told_apart(bank: QuickContainer) -> None:
    with bank.catalogue.folder("x").locked():
        assert pending_releases(bank, "x")[0].waits_for == "it is being made right now"
    for record in bank.ledger.runs("bank:x"):
        bank.ledger.prune(datetime.now(UTC))
        assert record.run not in bank.ledger.numbers()
    assert pending_releases(bank, "x")[0].waits_for.startswith("it was interrupted; ")


def test_what_is_given_up_frees_its_disk_and_the_next_update_begins_anew(
    bank: QuickContainer, databank: Databank
) -> None:
    databank.faults.clear()
    databank.take_sent()
    size = pending_releases(bank)[0].size
    given_up = give_up_pending(bank, "x", "1")
    assert (given_up.releases, given_up.freed) == (("1",), size)
    assert (pending_releases(bank), give_up_pending(bank, "x").releases) == ((), ())
    check = check_banks(bank)[0]
    assert (check.problems, check.remarks) == ((), ())
    report = update_bank(bank, "x")
    assert (report.release, report.resumed) == ("1", False)
    assert databank.take_sent() == ["a.fa", "b.fa"]


def test_a_release_that_is_not_unfinished_is_misuse(bank: QuickContainer) -> None:
    with pytest.raises(UsageError, match=r"no unfinished release '11' \(unfinished: 1\)"):
        give_up_pending(bank, "x", "11")
    with pytest.raises(BankNotFound):
        pending_releases(bank, "y")
    assert len(pending_releases(bank)) == 1


def test_what_is_made_right_now_is_not_given_up(
    bank: QuickContainer, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("holdfast.banks.releases.bankfolder.LOCK_WAIT", 0.0)
    with bank.catalogue.folder("x").locked(), pytest.raises(BankBusy):
        give_up_pending(bank, "x")


def test_what_cannot_be_read_is_told_and_given_up(bank: QuickContainer, databank: Databank) -> None:
    (bank.settings.banks / "x" / ".making" / "1" / "making.json").write_text("{")
    (found,) = pending_releases(bank)
    assert found.attempts == 0
    assert "holdfast bank pending x 1 --remove" in found.waits_for
    give_up_pending(bank, "x")
    databank.faults.clear()
    assert update_bank(bank, "x").release == "1"
