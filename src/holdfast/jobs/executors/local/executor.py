"""
The local executor: jobs are processes of this machine.

The executor's keeper (:mod:`holdfast.jobs.executors.local.keeper`) starts them and attends to them,
and outlives the engine. Each process carries the job's ticket in its environment, so that what a
killed keeper left behind is found again. Nobody polls for jobs of one's own: the keeper tells at
once when one has ended.
"""

import os
import threading
from collections import deque
from collections.abc import Mapping, Sequence
from dataclasses import replace
from datetime import UTC, datetime
from pathlib import Path
from threading import Event
from typing import Any

from holdfast.errors import ExecutorUnreachable, JobError
from holdfast.jobs.executors import claims, documents, exchange, machine
from holdfast.jobs.executors.capacity import too_big
from holdfast.jobs.executors.claims import Keeper
from holdfast.jobs.executors.exchange import GRACE
from holdfast.jobs.executors.interface import Began, Ended, Executor, Native, Start
from holdfast.jobs.executors.local import fences, leftovers
from holdfast.jobs.executors.local.adopted import KEEPER_DIED, Adopted
from holdfast.jobs.executors.local.fences import Fence
from holdfast.jobs.executors.local.keeping import Keeping
from holdfast.jobs.model import Cause, Job
from holdfast.settings.executors import LOCAL, ExecutorSettings

TRIES = 3  #: keepers that are started for one job before the machine is called unfit


class LocalExecutor(Executor):
    """Runs jobs as processes of this machine.

    Parameters
    ----------
    settings
        How many cores may be used (none: all there are), and memory and time of jobs that name
        none, by label.
    environment
        What jobs inherit a few variables from.
    grace
        Seconds a job has to end after it was asked to.
    """

    def __init__(
        self,
        name: str = LOCAL,
        bell: Event | None = None,
        settings: ExecutorSettings | None = None,
        *,
        environment: Mapping[str, str] = os.environ,
        grace: float = GRACE,
    ) -> None:
        super().__init__(name, bell or Event())
        self._settings = settings or ExecutorSettings(kind=LOCAL)
        self._environment = dict(environment)
        self._grace = grace
        self.cores = self._settings.cores or machine.cores()
        self.memory = machine.memory()
        self._keeping: Keeping | None = None
        self._kept: dict[str, tuple[Start, Native | None]] = {}  #: what our keeper has
        self._starting: str | None = None
        self._adopted = Adopted(self._tell, grace)
        self._untold: set[str] = set()
        self._news: deque[Ended] = deque()
        self._fence = Fence()
        self._fence_seconds: float | None = None
        self._lock = threading.Lock()

    def problem(self, job: Job) -> str | None:
        """Whether this machine is too small for it; see :meth:`Executor.problem`."""
        return too_big(self._with_defaults(job), self.name, self.cores, self.memory)

    def reach(self) -> None:
        """See :meth:`Executor.reach`: this machine always answers."""

    def start(self, start: Start) -> Native:
        """Let the keeper start the job; see :meth:`Executor.start`."""
        start = replace(start, job=self._with_defaults(start.job))
        directory = start.job.directory or start.log.parent
        if not directory.is_dir():
            raise JobError(f"the folder {directory} in which it should run is not there")
        spec = exchange.spec_of(
            start, limits=True, environment=self._environment, grace=self._grace
        )
        self._see_to_fence()
        for _ in range(TRIES):
            native = self._ask_to_start(start, spec)
            if native is not None:
                return native
        raise ExecutorUnreachable(
            f"what attends to jobs on this machine was killed {TRIES} times; "
            "see whether the machine is short of memory"
        )

    def collect(self) -> Sequence[Began | Ended]:
        """Tell which jobs have ended; see :meth:`Executor.collect`."""
        told = []
        while self._news:
            ended = self._news.popleft()
            if ended.ticket in self._untold:
                self._untold.remove(ended.ticket)
                told.append(ended)
        return told

    def stop(self, ticket: str) -> bool:
        """Ask a job to end; see :meth:`Executor.stop`."""
        if ticket not in self._untold:
            return False
        if not self._adopted.stop(ticket) and self._keeping is not None:
            self._keeping.say({"do": "stop", "ticket": ticket})
        return True

    def adopt(self, start: Start, native: Native | None) -> bool:
        """Find what another engine had started; see :meth:`Executor.adopt`.

        What was started on another host cannot be seen from here. It is not at work any more: its
        keeper ended it before the lease of its engine was over, see :meth:`fence`.
        """
        if start.ticket in self._untold:
            return True  # it is ours already
        keeper = _keeper_of(start, native)
        if keeper is not None and not keeper.is_alive:
            keeper = None
        # Read after that: the last act of a keeper is to write how its last job ended.
        ended = exchange.read_ended(start.folder, start.ticket)
        is_damaged = exchange.file_of(start.folder, start.ticket, exchange.ENDED).exists()
        if ended is None and (keeper is None or is_damaged):
            leftovers.end({start.ticket: native}, self._grace)
            return False
        self._untold.add(start.ticket)
        if ended is not None:
            self._tell(ended)
        elif keeper is not None:
            self._see_to_fence()
            self._adopted.add(start, native, keeper)
            if self._fence_seconds is not None:  # else the fence of its old engine holds
                self._adopted.fence(self._fence)
        return True

    def fence(self, seconds: float | None) -> None:
        """Let all jobs have ended `seconds` from now, unless this is called again before.

        An engine that shares its ledger with other hosts calls it whenever it renews its lease, so
        that no job of it is at work when another engine takes over, whatever happens to this one.
        None: jobs may go on as long as they like, as when no other host sees the ledger.
        """
        self._fence, self._fence_seconds = Fence.after(seconds, self._grace), seconds
        self._say_fence()
        self._adopted.fence(self._fence)

    def close(self) -> None:
        """End everything at work without asking; see :meth:`Executor.close`."""
        if self._keeping is not None:
            self._keeping.close()
        self._adopted.close()
        self._forget_all()

    def leave(self) -> None:
        """Let the keeper go on alone; see :meth:`Executor.leave`."""
        if self._keeping is not None:
            self._keeping.leave()
        self._adopted.leave()
        self._forget_all()

    # -- starting ----------------------------------------------------------------------------------

    def _with_defaults(self, job: Job) -> Job:
        """`job` with the memory and time that the settings give to its label, if it names none."""
        own = self._settings.for_label(job.label)
        if own.memory is None and own.time is None:
            return job
        memory = own.memory if job.memory is None else job.memory
        return replace(job, memory=memory, time=own.time if job.time is None else job.time)

    def _ask_to_start(self, start: Start, spec: dict[str, Any]) -> Native | None:
        """Let a keeper start the job. None: it was killed meanwhile, and nothing of it is left.

        Raises
        ------
        JobError
            The job cannot be started.
        """
        keeping = self._keeping or self._new_keeping()
        with self._lock:
            # The end of the job may be told before its start is.
            self._starting, self._kept[start.ticket] = start.ticket, (start, None)
            self._untold.add(start.ticket)
        answer = keeping.ask({"do": "start", "spec": spec}) or {}
        native = _native(answer, keeping.keeper)
        with self._lock:
            self._starting = None
            is_at_work = start.ticket in self._kept  # else its end was told already
            was_killed = is_at_work and self._keeping is not keeping
            if native is None or was_killed:
                self._kept.pop(start.ticket, None)
            elif is_at_work:
                self._kept[start.ticket] = start, native
        if was_killed:
            return self._tidy_up(start, native)
        if native is None:
            self._untold.discard(start.ticket)
            raise JobError(str(answer.get("refused")))
        return native

    def _tidy_up(self, start: Start, native: Native | None) -> Native | None:
        """After a keeper was killed while it started a job: nothing is left, or the job is done."""
        ended = exchange.read_ended(start.folder, start.ticket)
        if ended is not None:
            self._tell(ended)
            return native or {}
        self._untold.discard(start.ticket)
        leftovers.end({start.ticket: native}, self._grace)
        exchange.forget(start.folder, start.ticket)
        return None

    def _new_keeping(self) -> Keeping:
        self._keeping = Keeping(self._hear, self._lose)
        self._say_fence()
        return self._keeping

    def _see_to_fence(self) -> None:
        """Move on a fence that was passed while no job was at work: this engine has a claim now."""
        if self._fence.ask <= fences.now():
            self.fence(self._fence_seconds)

    def _say_fence(self) -> None:
        if self._keeping is not None:
            message = {"do": "fence", "ask": self._fence.ask, "end": self._fence.end}
            self._keeping.say(message)

    # -- ending ------------------------------------------------------------------------------------

    def _tell(self, ended: Ended) -> None:
        self._news.append(ended)
        self.bell.set()

    def _hear(self, document: Mapping[str, Any]) -> None:
        """Take note of what the keeper tells, in the thread that listens to it."""
        ended = documents.ended_from(document, str(document.get("ticket")))
        if ended is not None:
            with self._lock:
                self._kept.pop(ended.ticket, None)
            self._tell(ended)

    def _lose(self) -> None:
        """Tell what became of the jobs of a keeper that was killed, in the thread that notices."""
        with self._lock:
            lost = {t: kept for t, kept in self._kept.items() if t != self._starting}
            self._kept = {t: kept for t, kept in self._kept.items() if t == self._starting}
            self._keeping = None
        known = {ticket: native for ticket, (_, native) in lost.items()}
        try:
            leftovers.end(known, self._grace)
            why = KEEPER_DIED
        except JobError as error:
            why = str(error)
        for ticket, (start, _) in lost.items():
            ended = exchange.read_ended(start.folder, ticket)
            self._tell(ended or Ended(ticket, Cause.LOST, why, datetime.now(UTC)))

    def _forget_all(self) -> None:
        self._keeping = None
        self._kept.clear()
        self._untold.clear()
        self._news.clear()


def make(name: str, settings: ExecutorSettings, bell: Event, home: Path) -> LocalExecutor:
    """A local executor, as the settings name one."""
    del home  # each start has its folder
    return LocalExecutor(name, bell, settings)


def _native(answer: Mapping[str, Any], keeper: Keeper) -> Native | None:
    """What a job is called whose start was answered so; None if it was not started."""
    if "pid" not in answer:
        return None
    first = {"pid": answer["pid"], "started": answer["started"], "boot": keeper.boot}
    return {**first, "keeper": keeper.document}


def _keeper_of(start: Start, native: Native | None) -> Keeper | None:
    """The keeper that has the job of `start`. None: nobody has it, and nobody ever will.

    Raises
    ------
    JobError
        The start's folder cannot be written, so nobody knows what a keeper may still do.
    """
    path = exchange.file_of(start.folder, start.ticket, exchange.KEPT)
    try:
        claims.claim(path, claims.GIVEN_UP)
    except OSError as error:
        raise JobError(f"{start.folder} cannot be written: {error.strerror}") from error
    written = Keeper.parse(claims.claimed_by(path) or "")
    return written or Keeper.from_document((native or {}).get("keeper"))
