"""
Which executor takes which job, and whether there is room for it now: pure questions.

The rules of the settings are asked in their order; the first that fits a job names its executor.
What a site allows at once (cores of this machine, jobs of an executor, jobs of a label) is counted
over all runs of the ledger, so that several engines share it.
"""

from collections.abc import Container, Iterable, Mapping, Sequence
from dataclasses import dataclass, field, replace
from pathlib import Path

from holdfast.jobs.model import SCHEDULE, Job
from holdfast.settings.executors import LOCAL, Placement


@dataclass(frozen=True, slots=True)
class Inputs:
    """How much a job reads: bytes of all its inputs, and of the largest."""

    total: int = 0
    largest: int = 0

    @classmethod
    def of(cls, job: Job) -> "Inputs":
        """The sizes as they are on disk now; what is not there counts nothing."""
        sizes = [_size(resolved(job, path)) for path in job.inputs]
        return cls(sum(sizes), max(sizes, default=0))


@dataclass(frozen=True, slots=True)
class Capacity:
    """What one executor may have at once; None: as much as comes. `memory` is bytes."""

    cores: int | None = None
    memory: int | None = None
    jobs: int | None = None


@dataclass(frozen=True, slots=True)
class Rules:
    """What a site allows: rules of placement, capacities of executors, limits of labels."""

    placements: Sequence[Placement] = ()
    capacities: Mapping[str, Capacity] = field(default_factory=dict, hash=False)
    limits: Mapping[str, int] = field(default_factory=dict, hash=False)


@dataclass(slots=True)
class InUse:
    """What is at work on one executor."""

    cores: int = 0
    memory: int = 0  #: bytes that jobs asked for
    jobs: int = 0

    def add(self, job: Job) -> None:
        """Count one more job."""
        self.cores += job.cores
        self.memory += job.memory or 0
        self.jobs += 1


class Room:
    """What is at work, counted; each job that is let in is counted at once.

    `in_use` is what each executor has at work (the local one: on this host), `labels` how many jobs
    of each label are at work anywhere.
    """

    def __init__(
        self, rules: Rules, in_use: Mapping[str, InUse], labels: Mapping[str, int]
    ) -> None:
        self._rules = rules
        self._in_use = {name: replace(used) for name, used in in_use.items()}
        self._labels = dict(labels)
        self._waiting: dict[str, int] = {}
        self._closed: set[str] = set()

    def is_open(self, label: str) -> bool:
        """Whether one more job of `label` may be at work."""
        limit = self._rules.limits.get(label)
        return limit is None or self._labels.get(label, 0) < limit

    def take(
        self, job: Job, inputs: Inputs, possible: Container[str], *, urgent: bool = False
    ) -> str | None:
        """The executor that takes `job` now, counted as at work there; None: it must wait.

        `possible` are the executors that can have it at all. When an `urgent` job finds no room,
        nothing that comes after it gets what becomes free there: so a wide job is not passed over
        for ever by narrow ones.
        """
        if not self.is_open(job.label):
            return None
        executor = self._placed(job, inputs, possible)
        if executor in self._closed or not self._has_room(executor, job):
            self._waiting[executor] = self._waiting.get(executor, 0) + 1
            if urgent:
                self._closed.add(executor)
            return None
        if takes_room(job.label):
            self._used(executor).add(job)
        self._labels[job.label] = self._labels.get(job.label, 0) + 1
        return executor

    @property
    def is_full(self) -> bool:
        """Whether nothing at all can be let in any more."""
        return all(
            name in self._closed or _is_full(capacity, self._used(name))
            for name, capacity in self._rules.capacities.items()
        )

    def _placed(self, job: Job, inputs: Inputs, possible: Container[str]) -> str:
        for rule in self._rules.placements:
            if rule.executor in possible and fits(rule, job, inputs) and self._lets_in(rule, job):
                return rule.executor
        if LOCAL in possible:
            return LOCAL
        # Too big for this machine: it goes where it can, though its inputs are small.
        rest = (rule.executor for rule in self._rules.placements if rule.executor in possible)
        return next(rest, LOCAL)

    def _lets_in(self, rule: Placement, job: Job) -> bool:
        most, queue = rule.running_at_most, rule.waiting_at_most
        if most is not None and self._used(rule.executor).jobs >= most:
            return False
        starts_now = self._has_room(rule.executor, job)
        return starts_now or queue is None or self._waiting.get(rule.executor, 0) < queue

    def _has_room(self, executor: str, job: Job) -> bool:
        if not takes_room(job.label):
            return True
        capacity, used = self._capacity(executor), self._used(executor)
        return (
            (capacity.cores is None or used.cores + job.cores <= capacity.cores)
            and (capacity.memory is None or used.memory + (job.memory or 0) <= capacity.memory)
            and (capacity.jobs is None or used.jobs < capacity.jobs)
        )

    def _capacity(self, executor: str) -> Capacity:
        return self._rules.capacities.get(executor, Capacity())

    def _used(self, executor: str) -> InUse:
        return self._in_use.setdefault(executor, InUse())


def takes_room(label: str) -> bool:
    """Whether jobs of `label` keep others from the cores, memory and places of their executor.

    What is scheduled is a command with a run of its own, for whose jobs it waits: if it took a
    core, those that want all of them would wait for it for ever.
    """
    return label != SCHEDULE


def _is_full(capacity: Capacity, used: InUse) -> bool:
    return (capacity.cores is not None and used.cores >= capacity.cores) or (
        capacity.jobs is not None and used.jobs >= capacity.jobs
    )


def fits(rule: Placement, job: Job, inputs: Inputs) -> bool:
    """Whether all that `rule` asks of a job holds for `job`, whatever is at work now."""
    return (
        rule.label in (None, job.label)
        and (rule.input_at_least is None or inputs.total >= rule.input_at_least)
        and (rule.input_less is None or inputs.total < rule.input_less)
        and (rule.largest_less is None or inputs.largest < rule.largest_less)
        and (rule.memory_at_least is None or (job.memory or 0) >= rule.memory_at_least)
        and (rule.cores_at_least is None or job.cores >= rule.cores_at_least)
    )


def candidates(rules: Rules, job: Job) -> tuple[str, ...]:
    """The executors that `job` may come to, as far as can be said before its inputs are there."""
    known = not missing(job, job.inputs)
    inputs = Inputs.of(job) if known else None
    fitting = [
        rule.executor
        for rule in rules.placements
        if (fits(rule, job, inputs) if inputs else rule.label in (None, job.label))
    ]
    return tuple(dict.fromkeys([*fitting, LOCAL]))


def last_resorts(rules: Rules, job: Job) -> tuple[str, ...]:
    """The executors that jobs of this label come to, for one that is too big for its own place."""
    labelled = (rule.executor for rule in rules.placements if rule.label in (None, job.label))
    return tuple(dict.fromkeys(labelled))


def resolved(job: Job, path: Path) -> Path:
    """`path` as a whole path; a relative one is below the job's directory."""
    return path if job.directory is None else job.directory / path


def missing(job: Job, paths: Iterable[Path]) -> tuple[Path, ...]:
    """Those of `paths` that are not there."""
    return tuple(path for path in paths if not resolved(job, path).exists())


def _size(path: Path) -> int:
    try:
        if path.is_dir():
            return sum(each.stat().st_size for each in path.rglob("*") if each.is_file())
        return path.stat().st_size
    except OSError:
        return 0
