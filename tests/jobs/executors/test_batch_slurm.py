"""The batch executor on a real Slurm."""

from threading import Event

import pytest

from holdfast.jobs.executors.batch.executor import BatchExecutor
from holdfast.jobs.executors.batch.slurm import Slurm as SlurmScheduler
from holdfast.settings.executors import ExecutorSettings
from holdfast.testing.executors import ExecutorContract
from services.slurm import Slurm, slurm_service  # noqa: F401 - the fixture `slurm`

pytestmark = [
    pytest.mark.service("slurmctld", "slurmd", "munged"),
    pytest.mark.xdist_group("slurm"),
]


def an_executor(service: Slurm, **settings: object) -> BatchExecutor:
    said = {"kind": "slurm", "poll": 0.5, **settings}
    return BatchExecutor(
        "cluster",
        Event(),
        SlurmScheduler(),
        ExecutorSettings.model_validate(said),
        environment=service.environment,
        settle=1.0,
    )


class TestOnSlurm(ExecutorContract):
    """The examination."""

    a_while = 0.7

    @pytest.fixture(autouse=True)
    def _service(self, slurm: Slurm) -> None:
        self.service = slurm

    def make(self) -> BatchExecutor:
        return an_executor(self.service)
