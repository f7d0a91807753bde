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
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest

from holdfast.errors import RunBusy
from holdfast.jobs.engine import Engine, Site
from holdfast.jobs.executors.environment import TICKET
from holdfast.jobs.executors.local.executor import LocalExecutor
from holdfast.jobs.executors.processes import everyone, variable
from holdfast.jobs.ledger import Ledger
from holdfast.jobs.model import Status
from thoroughness import some

DEATHS = '''
import os, signal, sys
from pathlib import Path
from holdfast.jobs.engine import Engine, Site
from holdfast.jobs.executors import exchange
from holdfast.jobs.executors.local.executor import LocalExecutor
from holdfast.jobs.ledger import Ledger
from holdfast.jobs.model import Job, Retry, Rule
from holdfast.jobs.plan import Plan

left = 0

def step():
    global left
    left -= 1
    if left < 0:
        os.kill(os.getpid(), signal.SIGKILL)

def mortal(kind, name):
    """Let `kind` die before or after it does `name`, if there is something to it."""
    original = getattr(kind, name)
    def method(*arguments, **words):
        if name == "collect":
            result = original(*arguments, **words)
            if result:
                step()
            return result
        step()
        result = original(*arguments, **words)
        step()
        return result
    setattr(kind, name, method)

for name in ("begin", "claim", "turn", "finish"):
    mortal(Ledger, name)
for name in ("start", "collect"):
    mortal(LocalExecutor, name)
mortal(exchange, "forget")

def do(home, steps):
    global left
    left = steps
    script = 'echo "begin $HOLDFAST_JOB" >> log; sleep 0.02; echo "end $HOLDFAST_JOB" >> log'
    flaky = script + "; test -e tried || { touch tried; exit 1; }"
    def job(name, *needs, script=script, **parts):
        return Job(name, ("sh", "-c", script), needs, directory=home, **parts)
    jobs = (
        job("a"),
        job("b", "a"),
        job("c", script=flaky, retry=Retry(times=1, delay=0)),
        job("bad", script=script + "; exit 1", rule=Rule.OPTIONAL),
        job("tidy", "bad", rule=Rule.ALWAYS),
    )
    ledger = Ledger.open(f"sqlite:///{home}/ledger.sqlite")
    Engine(ledger, Site.of_one(LocalExecutor, 2), home / "logs").run(Plan("test:kill", "p", jobs))

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
SURE = {"a": "done", "b": "done", "c": "done", "bad": "failed", "tidy": "done"}


def an_engine(ledger: Ledger, home: Path) -> Engine:
    """An engine as a new process would have it."""
    return Engine(ledger, Site.of_one(LocalExecutor, 2), home / "logs")


def at_work() -> list[str]:
    """The tickets of all processes that belong to some job of this machine."""
    return [ticket for each in everyone() if (ticket := variable(each.pid, TICKET))]


@pytest.fixture
def started() -> Iterator[list["subprocess.Popen[bytes]"]]:
    """Engines in processes of their own, and nothing of them afterwards."""
    processes: list[subprocess.Popen[bytes]] = []
    yield processes
    for process in processes:
        process.kill()
        process.wait()


def test_an_engine_killed_at_any_step_loses_nothing(tmp_path: Path) -> None:
    played = subprocess.run(
        [sys.executable, "-c", DEATHS, str(tmp_path)], check=True, capture_output=True, text=True
    )
    deaths = int(played.stdout)
    assert deaths > 40
    for home in some(sorted(tmp_path.iterdir())):
        with Ledger.open(f"sqlite:///{home}/ledger.sqlite") as ledger:
            _go_on_and_check(home, ledger)


def _go_on_and_check(home: Path, ledger: Ledger) -> None:
    run = ledger.unfinished("test:kill")
    if run is None:  # it died before it began, or after it had ended
        assert all(record.status is Status.DONE for record in ledger.runs())
        return
    with an_engine(ledger, home) as engine:
        assert engine.take_over() == (run,), home
        while engine.runs:
            engine.step(0.1)
    outcomes = ledger.outcomes(run)
    assert {name: outcome.status.value for name, outcome in outcomes.items()} == SURE, home
    assert ledger.unfinished("test:kill") is None
    lines = (home / "log").read_text().splitlines()
    for name in SURE:
        _check_one_after_another([line for line in lines if line.endswith(f" {name}")], home)
    assert lines.index("end a") < lines.index("begin b")
    # Nothing that had begun was begun again: its keeper went on without the engine.
    assert [lines.count(f"begin {name}") for name in SURE] == [1, 1, 2, 1, 1], home


def _check_one_after_another(lines: list[str], home: Path) -> None:
    """No two doings of one job were ever at work at once."""
    assert [line.split()[0] for line in lines] == ["begin", "end"] * (len(lines) // 2), home


LONG = """
import sys
from pathlib import Path
from holdfast.jobs.engine import Engine, Site
from holdfast.jobs.executors.local.executor import LocalExecutor
from holdfast.jobs.ledger import Ledger
from holdfast.jobs.model import Job
from holdfast.jobs.plan import Plan

home = Path(sys.argv[1])
quick = Job("quick", ("sh", "-c", "echo x >> quick"), directory=home)
script = "echo begin >> long; (setsid sleep 600 &) ; while ! test -e go; do sleep 0.05; done"
long = Job("long", ("sh", "-c", script), ("quick",), directory=home)
ledger = Ledger.open(f"sqlite:///{home}/ledger.sqlite")
engine = Engine(ledger, Site.of_one(LocalExecutor, 2), home / "logs")
engine.run(Plan("test:kill", "a plan", (quick, long)))
"""


@pytest.fixture
def killed(
    tmp_path: Path, started: list["subprocess.Popen[bytes]"]
) -> Iterator[Callable[[bool], "subprocess.Popen[bytes]"]]:
    """Starts an engine with a long job; killed, or not yet."""

    def begin(kill: bool) -> "subprocess.Popen[bytes]":
        process = subprocess.Popen([sys.executable, "-c", LONG, str(tmp_path)])
        started.append(process)
        while not (tmp_path / "long").exists():
            assert process.poll() is None
            time.sleep(0.01)
        time.sleep(0.2)  # its children are there
        if kill:
            process.kill()
            process.wait()
        return process

    yield begin
    (tmp_path / "go").touch()


def test_a_job_goes_on_without_its_engine_and_is_found_again(
    tmp_path: Path, killed: Callable[[bool], object]
) -> None:
    killed(True)
    with Ledger.open(f"sqlite:///{tmp_path}/ledger.sqlite") as ledger:
        (left,) = ledger.at_work(1)
        assert at_work().count(left.ticket) >= 2
        engine = an_engine(ledger, tmp_path)
        assert not engine.is_running(1)
        assert engine.take_over() == (1,)
        for _ in range(3):
            engine.step(0.05)
        assert ledger.outcomes(1)["long"].status is Status.RUNNING
        (tmp_path / "go").touch()
        while engine.runs:
            engine.step(0.1)
        assert ledger.run(1).status is Status.DONE
        assert left.ticket not in at_work()
        engine.close()
    assert (tmp_path / "quick").read_text() == "x\n"
    assert (tmp_path / "long").read_text() == "begin\n"


def test_the_result_of_a_job_that_ended_without_its_engine_is_taken_in(
    tmp_path: Path, killed: Callable[[bool], object]
) -> None:
    killed(True)
    (tmp_path / "go").touch()
    with Ledger.open(f"sqlite:///{tmp_path}/ledger.sqlite") as ledger:
        (left,) = ledger.at_work(1)
        while left.ticket in at_work():
            time.sleep(0.02)
        with an_engine(ledger, tmp_path) as engine:
            assert engine.resume(1).succeeded
        assert ledger.outcomes(1)["long"].attempt == 1
    assert (tmp_path / "long").read_text() == "begin\n"


def test_what_a_killed_engine_left_ends_when_its_run_is_abandoned(
    tmp_path: Path, killed: Callable[[bool], object]
) -> None:
    killed(True)
    with Ledger.open(f"sqlite:///{tmp_path}/ledger.sqlite") as ledger:
        (left,) = ledger.at_work(1)
        with an_engine(ledger, tmp_path) as engine:
            engine.abandon(1)
        assert left.ticket not in at_work()
        assert ledger.run(1).status is Status.CANCELLED
        assert ledger.outcomes(1)["quick"].status is Status.DONE


def test_a_run_is_not_taken_from_a_living_engine(
    tmp_path: Path, killed: Callable[[bool], "subprocess.Popen[bytes]"]
) -> None:
    process = killed(False)
    with Ledger.open(f"sqlite:///{tmp_path}/ledger.sqlite") as ledger:
        engine = an_engine(ledger, tmp_path)
        assert engine.is_running(1)
        assert engine.take_over() == ()
        with pytest.raises(RunBusy, match=f"run 1 is being done by process {process.pid}"):
            engine.resume(1)
        os.kill(process.pid, signal.SIGSTOP)  # a machine that sleeps is not dead
        assert engine.take_over() == ()
        os.kill(process.pid, signal.SIGCONT)
