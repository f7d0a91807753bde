"""
The engine does plans: it starts each job when what it needs is done, and writes down each step.

The order is always the same: first the ledger, then the act. So at any moment the ledger tells at
least what has happened, and a killed engine loses nothing: whoever resumes the run ends the
processes that were left, leaves alone what is done, and does the rest. A job that fails blocks the
jobs that need it and nothing else. One engine at a time does a run; the kernel's lock in the run's
folder sees to it and is free again when its holder dies.
"""

import secrets
import time
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass, replace
from datetime import UTC, datetime
from pathlib import Path

from holdfast.base.locks import Held, exclusive, is_held
from holdfast.base.progress import Listener, Progress, ignore
from holdfast.errors import JobError
from holdfast.jobs.executors.interface import Ended, Executor, Start
from holdfast.jobs.folder import RunFolder
from holdfast.jobs.ledger import Ledger
from holdfast.jobs.model import Job, Outcome, Plan, Report, Status, startable
from holdfast.jobs.progress import ProgressFile

LOOK = 0.2  #: seconds between two looks at the jobs' progress
LOCK_WAIT = 2.0  #: seconds to wait for the lock: a killed engine's newborn child holds it briefly


class Engine:
    """Does plans with one executor, using up to `cores` cores; logs go below `logs`."""

    def __init__(self, ledger: Ledger, executor: Executor, logs: Path, cores: int) -> None:
        self._ledger = ledger
        self._executor = executor
        self._logs = logs
        self._cores = max(1, cores)

    def run(self, plan: Plan, listener: Listener = ignore) -> Report:
        """Do all jobs of `plan` and tell what became of each.

        A job that fails raises nothing: the report says it. KeyboardInterrupt ends the jobs at
        work, writes down that the run was cancelled, and rises.

        Raises
        ------
        LedgerError
            The ledger cannot be written. What was at work has been ended; the run is unfinished.
        """
        return self.resume(self._ledger.begin(plan), listener)

    def resume(self, run: int, listener: Listener = ignore) -> Report:
        """Go on with a run: what is done stays done, everything else is done (again).

        Raises
        ------
        JobError
            There is no such run, or another engine is doing it now.
        LedgerError
            As for :meth:`run`.
        """
        plan = self._ledger.plan(run)
        folder = RunFolder.of(self._logs, run)
        folder.path.mkdir(parents=True, exist_ok=True)
        with _alone(folder, run):
            self._end_leftovers(run)
            self._ledger.reopen(run)
            given = (self._ledger, self._executor, self._cores, listener)
            return Report(run, plan, _Run(run, plan, folder, *given).to_the_end())

    def abandon(self, run: int) -> None:
        """Give up a run whose engine died: what it left at work is ended, the rest cancelled.

        Raises
        ------
        JobError
            There is no such run, or an engine is doing it now.
        LedgerError
            The ledger cannot be written.
        """
        plan = self._ledger.plan(run)
        folder = RunFolder.of(self._logs, run)
        folder.path.mkdir(parents=True, exist_ok=True)
        with _alone(folder, run):
            given = (self._ledger, self._executor, self._cores, ignore)
            _Run(run, plan, folder, *given).cancel()

    def is_running(self, run: int) -> bool:
        """Whether some engine is doing `run` now."""
        return is_held(RunFolder.of(self._logs, run).lock)

    def _end_leftovers(self, run: int) -> None:
        left = {started.ticket: started.native for started in self._ledger.running(run)}
        if left:
            self._executor.end_leftovers(left)


@dataclass(slots=True)
class _AtWork:
    """A job that was given to the executor."""

    job: Job
    cores: int
    outcome: Outcome
    progress: ProgressFile


class _Run:
    """One doing of one plan: what waits, what is at work, how many cores are free."""

    def __init__(
        self,
        run: int,
        plan: Plan,
        folder: RunFolder,
        ledger: Ledger,
        executor: Executor,
        cores: int,
        listener: Listener,
    ) -> None:
        self._run, self._plan, self._folder, self._listener = run, plan, folder, listener
        self._ledger, self._executor = ledger, executor
        self._cores = self._free = cores
        outcomes = ledger.outcomes(run)
        self._done = {name for name, o in outcomes.items() if o.status is Status.DONE}
        self._waiting = {job.name: job for job in plan.jobs if job.name not in self._done}
        self._at_work: dict[str, _AtWork] = {}
        self._next_look = 0.0

    def to_the_end(self) -> Mapping[str, Outcome]:
        """Do what is left, and tell how every job of the plan stands then."""
        try:
            self._start_what_can()
            while self._at_work:
                for ended in self._executor.wait(LOOK):
                    self._end(ended)
                self._look_at_progress()
                self._start_what_can()
        except KeyboardInterrupt:
            self.cancel()
            raise
        except BaseException:
            # The ledger may be out of reach: the run stays unfinished, but nothing stays at work.
            self._executor.close()
            raise
        outcomes = self._ledger.outcomes(self._run)
        well = all(outcome.status is Status.DONE for outcome in outcomes.values())
        self._ledger.finish(self._run, Status.DONE if well else Status.FAILED)
        return outcomes

    # -- starting ----------------------------------------------------------------------------------

    def _start_what_can(self) -> None:
        while self._free > 0:
            can = startable(self._waiting.values(), self._done)
            job = next((job for job in can if self._share(job) <= self._free), None)
            if job is None:
                return
            self._start(job)

    def _share(self, job: Job) -> int:
        """The cores a job gets: one that asks for more than there are gets them all, alone."""
        return min(job.cores, self._cores)

    def _start(self, job: Job) -> None:
        start = Start(
            ticket=secrets.token_hex(16),
            run=self._run,
            job=job,
            cores=self._share(job),
            log=self._folder.log(job.name),
            progress=self._folder.progress(job.name),
        )
        outcome = Outcome(Status.RUNNING, "", start.log, started=_now())
        start.progress.unlink(missing_ok=True)
        self._ledger.record(self._run, {job.name: outcome}, start.ticket)
        del self._waiting[job.name]
        try:
            native = self._executor.start(start)
        except JobError as error:
            self._fail(job, replace(outcome, status=Status.FAILED, reason=str(error), ended=_now()))
            return
        self._ledger.started(self._run, job.name, native)
        self._free -= start.cores
        at_work = _AtWork(job, start.cores, outcome, ProgressFile(start.progress))
        self._at_work[start.ticket] = at_work

    # -- ending ------------------------------------------------------------------------------------

    def _end(self, ended: Ended) -> None:
        at_work = self._at_work.get(ended.ticket)
        if at_work is None:
            return
        self._tell_progress([at_work])
        outcome = _outcome(at_work, ended)
        if outcome.status is Status.DONE:
            self._ledger.record(self._run, {at_work.job.name: outcome})
            self._done.add(at_work.job.name)
        else:
            self._fail(at_work.job, outcome)
        del self._at_work[ended.ticket]
        self._free += at_work.cores
        self._tell_whole(at_work.job.name, outcome)

    def _fail(self, job: Job, outcome: Outcome) -> None:
        """Write down a failure together with what it blocks."""
        blocked = [lost for lost in self._plan.blocked_by(job.name) if lost.name in self._waiting]
        reason = f"it needs {job.name!r}, which failed"
        outcomes = {
            lost.name: Outcome(Status.BLOCKED, reason, self._folder.log(lost.name))
            for lost in blocked
        }
        self._ledger.record(self._run, {job.name: outcome, **outcomes})
        for lost in blocked:
            del self._waiting[lost.name]

    def cancel(self) -> None:
        """End what is at work, and write down that someone asked for it."""
        try:
            self._stop_all()
        except KeyboardInterrupt:  # asked twice: no more time of grace
            self._executor.close()
        # The interrupt may have come between any two lines, so the ledger is asked, not ourselves.
        left = {started.ticket: started.native for started in self._ledger.running(self._run)}
        self._executor.end_leftovers(left)
        outcomes = self._ledger.outcomes(self._run)
        cancelled = {
            name: replace(outcome, status=Status.CANCELLED, reason=_CANCELLED, ended=_now())
            for name, outcome in outcomes.items()
            if not outcome.status.is_final
        }
        if cancelled:
            self._ledger.record(self._run, cancelled)
        self._ledger.finish(self._run, Status.CANCELLED)

    def _stop_all(self) -> None:
        # The executor may have told an end already that an interrupt kept from being written down.
        going = {ticket for ticket in self._at_work if self._executor.stop(ticket)}
        while going:
            for ended in self._executor.wait(LOOK):
                if ended.well:  # it was quicker than the interrupt
                    self._end(ended)
                going.discard(ended.ticket)

    # -- progress ----------------------------------------------------------------------------------

    def _look_at_progress(self) -> None:
        now = time.monotonic()
        if now >= self._next_look:
            self._next_look = now + LOOK
            self._tell_progress(list(self._at_work.values()))

    def _tell_progress(self, jobs: list[_AtWork]) -> None:
        news = [(at.job.name, progress) for at in jobs for progress in at.progress.news()]
        self._ledger.progress(self._run, news)
        for name, progress in news:
            self._listener(replace(progress, what=f"{name}: {progress.what}"))

    def _tell_whole(self, name: str, outcome: Outcome) -> None:
        total = len(self._plan.jobs)
        ended = total - len(self._waiting) - len(self._at_work)
        message = f"{name}: {outcome.status.value}"
        self._listener(Progress(self._plan.title, ended, total, "jobs", message))


_CANCELLED = "someone asked it to stop"


def _outcome(at_work: _AtWork, ended: Ended) -> Outcome:
    return replace(
        at_work.outcome,
        status=Status.DONE if ended.well else Status.FAILED,
        reason=ended.reason or "it ended well",
        ended=ended.at,
        exit_code=ended.exit_code,
    )


@contextmanager
def _alone(folder: RunFolder, run: int) -> Iterator[None]:
    try:
        with exclusive(folder.lock, LOCK_WAIT):
            yield
    except Held as held:
        who = held.holder or "another process"
        raise JobError(f"run {run} is being done by {who}; wait until it has ended") from held


def _now() -> datetime:
    return datetime.now(UTC)
