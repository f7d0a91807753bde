"""Runs are begun, opened again, asked to stop and ended, and what happens can be followed."""

from datetime import UTC, timedelta

import pytest

from holdfast.base.progress import Progress
from holdfast.errors import ClaimLost, JobError
from holdfast.jobs.ledger import Event, Ledger, ProgressNews
from holdfast.jobs.ledger.events import HOLD_BACK, _without_gaps
from holdfast.jobs.model import NAME_LIMIT, Cause, Job, Status
from holdfast.jobs.plan import Plan
from jobs.ledger.making import BEGUN, MINE, PLAN, begun, move, start, statuses


def test_a_new_run_has_all_its_jobs_waiting(ledger: Ledger) -> None:
    run = ledger.begin(PLAN)
    assert ledger.plan(run) == PLAN
    assert [(name, outcome.status) for name, outcome in ledger.outcomes(run).items()] == [
        ("fetch", Status.WAITING),
        ("load ü/x", Status.WAITING),
    ]
    record = ledger.run(run)
    assert (record.subject, record.title) == ("bank:yeast", "update of yeast")
    assert (record.status, record.ended, record.claim) == (Status.RUNNING, None, None)
    assert record.started.tzinfo is UTC


def test_a_run_may_be_begun_with_a_claim(ledger: Ledger) -> None:
    run = ledger.begin(PLAN, MINE, 60)
    assert ledger.run(run).claim == MINE
    held = ledger.holder(run)
    assert held is not None
    assert (held.claim, held.expired) == (MINE, False)


def test_a_plan_of_many_long_commands_comes_back(ledger: Ledger) -> None:
    jobs = tuple(Job(f"job {i}", ("echo", "ü" * 300)) for i in range(3000))
    plan = Plan("s", "t", jobs)
    assert len(plan.to_json()) > 2**22
    assert ledger.plan(ledger.begin(plan)) == plan


def test_names_that_differ_little_are_different_jobs(ledger: Ledger) -> None:
    names = ["a", "A", "a ", " a", "ä", "a\u0308", "ß", "ss", "😀", "x" * NAME_LIMIT]
    plan = Plan("s", "t", tuple(Job(name, ("true",)) for name in names))
    run = ledger.begin(plan, MINE)
    ledger.turn("me", [start(run, "a "), start(run, "ß")])
    moved = [name for name, each in ledger.outcomes(run).items() if each.status is Status.RUNNING]
    assert moved == ["a ", "ß"]
    assert list(ledger.outcomes(run)) == names


def test_subjects_that_differ_little_are_different(ledger: Ledger) -> None:
    subjects = ["bank:a", "bank:A", "bank:a ", "bank:ä"]
    numbers = {subject: ledger.begin(Plan(subject, "", ())) for subject in subjects}
    for subject, run in numbers.items():
        assert [record.run for record in ledger.runs(subject)] == [run]


def test_what_no_column_holds_is_made_to_fit(ledger: Ledger) -> None:
    plan = Plan("s", "t", (Job("j", ("a",), cores=10**12, memory=10**30),))
    run = ledger.begin(plan, MINE)
    assert ledger.plan(run) == plan
    ledger.turn("me", [start(run, "j")])
    assert ledger.load().rows[0].memory == 2**63 - 1


def test_the_unfinished_run_is_the_newest_one_without_an_end(ledger: Ledger) -> None:
    assert ledger.unfinished("bank:yeast") is None
    first = ledger.begin(PLAN)
    assert ledger.unfinished("bank:yeast") == first
    second = ledger.begin(PLAN)
    assert ledger.unfinished("bank:yeast") == second
    ledger.finish(second, Status.FAILED)
    assert ledger.unfinished("bank:yeast") is None
    ledger.reopen(second)
    assert ledger.unfinished("bank:yeast") == second
    assert ledger.unfinished("bank:other") is None


def test_runs_are_listed_newest_first(ledger: Ledger) -> None:
    other = Plan("plot:x", "a plot", ())
    numbers = [ledger.begin(each) for each in (PLAN, other, PLAN)]
    ledger.finish(numbers[1], Status.DONE)
    assert [record.run for record in ledger.runs()] == numbers[::-1]
    assert [record.run for record in ledger.runs("bank:yeast")] == [numbers[2], numbers[0]]
    assert [record.run for record in ledger.runs(limit=1)] == [numbers[2]]
    assert [record.run for record in ledger.runs(statuses=[Status.DONE])] == [numbers[1]]
    assert ledger.runs(statuses=[]) == []
    assert len(ledger.runs(limit=10**30)) == 3


def test_an_unknown_run_is_named(ledger: Ledger) -> None:
    ledger.begin(PLAN)
    for question in (ledger.plan, ledger.run, ledger.holder, ledger.reopen, ledger.ask_to_cancel):
        for number in (99, 10**30, -1):
            with pytest.raises(JobError, match=f"there is no run {number}"):
                question(number)
    with pytest.raises(JobError, match="there is no run 99"):
        ledger.finish(99, Status.DONE)


# -- opened again ----------------------------------------------------------------------------------


def test_reopening_leaves_alone_what_is_done(ledger: Ledger) -> None:
    run = begun(ledger)
    ledger.turn("me", [start(run, "fetch")])
    ledger.turn("me", [move(run, "fetch", Status.DONE), move(run, "load ü/x", Status.CANCELLED)])
    ledger.finish(run, Status.CANCELLED)
    ledger.reopen(run)
    assert statuses(ledger, run) == [Status.DONE, Status.WAITING]
    assert (ledger.run(run).status, ledger.run(run).ended) == (Status.RUNNING, None)


def test_only_the_jobs_named_are_opened_again(ledger: Ledger) -> None:
    run = begun(ledger, Plan("s", "t", tuple(Job(name, ("a",)) for name in "abc")))
    ledger.turn("me", [start(run, name) for name in "abc"])
    ledger.turn("me", [move(run, name, Status.FAILED, Cause.EXIT) for name in "ab"])
    ledger.turn("me", [move(run, "c", Status.DONE, Cause.WELL)])
    ledger.finish(run, Status.FAILED, "me")
    ledger.reopen(run, ["b", "c", "unknown"])
    assert statuses(ledger, run) == [Status.FAILED, Status.WAITING, Status.DONE]
    again = ledger.outcomes(run)["b"]
    assert (again.attempt, again.cause, again.reason) == (0, None, "")
    assert [(event.job, event.status) for event in ledger.events(run)][-1] == (
        "b",
        Status.WAITING,
    )


# -- ended -----------------------------------------------------------------------------------------


def test_a_run_that_ended_belongs_to_nobody(ledger: Ledger) -> None:
    run = begun(ledger)
    ledger.finish(run, Status.DONE, "me")
    record = ledger.run(run)
    assert (record.status, record.claim) == (Status.DONE, None)
    assert record.ended is not None
    assert ledger.holder(run) is None


def test_only_the_engine_that_does_a_run_ends_it(ledger: Ledger) -> None:
    run = begun(ledger)
    with pytest.raises(ClaimLost, match=f"another engine does run {run} now"):
        ledger.finish(run, Status.DONE, "other")
    assert ledger.run(run).ended is None


# -- asked to stop ---------------------------------------------------------------------------------


def test_the_engine_hears_what_it_is_asked_to_cancel(ledger: Ledger) -> None:
    whole, some, quiet = begun(ledger), begun(ledger), begun(ledger)
    elsewhere = ledger.begin(PLAN)
    assert ledger.asked("me") == {}
    assert ledger.ask_to_cancel(whole, "fetch")
    assert ledger.ask_to_cancel(whole)
    assert ledger.ask_to_cancel(some, "fetch")
    assert ledger.ask_to_cancel(some, "load ü/x")
    assert ledger.ask_to_cancel(elsewhere)
    assert ledger.asked("me") == {whole: None, some: frozenset({"fetch", "load ü/x"})}
    assert [ledger.run(run).cancel for run in (whole, some, quiet)] == [True, False, False]


def test_what_has_ended_cannot_be_cancelled(ledger: Ledger) -> None:
    run = begun(ledger)
    ledger.turn("me", [start(run, "fetch")])
    ledger.turn("me", [move(run, "fetch", Status.DONE)])
    assert not ledger.ask_to_cancel(run, "fetch")
    assert ledger.asked("me") == {}
    ledger.finish(run, Status.FAILED)
    assert not ledger.ask_to_cancel(run)
    assert not ledger.ask_to_cancel(run, "load ü/x")


def test_a_request_to_cancel_is_forgotten_when_the_run_is_opened_again(ledger: Ledger) -> None:
    run = begun(ledger)
    ledger.ask_to_cancel(run)
    ledger.ask_to_cancel(run, "fetch")
    ledger.turn("me", [move(run, "fetch", Status.CANCELLED)])
    ledger.finish(run, Status.CANCELLED)
    ledger.reopen(run)
    ledger.claim(run, MINE, 60)
    assert ledger.asked("me") == {}


def test_an_unknown_job_is_named_with_its_neighbour(ledger: Ledger) -> None:
    run = begun(ledger)
    with pytest.raises(JobError, match="has no job 'fetsch'; did you mean fetch"):
        ledger.ask_to_cancel(run, "fetsch")


# -- events ----------------------------------------------------------------------------------------


def test_events_tell_states_and_progress_in_order(ledger: Ledger) -> None:
    run = begun(ledger)
    ledger.turn("me", [start(run, "fetch")])
    some = Progress("fetching", 3, 4, "files")
    huge = Progress("fetching", 2**80, None, "bytes", "far away")
    ledger.turn("me", progress=[ProgressNews(run, "fetch", some), ProgressNews(run, "fetch", huge)])
    first, second, third = ledger.events(run)
    assert (first.status, first.progress, first.reason) == (Status.RUNNING, None, "it is running")
    assert (second.status, second.progress) == (None, some)
    assert third.progress == Progress("fetching", 2**63 - 1, None, "bytes", "far away")
    assert ledger.events(run, after=second.number) == [third]
    assert ledger.events(run, limit=1) == [first]
    assert ledger.events(run + 1) == []
    assert ledger.last_event() == third.number


def test_progress_that_no_database_takes_is_made_to_fit(ledger: Ledger) -> None:
    run = begun(ledger)
    wild = Progress("a\0b", 1, 2, "x" * 500, "bad \udcff byte 😀\r\n")
    ledger.turn("me", progress=[ProgressNews(run, "fetch", wild)])
    found = ledger.events(run)[0].progress
    assert found == Progress("a\\x00b", 1, 2, "x" * 50, "bad \\udcff byte 😀\r\n")


def test_the_feed_tells_of_all_runs(ledger: Ledger) -> None:
    assert ledger.last_event() == 0
    first, second = begun(ledger), begun(ledger)
    ledger.turn("me", [start(first, "fetch"), start(second, "fetch", "t2")])
    ledger.turn("me", [move(first, "fetch", Status.DONE)])
    told = ledger.feed(0)
    assert [(event.run, event.status) for event in told] == [
        (first, Status.RUNNING),
        (second, Status.RUNNING),
        (first, Status.DONE),
    ]
    assert ledger.feed(told[1].number) == told[2:]
    assert ledger.feed(0, limit=1) == told[:1]


def test_the_feed_waits_for_a_number_that_may_still_come() -> None:
    def event(number: int) -> Event:
        return Event(number, 1, "j", BEGUN, Status.DONE, None)

    events = [event(4), event(5), event(7), event(8)]
    soon, later = BEGUN + timedelta(seconds=1), BEGUN + timedelta(seconds=HOLD_BACK + 1)
    assert [each.number for each in _without_gaps(events, 3, soon)] == [4, 5]
    assert [each.number for each in _without_gaps(events, 3, later)] == [4, 5, 7, 8]
    assert _without_gaps(events, 1, soon) == []
