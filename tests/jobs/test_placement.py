"""Jobs go where the rules say, as far as there is room, counted over all that is at work."""

from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from holdfast.jobs.model import Job
from holdfast.jobs.placement import Capacity, Inputs, InUse, Room, Rules, candidates, fits, missing
from holdfast.settings.executors import LOCAL, Placement

BOTH = frozenset({LOCAL, "cluster"})


def job(name: str = "a", label: str = "align", cores: int = 1, memory: int | None = None) -> Job:
    return Job(name, ("true",), label=label, cores=cores, memory=memory)


def room(rules: Rules, labels: dict[str, int] | None = None, **in_use: InUse) -> Room:
    return Room(rules, in_use, labels or {})


def rules(*placements: Placement, **limits: int) -> Rules:
    return Rules(placements, {LOCAL: Capacity(cores=2), "cluster": Capacity()}, limits)


def test_a_job_without_a_rule_runs_here() -> None:
    assert room(rules()).take(job(), Inputs(), BOTH) == LOCAL


def test_the_first_rule_that_fits_counts() -> None:
    given = rules(
        Placement(executor=LOCAL, label="align", input_less=100),
        Placement(executor="cluster", label="align"),
    )
    assert room(given).take(job(), Inputs(99, 99), BOTH) == LOCAL
    assert room(given).take(job(), Inputs(100, 60), BOTH) == "cluster"
    assert room(given).take(job(label="load"), Inputs(100, 60), BOTH) == LOCAL


@pytest.mark.parametrize(
    ("rule", "fitting", "not_fitting"),
    [
        ({"input_at_least": 10}, (job(), Inputs(10, 5)), (job(), Inputs(9, 9))),
        ({"input_less": 10}, (job(), Inputs(9, 9)), (job(), Inputs(10, 5))),
        ({"largest_less": 10}, (job(), Inputs(99, 9)), (job(), Inputs(10, 10))),
        ({"memory_at_least": 10}, (job(memory=10), Inputs()), (job(memory=9), Inputs())),
        ({"memory_at_least": 10}, (job(memory=11), Inputs()), (job(), Inputs())),
        ({"cores_at_least": 2}, (job(cores=2), Inputs()), (job(), Inputs())),
        ({"label": "load"}, (job(label="load"), Inputs()), (job(), Inputs())),
    ],
)
def test_each_part_of_a_rule_must_hold(
    rule: dict[str, object], fitting: tuple[Job, Inputs], not_fitting: tuple[Job, Inputs]
) -> None:
    made = Placement.model_validate({"executor": "cluster", **rule})
    assert fits(made, *fitting)
    assert not fits(made, *not_fitting)


def test_a_rule_is_passed_over_while_its_executor_has_enough() -> None:
    given = rules(Placement(executor=LOCAL, running_at_most=1), Placement(executor="cluster"))
    site = room(given)
    assert [site.take(job(), Inputs(), BOTH) for _ in range(3)] == [LOCAL, "cluster", "cluster"]


def test_a_rule_is_passed_over_while_too_many_wait_for_its_executor() -> None:
    given = rules(Placement(executor=LOCAL, waiting_at_most=2), Placement(executor="cluster"))
    site = room(given)
    took = [site.take(job(), Inputs(), BOTH) for _ in range(6)]
    assert took == [LOCAL, LOCAL, None, None, "cluster", "cluster"]


def test_what_is_too_big_for_this_machine_goes_where_it_can() -> None:
    given = rules(Placement(executor="cluster", input_at_least=100))
    assert room(given).take(job(cores=64), Inputs(), {"cluster"}) == "cluster"


def test_cores_memory_and_number_of_jobs_are_bounded() -> None:
    here = Rules(capacities={LOCAL: Capacity(cores=4, memory=100, jobs=3)})
    assert room(here, local=InUse(cores=3)).take(job(cores=2), Inputs(), {LOCAL}) is None
    assert room(here, local=InUse(memory=60)).take(job(memory=41), Inputs(), {LOCAL}) is None
    assert room(here, local=InUse(jobs=3)).take(job(), Inputs(), {LOCAL}) is None
    assert room(here, local=InUse(2, 60, 2)).take(job(memory=40, cores=2), Inputs(), {LOCAL})


def test_no_more_jobs_of_a_label_are_at_work_than_its_limit() -> None:
    site = room(rules(Placement(executor="cluster"), align=3), {"align": 1})
    took = [site.take(job(), Inputs(), BOTH) for _ in range(3)]
    assert took == ["cluster", "cluster", None]
    assert not site.is_open("align")
    assert site.take(job(label="load"), Inputs(), BOTH) == "cluster"


def test_what_is_scheduled_keeps_no_room_from_the_jobs_it_waits_for() -> None:
    here = Rules(capacities={LOCAL: Capacity(cores=2, jobs=1)}, limits={"schedule": 2})
    site = room(here, local=InUse(cores=2))
    assert site.take(job("nightly", label="schedule"), Inputs(), {LOCAL}) == LOCAL
    assert room(here).take(job(cores=2), Inputs(), {LOCAL}) == LOCAL
    site = room(here)
    took = [site.take(job(label="schedule"), Inputs(), {LOCAL}) for _ in range(3)]
    assert took == [LOCAL, LOCAL, None]  # its label may have a limit all the same
    assert site.take(job(cores=2), Inputs(), {LOCAL}) == LOCAL


def test_a_wide_job_is_not_passed_over_for_ever() -> None:
    patient, urgent = room(rules(), local=InUse(cores=1)), room(rules(), local=InUse(cores=1))
    assert patient.take(job(cores=2), Inputs(), {LOCAL}) is None
    assert patient.take(job(), Inputs(), {LOCAL}) == LOCAL
    assert urgent.take(job(cores=2), Inputs(), {LOCAL}, urgent=True) is None
    assert urgent.take(job(), Inputs(), {LOCAL}) is None


def test_room_is_full_when_no_executor_has_a_core_or_a_place() -> None:
    bounded = Rules(capacities={LOCAL: Capacity(cores=1), "cluster": Capacity(jobs=1)})
    assert not room(bounded, local=InUse(cores=1)).is_full
    assert room(bounded, local=InUse(cores=1), cluster=InUse(jobs=1)).is_full


@given(st.lists(st.tuples(st.integers(1, 3), st.integers(0, 50)), max_size=40))
def test_what_is_let_in_never_exceeds_what_there_is(asked: list[tuple[int, int]]) -> None:
    capacity = Capacity(cores=8, memory=100, jobs=5)
    site = Room(Rules(capacities={LOCAL: capacity}, limits={"align": 4}), {}, {})
    let_in = [
        (cores, memory)
        for cores, memory in asked
        if site.take(job(cores=cores, memory=memory or None), Inputs(), {LOCAL})
    ]
    assert sum(cores for cores, _ in let_in) <= 8
    assert sum(memory for _, memory in let_in) <= 100
    assert len(let_in) <= 4


def test_inputs_are_measured_as_they_are_on_disk(tmp_path: Path) -> None:
    (tmp_path / "a").write_bytes(b"x" * 30)
    (tmp_path / "folder").mkdir()
    (tmp_path / "folder" / "b").write_bytes(b"x" * 12)
    made = Job("j", ("true",), directory=tmp_path, inputs=tuple(map(Path, ("a", "folder", "no"))))
    assert Inputs.of(made) == Inputs(42, 30)
    assert missing(made, made.inputs) == (Path("no"),)


def test_where_a_job_may_come_to_is_said_before_its_inputs_are_there(tmp_path: Path) -> None:
    given = rules(Placement(executor="cluster", input_at_least=100))
    later = Job("j", ("true",), inputs=(tmp_path / "made later",))
    assert candidates(given, later) == ("cluster", LOCAL)
    (tmp_path / "small").write_bytes(b"x")
    now = Job("j", ("true",), inputs=(tmp_path / "small",))
    assert candidates(given, now) == (LOCAL,)
