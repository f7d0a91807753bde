"""
A load that is killed, or refused by the disk, at any of its system calls.

Whatever the point, the store is the old or the new one, sound, and the next load works.
"""

import contextlib
import io
import shutil
import subprocess
import sys
from collections import Counter
from collections.abc import Iterator
from pathlib import Path

import pytest

from holdfast.errors import AliasNotFound, StoreError
from holdfast.sequences import SequenceStore
from sequences.faults import Act, Point
from thoroughness import sampled

DRIVER = """
import io, sys
from holdfast.errors import HoldfastError
from holdfast.sequences import SequenceStore
from holdfast.sequences.writing import batch
batch.INDEXED_TOGETHER = 1  # so that the index takes rows in while the load goes on
try:
    with SequenceStore.open(sys.argv[1]) as store:
        store.load(io.BytesIO(sys.argv[2].encode()), "lab", "new", reassign=True)
except HoldfastError as error:
    sys.exit(str(error))
"""
OLD = b">a\nACGT\n>b\nMKVL\n"
NEW = b">a\nGGGG\n>c\nTTTTNN\n>d\nMKVLMKVL\n"
#: The calls that change files, and how many points of each there are at most.
CALLS = {
    "write": 20, "pwrite64": 6, "fsync": 20, "fdatasync": 20, "rename": 20, "unlink": 20,
    "ftruncate": 20, "fchmod": 20, "mkdir": 20, "openat": 6,
}  # fmt: skip
LOAD = Act(DRIVER, (NEW.decode(),))


@pytest.fixture(scope="module")
def whole(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A store with one commit."""
    folder = tmp_path_factory.mktemp("faults") / "whole"
    with SequenceStore.create(folder) as store:
        store.load(io.BytesIO(OLD), "lab", "old")
    return folder


@pytest.fixture(scope="module")
def points(whole: Path, tmp_path_factory: pytest.TempPathFactory) -> list[Point]:
    """The points of a load that comes to its end."""
    calls = {call: sampled(most) for call, most in CALLS.items()}
    return LOAD.points(whole, tmp_path_factory.mktemp("recorded") / "store", calls)


def examine(folder: Path, point: Point) -> bool:
    """Whether the store is the new one; it must be sound, and take the load (again)."""
    with SequenceStore.open(folder) as store:
        assert store.check().problems == (), point
        assert (store.fetch("a"), store.fetch("b")) in {("ACGT", "MKVL"), ("GGGG", "MKVL")}, point
        new = store.fetch("a") == "GGGG"
        if new:
            assert (store.fetch("c"), store.fetch("d")) == ("TTTTNN", "MKVLMKVL"), point
        else:
            with pytest.raises(AliasNotFound):
                store.fetch("d")
        store.load(io.BytesIO(NEW), "lab", "new", reassign=True)
        assert store.fetch("a") == "GGGG", point
        assert store.check().problems == (), point
        assert not list(folder.rglob(".tmp-*")), point
    return new


@pytest.mark.service("strace")
def test_a_load_killed_before_any_system_call_leaves_the_old_store_or_the_new(
    whole: Path, points: list[Point], tmp_path: Path
) -> None:
    assert {point.call for point in points} >= {"write", "pwrite64", "fsync", "rename", "openat"}
    ends = Counter[bool]()
    for point, folder, done in LOAD.harmed(whole, points, tmp_path, "signal=KILL"):
        assert done.returncode == -9, (point, done.stderr)
        ends[examine(folder, point)] += 1
    assert ends[False] > 10
    assert ends[True] > 3


@pytest.mark.service("strace")
@pytest.mark.parametrize(
    ("error", "calls"),
    [
        ("ENOSPC", {"write", "pwrite64", "mkdir"}),
        ("EIO", {"fsync", "fdatasync", "rename"}),
    ],
)
def test_a_load_that_the_disk_refuses_says_so_in_a_sentence(
    whole: Path, points: list[Point], tmp_path: Path, error: str, calls: set[str]
) -> None:
    chosen = [point for point in points if point.call in calls]
    for point, folder, done in LOAD.harmed(whole, chosen, tmp_path, f"error={error}"):
        assert done.returncode in {0, 1}, (point, done.stderr)
        assert len(done.stderr.splitlines()) == done.returncode, (point, done.stderr)
        new = examine(folder, point)
        assert new == (done.returncode == 0 or "is in the journal" in done.stderr), (
            point,
            done.stderr,
        )


# A disk that is full, or may not be written


FULL = """
import io, resource, sys
from holdfast.errors import HoldfastError
from holdfast.sequences import SequenceStore
resource.setrlimit(resource.RLIMIT_FSIZE, (int(sys.argv[2]),) * 2)
try:
    with SequenceStore.open(sys.argv[1]) as store:
        print(store.fetch("a"))
        store.load(io.BytesIO(sys.stdin.buffer.read()), "lab", "new", reassign=True)
except HoldfastError as error:
    sys.exit(str(error))
"""
LARGE = NEW + b">long\n" + b"ACGT" * 100_000 + b"\n"


@pytest.mark.parametrize("room", [0, 500, 30_000, 60_000, 99_000])
def test_where_no_file_can_grow_a_store_is_read_and_a_load_says_so(
    whole: Path, tmp_path: Path, room: int
) -> None:
    folder = tmp_path / "store"
    shutil.copytree(whole, folder)
    command = [sys.executable, "-c", FULL, str(folder), str(room)]
    done = subprocess.run(command, input=LARGE, capture_output=True, timeout=60, check=False)
    assert done.stdout == b"ACGT\n", done.stderr
    assert (done.returncode, len(done.stderr.splitlines())) == (1, 1), done.stderr
    assert examine(folder, Point("a file larger than", room)) == (
        b"is in the journal" in done.stderr
    )


@pytest.fixture
def disk(tmp_path: Path) -> Iterator[Path]:
    """A disk of its own, of 2 MB, where one may be mounted; else a folder as any other."""
    folder = tmp_path / "disk"
    folder.mkdir()
    command = ["mount", "-t", "tmpfs", "-o", "size=2m", "tmpfs", str(folder)]
    mounted = subprocess.run(command, capture_output=True, check=False).returncode == 0
    yield folder
    if mounted:
        subprocess.run(["umount", str(folder)], check=True)


def remount(disk: Path, how: str) -> None:
    """Let `disk` be written or not: by the mount, or by the rights of its folders."""
    if disk.is_mount():
        subprocess.run(["mount", "-o", f"remount,{how}", str(disk)], check=True)
        return
    for path in [disk, *disk.rglob("*")]:
        if path.is_dir():
            path.chmod(0o555 if how == "ro" else 0o755)


def test_a_store_on_read_only_media_is_read_and_checked(whole: Path, disk: Path) -> None:
    shutil.copytree(whole, disk / "store")
    with SequenceStore.open(disk / "store") as store:
        store.snapshot("then")
    remount(disk, "ro")
    try:
        with SequenceStore.open(disk / "store") as store:
            assert store.fetch("lab:b") == "MKVL"
            assert store.at("then").fetch("a", 1, 3) == "CG"
            assert store.check().problems == ()
    finally:
        remount(disk, "rw")


def test_a_store_on_a_full_disk_is_read_and_goes_on_when_there_is_room(
    whole: Path, disk: Path
) -> None:
    shutil.copytree(whole, disk / "store")
    filling = disk / "filling"
    if disk.is_mount():
        with contextlib.suppress(OSError), filling.open("wb", buffering=0) as file:
            while True:
                file.write(bytes(512))
    with SequenceStore.open(disk / "store") as store:
        assert (store.fetch("a"), store.check().problems) == ("ACGT", ())
        if disk.is_mount():
            with pytest.raises(StoreError, match="see to the disk"):
                store.load(io.BytesIO(NEW), "lab", "new", reassign=True)
        filling.unlink(missing_ok=True)
    assert not examine(disk / "store", Point("a full disk", 0))
