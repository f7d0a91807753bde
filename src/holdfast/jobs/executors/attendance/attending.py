"""
Attending to jobs: from the first process to the last, with nothing left behind.

Whoever attends is the subreaper of all it starts: a process of a job that loses its parent becomes
a child of the attendant and is therefore never lost from sight, whatever session or group it made
for itself and whatever environment it cleared. A job has ended when its first process has, and all
others are ended too. Limits are looked after here: time to the instant, memory by looking several
times a second at all processes of a job together.

This runs in a process of one thread that does little else: the keeper of an engine, with many jobs,
or the launcher on a batch node, with one. It is part of neither the engine nor its language of
outcomes: what became of a job is a document for JSON, which
:func:`holdfast.jobs.executors.exchange.ended_from` reads.
"""

import os
import signal
import socket
import time
from collections.abc import Iterable, Mapping
from contextlib import suppress
from typing import Any

from holdfast.jobs.executors import processes
from holdfast.jobs.executors.attendance import endings, spawning
from holdfast.jobs.executors.attendance.census import Census
from holdfast.jobs.executors.processes import TICKET, Process

GLANCE = 0.05  #: seconds between two looks at processes that were asked to end
FIRST_LOOK = 0.1  #: seconds after its start at which a job's memory is looked at
LOOK = 0.5  #: seconds between two looks at the memory of jobs without a limit
CLOSE_LOOK = 0.1  #: seconds between two looks at the memory of jobs with one
SHARE = 20  #: looking takes at most one part in so many of the time


class AtWork:
    """One job that is attended to."""

    def __init__(self, spec: Mapping[str, Any], begun: float, pid: int, log_offset: int) -> None:
        self.spec, self.begun, self.pid, self.log_offset = spec, begun, pid, log_offset
        self.ticket: str = spec["ticket"]
        found = processes.find(pid)
        assert found is not None  # it cannot vanish before it is waited for
        self.started = found.started
        limit = spec["time"]
        self.limit_at = float("inf") if limit is None else self.begun + limit
        self.look_at = self.begun + FIRST_LOOK
        self.cause, self.why = "", ""  #: for what it was asked to end, if it was
        self.kill_at = float("inf")
        self.ended: float | None = None  #: when its first process ended; monotonic seconds
        self.peak = 0  #: the most memory seen; bytes
        self.orphans_cpu = 0.0  #: seconds, of processes that ended as children of ours
        self.known: set[tuple[int, int]] = (
            set()
        )  #: numbers and starts of what was there when we looked

    def is_its(self, process: Process) -> bool:
        """Whether `process` is known as one of this job's, without a look at its ticket."""
        is_near = self.pid in (process.pid, process.session, process.group)
        return is_near or (process.pid, process.started) in self.known


class Attendance:
    """Attends to jobs. Whoever holds one calls :meth:`turn` on SIGCHLD and after :meth:`rest`.

    If it `is_tied`, the first process of each job is killed when this process is.
    """

    def __init__(self, *, is_tied: bool = False) -> None:
        spawning.adopt_orphans()
        self._is_tied = is_tied
        self.jobs: dict[str, AtWork] = {}
        self._look_at = 0.0  #: before that there is no look at memory; monotonic seconds
        self._strays: dict[tuple[int, int], set[str]] = {}
        self._has_orphans = False
        self._host = socket.gethostname()

    def start(self, spec: Mapping[str, Any]) -> AtWork:
        """Start a job; a JobError if it cannot be."""
        begun = time.monotonic()
        try:
            offset = os.stat(spec["log"]).st_size  # noqa: PTH116 - a Path takes longer to make
        except OSError:
            offset = 0
        job = AtWork(spec, begun, spawning.spawn(spec, is_tied=self._is_tied), offset)
        self.jobs[job.ticket] = job
        return job

    def stop(self, ticket: str, cause: str, why: str) -> None:
        """Ask a job to end. It gets its time of grace, and then is ended."""
        job = self.jobs.get(ticket)
        if job is not None and job.ended is None and not job.cause:
            self._ask_to_end(job, cause, why, job.spec["grace"])

    def kill(self, ticket: str, cause: str, why: str) -> None:
        """End a job without asking, also one that has its time of grace."""
        job = self.jobs.get(ticket)
        if job is not None:
            self._ask_to_end(job, job.cause or cause, job.why or why, grace=0)

    def rest(self) -> float | None:
        """Seconds after which the next turn is due at the latest; None: only when a child ends."""
        now = time.monotonic()
        moments = [moment for job in self.jobs.values() for moment in self._moments(job, now)]
        return max(0.0, min(moments) - now) if moments else None

    def turn(self) -> list[dict[str, Any]]:
        """Do what is due now, and tell which jobs have ended: each as a document, once."""
        now = time.monotonic()
        self._notice_ends(now)
        for job in self.jobs.values():
            limit = job.spec["time"]
            if now >= job.limit_at and not job.cause and job.ended is None:
                self._ask_to_end(job, "time", endings.too_long(limit), job.spec["grace"])
        due = [job for job in self.jobs.values() if job.ended is None and now >= job.look_at]
        if due and now >= self._look_at:
            self._look_at_memory()
        over = [job for job in self.jobs.values() if job.ended is not None]
        if over and self._has_orphans:
            over = self._end_what_is_left(over, now)
        self._kill_the_stubborn(now)
        return [self._conclude(job) for job in over]

    def _moments(self, job: AtWork, now: float) -> list[float]:
        """When something is due for `job`."""
        if job.ended is not None or now >= job.kill_at:
            return [now + GLANCE]
        return [job.kill_at if job.cause else job.limit_at, max(job.look_at, self._look_at)]

    # -- ending ------------------------------------------------------------------------------------

    def _notice_ends(self, now: float) -> None:
        """See which first processes have ended. They are not waited for yet: until then nobody
        else gets their number, so their session and group are surely theirs.
        """
        how = os.WEXITED | os.WNOHANG | os.WNOWAIT
        for job in self.jobs.values():
            if job.ended is None and os.waitid(os.P_PID, job.pid, how) is not None:
                job.ended = now
        self._collect_orphans()

    def _collect_orphans(self) -> None:
        """Wait for children that no job's first process is, and see whether any is still alive."""
        self._has_orphans = False
        firsts = {job.pid for job in self.jobs.values()}
        children = processes.children_of_myself()
        if children is None:  # this kernel does not tell
            children = [child.pid for child in Census.take().children(os.getpid())]
        for pid in children:
            if pid not in firsts:
                self._collect_orphan(pid)

    def _collect_orphan(self, pid: int) -> None:
        if os.waitid(os.P_PID, pid, os.WEXITED | os.WNOHANG | os.WNOWAIT) is None:
            self._has_orphans = True
            return
        found = processes.find(pid)
        owner = self._owner(found) if found is not None else None
        if found is not None:
            self._strays.pop((pid, found.started), None)
        _, _, used = os.wait4(pid, 0)
        if owner is not None:
            owner.orphans_cpu += used.ru_utime + used.ru_stime

    def _end_what_is_left(self, over: list[AtWork], now: float) -> list[AtWork]:
        """End what is left of jobs whose first process has ended; which of them have nothing left.

        A job that was asked to end has its whole time of grace, also after its first process.
        """
        members = self._members()
        for job in over:
            if not job.cause or now >= job.kill_at:
                _send(members[job.ticket], signal.SIGKILL)
        return [job for job in over if not members[job.ticket]]

    def _kill_the_stubborn(self, now: float) -> None:
        stubborn = [j for j in self.jobs.values() if now >= j.kill_at and j.ended is None]
        if stubborn:
            members = self._members()
            for job in stubborn:
                self._signal(job, members[job.ticket], signal.SIGKILL)

    def _ask_to_end(self, job: AtWork, cause: str, why: str, grace: float) -> None:
        job.cause, job.why = cause, why
        job.kill_at = time.monotonic() + grace
        number = signal.SIGTERM if grace > 0 else signal.SIGKILL
        self._signal(job, self._members()[job.ticket], number)

    def _signal(self, job: AtWork, members: list[Process], number: signal.Signals) -> None:
        processes.send_group(job.pid, number)
        _send([each for each in members if each.group != job.pid], number)

    def _conclude(self, job: AtWork) -> dict[str, Any]:
        """Wait for the first process of a job of which nothing is left, and say how it ended."""
        _, status, used = os.wait4(job.pid, 0)
        del self.jobs[job.ticket]
        assert job.ended is not None
        # The kernel knows the most that any one process had at once; we saw all of them together.
        usage = {
            "host": self._host,
            "wall": round(job.ended - job.begun, 6),
            "cpu": round(used.ru_utime + used.ru_stime + job.orphans_cpu, 6),
            "memory": max(job.peak, used.ru_maxrss * 1024),
        }
        return endings.document(
            job.spec,
            code=os.waitstatus_to_exitcode(status),
            stopped=(job.cause, job.why) if job.cause else None,
            log_offset=job.log_offset,
            usage=usage,
        )

    # -- whose a process is ------------------------------------------------------------------------

    def _members(self) -> dict[str, list[Process]]:
        """The living processes of each job that may be signalled, first processes included."""
        census = Census.take()
        members: dict[str, list[Process]] = {ticket: [] for ticket in self.jobs}
        for child in census.children(os.getpid()):
            owner = self._owner(child)
            if owner is not None:
                members[owner.ticket] += census.family(child)
        for ticket, found in members.items():
            self.jobs[ticket].known = {(each.pid, each.started) for each in found}
            members[ticket] = [each for each in found if each.is_alive and _is_ours(each)]
        return members

    def _owner(self, child: Process) -> AtWork | None:
        """Whose process a child of ours is. None: nobody's that is known yet."""
        for job in self.jobs.values():
            if job.is_its(child):
                return job
        for ticket in processes.variable(child.pid, TICKET).split():
            if ticket in self.jobs:
                return self.jobs[ticket]
        # It has a session of its own and forgot its environment, before we looked for the first
        # time. It came from one of the jobs at work then; the last of them ends with it.
        mark = (child.pid, child.started)
        possible = self._strays.setdefault(mark, set(self.jobs)) & set(self.jobs)
        return self.jobs[possible.pop()] if len(possible) == 1 else None

    # -- memory ------------------------------------------------------------------------------------

    def _look_at_memory(self) -> None:
        """See how much memory each job has, and ask those that have too much to end."""
        begun = time.monotonic()
        members = self._members()
        for job in list(self.jobs.values()):
            limit = job.spec["memory"]
            has = sum(each.memory for each in members[job.ticket])
            if limit is not None and has > limit:
                # Processes may share much of it, and mapped files are not theirs: look closely.
                has = sum(map(processes.own_memory, members[job.ticket]))
            job.peak = max(job.peak, has)
            if limit is not None and has > limit and not job.cause:
                # There is no time for grace: the machine may be short of memory.
                self._ask_to_end(job, "memory", endings.too_much(limit), grace=0)
        now = time.monotonic()
        self._look_at = now + (now - begun) * SHARE
        for job in self.jobs.values():
            job.look_at = now + (LOOK if job.spec["memory"] is None else CLOSE_LOOK)


def _send(members: Iterable[Process], number: signal.Signals) -> None:
    for process in members:
        with suppress(PermissionError):
            processes.send(process, number)


def _is_ours(process: Process) -> bool:
    """Whether it may be signalled. What became another user's (by sudo) is not waited for."""
    try:
        os.kill(process.pid, 0)
    except PermissionError:
        return False
    except ProcessLookupError:
        pass
    return True
