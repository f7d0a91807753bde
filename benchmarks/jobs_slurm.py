"""
What the Slurm executor costs per job: 50 jobs that do nothing, on a Slurm of one node.

Beside it, on the same Slurm in the same minute: the same program submitted by plain ``sbatch
--wait``, of which nothing is attended to or written down, all at once and one after another; and
the launcher alone, an interpreter that is started for each job, which is most of what lies between.
The Slurm is the tests' own (``tests/services/slurm.py``); without one installed it is left out.
"""

import argparse
import shutil
import subprocess
import sys
import tempfile
import time
from pathlib import Path
from secrets import token_hex
from threading import Event

from holdfast.jobs.executors import exchange
from holdfast.jobs.executors.batch import executor as batch
from holdfast.jobs.executors.batch.slurm import Slurm
from holdfast.jobs.executors.interface import Ended, Start
from holdfast.jobs.model import Job
from holdfast.settings.executors import ExecutorSettings

sys.path.insert(0, str(Path(__file__).parent.parent / "tests"))


def main(arguments: list[str]) -> int:
    """Print milliseconds per job, the executor's and its peers'."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--data", help="not used: these jobs need no data")
    parser.add_argument("--jobs", type=int, default=50)
    count = parser.parse_args(arguments).jobs
    if shutil.which("sbatch") is None or shutil.which("munged", path="/usr/sbin") is None:
        print("left out: Slurm is not installed")
        return 0
    from services.slurm import CORES, running_slurm  # noqa: PLC0415 - of the tests, found above

    with running_slurm() as slurm:
        few = max(1, count // 10)
        _plain(slurm.environment, 1)
        rows = {
            "executor": _executor(slurm.environment, count),
            "  of which submitting": _submitting(slurm.environment, count),
            "sbatch --wait, all at once": _plain(slurm.environment, count),
            "one job: executor": _executor(slurm.environment, few, together=False) * count / few,
            "one job: sbatch --wait": _plain(slurm.environment, few, together=False) * count / few,
            "launcher alone, in a loop": _launchers(few) * count / few,
        }
    print(f"{count} jobs `true` on {CORES} cores of Slurm")
    for what, seconds in rows.items():
        print(f"  {what:<28} {seconds / count * 1e3:8.1f} ms per job")
    return 0


def _made(environment: dict[str, str]) -> batch.BatchExecutor:
    settings = ExecutorSettings(kind="slurm")
    executor = batch.BatchExecutor("slurm", Event(), Slurm(), settings, environment=environment)
    executor.reach()
    return executor


def _executor(environment: dict[str, str], count: int, *, together: bool = True) -> float:
    executor = _made(environment)
    with tempfile.TemporaryDirectory() as folder:
        begun = time.perf_counter()
        for number in range(count):
            executor.start(_start(Path(folder), number))
            if not together:
                _wait(executor, 1)
        if together:
            _wait(executor, count)
        took = time.perf_counter() - begun
        executor.leave()
    return took


def _submitting(environment: dict[str, str], count: int) -> float:
    executor = _made(environment)
    with tempfile.TemporaryDirectory() as folder:
        begun = time.perf_counter()
        for number in range(count):
            executor.start(_start(Path(folder), number))
        took = time.perf_counter() - begun
        _wait(executor, count)
        executor.leave()
    return took


def _wait(executor: batch.BatchExecutor, count: int) -> None:
    ended = 0
    while ended < count:
        executor.bell.wait()
        executor.bell.clear()
        ended += sum(isinstance(news, Ended) for news in executor.collect())


def _start(folder: Path, number: int) -> Start:
    job = Job(f"job {number}", ("true",))
    log, progress = folder / f"{number}.log", folder / f"{number}.progress"
    return Start(token_hex(16), 1, job, log, progress, folder)


def _plain(environment: dict[str, str], count: int, *, together: bool = True) -> float:
    words = ("sbatch", "--wait", "--export=ALL", "--output=/dev/null", "--wrap=true")
    begun = time.perf_counter()
    at_work = []
    for _ in range(count):
        process = subprocess.Popen(words, env=environment, stdout=subprocess.DEVNULL)
        at_work.append(process)
        if not together:
            process.wait()
    for process in at_work:
        process.wait()
    return time.perf_counter() - begun


def _launchers(count: int) -> float:
    with tempfile.TemporaryDirectory() as folder:
        begun = time.perf_counter()
        for number in range(count):
            start = _start(Path(folder), number)
            exchange.write_spec(start, limits=True, environment={"PATH": "/usr/bin:/bin"})
            command = exchange.launch_command(sys.executable, start.folder, start.ticket)
            subprocess.run(command, check=True)
        return time.perf_counter() - begun


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
