"""
A plan: a graph of jobs about one subject, and the questions one may ask of it.

A plan is checked when it is made, so whoever holds one may rely on it: names are unique, every need
is a job of the plan, and no job waits for itself. Nothing here starts, writes or waits; the
questions ("what can start now?", "what can never start any more?") are pure.
"""

import json
from collections import deque
from collections.abc import Collection, Mapping
from dataclasses import dataclass, field
from functools import cached_property
from graphlib import CycleError, TopologicalSorter
from pathlib import Path
from typing import Any

from holdfast.errors import JobError, PlanInvalid, RunNotFound, suggestion
from holdfast.jobs.model import Job, Outcome, Retry, Rule, Status, check_name


@dataclass(frozen=True)
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
        check_name("a plan's subject", self.subject)
        if not self.title.isprintable():
            raise PlanInvalid(f"the title {self.title!r} holds unprintable characters")
        _check_names(self.jobs)
        _check_needs(self.jobs)
        self.in_order()

    @cached_property
    def by_name(self) -> Mapping[str, Job]:
        """The jobs by their names, in the plan's order."""
        return {job.name: job for job in self.jobs}

    @cached_property
    def positions(self) -> Mapping[str, int]:
        """The place of each job in the plan's order."""
        return {job.name: place for place, job in enumerate(self.jobs)}

    @cached_property
    def needed_by(self) -> Mapping[str, tuple[Job, ...]]:
        """The jobs that need each job directly."""
        needed: dict[str, list[Job]] = {job.name: [] for job in self.jobs}
        for job in self.jobs:
            for need in dict.fromkeys(job.needs):
                needed[need].append(job)
        return {name: tuple(jobs) for name, jobs in needed.items()}

    def job(self, name: str) -> Job:
        """The job called `name`; a KeyError if there is none."""
        return self.by_name[name]

    def in_order(self) -> tuple[Job, ...]:
        """All jobs, each after everything it needs."""
        sorter = TopologicalSorter({job.name: job.needs for job in self.jobs})
        try:
            return tuple(self.by_name[name] for name in sorter.static_order())
        except CycleError as error:
            circle = " needs ".join(repr(name) for name in reversed(error.args[1]))
            raise PlanInvalid(f"the jobs wait for each other in a circle: {circle}") from error

    def ready(self, statuses: Mapping[str, Status]) -> tuple[Job, ...]:
        """The jobs that can start now, the most urgent first."""
        ready = [job for job in self.jobs if may_start(self, job, statuses)]
        return tuple(sorted(ready, key=lambda job: -job.priority))

    def blocked_by(self, name: str, statuses: Mapping[str, Status]) -> tuple[Job, ...]:
        """The waiting jobs that can never start now that `name` has ended as `statuses` says.

        All that need it, however far, but not beyond a job whose rule is
        :attr:`~holdfast.jobs.model.Rule.ALWAYS`, and none if it lets them go.
        """
        if lets_go(self.by_name[name], statuses[name]):
            return ()
        lost: dict[str, Job] = {}
        look_at = deque(self.needed_by[name])
        while look_at:
            job = look_at.popleft()
            if job.name in lost or job.rule is Rule.ALWAYS:
                continue
            if statuses[job.name] is Status.WAITING:
                lost[job.name] = job
                look_at.extend(self.needed_by[job.name])
        return tuple(sorted(lost.values(), key=lambda job: self.positions[job.name]))

    def succeeded(self, outcomes: Mapping[str, Outcome]) -> bool:
        """Whether every job is done, or optional and ended."""
        return all(
            outcomes[job.name].status is Status.DONE
            or (job.rule is Rule.OPTIONAL and outcomes[job.name].status is Status.FAILED)
            for job in self.jobs
        )

    def to_json(self) -> str:
        """The plan as one JSON document in ASCII; :meth:`from_json` reads it back."""
        jobs = [_encode_job(job) for job in self.jobs]
        return json.dumps({"subject": self.subject, "title": self.title, "jobs": jobs})

    @classmethod
    def from_json(cls, text: str) -> "Plan":
        """The plan that :meth:`to_json` wrote, of this version or an earlier one.

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
class Report:
    """What became of a run."""

    run: int
    plan: Plan
    outcomes: Mapping[str, Outcome] = field(hash=False)

    @property
    def succeeded(self) -> bool:
        """Whether every job is done, but for optional ones."""
        return self.plan.succeeded(self.outcomes)

    @property
    def failed(self) -> tuple[str, ...]:
        """The names of the jobs that failed, in the plan's order (not those blocked by them)."""
        failed = Status.FAILED
        return tuple(job.name for job in self.plan.jobs if self.outcomes[job.name].status is failed)


def may_start(plan: Plan, job: Job, statuses: Mapping[str, Status]) -> bool:
    """Whether `job` waits for nothing any more that it needs."""
    if statuses[job.name] is not Status.WAITING:
        return False
    return all(is_settled(job, plan.by_name[need], statuses[need]) for need in job.needs)


def is_settled(job: Job, need: Job, status: Status) -> bool:
    """Whether `job` needs to wait no longer for `need`, which is in the state `status`."""
    return status.is_final if job.rule is Rule.ALWAYS else lets_go(need, status)


def lets_go(need: Job, status: Status) -> bool:
    """Whether a job in the state `status` lets those start that need it."""
    return status is Status.DONE or (status is Status.FAILED and need.rule.forgives)


def again(plan: Plan, outcomes: Mapping[str, Outcome], names: Collection[str]) -> frozenset[str]:
    """The jobs to be done again when `names` are: these, and those that they keep from starting.

    Raises
    ------
    JobError
        One of `names` is no job of the plan, or is done.
    """
    for name in names:
        if name not in plan.by_name:
            raise RunNotFound(f"the run has no job {name!r}{suggestion(name, plan.by_name)}")
        if outcomes[name].status is Status.DONE:
            raise JobError(f"job {name!r} is done; what is done is not done again")
    chosen = set(names)
    look_at = deque(names)
    while look_at:
        for job in plan.needed_by[look_at.popleft()]:
            if job.name not in chosen and outcomes[job.name].status is Status.BLOCKED:
                chosen.add(job.name)
                look_at.append(job.name)
    return frozenset(chosen)


# -- checks ----------------------------------------------------------------------------------------


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


# -- JSON ------------------------------------------------------------------------------------------


def _encode_job(job: Job) -> dict[str, Any]:
    retry = job.retry
    return {
        "name": job.name,
        "command": job.command,
        "needs": job.needs,
        "label": job.label,
        "environment": dict(job.environment),
        "directory": _written(job.directory),
        "inputs": [str(path) for path in job.inputs],
        "outputs": [str(path) for path in job.outputs],
        "stdout": _written(job.stdout),
        "cores": job.cores,
        "memory": job.memory,
        "time": job.time,
        "retry": [retry.times, retry.delay, retry.longest, retry.growth],
        "priority": job.priority,
        "rule": job.rule.value,
    }


def _decode_job(document: Mapping[str, Any]) -> Job:
    memory, time = document["memory"], document["time"]
    return Job(
        name=_text(document["name"]),
        command=tuple(map(_text, _listed(document["command"]))),
        needs=tuple(map(_text, _listed(document["needs"]))),
        label=_text(document["label"]),
        environment={_text(key): _text(value) for key, value in document["environment"].items()},
        directory=_path(document["directory"]),
        inputs=_paths(document.get("inputs", [])),
        outputs=_paths(document.get("outputs", [])),
        stdout=_path(document.get("stdout")),
        cores=int(document["cores"]),
        memory=None if memory is None else int(memory),
        time=None if time is None else float(time),
        retry=_decode_retry(document.get("retry", [])),
        priority=int(document.get("priority", 0)),
        rule=Rule(document.get("rule", Rule.USUAL.value)),
    )


def _decode_retry(values: object) -> Retry:
    if not (numbers := _listed(values)):
        return Retry()
    times, *rest = numbers
    return Retry(int(times), *map(float, rest))


def _paths(values: object) -> tuple[Path, ...]:
    return tuple(Path(_text(value)) for value in _listed(values))


def _path(value: object) -> Path | None:
    return None if value is None else Path(_text(value))


def _written(path: Path | None) -> str | None:
    return None if path is None else str(path)


def _text(value: object) -> str:
    if not isinstance(value, str):
        raise TypeError(f"{value!r} is not a text")
    return value


def _listed(value: object) -> list[Any]:
    if not isinstance(value, list):
        raise TypeError(f"{value!r} is not a list")
    return value
