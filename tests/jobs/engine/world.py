"""What tests of the engine share: a ledger, sites of rehearsed executors, plans in few words."""

from collections.abc import Callable
from dataclasses import dataclass, field
from pathlib import Path
from threading import Event

from holdfast.jobs.engine import Engine, Site
from holdfast.jobs.executors.interface import Executor
from holdfast.jobs.ledger import Ledger
from holdfast.jobs.model import Job
from holdfast.jobs.placement import Capacity, Rules
from holdfast.jobs.plan import Plan, Report
from holdfast.settings.executors import LOCAL
from holdfast.testing.rehearsed import Act, QueueingExecutor, RehearsedExecutor, Stage

CLUSTER = "cluster"


def say(name: str, *needs: str, **parts: object) -> Job:
    """A job that ends well."""
    return Job(name, ("say", "x"), needs, **parts)  # type: ignore[arg-type] # parts of a job


def fail(name: str, *needs: str, **parts: object) -> Job:
    """A job that fails."""
    return Job(name, ("fail", "1", "no"), needs, **parts)  # type: ignore[arg-type] # parts of a job


def last(name: str, *needs: str, **parts: object) -> Job:
    """A job that goes on until it is ended."""
    return Job(name, ("last",), needs, **parts)  # type: ignore[arg-type] # parts of a job


def plan(*jobs: Job) -> Plan:
    return Plan("test:engine", "a plan", jobs)


def statuses(report: Report) -> dict[str, str]:
    return {name: outcome.status.value for name, outcome in report.outcomes.items()}


@dataclass
class World:
    """A ledger and a stage. Each engine made here is like one of another process."""

    home: Path
    ledger: Ledger
    rules: Rules = field(
        default_factory=lambda: Rules(capacities={LOCAL: Capacity(cores=2), CLUSTER: Capacity()})
    )
    stage: Stage = field(default_factory=Stage)
    here: list[RehearsedExecutor] = field(default_factory=list)
    there: list[QueueingExecutor] = field(default_factory=list)
    cores: int = 64  #: of the rehearsed machine
    script: dict[str, list[Act]] = field(default_factory=dict)  #: what happens there to a job
    unreachable: Exception | None = None  #: why the rehearsed cluster does not answer

    def engine(self, lease: float = 60.0) -> Engine:
        """A new engine, on a site with a rehearsed machine and a rehearsed cluster."""
        site = Site({LOCAL: self._here, CLUSTER: self._there}, self.rules)
        return Engine(self.ledger, site, self.home / "logs", lease)

    def started(self) -> list[str]:
        """The jobs that were started, in order, wherever."""
        return [name for each in (*self.here, *self.there) for name in each.started]

    def _here(self, name: str, bell: Event) -> Executor:
        self.here.append(RehearsedExecutor(name, bell, self.stage, cores=self.cores))
        self.here[-1].script = self.script
        return self.here[-1]

    def _there(self, name: str, bell: Event) -> Executor:
        self.there.append(QueueingExecutor(name, bell, self.stage))
        self.there[-1].unreachable = self.unreachable
        return self.there[-1]


def step_until(engine: Engine, happened: Callable[[], bool], patience: int = 400) -> list[Report]:
    """Let the engine work until something has happened; the reports of runs that were over."""
    reports: list[Report] = []
    for _ in range(patience):
        reports += engine.step(0.05)
        if happened():
            return reports
    raise AssertionError("it did not happen")
