"""Processes are seen as they are, and only the right one is signalled."""

import errno
import os
import signal
import subprocess
import time
from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path

import pytest

from holdfast.jobs.executors import processes


@pytest.fixture
def child() -> Iterator["subprocess.Popen[bytes]"]:
    child = subprocess.Popen(["sleep", "600"], env={"MARK": "one two", "MARKED": "no"})
    environment, until = Path(f"/proc/{child.pid}/environ"), time.monotonic() + 10
    while not environment.read_bytes():  # Popen returns a moment before the system has put it there
        assert time.monotonic() < until
    yield child
    child.kill()
    child.wait()


@pytest.fixture(params=["with descriptors", "on an old kernel"], autouse=True)
def _kernel(request: pytest.FixtureRequest, monkeypatch: pytest.MonkeyPatch) -> None:
    def refuse(_: int) -> int:
        raise OSError(errno.ENOSYS, "no such call")

    if request.param == "on an old kernel":
        monkeypatch.setattr(os, "pidfd_open", refuse)


def test_the_right_process_is_signalled(child: "subprocess.Popen[bytes]") -> None:
    found = processes.find(child.pid)
    assert found is not None
    processes.send(found, signal.SIGTERM)
    assert child.wait(10) == -signal.SIGTERM
    processes.send(found, signal.SIGTERM)


def test_another_process_of_the_same_number_is_not(child: "subprocess.Popen[bytes]") -> None:
    found = processes.find(child.pid)
    assert found is not None
    processes.send(replace(found, started=found.started - 1), signal.SIGTERM)
    with pytest.raises(subprocess.TimeoutExpired):
        child.wait(0.1)


def test_a_variable_is_read_whole(child: "subprocess.Popen[bytes]") -> None:
    assert processes.variable(child.pid, "MARK") == "one two"


def test_one_that_has_ended_and_was_not_counted_is_not_alive(
    child: "subprocess.Popen[bytes]",
) -> None:
    child.kill()
    os.waitid(os.P_PID, child.pid, os.WEXITED | os.WNOWAIT)
    found = processes.find(child.pid)
    assert found is not None
    assert not found.is_alive


def test_the_process_numbers_of_this_process_are_read_right() -> None:
    found = processes.find(os.getpid())
    assert found is not None
    assert (found.pid, found.group, found.session) == (os.getpid(), os.getpgrp(), os.getsid(0))
    assert found.is_alive
    assert processes.find(2**22 + 1) is None
    assert processes.variable(os.getpid(), "NO_SUCH_VARIABLE") == ""
