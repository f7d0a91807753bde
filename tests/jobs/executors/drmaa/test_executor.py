"""DRMAA with a real Grid Engine, whose master and jobs are killed in the middle."""

import pickle
import signal
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path
from threading import Event

import pytest

from holdfast.errors import ExecutorUnreachable, JobError, SettingsError
from holdfast.jobs.executors import exchange
from holdfast.jobs.executors.drmaa.executor import DrmaaExecutor, job_name, native_specification
from holdfast.jobs.executors.interface import Began, Executor, Start
from holdfast.jobs.executors.launched.unended import Patience
from holdfast.jobs.model import Cause, Job
from holdfast.settings.executors import ExecutorSettings, LabelSettings
from holdfast.testing.examined import ExaminedExecutor
from holdfast.testing.executors import ExecutorContract, a_start
from services.gridengine import (
    GridEngine,
    running_grid_engine,
    shared_grid_engine,  # noqa: F401 - a fixture
)

pytestmark = [pytest.mark.service("sge_qmaster", "sge_execd"), pytest.mark.xdist_group("sge")]

OPTIONS = ("-pe smp {cores}", "-l mem_free={memory_per_core}")
#: An engine that is killed as soon as it has started a job.
ENGINE = """
import os, pickle, signal, sys
from pathlib import Path
from threading import Event
from holdfast.jobs.executors import exchange
from holdfast.jobs.executors.drmaa.executor import DrmaaExecutor
from holdfast.settings.executors import ExecutorSettings
executor = DrmaaExecutor("sge", ExecutorSettings(kind="drmaa"), Event(), Path())
print(executor.start(pickle.loads(bytes.fromhex(sys.argv[1])))["number"], flush=True)
os.kill(os.getpid(), signal.SIGKILL)
"""


def executor_with(**settings: object) -> DrmaaExecutor:
    chosen = {"kind": "drmaa", "options": OPTIONS, **settings}
    patience = Patience(grace=1.0, survivors=2.0, insist=3.0)
    return DrmaaExecutor(
        "sge", ExecutorSettings.model_validate(chosen), Event(), Path(), patience=patience
    )


def tell_of(grid_engine: GridEngine, monkeypatch: pytest.MonkeyPatch) -> None:
    """Let sessions that begin from now on find this Grid Engine."""
    for name, value in grid_engine.environment.items():
        if name.startswith("SGE_"):
            monkeypatch.setenv(name, value)


class TestDrmaaExecutor(ExecutorContract):
    """The examination, on a Grid Engine with one host."""

    a_while = 0.5

    @pytest.fixture(autouse=True)
    def _service(self, grid_engine: GridEngine, monkeypatch: pytest.MonkeyPatch) -> None:
        tell_of(grid_engine, monkeypatch)

    def make(self) -> Executor:
        return executor_with()


class TestFaults(ExaminedExecutor):
    """What happens when parts of Grid Engine, or of the engine, go away."""

    @pytest.fixture
    def broken(self, monkeypatch: pytest.MonkeyPatch) -> Iterator[GridEngine]:
        """A Grid Engine of its own, to be broken."""
        with running_grid_engine() as grid_engine:
            tell_of(grid_engine, monkeypatch)
            yield grid_engine

    @pytest.fixture
    def kept(self, grid_engine: GridEngine, monkeypatch: pytest.MonkeyPatch) -> GridEngine:
        """The Grid Engine of all tests."""
        tell_of(grid_engine, monkeypatch)
        return grid_engine

    def make(self) -> Executor:
        return executor_with()

    def begun(self, executor: Executor, start: Start) -> str:
        """Start it, wait until it is at work, and Grid Engine's number of it."""
        number = str(executor.start(start)["number"])
        (began,) = self.next_of(executor, self.patience)
        assert isinstance(began, Began)
        assert began.native is not None
        assert began.native["number"] == number
        return number

    def test_a_master_that_is_killed_and_started_again_costs_nothing(
        self, broken: GridEngine, executor: Executor, tmp_path: Path
    ) -> None:
        ends = a_start(tmp_path, ("sleep", "2"), name="ends")
        lasts = a_start(tmp_path, ("sleep", "6"), name="lasts")
        self.begun(executor, lasts)
        executor.start(ends)
        self.next_of(executor, self.patience)
        broken.kill_master()
        assert self.end_of(executor, ends).well
        with pytest.raises(ExecutorUnreachable, match="sge"):
            executor.start(a_start(tmp_path, ("true",), name="never"))
        broken.start_master()
        assert self.end_of(executor, lasts).well
        self.wait_for_an_answer(executor)
        # Its host comes back half a minute later; until then jobs wait there.
        again = a_start(tmp_path, ("true",), name="again")
        executor.start(again)
        assert executor.stop(again.ticket)
        assert self.end_of(executor, again).cause is Cause.STOPPED
        assert not (tmp_path / "never.log").exists()

    def wait_for_an_answer(self, executor: Executor) -> None:
        for _ in range(20):
            try:
                return executor.reach()
            except ExecutorUnreachable:
                Event().wait(0.5)
        return None

    def test_a_job_that_someone_else_deletes_has_failed_and_says_so(
        self, kept: GridEngine, executor: Executor, tmp_path: Path
    ) -> None:
        start = a_start(tmp_path, self.command_that_lasts())
        number = self.begun(executor, start)
        kept.do("qdel", number)
        ended = self.end_of(executor, start)
        assert ended.cause is Cause.EXIT
        assert f"job {number}, or someone deleted it" in ended.reason
        assert self.is_silent(executor)

    def test_a_job_that_waits_and_is_stopped_never_begins(
        self, kept: GridEngine, executor: Executor, tmp_path: Path
    ) -> None:
        kept.do("qmod", "-d", "*")
        start = a_start(tmp_path, ("true",))
        executor.start(start)
        assert self.is_silent(executor)
        assert executor.stop(start.ticket)
        assert self.end_of(executor, start).cause is Cause.STOPPED
        kept.do("qmod", "-e", "*")
        assert self.done(executor, a_start(tmp_path, ("true",), name="after")).well
        assert not start.log.exists()

    @pytest.mark.parametrize("code", [99, 100])
    def test_exit_codes_that_grid_engine_has_a_meaning_for_are_codes_like_others(
        self, kept: GridEngine, executor: Executor, tmp_path: Path, code: int
    ) -> None:
        start = a_start(tmp_path, self.command_that_fails(code, "x"))
        number = str(executor.start(start)["number"])
        assert self.end_of(executor, start).exit_code == code
        kept.wait_until(lambda: f" {number} " not in kept.ask("qstat", "-u", "*"), "its end")
        assert start.log.read_text() == "x\n"

    def test_an_engine_that_is_killed_leaves_its_job_at_work_to_be_found(
        self, kept: GridEngine, tmp_path: Path
    ) -> None:
        pids = tmp_path / "pids"
        start = a_start(tmp_path, self.command_that_escapes(pids, seconds=600))
        words = [sys.executable, "-c", ENGINE, pickle.dumps(start).hex()]
        killed = subprocess.run(words, check=False, capture_output=True, text=True)
        assert killed.returncode == -signal.SIGKILL
        executor = self.make()
        assert executor.adopt(start, {"number": killed.stdout.strip()})
        self.wait_until_there(tmp_path / "pids.ready")
        assert self.is_silent(executor)
        executor.close()
        assert not self.are_at_work(pids)

    @pytest.mark.parametrize("is_taken", [True, False])
    def test_a_job_that_got_the_same_number_is_not_touched(
        self, kept: GridEngine, executor: Executor, tmp_path: Path, is_taken: bool
    ) -> None:
        said = kept.ask("qsub", "-terse", "-b", "y", "-o", "/dev/null", "-j", "y", "sleep", "600")
        other = said.strip()
        start = a_start(tmp_path, ("true",))
        file = exchange.write_spec(start, limits=True, environment={})
        if is_taken:
            exchange.take(file)
        assert executor.adopt(start, {"number": other}) is is_taken
        if is_taken:
            executor.stop(start.ticket)
            assert self.end_of(executor, start).cause is Cause.STOPPED
        assert kept.do("qstat", "-j", other) == 0
        kept.do("qdel", other)

    def test_queue_and_account_of_a_label_reach_grid_engine(
        self, kept: GridEngine, tmp_path: Path
    ) -> None:
        labels = {"align": {"queue": "long.q", "account": "genomes"}}
        executor = executor_with(queue="all.q", labels=labels)
        start = a_start(tmp_path, self.command_that_lasts(), label="align", time=100.0)
        told = kept.ask("qstat", "-j", self.begun(executor, start))
        executor.close()
        wanted = {"hard_queue_list": "long.q", "account": "genomes", "job_name": "holdfast-job"}
        wanted["hard resource_list"] = "h_rt=160"
        found = dict(line.split(":", 1) for line in told.splitlines() if ":" in line)
        assert {name: found[name].strip() for name in wanted} == wanted

    def test_what_grid_engine_refuses_is_told_in_its_words(
        self, kept: GridEngine, tmp_path: Path
    ) -> None:
        executor = executor_with(queue="nowhere.q")
        with pytest.raises(JobError, match=r'unknown queue "nowhere\.q"'):
            executor.start(a_start(tmp_path, ("true",)))
        assert not list(tmp_path.iterdir())
        problem = executor.problem(Job("job", ("true",)))
        assert problem is not None
        assert "nowhere.q" in problem
        executor.close()

    def test_an_interpreter_that_is_not_on_the_host_is_told(
        self, kept: GridEngine, tmp_path: Path
    ) -> None:
        executor = executor_with(python="/nowhere/python")
        ended = self.done(executor, a_start(tmp_path, ("true",)))
        assert not ended.well
        assert "could not start its job" in ended.reason
        executor.close()


# -- without Grid Engine ---------------------------------------------------------------------------


def test_a_library_that_is_not_there_is_told(tmp_path: Path) -> None:
    executor = executor_with(address=str(tmp_path / "libdrmaa.so"))
    with pytest.raises(ExecutorUnreachable, match=r"libdrmaa\.so"):
        executor.reach()
    executor.close()


def test_a_master_that_is_not_there_is_told(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("SGE_ROOT", str(tmp_path))
    executor = executor_with()
    with pytest.raises(ExecutorUnreachable, match="sge"):
        executor.start(a_start(tmp_path, ("true",)))
    assert not list(tmp_path.iterdir())
    executor.close()


@pytest.mark.parametrize("option", ["-pe smp {core}", "-l x={", "-l {}"])
def test_an_option_with_unknown_braces_is_refused(option: str) -> None:
    with pytest.raises(SettingsError, match=r"executors\.sge\.options"):
        executor_with(options=(option,))


BASIS = "-b y -shell n -r n"


@pytest.mark.parametrize(
    ("job", "settings", "expected"),
    [
        (Job("j", ("x",)), LabelSettings(), BASIS),
        (Job("j", ("x",), time=1.5), LabelSettings(), f"{BASIS} -l h_rt=62"),
        (Job("j", ("x",), priority=-5000), LabelSettings(), f"{BASIS} -p -1023"),
        (Job("j", ("x",), priority=7), LabelSettings(account="a"), f"{BASIS} -A a"),
        (
            Job("j", ("x",), cores=3, memory=10),
            LabelSettings(options=OPTIONS),
            f"{BASIS} -pe smp 3 -l mem_free=4",
        ),
        (Job("j", ("x",)), LabelSettings(options=("-P lab", *OPTIONS)), f"{BASIS} -P lab"),
    ],
)
def test_what_a_job_asks_for_becomes_options_of_qsub(
    job: Job, settings: LabelSettings, expected: str
) -> None:
    assert native_specification(job, settings) == expected


@pytest.mark.parametrize(
    ("name", "expected"),
    [("map", "holdfast-map"), ("a:b/c @*", "holdfast-a_b_c_"), ("x" * 200, "holdfast-" + "x" * 80)],
)
def test_a_name_has_only_what_grid_engine_takes(name: str, expected: str) -> None:
    assert job_name(Job(name, ("x",))) == expected


def test_many_cores_need_a_parallel_environment() -> None:
    executor = executor_with(options=())
    problem = executor.problem(Job("j", ("x",), cores=2))
    assert problem is not None
    assert "-pe smp {cores}" in problem
    executor.close()
