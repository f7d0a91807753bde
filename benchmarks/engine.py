"""
What the engine costs per job: 500 jobs that do nothing, on two cores.

Beside it, on the same machine in the same minute: the same programs started by ``xargs -P``, which
writes nothing down, and by a bare loop of ``subprocess.run``; and the ledger's share, which is what
a job's three transactions cost alone, each flushed to the disk.
"""

import argparse
import subprocess
import sys
import tempfile
import time
from collections.abc import Callable
from datetime import UTC, datetime
from pathlib import Path

from holdfast.jobs.engine import Engine
from holdfast.jobs.executors.local import LocalExecutor
from holdfast.jobs.ledger import Ledger
from holdfast.jobs.model import Job, Outcome, Status
from holdfast.jobs.plan import Plan

CORES = 2


def main(arguments: list[str]) -> int:
    """Print milliseconds per job, the engine's and its peers'."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--data", help="not used: these jobs need no data")
    parser.add_argument("--jobs", type=int, default=500)
    count = parser.parse_args(arguments).jobs
    plan = Plan("benchmark", "jobs that do nothing", _jobs(count))
    with tempfile.TemporaryDirectory() as folder:
        home = Path(folder)
        with Ledger.open(f"sqlite:///{home}/ledger.sqlite") as ledger:
            engine = Engine(ledger, LocalExecutor(), home / "logs", CORES)
            rows = {
                "engine, local executor": _timed(lambda: engine.run(plan)),
                "  of which the ledger": _timed(lambda: _write_down(ledger, plan)),
                f"xargs -P {CORES}": _timed(lambda: _xargs(count)),
                "subprocess.run in a loop": _timed(lambda: _loop(count)),
            }
    print(f"{count} jobs `true` on {CORES} cores")
    for what, seconds in rows.items():
        print(f"  {what:<26} {seconds / count * 1e3:8.2f} ms per job")
    return 0


def _jobs(count: int) -> tuple[Job, ...]:
    return tuple(Job(f"job {number}", ("true",)) for number in range(count))


def _timed(work: Callable[[], object]) -> float:
    begun = time.perf_counter()
    work()
    return time.perf_counter() - begun


def _write_down(ledger: Ledger, plan: Plan) -> None:
    run = ledger.begin(plan)
    now = datetime.now(UTC)
    for job in plan.jobs:
        ledger.record(run, {job.name: Outcome(Status.RUNNING, "", Path("/log"), now)}, "ticket")
        ledger.started(run, job.name, {"pid": 1, "started": 1, "boot": "x"})
        ledger.record(run, {job.name: Outcome(Status.DONE, "", Path("/log"), now, now, 0)})


def _xargs(count: int) -> None:
    words = "\n".join("x" * count).encode()
    subprocess.run(["xargs", f"-P{CORES}", "-n1", "true"], input=words, check=True)


def _loop(count: int) -> None:
    for _ in range(count):
        subprocess.run(["true"], check=True)


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
