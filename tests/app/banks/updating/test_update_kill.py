"""An update that is killed at any moment: the next one goes on by itself."""

import os
import shutil
import signal
import subprocess
import sys
import time
from contextlib import suppress
from pathlib import Path

import pytest

from app.banks.bank_world import Databank, QuickContainer, contents, packed
from dying import Dead, dying_at
from holdfast.app.banks.check import check_banks
from holdfast.app.banks.updating.report import UpdateState
from holdfast.app.banks.updating.update import update_bank
from holdfast.banks.updating.stages import USUAL, Wishes
from holdfast.banks.updating.update import subject
from holdfast.jobs.model import Retry, Status
from holdfast.sequences import SequenceStore
from thoroughness import thorough

A, B = b">a\nACGT\n" * 5000, b">b\nGGTTA\n" * 5000
ONE = {"a.fa.gz": packed(A[:8]), "b.fa": B[:9]}
TWO = {"a.fa.gz": packed(A[:16]), "b.fa": B[:9], "c.fa": b">c\nGGCC\n"}
STEPS = """
[[steps]]
name = "unpack"
use = "unpack"
"""
LOAD = """
[[steps]]
name = "load"
use = "load"
"""
JOBS = ("fetch", "unpack", "load", "finish", "publish")


def add(container: QuickContainer, databank: Databank, steps: str) -> None:
    container.settings.recipes.mkdir(parents=True)
    (container.settings.recipes / "x.toml").write_text(
        f'name = "x"\n[remote]\nurl = "{databank.url}"\n[release]\nfrom = "folder"\n{steps}'
    )


# -- real processes, really killed -----------------------------------------------------------------


@pytest.mark.parametrize("delay", [0.0, pytest.param(0.25, marks=thorough)])
def test_an_update_killed_once_in_each_job_ends_as_if_nothing_had_happened(
    container: QuickContainer, databank: Databank, delay: float
) -> None:
    databank.publish("1", {"a.fa.gz": packed(b">a\nACGT\n"), "b.fa": b">b\nGGTTA\n"})
    add(container, databank, STEPS + LOAD)
    update_bank(container, "x")
    databank.publish("2", {"a.fa.gz": packed(b">a\nACGTT\n"), "c.fa": b">c\nGGCC\n"})
    for job in JOBS:
        _kill_while(container, job, delay)
        assert check_banks(container, deep=True)[0].problems == ()
        assert _published(container) in {"1", "2"}
    report = update_bank(container, "x")
    assert report.state in {UpdateState.UPDATED, UpdateState.UP_TO_DATE}
    assert _published(container) == "2"
    found = check_banks(container, deep=True)[0]
    assert (found.problems, found.remarks) == ((), ())
    folder = container.settings.banks / "x" / "x_2" / "flat"
    assert contents(folder) == {"a.fa": b">a\nACGTT\n", "c.fa": b">c\nGGCC\n"}
    with SequenceStore.open(container.settings.store) as store:
        assert {record.name for record in store.collections()} >= {"x:2:a.fa", "x:2:c.fa"}
        assert store.fetch("x:a") == "ACGTT"


def test_what_a_killed_update_left_running_is_ended_before_the_next_one_works(
    container: QuickContainer, databank: Databank
) -> None:
    databank.publish("1", ONE)
    add(container, databank, STEPS)
    databank.faults["b.fa"] = "slow"
    update = _start_update()
    assert databank.asked_slowly.wait(30)
    update.kill()  # the engine only: the fetch goes on without it
    update.wait()
    databank.faults.clear()
    update = _start_update()
    while update.poll() is None and not container.catalogue.folder("x").is_busy:
        time.sleep(0.01)
    databank.slow.set()  # what was left running may go on, if it still is
    assert update.wait(60) == 0
    assert _published(container) == "1"
    assert check_banks(container, deep=True)[0].problems == ()


def _start_update() -> "subprocess.Popen[bytes]":
    words = [sys.executable, "-m", "holdfast", "bank", "update", "x"]
    silence = subprocess.DEVNULL
    return subprocess.Popen(words, stdout=silence, stderr=silence, start_new_session=True)


def _kill_while(container: QuickContainer, job: str, delay: float) -> None:
    """Begin an update and kill it `delay` seconds after `job` was written down as running."""
    update = _start_update()
    until = time.monotonic() + 30
    while time.monotonic() < until and update.poll() is None:
        if _stands(container, job) is Status.RUNNING:
            time.sleep(delay)
            break
        time.sleep(0.005)
    with_children = [update.pid, *_jobs_of(update.pid)]
    for pid in with_children:
        with suppress(ProcessLookupError):
            os.kill(pid, signal.SIGKILL)
    update.wait()


def _stands(container: QuickContainer, job: str) -> Status | None:
    runs = container.ledger.runs(subject("x"), limit=1)
    if not runs or runs[0].ended is not None:
        return None
    outcome = container.ledger.outcomes(runs[0].run).get(job)
    return outcome.status if outcome is not None else None


def _jobs_of(pid: int) -> list[int]:
    """The processes whose parent is `pid`."""
    children = Path(f"/proc/{pid}/task/{pid}/children")
    try:
        return [int(word) for word in children.read_text().split()]
    except OSError:
        return []


def _published(container: QuickContainer) -> str:
    current = container.catalogue.folder("x").current()
    assert current is not None
    return current.name


# -- dead after each single act on the file system -------------------------------------------------


def test_an_update_that_dies_after_any_change_of_a_name_is_finished_by_the_next(
    container: QuickContainer, databank: Databank, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(Retry, "rest", lambda *_: 0.0)  # a lost job is begun again at once
    databank.publish("1", ONE)
    add(container, databank, STEPS)
    update_bank(container, "x")
    databank.publish("2", TWO)
    shutil.copytree(container.settings.banks, tmp_path / "before", symlinks=True)
    deaths = 0
    while _dies(container, deaths + 1):
        deaths += 1
        assert check_banks(container, deep=True)[0].problems == ()
        assert _published(container) in {"1", "2"}
        update_bank(container, "x")
        assert _published(container) == "2"
        found = check_banks(container, deep=True)[0]
        assert (found.problems, found.remarks) == ((), ()), f"after death {deaths}"
        flat = container.settings.banks / "x" / "x_2" / "flat"
        assert contents(flat) == {"a.fa": A[:16], "b.fa": B[:9], "c.fa": b">c\nGGCC\n"}
        shutil.rmtree(container.settings.banks)
        shutil.copytree(tmp_path / "before", container.settings.banks, symlinks=True)
    assert deaths > 20


def _dies(container: QuickContainer, count: int, wishes: Wishes = USUAL) -> bool:
    """Whether an update dies when it may change no name from the `count`-th on."""
    with dying_at(count, container.settings.banks):
        try:
            update_bank(container, "x", wishes=wishes)
        except Dead:
            return True
    return False


@thorough
def test_a_release_begun_again_that_dies_after_any_change_of_a_name_is_finished_by_the_next(
    container: QuickContainer, databank: Databank, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(Retry, "rest", lambda *_: 0.0)
    databank.publish("1", ONE)
    count = '[[steps]]\nname = "count"\ncommand = ["sh", "-c", "wc -c {flat}/* >bytes"]\n'
    add(container, databank, STEPS + count + count.replace("count", "other"))
    update_bank(container, "x")
    shutil.copytree(container.settings.banks, tmp_path / "before", symlinks=True)
    before = contents(tmp_path / "before" / "x" / "x_1")
    deaths = 0
    while _dies(container, deaths + 1, Wishes(from_task="count")):
        deaths += 1
        update_bank(container, "x")
        assert contents(container.settings.banks / "x" / "x_1") == before
        found = check_banks(container, deep=True)[0]
        assert (found.problems, found.remarks) == ((), ()), f"after death {deaths}"
        for release in container.catalogue.folder("x").releases():
            assert set(contents(release.folder)) == set(before)
        shutil.rmtree(container.settings.banks)
        shutil.copytree(tmp_path / "before", container.settings.banks, symlinks=True)
    assert deaths > 20
