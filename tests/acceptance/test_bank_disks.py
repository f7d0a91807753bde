"""
A disk that is full when one of an update's jobs begins, and stays so until somebody makes room.

Either everything is on it, the ledger and the store too, or only the banks.
"""

import subprocess
from collections.abc import Iterator
from contextlib import suppress
from dataclasses import replace
from pathlib import Path

import pytest

from acceptance.mirrored import NEW, UNPACK, Mirror
from app.banks.bank_world import QuickContainer, QuickExecutor, contents
from holdfast.app.banks.check import check_banks
from holdfast.errors import HoldfastError
from holdfast.jobs.executors.interface import Native, Start
from holdfast.sequences import SequenceStore
from servers.scripted import ScriptedServer
from thoroughness import thorough

LOAD = '[[steps]]\nname = "load"\nuse = "load"\nfiles = ["*.fa"]\n'
JOBS = ("fetch", "unpack", "load", "finish", "publish")
SELDOM = {"unpack", "load"}  #: looked at in a thorough run
FULL_LEDGER = "cannot be used: database or disk is full; see"
KIB = 1024


@pytest.fixture
def disk(
    request: pytest.FixtureRequest, home: Path, monkeypatch: pytest.MonkeyPatch
) -> Iterator[Path]:
    """A disk of 32 MiB for the folder of the home that the test names."""
    monkeypatch.setenv("HOLDFAST_DISK_RESERVE", "0")
    place = home / request.param
    place.mkdir(exist_ok=True)
    command = ["mount", "-t", "tmpfs", "-o", "size=32m", "tmpfs", str(place)]
    subprocess.run(command, check=True)
    yield place
    subprocess.run(["umount", "--lazy", str(place)], check=True)


@pytest.fixture
def mirror(disk: Path, container: QuickContainer, server: ScriptedServer) -> Mirror:
    """A bank on the small disk, of which release 1 is published."""
    mirror = Mirror(container, server)
    mirror.begin(UNPACK + LOAD)
    return mirror


def fill(disk: Path, free: int) -> Path:
    """Leave so many bytes of the disk, and say what is to be removed."""
    filler = disk / "filler"
    with filler.open("wb", buffering=0) as file:
        for size in (KIB * KIB, 4 * KIB):
            with suppress(OSError):
                while True:
                    file.write(bytes(size))
        file.truncate(max(0, file.tell() - free))
    return filler


@pytest.mark.root
@pytest.mark.parametrize(
    ("disk", "job", "free", "words"),
    [
        *(
            pytest.param(".", job, 0, FULL_LEDGER, marks=[thorough] if job in SELDOM else [])
            for job in JOBS
        ),
        ("banks", "fetch", 0, "No space left on device"),
        ("banks", "fetch", 256 * KIB, "No space left on device"),
        ("banks", "unpack", 0, "No space left on device"),
        ("banks", "finish", 0, "No space left on device"),
    ],
    indirect=["disk"],
)
def test_a_disk_that_is_full_when_a_job_begins_does_no_harm(
    mirror: Mirror,
    disk: Path,
    tmp_path: Path,
    monkeypatch: pytest.MonkeyPatch,
    job: str,
    free: int,
    words: str,
) -> None:
    begin = QuickExecutor.start

    def start(executor: QuickExecutor, start: Start) -> Native:
        if start.job.name == job:
            fill(disk, free)
        return begin(executor, replace(start, log=tmp_path / "log"))

    mirror.show("2", NEW)
    with monkeypatch.context() as patching:
        patching.setattr(QuickExecutor, "start", start)
        with pytest.raises(HoldfastError, match=words):
            mirror.update()
    assert (mirror.folder / "current" / "release.json").exists()
    assert contents(mirror.folder / "x_1") == mirror.before
    assert check_banks(mirror.container, deep=True)[0].problems == ()
    (disk / "filler").unlink()
    mirror.assert_finishes()
    with SequenceStore.open(mirror.container.settings.store) as store:
        assert store.fetch("x:a") == "ACGTT"
