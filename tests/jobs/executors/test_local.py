"""The local executor passes the examination, and keeps what only it promises."""

import signal
import subprocess
import sys
import time
from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path

import pytest

from holdfast.errors import JobError
from holdfast.jobs.executors import processes
from holdfast.jobs.executors.interface import Ended, Executor, Start
from holdfast.jobs.executors.local import LocalExecutor, environment_of
from holdfast.jobs.model import Job
from holdfast.testing.executors import ExecutorContract, a_start


class TestLocalExecutor(ExecutorContract):
    def make(self) -> Executor:
        return LocalExecutor(grace=0.5)


@pytest.fixture
def executor() -> Iterator[LocalExecutor]:
    executor = LocalExecutor(grace=0.5)
    yield executor
    executor.close()


def sh(script: str, *words: str) -> tuple[str, ...]:
    return ("sh", "-c", script, "sh", *words)


def done(executor: Executor, start: Start) -> Ended:
    executor.start(start)
    return until_ended(executor)


def until_ended(executor: Executor) -> Ended:
    deadline = time.monotonic() + 20
    while time.monotonic() < deadline:
        for ended in executor.wait(1):
            return ended
    raise AssertionError("the job did not end")


def written(path: Path) -> str:
    """The content of a file that some process is about to write."""
    deadline = time.monotonic() + 10
    while time.monotonic() < deadline:
        if path.exists() and path.read_text().endswith("\n"):
            return path.read_text().strip()
        time.sleep(0.01)
    raise AssertionError(f"{path} was not written")


def is_at_work(pid: int) -> bool:
    found = processes.find(pid)
    return found is not None and found.is_alive


def test_a_job_ended_by_a_signal_says_which(executor: LocalExecutor, tmp_path: Path) -> None:
    ended = done(executor, a_start(tmp_path, sh("kill -KILL $$")))
    assert ended.exit_code == -signal.SIGKILL
    assert "ended by signal 9 (SIGKILL)" in ended.reason


def test_a_job_finds_a_small_clean_environment(tmp_path: Path) -> None:
    inherited = {"PATH": "/bin", "HOME": "/home/ada", "SECRET": "x", "HOLDFAST_HOME": "/data"}
    start = a_start(tmp_path, ("env",))
    start = replace(start, job=Job("odd name", ("env",), environment={"LANG": "C"}), cores=3)
    assert environment_of(start, inherited) == {
        "PATH": "/bin",
        "HOME": "/home/ada",
        "LANG": "C",
        "HOLDFAST_HOME": "/data",
        "HOLDFAST_PROGRESS": str(start.progress),
        "HOLDFAST_TICKET": start.ticket,
        "HOLDFAST_RUN": "1",
        "HOLDFAST_JOB": "odd name",
        "HOLDFAST_CORES": "3",
    }


def test_a_job_within_a_job_carries_both_tickets(tmp_path: Path) -> None:
    start = a_start(tmp_path, ("env",))
    environment = environment_of(start, {"HOLDFAST_TICKET": "outer"})
    assert environment["HOLDFAST_TICKET"].split() == ["outer", start.ticket]


def test_a_job_runs_in_its_folder_and_reads_nothing(
    executor: LocalExecutor, tmp_path: Path
) -> None:
    folder = tmp_path / "a folder"
    folder.mkdir()
    ended = done(executor, a_start(tmp_path, sh("pwd; cat"), directory=folder))
    assert ended.well
    assert (tmp_path / "job.log").read_text() == f"{folder}\n"


def test_what_a_job_leaves_in_the_background_ends_with_it(
    executor: LocalExecutor, tmp_path: Path
) -> None:
    start = a_start(tmp_path, sh('sleep 600 & echo $! > "$1"', str(tmp_path / "pid")))
    begun = time.monotonic()
    assert done(executor, start).well
    assert time.monotonic() - begun < 5
    assert not is_at_work(int(written(tmp_path / "pid")))


def test_stopping_reaches_a_process_that_left_the_group(
    executor: LocalExecutor, tmp_path: Path
) -> None:
    script = 'setsid sh -c "echo \\$\\$ > \\"$1\\"; exec sleep 600" & wait'
    start = a_start(tmp_path, sh(script, str(tmp_path / "pid")))
    executor.start(start)
    pid = int(written(tmp_path / "pid"))
    assert is_at_work(pid)
    executor.stop(start.ticket)
    until_ended(executor)
    assert not is_at_work(pid)


def test_a_job_that_ignores_the_request_is_ended_after_the_grace(
    executor: LocalExecutor, tmp_path: Path
) -> None:
    script = 'trap "" TERM; echo ready > "$1"; while :; do sleep 0.1; done'
    start = a_start(tmp_path, sh(script, str(tmp_path / "ready")))
    executor.start(start)
    written(tmp_path / "ready")
    begun = time.monotonic()
    executor.stop(start.ticket)
    ended = until_ended(executor)
    assert ended.exit_code == -signal.SIGKILL
    assert 0.4 < time.monotonic() - begun < 5


def test_a_child_may_use_the_grace_after_its_shell_has_ended(
    executor: LocalExecutor, tmp_path: Path
) -> None:
    tidy = (
        'trap "sleep 0.2; echo tidied > \\"$1\\"; exit" TERM; echo > "$1.ready"; sleep 600 & wait'
    )
    start = a_start(tmp_path, sh('sh -c "$1" sh "$2"', tidy, str(tmp_path / "tidy")))
    executor.start(start)
    written(tmp_path / "tidy.ready")
    executor.stop(start.ticket)
    until_ended(executor)
    assert (tmp_path / "tidy").read_text() == "tidied\n"


def test_memory_is_limited_when_asked(executor: LocalExecutor, tmp_path: Path) -> None:
    # The job waits a moment, since the limit is set just after its start.
    script = "import time; time.sleep(0.2); bytearray(2**31); print('had it')"
    start = a_start(tmp_path, (sys.executable, "-c", script))
    start = replace(start, job=replace(start.job, memory=2**30))
    ended = done(executor, start)
    assert not ended.well
    assert "MemoryError" in ended.reason


def test_a_job_that_says_very_much_costs_only_disk(executor: LocalExecutor, tmp_path: Path) -> None:
    script = 'yes "a line of a very long log" | head -c 100000000; echo; echo "that was it"; exit 1'
    start = a_start(tmp_path, sh(script))
    ended = done(executor, start)
    assert "exit code 1: that was it" in ended.reason
    assert start.log.stat().st_size > 100_000_000
    start.log.unlink()


def test_a_file_that_is_no_program_is_refused(executor: LocalExecutor, tmp_path: Path) -> None:
    (tmp_path / "notes.txt").write_text("not a program")
    with pytest.raises(JobError, match="cannot be started"):
        executor.start(a_start(tmp_path, (str(tmp_path / "notes.txt"),)))
    with pytest.raises(JobError, match="cannot be started"):
        executor.start(a_start(tmp_path, ("true", "x" * 10_000_000)))


def test_a_short_job_is_not_charged_for_waiting(executor: LocalExecutor, tmp_path: Path) -> None:
    begun = time.monotonic()
    for _ in range(20):
        assert done(executor, a_start(tmp_path, ("true",))).well
    assert (time.monotonic() - begun) / 20 < 0.1


def test_a_recycled_number_is_never_signalled(executor: LocalExecutor) -> None:
    stranger = subprocess.Popen(["sleep", "600"], start_new_session=True)
    found = processes.find(stranger.pid)
    assert found is not None
    right = {"pid": found.pid, "started": found.started, "boot": processes.boot()}
    try:
        executor.end_leftovers({"t": {**right, "started": found.started - 1}})
        executor.end_leftovers({"t": {**right, "boot": "an earlier boot"}})
        assert stranger.poll() is None
        executor.end_leftovers({"t": right})
        assert stranger.wait(5) == -signal.SIGTERM
    finally:
        stranger.kill()
        stranger.wait()


def test_a_leftover_that_cleared_its_environment_is_found_by_its_session(
    executor: LocalExecutor, tmp_path: Path
) -> None:
    dead = LocalExecutor()
    start = a_start(tmp_path, ("env", "-i", "sleep", "600"))
    native = dead.start(start)
    time.sleep(0.1)
    executor.end_leftovers({start.ticket: native})
    assert until_ended(dead).exit_code == -signal.SIGTERM
