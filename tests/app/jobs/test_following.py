"""Events are told once and in order, and their sum is how a run stands."""

from datetime import UTC, datetime
from itertools import islice
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from app.jobs.job_world import elsewhere, plan, shell, until, word_of
from holdfast.app.container import Container
from holdfast.app.jobs import following
from holdfast.app.jobs.following import Feed, Pace, Standing, follow
from holdfast.base.progress import Progress
from holdfast.errors import JobError
from holdfast.jobs.ledger import Event
from holdfast.jobs.model import Status

TWO = plan(shell("first", "true"), shell("second", "true", "first"))


def test_a_run_is_followed_to_its_end_and_may_be_gone_on_with(container: Container) -> None:
    run = container.engine.run(TWO).run
    events = list(follow(container, run))
    told = [(event.job, event.status) for event in events]
    assert told == [
        ("first", Status.RUNNING),
        ("first", Status.DONE),
        ("second", Status.RUNNING),
        ("second", Status.DONE),
    ]
    assert list(follow(container, run, after=events[1].number)) == events[2:]
    assert list(follow(container, run, after=events[3].number)) == []


def test_all_runs_are_followed_in_the_order_of_what_happens(container: Container) -> None:
    first, second = container.engine.run(TWO).run, container.engine.run(TWO).run
    events = list(islice(follow(container), 8))
    assert [event.run for event in events] == [first] * 4 + [second] * 4
    assert [event.number for event in events] == sorted(event.number for event in events)


def test_what_happens_elsewhere_is_told_as_it_happens(container: Container, home: Path) -> None:
    with elsewhere(home, TWO) as (run, _):
        assert [event.job for event in follow(container, run)] == ["first"] * 2 + ["second"] * 2


def test_a_feed_of_more_events_than_are_read_at_once_leaves_none_out(
    container: Container, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(following, "AT_ONCE", 3)
    run = container.engine.run(TWO).run
    feed = Feed(container, run)
    assert (len(feed.news()), feed.is_over) == (3, False)
    assert (len(feed.news()), feed.is_over) == (1, True)
    assert len(list(follow(container, run))) == 4


def test_a_run_that_is_forgotten_while_it_is_followed_is_an_error(container: Container) -> None:
    with pytest.raises(JobError, match="there is no run 5"):
        next(follow(container, 5))


def test_the_pace_slackens_while_nothing_happens() -> None:
    rests: list[float] = []
    pace = Pace(rests.append)
    for happened in [False] * 20 + [True]:
        pace.rest(happened=happened)
    assert rests[:20] == sorted(rests[:20])
    assert (rests[19], rests[20]) == (following.LONGEST_REST, following.REST)


# -- standing --------------------------------------------------------------------------------------


def test_how_a_run_stands_is_known_from_the_middle_on(container: Container, home: Path) -> None:
    words = """echo '{"what": "counting", "done": 3}' >> "$HOLDFAST_PROGRESS"; sleep 60"""
    with elsewhere(home, plan(shell("count", words), shell("after", "true", "count"))) as (run, _):
        until(lambda: container.ledger.newest_progress(run))
        standing, feed = Standing.of(container, run)
        assert list(standing.at_work) == ["count"]
        assert standing.progress["count"].done == 3
        assert (standing.count(Status.WAITING), standing.over, standing.total) == (1, 0, 2)
        container.ledger.ask_to_cancel(run)
        until(lambda: word_of(container, run, "after") == "cancelled")

        def all_is_told() -> bool:
            for event in feed.news():
                standing.take(event)
            return feed.is_over

        until(all_is_told)
    assert standing.over == 2
    assert not standing.at_work
    assert not standing.progress


JOBS = st.sampled_from(["a", "b", "c", "no job of it"])
WHAT = st.sampled_from([*Status, Progress("x", 1)])


@given(st.lists(st.tuples(JOBS, WHAT)))
def test_the_counts_are_the_sum_of_the_states_whatever_happens(
    happened: list[tuple[str, Status | Progress]],
) -> None:
    standing = Standing(dict.fromkeys("abc", Status.WAITING))
    now = datetime.now(UTC)
    for number, (job, what) in enumerate(happened):
        is_status = isinstance(what, Status)
        status, progress = (what, None) if is_status else (None, what)
        standing.take(Event(number, 1, job, now, status, progress))  # type: ignore[arg-type]  # one of both
    states = list(standing.statuses.values())
    assert {status: states.count(status) for status in states} == {
        status: standing.count(status) for status in standing.counted()
    }
    running = {job for job, status in standing.statuses.items() if status is Status.RUNNING}
    assert set(standing.at_work) == running
    assert set(standing.progress) <= running
