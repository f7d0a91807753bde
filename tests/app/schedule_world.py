"""
A home with schedules whose jobs are only played, and a clock that shows what it is told to.

The ledger, the files and the engine are real; only the processes are not there.
"""

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from functools import cached_property
from pathlib import Path
from threading import Event

from holdfast.app.container import Container
from holdfast.app.worker import News, What, Worker
from holdfast.jobs.engine import Engine, Site
from holdfast.jobs.executors.interface import Executor
from holdfast.jobs.ledger import RunRecord
from holdfast.jobs.placement import Capacity, Rules
from holdfast.settings import Settings
from holdfast.settings.executors import LOCAL
from holdfast.testing.rehearsed import Act, RehearsedExecutor, Stage

NOON = datetime(2026, 11, 21, 12, tzinfo=UTC)


class Plays(dict[str, list[Act]]):
    """A script that never ends: every start of every job is played by `act`."""

    act = Act()

    def get(self, name: str, default: object = None) -> list[Act]:  # type: ignore[override]  # of one kind of value only
        return [self.act]


class PlayedContainer(Container):
    """A container whose engine plays its jobs on a stage it shares with others."""

    def __init__(self, settings: Settings, stage: Stage, plays: Plays) -> None:
        super().__init__(settings)
        self._stage, self._plays = stage, plays

    @cached_property
    def engine(self) -> Engine:
        site = Site({LOCAL: self._executor}, Rules(capacities={LOCAL: Capacity(cores=4)}))
        return Engine(self.ledger, site, self.settings.logs)

    def _executor(self, name: str, bell: Event) -> Executor:
        executor = RehearsedExecutor(name, bell, self._stage)
        executor.script = self._plays
        return executor


@dataclass
class ScheduleWorld:
    """A home, a clock, and workers of that home, each as if it were a process of its own."""

    home: Path
    now: datetime = NOON
    stage: Stage = field(default_factory=Stage)
    plays: Plays = field(default_factory=Plays)
    news: list[News] = field(default_factory=list)
    containers: list[Container] = field(default_factory=list)

    def settings(self, text: str) -> None:
        (self.home / "holdfast.toml").write_text(text)

    def recipe(self, bank: str, schedule: str = "") -> Path:
        file = self.home / "recipes" / f"{bank}.toml"
        file.parent.mkdir(exist_ok=True)
        file.write_text(f'name = "{bank}"\n[remote]\nurl = "https://example.org/"\n{schedule}')
        return file

    def container(self) -> Container:
        self.containers.append(PlayedContainer(Settings.read(self.home), self.stage, self.plays))
        return self.containers[-1]

    def worker(self) -> Worker:
        return Worker(self.container(), self.news.append, lambda: self.now)

    def pass_time(self, **amount: float) -> datetime:
        self.now += timedelta(**amount)
        return self.now

    def told(self, *kinds: What) -> list[str]:
        """What the workers told of these kinds since they were last asked."""
        told = [each.sentence for each in self.news if not kinds or each.what in kinds]
        self.news.clear()
        return told

    def runs(self, name: str) -> list[RunRecord]:
        """The runs of a schedule, the oldest first."""
        return self.containers[0].ledger.runs(f"schedule:{name}")[::-1]

    def close(self) -> None:
        for container in self.containers:
            container.close()


def finish(worker: Worker, times: int = 40) -> None:
    """Let a worker do all that it has to do."""
    for _ in range(times):
        worker.step()
        if not worker.busy:
            return
    raise AssertionError("it is still busy")


NIGHTLY = """
[schedules.nightly]
cron = "0 3 * * *"
zone = "UTC"
command = ["seq", "gc"]
"""


def nightly(**keys: object) -> str:
    """The schedule ``nightly`` with more keys."""
    written: Mapping[object, str] = {True: "true", False: "false"}
    return NIGHTLY + "".join(
        f"{key} = {written.get(value) or repr(value)}\n" for key, value in keys.items()
    )
