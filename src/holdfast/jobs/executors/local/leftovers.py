"""
What is left of jobs whose keeper has died: it is found by its ticket or session, and ended.
"""

import signal
import time
from collections.abc import Mapping
from contextlib import suppress

from holdfast.errors import JobError
from holdfast.jobs.executors import processes
from holdfast.jobs.executors.attendance.census import Census
from holdfast.jobs.executors.interface import Native
from holdfast.jobs.executors.processes import TICKET, Process

GLANCE = 0.05  #: seconds between two looks at processes that were asked to end
GIVE_UP = 30.0  #: seconds after which a process that survives SIGKILL is reported

Known = Mapping[str, Native | None]  #: tickets, each with what is known of its first process


def find(known: Known) -> list[Process]:
    """The living processes of the jobs `known`, with everything that comes from them."""
    census = Census.take()
    sessions = {native["pid"] for native in known.values() if native and _is_first(native)}
    roots = [
        process
        for process in census.everyone
        if process.session in sessions or _carries(process, known)
    ]
    found = {each.pid: each for root in roots for each in census.family(root) if each.is_alive}
    return list(found.values())


def end(known: Known, grace: float) -> None:
    """End what is left of the jobs `known`, and wait until nothing of them is there.

    It is asked for `grace` seconds, and then not asked.

    Raises
    ------
    JobError
        Something does not end, not even when it is killed.
    """
    begun = time.monotonic()
    while left := find(known):
        waited = time.monotonic() - begun
        if waited > grace + GIVE_UP:
            numbers = ", ".join(str(process.pid) for process in left)
            raise JobError(f"processes {numbers} of an earlier run do not end; end them first")
        kind = signal.SIGTERM if waited < grace else signal.SIGKILL
        for process in left:
            with suppress(PermissionError):
                processes.send(process, kind)
        time.sleep(GLANCE)


def _is_first(native: Native) -> bool:
    """Whether the process that `native` tells of is the one that has its number now."""
    match native:
        case {"pid": int(pid), "started": int(started), "boot": str(boot)}:
            found = processes.find(pid)
            return found is not None and found.started == started and boot == processes.boot()
    return False


def _carries(process: Process, tickets: Known) -> bool:
    words = processes.variable(process.pid, TICKET).split() if process.is_alive else []
    return any(word in tickets for word in words)
