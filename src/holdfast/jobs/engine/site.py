"""
A site: where jobs can run, and what is allowed there at once.

Executors are made when the first job may come to them, so a site with a cluster costs nothing as
long as only this machine is used. All of them ring one bell, on which the engine sleeps.
"""

import time
from collections.abc import Callable, Iterator, Mapping
from threading import Event

from holdfast import plugins
from holdfast.errors import PlanInvalid
from holdfast.jobs.executors import machine
from holdfast.jobs.executors.interface import Executor
from holdfast.jobs.model import Job
from holdfast.jobs.placement import Capacity, Rules, candidates, last_resorts
from holdfast.jobs.plan import Plan
from holdfast.settings import Settings
from holdfast.settings.executors import LOCAL, ExecutorSettings

#: Makes one executor: given its name and the bell.
Maker = Callable[[str, Event], Executor]


class Site:
    """The executors by name, and the rules. Used by one engine, in one thread."""

    def __init__(self, makers: Mapping[str, Maker], rules: Rules) -> None:
        self.bell = Event()
        self.rules = rules
        self._makers = dict(makers)
        self._made: dict[str, Executor] = {}
        self._fence: float | None = None  # a moment of the monotonic clock

    @classmethod
    def of_one(cls, maker: Maker, cores: int) -> "Site":
        """A site with one executor only, the local one, with room for so many cores."""
        return cls({LOCAL: maker}, Rules(capacities={LOCAL: Capacity(cores=max(1, cores))}))

    @classmethod
    def of_settings(cls, settings: Settings) -> "Site":
        """The site that the settings tell of. An executor's kind is looked up when it is used."""
        here = settings.executors.get(LOCAL, ExecutorSettings(kind=LOCAL))
        cores = settings.processors if here.cores is None else here.cores
        tables = {**settings.executors, LOCAL: here.model_copy(update={"cores": cores})}
        makers = {name: _maker(table, settings) for name, table in tables.items()}
        capacities = {
            name: Capacity(
                cores=table.cores,
                memory=machine.memory() if name == LOCAL else None,
                jobs=table.jobs,
            )
            for name, table in tables.items()
        }
        return cls(makers, Rules(settings.placements, capacities, settings.limits))

    def __getitem__(self, name: str) -> Executor:
        """The executor called `name`, made if it is not yet.

        Raises
        ------
        PlanInvalid
            There is none of this name any more.
        """
        if name not in self._made:
            if name not in self._makers:
                raise PlanInvalid(
                    f"the executor {name!r} is not among the settings any more; put it back"
                )
            self._made[name] = self._makers[name](name, self.bell)
            if self._fence is not None:
                self._made[name].fence(max(0.0, self._fence - time.monotonic()))
        return self._made[name]

    def made(self) -> Iterator[Executor]:
        """The executors that were used so far."""
        return iter(tuple(self._made.values()))

    def fence(self, seconds: float) -> None:
        """Let no job of this host outlast the next `seconds`; see :meth:`Executor.fence`."""
        self._fence = time.monotonic() + seconds
        for executor in self.made():
            executor.fence(seconds)

    def possible(self, plan: Plan) -> dict[str, frozenset[str]]:
        """Where each job of `plan` can run.

        Raises
        ------
        PlanInvalid
            A job can run nowhere it may come to; the message says what to change.
        ExecutorUnreachable
            A job may come to an executor that does not answer.
        """
        reached: set[str] = set()
        places: dict[str, frozenset[str]] = {}
        for job in plan.jobs:
            places[job.name] = frozenset(self._places(job))
            for name in places[job.name] - reached:
                self[name].reach()
                reached.add(name)
        return places

    def _places(self, job: Job) -> list[str]:
        usual = candidates(self.rules, job)
        problems = {name: self._problem(name, job) for name in usual}
        if all(problems.values()):
            others = last_resorts(self.rules, job)
            problems |= {name: self._problem(name, job) for name in others if name not in problems}
        places = [name for name, problem in problems.items() if problem is None]
        if not places:
            raise PlanInvalid("; ".join(filter(None, problems.values())))
        return places

    def _problem(self, name: str, job: Job) -> str | None:
        """Why `job` can never run on the executor `name`, by its own word or by our rules."""
        most = self.rules.capacities.get(name, Capacity()).cores
        if most is not None and job.cores > most:
            return (
                f"job {job.name!r} asks for {job.cores} cores and {name} may use {most}; "
                f"ask for at most {most}, or let another executor take it"
            )
        return self[name].problem(job)


def _maker(table: ExecutorSettings, settings: Settings) -> Maker:
    def make(name: str, bell: Event) -> Executor:
        maker = plugins.load(plugins.Group.EXECUTORS, table.kind)
        made: Executor = maker(name, table, bell, settings.home)
        return made

    return make
