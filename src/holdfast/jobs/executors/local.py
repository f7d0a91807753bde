"""
The local executor: jobs are processes of this machine.

Each job is a session of its own, so that a signal reaches everything it started and a control-C at
the terminal does not. Each process carries the job's ticket in its environment, so that what a
killed engine left behind is found again, even if the engine died before it could write a number
down. A thread per running job sleeps until the kernel says the job has ended: nobody polls, and a
job of a millisecond costs about that.

A child inherits the engine's lock on the run until it has become the job's program. Whoever gets
that lock therefore sees the ticket in every process there is.
"""

import os
import queue
import resource
import signal
import subprocess
import threading
import time
from collections.abc import Iterable, Mapping, Sequence
from contextlib import suppress
from dataclasses import dataclass
from datetime import UTC, datetime

from holdfast.errors import JobError
from holdfast.jobs.executors import processes
from holdfast.jobs.executors.interface import Ended, Executor, Native, Start
from holdfast.jobs.folder import last_words
from holdfast.jobs.model import Job
from holdfast.jobs.progress import VARIABLE as PROGRESS

INHERITED = ("PATH", "HOME", "LANG", "TZ", "TMPDIR")
PREFIX = "HOLDFAST_"
TICKET = "HOLDFAST_TICKET"
GRACE = 5.0  #: seconds between asking a process to end and ending it
GLANCE = 0.05  #: seconds between two looks at processes that were asked to end
GIVE_UP = 30.0  #: seconds after which a process that survives SIGKILL is reported


@dataclass(slots=True)
class _Child:
    """A job at work. `stopping` says why it was asked to end, if it was."""

    start: Start
    process: "subprocess.Popen[bytes]"
    log_offset: int  #: where in its log the output of this start begins
    limit_at: float  #: when its time is up; monotonic seconds
    stopping: str = ""
    kill_at: float = float("inf")


class LocalExecutor(Executor):
    """Runs jobs as processes of this machine.

    Parameters
    ----------
    environment
        What jobs inherit a few variables from: :data:`INHERITED` and all ``HOLDFAST_*``.
    grace
        Seconds a job has to end after it was asked to.
    """

    def __init__(self, environment: Mapping[str, str] = os.environ, grace: float = GRACE) -> None:
        self._environment = dict(environment)
        self._grace = grace
        self._children: dict[str, _Child] = {}
        self._bell: queue.SimpleQueue[None] = queue.SimpleQueue()

    def start(self, start: Start) -> Native:
        """Start the job as a new session; see :meth:`Executor.start`."""
        offset = start.log.stat().st_size if start.log.exists() else 0
        process = self._spawn(start)
        limit = float("inf") if start.job.time is None else start.job.time
        child = _Child(start, process, offset, time.monotonic() + limit)
        self._children[start.ticket] = child
        if start.job.memory is not None:
            _limit_memory(process.pid, start.job.memory)
        waiter = threading.Thread(target=self._ring_when_ended, args=(process.pid,), daemon=True)
        waiter.start()
        seen = processes.find(process.pid)
        assert seen is not None  # it cannot vanish before it is waited for
        return {"pid": seen.pid, "started": seen.started, "boot": processes.boot()}

    def wait(self, timeout: float) -> Sequence[Ended]:
        """Tell which jobs have ended; see :meth:`Executor.wait`."""
        deadline = time.monotonic() + timeout
        while True:
            ended = [self._finish(child) for child in self._over()]
            now = time.monotonic()
            if ended or now >= deadline:
                return ended
            self._enforce(now)
            self._sleep(min(deadline, self._next_look(now)) - now)

    def stop(self, ticket: str) -> bool:
        """Ask a job to end; see :meth:`Executor.stop`."""
        child = self._children.get(ticket)
        if child is not None and not _has_ended(child.process.pid):
            self._ask_to_end(child, "it was asked to stop")
        return child is not None

    def end_leftovers(self, leftovers: Mapping[str, Native | None]) -> None:
        """End the processes of an engine that died; see :meth:`Executor.end_leftovers`."""
        begun = time.monotonic()
        while left := _leftovers(leftovers):
            waited = time.monotonic() - begun
            if waited > self._grace + GIVE_UP:
                numbers = ", ".join(str(process.pid) for process in left)
                raise JobError(f"processes {numbers} of an earlier run do not end; end them first")
            kind = signal.SIGTERM if waited < self._grace else signal.SIGKILL
            for process in left:
                processes.send(process, kind)
            time.sleep(GLANCE)

    def close(self) -> None:
        """End everything at work without asking; see :meth:`Executor.close`."""
        for child in list(self._children.values()):
            self._signal(child, signal.SIGKILL)
            self._finish(child)

    # -- starting ----------------------------------------------------------------------------------

    def _spawn(self, start: Start) -> "subprocess.Popen[bytes]":
        directory = start.job.directory or start.log.parent
        if not directory.is_dir():
            raise JobError(f"the folder {directory} in which it should run is not there")
        try:
            with start.log.open("ab") as log:
                return subprocess.Popen(
                    start.job.command,
                    stdin=subprocess.DEVNULL,
                    stdout=log,
                    stderr=subprocess.STDOUT,
                    cwd=directory,
                    env=environment_of(start, self._environment),
                    start_new_session=True,
                )
        except OSError as error:
            raise JobError(_cannot_start(start.job, error)) from error

    def _ring_when_ended(self, pid: int) -> None:
        """Sleep until the child ends, without collecting it: its number stays ours until then."""
        try:
            os.waitid(os.P_PID, pid, os.WEXITED | os.WNOWAIT)
        except ChildProcessError:
            return  # it was collected already
        self._bell.put(None)

    # -- ending ------------------------------------------------------------------------------------

    def _over(self) -> list[_Child]:
        """The jobs of which nothing needs to be waited for any more."""
        ended = [child for child in self._children.values() if _has_ended(child.process.pid)]
        now = time.monotonic()
        # A job that was asked to end has its whole time of grace, also after its first process.
        return [
            child
            for child in ended
            if not child.stopping or now >= child.kill_at or not _members(child)
        ]

    def _finish(self, child: _Child) -> Ended:
        """Collect an ended job, after ending what it left in the background."""
        self._signal(child, signal.SIGKILL)
        code = child.process.wait()
        _wait_for_silence(child.process.pid)
        self._children.pop(child.start.ticket, None)
        return Ended(child.start.ticket, code, _reason(child, code), datetime.now(UTC))

    def _enforce(self, now: float) -> None:
        """Ask jobs whose time is up to end, and end those that did not listen."""
        for child in self._children.values():
            if not child.stopping and now >= child.limit_at:
                limit = child.start.job.time
                self._ask_to_end(child, f"it ran longer than its limit of {limit:g} seconds")
            elif child.stopping and now >= child.kill_at:
                self._signal(child, signal.SIGKILL)

    def _ask_to_end(self, child: _Child, why: str) -> None:
        if not child.stopping:
            child.stopping, child.kill_at = why, time.monotonic() + self._grace
            self._signal(child, signal.SIGTERM)

    def _signal(self, child: _Child, number: signal.Signals) -> None:
        processes.send_group(child.process.pid, number)
        if child.stopping:  # worth a look at all processes: some may have left the group
            for process in _marked({child.start.ticket}):
                processes.send(process, number)

    def _next_look(self, now: float) -> float:
        moments = (now + GLANCE if c.stopping else c.limit_at for c in self._children.values())
        return min(moments, default=float("inf"))

    def _sleep(self, seconds: float) -> None:
        try:
            self._bell.get(timeout=max(seconds, 0.001))
        except queue.Empty:
            return


def environment_of(start: Start, inherited: Mapping[str, str]) -> dict[str, str]:
    """What the processes of a job find in their environment: little, and the same everywhere."""
    kept = {
        name: value
        for name, value in inherited.items()
        if name in INHERITED or name.startswith(PREFIX)
    }
    # A job may run an engine itself: its own ticket comes after those of the jobs around it.
    tickets = f"{kept.get(TICKET, '')} {start.ticket}".strip()
    ours = {
        PROGRESS: str(start.progress),
        TICKET: tickets,
        "HOLDFAST_RUN": str(start.run),
        "HOLDFAST_JOB": start.job.name,
        "HOLDFAST_CORES": str(start.cores),
    }
    return {"LANG": "C.UTF-8", **kept, **start.job.environment, **ours}


def _cannot_start(job: Job, error: OSError) -> str:
    if isinstance(error, FileNotFoundError):
        return f"the program {job.command[0]!r} was not found; install it or correct the command"
    return f"{job.command[0]!r} cannot be started: {error.strerror}"


def _limit_memory(pid: int, memory: int) -> None:
    # It may have ended already; and a lower limit set by the administrator holds as it is.
    with suppress(ProcessLookupError, PermissionError, ValueError, OverflowError):
        resource.prlimit(pid, resource.RLIMIT_AS, (memory, memory))


def _has_ended(pid: int) -> bool:
    return os.waitid(os.P_PID, pid, os.WEXITED | os.WNOWAIT | os.WNOHANG) is not None


def _reason(child: _Child, code: int) -> str:
    if not child.stopping and code == 0:
        return ""
    log = child.start.log
    words = last_words(log, child.log_offset)
    said = f": {words}" if words else ""
    return f"{child.stopping or _ending(code)}{said}; see {log}"


def _ending(code: int) -> str:
    if code >= 0:
        return f"the job ended with exit code {code}"
    try:
        name = signal.Signals(-code).name
    except ValueError:
        name = "an unnamed one"
    return f"the job was ended by signal {-code} ({name})"


def _members(child: _Child) -> list[processes.Process]:
    """The processes of a job that are still at work."""
    group = child.process.pid
    marked = {process.pid for process in _marked({child.start.ticket})}
    return [
        process
        for process in processes.everyone()
        if process.is_alive and (process.group == group or process.pid in marked)
    ]


def _marked(tickets: Iterable[str]) -> list[processes.Process]:
    """The living processes that carry one of `tickets`."""
    wanted = set(tickets)
    return [
        process
        for process in processes.everyone()
        if process.is_alive
        and not wanted.isdisjoint(processes.variable(process.pid, TICKET).split())
    ]


def _leftovers(known: Mapping[str, Native | None]) -> list[processes.Process]:
    """The living processes of the jobs `known`: marked, or of a session whose leader is known."""
    sessions = {native["pid"] for native in known.values() if native and _is_leader(native)}
    marked = {process.pid for process in _marked(known)}
    return [
        process
        for process in processes.everyone()
        if process.is_alive and (process.session in sessions or process.pid in marked)
    ]


def _is_leader(native: Native) -> bool:
    """Whether the process that `native` tells of is the one that has its number now."""
    found = processes.find(native["pid"])
    return (
        found is not None
        and native["boot"] == processes.boot()
        and found.started == native["started"]
    )


def _wait_for_silence(group: int, timeout: float = 1.0) -> None:
    """Wait until a killed group is at work no more, so that nothing of it writes a last byte."""
    deadline = time.monotonic() + timeout
    while _is_at_work(group) and time.monotonic() < deadline:
        time.sleep(0.002)


def _is_at_work(group: int) -> bool:
    try:
        os.killpg(group, 0)  # quick, and nearly always the answer: there is no such group
    except ProcessLookupError:
        return False
    except PermissionError:
        return True
    # In a container nobody may collect orphans: those that have ended still count as members.
    return any(process.is_alive and process.group == group for process in processes.everyone())
