"""
What the engine costs per job on this machine, and how quickly it goes on after its death.

Overhead: jobs that do nothing, on two cores. Beside it, on the same machine in the same minute, the
same programs started by ``xargs -P``, which writes nothing down, and by a loop of
``subprocess.run``; and what a flush of the disk costs here, for the engine makes one a turn.

Going on: an engine is killed with -9 while a thousand jobs are open, some of them at work. What is
measured is the time from the start of the next engine's process to the first job it starts.
"""

import argparse
import os
import shutil
import signal
import statistics
import subprocess
import sys
import tempfile
import time
from collections.abc import Callable
from pathlib import Path

from holdfast.jobs.engine import Engine, Site
from holdfast.jobs.executors.local.executor import LocalExecutor
from holdfast.jobs.ledger import Ledger
from holdfast.jobs.model import Job, Status
from holdfast.jobs.plan import Plan

CORES = 2
OPEN = 1000  #: jobs open when the engine is killed
ROUNDS = 5


def main(arguments: list[str]) -> int:
    """Print milliseconds per job, the engine's and its peers', and the time to go on."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--data", help="not used: these jobs need no data")
    parser.add_argument("--jobs", type=int, default=1000)
    parser.add_argument("--resume", metavar="HOME", help=argparse.SUPPRESS)
    asked = parser.parse_args(arguments)
    if asked.resume:
        return _go_on(Path(asked.resume))
    with tempfile.TemporaryDirectory() as folder:
        _print_overhead(Path(folder), asked.jobs)
        _print_going_on(Path(folder))
    return 0


# -- overhead --------------------------------------------------------------------------------------


def _print_overhead(home: Path, count: int) -> None:
    with Ledger.open(f"sqlite:///{home}/ledger.sqlite") as ledger, _engine(ledger, home) as engine:
        whole = _timed(lambda: engine.run(_plan(count)))
        single = _medians_of_single_jobs(engine)
    rows = {
        "engine, local executor": whole / count,
        f"xargs -P {CORES}": _timed(lambda: _xargs(count)) / count,
        "subprocess.run in a loop": _timed(lambda: _loop(count)) / count,
        "one flush of this disk": _flush(home),
        "a plan of one job, begun to done (median)": single,
    }
    print(f"{count} jobs `true` on {CORES} cores")
    for what, seconds in rows.items():
        print(f"  {what:<44} {seconds * 1e3:8.2f} ms per job")


def _medians_of_single_jobs(engine: Engine) -> float:
    return statistics.median(_timed(lambda: engine.run(_plan(1))) for _ in range(50))


def _xargs(count: int) -> None:
    words = "\n".join("x" * count).encode()
    subprocess.run(["xargs", f"-P{CORES}", "-n1", "true"], input=words, check=True)


def _loop(count: int) -> None:
    for _ in range(count):
        subprocess.run(["true"], check=True)


def _flush(home: Path) -> float:
    times = []
    with (home / "flushed").open("wb") as file:
        for _ in range(100):
            file.write(b"x" * 4096)
            file.flush()
            times.append(_timed(lambda: os.fsync(file.fileno())))
    return statistics.median(times)


# -- going on --------------------------------------------------------------------------------------


def _print_going_on(folder: Path) -> None:
    times = [_time_to_go_on(folder / f"round {number}") for number in range(ROUNDS)]
    print(f"engine killed with {OPEN} jobs open, {CORES} of them at work")
    print(f"  new process to its first started job (median) {statistics.median(times):8.2f} s")
    print("  of which the interpreter and our modules      "
          f"{statistics.median(_import_time() for _ in range(3)):8.2f} s")  # fmt: skip


def _time_to_go_on(home: Path) -> float:
    home.mkdir()
    _start_and_kill(home)
    begun = time.time()
    done = subprocess.run(
        [sys.executable, "-m", "benchmarks.jobs_local", "--resume", str(home)],
        check=True, capture_output=True, text=True,
    )  # fmt: skip
    shutil.rmtree(home)
    return float(done.stdout) - begun


def _start_and_kill(home: Path) -> None:
    """Begin a run of :data:`OPEN` jobs in another process, and kill that while two are at work."""
    child = os.fork()
    if child == 0:
        ledger = Ledger.open(f"sqlite:///{home}/ledger.sqlite")
        jobs = tuple(Job(f"job {n}", ("sleep", "600")) for n in range(OPEN))
        engine = _engine(ledger, home)
        engine.submit(Plan("benchmark", "jobs that last", jobs))
        for _ in range(10):
            engine.step(0.05)
        os.kill(os.getpid(), signal.SIGKILL)
    os.waitpid(child, 0)


def _go_on(home: Path) -> int:
    """Take the run over, end what is at work, and say when the next job was started."""
    with Ledger.open(f"sqlite:///{home}/ledger.sqlite") as ledger, _engine(ledger, home) as engine:
        engine.take_over()
        before = {name for name, o in ledger.outcomes(1).items() if o.status is Status.RUNNING}
        for name in before:
            ledger.ask_to_cancel(1, name)
        while True:
            engine.step(0.05)
            started = [
                o.started
                for name, o in ledger.outcomes(1).items()
                if o.started is not None and name not in before
            ]
            if started:
                print(min(started).timestamp())
                return 0


def _import_time() -> float:
    modules = "holdfast.jobs.engine, holdfast.jobs.executors.local.executor"
    words = [sys.executable, "-c", f"import {modules}"]
    return _timed(lambda: subprocess.run(words, check=True))


# -- both ------------------------------------------------------------------------------------------


def _engine(ledger: Ledger, home: Path) -> Engine:
    return Engine(ledger, Site.of_one(LocalExecutor, CORES), home / "logs")


def _plan(count: int) -> Plan:
    jobs = tuple(Job(f"job {number}", ("true",)) for number in range(count))
    return Plan("benchmark", "jobs that do nothing", jobs)


def _timed(work: Callable[[], object]) -> float:
    begun = time.perf_counter()
    work()
    return time.perf_counter() - begun


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
