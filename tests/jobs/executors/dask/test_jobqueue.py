"""The recipe of the manual for workers from a batch system, which is Grid Engine here."""

import os
import subprocess
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from threading import Event

import pytest

from holdfast.jobs.executors.dask.executor import DaskExecutor
from holdfast.jobs.executors.interface import Executor
from holdfast.settings.executors import ExecutorSettings
from holdfast.testing.examined import ExaminedExecutor, a_start
from services.gridengine import GridEngine, shared_grid_engine  # noqa: F401 - a fixture

pytestmark = [pytest.mark.service("sge_qmaster", "sge_execd"), pytest.mark.xdist_group("sge")]

SITE = """
import sys
from dask_jobqueue import SGECluster

cluster = SGECluster(
    queue="all.q",
    cores=4,
    processes=1,
    memory="1GB",
    walltime="00:10:00",
    interface="lo",
    worker_extra_args=["--resources", "cores=4,memory=1e9"],
    scheduler_options={"dashboard_address": None},
)
cluster.adapt(minimum_jobs=1, maximum_jobs=2)
print(cluster.scheduler_address, flush=True)
sys.stdin.read()
cluster.close()
"""


@contextmanager
def site(grid_engine: GridEngine, folder: Path) -> Iterator[str]:
    """The small program of the manual at work; its scheduler's address."""
    ours = {name: value for name, value in grid_engine.environment.items() if name[:4] == "SGE_"}
    with (folder / "said").open("wb") as said:
        running = subprocess.Popen(
            [sys.executable, "-c", SITE],
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            stderr=said,
            env={**os.environ, **ours},
            cwd=folder,
        )
    with running:
        assert running.stdout is not None
        assert running.stdin is not None
        address = running.stdout.readline().decode().strip()
        assert address, (folder / "said").read_text()
        yield address
        running.stdin.close()


class TestJobsOnWorkersOfGridEngine(ExaminedExecutor):
    """Jobs of the dask executor, on workers that Grid Engine started."""

    patience = 60.0

    @pytest.fixture(autouse=True)
    def _site(self, grid_engine: GridEngine, tmp_path: Path) -> Iterator[None]:
        with site(grid_engine, tmp_path) as self.address:
            yield

    def make(self) -> Executor:
        options = ("cores={cores}", "memory={memory}")
        settings = ExecutorSettings(kind="dask", address=self.address, options=options)
        return DaskExecutor("grid", settings, Event(), Path())

    def test_a_job_runs_there_in_a_job_of_grid_engine(
        self, executor: Executor, tmp_path: Path
    ) -> None:
        start = a_start(tmp_path, self.command_that_shows("JOB_ID"), memory=10**8)
        assert self.done(executor, start).well
        assert start.log.read_text().strip().isdigit()
