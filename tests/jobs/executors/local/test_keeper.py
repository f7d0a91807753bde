"""Engines are killed with -9; their keeper goes on, and what it did is found."""

import json
import os
import signal
import subprocess
import sys
import time
from collections.abc import Iterator
from pathlib import Path

import pytest

from holdfast.base.files import TEMPORARY
from holdfast.jobs.executors import exchange, processes
from holdfast.jobs.executors.attendance import endings
from holdfast.jobs.executors.interface import Native, Start
from holdfast.jobs.executors.local import leftovers
from holdfast.jobs.executors.local.executor import LocalExecutor
from holdfast.jobs.model import Cause
from holdfast.testing.examined import MIB, ExaminedExecutor
from holdfast.testing.executors import a_start

examined = ExaminedExecutor()

#: An engine that starts jobs, says what they are called, and goes on until it is killed.
ENGINE = """
import json, sys, time
from pathlib import Path
from holdfast.jobs.executors.local.executor import LocalExecutor
from holdfast.testing.executors import a_start

home = Path(sys.argv[1])
lock = (home / "lock").open("w")
executor = LocalExecutor(grace=0.5)
for number, (command, time_limit, memory) in enumerate(json.loads(sys.argv[2])):
    start = a_start(home, tuple(command), name=f"job{number}", time=time_limit, memory=memory)
    print(json.dumps([start.ticket, executor.start(start)]), flush=True)
print(flush=True)
time.sleep(600)
"""

Limited = tuple[tuple[str, ...], float | None, int | None]


class DeadEngine:
    """An engine that was killed after it had started some jobs."""

    def __init__(self, home: Path, jobs: list[Limited]) -> None:
        words = [sys.executable, "-c", ENGINE, str(home), json.dumps(jobs)]
        self._process = subprocess.Popen(words, stdout=subprocess.PIPE, text=True)
        self.starts: list[Start] = []
        self.natives: list[Native] = []
        assert self._process.stdout is not None
        while (line := self._process.stdout.readline()).strip():
            ticket, native = json.loads(line)
            command, limit, memory = jobs[len(self.starts)]
            name = f"job{len(self.starts)}"
            start = a_start(home, command, name=name, time=limit, memory=memory)
            object.__setattr__(start, "ticket", ticket)
            self.starts.append(start)
            self.natives.append(native)
        self.keeper = processes.find(self.natives[0]["keeper"]["pid"])

    def die(self) -> None:
        self._process.kill()
        self._process.communicate()


@pytest.fixture
def executor() -> Iterator[LocalExecutor]:
    executor = LocalExecutor(grace=0.5)
    yield executor
    executor.close()


def sh(script: str, *words: str) -> tuple[str, ...]:
    return ("sh", "-c", script, "sh", *words)


def is_alive(process: processes.Process | None) -> bool:
    return process is not None and processes.is_same(process.pid, process.started)


def wait_until(condition: object) -> None:
    assert callable(condition)
    deadline = time.monotonic() + 20
    while not condition():
        assert time.monotonic() < deadline
        time.sleep(0.02)


@pytest.mark.parametrize("written_down", [True, False])
def test_jobs_outlive_their_engine_and_their_results_are_found(
    tmp_path: Path, executor: LocalExecutor, written_down: bool
) -> None:
    goes_on = sh("until test -e go; do sleep 0.02; done; echo went >> went")
    dead = DeadEngine(
        tmp_path,
        [(goes_on, None, None), (sh("exit 4"), None, None), (("sleep", "600"), None, None)],
    )
    dead.die()
    for start, native in zip(dead.starts, dead.natives, strict=True):
        assert executor.adopt(start, native if written_down else None)
    failed = examined.end_of(executor, dead.starts[1])
    assert (failed.cause, failed.exit_code) == (Cause.EXIT, 4)
    (tmp_path / "go").touch()
    assert examined.end_of(executor, dead.starts[0]).well
    assert (tmp_path / "went").read_text() == "went\n"
    assert executor.stop(dead.starts[2].ticket)
    assert examined.end_of(executor, dead.starts[2]).cause is Cause.STOPPED
    wait_until(lambda: not is_alive(dead.keeper))


def test_limits_hold_although_there_is_no_engine(tmp_path: Path, executor: LocalExecutor) -> None:
    grows = examined.command_that_grows(1024 * MIB)
    pids = tmp_path / "pids"
    escapes = examined.command_that_escapes(pids, 600)
    dead = DeadEngine(tmp_path, [(grows, None, 100 * MIB), (escapes, 1.0, None)])
    dead.die()
    wait_until(lambda: not is_alive(dead.keeper))
    assert not examined.are_at_work(pids)
    causes = []
    for start, native in zip(dead.starts, dead.natives, strict=True):
        assert executor.adopt(start, native)
        causes.append(examined.end_of(executor, start).cause)
    assert causes == [Cause.MEMORY, Cause.TIME]


def test_a_keeper_holds_nothing_of_its_engine(tmp_path: Path) -> None:
    dead = DeadEngine(tmp_path, [(("sleep", "600"), None, None)])
    keeper = dead.keeper
    assert keeper is not None
    guard = processes.find(keeper.parent)
    assert guard is not None
    for process in (keeper, guard):
        folder = Path(f"/proc/{process.pid}/fd")
        kinds = {str(path.readlink()).split(":")[0] for path in folder.iterdir()}
        assert kinds <= {"/dev/null", "socket", "pipe", "anon_inode"}
        assert Path(f"/proc/{process.pid}/cwd").readlink() == Path("/")
        assert process.session == guard.pid
    os.kill(keeper.pid, signal.SIGINT)
    os.kill(keeper.pid, signal.SIGHUP)
    dead.die()
    assert is_alive(keeper)
    exchange.ask_to_stop(tmp_path, dead.starts[0].ticket)
    wait_until(lambda: not is_alive(keeper) and not is_alive(guard))


def test_when_engine_and_keeper_are_killed_nothing_goes_on(
    tmp_path: Path, executor: LocalExecutor
) -> None:
    pids = tmp_path / "pids"
    dead = DeadEngine(tmp_path, [(examined.command_that_escapes(pids, 600), None, None)])
    examined.wait_until_there(tmp_path / "pids.ready")
    dead.die()
    assert dead.keeper is not None
    os.kill(dead.keeper.pid, signal.SIGKILL)
    wait_until(lambda: not examined.are_at_work(pids))
    assert not executor.adopt(dead.starts[0], dead.natives[0])


def test_when_the_guard_is_killed_too_what_is_left_is_ended_by_who_adopts(
    tmp_path: Path, executor: LocalExecutor
) -> None:
    pids = tmp_path / "pids"
    dead = DeadEngine(tmp_path, [(examined.command_that_escapes(pids, 600), None, None)])
    examined.wait_until_there(tmp_path / "pids.ready")
    dead.die()
    assert dead.keeper is not None
    os.kill(dead.keeper.parent, signal.SIGKILL)
    os.kill(dead.keeper.pid, signal.SIGKILL)
    wait_until(lambda: not is_alive(dead.keeper))
    assert not executor.adopt(dead.starts[0], dead.natives[0])
    numbers = [int(word) for word in pids.read_text().split()]
    left = [n for n in numbers if (found := processes.find(n)) is not None and found.is_alive]
    # Only what left the session, its parent and its environment, all three, can no longer be found.
    assert len(left) == 1
    for number in left:
        assert processes.variable(number, processes.TICKET) == ""
        os.kill(number, signal.SIGKILL)


def test_a_keeper_that_dies_after_its_engine_is_noticed_by_who_adopted(
    tmp_path: Path, executor: LocalExecutor
) -> None:
    dead = DeadEngine(tmp_path, [(("sleep", "600"), None, None)])
    dead.die()
    assert executor.adopt(dead.starts[0], dead.natives[0])
    assert dead.keeper is not None
    os.kill(dead.keeper.pid, signal.SIGKILL)
    ended = examined.end_of(executor, dead.starts[0])
    assert ended.cause is Cause.LOST
    assert "killed" in ended.reason


def test_a_result_that_the_disk_had_no_room_for_is_written_later(
    tmp_path: Path, executor: LocalExecutor
) -> None:
    start = a_start(tmp_path, sh("exit 4"))
    # A folder in its place refuses the keeper's file as a full disk would.
    in_the_way = tmp_path / f"{TEMPORARY}{start.ticket}.ended"
    in_the_way.mkdir()
    first = LocalExecutor(grace=0.5)
    native = first.start(start)
    assert examined.end_of(first, start).exit_code == 4
    first.leave()
    assert executor.adopt(start, native)
    assert examined.is_silent(executor)
    in_the_way.rmdir()
    assert examined.end_of(executor, start).exit_code == 4


def test_a_job_that_vanished_without_a_word_is_told_as_lost(
    tmp_path: Path, executor: LocalExecutor, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("holdfast.jobs.executors.local.adopted.CENSUS", 0.2)
    first = LocalExecutor(grace=0.5)
    goes_on = a_start(tmp_path, ("sleep", "600"), name="other")
    start = a_start(tmp_path, sh("exit 4"))
    natives = [first.start(each) for each in (goes_on, start)]
    examined.end_of(first, start)
    first.leave()
    (tmp_path / f"{start.ticket}.ended").unlink()
    assert executor.adopt(goes_on, natives[0])
    assert executor.adopt(start, natives[1])
    assert examined.end_of(executor, start).cause is Cause.LOST
    assert examined.is_silent(executor)


def test_temporary_files_are_called_as_everywhere() -> None:
    assert endings.TEMPORARY == TEMPORARY


def test_a_keeper_that_breaks_off_says_why(
    tmp_path: Path, executor: LocalExecutor, caplog: pytest.LogCaptureFixture
) -> None:
    start = a_start(tmp_path, ("sleep", "600"))
    native = executor.start(start)
    assert executor._keeping is not None
    executor._keeping.say({"do": "start", "spec": None})  # which no engine says
    assert examined.end_of(executor, start).cause is Cause.LOST
    assert "broke off" in caplog.text
    assert "TypeError" in caplog.text
    assert not leftovers.find({start.ticket: native})


def test_a_damaged_result_is_not_waited_for_although_the_keeper_lives(
    tmp_path: Path, executor: LocalExecutor
) -> None:
    first = LocalExecutor(grace=0.5)
    other = a_start(tmp_path, ("sleep", "600"), name="other")
    start = a_start(tmp_path, sh("exit 4"))
    natives = [first.start(each) for each in (other, start)]
    examined.end_of(first, start)
    first.leave()
    (tmp_path / f"{start.ticket}.ended").write_bytes(b'{"format"')
    assert not executor.adopt(start, natives[1])
    assert executor.adopt(other, natives[0])
