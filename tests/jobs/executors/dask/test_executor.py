"""Dask: a scheduler and workers as real processes, killed and started again in the middle."""

import os
import pickle
import signal
import subprocess
import sys
import time
from collections.abc import Iterator
from pathlib import Path
from threading import Event

import pytest

from holdfast.errors import ExecutorUnreachable, SettingsError
from holdfast.jobs.executors.dask.executor import DaskExecutor, resources_of
from holdfast.jobs.executors.interface import Began, Executor, Start
from holdfast.jobs.executors.launched.unended import Patience
from holdfast.jobs.model import Cause, Job
from holdfast.settings.executors import ExecutorSettings
from holdfast.testing.examined import ExaminedExecutor
from holdfast.testing.executors import ExecutorContract, a_start
from services.broken_line import Line
from services.dask import MEMORY, Dask, dask_with, shared_dask  # noqa: F401 - a fixture

pytestmark = pytest.mark.xdist_group("dask")

OPTIONS = ("cores={cores}", "memory={memory}")
LABELS = {"align": {"options": ("doomed=1",)}, "load": {"options": ("usual=1",)}}

#: An engine that is killed as soon as it has started a job.
ENGINE = """
import os, pickle, signal, sys
from pathlib import Path
from threading import Event
from holdfast.jobs.executors.dask.executor import DaskExecutor
from holdfast.settings.executors import ExecutorSettings
settings = ExecutorSettings(kind="dask", address=sys.argv[1])
executor = DaskExecutor("grid", settings, Event(), Path())
executor.start(pickle.loads(bytes.fromhex(sys.argv[2])))
os.kill(os.getpid(), signal.SIGKILL)
"""


def executor_at(address: str, **settings: object) -> DaskExecutor:
    chosen = {"kind": "dask", "address": address, "options": OPTIONS, "labels": LABELS, **settings}
    patience = Patience(grace=1.0, survivors=2.0)
    return DaskExecutor(
        "grid", ExecutorSettings.model_validate(chosen), Event(), Path(), patience=patience
    )


class TestDaskExecutor(ExecutorContract):
    """The examination, on a Dask with two workers."""

    a_while = 0.5

    @pytest.fixture(autouse=True)
    def _service(self, dask: Dask) -> None:
        self.address = dask.address

    def make(self) -> Executor:
        return executor_at(self.address)


class TestFaults(ExaminedExecutor):
    """What happens when parts of Dask, or of the engine, go away."""

    @pytest.fixture
    def doomed(self) -> Iterator[Dask]:
        """A Dask of its own, to be broken: a usual worker, and one for jobs of the label align."""
        with dask_with() as dask:
            dask.start_worker("usual", "--resources", "usual=4 cores=4")
            dask.start_worker("doomed", "--resources", "doomed=1 cores=4")
            self.address = dask.address
            yield dask

    def make(self) -> Executor:
        return executor_at(self.address)

    def begun(self, executor: Executor, start: Start, ready: Path) -> Began:
        """Start it, and wait until it is at work."""
        executor.start(start)
        (began,) = self.next_of(executor, self.patience)
        assert isinstance(began, Began)
        self.wait_until_there(ready)
        return began

    def test_jobs_of_a_worker_that_is_killed_are_lost_once_and_nothing_of_them_is_at_work(
        self, doomed: Dask, executor: Executor, tmp_path: Path
    ) -> None:
        pids = tmp_path / "pids"
        command = self.command_that_escapes(pids, seconds=600)
        lost = a_start(tmp_path, command, label="align")
        kept = a_start(tmp_path, self.command_that_uses(2**20), name="kept", label="load")
        self.begun(executor, lost, tmp_path / "pids.ready")
        executor.start(kept)
        doomed.kill("doomed")
        told = self.wait_for(executor, 2)
        assert told[kept.ticket].well
        assert told[lost.ticket].cause is Cause.LOST
        assert "went away" in told[lost.ticket].reason
        assert not self.are_at_work(pids)
        assert self.is_silent(executor)

    def test_what_waits_for_a_worker_runs_when_one_comes(
        self, doomed: Dask, executor: Executor, tmp_path: Path
    ) -> None:
        doomed.kill("doomed")
        waiting = a_start(tmp_path, self.command_that_says("done"), label="align")
        stopped = a_start(tmp_path, self.command_that_says("never"), label="align", name="stopped")
        executor.start(waiting)
        executor.start(stopped)
        assert self.is_silent(executor)
        assert executor.stop(stopped.ticket)
        assert self.end_of(executor, stopped).cause is Cause.STOPPED
        doomed.start_worker("better", "--resources", "doomed=1 cores=4")
        assert self.end_of(executor, waiting).well
        assert not stopped.log.exists()

    def test_a_scheduler_that_is_started_again_has_lost_its_jobs_but_no_result(
        self, doomed: Dask, executor: Executor, tmp_path: Path
    ) -> None:
        pids = tmp_path / "pids"
        lost = a_start(tmp_path, self.command_that_escapes(pids, seconds=600))
        ends = a_start(tmp_path, ("sleep", "2"), name="ends")
        waits = a_start(tmp_path, ("true",), name="waits", label="align")
        doomed.kill("doomed")
        self.begun(executor, lost, tmp_path / "pids.ready")
        executor.start(waits)
        executor.start(ends)
        self.next_of(executor, self.patience)
        doomed.kill("scheduler")
        assert self.end_of(executor, ends).well
        doomed.start_scheduler()
        told = self.wait_for(executor, 2)
        assert [told[start.ticket].cause for start in (lost, waits)] == [Cause.LOST, Cause.LOST]
        assert not self.are_at_work(pids)
        doomed.start_worker("new")
        assert self.done(executor, a_start(tmp_path, ("true",), name="again")).well
        assert not waits.log.exists()

    def test_a_connection_that_breaks_costs_nothing(
        self, doomed: Dask, executor: Executor, tmp_path: Path
    ) -> None:
        with Line(doomed.address) as line:
            self.address = line.address
            behind = self.make()
            ready = tmp_path / "pids"
            start = a_start(tmp_path, self.command_that_escapes(ready, seconds=2))
            self.begun(behind, start, tmp_path / "pids.ready")
            line.cut()
            assert self.end_of(behind, start).well
            other = a_start(tmp_path, self.command_that_says("again"), name="again")
            assert self.done(behind, other).well
            behind.close()

    def test_a_session_that_is_killed_is_begun_again(self, dask: Dask, tmp_path: Path) -> None:
        self.address = dask.address
        executor, ready = self.make(), tmp_path / "pids"
        start = a_start(tmp_path, self.command_that_escapes(ready, seconds=2))
        self.begun(executor, start, tmp_path / "pids.ready")
        (session,) = _children(os.getpid(), "dask.session")
        os.kill(session, signal.SIGKILL)
        assert self.end_of(executor, start).well
        executor.close()

    def test_an_engine_that_is_killed_leaves_its_job_at_work_to_be_found_by_its_ticket(
        self, dask: Dask, tmp_path: Path
    ) -> None:
        self.address = dask.address
        ready = tmp_path / "pids"
        start = a_start(tmp_path, self.command_that_escapes(ready, seconds=600))
        _be_killed_after_starting(start, dask.address)
        executor = self.make()
        assert executor.adopt(start, None)
        self.wait_until_there(tmp_path / "pids.ready")
        assert self.is_silent(executor)
        executor.close()
        assert not self.are_at_work(ready)


def _be_killed_after_starting(start: Start, address: str) -> None:
    """In a process of its own: start it, and be killed."""
    words = [sys.executable, "-c", ENGINE, address, pickle.dumps(start).hex()]
    assert subprocess.run(words, check=False).returncode == -signal.SIGKILL


def _children(parent: int, module: str) -> list[int]:
    """The children of `parent` that run `module`."""
    found = subprocess.run(
        ["pgrep", "-P", str(parent), "-f", module], capture_output=True, text=True, check=False
    )
    return [int(word) for word in found.stdout.split()]


# -- what is refused -------------------------------------------------------------------------------


def test_a_scheduler_that_is_not_there_is_told_soon_and_nothing_is_left(tmp_path: Path) -> None:
    executor = executor_at("tcp://127.0.0.1:9")
    begun = time.monotonic()
    expected = r"no scheduler answers at tcp://127\.0\.0\.1:9 .*; start one, or correct the address"
    with pytest.raises(ExecutorUnreachable, match=expected):
        executor.start(a_start(tmp_path, ("true",)))
    assert time.monotonic() - begun < 10
    assert not list(tmp_path.iterdir())
    executor.close()


def test_a_scheduler_file_that_is_not_there_is_told(tmp_path: Path) -> None:
    executor = executor_at(str(tmp_path / "scheduler.json"))
    with pytest.raises(ExecutorUnreachable, match=r"scheduler\.json is not there"):
        executor.reach()
    executor.close()


def test_another_version_of_dask_is_refused_with_what_to_do() -> None:
    from holdfast.jobs.executors.dask.session import _check_versions  # noqa: PLC0415 - loads all of Dask
    from holdfast.jobs.executors.launched.session import Unreachable  # noqa: PLC0415 - beside it

    ours = {"packages": {"distributed": __import__("distributed").__version__}}
    theirs = {"packages": {"distributed": "2020.1.0"}}
    _check_versions({"scheduler": ours, "workers": {"tcp://a:1": ours}})
    with pytest.raises(Unreachable, match=r"tcp://a:1 has distributed 2020\.1\.0, here it is"):
        _check_versions({"scheduler": ours, "workers": {"tcp://a:1": theirs}})


@pytest.mark.parametrize("option", ["gpu", "gpu=", "=1", "gpu=-1", "gpu=nan", "gpu={nothing}", "{"])
def test_an_option_that_is_no_resource_is_refused(option: str) -> None:
    with pytest.raises(SettingsError, match=r"executors\.grid\.options"):
        executor_at("tcp://127.0.0.1:9", options=(option,))


def test_an_executor_without_an_address_is_refused() -> None:
    with pytest.raises(SettingsError, match=r"executors\.grid\.address is missing"):
        executor_at("")


@pytest.mark.parametrize(
    ("job", "options", "expected"),
    [
        (Job("j", ("x",)), (), {}),
        (Job("j", ("x",), cores=3), ("cores={cores}",), {"cores": 3}),
        (Job("j", ("x",)), ("memory={memory}", "gpu=0.5"), {"gpu": 0.5}),
        (Job("j", ("x",), memory=7), ("memory={memory}",), {"memory": 7}),
    ],
)
def test_a_job_takes_of_a_worker_what_the_options_say(
    job: Job, options: tuple[str, ...], expected: dict[str, float]
) -> None:
    assert resources_of(job, options) == expected


def test_a_job_of_many_cores_needs_workers_that_offer_them() -> None:
    executor = executor_at("tcp://127.0.0.1:9", options=())
    problem = executor.problem(Job("j", ("x",), cores=2))
    assert problem is not None
    assert "cores={cores}" in problem
    executor.close()


def test_a_resource_that_no_worker_offers_enough_of_is_told(dask: Dask) -> None:
    executor = executor_at(dask.address)
    problem = executor.problem(Job("j", ("x",), label="align"))
    assert problem is not None
    assert "'doomed'" in problem
    assert executor.problem(Job("j", ("x",), memory=MEMORY)) is None
    executor.close()
