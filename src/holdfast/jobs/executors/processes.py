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
TICKET = "HOLDFAST_TICKET"  #: the environment variable that tells whose a process is
PAGE = os.sysconf("SC_PAGE_SIZE")


@dataclass(frozen=True, slots=True)
class Process:
    """One process. `started` is in clock ticks since boot."""

    pid: int
    parent: int
    group: int
    session: int
    started: int
    memory: int  #: bytes that are in memory now, those it shares with others included
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
        parent=int(fields[1]),
        group=int(fields[2]),
        session=int(fields[3]),
        started=int(fields[19]),
        memory=int(fields[21]) * PAGE,
        is_alive=fields[0] not in (b"Z", b"X"),
    )


def everyone() -> Iterator[Process]:
    """All processes that can be seen."""
    for name in os.listdir(PROC):  # noqa: PTH208 - only names are wanted, not a Path for each
        process = find(int(name)) if name.isdigit() else None
        if process is not None:
            yield process


def is_same(pid: int, started: int) -> bool:
    """Whether the process `pid` that began at `started` is still at work."""
    found = find(pid)
    return found is not None and found.is_alive and found.started == started


def children_of_myself() -> list[int] | None:
    """The numbers of this process's children, those that have ended included.

    Right only in a process of one thread. None on a kernel that was built without it.
    """
    myself = os.getpid()
    try:
        return [
            int(word) for word in (PROC / f"{myself}/task/{myself}/children").read_bytes().split()
        ]
    except OSError:
        return None


def own_memory(process: Process) -> int:
    """Bytes of memory that are due to `process`: its own, and its share of what it shares.

    Files it has mapped do not count: the system drops them when it needs the room. This is exact
    and slow (milliseconds); :attr:`Process.memory` is quick and never less.
    """
    try:
        lines = (PROC / str(process.pid) / "smaps_rollup").read_bytes().splitlines()
    except OSError:
        return process.memory  # it has ended, or is not ours to look into
    counted = [line.split()[1] for line in lines if line.startswith((b"Pss_Anon:", b"Pss_Shmem:"))]
    return sum(map(int, counted)) * 1024 if counted else process.memory


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
