"""
What the batch executor must know of a batch system.

A scheduler says which words to type and what the answers mean. It starts nothing and waits for
nothing: all of it is pure, so that tests compare text, also for systems that are not at hand.
"""

import re
from abc import ABC, abstractmethod
from collections.abc import Collection, Mapping
from dataclasses import dataclass
from enum import Enum
from math import ceil
from pathlib import Path
from typing import ClassVar

from holdfast.jobs.executors.interface import Start
from holdfast.jobs.model import Cause
from holdfast.settings.executors import LabelSettings

MIB = 1024**2
LAUNCHER = 32 * MIB  #: bytes for the launcher beside its job: an interpreter with few modules
TAG = 12  #: hexadecimal digits of a ticket in a job's name: no two jobs of a site share them


@dataclass(frozen=True, slots=True)
class Request:
    """What is asked of a batch system for one start. Memory in bytes, time in seconds."""

    name: str
    command: tuple[str, ...]
    folder: Path  #: where it runs
    said: str  #: name of the file there that takes what the system itself says about the job
    cores: int = 1
    memory: int | None = None
    time: float | None = None
    queue: str | None = None
    account: str | None = None
    options: tuple[str, ...] = ()

    @property
    def minutes(self) -> int | None:
        """Its time in whole minutes, which is how exactly most systems count; never less."""
        return None if self.time is None else max(1, ceil(self.time / 60))

    @property
    def mebibytes(self) -> int | None:
        """Its memory in MiB; never less."""
        return None if self.memory is None else ceil(self.memory / MIB)


class Phase(Enum):
    """How far a batch system says a job is."""

    QUEUED = "queued"  #: it waits for its turn, or is held
    RUNNING = "running"  #: it is at work, or suspended, or being cleaned up
    ENDED = "ended"  #: nothing more happens to it
    GONE = "gone"  #: the system answers, and does not know it (any more)


@dataclass(frozen=True, slots=True)
class Seen:
    """What a batch system says about one job.

    `cause` is given when the system itself ended the job, or when nobody else could know why it
    ended; None means that the job ended by itself. `words` are the system's own.
    """

    phase: Phase
    cause: Cause | None = None
    words: str = ""
    exit_code: int | None = None
    name: str = ""  #: the job's name; empty if the system did not say it


@dataclass(frozen=True, slots=True)
class Answer:
    """What a command of a batch system printed, and its exit code."""

    code: int
    out: str
    err: str = ""

    @property
    def words(self) -> str:
        """What it said, on one line: errors first."""
        return " ".join(f"{self.err} {self.out}".split())[:500]


class Unreadable(Exception):
    """The batch system did not answer, or not in a way one could read."""


@dataclass(frozen=True, slots=True)
class Queue:
    """What one job may have at most in a queue. None: nobody knows, or there is no limit."""

    name: str
    is_default: bool = False
    cores: int | None = None  #: of its largest node
    memory: int | None = None  #: bytes, of its largest node
    time: float | None = None  #: seconds


class Scheduler(ABC):
    """One batch system. `kind` is what settings call it, `title` what people call it."""

    kind: ClassVar[str]
    title: ClassVar[str]
    psij: ClassVar[str]  #: what PSI/J calls it
    name_limit: ClassVar[int] = 100  #: characters of a job's name
    id_form: ClassVar[str] = r"\d+"  #: what its numbers of jobs look like
    programs: ClassVar[tuple[str, ...]]  #: programs of it that must be installed here
    enters_by_script: ClassVar[bool] = False  #: no option says where a job runs; the script must
    books_by_script: ClassVar[bool] = True  #: PSI/J writes the account as it is meant
    none_found: ClassVar[str] = "(?!)"  #: how it says, as an error, that no job has a name
    last_words: ClassVar[tuple[tuple[str, Cause], ...]] = ()  #: what it says of jobs it ended

    @abstractmethod
    def submit_words(self, request: Request) -> tuple[str, ...]:
        """Options of its submit command that the script does not hold."""

    @abstractmethod
    def duration(self, minutes: int) -> str:
        """How a time is written in a script."""

    @abstractmethod
    def resources(self, request: Request) -> Mapping[str, int]:
        """The parts of PSI/J's resource specification that make it write what is meant."""

    @abstractmethod
    def status_words(self, ids: Collection[str]) -> tuple[str, ...]:
        """The command that asks how far the jobs `ids` are: one for all."""

    @abstractmethod
    def read_status(self, answer: Answer) -> Mapping[str, Seen]:
        """How far each job is that the answer knows; Unreadable if it is none."""

    @abstractmethod
    def find_words(self, name: str) -> tuple[str, ...]:
        """The command that prints the numbers of the jobs called `name`, one on each line."""

    @abstractmethod
    def reach_words(self) -> tuple[str, ...]:
        """A quick command that succeeds if the system answers."""

    @abstractmethod
    def will_pass(self, words: str) -> bool:
        """Whether a refusal with these words is nothing about the job: the same may work later."""

    def cancel_words(self, name: str) -> tuple[str, ...]:
        """Options of its cancel command that spare a job of another name with the same number."""
        del name
        return ()

    def amended(self, script: str) -> str:
        """The script of PSI/J's without what would be wrong in it."""
        return script

    def history_words(self, number: str) -> tuple[str, ...] | None:
        """The command that asks its books about a job its queue has forgotten, if it has books."""
        del number
        return None

    def read_history(self, answer: Answer) -> Seen | None:
        """What the books say; None if they say nothing."""
        del answer
        return None

    def limits_words(self) -> tuple[str, ...] | None:
        """The command that asks what a job may have at most, if there is one."""
        return None

    def read_limits(self, answer: Answer) -> Mapping[str, Queue]:
        """The queues by their names."""
        del answer
        return {}

    def read_found(self, answer: Answer) -> str | None:
        """The number of the latest job that :meth:`find_words` found; None if there is none.

        Raises
        ------
        Unreadable
            It is no answer: nobody knows whether there is one.
        """
        if answer.code != 0 and not re.search(self.none_found, answer.words):
            raise Unreadable(answer.words)
        numbers = [word for line in answer.out.splitlines() for word in line.split()[:1]]
        known = [number for number in numbers if self.is_number(number)]
        return known[-1] if known else None

    def is_number(self, word: object) -> bool:
        """Whether `word` can be the number of a job here: only then is it typed."""
        return isinstance(word, str) and re.fullmatch(self.id_form, word, re.ASCII) is not None

    def own_words(self, said: str) -> Cause | None:
        """Why the system ended a job, if it says so in the file that takes what it says.

        >>> from holdfast.jobs.executors.batch.slurm import Slurm
        >>> Slurm().own_words("*** JOB 3 ON n1 CANCELLED AT 10:00 DUE TO TIME LIMIT ***")
        <Cause.TIME: 'time'>
        """
        return next((cause for form, cause in self.last_words if re.search(form, said)), None)


def request_for(
    start: Start, command: tuple[str, ...], settings: LabelSettings, name_limit: int
) -> Request:
    """What to ask of a batch system for `start`, whose label has these `settings`.

    A job's own limits come before those of the settings. The launcher's memory comes on top.
    """
    job = start.job
    memory = job.memory if job.memory is not None else settings.memory
    return Request(
        name=name_of(start, name_limit),
        command=command,
        folder=start.folder,
        said=f"{start.ticket}.said",
        cores=job.cores,
        memory=None if memory is None else memory + LAUNCHER,
        time=job.time if job.time is not None else settings.time,
        queue=settings.queue,
        account=settings.account,
        options=settings.options,
    )


def name_of(start: Start, limit: int) -> str:
    """The name of a job in a queue: what it is, and the beginning of its ticket.

    By the ticket it is found again, so that part is never cut.
    """
    readable = re.sub(r"[^A-Za-z0-9_.-]+", "_", f"{start.job.label}.{start.job.name}")
    # Names must begin with a letter for some systems.
    readable = readable if readable[0].isalpha() else f"j{readable}"
    return f"{readable[: limit - TAG - 1]}.{start.ticket[:TAG]}"
