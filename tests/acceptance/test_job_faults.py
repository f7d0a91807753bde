"""
What happens around the engine: servers restart, hosts vanish, disks fill, clocks jump.

Everything is real: PostgreSQL and MariaDB are stopped and crashed in the middle, another host is a
machine of its own as far as processes and names go, and a full disk is one. The jobs write down
what they do, so that the tests see what was lost, and what was ever done twice at once.
"""

import os
import signal
import subprocess
import sys
import time
from collections import Counter
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest

from holdfast.jobs.engine import Engine, Site
from holdfast.jobs.executors.local.executor import LocalExecutor
from holdfast.jobs.ledger import Ledger
from holdfast.jobs.model import Cause, Job, Retry, Status
from holdfast.jobs.plan import Plan
from services.databases import DatabaseServer
from services.mariadb import mariadb  # noqa: F401 - a fixture
from services.postgresql import postgresql  # noqa: F401 - a fixture
from thoroughness import thorough

PROCESS = Path(__file__).with_name("engine_process.py")
LEASE = 4.0
PATIENCE = 60.0
MIB = 1024**2

SERVERS = [
    pytest.param(name, marks=[pytest.mark.service(program), pytest.mark.xdist_group("databases")])
    for name, program in (("postgresql", "postgres"), ("mariadb", "mariadbd"))
]


def until(happened: Callable[[], bool], what: str) -> None:
    """Wait until something has happened."""
    deadline = time.monotonic() + PATIENCE
    while not happened():
        assert time.monotonic() < deadline, f"{what}: it did not happen"
        time.sleep(0.05)


def noted(name: str, folder: Path, *needs: str, seconds: float = 0.1, **parts: object) -> Job:
    """A job that notes its beginning and end."""
    script = f'echo "begin {name}" >> notes; sleep {seconds}; echo "end {name}" >> notes'
    return Job(name, ("sh", "-c", script), needs, directory=folder, **parts)  # type: ignore[arg-type] # parts of a job


def notes(folder: Path) -> list[str]:
    path = folder / "notes"
    return path.read_text().splitlines() if path.exists() else []


@pytest.fixture
def engines() -> Iterator[list["subprocess.Popen[str]"]]:
    """Engines in processes of their own; nothing of them is left afterwards."""
    begun: list[subprocess.Popen[str]] = []
    yield begun
    for process in begun:
        os.killpg(process.pid, signal.SIGKILL)
        process.wait()
        assert process.stdout is not None
        process.stdout.close()


@pytest.fixture
def begin(
    tmp_path: Path, engines: list["subprocess.Popen[str]"]
) -> Callable[..., "subprocess.Popen[str]"]:
    """Starts an engine, on another host if asked, with a plan if given."""

    def begin(
        url: str, plan: Plan | None = None, *before: str, environment: dict[str, str] | None = None
    ) -> "subprocess.Popen[str]":
        words = [*before, sys.executable, str(PROCESS), str(tmp_path), url, str(LEASE)]
        if plan is not None:
            path = tmp_path / "plan.json"
            path.write_text(plan.to_json())
            words.append(str(path))
        process = subprocess.Popen(
            words,
            stdout=subprocess.PIPE,
            text=True,
            env=os.environ | (environment or {}),
            start_new_session=True,
        )
        engines.append(process)
        assert process.stdout is not None
        assert process.stdout.readline() == "ready\n"
        return process

    return begin


#: A machine of its own: its processes, its name. When the first process ends, all do.
OTHER_HOST = (
    "unshare", "--uts", "--pid", "--fork", "--mount-proc", "--kill-child",
    "sh", "-c", 'hostname other; exec "$@"', "sh",
)  # fmt: skip


# -- the ledger's server ---------------------------------------------------------------------------


@pytest.mark.parametrize("kind", SERVERS)
@pytest.mark.parametrize("how", [pytest.param("stop", marks=thorough), "crash"])
def test_a_ledger_that_is_restarted_in_the_middle_loses_nothing(
    tmp_path: Path,
    request: pytest.FixtureRequest,
    begin: Callable[..., "subprocess.Popen[str]"],
    kind: str,
    how: str,
) -> None:
    server: DatabaseServer = request.getfixturevalue(kind)
    jobs = [noted(f"{row}.{n}", tmp_path, *([f"{row}.{n - 1}"] if n else []))
            for row in range(4) for n in range(8)]  # fmt: skip
    url = server.new_database()
    process = begin(url, Plan("test:restart", "a plan", tuple(jobs)))
    for after in (4, 20):
        until(lambda after=after: len(notes(tmp_path)) > after, "jobs end")  # type: ignore[misc] # a lambda with a default
        getattr(server, how)()
        time.sleep(0.5)
        server.start()
    assert process.stdout is not None
    assert process.stdout.readline() == "1\n"
    with Ledger.open(url) as ledger:
        assert ledger.run(1).status is Status.DONE
    assert Counter(notes(tmp_path)) == Counter(
        f"{what} {job.name}" for job in jobs for what in ("begin", "end")
    )


# -- hosts -----------------------------------------------------------------------------------------


@pytest.fixture
def shared(request: pytest.FixtureRequest) -> str:
    """The URL of a ledger that several hosts share."""
    server: DatabaseServer = request.getfixturevalue("postgresql")
    return server.new_database()


BEATS = 'while ! test -e go; do echo "$(hostname) $(date +%s.%N)" >> beats; sleep 0.1; done'


def beats(folder: Path) -> list[tuple[str, float]]:
    """Which host's job was at work when."""
    path = folder / "beats"
    lines = path.read_text().splitlines() if path.exists() else []
    return [(host, float(moment)) for host, moment in map(str.split, lines)]


def hosts(folder: Path) -> list[str]:
    """The hosts whose jobs were at work, each change told."""
    names = [host for host, _ in beats(folder)]
    return [name for place, name in enumerate(names) if place == 0 or names[place - 1] != name]


@pytest.mark.service("postgres")
@pytest.mark.root
@pytest.mark.xdist_group("databases")
def test_the_runs_of_a_host_that_is_gone_are_done_by_another(
    tmp_path: Path, shared: str, begin: Callable[..., "subprocess.Popen[str]"]
) -> None:
    job = Job("beat", ("sh", "-c", BEATS), directory=tmp_path)
    quick = noted("quick", tmp_path)
    there = begin(shared, Plan("test:host", "a plan", (quick, job)), *OTHER_HOST)
    until(lambda: len(beats(tmp_path)) > 3, "the job is at work there")
    here = begin(shared)
    time.sleep(LEASE * 1.5)
    assert hosts(tmp_path) == ["other"]  # while it lives nobody takes its run
    there.kill()
    gone = time.time()
    until(lambda: len(hosts(tmp_path)) > 1, "the job is done here")
    (tmp_path / "go").touch()
    assert here.stdout is not None
    assert here.stdout.readline() == "1\n"
    ours = [moment for host, moment in beats(tmp_path) if host != "other"]
    assert min(ours) > max(moment for host, moment in beats(tmp_path) if host == "other")
    assert min(ours) - gone < LEASE + 5
    assert notes(tmp_path) == ["begin quick", "end quick"]
    with Ledger.open(shared) as ledger:
        outcome = ledger.outcomes(1)["beat"]
    assert (outcome.status, outcome.attempt, outcome.losses) == (Status.DONE, 2, 1)


@pytest.mark.service("postgres")
@pytest.mark.root
@pytest.mark.xdist_group("databases")
def test_a_host_that_is_cut_off_ends_its_jobs_before_another_begins_them(
    tmp_path: Path, shared: str, begin: Callable[..., "subprocess.Popen[str]"]
) -> None:
    job = Job("beat", ("sh", "-c", BEATS), directory=tmp_path)
    there = begin(shared, Plan("test:host", "a plan", (job,)), *OTHER_HOST)
    until(lambda: len(beats(tmp_path)) > 3, "the job is at work there")
    here = begin(shared)
    engine = _engine_below(there.pid)
    os.kill(engine, signal.SIGSTOP)  # silent, but its jobs go on
    until(lambda: len(hosts(tmp_path)) > 1, "the job is done here")
    os.kill(engine, signal.SIGCONT)
    time.sleep(2)  # it finds out, and does nothing
    (tmp_path / "go").touch()
    assert here.stdout is not None
    assert here.stdout.readline() == "1\n"
    assert len(hosts(tmp_path)) == 2  # never both, and never there again
    assert there.poll() is None
    with Ledger.open(shared) as ledger:
        assert ledger.outcomes(1)["beat"].status is Status.DONE


def _engine_below(pid: int) -> int:
    """The number, as we see it, of the engine that the process `pid` started."""
    children = Path(f"/proc/{pid}/task/{pid}/children").read_text().split()
    return int(children[0])


# -- disks -----------------------------------------------------------------------------------------


@pytest.fixture
def small_disk(tmp_path: Path) -> Iterator[Path]:
    """A file system of 1 MiB."""
    folder = tmp_path / "disk"
    folder.mkdir()
    command = ["mount", "-t", "tmpfs", "-o", "size=1m", "tmpfs", str(folder)]
    subprocess.run(command, check=True)
    yield folder
    subprocess.run(["umount", "--lazy", str(folder)], check=True)


@pytest.mark.root
def test_a_job_whose_folder_is_full_fails_and_nothing_else(
    tmp_path: Path, small_disk: Path
) -> None:
    full = Job("full", ("head", "-c", "5M", "/dev/zero"), directory=small_disk,
               stdout=small_disk / "out")  # fmt: skip
    plan = Plan("test:disk", "a plan", (full, noted("other", tmp_path)))
    with (
        Ledger.open(f"sqlite:///{tmp_path}/l.sqlite") as ledger,
        Engine(ledger, Site.of_one(LocalExecutor, 2), tmp_path / "logs") as engine,
    ):
        report = engine.run(plan)
    assert report.outcomes["full"].status is Status.FAILED
    assert "No space left on device" in report.outcomes["full"].reason
    assert report.outcomes["other"].status is Status.DONE


@pytest.mark.root
def test_logs_on_a_full_disk_hang_nothing(tmp_path: Path, small_disk: Path) -> None:
    talks = Job("talks", ("sh", "-c", "head -c 5M /dev/zero; echo done >> notes"), ("quiet",),
                directory=tmp_path)  # fmt: skip
    plan = Plan("test:disk", "a plan", (noted("quiet", tmp_path), talks, noted("b", tmp_path)))
    with (
        Ledger.open(f"sqlite:///{tmp_path}/l.sqlite") as ledger,
        Engine(ledger, Site.of_one(LocalExecutor, 2), small_disk / "logs") as engine,
    ):
        (small_disk / "ballast").write_bytes(b"x" * (MIB - 64 * 1024))
        report = engine.run(plan)
        assert report.outcomes["quiet"].status is Status.DONE
        assert report.outcomes["talks"].status.is_final
        (small_disk / "ballast").unlink()
        for log in (small_disk / "logs").rglob("*.log"):
            log.unlink()
        again = engine.run(Plan("test:disk", "again", (noted("c", tmp_path),)))
        assert again.succeeded


# -- clocks ----------------------------------------------------------------------------------------


@pytest.mark.service("faketime")
def test_a_clock_that_jumps_changes_nothing(
    tmp_path: Path, begin: Callable[..., "subprocess.Popen[str]"]
) -> None:
    clock = tmp_path / "clock"
    clock.write_text("+0d\n")
    flaky = Job(
        "flaky",
        ("sh", "-c", "echo try >> notes; test -e tried || { touch tried; exit 1; }"),
        directory=tmp_path,
        retry=Retry(times=1, delay=2),
    )
    chain = [noted(str(n), tmp_path, *([str(n - 1)] if n else []), seconds=0.3) for n in range(12)]
    long = noted("long", tmp_path, seconds=4.0, time=30.0)
    process = begin(
        f"sqlite:///{tmp_path}/l.sqlite",
        Plan("test:clock", "a plan", (flaky, long, *chain)),
        "faketime", "-f", "+0d",
        environment={
            "FAKETIME_TIMESTAMP_FILE": str(clock),
            "FAKETIME_NO_CACHE": "1",
            "FAKETIME_DONT_FAKE_MONOTONIC": "1",
        },
    )  # fmt: skip
    begun = time.monotonic()
    for jump in ("+3d", "-9d", "+400d", "+0d"):
        time.sleep(0.7)
        clock.write_text(f"{jump}\n")
    assert process.stdout is not None
    assert process.stdout.readline() == "1\n"
    assert time.monotonic() - begun < 25
    counted = Counter(notes(tmp_path))
    assert counted.pop("try") == 2
    assert set(counted.values()) == {1}
    with Ledger.open(f"sqlite:///{tmp_path}/l.sqlite") as ledger:
        outcomes = ledger.outcomes(1)
        assert {outcome.status for outcome in outcomes.values()} == {Status.DONE}
        assert not any(outcome.losses for outcome in outcomes.values())
        assert all(o.cause is Cause.WELL for o in outcomes.values())


# -- many ------------------------------------------------------------------------------------------


def test_a_plan_of_many_short_jobs_is_done_once_each(tmp_path: Path) -> None:
    jobs = tuple(
        Job(f"{n}", ("sh", "-c", f"echo {n} >> notes"), directory=tmp_path) for n in range(1000)
    )
    with (
        Ledger.open(f"sqlite:///{tmp_path}/l.sqlite") as ledger,
        Engine(ledger, Site.of_one(LocalExecutor, 8), tmp_path / "logs") as engine,
    ):
        assert engine.run(Plan("test:many", "a plan", jobs)).succeeded
    assert sorted(map(int, notes(tmp_path))) == list(range(1000))
    left = [path.name for path in (tmp_path / "logs" / "1").iterdir() if path.suffix != ".log"]
    assert left == []
