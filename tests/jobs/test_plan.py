"""Plans are checked when made, answer what can start, and survive being written as JSON."""

import json
from dataclasses import replace
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from holdfast.errors import JobError, PlanInvalid
from holdfast.jobs.model import Job, Outcome, Retry, Rule, Status
from holdfast.jobs.plan import Plan, Report, again


def job(name: str, *needs: str) -> Job:
    return Job(name, ("true",), needs=needs)


def plan(*jobs: Job) -> Plan:
    return Plan("bank:yeast", "a plan", jobs)


def outcome(status: Status) -> Outcome:
    return Outcome(status, "", Path("/log"))


names = st.text(
    st.characters(exclude_categories=("C", "Z"), include_characters=" "), min_size=1, max_size=20
)
paths = st.sampled_from([Path("/a folder/ü"), Path("/b")])
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
            inputs=tuple(draw(st.lists(paths, max_size=2))),
            outputs=tuple(draw(st.lists(paths, max_size=2))),
            stdout=draw(st.none() | paths),
            retry=draw(
                st.builds(
                    Retry, st.integers(0, 9), st.floats(0, 9), st.floats(9, 99), st.floats(1, 9)
                )
            ),
            priority=draw(st.integers(-9, 9)),
            rule=draw(st.sampled_from(Rule)),
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
    statuses = {each.name: Status.WAITING for each in any_plan.jobs}
    while ready := any_plan.ready(statuses):
        for each in ready:
            assert all(statuses[need] is Status.DONE for need in each.needs)
        statuses |= {each.name: Status.DONE for each in ready}
    assert set(statuses.values()) <= {Status.DONE}


@given(plans(), st.data())
def test_however_jobs_end_every_plan_ends(any_plan: Plan, data: st.DataObject) -> None:
    statuses = {each.name: Status.WAITING for each in any_plan.jobs}
    while ready := any_plan.ready(statuses):
        first = ready[0]
        assert first.priority == max(each.priority for each in ready)
        statuses[first.name] = data.draw(st.sampled_from([Status.DONE, Status.FAILED]))
        for lost in any_plan.blocked_by(first.name, statuses):
            assert statuses[lost.name] is Status.WAITING
            assert lost.rule is not Rule.ALWAYS
            statuses[lost.name] = Status.BLOCKED
    assert all(status.is_final for status in statuses.values())


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


def names_of(jobs: tuple[Job, ...]) -> list[str]:
    return [each.name for each in jobs]


def waiting(made: Plan, **others: Status) -> dict[str, Status]:
    return {each.name: Status.WAITING for each in made.jobs} | others


def test_jobs_without_needs_are_ready_in_the_plans_order() -> None:
    made = plan(job("c", "a"), job("b"), job("a"))
    assert names_of(made.ready(waiting(made))) == ["b", "a"]


def test_what_is_more_urgent_comes_first() -> None:
    made = plan(job("a"), replace(job("b"), priority=5), replace(job("c"), priority=-1))
    assert names_of(made.ready(waiting(made))) == ["b", "a", "c"]


@pytest.mark.parametrize("status", [status for status in Status if status is not Status.DONE])
def test_a_job_is_not_ready_until_what_it_needs_is_done(status: Status) -> None:
    made = plan(job("a"), job("b", "a"))
    assert "b" not in names_of(made.ready(waiting(made, a=status)))


def test_a_job_at_work_or_ended_is_not_ready_again() -> None:
    made = plan(job("a"))
    for status in Status:
        assert bool(made.ready({"a": status})) == (status is Status.WAITING)


def test_a_failure_blocks_all_that_needs_it_however_far_and_nothing_else() -> None:
    made = plan(job("d", "c"), job("a"), job("c", "a", "b"), job("b"), job("e", "b"))
    assert names_of(made.blocked_by("a", waiting(made, a=Status.FAILED))) == ["d", "c"]
    assert made.blocked_by("d", waiting(made, d=Status.FAILED)) == ()


@pytest.mark.parametrize("rule", [Rule.CONTINUE, Rule.OPTIONAL])
def test_what_needs_a_forgiving_job_starts_although_it_failed(rule: Rule) -> None:
    made = plan(replace(job("a"), rule=rule), job("b", "a"))
    statuses = waiting(made, a=Status.FAILED)
    assert made.blocked_by("a", statuses) == ()
    assert names_of(made.ready(statuses)) == ["b"]
    outcomes = {"a": outcome(Status.FAILED), "b": outcome(Status.DONE)}
    assert made.succeeded(outcomes) == (rule is Rule.OPTIONAL)


def test_what_needs_a_cancelled_job_is_blocked_even_if_it_forgives() -> None:
    made = plan(replace(job("a"), rule=Rule.OPTIONAL), job("b", "a"))
    assert names_of(made.blocked_by("a", waiting(made, a=Status.CANCELLED))) == ["b"]


@pytest.mark.parametrize("end", [status for status in Status if status.is_final])
def test_what_cleans_up_starts_however_the_others_ended(end: Status) -> None:
    made = plan(
        job("a"), job("b", "a"), replace(job("c", "a", "b"), rule=Rule.ALWAYS), job("d", "c")
    )
    statuses = waiting(made, a=Status.FAILED)
    assert names_of(made.blocked_by("a", statuses)) == ["b"]
    assert "c" not in names_of(made.ready(statuses))
    assert names_of(made.ready(statuses | {"b": end})) == ["c"]
    assert names_of(made.ready(statuses | {"b": end, "c": Status.DONE})) == ["d"]


def test_what_is_done_again_is_what_failed_and_what_it_blocked() -> None:
    made = plan(job("a"), job("b", "a"), job("c", "b"), job("d"))
    ends = {"a": Status.FAILED, "b": Status.BLOCKED, "c": Status.BLOCKED, "d": Status.DONE}
    outcomes = {name: outcome(status) for name, status in ends.items()}
    assert again(made, outcomes, ["a"]) == {"a", "b", "c"}
    with pytest.raises(JobError, match=r"no job 'e'"):
        again(made, outcomes, ["e"])
    with pytest.raises(JobError, match="'d' is done"):
        again(made, outcomes, ["d"])


def test_a_plan_of_the_first_version_is_still_read() -> None:
    text = """{"subject": "s", "title": "t", "jobs": [{"name": "a", "command": ["true"],
      "needs": [], "label": "process", "environment": {}, "directory": null, "cores": 1,
      "memory": null, "time": null}]}"""
    assert Plan.from_json(text) == Plan("s", "t", (job("a"),))


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


def test_an_unprintable_subject_or_title_is_refused() -> None:
    with pytest.raises(PlanInvalid, match="subject"):
        Plan("", "title", ())
    with pytest.raises(PlanInvalid, match="title"):
        Plan("s", "\x1b[31m", ())


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
