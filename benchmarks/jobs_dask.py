"""
What the dask executor costs per job: 200 jobs that do nothing, on two workers of one thread each.

Beside it, on the same scheduler and workers in the same minute: the same program run by a bare
``client.submit(subprocess.run, …)``, of which nothing is attended to or written down, and a bare
``client.submit`` of a function that does nothing at all. What lies between is the launcher: an
interpreter that is started for each job, its limits and its files.
"""

import argparse
import subprocess
import sys
import tempfile
import time
from collections.abc import Callable
from pathlib import Path
from secrets import token_hex
from threading import Event

import distributed

from holdfast.jobs.executors.dask.executor import DaskExecutor
from holdfast.jobs.executors.interface import Ended, Start
from holdfast.jobs.model import Job
from holdfast.settings.executors import ExecutorSettings

WORKERS = 2


def main(arguments: list[str]) -> int:
    """Print milliseconds per job, the executor's and its peers'."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--data", help="not used: these jobs need no data")
    parser.add_argument("--jobs", type=int, default=200)
    count = parser.parse_args(arguments).jobs
    with distributed.LocalCluster(
        n_workers=WORKERS, threads_per_worker=1, dashboard_address=None
    ) as cluster:
        rows = {
            "executor, job `true`": _executor(cluster.scheduler_address, count),
            "client.submit, run `true`": _bare(cluster, count, subprocess.run, ["true"]),
            "client.submit, nothing": _bare(cluster, count, time.time),
            "launcher alone, in a loop": _launchers(max(1, count // 10)) * 10,
        }
    print(f"{count} jobs on {WORKERS} workers of Dask")
    for what, seconds in rows.items():
        print(f"  {what:<26} {seconds / count * 1e3:8.2f} ms per job")
    return 0


def _executor(address: str, count: int) -> float:
    settings = ExecutorSettings(kind="dask", address=address)
    executor = DaskExecutor("grid", settings, Event(), Path())
    executor.reach()
    with tempfile.TemporaryDirectory() as folder:
        begun = time.perf_counter()
        for number in range(count):
            executor.start(_start(Path(folder), number))
        ended = 0
        while ended < count:
            executor.bell.wait()
            executor.bell.clear()
            ended += sum(isinstance(news, Ended) for news in executor.collect())
        took = time.perf_counter() - begun
    executor.leave()
    return took


def _start(folder: Path, number: int) -> Start:
    job = Job(f"job {number}", ("true",))
    log, progress = folder / f"{number}.log", folder / f"{number}.progress"
    return Start(token_hex(16), 1, job, log, progress, folder)


def _bare(cluster: distributed.LocalCluster, count: int, work: Callable, *words: object) -> float:
    with distributed.Client(cluster) as client:
        begun = time.perf_counter()
        futures = [client.submit(work, *words, pure=False) for _ in range(count)]
        distributed.wait(futures)
        return time.perf_counter() - begun


def _launchers(count: int) -> float:
    """What the interpreter of a launcher costs before it finds that there is nothing to do."""
    launcher = "holdfast.jobs.executors.launched.launcher"
    command = [sys.executable, "-m", launcher, "/nonexistent/0.start"]
    begun = time.perf_counter()
    for _ in range(count):
        subprocess.run(command, check=False, capture_output=True)
    return time.perf_counter() - begun


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
