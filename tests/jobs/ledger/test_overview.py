"""What those ask who watch: runs by many marks, counts of jobs, the newest progress."""

from datetime import UTC, datetime, timedelta

import pytest

from holdfast.base.progress import Progress
from holdfast.jobs.ledger import Ledger, ProgressNews
from holdfast.jobs.model import Status
from jobs.ledger.making import MINE, PLAN, begun, move, start, wide


def test_runs_are_found_by_what_they_are_about_when_they_began_and_their_labels(
    ledger: Ledger,
) -> None:
    yeast, many = begun(ledger), begun(ledger, wide(2, "align"))
    ledger.finish(many, Status.FAILED)
    now = datetime.now(UTC)
    hour = timedelta(hours=1)
    assert [each.run for each in ledger.find_runs()] == [many, yeast]
    assert [each.run for each in ledger.find_runs("bank:yeast")] == [yeast]
    assert [each.run for each in ledger.find_runs(label="align")] == [many]
    assert [each.run for each in ledger.find_runs(label="load", subject="wide")] == []
    assert [each.run for each in ledger.find_runs(statuses=[Status.FAILED])] == [many]
    assert [each.run for each in ledger.find_runs(since=now - hour)] == [many, yeast]
    assert ledger.find_runs(since=now + hour) == []
    assert [each.run for each in ledger.find_runs(limit=1)] == [many]


def test_jobs_are_counted_by_state(ledger: Ledger) -> None:
    yeast, many = begun(ledger), begun(ledger, wide(3, "align"))
    ledger.turn("me", [start(yeast, "fetch"), start(many, "j1", "t2")])
    ledger.turn("me", [move(many, "j1", Status.DONE)])
    assert ledger.job_counts([yeast, many]) == {
        yeast: {Status.RUNNING: 1, Status.WAITING: 1},
        many: {Status.DONE: 1, Status.WAITING: 2},
    }
    assert ledger.waiting() == {"align": 2, "load": 1}
    assert ledger.job_counts([]) == {}


def test_runs_are_counted_by_state(ledger: Ledger) -> None:
    first, _ = begun(ledger), begun(ledger)
    ledger.finish(first, Status.CANCELLED)
    assert ledger.run_counts() == {Status.CANCELLED: 1, Status.RUNNING: 1}
    assert len(ledger.numbers()) == 2


def test_the_newest_word_of_each_job_about_its_progress_is_found(
    ledger: Ledger, monkeypatch: pytest.MonkeyPatch
) -> None:
    run = ledger.begin(PLAN, MINE)
    first, second = Progress("fetching", 1, 9), Progress("fetching", 2, 9, "files", "ü")
    for progress in (first, second):
        ledger.turn("me", progress=[ProgressNews(run, "fetch", progress)])
    ledger.turn("me", progress=[ProgressNews(run, "load ü/x", first)])
    assert ledger.newest_progress(run) == {"fetch": second, "load ü/x": first}
    monkeypatch.setattr("holdfast.jobs.ledger.overview.LOOKED_BACK", 1)
    assert ledger.newest_progress(run) == {"load ü/x": first}
    assert ledger.newest_event(run) == ledger.last_event() == 3
    assert ledger.newest_event(run + 1) == 0


def test_what_ended_long_ago_is_told_and_what_goes_on_is_not(ledger: Ledger) -> None:
    over, _ = begun(ledger), begun(ledger)
    ledger.finish(over, Status.DONE)
    later = datetime.now(UTC) + timedelta(days=1)
    assert ledger.ended_before(later) == [over]
    assert ledger.ended_before(later - timedelta(days=2)) == []
