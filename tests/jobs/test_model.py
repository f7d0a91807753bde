"""A job is checked when it is made, goes only along legal states, and is tried again as it asks."""

from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from holdfast.errors import PlanInvalid
from holdfast.jobs.model import LOSSES, Cause, Job, Retry, Status


@pytest.mark.parametrize(
    "parts",
    [{"name": ""}, {"name": "a\nb"}, {"name": "x" * 201}, {"name": "\ud800"}, {"label": ""},
     {"command": ()}, {"command": ("",)}, {"command": "true"}, {"command": ("a", "b\0")},
     {"cores": 0}, {"memory": 0}, {"time": 0.0}, {"time": -1.0}, {"time": float("nan")},
     {"environment": {"": "x"}}, {"environment": {"A=B": "x"}}, {"environment": {"A": "\0"}},
     {"retry": Retry(times=-1)}, {"retry": Retry(delay=-1)}, {"retry": Retry(growth=0.5)},
     {"retry": Retry(delay=2, longest=1)}, {"retry": Retry(delay=float("nan"))},
     {"priority": 2**31}, {"inputs": (Path("relative"),)}, {"outputs": (Path("/a\0"),)},
     {"stdout": Path("relative")}],
)  # fmt: skip
def test_a_job_that_makes_no_sense_is_refused(parts: dict[str, object]) -> None:
    with pytest.raises(PlanInvalid, match=r"job|name|label"):
        Job(**({"name": "a", "command": ("true",)} | parts))


def test_a_relative_file_is_below_the_jobs_directory() -> None:
    assert Job("a", ("true",), directory=Path("/there"), inputs=(Path("x"),)).inputs == (Path("x"),)


def test_what_is_done_stays_done() -> None:
    assert not any(Status.DONE.may_become(other) for other in Status)


def test_each_status_has_its_sentence() -> None:
    assert len({status.sentence for status in Status}) == len(Status)
    going = {Status.WAITING, Status.QUEUED, Status.RUNNING}
    assert {status for status in Status if not status.is_final} == going
    assert {status for status in Status if status.is_at_work} == going - {Status.WAITING}


def test_whatever_ended_can_go_on_only_through_waiting() -> None:
    for status in Status:
        if status.is_final and status is not Status.DONE:
            assert [other for other in Status if status.may_become(other)] == [Status.WAITING]


@given(st.integers(1, 10_000), st.floats(0, 1e6), st.floats(1e6, 1e9))
def test_the_rest_before_a_retry_grows_to_its_bound(
    attempt: int, delay: float, longest: float
) -> None:
    retry = Retry(times=3, delay=delay, longest=longest)
    assert delay <= retry.rest(attempt) <= longest
    assert retry.rest(attempt) <= retry.rest(attempt + 1)


def test_a_failure_is_tried_again_as_often_as_asked() -> None:
    retry = Retry(times=2)
    assert [retry.applies(Cause.EXIT, attempt) for attempt in (1, 2, 3)] == [True, True, False]
    assert not Retry().applies(Cause.EXIT, 1)


@pytest.mark.parametrize("cause", [Cause.MEMORY, Cause.TIME])
def test_who_met_a_limit_is_tried_again_only_with_more(cause: Cause) -> None:
    assert not Retry(times=2).applies(cause, 1)
    assert Retry(times=2, growth=2).applies(cause, 1)


@pytest.mark.parametrize("cause", [Cause.WELL, Cause.STOPPED, Cause.START])
def test_nothing_else_is_tried_again(cause: Cause) -> None:
    assert not Retry(times=9, growth=2).applies(cause, 1)


def test_a_job_whose_host_went_away_is_started_again_but_not_for_ever() -> None:
    assert all(Retry().applies(Cause.LOST, lost, lost) for lost in range(1, LOSSES + 1))
    assert not Retry().applies(Cause.LOST, LOSSES + 1, LOSSES + 1)


def test_a_job_that_was_lost_rests_shortly_however_long_it_rests_after_a_failure() -> None:
    assert [Retry(delay=600.0).rest_after_loss(loss, loss) for loss in (1, 2, 3)] == [1, 2, 4]
    assert Retry(delay=0.0).rest_after_loss(1, 1) == 0


def test_a_loss_does_not_count_against_a_jobs_retries() -> None:
    assert Retry(times=1).applies(Cause.EXIT, 3, losses=2)
    assert not Retry(times=1).applies(Cause.EXIT, 3, losses=1)


def test_limits_grow_with_each_try() -> None:
    job = Job("a", ("true",), memory=100, time=3.0, retry=Retry(times=2, growth=2))
    tries = [(job.grown(attempt).memory, job.grown(attempt).time) for attempt in (1, 2, 3)]
    assert tries == [(100, 3.0), (200, 6.0), (400, 12.0)]
    assert Job("a", ("true",)).grown(3).memory is None
