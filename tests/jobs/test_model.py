"""Plans are checked when made, answer what can start, and survive being written as JSON."""

import json
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from holdfast.errors import PlanInvalid
from holdfast.jobs.model import Job, Outcome, Status
from holdfast.jobs.plan import Plan, Report


def job(name: str, *needs: str) -> Job:
    return Job(name, ("true",), needs=needs)


def plan(*jobs: Job) -> Plan:
    return Plan("bank:yeast", "a plan", jobs)


def outcome(status: Status) -> Outcome:
    return Outcome(status, "", Path("/log"))


names = st.text(
    st.characters(exclude_categories=("C", "Z"), include_characters=" "), min_size=1, max_size=20
)
words = st.text(st.characters(exclude_characters="\0"), max_size=20)


@st.composite
def plans(draw: st.DrawFn) -> Plan:
    """Any plan: each job needs some of those before it, then all are shuffled."""
    jobs: list[Job] = []
    for name in draw(st.lists(names, unique=True, max_size=8)):
        before = [earlier.name for earlier in jobs]
        needs = draw(st.lists(st.sampled_from(before), unique=True)) if before else []
        made = Job(
            name=name,
            command=("program", *draw(st.lists(words, max_size=3))),
            needs=tuple(needs),
            label=draw(names),
            environment=draw(st.dictionaries(st.text("ABC_", min_size=1), words, max_size=2)),
            directory=draw(st.none() | st.just(Path("/a folder/ü"))),
            cores=draw(st.integers(1, 64)),
            memory=draw(st.none() | st.integers(1, 2**50)),
            time=draw(st.none() | st.floats(0.001, 1e9)),
        )
        jobs.append(made)
    return Plan(draw(names), draw(names), tuple(draw(st.permutations(jobs))))


@given(plans())
def test_a_plan_survives_being_written_as_json(any_plan: Plan) -> None:
    assert Plan.from_json(any_plan.to_json()) == any_plan
    assert any_plan.to_json().isascii()


@given(plans())
def test_each_job_comes_after_what_it_needs(any_plan: Plan) -> None:
    seen: set[str] = set()
    for each in any_plan.in_order():
        assert seen.issuperset(each.needs)
        seen.add(each.name)
    assert seen == {each.name for each in any_plan.jobs}


@given(plans())
def test_starting_what_is_ready_ends_every_plan(any_plan: Plan) -> None:
    outcomes: dict[str, Outcome] = {}
    while ready := any_plan.ready(outcomes):
        for each in ready:
            assert all(outcomes[need].status is Status.DONE for need in each.needs)
        outcomes |= {each.name: outcome(Status.DONE) for each in ready}
    assert len(outcomes) == len(any_plan.jobs)


@given(st.text() | st.recursive(st.none() | st.integers() | st.text(), st.lists).map(json.dumps))
def test_a_text_that_is_no_plan_is_refused(text: str) -> None:
    with pytest.raises(PlanInvalid, match="not a plan"):
        Plan.from_json(text)


@pytest.mark.parametrize(
    ("key", "value"),
    [("command", "true"), ("command", []), ("needs", 3), ("cores", 0), ("cores", None),
     ("memory", -1), ("time", "long"), ("environment", []), ("name", 5), ("directory", 1)],
)  # fmt: skip
def test_a_plan_with_a_broken_part_is_refused(key: str, value: object) -> None:
    document = json.loads(plan(job("a")).to_json())
    document["jobs"][0][key] = value
    with pytest.raises(PlanInvalid):
        Plan.from_json(json.dumps(document))


def test_jobs_without_needs_are_ready_in_the_plans_order() -> None:
    made = plan(job("c", "a"), job("b"), job("a"))
    assert [each.name for each in made.ready({})] == ["b", "a"]


@pytest.mark.parametrize("status", [status for status in Status if status is not Status.DONE])
def test_a_job_is_not_ready_until_what_it_needs_is_done(status: Status) -> None:
    made = plan(job("a"), job("b", "a"))
    assert "b" not in [each.name for each in made.ready({"a": outcome(status)})]


def test_a_job_at_work_or_ended_is_not_ready_again() -> None:
    made = plan(job("a"))
    for status in Status:
        ready = made.ready({"a": outcome(status)})
        assert bool(ready) == (status is Status.WAITING)


def test_a_failure_blocks_all_that_needs_it_however_far_and_nothing_else() -> None:
    made = plan(job("d", "c"), job("a"), job("c", "a", "b"), job("b"), job("e", "b"))
    assert [each.name for each in made.blocked_by("a")] == ["d", "c"]
    assert made.blocked_by("d") == ()


def test_a_circle_is_refused_and_drawn() -> None:
    with pytest.raises(PlanInvalid, match="in a circle: ") as refused:
        plan(job("a", "c"), job("b", "a"), job("c", "b"), job("d"))
    for link in ("'a' needs 'c'", "'b' needs 'a'", "'c' needs 'b'"):
        assert link in f"{refused.value} needs {str(refused.value).split()[-3]}"
    assert "'d'" not in str(refused.value)


def test_a_job_that_needs_itself_is_refused() -> None:
    with pytest.raises(PlanInvalid, match="'a' needs 'a'"):
        plan(job("a", "a"))


def test_an_unknown_need_is_refused_with_the_nearest_name() -> None:
    with pytest.raises(PlanInvalid, match=r"'load' needs 'unpak'.*did you mean unpack\?"):
        plan(job("unpack"), job("load", "unpak"))


def test_two_jobs_of_one_name_are_refused() -> None:
    with pytest.raises(PlanInvalid, match="two jobs are called 'a'"):
        plan(job("a"), job("a"))


@pytest.mark.parametrize(
    "parts",
    [{"name": ""}, {"name": "a\nb"}, {"name": "x" * 201}, {"name": "\ud800"}, {"label": ""},
     {"command": ()}, {"command": ("",)}, {"command": "true"}, {"command": ("a", "b\0")},
     {"cores": 0}, {"memory": 0}, {"time": 0.0}, {"time": -1.0}, {"time": float("nan")},
     {"environment": {"": "x"}}, {"environment": {"A=B": "x"}}, {"environment": {"A": "\0"}}],
)  # fmt: skip
def test_a_job_that_makes_no_sense_is_refused(parts: dict[str, object]) -> None:
    with pytest.raises(PlanInvalid):
        Job(**({"name": "a", "command": ("true",)} | parts))


def test_an_unprintable_subject_or_title_is_refused() -> None:
    with pytest.raises(PlanInvalid, match="subject"):
        Plan("", "title", ())
    with pytest.raises(PlanInvalid, match="title"):
        Plan("s", "\x1b[31m", ())


def test_what_is_done_stays_done() -> None:
    assert not any(Status.DONE.may_become(other) for other in Status)


def test_each_status_has_its_sentence() -> None:
    assert len({status.sentence for status in Status}) == len(Status)
    assert {status for status in Status if not status.is_final} == {
        Status.WAITING,
        Status.RUNNING,
    }


def test_a_report_names_what_failed_in_the_plans_order() -> None:
    made = plan(job("a"), job("b"), job("c", "a"))
    ends = {"c": Status.BLOCKED, "b": Status.FAILED, "a": Status.FAILED}
    report = Report(7, made, {name: outcome(status) for name, status in ends.items()})
    assert (report.succeeded, report.failed) == (False, ("a", "b"))
    assert Report(8, plan(), {}).succeeded


def test_a_plan_finds_its_jobs_by_name() -> None:
    made = plan(job("a"), job("b"))
    assert made.job("b").name == "b"
    with pytest.raises(KeyError):
        made.job("c")
