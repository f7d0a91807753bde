"""The engine does plans: in order, by their rules, within their limits, and writes it all down."""

import os
import signal
import threading
import time
from dataclasses import replace
from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from holdfast.base.progress import Progress
from holdfast.errors import ExecutorUnreachable, JobError, LedgerError, PlanInvalid, RunBusy
from holdfast.jobs.ledger import Ledger
from holdfast.jobs.model import Cause, Job, Outcome, Retry, Rule, Status
from holdfast.jobs.placement import Capacity, Rules
from holdfast.jobs.plan import Plan, may_start
from holdfast.settings.executors import LOCAL, Placement
from holdfast.testing.rehearsed import LASTING, LOST, Act
from jobs.engine.world import (
    CLUSTER,
    World,
    fail,
    last,
    plan,
    say,
    statuses,
    step_until,
)

BAD = Act(Cause.EXIT, 1, "no")


def test_each_job_starts_after_what_it_needs(world: World) -> None:
    report = world.engine().run(plan(say("c", "b"), say("a"), say("b", "a"), say("d", "c")))
    assert report.succeeded
    assert world.started() == ["a", "b", "c", "d"]


def test_what_is_more_urgent_starts_first(world: World) -> None:
    world.rules = Rules(capacities={LOCAL: Capacity(cores=1)})
    jobs = [say("a"), say("b", priority=2), say("c", priority=1), say("d", priority=-1)]
    world.engine().run(plan(*jobs))
    assert world.started() == ["b", "c", "a", "d"]


def test_a_failure_blocks_what_needs_it_and_nothing_else(world: World) -> None:
    jobs = [fail("bad"), say("needs it", "bad"), say("far", "needs it"), say("free")]
    report = world.engine().run(plan(*jobs))
    assert statuses(report) == {
        "bad": "failed",
        "needs it": "blocked",
        "far": "blocked",
        "free": "done",
    }
    assert (report.succeeded, report.failed) == (False, ("bad",))
    failed = report.outcomes["bad"]
    assert (failed.exit_code, failed.cause, failed.attempt) == (1, Cause.EXIT, 1)
    assert failed.reason == f"the job ended with exit code 1: no; see {failed.log}"
    assert report.outcomes["far"].reason == "it needs 'bad', which failed"


@pytest.mark.parametrize(("rule", "ends"), [(Rule.CONTINUE, "failed"), (Rule.OPTIONAL, "done")])
def test_what_needs_a_job_that_forgives_goes_on(world: World, rule: Rule, ends: str) -> None:
    report = world.engine().run(plan(fail("a", rule=rule), say("b", "a")))
    assert statuses(report) == {"a": "failed", "b": "done"}
    assert world.ledger.run(report.run).status.value == ends
    assert report.succeeded == (ends == "done")


def test_what_cleans_up_runs_however_the_rest_ended(world: World) -> None:
    tidy = say("tidy", "a", "b", rule=Rule.ALWAYS)
    report = world.engine().run(plan(fail("a"), say("b", "a"), tidy, say("c", "tidy")))
    assert statuses(report) == {"a": "failed", "b": "blocked", "tidy": "done", "c": "done"}
    assert not report.succeeded


def test_a_run_and_its_jobs_are_written_down(world: World) -> None:
    report = world.engine().run(plan(say("a")))
    assert world.ledger.outcomes(report.run) == dict(report.outcomes)
    record = world.ledger.run(report.run)
    assert (record.status, record.claim) == (Status.DONE, None)
    outcome = report.outcomes["a"]
    assert outcome.started is not None
    assert outcome.ended is not None
    assert record.ended is not None
    assert record.started <= outcome.started <= outcome.ended <= record.ended
    assert outcome.executor == LOCAL
    seen = [(event.job, event.status) for event in world.ledger.events(report.run)]
    assert seen == [("a", Status.RUNNING), ("a", Status.DONE)]
    assert world.ledger.unfinished("test:engine") is None


def test_an_empty_plan_is_done_at_once(world: World) -> None:
    report = world.engine().run(plan())
    assert report.succeeded
    assert world.ledger.run(report.run).status is Status.DONE


# -- room ------------------------------------------------------------------------------------------


def test_no_more_jobs_of_a_label_are_at_work_than_its_limit(world: World) -> None:
    limits = {"transfer": 2}
    world.rules = Rules(capacities={LOCAL: Capacity(cores=50)}, limits=limits)
    first, second = world.engine(), world.engine()
    for engine in (first, second):
        engine.submit(plan(*(last(str(n), label="transfer") for n in range(3)), say("free")))
        for _ in range(3):
            engine.step(0.01)
    at_work = [playing.start.job.label for playing in world.stage.playing.values()]
    assert at_work == ["transfer"] * 2
    assert world.started().count("free") == 2
    for _ in range(4):
        for playing in list(world.stage.playing.values()):
            world.stage.end(playing.start.job.name, Act())
        for engine in (first, second):
            step_until(engine, lambda: True)
        assert len(world.stage.playing) <= 2


def test_jobs_of_two_engines_on_one_host_share_its_cores(world: World) -> None:
    first, second = world.engine(), world.engine()
    first.submit(plan(last("a", cores=2)))
    second.submit(plan(last("b")))
    first.step(0.01)
    for _ in range(3):
        second.step(0.01)
    assert world.started() == ["a"]
    world.stage.end("a", Act())
    step_until(first, lambda: not first.runs)
    step_until(second, lambda: world.started() == ["a", "b"])


def test_what_is_scheduled_leaves_all_cores_to_the_run_it_waits_for(world: World) -> None:
    worker, its_command = world.engine(), world.engine()
    worker.submit(plan(last("nightly", label="schedule")))
    step_until(worker, lambda: world.started() == ["nightly"])
    its_command.submit(plan(last("wide", cores=2)))
    step_until(its_command, lambda: "wide" in world.started())


def test_a_job_that_can_run_nowhere_is_refused_before_anything_starts(world: World) -> None:
    with pytest.raises(PlanInvalid, match=r"'wide'.*99"):
        world.engine().run(plan(say("a"), say("wide", "a", cores=99)))
    assert world.started() == []
    assert world.ledger.runs() == []


def test_what_is_too_wide_for_this_machine_goes_to_the_cluster(world: World) -> None:
    world.rules = Rules(
        (Placement(executor=CLUSTER, input_at_least=10**9),),
        {LOCAL: Capacity(cores=2), CLUSTER: Capacity()},
    )
    world.cores = 2
    report = world.engine().run(plan(say("wide", cores=8), say("a")))
    assert report.outcomes["wide"].executor == CLUSTER
    assert report.outcomes["a"].executor == LOCAL


def test_jobs_go_to_the_executor_of_their_label(world: World) -> None:
    world.rules = Rules(
        (Placement(executor=CLUSTER, label="align"),),
        {LOCAL: Capacity(cores=2), CLUSTER: Capacity()},
    )
    report = world.engine().run(plan(say("a", label="align"), say("b")))
    assert report.succeeded
    assert {name: o.executor for name, o in report.outcomes.items()} == {"a": CLUSTER, "b": LOCAL}
    seen = [(e.job, e.status) for e in world.ledger.events(report.run) if e.job == "a"]
    assert seen == [("a", Status.QUEUED), ("a", Status.RUNNING), ("a", Status.DONE)]
    assert report.outcomes["a"].usage.host == "stage"


def test_an_executor_that_cannot_be_reached_is_told_before_anything_starts(world: World) -> None:
    world.rules = Rules((Placement(executor=CLUSTER, label="align"),), {})
    world.unreachable = ExecutorUnreachable("slurm is silent")
    with pytest.raises(ExecutorUnreachable, match="slurm is silent"):
        world.engine().run(plan(say("free"), say("a", label="align")))
    assert (world.started(), world.ledger.runs()) == ([], [])


def test_a_job_whose_executor_is_away_for_a_while_is_offered_again(
    world: World, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("holdfast.jobs.engine.doing.PASSING", 0.1)
    world.script = {"a": [Act(refusal=ExecutorUnreachable("it is away"))] * 2}
    report = world.engine().run(plan(say("a")))
    assert report.succeeded
    assert report.outcomes["a"].attempt == 1


# -- retries ---------------------------------------------------------------------------------------


def test_a_job_is_tried_again_as_often_as_it_asks(world: World) -> None:
    world.script = {"a": [BAD, BAD]}
    report = world.engine().run(plan(say("a", retry=Retry(times=2, delay=0)), say("b", "a")))
    assert statuses(report) == {"a": "done", "b": "done"}
    assert report.outcomes["a"].attempt == 3
    assert world.started() == ["a", "a", "a", "b"]


def test_a_job_that_fails_too_often_has_failed(world: World) -> None:
    report = world.engine().run(plan(fail("a", retry=Retry(times=1, delay=0)), say("b", "a")))
    assert statuses(report) == {"a": "failed", "b": "blocked"}
    assert report.outcomes["a"].attempt == 2


def test_a_job_rests_before_it_is_tried_again(world: World) -> None:
    begun = time.monotonic()
    report = world.engine().run(plan(fail("a", retry=Retry(times=2, delay=0.2)), say("free")))
    assert 0.6 <= time.monotonic() - begun < 3
    assert report.outcomes["a"].attempt == 3
    waits = [e.reason for e in world.ledger.events(report.run) if e.status is Status.WAITING]
    assert [reason.partition(" and")[0] for reason in waits] == ["try 1 failed", "try 2 failed"]


def test_a_job_that_met_its_limit_gets_more(world: World) -> None:
    job = Job("a", ("grow", "350"), memory=100, retry=Retry(times=3, delay=0, growth=2), time=0.3)
    report = world.engine().run(plan(job))
    assert report.outcomes["a"].attempt == 4
    assert [e.reason for e in world.ledger.events(report.run) if "memory" in e.reason]


def test_a_job_whose_host_went_away_is_started_again(world: World) -> None:
    world.script = {"a": [LOST, LOST]}
    report = world.engine().run(plan(say("a")))
    assert report.succeeded
    assert world.started() == ["a", "a", "a"]


def test_a_job_without_its_input_fails_before_it_starts(world: World, tmp_path: Path) -> None:
    report = world.engine().run(plan(say("a", inputs=(tmp_path / "nothing",))))
    assert statuses(report) == {"a": "failed"}
    assert report.outcomes["a"].cause is Cause.START
    assert str(tmp_path / "nothing") in report.outcomes["a"].reason
    assert world.started() == []


def test_a_job_that_does_not_make_its_output_has_failed(world: World, tmp_path: Path) -> None:
    (tmp_path / "made").touch()
    jobs = [say("a", outputs=(tmp_path / "made",)), say("b", outputs=(tmp_path / "not made",))]
    report = world.engine().run(plan(*jobs))
    assert statuses(report) == {"a": "done", "b": "failed"}
    assert report.outcomes["b"].cause is Cause.OUTPUT
    assert str(tmp_path / "not made") in report.outcomes["b"].reason


# -- cancelling ------------------------------------------------------------------------------------


def test_a_cancelled_run_stops_but_cleans_up(world: World) -> None:
    engine = world.engine()
    tidy = say("tidy", "a", rule=Rule.ALWAYS)
    run = engine.submit(plan(say("first"), last("a", "first"), say("b", "a"), tidy))
    step_until(engine, lambda: "a" in world.started())
    engine.cancel(run)
    reports = step_until(engine, lambda: not engine.runs)
    assert statuses(reports[0]) == {
        "first": "done",
        "a": "cancelled",
        "b": "cancelled",
        "tidy": "done",
    }
    assert world.ledger.run(run).status is Status.CANCELLED


def test_who_asks_twice_stops_the_cleaning_up_too(world: World) -> None:
    engine = world.engine()
    run = engine.submit(plan(last("a"), last("tidy", "a", rule=Rule.ALWAYS)))
    step_until(engine, lambda: bool(world.started()))
    engine.cancel(run)
    step_until(engine, lambda: "tidy" in world.started())
    engine.cancel(run)
    reports = step_until(engine, lambda: not engine.runs)
    assert set(statuses(reports[0]).values()) == {"cancelled"}


def test_another_process_may_ask_through_the_ledger(world: World) -> None:
    engine = world.engine()
    run = engine.submit(plan(last("a"), last("b"), say("c", "a"), say("d")))
    step_until(engine, lambda: len(world.started()) > 1)
    assert world.ledger.ask_to_cancel(run, "a")
    step_until(engine, lambda: world.ledger.outcomes(run)["a"].status is Status.CANCELLED)
    outcomes = world.ledger.outcomes(run)
    assert outcomes["b"].status is Status.RUNNING
    assert (outcomes["c"].status, outcomes["c"].reason) == (
        Status.BLOCKED,
        "it needs 'a', which was cancelled",
    )
    world.ledger.ask_to_cancel(run)
    reports = step_until(engine, lambda: not engine.runs)
    assert statuses(reports[0])["b"] == "cancelled"


def test_a_job_that_is_quicker_than_the_request_is_done(world: World) -> None:
    engine = world.engine()
    run = engine.submit(plan(last("a")))
    step_until(engine, lambda: bool(world.started()))
    world.stage.end("a", Act())
    engine.cancel(run)
    reports = step_until(engine, lambda: not engine.runs)
    assert statuses(reports[0])["a"] in ("done", "cancelled")


@pytest.mark.parametrize("number", [signal.SIGINT, signal.SIGTERM])
def test_a_signal_ends_the_jobs_and_is_written_down(world: World, number: signal.Signals) -> None:
    def signal_when_at_work() -> None:
        while "long" not in world.started():
            time.sleep(0.01)
        os.kill(os.getpid(), number)

    threading.Thread(target=signal_when_at_work).start()
    with pytest.raises(KeyboardInterrupt):
        world.engine().run(plan(say("done"), last("long", "done"), say("after", "long")))
    record = world.ledger.runs()[0]
    assert record.status is Status.CANCELLED
    ends = [outcome.status.value for outcome in world.ledger.outcomes(record.run).values()]
    assert ends == ["done", "cancelled", "cancelled"]
    assert not world.stage.playing


# -- going on --------------------------------------------------------------------------------------


def test_a_resumed_run_leaves_alone_what_is_done(world: World) -> None:
    world.script = {"flaky": [BAD]}
    first = world.engine().run(plan(say("once"), say("flaky", "once"), say("last", "flaky")))
    assert statuses(first) == {"once": "done", "flaky": "failed", "last": "blocked"}
    heard: list[Progress] = []
    second = world.engine().resume(first.run, heard.append)
    assert (second.run, second.succeeded) == (first.run, True)
    assert second.outcomes["once"] == first.outcomes["once"]
    assert second.outcomes["flaky"].attempt == 1
    assert heard[-1] == Progress("a plan", 3, 3, "jobs", "last: done")
    assert world.started() == ["once", "flaky", "flaky", "last"]


def test_some_jobs_only_may_be_done_again(world: World) -> None:
    first = world.engine().run(plan(fail("a"), say("b", "a"), fail("c")))
    second = world.engine().resume(first.run, jobs=["a"])
    assert statuses(second) == {"a": "failed", "b": "blocked", "c": "failed"}
    assert world.started() == ["a", "c", "a"]
    with pytest.raises(JobError, match="no job 'e'"):
        world.engine().resume(first.run, jobs=["e"])


def test_resuming_what_is_done_does_nothing(world: World) -> None:
    first = world.engine().run(plan(say("a")))
    assert world.engine().resume(first.run).outcomes == first.outcomes
    assert world.started() == ["a"]


def test_an_unknown_run_cannot_be_resumed(world: World) -> None:
    with pytest.raises(JobError, match="there is no run 5"):
        world.engine().resume(5)


def test_two_engines_never_do_one_run(world: World) -> None:
    first, second = world.engine(), world.engine()
    run = first.submit(plan(say("a")))
    assert second.is_running(run)
    with pytest.raises(RunBusy, match=f"run {run} is being done by process {os.getpid()}"):
        second.resume(run)
    assert second.take_over() == ()
    step_until(first, lambda: not first.runs)
    assert not second.is_running(run)


def test_what_is_left_at_work_is_taken_over(world: World) -> None:
    first, second = world.engine(), world.engine()
    run = first.submit(plan(say("a"), last("b", "a"), say("c", "b")))
    step_until(first, lambda: "b" in world.started())
    first.leave()
    assert second.take_over() == (run,)
    world.stage.end("b", Act())
    reports = step_until(second, lambda: not second.runs)
    assert set(statuses(reports[0]).values()) == {"done"}
    assert world.started() == ["a", "b", "c"]


def test_what_is_nowhere_to_be_found_is_done_again(world: World) -> None:
    first, second = world.engine(), world.engine()
    first.submit(plan(Job("a", ("last",))))
    step_until(first, lambda: bool(world.started()))
    first.leave()
    world.stage.vanish()
    second.take_over()
    step_until(second, lambda: len(world.started()) > 1)
    world.stage.end("a", Act())
    (report,) = step_until(second, lambda: not second.runs)
    assert (report.succeeded, report.outcomes["a"].attempt) == (True, 2)


def test_a_rest_before_a_retry_outlasts_the_engine(world: World) -> None:
    first, second = world.engine(), world.engine()
    first.submit(plan(fail("a", retry=Retry(times=1, delay=0.6))))
    begun = time.monotonic()
    step_until(first, lambda: world.ledger.ready_at(1) != {})
    first.leave()
    second.take_over()
    step_until(second, lambda: not second.runs)
    assert time.monotonic() - begun >= 0.6
    assert world.started() == ["a", "a"]


def test_an_abandoned_run_is_written_down_as_cancelled(world: World) -> None:
    first = world.engine()
    run = first.submit(plan(last("a"), say("b", "a")))
    step_until(first, lambda: bool(world.started()))
    first.leave()
    world.engine().abandon(run)
    assert {o.status for o in world.ledger.outcomes(run).values()} == {Status.CANCELLED}
    assert not world.stage.playing
    assert world.ledger.unfinished("test:engine") is None


def test_an_engine_that_was_silent_too_long_lets_go(world: World) -> None:
    first = world.engine()
    run = first.submit(plan(last("a")))
    step_until(first, lambda: bool(world.started()))
    held = world.ledger.holder(run)
    assert held is not None
    thief = replace(held.claim, engine="f" * 32)
    assert world.ledger.claim(run, thief, 60, instead_of=held.claim.engine)
    first._due["renew"] = 0.0
    step_until(first, lambda: not first.runs)
    assert world.ledger.outcomes(run)["a"].status is Status.RUNNING  # its new engine decides
    assert not any(p.act is LASTING for p in world.stage.playing.values())


# -- trouble ---------------------------------------------------------------------------------------


def test_progress_is_heard_and_written_down(world: World) -> None:
    engine = world.engine()
    heard: list[Progress] = []
    run = engine.submit(plan(last("a")), heard.append)
    step_until(engine, lambda: bool(world.started()))
    (playing,) = world.stage.playing.values()
    playing.start.progress.write_text('{"what": "counting", "done": 1, "total": 2}\n')
    step_until(engine, lambda: bool(heard))
    world.stage.end("a", Act())
    step_until(engine, lambda: not engine.runs)
    assert heard == [Progress("a: counting", 1, 2), Progress("a plan", 1, 1, "jobs", "a: done")]
    told = [event.progress for event in world.ledger.events(run) if event.progress]
    assert told == [Progress("counting", 1, 2)]


def test_a_listener_that_fails_ends_the_jobs_and_leaves_the_run_unfinished(world: World) -> None:
    def break_(_: Progress) -> None:
        raise BrokenPipeError

    with pytest.raises(BrokenPipeError):
        world.engine().run(plan(say("quick"), last("long")), break_)
    assert not world.stage.playing
    run = world.ledger.unfinished("test:engine")
    assert run is not None


def test_a_broken_ledger_ends_the_jobs(world: World, monkeypatch: pytest.MonkeyPatch) -> None:
    engine = world.engine()

    def refuse(*_: object, **__: object) -> None:
        if world.started():
            raise LedgerError("the disk is full")

    original = Ledger.turn
    monkeypatch.setattr(Ledger, "turn", lambda *a, **k: refuse() or original(*a, **k))
    with pytest.raises(LedgerError, match="the disk is full"):
        engine.run(plan(last("a")))
    assert not world.stage.playing


def test_what_a_broken_ledger_did_not_let_go_of_is_gone_on_with_by_the_same_engine(
    world: World, monkeypatch: pytest.MonkeyPatch
) -> None:
    def refuse(*_: object, **__: object) -> None:
        raise LedgerError("the disk is full")

    engine = world.engine()
    with monkeypatch.context() as broken:
        broken.setattr(Ledger, "turn", refuse)
        broken.setattr(Ledger, "release", refuse)
        with pytest.raises(LedgerError, match="the disk is full"):
            engine.run(plan(say("a")))
    run = world.ledger.unfinished("test:engine")
    assert run is not None
    assert engine.resume(run).succeeded


# -- any plan --------------------------------------------------------------------------------------


@st.composite
def played_plans(draw: st.DrawFn) -> Plan:
    """A plan in which some jobs fail, under all rules."""
    jobs: list[Job] = []
    for number in range(draw(st.integers(0, 8))):
        before = [job.name for job in jobs]
        needs = draw(st.lists(st.sampled_from(before), unique=True, max_size=3)) if before else []
        make = draw(st.sampled_from([say, say, fail]))
        rule = draw(st.sampled_from(Rule))
        jobs.append(make(str(number), *needs, cores=draw(st.integers(1, 3)), rule=rule))
    return plan(*draw(st.permutations(jobs)))


def expected(played: Plan) -> dict[str, Status]:
    """How each job must end, found by hand."""
    ends: dict[str, Status] = {each.name: Status.WAITING for each in played.jobs}
    for job in played.in_order():
        if may_start(played, job, ends):
            ends[job.name] = Status.FAILED if job.command[0] == "fail" else Status.DONE
        else:
            ends[job.name] = Status.BLOCKED
    return ends


@settings(max_examples=15)
@given(played_plans(), st.integers(3, 5))
def test_every_plan_ends_as_it_must(
    tmp_path_factory: pytest.TempPathFactory, played: Plan, cores: int
) -> None:
    home = tmp_path_factory.mktemp("engine")
    with Ledger.open(f"sqlite:///{home}/ledger.sqlite") as ledger:
        world = World(home, ledger, Rules(capacities={LOCAL: Capacity(cores=cores)}))
        report = world.engine().run(played)
        assert {name: o.status for name, o in report.outcomes.items()} == expected(played)
        assert ledger.outcomes(report.run) == dict(report.outcomes)
    tried = [n for n, status in expected(played).items() if status is not Status.BLOCKED]
    assert sorted(world.started()) == sorted(tried)


def test_a_wide_plan_of_many_jobs_is_done(world: World) -> None:
    world.rules = Rules(capacities={LOCAL: Capacity(cores=64)})
    report = world.engine().run(plan(*(say(f"job {n}") for n in range(300))))
    assert report.succeeded
    assert isinstance(report.outcomes["job 299"], Outcome)


class SharedLedger(Ledger):
    """A ledger that other hosts might see."""

    is_shared = True  # type: ignore[assignment] # a property there


def test_who_leaves_jobs_at_work_keeps_the_claim_that_other_hosts_see(tmp_path: Path) -> None:
    with SharedLedger.open(f"sqlite:///{tmp_path}/l.sqlite") as ledger:
        world = World(tmp_path, ledger)
        engine = world.engine()
        at_work = engine.submit(plan(last("a")))
        waiting = engine.submit(plan(last("b", cores=2)))
        step_until(engine, lambda: bool(world.started()))
        engine.leave()
        assert ledger.holder(at_work) is not None
        assert ledger.holder(waiting) is None


def test_jobs_are_fenced_from_the_first_on(tmp_path: Path) -> None:
    with SharedLedger.open(f"sqlite:///{tmp_path}/l.sqlite") as ledger:
        world = World(tmp_path, ledger)
        fences: list[tuple[float | None, int]] = []
        engine = world.engine(lease=100)
        site = engine._site
        site[LOCAL].fence = lambda s: fences.append((s, len(world.started())))  # type: ignore[method-assign] # heard
        engine.run(plan(say("a")))
        assert fences[0] == (80.0, 0)
