"""
One doing of one plan, in memory: how its jobs stand, and what follows when one of them ends.

It decides and never acts. The questions give the moves that are to be written into the ledger;
:meth:`Doing.note` takes in moves and tells which jobs they have made ready.
"""

from collections.abc import Iterable, Iterator, Mapping
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from random import uniform

from holdfast.base.progress import Listener, Progress
from holdfast.jobs.executors.interface import Began, Ended
from holdfast.jobs.folder import RunFolder
from holdfast.jobs.ledger import Move
from holdfast.jobs.model import Cause, Job, Outcome, Rule, Status
from holdfast.jobs.placement import missing
from holdfast.jobs.plan import Plan, is_settled

CANCELLED = "someone asked it to stop"
JITTER = 0.1  #: a rest is longer by up to this share, so that not all come back at once


class Doing:
    """How one run stands."""

    def __init__(
        self,
        run: int,
        plan: Plan,
        folder: RunFolder,
        outcomes: Mapping[str, Outcome],
        listener: Listener,
    ) -> None:
        self.run, self.plan, self.folder = run, plan, folder
        self.outcomes = dict(outcomes)
        self.is_cancelled = False
        self._listener = listener
        self._statuses = {name: outcome.status for name, outcome in outcomes.items()}
        self._open = {job.name: self._open_needs(job) for job in plan.jobs}
        self._left = sum(not status.is_final for status in self._statuses.values())
        self._asked: set[str] = set()

    # -- questions ---------------------------------------------------------------------------------

    @property
    def is_over(self) -> bool:
        """Whether nothing of it waits or is at work."""
        return self._left == 0

    @property
    def status(self) -> Status:
        """What the run has come to, once it is over."""
        if self.is_cancelled:
            return Status.CANCELLED
        return Status.DONE if self.plan.succeeded(self.outcomes) else Status.FAILED

    def ready(self) -> tuple[Job, ...]:
        """The jobs that wait for nothing in this plan."""
        return tuple(
            job
            for job in self.plan.jobs
            if self._statuses[job.name] is Status.WAITING and self._open[job.name] == 0
        )

    # -- what follows ------------------------------------------------------------------------------

    def started(self, job: Job, executor: str, host: str, *, queued: bool) -> Outcome:
        """What is written before `job` is given to `executor`."""
        before = self.outcomes[job.name]
        now = _now()
        return Outcome(
            Status.QUEUED if queued else Status.RUNNING,
            "",
            self.folder.log(job.name),
            started=None if queued else now,
            queued=now,
            attempt=before.attempt + 1,
            losses=before.losses,
            executor=executor,
            usage=replace(before.usage, host="" if queued else host),
        )

    def began(self, name: str, began: Began) -> list[Move]:
        """A queued job is at work now."""
        before = self.outcomes[name]
        if before.status is not Status.QUEUED:
            return []
        usage = replace(before.usage, host=began.host)
        running = replace(before, status=Status.RUNNING, started=began.at, usage=usage)
        return [Move(self.run, name, running)]

    def ended(self, name: str, ended: Ended) -> list[Move]:
        """A job has ended: it is done, is tried again, or has failed with all that it blocks."""
        job, before = self.plan.by_name[name], self.outcomes[name]
        ended = _with_outputs(job, ended)
        after = replace(
            before,
            started=before.started or before.queued,
            ended=ended.at,
            exit_code=ended.exit_code,
            cause=ended.cause,
            losses=before.losses + (ended.cause is Cause.LOST),
            reason=ended.reason or "it ended well",
            usage=ended.usage if ended.usage.host else replace(ended.usage, host=before.usage.host),
        )
        if ended.well:
            return [Move(self.run, name, replace(after, status=Status.DONE))]
        if ended.cause is Cause.STOPPED and (self.is_cancelled or name in self._asked):
            return self._cancelled(name, after)
        if not self.is_cancelled and job.retry.applies(ended.cause, after.attempt, after.losses):
            return [self._tried_again(job, after)]
        return self._failed(name, after)

    def not_started(self, name: str, reason: str, *, passing: bool) -> list[Move]:
        """A job could not be started; if the trouble is `passing` it waits and comes back."""
        before = self.outcomes[name]
        after = replace(before, reason=reason, ended=_now(), cause=Cause.START)
        if not passing or self.is_cancelled:
            return self._failed(name, after)
        again = replace(after, status=Status.WAITING, attempt=max(0, before.attempt - 1))
        return [Move(self.run, name, again, ready_at=_later(PASSING))]

    def lost(self, name: str, ticket: str) -> list[Move]:
        """A job that was at work under an engine that died is nowhere to be found."""
        why = "the engine that had it died, and it has left no result"
        gone = Ended(ticket, Cause.LOST, why, _now(), usage=self.outcomes[name].usage)
        return self.ended(name, gone)

    def cancel(self) -> list[Move]:
        """Someone asked the whole run to stop: what waits is cancelled, but for what cleans up."""
        self.is_cancelled = True
        return [
            Move(self.run, job.name, replace(before, status=Status.CANCELLED, reason=CANCELLED))
            for job in self.plan.jobs
            if (before := self.outcomes[job.name]).status is Status.WAITING
            and job.rule is not Rule.ALWAYS
        ]

    def cancel_all(self) -> list[Move]:
        """Someone asked twice: what cleans up is cancelled too."""
        return [
            Move(self.run, name, replace(before, status=Status.CANCELLED, reason=CANCELLED))
            for name, before in self.outcomes.items()
            if before.status is Status.WAITING
        ]

    def cancel_job(self, name: str) -> list[Move]:
        """Someone asked one job to stop. One at work is only marked; the engine stops it."""
        before = self.outcomes.get(name)
        if before is None or before.status.is_final:
            return []
        self._asked.add(name)
        if before.status is not Status.WAITING:
            return []
        return self._cancelled(name, replace(before, ended=_now()))

    def _cancelled(self, name: str, after: Outcome) -> list[Move]:
        after = replace(after, status=Status.CANCELLED, reason=CANCELLED, cause=Cause.STOPPED)
        return [Move(self.run, name, after), *self._blocked(name, after.status, "was cancelled")]

    def _failed(self, name: str, after: Outcome) -> list[Move]:
        after = replace(after, status=Status.FAILED)
        return [Move(self.run, name, after), *self._blocked(name, after.status, "failed")]

    def _blocked(self, name: str, status: Status, what: str) -> list[Move]:
        statuses = _Changed(self._statuses, name, status)
        reason = f"it needs {name!r}, which {what}"
        return [
            Move(
                self.run,
                job.name,
                replace(self.outcomes[job.name], status=Status.BLOCKED, reason=reason),
            )
            for job in self.plan.blocked_by(name, statuses)
        ]

    def _tried_again(self, job: Job, after: Outcome) -> Move:
        if after.cause is Cause.LOST:
            rest = job.retry.rest_after_loss(after.attempt, after.losses)
        else:
            rest = job.retry.rest(after.attempt)
        reason = f"try {after.attempt} failed and it is tried again: {after.reason}"
        waiting = replace(after, status=Status.WAITING, reason=reason)
        return Move(self.run, job.name, waiting, ready_at=_later(rest) if rest else None)

    # -- taking in ---------------------------------------------------------------------------------

    def note(self, moves: Iterable[Move]) -> list[Job]:
        """Take in `moves` of this run, and tell which jobs wait for nothing any more."""
        ready: list[Job] = []
        for move in moves:
            before, after = self._statuses[move.job], move.outcome.status
            self.outcomes[move.job], self._statuses[move.job] = move.outcome, after
            if not after.is_final:
                if after is Status.WAITING and move.ready_at is None and before is not after:
                    ready.append(self.plan.by_name[move.job])
                continue
            self._left -= not before.is_final
            ready += self._freed(move.job, after)
            self._tell_end(move)
        return ready

    def _freed(self, name: str, status: Status) -> list[Job]:
        need, freed = self.plan.by_name[name], []
        for job in self.plan.needed_by[name]:
            if is_settled(job, need, status):
                self._open[job.name] -= 1
                if self._open[job.name] == 0 and self._statuses[job.name] is Status.WAITING:
                    freed.append(job)
        return freed

    def _open_needs(self, job: Job) -> int:
        return sum(
            not is_settled(job, self.plan.by_name[need], self._statuses[need])
            for need in set(job.needs)
        )

    # -- telling -----------------------------------------------------------------------------------

    def tell(self, name: str, progress: Progress) -> None:
        """Pass on what a job says of its progress."""
        self._listener(replace(progress, what=f"{name}: {progress.what}"))

    def _tell_end(self, move: Move) -> None:
        if move.outcome.status is Status.BLOCKED:
            return
        total = len(self.plan.jobs)
        message = f"{move.job}: {move.outcome.status.value}"
        self._listener(Progress(self.plan.title, total - self._left, total, "jobs", message))


PASSING = 10.0  #: seconds before a job is offered again to an executor that did not answer


class _Changed(Mapping[str, Status]):
    """The states of jobs, one of them changed; nothing is copied."""

    def __init__(self, states: Mapping[str, Status], name: str, status: Status) -> None:
        self._states, self._name, self._status = states, name, status

    def __getitem__(self, name: str) -> Status:
        return self._status if name == self._name else self._states[name]

    def __iter__(self) -> Iterator[str]:
        return iter(self._states)

    def __len__(self) -> int:
        return len(self._states)


def _with_outputs(job: Job, ended: Ended) -> Ended:
    """`ended`, but badly if an output that was promised is not there."""
    if not ended.well or not job.outputs:
        return ended
    lacking = missing(job, job.outputs)
    if not lacking:
        return ended
    names = ", ".join(map(str, lacking[:3]))
    return replace(
        ended,
        cause=Cause.OUTPUT,
        reason=f"it ended well, but what it should make is not there: {names}",
    )


def _later(seconds: float) -> datetime:
    return _now() + timedelta(seconds=seconds * uniform(1, 1 + JITTER))  # noqa: S311 - no secret


def _now() -> datetime:
    return datetime.now(UTC)
