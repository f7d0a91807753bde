"""
The batch executor: it submits launchers to a batch system, and finds them again.

The same code serves Slurm, PBS and LSF; what differs is in their schedulers.
"""

import os
import sys
import time
from collections.abc import Mapping, Sequence
from dataclasses import replace
from pathlib import Path
from threading import Event

from holdfast.errors import ExecutorUnreachable, JobError
from holdfast.jobs.executors import exchange
from holdfast.jobs.executors.batch.lsf import Lsf
from holdfast.jobs.executors.batch.pbs import Pbs
from holdfast.jobs.executors.batch.scheduler import (
    LAUNCHER,
    Queue,
    Request,
    Scheduler,
    Unreadable,
    request_for,
)
from holdfast.jobs.executors.batch.slurm import Slurm
from holdfast.jobs.executors.batch.submission import Commands
from holdfast.jobs.executors.batch.watched import Watched, find, native_of, was_asked_to_stop
from holdfast.jobs.executors.batch.watching import FAREWELL, SETTLE, Watcher
from holdfast.jobs.executors.capacity import too_big
from holdfast.jobs.executors.interface import Began, Ended, Executor, Native, Start
from holdfast.jobs.model import Job
from holdfast.settings.executors import ExecutorSettings

ANSWER = 20.0  #: seconds a command of the batch system may take
CLOSING = 10.0  #: seconds that closing waits for jobs to end
LIMITS_AGE = 300.0  #: seconds for which what queues allow is remembered
REST = 10.0  #: seconds in which a batch system that did not answer is not asked again


class BatchExecutor(Executor):
    """Runs jobs through the queue of a batch system.

    Parameters
    ----------
    scheduler
        Which batch system.
    settings
        Queue, account, options, defaults and polling, for each label.
    environment
        That of the engine: the batch system's commands have it, jobs inherit a few of it.
    settle
        Seconds for a file that was written on a node to be seen here.
    farewell
        Seconds in which a launcher ends its job when the batch system knows nothing of it.
    """

    queues = True

    def __init__(
        self,
        name: str,
        bell: Event,
        scheduler: Scheduler,
        settings: ExecutorSettings,
        *,
        environment: Mapping[str, str] = os.environ,
        settle: float = SETTLE,
        farewell: float = FAREWELL,
    ) -> None:
        super().__init__(name, bell)
        self._scheduler = scheduler
        self._settings = settings
        self._environment = dict(environment)
        self._commands = Commands(scheduler, self._environment, ANSWER)
        self._watcher = Watcher(self._commands, bell, settings.poll, settle, farewell)
        self._queues: Mapping[str, Queue] = {}
        self._queues_until = self._resting_until = float("-inf")

    def problem(self, job: Job) -> str | None:
        """What no node or no queue allows, as far as the batch system tells."""
        settings, queues = self._settings.for_label(job.label), self._limits()
        # Slurm takes a list of queues; the job fits if it fits into one of them.
        names = settings.queue.split(",") if settings.queue is not None else []
        unknown = [name for name in names if name not in queues]
        if queues and unknown:
            title, known = self._scheduler.title, ", ".join(sorted(queues))
            return f"{title} has no queue {unknown[0]!r}; set one of {known} for {self.name}"
        defaults = [each.name for each in queues.values() if each.is_default]
        meant = [queues[name] for name in names or defaults if name in queues]
        asked = replace(
            job,
            memory=settings.memory if job.memory is None else job.memory,
            time=settings.time if job.time is None else job.time,
        )
        problems = [exceeded(asked, queue, self.name) for queue in meant]
        return None if None in problems or not problems else problems[0]

    def reach(self) -> None:
        """See that the batch system answers; see :meth:`Executor.reach`."""
        self._commands.check_installed()
        title = self._scheduler.title
        try:
            answer = self._commands.ask(self._scheduler.reach_words())
        except Unreadable as error:
            raise ExecutorUnreachable(f"{title} does not answer: {error}; try later") from error
        if answer.code != 0:
            raise ExecutorUnreachable(f"{title} does not answer: {answer.words}; try later")

    def start(self, start: Start) -> Native:
        """Submit a launcher for the job; see :meth:`Executor.start`."""
        directory = start.job.directory or start.log.parent
        if not directory.is_dir():
            raise JobError(f"the folder {directory} in which it should run is not there")
        if time.monotonic() < self._resting_until:  # or each of many starts would wait in vain
            title = self._scheduler.title
            raise ExecutorUnreachable(f"{title} did not take a job a moment ago; it has a rest")
        watched = Watched(start, self._submitted(start))
        self._watcher.add(watched)
        return native_of(self._scheduler.kind, watched)

    def collect(self) -> Sequence[Began | Ended]:
        """What happened; see :meth:`Executor.collect`."""
        return self._watcher.collect()

    def stop(self, ticket: str) -> bool:
        """Have a job cancelled; see :meth:`Executor.stop`."""
        return self._watcher.ask_to_stop(ticket)

    def adopt(self, start: Start, native: Native | None) -> bool:
        """Find a job again, by its number, its files or its name; see :meth:`Executor.adopt`.

        While the batch system does not answer, a job that may be there is taken for there.
        """
        folder, ticket = start.folder, start.ticket
        watched = Watched(start, self._number_in(native, ticket))
        watched.asked = was_asked_to_stop(start)
        watched.note = exchange.read_ended(folder, ticket)
        if watched.note is None and watched.number is None and not self._may_be_there(watched):
            exchange.forget(folder, ticket)
            return False
        self._watcher.add(watched)
        return True

    def close(self) -> None:
        """Cancel everything, and wait a little for it to end; see :meth:`Executor.close`."""
        for ticket in self._watcher.tickets():
            self._watcher.ask_to_stop(ticket)
        deadline = time.monotonic() + CLOSING
        while self._watcher.tickets() and time.monotonic() < deadline:
            time.sleep(0.05)
        self._watcher.leave()

    def leave(self) -> None:
        """Watch no more; the jobs go on."""
        self._watcher.leave()

    # -- parts -------------------------------------------------------------------------------------

    def _submitted(self, start: Start) -> str | None:
        """The number of `start`, now submitted; None if nobody knows it, but it is at work."""
        request = self._request(start)
        exchange.write_spec(start, limits=True, environment=self._environment)
        try:
            return self._commands.submit(request)
        except Unreadable as error:
            # It may be in the queue all the same: then its launcher finds nothing to do.
            if not exchange.give_up(start.folder, start.ticket):
                return None
            self._resting_until = time.monotonic() + REST
            title = self._scheduler.title
            raise ExecutorUnreachable(f"{title} does not answer: {error}") from error
        except JobError as error:
            exchange.forget(start.folder, start.ticket)
            if isinstance(error, ExecutorUnreachable):
                self._resting_until = time.monotonic() + REST
            raise

    def _request(self, start: Start) -> Request:
        python = self._settings.python or sys.executable
        command = exchange.launch_command(python, start.folder, start.ticket)
        settings = self._settings.for_label(start.job.label)
        return request_for(start, command, settings, self._scheduler.name_limit)

    def _limits(self) -> Mapping[str, Queue]:
        """What the queues allow; nothing if the batch system does not tell just now."""
        words = self._scheduler.limits_words()
        if words is None or time.monotonic() < self._queues_until:
            return self._queues
        try:
            self._queues, age = self._scheduler.read_limits(self._commands.ask(words)), LIMITS_AGE
        except Unreadable:
            self._queues, age = {}, REST
        self._queues_until = time.monotonic() + age
        return self._queues

    def _number_in(self, native: Native | None, ticket: str) -> str | None:
        """The number that `native` tells, if it is of this job and can be one."""
        if native is None or native.get("ticket") != ticket:
            return None
        number = native.get("id")
        is_ours = native.get("kind") == self._scheduler.kind and self._scheduler.is_number(number)
        return str(number) if is_ours else None

    def _may_be_there(self, watched: Watched) -> bool:
        """Whether a job whose number was never written down is in the queue, or at work, or was."""
        folder, ticket = watched.start.folder, watched.start.ticket
        began = exchange.read_began(folder, ticket)
        if began is not None and self._scheduler.is_number(began.scheduler):
            watched.number = began.scheduler
            return True
        try:
            watched.number = find(self._commands, watched.start)
        except Unreadable:
            return True
        return watched.number is not None or not exchange.give_up(folder, ticket)


def exceeded(job: Job, queue: Queue, name: str) -> str | None:
    """What of `job` no node of `queue` of the executor `name` has, or the queue does not allow.

    >>> exceeded(Job("x", ("true",), time=7200), Queue("short", time=600), "cluster")
    "job 'x' asks for 7200 seconds and cluster allows 600 in its queue 'short'; ask for at most \
600, or set another queue for its label"
    """
    where = f"the largest node of {name}'s queue {queue.name!r}"
    memory = None if queue.memory is None else queue.memory - LAUNCHER
    problem = too_big(job, where, queue.cores, memory)
    if problem is None and queue.time is not None and (job.time or 0) > queue.time:
        return (
            f"job {job.name!r} asks for {job.time:g} seconds and {name} allows {queue.time:g} in "
            f"its queue {queue.name!r}; ask for at most {queue.time:g}, or set another queue for "
            "its label"
        )
    return problem


# -- makers, as plug-ins ---------------------------------------------------------------------------


def slurm(name: str, settings: ExecutorSettings, bell: Event, home: Path) -> Executor:
    """An executor for Slurm."""
    del home
    return BatchExecutor(name, bell, Slurm(), settings)


def pbs(name: str, settings: ExecutorSettings, bell: Event, home: Path) -> Executor:
    """An executor for PBS."""
    del home
    return BatchExecutor(name, bell, Pbs(), settings)


def lsf(name: str, settings: ExecutorSettings, bell: Event, home: Path) -> Executor:
    """An executor for LSF."""
    del home
    return BatchExecutor(name, bell, Lsf(), settings)
