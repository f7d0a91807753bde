"""
Local jobs that another engine had started: their keeper goes on, and its files tell of them.

A thread looks ten times a second whether a job's ``.ended`` is there, or its keeper is not.
"""

import threading
import time
from collections.abc import Callable
from contextlib import suppress
from dataclasses import dataclass
from datetime import UTC, datetime

from holdfast.errors import JobError
from holdfast.jobs.executors import exchange
from holdfast.jobs.executors.claims import Keeper
from holdfast.jobs.executors.interface import Ended, Native, Start
from holdfast.jobs.executors.local import leftovers
from holdfast.jobs.executors.local.fences import Fence
from holdfast.jobs.executors.local.keeper import AT_ONCE, STOPPED
from holdfast.jobs.model import Cause

LOOK = 0.1  #: seconds between two looks at the files
CENSUS = 5.0  #: seconds between two looks whether anything is at work at all
CLOSING = 2.0  #: seconds within which a keeper that is told to ends its jobs at once
KEEPER_DIED = "what attended to it on this machine was killed, and it with that"
VANISHED = "it is no longer at work, and nothing tells how it ended"


@dataclass(slots=True)
class _Job:
    start: Start
    native: Native | None
    keeper: Keeper
    is_stopping: bool = False
    was_missing: bool = False  #: at the last census nothing of it was at work


class Adopted:
    """The jobs an executor has adopted. `told` is called with each end, in a thread of its own."""

    def __init__(self, told: Callable[[Ended], None], grace: float) -> None:
        self._told, self._grace = told, grace
        self._jobs: dict[str, _Job] = {}
        self._over = threading.Event()
        self._watcher: threading.Thread | None = None

    def add(self, start: Start, native: Native | None, keeper: Keeper) -> None:
        """Watch over the job of `start`, which `keeper` has."""
        self._jobs[start.ticket] = _Job(start, native, keeper)
        if self._watcher is None:
            self._watcher = threading.Thread(target=self._watch, name="adopted", daemon=True)
            self._watcher.start()

    def stop(self, ticket: str) -> bool:
        """Ask a job to end, if it is one of these."""
        job = self._jobs.get(ticket)
        if job is None:
            return False
        job.is_stopping = True
        try:
            exchange.ask_to_stop(job.start.folder, ticket)
        except OSError:  # the disk is full: ask the processes instead
            threading.Thread(target=self._end_processes, args=(job,), daemon=True).start()
        return True

    def fence(self, fence: Fence) -> None:
        """Tell the keepers until when their jobs may go on."""
        for ticket, job in list(self._jobs.items()):
            with suppress(OSError):  # then they end earlier than they would have to
                fence.write(exchange.file_of(job.start.folder, ticket, exchange.FENCE))

    def close(self) -> None:
        """End all without asking, and wait until nothing of them is left."""
        jobs = dict(self._jobs)
        self.leave()
        for ticket, job in jobs.items():
            with suppress(OSError):
                exchange.file_of(job.start.folder, ticket, exchange.STOP).write_bytes(AT_ONCE)
        known = {ticket: job.native for ticket, job in jobs.items()}
        deadline = time.monotonic() + CLOSING
        while known and leftovers.find(known) and time.monotonic() < deadline:
            time.sleep(LOOK)
        leftovers.end(known, grace=0)

    def leave(self) -> None:
        """Watch no longer."""
        self._over.set()
        if self._watcher is not None:
            self._watcher.join()
        self._jobs, self._watcher, self._over = {}, None, threading.Event()

    def _watch(self) -> None:
        next_census = time.monotonic() + CENSUS
        while not self._over.wait(LOOK):
            for job in list(self._jobs.values()):
                self._look(job)
            if time.monotonic() >= next_census:
                self._look_for_vanished()
                next_census = time.monotonic() + CENSUS

    def _look(self, job: _Job) -> None:
        start = job.start
        is_kept = job.keeper.is_alive  # asked first: its last act may be to write how the job ended
        ended = exchange.read_ended(start.folder, start.ticket)
        if ended is not None:
            self._end(ended)
        elif not is_kept:
            self._end_processes(job)
            self._end(_lost(job, KEEPER_DIED))

    def _end_processes(self, job: _Job) -> None:
        with suppress(JobError):  # they do not end even if they are killed: nothing can be done
            leftovers.end({job.start.ticket: job.native}, self._grace)

    def _look_for_vanished(self) -> None:
        """Tell of jobs that have ended without a word: the disk had no room for it."""
        for ticket, job in list(self._jobs.items()):
            is_missing = not leftovers.find({ticket: job.native})
            if is_missing and job.was_missing:
                self._end(_lost(job, VANISHED))
            job.was_missing = is_missing

    def _end(self, ended: Ended) -> None:
        del self._jobs[ended.ticket]
        self._told(ended)


def _lost(job: _Job, why: str) -> Ended:
    cause, reason = (Cause.STOPPED, STOPPED) if job.is_stopping else (Cause.LOST, why)
    return Ended(job.start.ticket, cause, reason, datetime.now(UTC))
