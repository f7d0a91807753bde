"""What is done of a release, told by all the runs that were about it."""

from pathlib import Path

from hypothesis import given
from hypothesis import strategies as st

from holdfast.banks.updating.rerun import WORK_VARIABLE, Earlier, done, left, needed, with_needing
from holdfast.jobs.model import Job, Outcome, Status
from holdfast.jobs.plan import Plan

LOG = Path("log")


def plan(**work: str) -> Plan:
    """fetch ▶ unpack ▶ (a ▶ b), c ▶ finish; `work` says what a job does."""
    needs = {
        "fetch": (),
        "unpack": ("fetch",),
        "a": ("unpack",),
        "b": ("a",),
        "c": ("unpack",),
        "finish": ("b", "c"),
    }
    return Plan(
        "bank:x",
        "",
        tuple(
            Job(name, ("true",), needs=each, environment={WORK_VARIABLE: work.get(name, "")})
            for name, each in needs.items()
        ),
    )


def ran(what: Plan, **statuses: str) -> Earlier:
    """A run of `what`: a job that nobody speaks of was done."""
    return Earlier(
        what,
        {
            job.name: Outcome(
                Status(statuses.get(job.name, "done")),
                "",
                LOG,
                attempt=0 if statuses.get(job.name) == "waiting" else 1,
            )
            for job in what.jobs
        },
    )


def names(what: Plan) -> list[str]:
    return [job.name for job in what.jobs]


def test_what_no_run_did_is_left() -> None:
    assert done(plan(), []) == frozenset()
    assert left(plan(), frozenset()) == plan()


def test_what_is_left_needs_only_what_is_left() -> None:
    rest = left(plan(), {"fetch", "unpack", "a"})
    assert names(rest) == ["b", "c", "finish"]
    assert [job.needs for job in rest.jobs] == [(), (), ("b", "c")]


def test_a_stopped_run_and_the_next_are_taken_together() -> None:
    first = left(plan(), frozenset(), only={"fetch", "unpack"})
    ended = done(plan(), [ran(first)])
    second = left(plan(), ended)
    assert ended == {"fetch", "unpack"}
    assert done(plan(), [ran(first), ran(second, c="failed", finish="waiting")]) == {
        *ended,
        "a",
        "b",
    }


def test_a_job_that_is_begun_again_undoes_what_needs_it() -> None:
    again = left(plan(), {"fetch", "unpack", "c"})
    assert names(again) == ["a", "b", "finish"]
    assert done(plan(), [ran(plan()), ran(again, a="failed", b="waiting", finish="waiting")]) == {
        "fetch",
        "unpack",
        "c",
    }
    # Opened again after it had failed, and killed before anything was begun.
    forgotten = ran(again, a="waiting", b="waiting", finish="waiting")
    assert done(plan(), [ran(plan()), forgotten]) == {"fetch", "unpack", "c"}


def test_a_step_that_became_another_is_not_done_nor_what_needs_it() -> None:
    assert done(plan(a="new"), [ran(plan(a="old"))]) == {"fetch", "unpack", "c"}


def test_what_a_job_needs_and_what_needs_it() -> None:
    assert needed(plan(), {"b"}) == {"fetch", "unpack", "a"}
    assert with_needing(plan(), {"a"}) == {"a", "b", "finish"}


@given(st.sets(st.sampled_from(names(plan()))))
def test_doing_again_what_is_left_does_all(ended: set[str]) -> None:
    whole = {name for name in ended if needed(plan(), {name}) <= ended}
    rest = left(plan(), whole)
    assert done(plan(), [ran(plan(), **dict.fromkeys(rest.by_name, "failed")), ran(rest)]) == set(
        names(plan())
    )
