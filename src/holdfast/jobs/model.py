"""
The values of the engine: a job, a plan of jobs, and what became of them.

A plan is checked when it is made, so whoever holds one may rely on it: names are unique, every need
is a job of the plan, and no job waits for itself. Nothing here starts, writes or waits; the
questions ("what can start now?", "what can never start after this failure?") are pure.
"""

import json
from collections.abc import Container, Iterable, Iterator, Mapping
from dataclasses import dataclass, field
from datetime import datetime
from enum import Enum
from graphlib import CycleError, TopologicalSorter
from pathlib import Path
from typing import Any

from holdfast.errors import PlanInvalid, suggestion

NAME_LIMIT = (
    200  #: characters in a job's name, a label or a subject: the ledger's columns hold them
)


class Status(Enum):
    """What state a job is in. A run is in one of RUNNING, DONE, FAILED and CANCELLED."""

    WAITING = "waiting"
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
        return self not in (Status.WAITING, Status.RUNNING)

    def may_become(self, other: "Status") -> bool:
        """Whether a job in this state may go to `other`. What is done stays done.

        >>> Status.RUNNING.may_become(Status.DONE), Status.DONE.may_become(Status.WAITING)
        (True, False)
        """
        return other in _NEXT[self]


_SENTENCES: Mapping[Status, str] = {
    Status.WAITING: "something it needs is not finished, or all cores are busy",
    Status.RUNNING: "an executor has it",
    Status.DONE: "it ended well; its outputs are in place",
    Status.FAILED: "it ended badly; the reason says why",
    Status.BLOCKED: "something it needs failed, so it was not started",
    Status.CANCELLED: "someone asked it to stop",
}

#: The legal transitions. Going back to WAITING is what resuming a run does.
_NEXT: Mapping[Status, frozenset[Status]] = {
    Status.WAITING: frozenset({Status.RUNNING, Status.BLOCKED, Status.CANCELLED}),
    Status.RUNNING: frozenset({Status.DONE, Status.FAILED, Status.CANCELLED, Status.WAITING}),
    Status.DONE: frozenset(),
    Status.FAILED: frozenset({Status.WAITING}),
    Status.BLOCKED: frozenset({Status.WAITING}),
    Status.CANCELLED: frozenset({Status.WAITING}),
}


@dataclass(frozen=True, slots=True)
class Job:
    """One thing to do: a command, what it needs before it, and what it may use.

    `command` never passes through a shell. `directory` is where it runs (None: the folder of its
    run's logs), so relative paths in a command need one. `memory` is bytes, `time` seconds; None
    means no limit. A job may be started again after a crash, so its command must bear that.

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
    cores: int = 1
    memory: int | None = None
    time: float | None = None

    def __post_init__(self) -> None:
        _check_name("a job's name", self.name)
        _check_name(f"the label of job {self.name!r}", self.label)
        problem = _command_problem(self.command) or _limits_problem(self)
        if problem is None and not all(map(_is_variable, self.environment.items())):
            problem = "a variable of its environment has no name, or holds a NUL or '='"
        if problem is not None:
            raise PlanInvalid(f"job {self.name!r}: {problem}")


@dataclass(frozen=True, slots=True)
class Plan:
    """A graph of jobs about one subject. Jobs that could start together start in this order.

    `subject` says what it is about in a way programs can ask for (``bank:yeast``); `title` is for
    people.

    Raises
    ------
    PlanInvalid
        Two jobs have one name, a need is no job of the plan, or jobs wait for each other in a
        circle, which the message draws.
    """

    subject: str
    title: str
    jobs: tuple[Job, ...]

    def __post_init__(self) -> None:
        _check_name("a plan's subject", self.subject)
        if not self.title.isprintable():
            raise PlanInvalid(f"the title {self.title!r} holds unprintable characters")
        _check_names(self.jobs)
        _check_needs(self.jobs)
        self.in_order()

    def job(self, name: str) -> Job:
        """The job called `name`; a KeyError if there is none."""
        for job in self.jobs:
            if job.name == name:
                return job
        raise KeyError(name)

    def in_order(self) -> tuple[Job, ...]:
        """All jobs, each after everything it needs."""
        by_name = {job.name: job for job in self.jobs}
        sorter = TopologicalSorter({job.name: job.needs for job in self.jobs})
        try:
            return tuple(by_name[name] for name in sorter.static_order())
        except CycleError as error:
            circle = " needs ".join(repr(name) for name in reversed(error.args[1]))
            raise PlanInvalid(f"the jobs wait for each other in a circle: {circle}") from error

    def ready(self, outcomes: Mapping[str, "Outcome"]) -> tuple[Job, ...]:
        """The jobs that can start now. A job `outcomes` does not know is waiting."""
        waiting = [job for job in self.jobs if _status(outcomes, job.name) is Status.WAITING]
        done = {name for name, outcome in outcomes.items() if outcome.status is Status.DONE}
        return tuple(startable(waiting, done))

    def blocked_by(self, name: str) -> tuple[Job, ...]:
        """The jobs that can never start once `name` has failed: all that need it, however far."""
        if not any(name in job.needs for job in self.jobs):
            return ()
        lost = {name}
        for job in self.in_order():
            if not lost.isdisjoint(job.needs):
                lost.add(job.name)
        return tuple(job for job in self.jobs if job.name in lost and job.name != name)

    def to_json(self) -> str:
        """The plan as one JSON document in ASCII; :meth:`from_json` reads it back."""
        jobs = [_encode_job(job) for job in self.jobs]
        return json.dumps({"subject": self.subject, "title": self.title, "jobs": jobs})

    @classmethod
    def from_json(cls, text: str) -> "Plan":
        """The plan that :meth:`to_json` wrote.

        Raises
        ------
        PlanInvalid
            `text` is not such a document, or the plan in it makes no sense.
        """
        try:
            document = json.loads(text)
            jobs = tuple(_decode_job(job) for job in _listed(document["jobs"]))
            return cls(_text(document["subject"]), _text(document["title"]), jobs)
        except (KeyError, TypeError, ValueError, AttributeError, RecursionError) as error:
            raise PlanInvalid(f"this is not a plan in JSON: {error!r}") from error


@dataclass(frozen=True, slots=True)
class Outcome:
    """What became of one job. `reason` is a sentence; times are UTC."""

    status: Status
    reason: str
    log: Path
    started: datetime | None = None
    ended: datetime | None = None
    exit_code: int | None = None  #: negative: the number of the signal that ended it


@dataclass(frozen=True, slots=True)
class Report:
    """What became of a run."""

    run: int
    plan: Plan
    outcomes: Mapping[str, Outcome] = field(hash=False)

    @property
    def succeeded(self) -> bool:
        """Whether every job is done."""
        return all(outcome.status is Status.DONE for outcome in self.outcomes.values())

    @property
    def failed(self) -> tuple[str, ...]:
        """The names of the jobs that failed, in the plan's order (not those blocked by them)."""
        failed = Status.FAILED
        return tuple(job.name for job in self.plan.jobs if self.outcomes[job.name].status is failed)


def startable(waiting: Iterable[Job], done: Container[str]) -> Iterator[Job]:
    """Those of the `waiting` jobs whose needs are all `done`, in order, one when asked for."""
    return (job for job in waiting if all(need in done for need in job.needs))


def _status(outcomes: Mapping[str, Outcome], name: str) -> Status:
    outcome = outcomes.get(name)
    return outcome.status if outcome is not None else Status.WAITING


# -- checks ----------------------------------------------------------------------------------------


def _check_name(what: str, name: str) -> None:
    if not name or not name.isprintable() or len(name) > NAME_LIMIT:
        raise PlanInvalid(f"{what} must be 1 to {NAME_LIMIT} printable characters, not {name!r}")


def _check_names(jobs: tuple[Job, ...]) -> None:
    seen: set[str] = set()
    for job in jobs:
        if job.name in seen:
            raise PlanInvalid(f"two jobs are called {job.name!r}; each needs a name of its own")
        seen.add(job.name)


def _check_needs(jobs: tuple[Job, ...]) -> None:
    names = {job.name for job in jobs}
    for job in jobs:
        for need in job.needs:
            if need not in names:
                hint = suggestion(need, names)
                raise PlanInvalid(f"job {job.name!r} needs {need!r}, which is not a job{hint}")


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
    return None


def _is_variable(item: tuple[str, str]) -> bool:
    name, value = item
    return bool(name) and "=" not in name and "\0" not in name + value


# -- JSON ------------------------------------------------------------------------------------------


def _encode_job(job: Job) -> dict[str, Any]:
    return {
        "name": job.name,
        "command": job.command,
        "needs": job.needs,
        "label": job.label,
        "environment": dict(job.environment),
        "directory": None if job.directory is None else str(job.directory),
        "cores": job.cores,
        "memory": job.memory,
        "time": job.time,
    }


def _decode_job(document: Mapping[str, Any]) -> Job:
    directory = document["directory"]
    memory, time = document["memory"], document["time"]
    return Job(
        name=_text(document["name"]),
        command=tuple(map(_text, _listed(document["command"]))),
        needs=tuple(map(_text, _listed(document["needs"]))),
        label=_text(document["label"]),
        environment={_text(key): _text(value) for key, value in document["environment"].items()},
        directory=None if directory is None else Path(_text(directory)),
        cores=int(document["cores"]),
        memory=None if memory is None else int(memory),
        time=None if time is None else float(time),
    )


def _text(value: object) -> str:
    if not isinstance(value, str):
        raise TypeError(f"{value!r} is not a text")
    return value


def _listed(value: object) -> list[Any]:
    if not isinstance(value, list):
        raise TypeError(f"{value!r} is not a list")
    return value
