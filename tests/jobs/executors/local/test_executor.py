"""The local executor passes the examination, and keeps what only it promises."""

import os
import signal
import subprocess
import sys
import time
from ast import literal_eval
from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path
from threading import Event

import pytest

from holdfast.errors import JobError
from holdfast.jobs.executors import exchange, machine, processes
from holdfast.jobs.executors.interface import Executor
from holdfast.jobs.executors.local import leftovers
from holdfast.jobs.executors.local.executor import LocalExecutor, make
from holdfast.jobs.model import Cause, Job
from holdfast.settings.executors import ExecutorSettings, LabelSettings
from holdfast.testing.examined import MIB, ExaminedExecutor
from holdfast.testing.executors import ExecutorContract, a_start

examined = ExaminedExecutor()


class TestLocalExecutor(ExecutorContract):
    def make(self) -> Executor:
        return LocalExecutor("local", Event(), grace=0.5)


@pytest.fixture
def executor() -> Iterator[LocalExecutor]:
    executor = LocalExecutor(grace=0.5)
    yield executor
    executor.close()


def sh(script: str, *words: str) -> tuple[str, ...]:
    return ("sh", "-c", script, "sh", *words)


def python(script: str, *words: str) -> tuple[str, ...]:
    return (sys.executable, "-c", script, *words)


# -- a job and what it finds -----------------------------------------------------------------------


def test_a_job_ended_by_a_signal_says_which(executor: LocalExecutor, tmp_path: Path) -> None:
    ended = examined.done(executor, a_start(tmp_path, sh("kill -USR1 $$")))
    assert (ended.cause, ended.exit_code) == (Cause.EXIT, -signal.SIGUSR1)
    assert "ended by signal 10 (SIGUSR1)" in ended.reason


def test_a_job_runs_in_its_folder_and_reads_nothing(
    executor: LocalExecutor, tmp_path: Path
) -> None:
    folder = tmp_path / "a folder"
    folder.mkdir()
    ended = examined.done(executor, a_start(tmp_path, sh("pwd; cat"), directory=folder))
    assert ended.well
    assert (tmp_path / "job.log").read_text() == f"{folder}\n"


def test_a_program_is_looked_for_in_the_jobs_own_path(
    executor: LocalExecutor, tmp_path: Path
) -> None:
    program = tmp_path / "greet"
    program.write_text("#!/bin/sh\necho hello\n")
    program.chmod(0o755)
    start = a_start(tmp_path, ("greet",))
    with pytest.raises(JobError, match="'greet' was not found"):
        executor.start(start)
    start = replace(start, job=replace(start.job, environment={"PATH": str(tmp_path)}))
    assert examined.done(executor, start).well


def test_signals_reach_a_job_as_they_reach_any_program(
    executor: LocalExecutor, tmp_path: Path
) -> None:
    script = "import signal; print([s.name for s in signal.Signals if signal.getsignal(s) == 1])"
    start = a_start(tmp_path, python(script))
    assert examined.done(executor, start).well
    plain = subprocess.run(start.job.command, capture_output=True, text=True, check=True)
    # Python itself ignores some; an interrupt ends a job, even one of an engine in the background.
    ignored = [name for name in literal_eval(plain.stdout) if name != "SIGINT"]
    assert literal_eval(start.log.read_text()) == ignored


def test_a_job_has_nothing_open_but_its_own(executor: LocalExecutor, tmp_path: Path) -> None:
    with (tmp_path / "lock").open("w") as lock:
        os.set_inheritable(lock.fileno(), True)
        start = a_start(tmp_path, sh("ls -l /proc/self/fd"))
        assert examined.done(executor, start).well
    opened = [line.split()[-1] for line in start.log.read_text().splitlines()[1:]]
    assert set(opened[:3]) == {"/dev/null", str(start.log)}
    assert len(opened) == 4  # and the folder that is listed


def test_a_file_that_is_no_program_is_refused(executor: LocalExecutor, tmp_path: Path) -> None:
    (tmp_path / "notes.txt").write_text("not a program")
    with pytest.raises(JobError, match="cannot be started: Permission denied"):
        executor.start(a_start(tmp_path, (str(tmp_path / "notes.txt"),)))
    with pytest.raises(JobError, match="cannot be started: Argument list too long"):
        executor.start(a_start(tmp_path, ("true", "x" * 10_000_000)))
    script = tmp_path / "script"
    script.write_text("#!/no/such/interpreter\n")
    script.chmod(0o755)
    with pytest.raises(JobError, match="what its first line names was not found"):
        executor.start(a_start(tmp_path, (str(script),)))
    assert not list(tmp_path.glob("*.kept"))


@pytest.mark.parametrize("words", [("true", "\ud800"), ("\ud800",), ("true", "a\0b")])
def test_words_that_no_program_can_have_are_refused(
    executor: LocalExecutor, tmp_path: Path, words: tuple[str, ...]
) -> None:
    other = a_start(tmp_path, ("sleep", "600"), name="other")
    executor.start(other)
    start = a_start(tmp_path, ("true",))
    object.__setattr__(start.job, "command", words)  # a job itself refuses some of these
    with pytest.raises(JobError, match="cannot be started"):
        executor.start(start)
    assert examined.is_silent(executor)  # its keeper has other jobs


def test_output_that_cannot_be_written_is_refused(executor: LocalExecutor, tmp_path: Path) -> None:
    os.mkfifo(tmp_path / "pipe")
    for where in ("nowhere/out", "pipe"):
        with pytest.raises(JobError, match=f"cannot be written to .*{where}"):
            executor.start(a_start(tmp_path, ("true",), stdout=tmp_path / where))
    start = replace(a_start(tmp_path, ("true",)), folder=tmp_path / "nowhere")
    with pytest.raises(JobError, match="nowhere cannot be written: No such file"):
        executor.start(start)


def test_a_job_whose_disk_is_full_fails_with_its_words(
    executor: LocalExecutor, tmp_path: Path
) -> None:
    start = a_start(tmp_path, ("cat", "/etc/passwd"), stdout=Path("/dev/full"))
    ended = examined.done(executor, start)
    assert ended.cause is Cause.EXIT
    assert "No space left on device" in ended.reason


def test_a_job_that_says_a_gigabyte_costs_only_disk(
    executor: LocalExecutor, tmp_path: Path
) -> None:
    script = (
        'yes "a line of a very long log" | head -c 1000000000; echo; echo "that was it"; exit 1'
    )
    start = a_start(tmp_path, sh(script))
    native = executor.start(start)
    ended = examined.end_of(executor, start)
    assert "exit code 1: that was it" in ended.reason
    assert start.log.stat().st_size > 1_000_000_000
    start.log.unlink()
    keeper = processes.find(native["keeper"]["pid"])
    assert keeper is not None
    assert keeper.memory < 64 * MIB


def test_a_short_job_is_not_charged_for_waiting(executor: LocalExecutor, tmp_path: Path) -> None:
    begun = time.monotonic()
    for _ in range(20):
        assert examined.done(executor, a_start(tmp_path, ("true",))).well
    assert (time.monotonic() - begun) / 20 < 0.1


# -- limits ----------------------------------------------------------------------------------------


def test_an_allocation_far_beyond_the_limit_is_refused_and_called_so(
    executor: LocalExecutor, tmp_path: Path
) -> None:
    start = a_start(tmp_path, python("bytearray(2**32)"), memory=2**28)
    ended = examined.done(executor, start)
    assert (ended.cause, ended.exit_code) == (Cause.MEMORY, 1)
    assert "wanted more memory than its limit of 256 MiB" in ended.reason
    assert "MemoryError" in ended.reason


def test_address_space_that_is_only_reserved_is_not_limited(
    executor: LocalExecutor, tmp_path: Path
) -> None:
    script = "import mmap; mmap.mmap(-1, 2**36, mmap.MAP_PRIVATE, mmap.PROT_READ)"
    assert examined.done(executor, a_start(tmp_path, python(script), memory=2**26)).well


def test_the_memory_of_all_processes_counts_together(
    executor: LocalExecutor, tmp_path: Path
) -> None:
    one = '"$1" -c "held = bytes(1) * (80 << 20); import time; time.sleep(600)"'
    start = a_start(tmp_path, sh(f"{one} & {one} & {one}", sys.executable), memory=200 * MIB)
    ended = examined.done(executor, start)
    assert ended.cause is Cause.MEMORY
    assert ended.usage.memory is not None
    assert ended.usage.memory > 200 * MIB


def test_memory_that_processes_share_counts_once(executor: LocalExecutor, tmp_path: Path) -> None:
    script = """
import os, time
held = b"x" * (120 << 20)
for _ in range(3):
    if os.fork() == 0:
        break
time.sleep(1)
"""
    assert examined.done(executor, a_start(tmp_path, python(script), memory=200 * MIB)).well


def test_mapped_files_do_not_count(executor: LocalExecutor, tmp_path: Path) -> None:
    with (tmp_path / "genome").open("wb") as file:
        file.truncate(300 * MIB)
    script = """
import mmap, sys, time
with open(sys.argv[1], "rb") as file:
    pages = mmap.mmap(file.fileno(), 0, prot=mmap.PROT_READ)
sum(pages[::4096])
time.sleep(0.5)
"""
    start = a_start(tmp_path, python(script, str(tmp_path / "genome")), memory=100 * MIB)
    ended = examined.done(executor, start)
    assert ended.well
    assert ended.usage.memory is not None
    assert ended.usage.memory > 300 * MIB  # it is told all the same


def test_a_child_may_use_the_grace_after_its_shell_has_ended(
    executor: LocalExecutor, tmp_path: Path
) -> None:
    tidy = (
        'trap "sleep 0.2; echo tidied > \\"$1\\"; exit" TERM; echo > "$1.ready"; sleep 600 & wait'
    )
    start = a_start(tmp_path, sh('sh -c "$1" sh "$2"', tidy, str(tmp_path / "tidy")))
    executor.start(start)
    examined.wait_until_there(tmp_path / "tidy.ready")
    executor.stop(start.ticket)
    assert examined.end_of(executor, start).cause is Cause.STOPPED
    assert (tmp_path / "tidy").read_text() == "tidied\n"


def test_what_came_from_one_of_several_jobs_ends_with_the_last_of_them(
    executor: LocalExecutor, tmp_path: Path
) -> None:
    """A process that forgot all it could be known by, when there are two it may have come from."""
    pids = tmp_path / "pids"
    other = a_start(tmp_path, ("sleep", "600"), name="other")
    executor.start(other)
    script = '(env -i setsid sh -c \'echo $$ > "$1"; exec sleep 600\' sh "$1" &); sleep 0.05'
    assert examined.done(executor, a_start(tmp_path, sh(script, str(pids)))).well
    examined.wait_until_there(pids)
    executor.stop(other.ticket)
    examined.end_of(executor, other)
    assert not examined.are_at_work(pids)


def test_settings_say_what_a_job_gets_that_names_nothing(tmp_path: Path) -> None:
    label = LabelSettings(memory=64 * MIB)
    settings = ExecutorSettings(kind="local", cores=3, time=0.2, labels={"align": label})
    executor = make("small", settings, Event(), tmp_path)
    try:
        assert executor.problem(Job("x", ("true",), cores=4)) == (
            "job 'x' asks for 4 cores and small has 3; "
            "ask for at most 3, or let another executor take it"
        )
        assert examined.done(executor, a_start(tmp_path, ("sleep", "9"))).cause is Cause.TIME
        grows = examined.command_that_grows(512 * MIB)
        start = a_start(tmp_path, grows, label="align", time=30)
        assert examined.done(executor, start).cause is Cause.MEMORY
    finally:
        executor.close()


def test_it_has_what_the_machine_has() -> None:
    executor = LocalExecutor()
    assert (executor.cores, executor.memory) == (machine.cores(), machine.memory())
    assert executor.problem(Job("x", ("true",), cores=executor.cores)) is None
    problem = executor.problem(Job("x", ("true",), memory=executor.memory + 1))
    assert problem is not None
    assert problem.startswith("job 'x' asks for")


# -- keepers ---------------------------------------------------------------------------------------


def test_when_the_keeper_is_killed_its_jobs_are_lost_and_nothing_is_left(
    executor: LocalExecutor, tmp_path: Path
) -> None:
    pids = tmp_path / "pids"
    starts = [
        a_start(tmp_path, examined.command_that_escapes(pids, 600)),
        a_start(tmp_path, ("sleep", "600"), name="other"),
    ]
    natives = [executor.start(start) for start in starts]
    examined.wait_until_there(tmp_path / "pids.ready")
    os.kill(natives[0]["keeper"]["pid"], signal.SIGKILL)
    told = examined.wait_for(executor, 2)
    assert {told[start.ticket].cause for start in starts} == {Cause.LOST}
    assert not examined.are_at_work(pids)
    assert examined.done(executor, a_start(tmp_path, ("true",))).well
    assert examined.is_silent(executor)


def test_a_job_starts_although_its_keeper_was_just_killed(
    executor: LocalExecutor, tmp_path: Path
) -> None:
    native = executor.start(a_start(tmp_path, ("true",)))
    examined.wait_for(executor)
    for _ in range(5):
        os.kill(native["keeper"]["pid"], signal.SIGKILL)
        start = a_start(tmp_path, ("true",))
        native = executor.start(start)
        assert examined.end_of(executor, start).well


def test_a_keeper_that_is_asked_to_end_ends_its_jobs_gently(
    executor: LocalExecutor, tmp_path: Path
) -> None:
    tidy = 'trap "echo tidied > tidy; exit" TERM; echo > ready; sleep 600 & wait'
    start = a_start(tmp_path, sh(tidy))
    native = executor.start(start)
    examined.wait_until_there(tmp_path / "ready")
    os.kill(native["keeper"]["pid"], signal.SIGTERM)
    ended = examined.end_of(executor, start)
    assert ended.cause is Cause.LOST
    assert "being stopped" in ended.reason
    assert (tmp_path / "tidy").exists()


def test_a_start_that_was_given_up_never_begins(executor: LocalExecutor, tmp_path: Path) -> None:
    start = a_start(tmp_path, ("touch", "begun"))
    assert not executor.adopt(start, None)
    exchange.forget(start.folder, start.ticket)
    with pytest.raises(JobError, match="given up"):
        executor.start(start)
    assert not (tmp_path / "begun").exists()


def test_a_recycled_number_is_never_signalled(executor: LocalExecutor, tmp_path: Path) -> None:
    stranger = subprocess.Popen(["sleep", "600"], start_new_session=True)
    found = processes.find(stranger.pid)
    assert found is not None
    right = {"pid": found.pid, "started": found.started, "boot": processes.boot()}
    try:
        for wrong in ({"started": found.started - 1}, {"boot": "an earlier boot"}, {"pid": "x"}):
            assert not executor.adopt(a_start(tmp_path, ("true",)), {**right, **wrong})
        assert stranger.poll() is None
        assert not executor.adopt(a_start(tmp_path, ("true",)), right)
        assert stranger.wait(5) == -signal.SIGTERM
    finally:
        stranger.kill()
        stranger.wait()


def test_what_another_host_had_is_not_looked_for_here(
    executor: LocalExecutor, tmp_path: Path
) -> None:
    first = LocalExecutor(grace=0.5)
    start = a_start(tmp_path, ("sleep", "600"))
    native = first.start(start)
    elsewhere = {**native["keeper"], "host": "elsewhere"}
    exchange.forget(tmp_path, start.ticket)
    (tmp_path / f"{start.ticket}.kept").symlink_to("1 2 an-earlier-boot elsewhere")
    unknown = replace(start, ticket="0" * 32)
    assert not executor.adopt(unknown, {**native, "pid": 1, "keeper": elsewhere})
    assert examined.is_silent(first)
    first.close()


def test_a_job_that_fakes_its_files_can_be_stopped_all_the_same(
    executor: LocalExecutor, tmp_path: Path
) -> None:
    first = LocalExecutor(grace=0.5)
    start = a_start(tmp_path, ("sleep", "600"))
    native = first.start(start)
    first.leave()
    (tmp_path / f"{start.ticket}.stop").mkdir()
    os.mkfifo(tmp_path / f"{start.ticket}.fence")
    assert executor.adopt(start, native)
    assert executor.stop(start.ticket)
    # A busy machine may use up the time between the request and the order.
    assert examined.end_of(executor, start).exit_code in {-signal.SIGTERM, -signal.SIGKILL}
    assert not leftovers.find({start.ticket: native})
    (tmp_path / f"{start.ticket}.stop").rmdir()


# -- fences ----------------------------------------------------------------------------------------


def test_jobs_end_when_their_fence_is_not_moved_on(executor: LocalExecutor, tmp_path: Path) -> None:
    executor.fence(60)
    start = a_start(tmp_path, ("sleep", "600"))
    executor.start(start)
    begun = time.monotonic()
    executor.fence(1.2)
    time.sleep(0.6)
    executor.fence(1.2)
    ended = examined.end_of(executor, start)
    assert 1.4 < time.monotonic() - begun < 2.5
    assert ended.cause is Cause.LOST
    assert "not heard of in time" in ended.reason


def test_a_fence_that_was_passed_while_nothing_was_at_work_ends_no_new_job(
    executor: LocalExecutor, tmp_path: Path
) -> None:
    assert examined.done(executor, a_start(tmp_path, ("true",))).well
    first = LocalExecutor(grace=0.5)
    left = a_start(tmp_path, ("sleep", "2"), name="left")
    native = first.start(left)
    first.leave()
    executor.fence(0.3)
    time.sleep(0.4)
    assert examined.done(executor, a_start(tmp_path, ("sleep", "0.1"))).well
    time.sleep(0.3)
    assert executor.adopt(left, native)
    executor.fence(60)
    assert examined.end_of(executor, left).well


def test_who_adopts_fences_what_had_no_fence(executor: LocalExecutor, tmp_path: Path) -> None:
    first = LocalExecutor(grace=0.5)
    start = a_start(tmp_path, ("sleep", "600"))
    native = first.start(start)
    first.leave()
    assert executor.adopt(start, native)
    executor.fence(0.5)
    assert examined.end_of(executor, start).cause is Cause.LOST


def test_the_fence_holds_for_jobs_without_an_engine_and_whoever_adopts_moves_it_on(
    executor: LocalExecutor, tmp_path: Path
) -> None:
    first = LocalExecutor(grace=0.5)
    first.fence(1.5)
    starts = [a_start(tmp_path, ("sleep", "600"), name=name) for name in ("left", "adopted")]
    natives = [first.start(start) for start in starts]
    first.leave()
    assert executor.adopt(starts[1], natives[1])
    executor.fence(60)
    deadline = time.monotonic() + 10
    while exchange.read_ended(tmp_path, starts[0].ticket) is None:
        assert time.monotonic() < deadline
        time.sleep(0.05)
    ended = exchange.read_ended(tmp_path, starts[0].ticket)
    assert ended is not None
    assert ended.cause is Cause.LOST
    assert examined.is_silent(executor)
    assert executor.stop(starts[1].ticket)
    assert examined.end_of(executor, starts[1]).cause is Cause.STOPPED
