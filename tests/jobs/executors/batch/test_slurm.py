"""The batch executor on a real Slurm."""

import multiprocessing
import os
import signal
import sys
import time
from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path
from threading import Event
from typing import Any

import pytest

from holdfast.errors import ExecutorUnreachable, JobError
from holdfast.jobs.executors import exchange
from holdfast.jobs.executors.batch.executor import BatchExecutor
from holdfast.jobs.executors.batch.scheduler import LAUNCHER
from holdfast.jobs.executors.batch.slurm import Slurm as SlurmScheduler
from holdfast.jobs.executors.interface import Began, Ended, Start
from holdfast.jobs.model import Cause, Job
from holdfast.settings.executors import ExecutorSettings
from holdfast.testing.executors import ExecutorContract, a_start
from services.slurm import CORES, MEMORY, Slurm, slurm_service  # noqa: F401 - the fixture `slurm`

PATIENCE = 60.0  #: seconds: a busy Slurm looks at its queue once in a while

pytestmark = [
    pytest.mark.service("slurmctld", "slurmd", "munged"),
    pytest.mark.xdist_group("slurm"),
]


def an_executor(service: Slurm, **settings: object) -> BatchExecutor:
    said = {"kind": "slurm", "poll": 0.3, **settings}
    return BatchExecutor(
        "cluster",
        Event(),
        SlurmScheduler(),
        ExecutorSettings.model_validate(said),
        environment=service.environment,
        settle=0.5,
        farewell=1.0,
    )


class TestOnSlurm(ExecutorContract):
    """The examination."""

    a_while = 0.4

    @pytest.fixture(autouse=True)
    def _service(self, slurm: Slurm) -> None:
        self.service = slurm

    def make(self) -> BatchExecutor:
        return an_executor(self.service)


@pytest.fixture
def executor(slurm: Slurm) -> Iterator[BatchExecutor]:
    """The executor of an engine."""
    made = an_executor(slurm)
    yield made
    made.close()


def news(executor: BatchExecutor, patience: float = PATIENCE) -> Began | Ended:
    """What the executor tells next."""
    deadline = time.monotonic() + patience
    while not (told := executor.collect()):
        assert executor.bell.wait(deadline - time.monotonic()), "nothing happened"
        executor.bell.clear()
    assert len(told) == 1 or isinstance(told[0], Began)
    return told[-1]


def began(executor: BatchExecutor) -> Began:
    told = news(executor)
    assert isinstance(told, Began), told
    return told


def end_of(executor: BatchExecutor, patience: float = PATIENCE) -> Ended:
    """How the only job ends."""
    told = news(executor, patience)
    return told if isinstance(told, Ended) else end_of(executor, patience)


def shown(slurm: Slurm, number: str) -> dict[str, str]:
    """What Slurm has written down of a job."""
    words = slurm.ask("scontrol", "--oneliner", "show", "job", number).split()
    return dict(word.split("=", 1) for word in words if "=" in word)


def test_a_slurm_that_is_started_anew_loses_no_job(
    slurm: Slurm, executor: BatchExecutor, tmp_path: Path
) -> None:
    long = a_start(tmp_path, ("sleep", "600"), name="long")
    executor.start(long)
    began(executor)
    brief = a_start(tmp_path, ("sleep", "2"), name="brief")
    executor.start(brief)
    began(executor)
    slurm.end_controller()
    with pytest.raises(ExecutorUnreachable, match="Slurm does not answer"):
        executor.reach()
    refused = a_start(tmp_path, ("true",), name="refused")
    with pytest.raises(ExecutorUnreachable):
        executor.start(refused)
    assert not exchange.file_of(tmp_path, refused.ticket, exchange.START).exists()
    ended = end_of(executor)  # told by its file while Slurm is away
    assert (ended.ticket, ended.cause) == (brief.ticket, Cause.WELL)
    slurm.start_controller()
    executor.reach()
    time.sleep(1.5)  # time to be asked, and to be wrong
    assert executor.collect() == []
    assert executor.stop(long.ticket)
    assert end_of(executor).cause is Cause.STOPPED


def test_a_job_whose_node_goes_down_is_lost(
    slurm: Slurm, executor: BatchExecutor, tmp_path: Path
) -> None:
    executor.start(a_start(tmp_path, ("sleep", "600")))
    began(executor)
    slurm.break_node()
    try:
        ended = end_of(executor)
    finally:
        slurm.mend_node()
    assert ended.cause is Cause.LOST
    assert "Slurm took its node away" in ended.reason
    assert "NODE_FAIL" in ended.reason


def test_a_job_that_slurm_ends_for_its_memory_says_so(slurm: Slurm, tmp_path: Path) -> None:
    executor = an_executor(slurm, memory="40M")
    grow = "x = b'x' * 150_000_000; import time; time.sleep(600)"
    executor.start(a_start(tmp_path, (sys.executable, "-c", grow)))
    ended = end_of(executor)
    executor.close()
    assert ended.cause is Cause.MEMORY
    assert "Slurm ended it for using more memory than its limit" in ended.reason


def test_a_job_that_slurm_ends_for_its_time_says_so(slurm: Slurm, tmp_path: Path) -> None:
    executor = an_executor(slurm, time="1m")
    native = executor.start(a_start(tmp_path, ("sleep", "600")))
    began(executor)
    # Slurm counts in minutes; an end brought forward is seen at its next look, twice a minute.
    # If it takes no notice of that, the job's own minute must be over before that look.
    slurm.do("scontrol", "update", f"jobid={native['id']}", "EndTime=now")
    ended = end_of(executor, patience=100)
    executor.close()
    assert ended.cause is Cause.TIME
    assert "Slurm ended it for running longer than its limit" in ended.reason
    assert "TIMEOUT" in ended.reason


def test_a_job_that_someone_cancels_at_work_says_so(
    slurm: Slurm, executor: BatchExecutor, tmp_path: Path
) -> None:
    native = executor.start(a_start(tmp_path, ("sleep", "600")))
    began(executor)
    slurm.do("scancel", native["id"])
    ended = end_of(executor)
    assert ended.cause is Cause.EXIT
    assert "cancelled in Slurm by someone else" in ended.reason


def test_a_job_that_someone_cancels_in_the_queue_says_so_and_never_begins(
    slurm: Slurm, executor: BatchExecutor, tmp_path: Path
) -> None:
    start = replace_cores(a_start(tmp_path, ("true",), name="waiting"), CORES)
    blocker = a_start(tmp_path, ("sleep", "600"), name="blocker")
    executor.start(blocker)
    began(executor)
    native = executor.start(start)
    slurm.do("scancel", native["id"])
    ended = end_of(executor)
    assert (ended.ticket, ended.cause) == (start.ticket, Cause.EXIT)
    assert "cancelled in Slurm by someone else" in ended.reason
    assert not exchange.file_of(tmp_path, start.ticket, exchange.START).exists()


@pytest.mark.parametrize("written_down", [True, False])
def test_a_job_in_the_queue_is_found_by_an_engine_after_a_kill(
    slurm: Slurm, executor: BatchExecutor, tmp_path: Path, written_down: bool
) -> None:
    blocker = a_start(tmp_path, ("sleep", "600"), name="blocker")
    executor.start(blocker)
    began(executor)
    start = replace_cores(a_start(tmp_path, ("echo", "once"), name="waiting"), CORES)
    engine = multiprocessing.get_context("fork").Process(target=start_and_die, args=(slurm, start))
    engine.start()
    engine.join()
    assert engine.exitcode == -signal.SIGKILL
    number = slurm.ask("squeue", "-h", "-t", "pending", "-o", "%i")
    native = {"kind": "slurm", "id": number, "ticket": start.ticket}
    assert executor.adopt(start, native if written_down else None)
    executor.stop(blocker.ticket)
    told = [news(executor), news(executor)]
    told += [] if isinstance(told[-1], Ended) else [news(executor)]
    ends = {each.ticket: each.cause for each in told if isinstance(each, Ended)}
    assert ends == {blocker.ticket: Cause.STOPPED, start.ticket: Cause.WELL}
    assert start.log.read_text() == "once\n"


def start_and_die(slurm: Slurm, start: Start) -> None:
    """What an engine does that is killed as soon as it has submitted a job."""
    an_executor(slurm).start(start)
    os.kill(os.getpid(), signal.SIGKILL)


def replace_cores(start: Start, cores: int) -> Start:
    return replace(start, job=replace(start.job, cores=cores))


def test_settings_of_a_label_reach_slurm(slurm: Slurm, tmp_path: Path) -> None:
    (folder := tmp_path / "a folder with blanks").mkdir()
    long = {"queue": "long", "account": "lab", "options": ["--nice=5"], "time": "2h"}
    executor = an_executor(slurm, options=["--comment=two words"], labels={"align": long})
    start = a_start(folder, ("true",), label="align", memory=123 * 1024**2)
    native = executor.start(replace_cores(start, 2))
    job = shown(slurm, native["id"])
    assert end_of(executor).well
    executor.close()
    told = {
        "JobName": f"align.job.{start.ticket[:12]}",
        "Partition": "long",
        "Account": "lab",
        "Nice": "5",
        "TimeLimit": "02:00:00",
        "MinMemoryNode": "155M",
        "CPUs/Task": "2",
        "Requeue": "0",
        "Comment": "two",
    }
    assert {key: job.get(key) for key in told} == told


def test_nothing_is_left_but_the_files_of_the_exchange(
    executor: BatchExecutor, tmp_path: Path
) -> None:
    start = a_start(tmp_path, ("true",))
    executor.start(start)
    assert end_of(executor).well
    exchange.forget(tmp_path, start.ticket)
    assert [path.name for path in tmp_path.iterdir()] == ["job.log"]


def test_a_job_knows_nothing_secret_of_the_engine(
    slurm: Slurm, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setitem(slurm.environment, "PASSWORD", "secret")
    executor = an_executor(slurm)
    executor.start(a_start(tmp_path, ("env",)))
    assert end_of(executor).well
    executor.close()
    assert "secret" not in (tmp_path / "job.log").read_text()


@pytest.mark.parametrize(
    ("asks", "queue", "sentence"),
    [
        ({"cores": CORES + 1}, None, "asks for 5 cores and the largest node of cluster's queue"),
        (
            {"memory": MEMORY - LAUNCHER + 1},
            None,
            "of memory and the largest node of cluster's",
        ),
        ({"time": 601.0}, None, "asks for 601 seconds and cluster allows 600 in its queue 'short'"),
        ({"time": 601.0}, "long", None),
        ({"time": 601.0}, "short,long", None),
        ({"time": 1e9}, "short,long", "cluster allows 600"),
        ({}, "fast", "Slurm has no queue 'fast'; set one of long, short for cluster"),
        ({"cores": CORES, "memory": MEMORY - LAUNCHER, "time": 600.0}, None, None),
    ],
)
def test_what_slurm_can_never_do_is_a_sentence(
    slurm: Slurm, asks: dict[str, Any], queue: str | None, sentence: str | None
) -> None:
    problem = an_executor(slurm, queue=queue).problem(Job("job", ("true",), **asks))
    assert problem is None if sentence is None else sentence in str(problem)


def test_a_submission_that_slurm_refuses_is_told_in_its_words(slurm: Slurm, tmp_path: Path) -> None:
    start = a_start(tmp_path, ("true",))
    with pytest.raises(JobError, match=r"Slurm refused it: .*nvalid partition") as refusal:
        an_executor(slurm, queue="fast").start(start)
    assert not isinstance(refusal.value, ExecutorUnreachable)
    assert list(tmp_path.iterdir()) == []
