"""
The processes of this machine, as Linux shows them under ``/proc``.

A process number alone names nothing for long: the system gives it to another when its owner has
ended. Number and time of start together name one process until the next boot. A process is
signalled only after both were seen to be as expected, through a descriptor that cannot come to mean
another one in between.
"""

import errno
import os
import signal
from collections.abc import Iterator
from contextlib import suppress
from dataclasses import dataclass
from functools import cache
from pathlib import Path

PROC = Path("/proc")


@dataclass(frozen=True, slots=True)
class Process:
    """One process. `started` is in clock ticks since boot."""

    pid: int
    group: int
    session: int
    started: int
    is_alive: bool  #: false for one that has ended and only waits to be counted (a zombie)


@cache
def boot() -> str:
    """A word that is another one after each boot of this machine."""
    return (PROC / "sys/kernel/random/boot_id").read_text("ascii").strip()


def find(pid: int) -> Process | None:
    """The process numbered `pid`, if there is one."""
    try:
        line = (PROC / str(pid) / "stat").read_bytes()
    except (FileNotFoundError, ProcessLookupError):
        return None
    # The second field is the program's name in brackets, which may hold anything.
    fields = line[line.rindex(b")") + 2 :].split()
    return Process(
        pid=pid,
        group=int(fields[2]),
        session=int(fields[3]),
        started=int(fields[19]),
        is_alive=fields[0] not in (b"Z", b"X"),
    )


def everyone() -> Iterator[Process]:
    """All processes that can be seen."""
    for name in os.listdir(PROC):  # noqa: PTH208 - only names are wanted, not a Path for each
        process = find(int(name)) if name.isdigit() else None
        if process is not None:
            yield process


def variable(pid: int, name: str) -> str:
    """The environment variable `name` with which a process was started; empty if not to be seen."""
    try:
        content = (PROC / str(pid) / "environ").read_bytes()
    except OSError:
        return ""
    prefix = os.fsencode(name) + b"="
    for entry in content.split(b"\0"):
        if entry.startswith(prefix):
            return os.fsdecode(entry[len(prefix) :])
    return ""


def send(process: Process, number: signal.Signals) -> None:
    """Signal `process` if it is still there; never another that got its number since."""
    with suppress(ProcessLookupError):
        descriptor = _open(process.pid)
        try:
            now = find(process.pid)
            if now is None or now.started != process.started:
                return
            if descriptor is None:
                os.kill(process.pid, number)
            else:
                signal.pidfd_send_signal(descriptor, number)
        finally:
            if descriptor is not None:
                os.close(descriptor)


def send_group(group: int, number: signal.Signals) -> None:
    """Signal a group whose leader is our own child, not yet waited for: the number is ours."""
    with suppress(ProcessLookupError, PermissionError):
        os.killpg(group, number)


def _open(pid: int) -> int | None:
    """A descriptor of the process `pid`, or None on a kernel (before 5.3) that has none."""
    try:
        return os.pidfd_open(pid)
    except OSError as error:
        if error.errno in (errno.ENOSYS, errno.EPERM, errno.EINVAL):
            return None
        raise
