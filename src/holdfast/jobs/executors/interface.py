"""
What an executor owes the engine.

An executor starts commands, tells when they have ended and how, and ends them when asked. It knows
neither plans nor the ledger: the engine decides what to start and writes down what happened. The
examination every executor must pass is
:class:`holdfast.testing.executors.ExecutorContract`.
"""

from abc import ABC, abstractmethod
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path
from typing import Any

from holdfast.jobs.model import Job

#: What an executor calls a job of its own: enough to find it again after a crash, fit for JSON.
Native = Mapping[str, Any]


@dataclass(frozen=True, slots=True)
class Start:
    """One starting of one job.

    The same job started again gets a new `ticket`, a word no other start ever had. All paths are
    absolute; the folder of `log` and `progress` exists.
    """

    ticket: str
    run: int
    job: Job
    cores: int  #: how many the job may use here: what it asked for, or all there are
    log: Path  #: its output and errors are appended here
    progress: Path  #: where it may tell its progress


@dataclass(frozen=True, slots=True)
class Ended:
    """A started job has ended. `reason` says why it failed, and is empty if it ended well."""

    ticket: str
    exit_code: int | None  #: negative: the number of a signal; None if there is none to tell
    reason: str
    at: datetime  #: UTC

    @property
    def well(self) -> bool:
        """Whether the job did what it should."""
        return not self.reason


class Executor(ABC):
    """Where jobs run. One engine, in one thread, uses one executor at a time."""

    @abstractmethod
    def start(self, start: Start) -> Native:
        """Start a job and return at once.

        Every process of the job must be recognisable by the ticket alone, so that a job started
        just before a crash is found even if what is returned here was never written down. The
        command must not pass through a shell, and must not wait for input.

        Raises
        ------
        JobError
            It cannot be started, and why: the program is not there, the folder is missing. Nothing
            of it must be left.
        """

    @abstractmethod
    def wait(self, timeout: float) -> Sequence[Ended]:
        """The jobs that have ended since the last call, after waiting up to `timeout` seconds.

        It must return as soon as there is one to tell, and must tell each exactly once. It must
        enforce the time limits of the jobs. When a job is told as ended, no process of it may be
        left at work.
        """

    @abstractmethod
    def stop(self, ticket: str) -> bool:
        """Ask a started job to end, and say whether :meth:`wait` is still going to tell its end.

        It must reach all processes of the job, gently first and then without asking. A job whose
        end was told already, or that is unknown, must be passed over: the answer is False.
        """

    @abstractmethod
    def end_leftovers(self, leftovers: Mapping[str, Native | None]) -> None:
        """End what an engine that died had started: ticket → what :meth:`start` returned, if known.

        When this returns, nothing of them may be at work any more. It must never touch anything
        else, even if the system has since given the same numbers to others.
        """

    @abstractmethod
    def close(self) -> None:
        """End everything still at work, and let go of what is held."""
