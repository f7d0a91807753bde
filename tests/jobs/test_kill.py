"""
An engine is killed with -9 at every step it takes; another goes on, and the run ends as it should.

One process plays all deaths: it forks, and each fork does the same plan until it reaches its step
and kills itself. The jobs write down when they begin and end, so that the test sees what was done
twice, and whether two ever did the same thing at once.
"""

import os
import signal
import subprocess
import sys
import time
from collections.abc import Iterator
from pathlib import Path

import pytest

from holdfast.jobs.engine import Engine
from holdfast.jobs.executors.local import TICKET, LocalExecutor
from holdfast.jobs.executors.processes import everyone, variable
from holdfast.jobs.ledger import Ledger
from holdfast.jobs.model import Status

DEATHS = '''
import os, signal, sys
from pathlib import Path
from holdfast.jobs.engine import Engine
from holdfast.jobs.executors.local import LocalExecutor
from holdfast.jobs.ledger import Ledger
from holdfast.jobs.model import Job, Plan

STEPS = ("begin", "reopen", "record", "started", "finish")
left = 0

def step():
    global left
    left -= 1
    if left < 0:
        os.kill(os.getpid(), signal.SIGKILL)

def mortal(kind, name):
    """Let `kind` die before or after it does `name`."""
    original = getattr(kind, name)
    def method(self, *arguments):
        step()
        result = original(self, *arguments)
        step()
        return result
    setattr(kind, name, method)

for name in STEPS:
    mortal(Ledger, name)
mortal(LocalExecutor, "start")
mortal(LocalExecutor, "wait")

def do(home, steps):
    global left
    left = steps
    script = 'echo "begin $HOLDFAST_JOB" >> log; sleep 0.02; echo "end $HOLDFAST_JOB" >> log'
    job = lambda name, *needs: Job(name, ("sh", "-c", script), needs, directory=home)
    plan = Plan("test:kill", "a plan", (job("a"), job("b", "a"), job("c")))
    ledger = Ledger.open(f"sqlite:///{home}/ledger.sqlite")
    Engine(ledger, LocalExecutor(), home / "logs", 2).run(plan)

for steps in range(200):
    home = Path(sys.argv[1]) / f"{steps:03}"
    home.mkdir()
    child = os.fork()
    if child == 0:
        do(home, steps)
        os._exit(0)
    _, status = os.waitpid(child, 0)
    if os.WIFEXITED(status):
        print(steps)
        break
'''


@pytest.fixture
def executor() -> Iterator[LocalExecutor]:
    executor = LocalExecutor(grace=0.5)
    yield executor
    executor.close()


def at_work() -> list[str]:
    """The tickets of all processes that belong to some job of this machine."""
    return [ticket for each in everyone() if (ticket := variable(each.pid, TICKET))]


def test_an_engine_killed_at_any_step_loses_nothing(
    tmp_path: Path, executor: LocalExecutor
) -> None:
    played = subprocess.run(
        [sys.executable, "-c", DEATHS, str(tmp_path)], check=True, capture_output=True, text=True
    )
    deaths = int(played.stdout)
    assert deaths > 30
    for home in sorted(tmp_path.iterdir()):
        with Ledger.open(f"sqlite:///{home}/ledger.sqlite") as ledger:
            _go_on_and_check(home, ledger, executor)


def _go_on_and_check(home: Path, ledger: Ledger, executor: LocalExecutor) -> None:
    run = ledger.unfinished("test:kill")
    if run is None:  # it died before it began, or after it had ended
        assert all(record.status is Status.DONE for record in ledger.runs())
        return
    done = {n for n, outcome in ledger.outcomes(run).items() if outcome.status is Status.DONE}
    before = _log(home)
    report = Engine(ledger, executor, home / "logs", 2).resume(run)
    assert report.succeeded, home
    after = _log(home)[len(before) :]
    assert ledger.unfinished("test:kill") is None
    for name in ("a", "b", "c"):
        again = [line for line in after if line.endswith(name)]
        # What was done is not touched; the rest is done from its beginning to its end, by one.
        assert again == ([] if name in done else [f"begin {name}", f"end {name}"]), home
    lines = _log(home)
    assert lines.index("end a") < lines.index("begin b")


def _log(home: Path) -> list[str]:
    log = home / "log"
    return log.read_text().splitlines() if log.exists() else []


LONG = """
import sys
from pathlib import Path
from holdfast.jobs.engine import Engine
from holdfast.jobs.executors.local import LocalExecutor
from holdfast.jobs.ledger import Ledger
from holdfast.jobs.model import Job, Plan

home = Path(sys.argv[1])
quick = Job("quick", ("sh", "-c", "echo x >> quick"), directory=home)
script = "echo begin >> long; test -e go && exit; (setsid sleep 600 &) ; sleep 600 & wait"
long = Job("long", ("sh", "-c", script), ("quick",), directory=home)
ledger = Ledger.open(f"sqlite:///{home}/ledger.sqlite")
Engine(ledger, LocalExecutor(), home / "logs", 2).run(Plan("test:kill", "a plan", (quick, long)))
"""


def test_children_left_by_a_killed_engine_are_ended_before_the_job_runs_again(
    tmp_path: Path, executor: LocalExecutor
) -> None:
    process = subprocess.Popen([sys.executable, "-c", LONG, str(tmp_path)])
    while not (tmp_path / "long").exists():
        assert process.poll() is None
        time.sleep(0.01)
    time.sleep(0.2)  # its children are there
    process.kill()
    process.wait()
    (tmp_path / "go").touch()
    with Ledger.open(f"sqlite:///{tmp_path}/ledger.sqlite") as ledger:
        run = ledger.unfinished("test:kill")
        assert run is not None
        (left,) = ledger.running(run)
        assert left.native is not None
        assert at_work().count(left.ticket) >= 3
        engine = Engine(ledger, executor, tmp_path / "logs", 2)
        assert not engine.is_running(run)
        assert engine.resume(run).succeeded
        assert left.ticket not in at_work()
    assert (tmp_path / "quick").read_text() == "x\n"
    assert (tmp_path / "long").read_text() == "begin\nbegin\n"


def test_children_left_by_a_killed_engine_end_when_its_run_is_abandoned(
    tmp_path: Path, executor: LocalExecutor
) -> None:
    process = subprocess.Popen([sys.executable, "-c", LONG, str(tmp_path)])
    while not (tmp_path / "long").exists():
        assert process.poll() is None
        time.sleep(0.01)
    process.kill()
    process.wait()
    with Ledger.open(f"sqlite:///{tmp_path}/ledger.sqlite") as ledger:
        (left,) = ledger.running(1)
        Engine(ledger, executor, tmp_path / "logs", 2).abandon(1)
        assert left.ticket not in at_work()
        assert ledger.run(1).status is Status.CANCELLED
        assert ledger.outcomes(1)["quick"].status is Status.DONE


def test_a_run_is_not_taken_from_a_living_engine(tmp_path: Path, executor: LocalExecutor) -> None:
    process = subprocess.Popen([sys.executable, "-c", LONG, str(tmp_path)])
    try:
        while not (tmp_path / "long").exists():
            assert process.poll() is None
            time.sleep(0.01)
        with Ledger.open(f"sqlite:///{tmp_path}/ledger.sqlite") as ledger:
            engine = Engine(ledger, executor, tmp_path / "logs", 2)
            assert engine.is_running(1)
            with pytest.raises(Exception, match=f"run 1 is being done by process {process.pid}"):
                engine.resume(1)
    finally:
        os.kill(process.pid, signal.SIGINT)
        process.wait(20)
