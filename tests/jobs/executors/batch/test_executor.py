"""The batch executor on rehearsed clusters: PBS and LSF, and systems that do not answer."""

import json
import os
import shutil
import signal
import time
from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path
from threading import Event

import pytest

from holdfast.errors import ExecutorUnreachable, JobError
from holdfast.jobs.executors import exchange
from holdfast.jobs.executors.batch.executor import BatchExecutor
from holdfast.jobs.executors.batch.lsf import Lsf
from holdfast.jobs.executors.batch.pbs import Pbs
from holdfast.jobs.executors.batch.scheduler import LAUNCHER, Scheduler
from holdfast.jobs.executors.interface import Began, Ended, Start
from holdfast.jobs.model import Cause
from holdfast.settings.executors import ExecutorSettings
from holdfast.testing.executors import a_start
from jobs.executors.batch.rehearsed_cluster import Cluster

SYSTEMS = {"pbs": Pbs, "lsf": Lsf}
PATIENCE = 20.0


class Site:
    """A cluster of one kind, and engines that use it."""

    def __init__(self, kind: str, cluster: Cluster) -> None:
        self.kind, self.cluster = kind, cluster
        self._made: list[BatchExecutor] = []

    def engine(self, farewell: float = 0.3, **settings: object) -> BatchExecutor:
        """The executor of a new engine."""
        scheduler: Scheduler = SYSTEMS[self.kind]()
        said = ExecutorSettings.model_validate({"kind": self.kind, "poll": 0.1, **settings})
        executor = BatchExecutor(
            "cluster",
            Event(),
            scheduler,
            said,
            environment=self.cluster.environment,
            settle=0.3,
            farewell=farewell,
        )
        self._made.append(executor)
        return executor

    def close(self) -> None:
        for executor in self._made:
            executor.leave()
        self.cluster.end()


@pytest.fixture(params=sorted(SYSTEMS))
def site(request: pytest.FixtureRequest, tmp_path: Path) -> Iterator[Site]:
    site = Site(request.param, Cluster(tmp_path / "cluster"))
    yield site
    site.close()


def news(executor: BatchExecutor) -> Began | Ended:
    """What the executor tells next."""
    deadline = time.monotonic() + PATIENCE
    while not (told := executor.collect()):
        assert executor.bell.wait(deadline - time.monotonic()), "nothing happened"
        executor.bell.clear()
    assert len(told) == 1 or isinstance(told[0], Began)
    return told[-1]


def end_of(executor: BatchExecutor) -> Ended:
    """How the only job ends."""
    told = news(executor)
    return told if isinstance(told, Ended) else end_of(executor)


def wait_for(path: Path) -> None:
    deadline = time.monotonic() + PATIENCE
    while not path.exists():
        assert time.monotonic() < deadline, f"{path} was not written"
        time.sleep(0.01)


def test_a_job_runs_and_its_end_is_told(site: Site, tmp_path: Path) -> None:
    executor = site.engine()
    executor.reach()
    start = a_start(tmp_path, ("echo", "two words"))
    native = executor.start(start)
    assert native == {"kind": site.kind, "id": native["id"], "ticket": start.ticket}
    assert end_of(executor).well
    assert start.log.read_text() == "two words\n"
    assert not executor.stop(start.ticket)


def test_the_beginning_is_told_with_host_and_number(site: Site, tmp_path: Path) -> None:
    executor = site.engine()
    start = a_start(tmp_path, ("sleep", "60"))
    native = executor.start(start)
    began = news(executor)
    assert isinstance(began, Began)
    assert began.host
    assert began.native == {**native, "host": began.host}
    assert executor.stop(start.ticket)
    assert end_of(executor).cause is Cause.STOPPED


def test_a_job_in_the_queue_never_begins_once_it_is_stopped(site: Site, tmp_path: Path) -> None:
    site.cluster.let("hold")
    executor = site.engine()
    start = a_start(tmp_path, ("true",))
    executor.start(start)
    assert executor.stop(start.ticket)
    ended = end_of(executor)
    assert (ended.cause, ended.reason) == (Cause.STOPPED, "it was asked to stop")
    assert not exchange.file_of(tmp_path, start.ticket, exchange.START).exists()
    assert (site.cluster.jobs()[0] / "cancelled").exists()


@pytest.mark.parametrize("written_down", [True, False])
def test_a_queued_job_is_found_again(site: Site, tmp_path: Path, written_down: bool) -> None:
    site.cluster.let("hold")
    first, second = site.engine(), site.engine()
    start = a_start(tmp_path, ("true",))
    native = first.start(start)
    first.leave()
    assert second.adopt(start, native if written_down else None)
    assert second.stop(start.ticket)
    assert end_of(second).cause is Cause.STOPPED
    assert (site.cluster.jobs()[0] / "cancelled").exists()


def test_what_was_never_submitted_is_not_adopted_and_never_begins(
    site: Site, tmp_path: Path
) -> None:
    start = a_start(tmp_path, ("true",))
    exchange.write_spec(start, limits=True, environment={})
    assert not site.engine().adopt(start, None)
    assert list(tmp_path.glob(f"{start.ticket}*")) == []


@pytest.mark.parametrize(
    "native",
    [
        {"kind": "slurm", "id": "1", "ticket": "own"},
        {"kind": "own", "id": "1; rm -rf /", "ticket": "own"},
        {"kind": "own", "id": ["1"], "ticket": "own"},
        {"kind": "own", "id": "--all", "ticket": "own"},
        {"kind": "own", "id": "1", "ticket": "of another job"},
        {"pid": 1},
    ],
)
def test_a_strange_native_is_as_good_as_none(
    site: Site, tmp_path: Path, native: dict[str, object]
) -> None:
    start = a_start(tmp_path, ("true",))
    own = {"kind": site.kind, "ticket": start.ticket}
    told = {key: own.get(key, word) if word == "own" else word for key, word in native.items()}
    assert not site.engine().adopt(start, told)


def test_while_nobody_answers_nothing_is_concluded(site: Site, tmp_path: Path) -> None:
    executor = site.engine()
    start = a_start(tmp_path, ("sleep", "1.5"))
    executor.start(start)
    assert isinstance(news(executor), Began)
    site.cluster.let("down")
    with pytest.raises(ExecutorUnreachable, match="does not answer"):
        executor.reach()
    assert not executor.bell.wait(0.8) or executor.collect() == []
    ended = end_of(executor)  # its file tells, whether the cluster answers or not
    assert ended.well


def test_a_job_that_may_be_there_is_adopted_while_nobody_answers(
    site: Site, tmp_path: Path
) -> None:
    first, second = site.engine(), site.engine()
    start = a_start(tmp_path, ("sleep", "60"))
    first.start(start)
    assert isinstance(news(first), Began)
    first.leave()
    site.cluster.let("down")
    assert second.adopt(start, None)
    assert second.stop(start.ticket)  # its launcher sees the wish in a file
    assert end_of(second).cause is Cause.STOPPED


def test_a_submission_nobody_answers_is_unreachable_and_leaves_nothing(
    site: Site, tmp_path: Path
) -> None:
    site.cluster.let("down")
    executor, start = site.engine(), a_start(tmp_path, ("true",))
    with pytest.raises(ExecutorUnreachable, match="tried again"):
        executor.start(start)
    assert list(tmp_path.glob(f"{start.ticket}*")) == []
    site.cluster.let("down", False)
    with pytest.raises(ExecutorUnreachable, match="a moment ago"):  # many starts: one long wait
        executor.start(start)
    assert site.cluster.jobs() == []
    assert list(tmp_path.glob(f"{start.ticket}*")) == []


def test_after_a_rest_jobs_are_submitted_again(
    site: Site, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("holdfast.jobs.executors.batch.executor.REST", 0.05)
    site.cluster.let("down")
    executor, start = site.engine(), a_start(tmp_path, ("true",))
    with pytest.raises(ExecutorUnreachable):
        executor.start(start)
    site.cluster.let("down", False)
    time.sleep(0.05)
    executor.start(start)
    assert end_of(executor).well


def test_a_job_whose_submission_was_not_understood_is_at_work_once(
    site: Site, tmp_path: Path
) -> None:
    site.cluster.let("mumbling")
    executor, start = site.engine(), a_start(tmp_path, ("sleep", "60"))
    native = executor.start(start)  # its launcher took it on, so it was submitted
    assert native["ticket"] == start.ticket
    began = news(executor)
    assert isinstance(began, Began)
    assert began.native is not None
    assert began.native["id"] is not None
    assert executor.stop(start.ticket)
    assert end_of(executor).cause is Cause.STOPPED


def test_a_job_whose_submission_broke_off_never_begins(
    site: Site, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("holdfast.jobs.executors.batch.executor.ANSWER", 1.0)
    site.cluster.let("silent")
    site.cluster.let("hold")
    start = a_start(tmp_path, ("true",))
    with pytest.raises(ExecutorUnreachable, match="did not answer"):
        site.engine().start(start)
    assert len(site.cluster.jobs()) == 1
    assert not exchange.file_of(tmp_path, start.ticket, exchange.START).exists()


ENDS = {
    "pbs": {
        Cause.TIME: {"job_state": "F", "Exit_status": -29, "comment": "walltime 9 exceeded"},
        Cause.MEMORY: {"job_state": "F", "Exit_status": -27, "comment": "mem exceeded"},
        Cause.LOST: {"job_state": "F", "Exit_status": -11, "comment": "node down"},
        Cause.EXIT: {"job_state": "F", "Exit_status": 271},
    },
    "lsf": {
        Cause.TIME: {"STAT": "EXIT", "EXIT_CODE": "140", "EXIT_REASON": "TERM_RUNLIMIT: too long"},
        Cause.MEMORY: {"STAT": "EXIT", "EXIT_CODE": "137", "EXIT_REASON": "TERM_MEMLIMIT: too big"},
        Cause.LOST: {"STAT": "EXIT", "EXIT_CODE": "127", "EXIT_REASON": "TERM_UNKNOWN_HOST: gone"},
        Cause.EXIT: {"STAT": "EXIT", "EXIT_CODE": "143", "EXIT_REASON": "TERM_OWNER: bkill"},
    },
}


@pytest.mark.parametrize(
    ("cause", "gently"),
    [(Cause.TIME, True), (Cause.MEMORY, False), (Cause.LOST, True), (Cause.EXIT, False)],
)
def test_what_the_system_ended_says_why(
    site: Site, tmp_path: Path, cause: Cause, gently: bool
) -> None:
    executor = site.engine()
    start = a_start(tmp_path, ("sleep", "60"))
    executor.start(start)
    assert isinstance(news(executor), Began)
    job = site.cluster.jobs()[0]
    site.cluster.say(job, **ENDS[site.kind][cause])
    if gently:
        note = exchange.read_began(tmp_path, start.ticket)
        assert note is not None
        os.kill(note.pid, signal.SIGTERM)
    else:
        site.cluster.end()
    ended = end_of(executor)
    assert ended.cause is cause
    assert executor.name not in ended.reason
    assert ended.reason.startswith(("PBS", "LSF", "it was cancelled in"))
    assert exchange.read_ended(tmp_path, start.ticket) is not None


def test_a_job_that_vanished_is_lost(site: Site, tmp_path: Path) -> None:
    executor = site.engine()
    start = a_start(tmp_path, ("sleep", "60"))
    executor.start(start)
    assert isinstance(news(executor), Began)
    site.cluster.end()
    ended = end_of(executor)
    assert ended.cause is Cause.LOST
    assert "left no result" in ended.reason


NAMED = {
    "pbs": {"job_state": "R", "Job_Name": "another"},
    "lsf": {"STAT": "RUN", "JOB_NAME": "another"},
}


def test_a_job_whose_number_another_job_has_now_ends_before_it_is_told_as_lost(
    site: Site, tmp_path: Path
) -> None:
    executor = site.engine(farewell=PATIENCE)
    start = a_start(tmp_path, ("sleep", "60"))
    executor.start(start)
    assert isinstance(news(executor), Began)
    site.cluster.say(site.cluster.jobs()[0], **NAMED[site.kind])
    ended = end_of(executor)
    assert ended.cause is Cause.LOST
    assert ended.usage.wall is not None  # its launcher, which nobody knew of, wrote it
    assert not (site.cluster.jobs()[0] / "cancelled").exists()


def test_a_launcher_that_cannot_run_on_the_node_says_what_is_missing(
    site: Site, tmp_path: Path
) -> None:
    executor = site.engine(python="/no/such/python")
    executor.start(a_start(tmp_path, ("true",)))
    ended = end_of(executor)
    assert ended.cause is Cause.START
    assert "/no/such/python" in ended.reason
    assert "every node" in ended.reason


def test_a_launcher_that_took_a_job_on_and_died_at_once_lost_it(site: Site, tmp_path: Path) -> None:
    site.cluster.let("hold")
    executor = site.engine()
    start = a_start(tmp_path, ("true",))
    executor.start(start)
    exchange.take(exchange.file_of(tmp_path, start.ticket, exchange.START))
    site.cluster.say(site.cluster.jobs()[0], job_state="F", Exit_status=1, STAT="EXIT")
    ended = end_of(executor)
    assert ended.cause is Cause.LOST
    assert exchange.is_asked_to_stop(tmp_path, start.ticket)  # should it be at work all the same


def test_a_folder_that_vanishes_stops_no_other_job(site: Site, tmp_path: Path) -> None:
    site.cluster.let("hold")
    (gone := tmp_path / "gone").mkdir()
    executor = site.engine()
    lost = a_start(gone, ("true",), name="lost")
    executor.start(lost)
    shutil.rmtree(gone)
    gone.write_text("a file where a folder was")
    executor.stop(lost.ticket)
    site.cluster.let("hold", False)
    executor.start(a_start(tmp_path, ("true",)))
    assert end_of(executor).well


def test_a_refused_submission_is_told_in_the_systems_words(site: Site, tmp_path: Path) -> None:
    for name in ("qsub", "bsub"):
        (site.cluster.folder / "bin" / name).write_text(
            "#!/bin/sh\necho 'no such queue: fast' >&2\nexit 170\n"
        )
    start = a_start(tmp_path, ("true",))
    with pytest.raises(JobError, match="refused it: no such queue: fast") as refusal:
        site.engine(queue="fast").start(start)
    assert not isinstance(refusal.value, ExecutorUnreachable)
    assert list(tmp_path.glob(f"{start.ticket}*")) == []


def test_settings_of_a_label_reach_the_system(site: Site, tmp_path: Path) -> None:
    site.cluster.let("hold")
    long = {"queue": "long", "account": "lab", "options": ["-p", "-10"], "memory": "2G"}
    executor = site.engine(queue="short", options=["-x"], labels={"align": long})
    executor.start(a_start(tmp_path, ("true",), label="align", time=90))
    job = site.cluster.jobs()[0]
    script = (job / "script").read_text()
    words = json.loads((job / "words.json").read_text())
    assert words[-3:] == ["-x", "-p", "-10"]
    memory = 2 * 1024**3 + LAUNCHER
    said = {
        "pbs": ["-q long", "-l walltime=00:02:00", "-A lab", f"mem={memory}"],
        "lsf": ['-q "long"', "-W 0:02", f"-M {memory // 1024}KB"],
    }[site.kind]
    assert [each for each in said if each not in script] == []
    assert ("-P" in words) == (site.kind == "lsf")


def test_names_that_mean_something_in_a_script_are_refused(site: Site, tmp_path: Path) -> None:
    start = a_start(tmp_path, ("true",))
    with pytest.raises(JobError, match="holds a character that means something"):
        site.engine(queue="$(reboot)").start(start)
    assert site.cluster.jobs() == []
    assert list(tmp_path.glob(f"{start.ticket}*")) == []


def test_a_system_that_is_not_installed_is_named(site: Site, tmp_path: Path) -> None:
    for name in ("qdel", "bkill"):
        (site.cluster.folder / "bin" / name).unlink()
    site.cluster.environment["PATH"] = str(site.cluster.folder / "bin")
    with pytest.raises(ExecutorUnreachable, match=r"'s program (qdel|bkill) is not on this host"):
        site.engine().reach()


def test_nothing_is_left_but_the_files_of_the_exchange(
    site: Site, tmp_path: Path, home: Path
) -> None:
    site.cluster.environment["HOME"] = str(home)
    executor = site.engine()
    start = a_start(tmp_path, ("true",))
    executor.start(start)
    assert end_of(executor).well
    exchange.forget(tmp_path, start.ticket)
    left = {path.name for path in tmp_path.iterdir()} - {"cluster", "home"}
    assert left == {"job.log"}
    assert not (home / ".psij").exists()


def test_a_second_engine_hears_the_same_of_a_job_without_a_result(
    site: Site, tmp_path: Path
) -> None:
    first, second = site.engine(), site.engine()
    start: Start = a_start(tmp_path, ("sleep", "60"))
    native = first.start(start)
    assert isinstance(news(first), Began)
    site.cluster.end()
    ended = end_of(first)  # and the engine dies before it can write it down
    first.leave()
    assert second.adopt(start, native)
    assert replace(end_of(second), at=ended.at) == ended
