"""What is scheduled: listed, foretold, done at once."""

import threading
import time
from datetime import timedelta

import pytest

from app.schedule_world import NOON, ScheduleWorld, finish, nightly
from holdfast.app.chores import Almanac
from holdfast.app.schedule import list_schedules, next_due_times, run_schedule, see_to
from holdfast.errors import RunBusy, UsageError
from holdfast.jobs.model import Cause, Status
from holdfast.jobs.schedule import Verdict
from holdfast.testing.rehearsed import LASTING, Act

WEEKLY = """
[schedules.weekly]
cron = "30 2 * * mon"
zone = "Europe/Paris"
bank = ["yeast", "human"]
jitter = "10m"
"""


# -- looking ---------------------------------------------------------------------------------------


def test_schedules_are_listed_with_what_they_do_and_when(world: ScheduleWorld) -> None:
    world.settings(nightly() + WEEKLY)
    world.recipe("yeast", '[schedule]\ncron = "@daily"\nzone = "UTC"\nenabled = false\n')
    found = list_schedules(world.container(), {"seq"}, NOON)
    bank, night, week = found.schedules
    assert (bank.name, bank.what, bank.enabled) == ("bank:yeast", "update yeast", False)
    assert bank.next_due is None
    assert bank.file == world.home / "recipes" / "yeast.toml"
    assert (night.what, night.words, night.zone) == ("holdfast seq gc", "At 03:00 every day", "UTC")
    assert night.next_due == night.next_start == NOON + timedelta(hours=15)
    assert week.next_due is not None
    assert week.next_start is not None
    assert f"{week.next_due:%a %H:%M}" == "Mon 01:30"
    assert timedelta(0) < week.next_start - week.next_due < timedelta(minutes=10)
    assert [line.last for line in found.schedules] == [None] * 3


def test_what_would_fail_is_told_before_it_does(world: ScheduleWorld) -> None:
    world.settings(nightly() + WEEKLY)
    world.recipe("yeast")
    bad = world.recipe("mouse", '[schedule]\ncron = "x"\n')
    misnamed = world.recipe("rat")
    misnamed.write_text(misnamed.read_text().replace('"rat"', '"fly"'))
    found = list_schedules(world.container(), {"seg", "bank"}, NOON)
    night, week = found.schedules
    assert night.problem == "holdfast has no command 'seq'; did you mean seg?"
    assert week.problem == "there is no bank 'human'"
    assert str(bad) in found.problems[0]
    assert found.problems[1] == f"{misnamed}: name: 'fly' is not the name of the file"


def test_the_last_run_is_shown_while_it_goes_and_afterwards(world: ScheduleWorld) -> None:
    world.settings(nightly())
    world.plays.act = LASTING
    worker = world.worker()
    worker.look()
    world.pass_time(days=1)
    worker.look()
    worker.step()
    (line,) = list_schedules(world.containers[0], {"seq"}, world.now).schedules
    assert line.last is not None
    assert (line.last.run, line.last.status, line.last.ended) == (1, Status.RUNNING, None)
    world.stage.end("seq gc", Act(Cause.EXIT, 1, "exit code 1"))
    finish(worker)
    (line,) = list_schedules(world.containers[0], {"seq"}, world.now).schedules
    assert line.last is not None
    assert line.last.status is Status.FAILED
    assert line.last.ended is not None


def test_due_times_of_all_schedules_come_in_order(world: ScheduleWorld) -> None:
    world.settings(nightly() + WEEKLY)
    times = next_due_times(world.container(), count=4, now=NOON)
    assert [(time.schedule, f"{time.due:%m-%d %H:%M}") for time in times] == [
        ("nightly", "11-22 03:00"),
        ("weekly", "11-23 01:30"),
        ("nightly", "11-23 03:00"),
        ("nightly", "11-24 03:00"),
    ]
    assert times[1].local.isoformat() == "2026-11-23T02:30:00+01:00"
    assert times[1].local == times[1].due


def test_due_times_of_one_schedule_are_as_many_as_wanted(world: ScheduleWorld) -> None:
    world.settings(nightly() + WEEKLY)
    times = next_due_times(world.container(), "weekly", count=60, now=NOON)
    assert len(times) == 60
    # The clocks in Paris are changed in between, and it stays half past two there.
    assert {f"{time.local:%a %H:%M}" for time in times} == {"Mon 02:30"}
    assert {f"{time.due:%H:%M}" for time in times} == {"00:30", "01:30"}


def test_an_unknown_schedule_is_misuse_and_the_nearest_is_named(world: ScheduleWorld) -> None:
    world.settings(nightly())
    with pytest.raises(UsageError, match="there is no schedule 'nihgtly'; did you mean nightly"):
        next_due_times(world.container(), "nihgtly")
    with pytest.raises(UsageError, match=r"no schedule 'x' \(there are: nightly\)"):
        run_schedule(world.container(), "x")


# -- doing -----------------------------------------------------------------------------------------


def test_a_schedule_is_done_at_once_and_its_due_time_counts_as_seen_to(
    world: ScheduleWorld,
) -> None:
    world.settings(nightly())
    worker = world.worker()
    worker.look()
    world.pass_time(hours=15)
    done = run_schedule(world.containers[0], "nightly", now=world.now)
    assert (done.run, done.status) == (1, Status.DONE)
    worker.look()
    assert len(world.runs("nightly")) == 1
    world.pass_time(days=1)
    worker.look()
    assert len(world.runs("nightly")) == 2


def test_a_schedule_can_be_done_twice_within_one_moment(world: ScheduleWorld) -> None:
    world.settings(nightly(enabled=False))
    container = world.container()
    assert [run_schedule(container, "nightly", now=NOON).run for _ in range(2)] == [1, 2]


def test_a_schedule_with_nothing_to_do_is_done(world: ScheduleWorld) -> None:
    world.settings('[schedules.all]\ncron = "@daily"\nbank = "*"\n')
    done = run_schedule(world.container(), "all")
    assert (done.run, done.status) == (None, Status.DONE)


def test_what_is_going_is_not_begun_again_by_hand(world: ScheduleWorld) -> None:
    world.settings(nightly())
    world.plays.act = LASTING
    worker = world.worker()
    worker.look()
    world.pass_time(days=1)
    worker.look()
    worker.step()
    with pytest.raises(RunBusy, match="run 1 of 'nightly' is not over yet"):
        run_schedule(world.container(), "nightly")


def test_a_run_that_a_worker_was_quicker_to_take_is_waited_for(
    world: ScheduleWorld, monkeypatch: pytest.MonkeyPatch
) -> None:
    world.settings(nightly())
    container = world.container()

    def taken(run: int, *_: object) -> None:
        """Another process takes the run, and has done it after a while."""
        threading.Thread(target=end_soon, args=(run,), daemon=True).start()
        raise RunBusy("a worker does it")

    def end_soon(run: int) -> None:
        time.sleep(0.1)
        container.ledger.finish(run, Status.FAILED)

    monkeypatch.setattr(container.engine, "resume", taken)
    monkeypatch.setattr("holdfast.app.schedule.LOOK", 0.02)
    assert run_schedule(container, "nightly").status is Status.FAILED


# -- seen to at once by several --------------------------------------------------------------------


def test_a_worker_killed_after_it_took_on_a_due_time_loses_nothing(world: ScheduleWorld) -> None:
    world.settings(nightly())
    worker = world.worker()
    worker.look()
    world.pass_time(days=1)
    (chore,) = Almanac(world.containers[0].settings).read().by_name.values()
    seen = see_to(world.containers[0], chore, world.now)
    assert seen.run == 1
    # Whoever did that is dead now; all it has written is in one transaction.
    other = world.worker()
    other.look()
    finish(other)
    assert [run.status for run in world.runs("nightly")] == [Status.DONE]


def test_of_many_at_once_one_takes_on_a_due_time(world: ScheduleWorld) -> None:
    world.settings(nightly())
    world.worker().look()
    world.pass_time(days=1)
    containers = [world.container() for _ in range(8)]
    (chore,) = Almanac(containers[0].settings).read().by_name.values()
    start = threading.Barrier(len([container.ledger for container in containers]))
    verdicts: list[Verdict] = []

    def look(number: int) -> None:
        start.wait()
        verdicts.append(see_to(containers[number], chore, world.now).decision.verdict)

    threads = [threading.Thread(target=look, args=(number,)) for number in range(8)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert verdicts.count(Verdict.FIRE) == 1
    assert len(world.runs("nightly")) == 1
