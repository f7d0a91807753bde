"""
The values of the engine: a job, in what state it is, and what became of it.

A job is checked when it is made, so whoever holds one may rely on it. Nothing here starts, writes
or waits. Plans of jobs are in :mod:`holdfast.jobs.plan`.
"""

from collections.abc import Mapping
from dataclasses import dataclass, field, replace
from datetime import datetime
from enum import Enum
from pathlib import Path

from holdfast.errors import PlanInvalid

NAME_LIMIT = (
    200  #: characters in a job's name, a label or a subject: the ledger's columns hold them
)
LABELS = ("transfer", "process", "align", "load")  #: the sorts of work Holdfast itself has
SCHEDULE = "schedule"  #: the label of commands that are scheduled: each has a run of its own


class Status(Enum):
    """What state a job is in. A run is in one of RUNNING, DONE, FAILED and CANCELLED."""

    WAITING = "waiting"
    QUEUED = "queued"
    RUNNING = "running"
    DONE = "done"
    FAILED = "failed"
    BLOCKED = "blocked"
    CANCELLED = "cancelled"

    @property
    def sentence(self) -> str:
        """What the state means."""
        return _SENTENCES[self]

    @property
    def is_final(self) -> bool:
        """Whether nothing more happens in this run unless someone resumes it."""
        return self is not Status.WAITING and not self.is_at_work

    @property
    def is_at_work(self) -> bool:
        """Whether an executor has the job."""
        return self in (Status.QUEUED, Status.RUNNING)

    def may_become(self, other: "Status") -> bool:
        """Whether a job in this state may go to `other`. What is done stays done.

        >>> Status.RUNNING.may_become(Status.DONE), Status.DONE.may_become(Status.WAITING)
        (True, False)
        """
        return other in _NEXT[self]


_SENTENCES: Mapping[Status, str] = {
    Status.WAITING: "something it needs is not finished, or there is no room for it yet",
    Status.QUEUED: "an executor has it, and it waits there for its turn",
    Status.RUNNING: "it is at work",
    Status.DONE: "it ended well; its outputs are in place",
    Status.FAILED: "it ended badly; the reason says why",
    Status.BLOCKED: "something it needs failed, so it was not started",
    Status.CANCELLED: "someone asked it to stop",
}

_ENDS = frozenset({Status.DONE, Status.FAILED, Status.CANCELLED})

#: The legal transitions. Going back to WAITING is what a retry, or resuming a run, does.
_NEXT: Mapping[Status, frozenset[Status]] = {
    Status.WAITING: frozenset({Status.QUEUED, Status.RUNNING, Status.BLOCKED, Status.CANCELLED}),
    Status.QUEUED: _ENDS | {Status.RUNNING, Status.WAITING},
    Status.RUNNING: _ENDS | {Status.WAITING},
    Status.DONE: frozenset(),
    Status.FAILED: frozenset({Status.WAITING}),
    Status.BLOCKED: frozenset({Status.WAITING}),
    Status.CANCELLED: frozenset({Status.WAITING}),
}


class Rule(Enum):
    """When a job may start, and what its failure means for the others."""

    USUAL = "usual"  #: its failure blocks what needs it, and the run has failed
    CONTINUE = "continue"  #: what needs it starts all the same, but the run has failed
    OPTIONAL = "optional"  #: what needs it starts all the same, and the run may still be done
    ALWAYS = "always"  #: it starts when all it needs has ended, however: to clean up

    @property
    def forgives(self) -> bool:
        """Whether what needs such a job starts although it failed."""
        return self in (Rule.CONTINUE, Rule.OPTIONAL)


class Cause(Enum):
    """Why a start of a job ended."""

    WELL = "well"
    EXIT = "exit"  #: its exit code was not 0, or a signal ended it
    OUTPUT = "output"  #: its exit code was 0, but an output it promised is not there
    MEMORY = "memory"  #: it used more memory than it asked for
    TIME = "time"  #: it took more time than it asked for
    LOST = "lost"  #: the host or the service it ran on went away; no fault of the job
    STOPPED = "stopped"  #: someone asked it to stop
    START = "start"  #: it could not be started at all

    @property
    def is_limit(self) -> bool:
        """Whether the job met a limit of its own: the same again would meet it again."""
        return self in (Cause.MEMORY, Cause.TIME)


@dataclass(frozen=True, slots=True)
class Retry:
    """How often a job that failed is tried again, and after what rest.

    The rest is `delay` seconds before the first retry, twice as long before each further one, at
    most `longest`. A job that met its limit of memory or time is tried again only if `growth` is
    more than 1; it gets that many times its memory and time at each further try.
    """

    times: int = 0
    delay: float = 1.0
    longest: float = 3600.0
    growth: float = 1.0

    @property
    def problem(self) -> str | None:
        """What makes no sense in it."""
        if self.times < 0:
            return f"it cannot be tried again {self.times} times; say 0 or more"
        if not 0 <= self.delay <= self.longest:
            return "the rest before it is tried again must be 0 seconds or more"
        if not 1 <= self.growth <= 100:
            return f"its limits can grow 1 to 100 times at a retry, not {self.growth:g}"
        return None

    def rest(self, attempt: int) -> float:
        """Seconds to wait after the try number `attempt`, which counts from 1.

        >>> [Retry(times=9, delay=10.0, longest=60.0).rest(attempt) for attempt in (1, 2, 3, 4)]
        [10.0, 20.0, 40.0, 60.0]
        """
        return min(self.delay * 2.0 ** min(attempt - 1, 60), self.longest)

    def rest_after_loss(self, attempt: int, losses: int) -> float:
        """The rest after a try that was lost, the `losses`-th: that was no fault of the job's.

        >>> Retry(times=9, delay=60.0).rest_after_loss(attempt=5, losses=2)
        2.0
        """
        return min(self.rest(attempt), AFTER_LOSS * 2.0 ** (losses - 1))

    def applies(self, cause: Cause, attempt: int, losses: int = 0) -> bool:
        """Whether a job is tried again whose try number `attempt` ended for `cause`.

        `losses` of its tries, this one counted, were lost; they do not count against `times`.
        """
        if cause is Cause.LOST:
            return losses <= max(self.times, LOSSES)
        if cause.is_limit and self.growth == 1:
            return False
        return cause in _TRIED_AGAIN and attempt - losses <= self.times


AFTER_LOSS = 1.0  #: seconds of rest after a job's first loss, doubled at each further one
LOSSES = 3  #: how often a job is started again whose host went away, whatever its policy
_TRIED_AGAIN = (Cause.EXIT, Cause.OUTPUT, Cause.MEMORY, Cause.TIME)


@dataclass(frozen=True, slots=True)
class Job:
    """One thing to do: a command, what it needs before it, and what it may use.

    `command` never passes through a shell. `directory` is where it runs (None: the folder of its
    run's logs), so relative paths in a command need one. `memory` is bytes of all its processes
    together, `time` seconds of the clock on the wall; None means no limit. `inputs` must be there
    when it starts, and their size tells where it runs; `outputs` must be there when it has ended.
    A job may be started again after a crash, so its command must bear that. Of several jobs that
    could start, the one of the highest `priority` starts first.

    Raises
    ------
    PlanInvalid
        A part makes no sense: an empty command, a name that cannot be printed, no cores.
    """

    name: str
    command: tuple[str, ...]
    needs: tuple[str, ...] = ()
    label: str = "process"  #: what sort of work it is: transfer, process, align, load
    environment: Mapping[str, str] = field(default_factory=dict, hash=False)
    directory: Path | None = None
    inputs: tuple[Path, ...] = ()
    outputs: tuple[Path, ...] = ()
    stdout: Path | None = None  #: where its standard output goes; None: into its log
    cores: int = 1
    memory: int | None = None
    time: float | None = None
    retry: Retry = Retry()
    priority: int = 0
    rule: Rule = Rule.USUAL

    def __post_init__(self) -> None:
        check_name("a job's name", self.name)
        check_name(f"the label of job {self.name!r}", self.label)
        problem = (
            _command_problem(self.command)
            or _limits_problem(self)
            or _paths_problem(self)
            or self.retry.problem
        )
        if problem is None and not all(map(_is_variable, self.environment.items())):
            problem = "a variable of its environment has no name, or holds a NUL or '='"
        if problem is not None:
            raise PlanInvalid(f"job {self.name!r}: {problem}")

    def grown(self, attempt: int) -> "Job":
        """The job with the limits of its try number `attempt`, which counts from 1."""
        factor = self.retry.growth ** (attempt - 1)
        if factor == 1:
            return self
        return replace(
            self,
            memory=None if self.memory is None else int(self.memory * factor),
            time=None if self.time is None else self.time * factor,
        )


@dataclass(frozen=True, slots=True)
class Usage:
    """What one start of a job used. None: nobody measured it."""

    host: str = ""  #: the machine it ran on
    wall: float | None = None  #: seconds of the clock on the wall, the queue not counted
    cpu: float | None = None  #: seconds of processors, user and system
    memory: int | None = None  #: bytes: the most that all its processes had at once


UNMEASURED = Usage()


@dataclass(frozen=True, slots=True)
class Outcome:
    """What became of one job. `reason` is a sentence; times are UTC."""

    status: Status
    reason: str
    log: Path
    started: datetime | None = None
    ended: datetime | None = None
    exit_code: int | None = None  #: negative: the number of the signal that ended it
    cause: Cause | None = None  #: of its last end, also while it waits to be tried again
    attempt: int = 0  #: which try this is or was, from 1; 0: it was never started
    losses: int = 0  #: how many of its tries were lost with a host, an executor or an engine
    executor: str = ""  #: the name of the executor that had it last
    queued: datetime | None = None  #: when an executor took it
    usage: Usage = UNMEASURED


# -- checks ----------------------------------------------------------------------------------------


def check_name(what: str, name: str) -> None:
    """Refuse a name that no person could read, or no column hold, with a PlanInvalid."""
    if not name or not name.isprintable() or len(name) > NAME_LIMIT:
        raise PlanInvalid(f"{what} must be 1 to {NAME_LIMIT} printable characters, not {name!r}")


def _command_problem(command: object) -> str | None:
    # A bare string is a sequence of strings too, so the types do not catch it.
    if not isinstance(command, tuple) or not command or not command[0]:
        return "its command must be a tuple of words, the first of them a program"
    if any("\0" in word for word in command):
        return "a word of its command holds a NUL character"
    return None


def _limits_problem(job: Job) -> str | None:
    if job.cores < 1:
        return f"it must ask for 1 core or more, not {job.cores}"
    if job.memory is not None and job.memory < 1:
        return f"its memory must be 1 byte or more, not {job.memory}"
    # `not >` also refuses NaN.
    if job.time is not None and not job.time > 0:
        return f"its time must be more than 0 seconds, not {job.time}"
    if not -(2**31) <= job.priority < 2**31:
        return f"its priority must fit in 32 bits; {job.priority} does not"
    return None


def _paths_problem(job: Job) -> str | None:
    for path in (*job.inputs, *job.outputs, *([job.stdout] if job.stdout else [])):
        if "\0" in str(path):
            return "the name of one of its files holds a NUL character"
        if not path.is_absolute() and job.directory is None:
            return f"its file {str(path)!r} is relative; give it a directory, or the whole path"
    return None


def _is_variable(item: tuple[str, str]) -> bool:
    name, value = item
    return bool(name) and "=" not in name and "\0" not in name + value
