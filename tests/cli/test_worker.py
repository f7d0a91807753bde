"""``holdfast worker`` as a process: killed, stopped, interrupted, and several at once.

What is scheduled digests a pipe: it is at work until the test writes into it, and says the digest
once for each time that it was done.
"""

import json
import os
import signal
import socket
import subprocess
import sys
import time
from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest

from holdfast.cli.main import main
from holdfast.jobs.folder import RunFolder
from holdfast.jobs.ledger import Ledger
from holdfast.jobs.model import Status
from holdfast.settings import Settings

AN_HOUR_AGO = datetime.now(UTC) - timedelta(hours=1)
DIGEST = "SQ.aKF498dAxcJAqme6QYQ7EZ07-fiw8Kw2"  # of ACGT
PATIENCE = 30.0


class Home:
    """A home, its ledger, and the workers that were started on it."""

    def __init__(self, path: Path) -> None:
        self.settings = Settings.read(path)
        self.ledger = Ledger.open(self.settings.ledger_url)
        self.workers: list[subprocess.Popen[str]] = []
        self.pipes: list[Path] = []

    def schedule(self, *names: str) -> None:
        """Schedules that are due since an hour ago; what each does waits for its pipe."""
        text = ""
        for name in names:
            pipe = self.settings.home / f"{name}.fa"
            os.mkfifo(pipe)
            self.pipes.append(pipe)
            text += f'[schedules.{name}]\ncron = "@yearly"\ncommand = ["seq", "digest", "{pipe}"]\n'
            self.ledger.claim_due(name, None, AN_HOUR_AGO - timedelta(days=800))
        (self.settings.home / "holdfast.toml").write_text(text)

    def worker(self, *words: str, **environment: str) -> subprocess.Popen[str]:
        self.workers.append(
            subprocess.Popen(
                [sys.executable, "-m", "holdfast", "worker", "--json", *words],
                env={**os.environ, "HOLDFAST_HOME": str(self.settings.home), **environment},
                stdout=subprocess.PIPE,
                stderr=subprocess.PIPE,
                text=True,
            )
        )
        return self.workers[-1]

    def until(self, what: str) -> dict[str, object]:
        """Wait until the newest worker tells of `what`."""
        out = self.workers[-1].stdout
        assert out is not None
        for line in out:
            news: dict[str, object] = json.loads(line)
            if news["what"] == what:
                return news
        raise AssertionError(f"it ended without {what}: {self.workers[-1].stderr.read()}")

    def let_end(self, name: str) -> None:
        """Write into the pipe of a schedule; this waits until its command reads."""
        (self.settings.home / f"{name}.fa").write_text(">a\nACGT\n")

    def said(self, run: int) -> str:
        log = RunFolder.of(self.settings.logs, run).log("seq digest")
        return log.read_text() if log.exists() else ""

    def close(self) -> None:
        for worker in self.workers:
            if worker.poll() is None:
                worker.kill()
            worker.communicate()
        for pipe in self.pipes:  # whoever still waits for one ends with it
            os.close(os.open(pipe, os.O_RDWR | os.O_NONBLOCK))
        self.ledger.close()


@pytest.fixture
def at(home: Path) -> Iterator[Home]:
    at = Home(home)
    yield at
    at.close()


def test_a_job_survives_the_killing_of_its_worker_and_is_done_once(at: Home) -> None:
    at.schedule("nightly")
    first = at.worker()
    at.until("begun")
    process = wait_for_reader(at, "nightly")
    first.kill()
    first.wait()
    at.worker("--once")
    assert at.until("taken over")["run"] == 1
    assert wait_for_reader(at, "nightly") == process  # it is the same one still
    at.let_end("nightly")
    assert at.until("ended")["succeeded"] is True
    assert at.workers[-1].wait(PATIENCE) == 0
    assert at.said(1).count(DIGEST) == 1
    assert [run.status for run in at.ledger.runs()] == [Status.DONE]


def test_a_worker_leaves_when_asked_and_its_job_goes_on(at: Home) -> None:
    at.schedule("nightly")
    first = at.worker()
    at.until("begun")
    wait_for_reader(at, "nightly")
    first.send_signal(signal.SIGTERM)
    assert first.wait(PATIENCE) == 0
    at.let_end("nightly")  # nobody is there to see it
    assert at.ledger.runs()[0].ended is None
    at.worker("--once")
    assert at.until("ended")["succeeded"] is True
    assert at.workers[-1].wait(PATIENCE) == 0
    assert at.said(1).count(DIGEST) == 1


def test_a_second_interrupt_cancels_what_is_at_work(at: Home) -> None:
    at.schedule("nightly")
    worker = at.worker()
    at.until("begun")
    wait_for_reader(at, "nightly")
    worker.send_signal(signal.SIGINT)
    at.until("leaving")
    worker.send_signal(signal.SIGINT)
    assert at.until("ended")["sentence"] == f"run 1: nightly: {what(at)}: cancelled"
    assert worker.wait(PATIENCE) == 0
    assert at.ledger.runs()[0].status is Status.CANCELLED
    assert not is_read(at, "nightly")


def test_two_workers_at_once_do_each_thing_once(at: Home) -> None:
    names = ("one", "two", "three", "four")
    at.schedule(*names)
    first, second = at.worker("--once"), at.worker("--once")
    for name in names:
        at.let_end(name)
    for worker in (first, second):
        assert worker.wait(PATIENCE) == 0
    runs = at.ledger.runs()
    assert sorted(run.subject for run in runs) == sorted(f"schedule:{name}" for name in names)
    assert all(run.status is Status.DONE for run in runs)
    assert [at.said(run.run).count(DIGEST) for run in runs] == [1] * 4


def test_systemd_hears_when_the_worker_is_ready_and_when_it_stops(at: Home, tmp_path: Path) -> None:
    with socket.socket(socket.AF_UNIX, socket.SOCK_DGRAM) as listening:
        listening.settimeout(PATIENCE)
        listening.bind(str(tmp_path / "notify"))
        worker = at.worker(NOTIFY_SOCKET=str(tmp_path / "notify"), WATCHDOG_USEC="1000000")
        assert [listening.recv(50) for _ in range(2)] == [b"READY=1", b"WATCHDOG=1"]
        worker.send_signal(signal.SIGTERM)
        while (heard := listening.recv(50)) == b"WATCHDOG=1":
            pass
        assert heard == b"STOPPING=1"
        assert worker.wait(PATIENCE) == 0


def test_a_bank_is_updated_by_itself_on_a_machine_with_one_core(
    at: Home, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    (tmp_path / "remote").mkdir()
    (tmp_path / "remote" / "toy.fa").write_text(">chrI\nACGT\n")
    (at.settings.home / "recipes").mkdir()
    (at.settings.home / "recipes" / "toy.toml").write_text(
        f'name = "toy"\n[remote]\nurl = "file://{tmp_path}/remote/"\n[schedule]\ncron = "@yearly"\n'
    )
    at.ledger.claim_due("bank:toy", None, AN_HOUR_AGO - timedelta(days=800))
    worker = at.worker("--once", HOLDFAST_CORES="1")
    said, problems = worker.communicate(timeout=60)
    assert (worker.returncode, problems) == (0, ""), said
    assert [run.subject for run in at.ledger.runs()] == ["bank:toy", "schedule:bank:toy"]
    assert main(["bank", "status", "toy", "--json"]) == 0
    (status,) = json.loads(capsys.readouterr().out)
    assert status["releases"] == 1


def test_a_worker_without_a_ledger_says_one_sentence(at: Home) -> None:
    worker = at.worker(HOLDFAST_LEDGER="sqlite:////proc/no/ledger.sqlite")
    said, problems = worker.communicate(timeout=PATIENCE)
    assert worker.returncode == 1
    assert said == ""
    assert problems.startswith("holdfast: ")
    assert len(problems.splitlines()) == 1


def what(at: Home) -> str:
    return f"holdfast seq digest {at.pipes[0]}"


def is_read(at: Home, name: str) -> bool:
    """Whether some process has the pipe of a schedule open to read, or waits to."""
    try:
        os.close(os.open(at.settings.home / f"{name}.fa", os.O_WRONLY | os.O_NONBLOCK))
    except OSError:
        return False
    return True


def wait_for_reader(at: Home, name: str) -> str:
    """Wait until the command of a schedule is at work, and give the number of its process."""
    pipe = str(at.settings.home / f"{name}.fa").encode()
    deadline = time.monotonic() + PATIENCE
    while time.monotonic() < deadline:
        for process in Path("/proc").glob("[0-9]*/cmdline"):
            try:
                if pipe in process.read_bytes().split(b"\0"):
                    return process.parent.name
            except OSError:
                continue
        time.sleep(0.02)
    raise AssertionError("nothing was begun")
