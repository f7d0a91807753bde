"""
What an executor owes the engine.

An executor starts commands, tells when they have begun and ended and how, ends them when asked, and
finds again what an engine that died had given it. It knows neither plans nor the ledger: the engine
decides what to start and writes down what happened. The examination every executor must pass is
:class:`holdfast.testing.executors.ExecutorContract`.
"""

from abc import ABC, abstractmethod
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path
from threading import Event
from typing import Any, ClassVar

from holdfast.jobs.model import UNMEASURED, Cause, Job, Usage

#: What an executor calls a job of its own: enough to find it again after a crash, fit for JSON.
Native = Mapping[str, Any]


@dataclass(frozen=True, slots=True)
class Start:
    """One starting of one job.

    The same job started again gets a new `ticket`, a word no other start ever had: 32 hexadecimal
    digits. All paths are absolute; the folder of `log` and `progress` exists and is seen by every
    host that runs jobs. `job` has the limits that count for this try.
    """

    ticket: str
    run: int
    job: Job
    log: Path  #: its output and errors are appended here
    progress: Path  #: where it may tell its progress
    folder: Path  #: where the executor may keep files about this start, named after the ticket


@dataclass(frozen=True, slots=True)
class Began:
    """A job that was queued is at work now. `native` adds to what was known of it."""

    ticket: str
    at: datetime  #: UTC
    host: str
    native: Native | None = None


@dataclass(frozen=True, slots=True)
class Ended:
    """A started job has ended. `reason` says why it failed, and is empty if it ended well."""

    ticket: str
    cause: Cause
    reason: str
    at: datetime  #: UTC
    exit_code: int | None = None  #: negative: the number of a signal; None if there is none to tell
    usage: Usage = UNMEASURED

    @property
    def well(self) -> bool:
        """Whether the job did what it should."""
        return self.cause is Cause.WELL


class Executor(ABC):
    """Where jobs run. One engine, in one thread, uses an executor at a time.

    `name` is what the settings call it. `bell` is set by the executor, from any thread, whenever
    :meth:`collect` has something to give; the engine sleeps on it, so an executor that forgets to
    ring delays its jobs.
    """

    queues: ClassVar[bool] = False  #: whether jobs may wait for their turn in a queue of its own

    def __init__(self, name: str, bell: Event) -> None:
        self.name = name
        self.bell = bell

    @abstractmethod
    def problem(self, job: Job) -> str | None:
        """Why `job` can never run here, as a sentence that says what to change; None if it can.

        It is asked before anything of a plan starts: more cores than there are, more memory than
        the machine has, a time the queue does not allow, a program that is not installed.
        """

    @abstractmethod
    def reach(self) -> None:
        """See that the executor's service answers. It is called before anything of a plan starts.

        Raises
        ------
        ExecutorUnreachable
            It does not, and what to do.
        """

    @abstractmethod
    def start(self, start: Start) -> Native:
        """Start or submit a job and return at once.

        A job started just before a crash must be found by its ticket alone, even if what is
        returned here was never written down. The command must not pass through a shell, and must
        not wait for input.

        Raises
        ------
        JobError
            It cannot be started, and why: the program is not there, the folder is missing. Nothing
            of it must be left.
        ExecutorUnreachable
            The service does not answer; the job may be started again later.
        """

    @abstractmethod
    def collect(self) -> Sequence[Began | Ended]:
        """What happened since the last call, in order; it never waits.

        Each end must be told exactly once. The limits of time and memory must hold whether this is
        called or not. When a job is told as ended, no process of it may be left at work.
        """

    @abstractmethod
    def stop(self, ticket: str) -> bool:
        """Ask a started job to end, and say whether :meth:`collect` is still going to tell its end.

        It must reach all processes of the job, gently first and then without asking. A job whose
        end was told already, or that is unknown, must be passed over: the answer is False.
        """

    @abstractmethod
    def adopt(self, start: Start, native: Native | None) -> bool:
        """Find again what an engine that died had started as `start`, on this host or another.

        `native` is what :meth:`start` returned, or None if it was never written down. True: the job
        is at work, or has ended with a result that is known, and :meth:`collect` will tell its end
        (also when it ended long ago). False: it has no result, nothing of it is at work, and
        nothing of it can ever begin any more; it may be started again. It must never touch anything
        else, even if the system has since given the same numbers to others.
        """

    @abstractmethod
    def close(self) -> None:
        """End everything still at work that was started or adopted here, and let go of the rest."""

    def fence(self, seconds: float | None) -> None:
        """Let no job that lives and dies with this host outlast the next `seconds`; None: no bound.

        The engine calls it again and again while it holds its claims, so that jobs of a host that
        has lost touch with the ledger have ended before another host starts them anew. Jobs that
        another engine can find again need not mind.
        """

    def leave(self) -> None:
        """Let go without ending anything: another engine will adopt what is at work."""
        self.close()
