"""Schedules: due times, what was missed, and clocks that jump."""

from dataclasses import replace
from datetime import UTC, datetime, timedelta
from itertools import pairwise
from zoneinfo import ZoneInfo

import pytest
from hypothesis import given
from hypothesis import strategies as some

from holdfast.base.cron import Cron
from holdfast.jobs.schedule import ASTRAY, LATE, Schedule, Verdict, decide

PARIS = ZoneInfo("Europe/Paris")
NIGHTLY = Schedule("nightly", Cron.parse("0 3 * * *"), PARIS)
YEARS = timedelta(days=20 * 365)


def at(text: str) -> datetime:
    return datetime.fromisoformat(text).replace(tzinfo=UTC)


DUE = at("2026-11-21T02:00")  # 03:00 in Paris


# -- due times -------------------------------------------------------------------------------------


def test_of_many_due_times_the_newest_counts() -> None:
    assert NIGHTLY.due_since(DUE - YEARS, DUE + timedelta(hours=5)) == DUE
    assert NIGHTLY.due_since(DUE, DUE + timedelta(hours=5)) is None
    assert NIGHTLY.due_since(DUE - timedelta(seconds=1), DUE) == DUE


def test_the_next_due_time_is_in_the_schedules_zone() -> None:
    assert NIGHTLY.next_due(DUE) == DUE + timedelta(days=1)
    assert NIGHTLY.next_due(at("2026-03-28T12:00")) == at("2026-03-29T01:00")  # clocks changed


def test_jitter_is_the_same_on_every_host_and_differs_by_day_and_name() -> None:
    spread = replace(NIGHTLY, jitter=3600)
    starts = {spread.start_of(DUE + timedelta(days=day)) for day in range(50)}
    delays = {(start - DUE).total_seconds() % 86400 for start in starts}
    assert len(delays) == 50
    assert all(0 <= delay < 3600 for delay in delays)
    assert max(delays) - min(delays) > 1800
    # Written down: another version of Python, or of Holdfast, must not disagree with this one.
    assert (spread.start_of(DUE) - DUE).total_seconds() == pytest.approx(STARTS_AFTER)
    assert replace(spread, name="other").start_of(DUE) != spread.start_of(DUE)


STARTS_AFTER = 1920.493273  # of DUE, in seconds


def test_what_is_put_off_by_jitter_is_not_due_before() -> None:
    spread = replace(NIGHTLY, jitter=3600)
    start = spread.start_of(DUE)
    before = start - timedelta(seconds=1)
    assert spread.due_since(DUE - timedelta(days=1), before) is None
    assert spread.due_since(DUE - timedelta(days=2), before) == DUE - timedelta(days=1)
    assert spread.due_since(DUE - timedelta(days=2), start) == DUE
    assert spread.next_start(DUE - timedelta(days=1), before) == start
    assert spread.next_start(DUE, before) == spread.start_of(DUE + timedelta(days=1))


def test_the_next_start_of_what_never_comes_again_is_none() -> None:
    assert NIGHTLY.next_start(DUE, datetime(9999, 12, 31, 23, tzinfo=UTC)) is None


# -- decisions -------------------------------------------------------------------------------------

SOON, LATER = DUE + timedelta(seconds=10), DUE + LATE + timedelta(seconds=1)
YESTERDAY = DUE - timedelta(days=1)


@pytest.mark.parametrize(
    ("handled", "now", "busy", "changed", "verdict", "due"),
    [
        (None, SOON, False, {}, Verdict.BEGIN, SOON),
        (YESTERDAY, DUE - timedelta(seconds=1), False, {}, Verdict.REST, None),
        (YESTERDAY, SOON, False, {}, Verdict.FIRE, DUE),
        (YESTERDAY, SOON, False, {"catch_up": False}, Verdict.FIRE, DUE),
        (YESTERDAY, LATER, False, {}, Verdict.FIRE, DUE),
        (YESTERDAY, LATER, False, {"catch_up": False}, Verdict.MISS, DUE),
        (DUE - YEARS, LATER, False, {}, Verdict.FIRE, DUE),
        (YESTERDAY, SOON, True, {}, Verdict.HOLD, DUE),
        (YESTERDAY, SOON, True, {"catch_up": False}, Verdict.SKIP, DUE),
        (DUE, LATER, True, {}, Verdict.REST, None),
        (YESTERDAY, SOON, False, {"enabled": False}, Verdict.OFF, DUE),
        (YESTERDAY, SOON, True, {"enabled": False}, Verdict.OFF, DUE),
        (DUE, DUE - timedelta(minutes=30), False, {}, Verdict.REST, None),
        (DUE, DUE - ASTRAY, False, {}, Verdict.REST, None),
        (DUE + YEARS, SOON, False, {}, Verdict.RIGHT, SOON),
    ],
)
def test_a_schedule_is_decided_about(
    handled: datetime | None,
    now: datetime,
    busy: bool,
    changed: dict[str, bool],
    verdict: Verdict,
    due: datetime | None,
) -> None:
    schedule = replace(NIGHTLY, **changed)  # type: ignore[arg-type]  # both are of that type
    decision = decide(schedule, handled, now, busy=busy)
    assert (decision.verdict, decision.due) == (verdict, due)


def test_every_verdict_has_its_sentence() -> None:
    assert all(verdict.sentence for verdict in Verdict)
    assert {each for each in Verdict if not each.notes_due} == {Verdict.REST, Verdict.HOLD}


JUMPS = some.lists(
    some.tuples(some.integers(-3600 * 20, 3600 * 60), some.booleans()), min_size=1, max_size=40
)
CRONS = some.sampled_from(["0 3 * * *", "*/7 * * * *", "30 2 * * *", "0 0 1 * *", "15 */6 * * 1-5"])


@given(CRONS, JUMPS, some.sampled_from([0, 100, 5000]), some.booleans(), some.data())
def test_whatever_the_clock_does_no_due_time_comes_twice_and_none_is_forgotten(
    cron: str, jumps: list[tuple[int, bool]], jitter: int, catch_up: bool, data: some.DataObject
) -> None:
    zone = data.draw(some.sampled_from([PARIS, ZoneInfo("UTC")]))
    schedule = Schedule("x", Cron.parse(cron), zone, jitter, catch_up=catch_up)
    now = at("2026-03-28T12:00")
    handled = now
    fired: list[datetime] = []
    for jump, busy in jumps:
        now += timedelta(seconds=jump)
        decision = decide(schedule, handled, now, busy=busy)
        if decision.verdict is Verdict.RIGHT:
            return  # the clock was a day wrong: the story begins anew
        if decision.due is not None and decision.verdict.notes_due:
            assert decision.due > handled
            assert schedule.start_of(decision.due) <= now
            handled = decision.due
        if decision.verdict is Verdict.FIRE:
            fired.append(handled)
    assert all(one < other for one, other in pairwise(fired))
    if catch_up:  # what has begun by now was done, or is done at once
        last = decide(schedule, handled, now)
        newest = schedule.due_since(at("2026-03-28T12:00"), now)
        done = [*fired, *([last.due] if last.verdict is Verdict.FIRE and last.due else [])]
        assert newest is None or (done and max(done) >= newest)
