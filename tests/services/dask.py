"""
A real Dask on this machine: a scheduler and its workers, each a process of its own, on loopback.

A worker offers four cores and 1000 MB as resources, whatever the machine has, and does four tasks
at once. Scheduler and workers can be killed and started again one by one.
"""

import os
import subprocess
import sys
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path
from tempfile import TemporaryDirectory

import pytest

from servers.served import free_port

CORES, MEMORY = 4, 1000 * 1024**2  #: what each worker says it offers
PATIENCE = 30.0  #: seconds after which a process should have answered
CALM = {"DASK_DISTRIBUTED__WORKER__DAEMON": "False", "DASK_DISTRIBUTED__ADMIN__TICK__LIMIT": "60s"}


class Dask:
    """A scheduler and workers at work in `folder`. `address` is the scheduler's."""

    def __init__(self, folder: Path) -> None:
        self.folder = folder
        self._port = free_port()
        self.address = f"tcp://127.0.0.1:{self._port}"
        self._processes: dict[str, subprocess.Popen[bytes]] = {}

    def start_scheduler(self) -> None:
        """Start the scheduler, and wait until it takes connections."""
        words = ["--host", "127.0.0.1", "--port", str(self._port), "--no-dashboard"]
        self._run("scheduler", "distributed.cli.dask_scheduler", *words)
        self._wait("scheduler", "Scheduler at:")

    def start_worker(self, name: str, *more: str) -> None:
        """Start a worker called `name`, and wait until the scheduler has it."""
        words = [self.address, "--name", name, "--no-nanny", "--no-dashboard", "--nthreads", "4"]
        offers = f"cores={CORES} memory={MEMORY}"
        words += ["--memory-limit", "0", "--resources", offers, "--host", "127.0.0.1", *more]
        self._run(name, "distributed.cli.dask_worker", *words)
        self._wait(name, "Registered to")

    def pid_of(self, name: str) -> int:
        """The process number of a worker, or of the `scheduler`."""
        return self._processes[name].pid

    def kill(self, name: str) -> None:
        """Kill one, as a host that fails does."""
        process = self._processes.pop(name)
        process.kill()
        process.wait()

    def end(self) -> None:
        """End all of them, workers first."""
        for name in reversed(list(self._processes)):
            self.kill(name)

    def _run(self, name: str, module: str, *words: str) -> None:
        with (self.folder / f"{name}.log").open("wb") as log:
            self._processes[name] = subprocess.Popen(
                [sys.executable, "-m", module, *words],
                stdin=subprocess.DEVNULL,
                stdout=log,
                stderr=subprocess.STDOUT,
                cwd=self.folder,
                env={**os.environ, **CALM},
            )

    def _wait(self, name: str, words: str) -> None:
        log = self.folder / f"{name}.log"
        self.wait_until(lambda: words in log.read_text(encoding="utf-8"), name)

    def wait_until(self, is_so: Callable[[], bool], what: str) -> None:
        """Wait until something is so; fail with the words of `what` if it does not come."""
        deadline = time.monotonic() + PATIENCE
        while not is_so():
            assert time.monotonic() < deadline, f"{what}: {self._said(what)}"
            time.sleep(0.05)

    def _said(self, name: str) -> str:
        log = self.folder / f"{name}.log"
        return log.read_text(encoding="utf-8")[-2000:] if log.exists() else "nothing"


@contextmanager
def dask_with(*workers: str) -> Iterator[Dask]:
    """A Dask with these workers."""
    with TemporaryDirectory(prefix="dask-") as folder:
        dask = Dask(Path(folder))
        try:
            dask.start_scheduler()
            for worker in workers:
                dask.start_worker(worker)
            yield dask
        finally:
            dask.end()


@pytest.fixture(scope="session", name="dask")
def shared_dask() -> Iterator[Dask]:
    """A Dask with two workers, for all tests that leave it as it is."""
    with dask_with("one", "two") as started:
        yield started
