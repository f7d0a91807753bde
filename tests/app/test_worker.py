"""The worker: what is due is done once, whatever happens to clocks, files and other workers."""

import os
import time
from datetime import timedelta

import pytest

from app.schedule_world import NOON, ScheduleWorld, finish, nightly
from holdfast.app.schedule import list_schedules
from holdfast.app.worker import What, Worker
from holdfast.jobs.folder import RunFolder
from holdfast.jobs.model import Cause, Status
from holdfast.testing.rehearsed import LASTING, Act
from services.databases import DatabaseServer
from services.postgresql import postgresql

__all__ = ["postgresql"]  # a fixture


def test_what_is_due_is_begun_done_and_told(world: ScheduleWorld) -> None:
    world.settings(nightly())
    worker = world.worker()
    worker.look()
    assert not world.told(What.BEGUN, What.LEFT_OUT)  # it is new: nothing is made up for
    world.pass_time(hours=15)
    worker.look()
    assert world.told() == ["nightly (2026-11-22 03:00 UTC): holdfast seq gc"]
    finish(worker)
    assert world.told() == ["run 1: nightly: holdfast seq gc: done"]
    worker.look()
    assert [run.status for run in world.runs("nightly")] == [Status.DONE]


def test_a_run_that_fails_is_told_with_its_last_words(world: ScheduleWorld) -> None:
    world.settings(nightly())
    world.plays.act = Act(Cause.EXIT, 3, "exit code 3")
    worker = world.worker()
    worker.look()
    world.pass_time(hours=15)
    worker.look()
    world.told()
    finish(worker)
    (sentence,) = world.told(What.ENDED)
    assert sentence.startswith("run 1: nightly: holdfast seq gc: job seq gc failed: exit code 3")


def test_what_was_missed_in_a_year_is_done_once(world: ScheduleWorld) -> None:
    world.settings(nightly())
    world.worker().look()
    world.pass_time(days=365)
    late = world.worker()
    late.look()
    finish(late)
    late.look()
    assert len(world.runs("nightly")) == 1
    assert len(world.told(What.BEGUN)) == 1


def test_what_was_missed_may_be_left_out(world: ScheduleWorld) -> None:
    world.settings(nightly(catch_up=False))
    worker = world.worker()
    worker.look()
    world.pass_time(days=3)
    worker.look()
    worker.look()
    assert not world.runs("nightly")
    assert world.told(What.LEFT_OUT) == [
        "nightly (2026-11-24 03:00 UTC): nobody was at work when it was due, so it was left out"
    ]
    world.pass_time(hours=15, seconds=10)
    worker.look()
    assert len(world.runs("nightly")) == 1


def test_what_is_still_going_is_not_begun_again_but_once_afterwards(world: ScheduleWorld) -> None:
    world.settings(nightly())
    world.plays.act = LASTING
    worker = world.worker()
    worker.look()
    world.pass_time(hours=15)
    worker.look()
    worker.step()
    world.told()
    for _ in range(3):  # three more nights
        world.pass_time(days=1)
        worker.look()
        worker.look()
    assert len(world.runs("nightly")) == 1
    held = world.told(What.HELD)
    assert len(held) == 3
    assert "what was begun before is still going" in held[0]
    world.stage.end("seq gc", Act())
    world.plays.act = Act()
    finish(worker)
    worker.look()
    finish(worker)
    worker.look()
    assert [run.status for run in world.runs("nightly")] == [Status.DONE, Status.DONE]


def test_without_catching_up_what_is_still_going_leaves_out_the_next(world: ScheduleWorld) -> None:
    world.settings(nightly(catch_up=False))
    world.plays.act = LASTING
    worker = world.worker()
    worker.look()
    world.pass_time(hours=15)
    worker.look()
    worker.step()
    world.pass_time(days=1)
    worker.look()
    assert "so it was left out" in world.told(What.LEFT_OUT)[0]
    world.stage.end("seq gc", Act())
    finish(worker)
    worker.look()
    assert len(world.runs("nightly")) == 1


def test_of_two_workers_one_begins_what_is_due_and_the_other_can_go_on(
    world: ScheduleWorld,
) -> None:
    world.settings(nightly())
    world.plays.act = LASTING
    one, other = world.worker(), world.worker()
    one.look()
    other.look()
    for night in range(1, 4):
        world.pass_time(days=1)
        for worker in (one, other) if night % 2 else (other, one):
            worker.look()
        assert len(world.told(What.BEGUN)) == 1
        assert len(world.runs("nightly")) == night
        one.step()
        other.step()
        world.stage.end("seq gc", Act())
        finish(one)
        finish(other)


def test_a_worker_takes_over_what_another_left(world: ScheduleWorld) -> None:
    world.settings(nightly())
    world.plays.act = LASTING
    one = world.worker()
    one.look()
    world.pass_time(days=1)
    one.look()
    one.step()
    world.containers[0].engine.leave()
    other = world.worker()
    other.look()
    other.step()
    assert world.told(What.TAKEN)[-1] == "run 1: nightly: holdfast seq gc"
    world.stage.end("seq gc", Act())
    finish(other)
    assert [run.status for run in world.runs("nightly")] == [Status.DONE]


def test_a_clock_that_goes_back_brings_nothing_twice(world: ScheduleWorld) -> None:
    world.settings(nightly())
    worker = world.worker()
    worker.look()
    world.pass_time(hours=15, minutes=1)
    worker.look()
    finish(worker)
    world.pass_time(minutes=-30)
    worker.look()
    world.pass_time(minutes=30)
    worker.look()
    assert len(world.runs("nightly")) == 1


def test_a_clock_that_was_years_ahead_does_not_stop_the_schedule(world: ScheduleWorld) -> None:
    world.settings(nightly())
    worker = world.worker()
    worker.look()
    world.pass_time(days=3000)
    worker.look()
    finish(worker)
    world.told()
    world.pass_time(days=-3000)
    worker.look()
    assert "a clock was wrong" in world.told(What.PROBLEM)[0]
    world.pass_time(days=1)
    worker.look()
    finish(worker)
    assert len(world.runs("nightly")) == 2


def test_a_bank_is_updated_when_its_recipe_says_so(world: ScheduleWorld) -> None:
    world.recipe("yeast", '[schedule]\ncron = "0 3 * * *"\nzone = "UTC"\n')
    worker = world.worker()
    worker.look()
    world.pass_time(hours=15)
    worker.look()
    finish(worker)
    (run,) = world.runs("bank:yeast")
    plan = world.containers[0].ledger.plan(run.run)
    assert plan.title == "bank:yeast: update yeast"
    assert plan.jobs[0].command[-3:] == ("bank", "update", "yeast")
    assert plan.jobs[0].environment == {"HOLDFAST_HOME": str(world.home)}


def test_all_banks_are_those_without_a_schedule_of_their_own(world: ScheduleWorld) -> None:
    world.settings('[schedules.nightly]\ncron = "0 3 * * *"\nzone = "UTC"\nbank = "*"\n')
    world.recipe("yeast", '[schedule]\ncron = "0 5 * * *"\nzone = "UTC"\n')
    worker = world.worker()
    worker.look()
    world.pass_time(hours=15)
    worker.look()
    assert world.told(What.LEFT_OUT)[0].endswith("there is no bank to update")
    world.recipe("human")
    world.recipe("mouse")
    world.pass_time(days=1)
    worker.look()
    finish(worker)
    (run,) = world.runs("nightly")
    plan = world.containers[0].ledger.plan(run.run)
    assert [job.name for job in plan.jobs] == ["update human", "update mouse"]


def test_files_that_change_are_read_again_and_bad_ones_told_once(world: ScheduleWorld) -> None:
    world.settings(nightly())
    worker = world.worker()
    worker.look()
    world.settings('[schedules.nightly]\ncron = "0 25 * * *"\ncommand = ["seq", "gc"]\n')
    bad = world.recipe("yeast", '[schedule]\ncron = "0 26 * * *"\n')
    world.told()
    worker.look()
    settings, recipe = world.told(What.PROBLEM)
    assert "its hour cannot be '25'" in settings
    assert settings.endswith("the schedules stay as they were")
    assert f"{bad}: schedule.cron: '0 26 * * *' is not" in recipe
    world.pass_time(hours=15)
    worker.look()
    assert not world.told(What.PROBLEM)
    assert len(world.runs("nightly")) == 1  # as it was
    finish(worker)
    world.settings('[schedules.weekly]\ncron = "@weekly"\nzone = "UTC"\ncommand = ["seq", "gc"]\n')
    bad.unlink()
    worker.look()
    world.pass_time(days=7)
    worker.look()
    finish(worker)
    assert (len(world.runs("nightly")), len(world.runs("weekly"))) == (1, 1)


def test_what_is_switched_off_is_not_made_up_for(world: ScheduleWorld) -> None:
    world.settings(nightly(enabled=False))
    worker = world.worker()
    worker.look()
    world.pass_time(days=3)
    worker.look()
    world.settings(nightly())
    worker.look()
    assert not world.runs("nightly")
    world.pass_time(days=1)
    worker.look()
    assert len(world.runs("nightly")) == 1


def test_jitter_puts_off_the_start(world: ScheduleWorld) -> None:
    world.settings(nightly(jitter=3600))
    worker = world.worker()
    worker.look()
    world.pass_time(hours=15)
    (line,) = list_schedules(world.containers[0], {"seq"}, NOON).schedules
    assert line.next_start is not None
    world.now = line.next_start - timedelta(seconds=10)  # it is due, and not to begin yet
    before = time.monotonic()
    worker.look()
    assert not world.runs("nightly")
    assert 9 < worker.next_look - before < 11  # and not half a minute later
    world.pass_time(seconds=10)
    worker.look()
    assert len(world.runs("nightly")) == 1


def test_old_runs_are_forgotten_with_their_logs(world: ScheduleWorld) -> None:
    world.settings("history_days = 30\n" + nightly())
    worker = world.worker()
    worker.look()
    world.pass_time(days=1)
    worker.look()
    finish(worker)
    settings = world.containers[0].settings
    log = RunFolder.of(settings.logs, 1).path
    assert log.is_dir()
    left, young = settings.logs / "77", settings.logs / "78"  # of runs that no ledger knows
    left.mkdir()
    young.mkdir()
    old = time.time() - 86400
    os.utime(left, (old, old))
    # The run has just ended, by the ledger's clock; it is old for a worker of the next month.
    world.now = world.runs("nightly")[0].started + timedelta(days=30, minutes=1)
    os.utime(young, (world.now.timestamp(),) * 2)
    world.settings("history_days = 30\n")
    world.told()
    world.worker().look()
    assert world.told(What.PRUNED)
    assert not log.exists()
    assert not left.exists()
    assert young.exists()
    assert not world.runs("nightly")


def test_once_does_what_is_due_and_ends(world: ScheduleWorld) -> None:
    world.settings(nightly())
    assert world.worker().work(once=True) == 0
    assert world.told() == ["the worker works", "the worker leaves"]
    world.pass_time(days=1)
    assert world.worker().work(once=True) == 0
    assert world.told(What.ENDED) == ["run 1: nightly: holdfast seq gc: done"]
    world.pass_time(days=1)
    world.plays.act = Act(Cause.EXIT, 3, "exit code 3")
    assert world.worker().work(once=True) == 1


@pytest.mark.service("postgres")
@pytest.mark.xdist_group("databases")
def test_where_hosts_share_a_ledger_the_databases_clock_counts(
    world: ScheduleWorld, postgresql: DatabaseServer, monkeypatch: pytest.MonkeyPatch
) -> None:
    url = postgresql.new_database()
    monkeypatch.setenv("HOLDFAST_LEDGER", url)
    monkeypatch.setattr("holdfast.app.worker.utc_now", lambda: NOON - timedelta(days=9999))
    world.settings(nightly())
    container = world.container()
    long_ago = container.ledger.now() - timedelta(days=9)
    container.ledger.claim_due("nightly", None, long_ago)
    worker = Worker(container, world.news.append)
    worker.look()
    finish(worker)
    assert [run.status for run in world.runs("nightly")] == [Status.DONE]
    world.close()
    postgresql.drop_database(url)
