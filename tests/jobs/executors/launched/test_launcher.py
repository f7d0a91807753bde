"""The launcher does one job once, tells how it went, and ends everything when it is asked to."""

import os
import signal
import subprocess
import sys
import time
from dataclasses import replace
from pathlib import Path

import pytest

from holdfast.jobs.executors import exchange, processes
from holdfast.jobs.executors.interface import Ended, Start
from holdfast.jobs.executors.launched import launcher
from holdfast.jobs.model import Cause
from holdfast.testing.examined import MIB, ExaminedExecutor, a_start

examined = ExaminedExecutor()
ENVIRONMENT = {"PATH": os.environ["PATH"], "TMPDIR": "/of/the/engine"}


def sh(script: str, *words: str) -> tuple[str, ...]:
    return ("sh", "-c", script, "sh", *words)


def launched(
    start: Start, *words: str, limits: bool = True, node: dict[str, str] | None = None
) -> "subprocess.Popen[str]":
    """The launcher of `start` at work, in the environment of a node."""
    exchange.write_spec(start, limits=limits, environment=ENVIRONMENT)
    command = (*exchange.launch_command(sys.executable, start.folder, start.ticket), *words)
    return subprocess.Popen(
        command, env={"PATH": "/bin", **(node or {})}, stderr=subprocess.PIPE, text=True
    )


def ended_of(start: Start) -> Ended:
    ended = exchange.read_ended(start.folder, start.ticket)
    assert ended is not None
    return ended


def done(start: Start, **more: object) -> tuple[int, Ended]:
    process = launched(start, **more)  # type: ignore[arg-type]  # as launched has them
    process.communicate(timeout=30)
    return process.returncode, ended_of(start)


def test_it_does_the_job_and_exits_as_the_job_did(tmp_path: Path) -> None:
    start = a_start(tmp_path, sh("echo hello; exit 3"))
    code, ended = done(start)
    assert (code, ended.cause, ended.exit_code) == (3, Cause.EXIT, 3)
    assert f"exit code 3: hello; see {start.log}" in ended.reason
    began = exchange.read_began(tmp_path, start.ticket)
    assert began is not None
    assert (began.boot, began.scheduler) == (processes.boot(), "")
    exchange.forget(tmp_path, start.ticket)
    assert [path.name for path in tmp_path.iterdir()] == ["job.log"]


def test_it_exits_as_shells_do_when_a_signal_ended_the_job(tmp_path: Path) -> None:
    code, ended = done(a_start(tmp_path, sh("kill -USR1 $$")))
    assert (code, ended.exit_code) == (128 + signal.SIGUSR1, -signal.SIGUSR1)


def test_of_many_launchers_one_does_the_job(tmp_path: Path) -> None:
    start = a_start(tmp_path, sh("echo once >> done"))
    path = exchange.write_spec(start, limits=True, environment=ENVIRONMENT)
    command = exchange.launch_command(sys.executable, tmp_path, start.ticket)
    assert command[-1] == str(path)
    launchers = [subprocess.Popen(command, stderr=subprocess.DEVNULL) for _ in range(6)]
    assert sorted(each.wait(30) for each in launchers) == [0, *[launcher.NOT_OURS] * 5]
    assert (tmp_path / "done").read_text() == "once\n"
    assert not exchange.give_up(tmp_path, start.ticket)


def test_what_was_given_up_never_begins(tmp_path: Path) -> None:
    start = a_start(tmp_path, ("touch", "begun"))
    exchange.write_spec(start, limits=True, environment=ENVIRONMENT)
    assert exchange.give_up(tmp_path, start.ticket)
    command = exchange.launch_command(sys.executable, tmp_path, start.ticket)
    late = subprocess.run(command, stderr=subprocess.PIPE, text=True, check=False)
    assert late.returncode == launcher.NOT_OURS
    assert late.stderr == "this start was given up, or another launcher has it\n"
    assert not list(tmp_path.iterdir())


def test_a_job_that_cannot_be_started_says_why(tmp_path: Path) -> None:
    code, ended = done(a_start(tmp_path, ("no-such-program",)))
    assert (code, ended.cause, ended.exit_code) == (launcher.NOT_STARTED, Cause.START, None)
    assert "not found" in ended.reason


def test_a_job_knows_what_the_node_gave_to_it_and_has_its_own(tmp_path: Path) -> None:
    node = {
        "SLURM_JOB_ID": "77",
        "TMPDIR": str(tmp_path),
        "CUDA_VISIBLE_DEVICES": "1",
        "SECRET": "x",
        "GREETING": "of the node",
    }
    start = a_start(tmp_path, ("env",))
    assert done(start, node=node)[0] == 0
    variables = dict(line.split("=", 1) for line in start.log.read_text().splitlines())
    assert variables["SLURM_JOB_ID"] == "77"
    assert variables["TMPDIR"] == str(tmp_path)
    assert variables["CUDA_VISIBLE_DEVICES"] == "1"
    assert variables["GREETING"] == "good morning"
    assert variables["PATH"] == ENVIRONMENT["PATH"]
    assert variables["HOLDFAST_TICKET"] == start.ticket
    assert "SECRET" not in variables
    began = exchange.read_began(tmp_path, start.ticket)
    assert began is not None
    assert began.scheduler == "77"


@pytest.mark.parametrize("how", ["a signal", "a file"])
def test_it_ends_the_job_gently_when_asked(tmp_path: Path, how: str) -> None:
    pids = tmp_path / "pids"
    script = 'trap "echo tidied > tidy; exit" TERM; echo $$ > pids; sleep 600 & wait'
    start = a_start(tmp_path, sh(script))
    process = launched(start)
    examined.wait_until_there(pids)
    if how == "a signal":
        process.terminate()
    else:
        exchange.ask_to_stop(tmp_path, start.ticket)
    process.communicate(timeout=30)
    assert ended_of(start).cause is Cause.STOPPED
    assert (tmp_path / "tidy").exists()
    assert not examined.are_at_work(pids)


def test_asked_to_end_when_its_time_is_over_it_says_so(tmp_path: Path) -> None:
    start = a_start(tmp_path, sh("echo > ready; exec sleep 600"), time=0.2)
    process = launched(start, limits=False)
    examined.wait_until_there(tmp_path / "ready")
    time.sleep(0.3)
    assert process.poll() is None  # it is the batch system that ends it
    process.terminate()
    process.communicate(timeout=30)
    assert ended_of(start).cause is Cause.TIME


def test_limits_hold_if_it_is_told_to(tmp_path: Path) -> None:
    command = examined.command_that_grows(1024 * MIB)
    assert done(a_start(tmp_path, command, memory=100 * MIB))[1].cause is Cause.MEMORY
    assert done(a_start(tmp_path, ("sleep", "600"), time=0.2))[1].cause is Cause.TIME


def test_it_ends_the_job_when_its_parent_is_gone(tmp_path: Path) -> None:
    pids = tmp_path / "pids"
    start = a_start(tmp_path, examined.command_that_escapes(pids, 600))
    exchange.write_spec(start, limits=True, environment=ENVIRONMENT)
    command = exchange.launch_command(sys.executable, tmp_path, start.ticket)
    parent = subprocess.Popen(sh('"$@" --parent $$ & wait', *command), start_new_session=True)
    examined.wait_until_there(tmp_path / "pids.ready")
    parent.kill()
    parent.wait()
    deadline = time.monotonic() + 10
    while exchange.read_ended(tmp_path, start.ticket) is None:
        assert time.monotonic() < deadline
        time.sleep(0.05)
    assert ended_of(start).cause is Cause.LOST
    assert not examined.are_at_work(pids)


def test_without_the_parent_that_wanted_it_it_takes_nothing_on(tmp_path: Path) -> None:
    start = a_start(tmp_path, ("true",))
    process = launched(start, "--parent", "1")
    process.communicate(timeout=30)
    assert process.returncode == launcher.NOT_OURS
    assert exchange.give_up(tmp_path, start.ticket)


def test_a_job_does_not_outlive_a_launcher_that_is_killed(tmp_path: Path) -> None:
    pids = tmp_path / "pids"
    start = a_start(tmp_path, sh("echo $$ > pids; exec sleep 600"))
    process = launched(start)
    examined.wait_until_there(pids)
    process.kill()
    process.communicate(timeout=30)
    deadline = time.monotonic() + 10
    while examined.are_at_work(pids):
        assert time.monotonic() < deadline
        time.sleep(0.02)
    assert not exchange.give_up(tmp_path, start.ticket)
    assert exchange.read_ended(tmp_path, start.ticket) is None


@pytest.mark.parametrize("content", [b"", b"{}", b'{"format": 1, "command": ["true"]}', b"\xff"])
def test_a_damaged_start_file_begins_nothing(tmp_path: Path, content: bytes) -> None:
    start = a_start(tmp_path, ("touch", "begun"))
    exchange.write_spec(start, limits=True, environment=ENVIRONMENT).write_bytes(content)
    command = exchange.launch_command(sys.executable, tmp_path, start.ticket)
    late = subprocess.run(command, stderr=subprocess.DEVNULL, check=False)
    assert late.returncode == launcher.NOT_OURS
    assert not (tmp_path / "begun").exists()


def test_an_end_that_cannot_be_written_is_tried_again(tmp_path: Path) -> None:
    start = a_start(tmp_path, sh("exit 5"))
    in_the_way = tmp_path / f"{start.ticket}.ended"
    in_the_way.mkdir()
    process = launched(start)
    time.sleep(1)
    assert process.poll() is None
    in_the_way.rmdir()
    process.communicate(timeout=30)
    assert (process.returncode, ended_of(start).exit_code) == (5, 5)


def test_a_folder_that_cannot_be_written_begins_nothing(tmp_path: Path) -> None:
    start = a_start(tmp_path, ("touch", "begun"))
    (tmp_path / f"{start.ticket}.began").mkdir()
    process = launched(start)
    _, said = process.communicate(timeout=30)
    assert process.returncode == launcher.NOT_WRITTEN
    assert "cannot be written" in said
    assert not (tmp_path / "begun").exists()


def test_a_start_in_a_folder_that_is_not_there_is_refused(tmp_path: Path) -> None:
    start = replace(a_start(tmp_path, ("true",)), folder=tmp_path / "nowhere")
    with pytest.raises(Exception, match=r"nowhere.* cannot be written: No such file"):
        exchange.write_spec(start, limits=True, environment={})
    with pytest.raises(Exception, match="shorten them"):
        exchange.write_spec(a_start(tmp_path, ("x" * 2**24,)), limits=True, environment={})
