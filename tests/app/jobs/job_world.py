"""A home whose runs are done by engines of other processes, which can be killed."""

import os
import subprocess
import sys
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path

from holdfast.app.container import Container
from holdfast.jobs.model import Job
from holdfast.jobs.plan import Plan

PATIENCE = 20.0
ENGINE = """
import sys
from holdfast.app.container import Container
from holdfast.jobs.plan import Plan
with Container.read() as container:
    engine = container.engine
    run = engine.submit(Plan.from_json(sys.argv[1]))
    print(run, flush=True)
    while run in engine.runs:
        engine.step(0.1)
"""


def shell(name: str, script: str, *needs: str, **parts: object) -> Job:
    """A job that does what a shell script says."""
    return Job(name, ("sh", "-c", script), needs, **parts)  # type: ignore[arg-type] # parts of a job


def plan(*jobs: Job, subject: str = "bank:yeast") -> Plan:
    return Plan(subject, "update of yeast", jobs)


@contextmanager
def elsewhere(home: Path, plan: Plan) -> Iterator[tuple[int, subprocess.Popen[str]]]:
    """The number of a run of `plan`, and the process of the engine that does it."""
    words = [sys.executable, "-c", ENGINE, plan.to_json()]
    environment = {**os.environ, "HOLDFAST_HOME": str(home)}
    with subprocess.Popen(words, env=environment, stdout=subprocess.PIPE, text=True) as process:
        assert process.stdout is not None
        try:
            yield int(process.stdout.readline()), process
        finally:
            process.kill()


def until(happened: Callable[[], object]) -> None:
    """Wait until something has happened."""
    deadline = time.monotonic() + PATIENCE
    while not happened():
        assert time.monotonic() < deadline, "it did not happen"
        time.sleep(0.02)


def word_of(container: Container, run: int, job: str) -> str:
    """The state of a job, in a word."""
    return container.ledger.outcomes(run)[job].status.value
