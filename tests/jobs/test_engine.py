"""The engine does plans: in order, in parallel, and writes down what became of each job."""

import os
import signal
import subprocess
import sys
import threading
import time
from collections.abc import Iterator, Sequence
from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from holdfast.base.locks import exclusive
from holdfast.base.progress import Progress
from holdfast.errors import JobError, LedgerError
from holdfast.jobs.engine import Engine
from holdfast.jobs.executors.interface import Ended, Native, Start
from holdfast.jobs.executors.local import LocalExecutor
from holdfast.jobs.executors.processes import everyone
from holdfast.jobs.ledger import Ledger
from holdfast.jobs.model import Job, Outcome, Status
from holdfast.jobs.plan import Plan, Report
from holdfast.testing.executors import RehearsedExecutor


@pytest.fixture
def ledger(tmp_path: Path) -> Iterator[Ledger]:
    with Ledger.open(f"sqlite:///{tmp_path}/ledger.sqlite") as ledger:
        yield ledger


@pytest.fixture
def executor() -> Iterator[LocalExecutor]:
    executor = LocalExecutor(grace=0.5)
    yield executor
    executor.close()


@pytest.fixture
def engine(tmp_path: Path, ledger: Ledger, executor: LocalExecutor) -> Engine:
    return Engine(ledger, executor, tmp_path / "logs", cores=2)


def sh(name: str, script: str, *needs: str, cores: int = 1) -> Job:
    return Job(name, ("sh", "-c", script), needs=needs, cores=cores)


def plan(*jobs: Job) -> Plan:
    return Plan("test:engine", "a plan", jobs)


def statuses(report: Report) -> dict[str, str]:
    return {name: outcome.status.value for name, outcome in report.outcomes.items()}


def test_two_jobs_run_at_the_same_time(engine: Engine) -> None:
    begun = time.monotonic()
    report = engine.run(plan(sh("a", "sleep 0.6"), sh("b", "sleep 0.6")))
    assert report.succeeded
    assert 0.6 <= time.monotonic() - begun < 1.1


def test_no_more_cores_are_used_than_there_are(engine: Engine) -> None:
    begun = time.monotonic()
    assert engine.run(plan(*(sh(str(n), "sleep 0.3") for n in range(4)))).succeeded
    assert 0.6 <= time.monotonic() - begun < 1.1


def test_a_job_that_asks_for_more_than_there_is_runs_alone(engine: Engine) -> None:
    big = sh("big", "echo $HOLDFAST_CORES; sleep 0.2", cores=99)
    report = engine.run(plan(sh("a", "sleep 0.2"), big, sh("b", "sleep 0.2")))
    assert report.succeeded
    alone = report.outcomes["big"]
    assert alone.log.read_text() == "2\n"
    for other in ("a", "b"):
        outcome = report.outcomes[other]
        assert outcome.ended <= alone.started or outcome.started >= alone.ended  # type: ignore[operator] # both are set: the run succeeded


def test_each_job_starts_after_what_it_needs(engine: Engine, tmp_path: Path) -> None:
    say = f"echo $HOLDFAST_JOB >> {tmp_path}/order"
    jobs = [sh("c", say, "b"), sh("a", f"sleep 0.2; {say}"), sh("b", say, "a"), sh("d", say, "c")]
    assert engine.run(plan(*jobs)).succeeded
    assert (tmp_path / "order").read_text().split() == ["a", "b", "c", "d"]


def test_a_failure_blocks_what_needs_it_and_nothing_else(engine: Engine) -> None:
    bad = sh("bad", "echo 'disk is full' >&2; exit 7")
    jobs = [bad, sh("needs it", "true", "bad"), sh("far", "true", "needs it"), sh("free", "true")]
    report = engine.run(plan(*jobs))
    assert statuses(report) == {
        "bad": "failed",
        "needs it": "blocked",
        "far": "blocked",
        "free": "done",
    }
    assert (report.succeeded, report.failed) == (False, ("bad",))
    failed = report.outcomes["bad"]
    assert failed.exit_code == 7
    assert failed.reason == (f"the job ended with exit code 7: disk is full; see {failed.log}")
    assert "'bad'" in report.outcomes["far"].reason


def test_a_run_and_its_jobs_are_written_down(engine: Engine, ledger: Ledger) -> None:
    report = engine.run(plan(sh("a", "echo out; echo err >&2")))
    assert ledger.outcomes(report.run) == dict(report.outcomes)
    record = ledger.run(report.run)
    assert record.status is Status.DONE
    assert record.ended is not None
    outcome = report.outcomes["a"]
    assert outcome.log.read_text() == "out\nerr\n"
    assert outcome.started is not None
    assert outcome.ended is not None
    assert record.started <= outcome.started <= outcome.ended <= record.ended
    seen = [(event.job, event.status) for event in ledger.events(report.run)]
    assert seen == [("a", Status.RUNNING), ("a", Status.DONE)]
    assert ledger.unfinished("test:engine") is None


def test_an_empty_plan_is_done_at_once(engine: Engine, ledger: Ledger) -> None:
    report = engine.run(plan())
    assert report.succeeded
    assert ledger.run(report.run).status is Status.DONE


def test_a_program_that_is_not_there_fails_its_job(engine: Engine) -> None:
    report = engine.run(plan(Job("a", ("no-such-program",)), sh("b", "true", "a")))
    assert statuses(report) == {"a": "failed", "b": "blocked"}
    assert "'no-such-program' was not found" in report.outcomes["a"].reason


def test_a_folder_whose_name_is_not_utf8_can_be_told(engine: Engine, tmp_path: Path) -> None:
    nowhere = Path(os.fsdecode(bytes(tmp_path) + b"/\xff"))
    report = engine.run(plan(Job("a", ("true",), directory=nowhere)))
    assert "\\udcff in which it should run is not there" in report.outcomes["a"].reason


@pytest.mark.parametrize("name", ["a/b", "../../up", "-rf", "two  words", "ü$(id)`x`", "x" * 200])
def test_a_job_may_have_an_odd_name(engine: Engine, tmp_path: Path, name: str) -> None:
    report = engine.run(plan(sh(name, 'printf %s "$HOLDFAST_JOB"'), sh("after", "true", name)))
    assert report.succeeded
    log = report.outcomes[name].log
    assert log.read_text() == name
    assert log.parent == tmp_path / "logs" / str(report.run)


def test_progress_is_heard_and_written_down(engine: Engine, ledger: Ledger) -> None:
    tell = 'printf \'{"what": "counting", "done": %s, "total": 2, "unit": "files"}\\n\''
    script = f'{tell} 1 >> "$HOLDFAST_PROGRESS"; sleep 0.5; {tell} 2 >> "$HOLDFAST_PROGRESS"'
    heard: list[Progress] = []
    report = engine.run(plan(sh("a", script)), heard.append)
    assert heard == [
        Progress("a: counting", 1, 2, "files"),
        Progress("a: counting", 2, 2, "files"),
        Progress("a plan", 1, 1, "jobs", "a: done"),
    ]
    told = [event.progress for event in ledger.events(report.run) if event.progress]
    assert told == [Progress("counting", 1, 2, "files"), Progress("counting", 2, 2, "files")]


def test_garbage_as_progress_does_not_fail_a_job(engine: Engine) -> None:
    script = 'head -c 100000 /dev/urandom > "$HOLDFAST_PROGRESS"'
    assert engine.run(plan(sh("a", script))).succeeded


def test_a_resumed_run_leaves_alone_what_is_done(engine: Engine, tmp_path: Path) -> None:
    mark = tmp_path / "mended"
    once = sh("once", f"echo x >> {tmp_path}/once")
    flaky = sh("flaky", f"test -e {mark}", "once")
    first = engine.run(plan(once, flaky, sh("last", "true", "flaky")))
    assert statuses(first) == {"once": "done", "flaky": "failed", "last": "blocked"}
    mark.touch()
    heard: list[Progress] = []
    second = engine.resume(first.run, heard.append)
    assert second.run == first.run
    assert second.succeeded
    assert (tmp_path / "once").read_text() == "x\n"
    assert second.outcomes["once"] == first.outcomes["once"]
    assert heard[-1] == Progress("a plan", 3, 3, "jobs", "last: done")


def test_resuming_what_is_done_does_nothing(engine: Engine, tmp_path: Path) -> None:
    first = engine.run(plan(sh("a", f"echo x >> {tmp_path}/ran")))
    assert engine.resume(first.run).outcomes == first.outcomes
    assert (tmp_path / "ran").read_text() == "x\n"


def test_an_unknown_run_cannot_be_resumed(engine: Engine) -> None:
    with pytest.raises(JobError, match="there is no run 5"):
        engine.resume(5)


def test_two_engines_never_do_one_run(engine: Engine, ledger: Ledger, tmp_path: Path) -> None:
    run = ledger.begin(plan(sh("a", "true")))
    (tmp_path / "logs" / str(run)).mkdir(parents=True)
    with exclusive(tmp_path / "logs" / str(run) / "lock"):
        assert engine.is_running(run)
        with pytest.raises(JobError, match=f"run {run} is being done by process {os.getpid()}"):
            engine.resume(run)
    assert not engine.is_running(run)
    assert engine.resume(run).succeeded


def test_control_c_ends_the_jobs_and_is_written_down(
    engine: Engine, ledger: Ledger, tmp_path: Path
) -> None:
    jobs = (
        sh("done", "true"),
        sh("long", f"echo $$ > {tmp_path}/pid; sleep 600 & wait", "done"),
        sh("after", "true", "long"),
    )
    threading.Thread(target=_interrupt_when_written, args=(tmp_path / "pid",)).start()
    with pytest.raises(KeyboardInterrupt):
        engine.run(plan(*jobs))
    record = ledger.runs()[0]
    assert record.status is Status.CANCELLED
    assert record.ended is not None
    outcomes = ledger.outcomes(record.run)
    assert [outcome.status.value for outcome in outcomes.values()] == [
        "done",
        "cancelled",
        "cancelled",
    ]
    group = int((tmp_path / "pid").read_text())
    assert not any(each.is_alive and each.group == group for each in everyone())


@pytest.mark.parametrize("moment", ["record", "started"])
def test_control_c_between_two_steps_is_no_trap(
    engine: Engine, ledger: Ledger, monkeypatch: pytest.MonkeyPatch, moment: str
) -> None:
    """The interrupt comes when an end was told but not written, or a start not yet known."""
    original = getattr(Ledger, moment)

    def interrupted(*arguments: object) -> None:
        if moment == "started" or "done" in str(arguments):
            monkeypatch.setattr(Ledger, moment, original)
            raise KeyboardInterrupt
        original(*arguments)

    monkeypatch.setattr(Ledger, moment, interrupted)
    with pytest.raises(KeyboardInterrupt):
        engine.run(plan(sh("a", "sleep 0.1"), sh("b", "sleep 600", "a")))
    monkeypatch.undo()
    assert {outcome.status for outcome in ledger.outcomes(1).values()} == {Status.CANCELLED}
    assert ledger.run(1).status is Status.CANCELLED


def test_an_abandoned_run_is_written_down_as_cancelled(engine: Engine, ledger: Ledger) -> None:
    jobs = plan(sh("a", "true"), sh("b", "true", "a"))
    run = ledger.begin(jobs)
    ledger.record(run, {"a": Outcome(Status.RUNNING, "", Path("/l"))}, "a ticket nobody has")
    engine.abandon(run)
    assert {outcome.status for outcome in ledger.outcomes(run).values()} == {Status.CANCELLED}
    assert ledger.unfinished("test:engine") is None
    assert engine.resume(run).succeeded


def _interrupt_when_written(path: Path) -> None:
    while not path.exists() or not path.read_text().endswith("\n"):
        time.sleep(0.01)
    time.sleep(0.1)
    os.kill(os.getpid(), signal.SIGINT)


def test_a_listener_that_fails_ends_the_jobs_and_leaves_the_run_unfinished(
    engine: Engine, ledger: Ledger, tmp_path: Path
) -> None:
    def fail(_: Progress) -> None:
        raise BrokenPipeError

    jobs = plan(sh("quick", "true"), sh("long", "sleep 0.5"))
    with pytest.raises(BrokenPipeError):
        engine.run(jobs, fail)
    run = ledger.unfinished("test:engine")
    assert run is not None
    assert engine.resume(run).succeeded
    assert ledger.unfinished("test:engine") is None


def test_a_broken_ledger_ends_the_jobs(
    engine: Engine, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    def refuse(*_: object) -> None:
        raise LedgerError("the disk is full")

    monkeypatch.setattr(Ledger, "started", refuse)
    with pytest.raises(LedgerError, match="the disk is full"):
        engine.run(plan(sh("a", f"sleep 1; touch {tmp_path}/late")))
    time.sleep(1.2)
    assert not (tmp_path / "late").exists()


def test_control_c_reaches_an_engine_in_a_terminal(tmp_path: Path) -> None:
    """The signal comes to the whole group of the terminal; jobs get it from the engine alone."""
    script = f"""
import sys
from pathlib import Path
from holdfast.jobs.engine import Engine
from holdfast.jobs.executors.local import LocalExecutor
from holdfast.jobs.ledger import Ledger
from holdfast.jobs.model import Job, Plan
home = Path({str(tmp_path)!r})
job = Job("a", ("sh", "-c", f"trap 'echo told; exit 1' TERM; touch {{home}}/on; sleep 600 & wait"))
engine = Engine(Ledger.open(f"sqlite:///{{home}}/l.sqlite"), LocalExecutor(), home / "logs", 1)
engine.run(Plan("s", "t", (job,)))
"""
    process = subprocess.Popen(
        [sys.executable, "-c", script], start_new_session=True, stderr=subprocess.PIPE
    )
    while not (tmp_path / "on").exists():
        assert process.poll() is None
        time.sleep(0.01)
    os.killpg(process.pid, signal.SIGINT)
    _, errors = process.communicate(timeout=20)
    assert b"KeyboardInterrupt" in errors
    assert (tmp_path / "logs" / "1" / "a.log").read_text() == "told\n"
    with Ledger.open(f"sqlite:///{tmp_path}/l.sqlite") as ledger:
        assert ledger.run(1).status is Status.CANCELLED


# -- any plan, rehearsed ---------------------------------------------------------------------------


class Watched(RehearsedExecutor):
    """Sees that never more cores are in use than there are."""

    def __init__(self, cores: int) -> None:
        super().__init__()
        self.cores, self.busy = cores, 0

    def start(self, start: Start) -> Native:
        self.busy += start.cores
        assert self.busy <= self.cores
        return super().start(start)

    def wait(self, timeout: float) -> Sequence[Ended]:
        at_work = {ticket: start.cores for ticket, (start, _) in self.stage.at_work.items()}
        ended = super().wait(timeout)
        self.busy -= sum(at_work[each.ticket] for each in ended)
        return ended


@st.composite
def played_plans(draw: st.DrawFn) -> Plan:
    """A plan in which some jobs fail."""
    jobs: list[Job] = []
    for number in range(draw(st.integers(0, 8))):
        before = [job.name for job in jobs]
        needs = draw(st.lists(st.sampled_from(before), unique=True, max_size=3)) if before else []
        command = draw(st.sampled_from([("say", "x"), ("say", "y"), ("fail", "1", "no")]))
        jobs.append(Job(str(number), command, tuple(needs), cores=draw(st.integers(1, 4))))
    return plan(*draw(st.permutations(jobs)))


@settings(max_examples=25)
@given(played_plans(), st.integers(1, 3))
def test_every_plan_ends_as_it_must(
    tmp_path_factory: pytest.TempPathFactory, played: Plan, cores: int
) -> None:
    home = tmp_path_factory.mktemp("engine")
    executor = Watched(cores)
    with Ledger.open(f"sqlite:///{home}/ledger.sqlite") as ledger:
        report = Engine(ledger, executor, home / "logs", cores).run(played)
    expected: dict[str, Status] = {}
    for job in played.in_order():
        fails = Status.FAILED if job.command[0] == "fail" else Status.DONE
        free = all(expected[need] is Status.DONE for need in job.needs)
        expected[job.name] = fails if free else Status.BLOCKED
    assert {name: outcome.status for name, outcome in report.outcomes.items()} == expected
    tried = [name for name, status in expected.items() if status is not Status.BLOCKED]
    assert sorted(executor.started) == sorted(tried)


def test_a_wide_plan_of_many_jobs_is_done(tmp_path: Path, ledger: Ledger) -> None:
    many = plan(*(Job(f"job {n}", ("say", "x")) for n in range(150)))
    report = Engine(ledger, RehearsedExecutor(), tmp_path / "logs", cores=4).run(many)
    assert report.succeeded
    assert isinstance(report.outcomes["job 149"], Outcome)
