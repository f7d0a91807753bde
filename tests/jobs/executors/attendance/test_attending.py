"""Attending works on any kernel, and does not forget whose a process is."""

import subprocess
import sys
from pathlib import Path

import pytest

from holdfast.jobs.executors import exchange, machine
from holdfast.jobs.executors.attendance.census import Census
from holdfast.jobs.executors.processes import Process
from holdfast.jobs.model import Cause
from holdfast.testing.examined import ExaminedExecutor, a_start

examined = ExaminedExecutor()

OLD_KERNEL = """
import errno, os, sys
from holdfast.jobs.executors import processes
from holdfast.jobs.executors.launched import launcher

def refuse(_):
    raise OSError(errno.ENOSYS, "no such call")

processes.children_of_myself = lambda: None
os.pidfd_open = refuse
sys.exit(launcher.main(sys.argv[1:]))
"""


@pytest.mark.parametrize("seconds", [0, 600])
def test_nothing_is_left_on_a_kernel_that_tells_less(tmp_path: Path, seconds: int) -> None:
    pids = tmp_path / "pids"
    command = examined.command_that_escapes(pids, seconds)
    start = a_start(tmp_path, command, time=None if seconds == 0 else 1.0)
    path = exchange.write_spec(start, limits=True, environment={"PATH": "/usr/bin:/bin"})
    subprocess.run([sys.executable, "-c", OLD_KERNEL, str(path)], check=seconds == 0, timeout=30)
    ended = exchange.read_ended(tmp_path, start.ticket)
    assert ended is not None
    assert ended.cause is (Cause.WELL if seconds == 0 else Cause.TIME)
    assert not examined.are_at_work(pids)


def test_the_processors_of_orphans_are_counted(tmp_path: Path) -> None:
    burn = "import time\nwhile time.process_time() < 0.4: pass\nopen('burnt', 'w').write('x\\n')"
    script = '("$1" -c "$2" &); until test -e burnt; do sleep 0.05; done; sleep 0.1'
    start = a_start(tmp_path, ("sh", "-c", script, "sh", sys.executable, burn))
    exchange.write_spec(start, limits=True, environment={"PATH": "/usr/bin:/bin"})
    command = exchange.launch_command(sys.executable, tmp_path, start.ticket)
    subprocess.run(command, check=True, timeout=30)
    ended = exchange.read_ended(tmp_path, start.ticket)
    assert ended is not None
    assert ended.usage.cpu is not None
    assert ended.usage.cpu > 0.35


def a_process(pid: int, parent: int) -> Process:
    return Process(pid, parent, pid, pid, started=1, memory=0, is_alive=True)


def test_a_family_is_all_that_comes_from_one() -> None:
    pairs = [(1, 0), (2, 1), (3, 1), (4, 2), (5, 4), (6, 3)]
    census = Census(a_process(*pair) for pair in pairs)
    assert {each.pid for each in census.family(a_process(2, 1))} == {2, 4, 5}
    assert [each.pid for each in census.children(1)] == [2, 3]
    assert census.children(99) == []


def test_a_container_has_less_than_its_machine(tmp_path: Path) -> None:
    limit = tmp_path / "memory.max"
    limit.write_text(f"{2**20}\n")
    assert machine.memory((limit, tmp_path / "none")) == 2**20
    for unlimited in ("max\n", "9223372036854771712\n", "\xff"):
        limit.write_text(unlimited)
        assert machine.memory((limit,)) == machine.memory(())
