"""What happened to banks, and what goes on, from the register and the runs."""

from datetime import UTC, datetime
from pathlib import Path

import pytest

from app.banks.bank_world import Databank, QuickContainer
from app.banks.held_world import keep_recipe
from holdfast.app.banks.held.history import bank_history
from holdfast.app.banks.held.stats import bank_stats
from holdfast.app.banks.held.whatsup import whats_up
from holdfast.app.banks.noting import note
from holdfast.app.banks.releases.publish import publish_release
from holdfast.app.banks.updating.update import update_banks
from holdfast.base.progress import Progress
from holdfast.errors import BankNotFound
from holdfast.jobs.engine.identity import new_claim
from holdfast.jobs.ledger import Move, ProgressNews
from holdfast.jobs.model import Job, Outcome, Status
from holdfast.jobs.plan import Plan

NOON = datetime(2024, 3, 7, 12, tzinfo=UTC)


@pytest.fixture
def yeast(container: QuickContainer, databank: Databank) -> QuickContainer:
    """A container with a bank of a databank that has one release."""
    databank.publish("1", {"a.fa": b"ACGT" * 1000, "b.fa": b"TTTT" * 1000})
    recipe = keep_recipe(container, "yeast")
    recipe.write_text(
        f'name = "yeast"\n[remote]\nurl = "{databank.url}"\n[release]\nfrom = "folder"\n'
    )
    return container


def test_history_tells_updates_with_their_runs_and_who_did_what(
    yeast: QuickContainer, databank: Databank
) -> None:
    (first,) = update_banks(yeast, ["yeast"])
    update_banks(yeast, ["yeast"])  # nothing new is no event
    publish_release(yeast, "yeast", "1")
    databank.faults["b.fa"] = "500"
    databank.publish("2", {"a.fa": b"ACGT" * 1000, "b.fa": b"G"}, day=1)
    (failed,) = update_banks(yeast, ["yeast"])
    lines = bank_history(yeast, "yeast")
    told = [(line.action, line.release, line.outcome) for line in lines]
    assert ("update", "1", "done") in told
    assert ("update", None, "failed") in told
    (update,) = [line for line in lines if line.outcome == "done" and line.action == "update"]
    assert (update.run, update.who) == (first.run, yeast.settings.author)
    assert update.seconds is not None
    assert update.detail == "2 fetched, 0 reused, 0 dropped"
    assert failed.problem in {line.detail for line in lines}
    assert [line.when for line in lines] == sorted((x.when for x in lines), reverse=True)
    assert len(bank_history(yeast, limit=1)) == 1


def test_a_run_that_nobody_noted_is_told_by_itself(yeast: QuickContainer) -> None:
    yeast.ledger.begin(Plan("bank:yeast", "update yeast to 7", (Job("fetch", ("true",)),)))
    yeast.ledger.begin(Plan("plot:x", "a plot", (Job("align", ("true",)),)))
    (line,) = bank_history(yeast)
    assert (line.bank, line.action, line.outcome) == ("yeast", "run", "running")
    assert line.detail == "update yeast to 7"


def test_the_history_of_a_bank_that_never_was_is_refused(yeast: QuickContainer) -> None:
    assert bank_history(yeast, "yeast") == ()
    with pytest.raises(BankNotFound, match="yeas"):
        bank_history(yeast, "yeas")
    note(yeast, "gone", "remove all")
    assert [line.action for line in bank_history(yeast, "gone")] == ["remove all"]


def test_what_goes_on_is_told_with_its_steps(yeast: QuickContainer) -> None:
    assert whats_up(yeast) == ()
    plan = Plan("bank:yeast", "update yeast", (Job("fetch", ("true",)), Job("index", ("true",))))
    claim = new_claim()
    run = yeast.ledger.begin(plan, claim)
    outcome = Outcome(Status.RUNNING, "", Path("/logs/fetch.log"), started=NOON, queued=NOON)
    told = Progress("fetching", 3, 7, "files")
    yeast.ledger.turn(
        claim.engine,
        [Move(run, "fetch", outcome, ticket="a word")],
        progress=[ProgressNews(run, "fetch", told)],
    )
    (going,) = whats_up(yeast)
    assert (going.bank, going.run, going.done, going.jobs) == ("yeast", run, 0, 2)
    assert going.state == "running"
    (step,) = going.steps
    assert (step.step, step.since, step.progress) == ("fetch", NOON, told)


def test_a_bank_that_is_held_without_a_run_is_busy(yeast: QuickContainer) -> None:
    with yeast.catalogue.folder("yeast").locked():
        (going,) = whats_up(yeast)
    assert (going.bank, going.state, going.run) == ("yeast", "busy", None)


def test_statistics_count_what_is_shared_once(yeast: QuickContainer, databank: Databank) -> None:
    update_banks(yeast, ["yeast"])
    databank.publish("2", {"a.fa": b"ACGT" * 1000, "b.fa": b"G" * 9000}, day=1)
    update_banks(yeast, ["yeast"])
    (stats,) = bank_stats(yeast)
    first, second = stats.each
    assert second.added < second.size - 3000  # a.fa is a link
    assert stats.size == first.size + second.size
    assert stats.shared == stats.size - first.added - second.added == 4000
    assert stats.growth == second.size - first.size
    assert (stats.runs, second.current) == (2, True)
    assert stats.seconds is not None
    with pytest.raises(BankNotFound):
        bank_stats(yeast, ["yeas"])
