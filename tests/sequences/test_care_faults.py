"""
Care that is killed, or refused by the disk, at any of its system calls: the store loses nothing.

Whatever the point, the same act done once more comes to its end.
"""

import io
import shutil
from collections.abc import Callable
from pathlib import Path

import pytest

from holdfast.remotes.interface import TransferPolicy
from holdfast.sequences import Alias, SequenceStore
from holdfast.sequences.care.gc import Wish
from holdfast.sequences.sync.folder import FolderDepot
from sequences.faults import Act, Point
from thoroughness import sampled, thorough

DRIVER = """
import sys
from holdfast.errors import HoldfastError
from holdfast.remotes.interface import TransferPolicy
from holdfast.sequences import SequenceStore
from holdfast.sequences.care.gc import Wish
from holdfast.sequences.sync.folder import FolderDepot

folder, action, copy = sys.argv[1:]
try:
    if action == "repair":
        problems = SequenceStore.repair(folder, [FolderDepot(copy, TransferPolicy())]).problems
        sys.exit("; ".join(problems) or 0)
    with SequenceStore.open(folder) as store:
        store.undo() if action == "undo" else store.gc(Wish(fraction=0, compact=True))
except HoldfastError as error:
    sys.exit(str(error))
"""
#: The calls that change files, and how many points of each there are at most.
CALLS = {
    "write": 6, "pwrite64": 3, "fsync": 6, "fdatasync": 3, "rename": 8, "unlink": 6,
    "fchmod": 2, "mkdir": 2, "openat": 3,
}  # fmt: skip
LONG = b"GATTACA" * 80


@pytest.fixture(scope="module")
def sound(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A store with garbage, which a snapshot needs some of, in small packs; its newest commit is
    one to undo."""
    folder = tmp_path_factory.mktemp("care") / "sound"
    with SequenceStore.create(folder) as store:
        store.load(io.BytesIO(b">a\n%s\n>b\nMKVL\n>old\nTTTTNNNNTTTT\n" % LONG), "lab", "old")
        store.retire_collection("old")
        store.retire_alias(Alias("lab", "old"))
        store.load(io.BytesIO(b">s\nACAC\n"), "lab", "kept")
        store.snapshot("then")
        store.retire_alias(Alias("lab", "s"))
        store.load(io.BytesIO(b">c\nTTTTNN\n"), "lab", "new")
        store.add_alias(Alias("my", "c"), "lab:c")
        assert store.status().position == 7
    return folder


@pytest.fixture
def whole(sound: Path, tmp_path: Path, action: str) -> Path:
    """That store; what a repair is to mend is damaged first."""
    folder = tmp_path / "whole"
    shutil.copytree(sound, folder)
    if action == "repair":
        entries, packs = sorted(folder.glob("journal/*.zst")), sorted(folder.glob("packs/*/*"))
        for path in (entries[1], packs[0], folder / "snapshots" / "then.json"):
            path.chmod(0o644)
            path.write_bytes(path.read_bytes()[:-1])
        entries[4].unlink()
        packs[1].unlink()
        (folder / "index.sqlite").write_bytes(b"no index")
    return folder


def again(folder: Path, action: str, sound: Path) -> None:
    """Do once more what was killed."""
    if action == "repair":
        report = SequenceStore.repair(folder, [FolderDepot(str(sound), TransferPolicy())])
        assert report.problems == ()
        return
    with SequenceStore.open(folder) as store:
        if action == "gc":
            assert store.check().problems == ()
            store.gc(Wish(fraction=0, compact=True))
        else:
            assert store.check().problems == ()
            assert (store.status().aliases == 4) == (store.status().position == 7)
            if store.status().position == 7:
                store.undo()


def examine(folder: Path, action: str, sound: Path) -> None:
    """The store must be as it was, but for the act, which comes to its end now."""
    again(folder, action, sound)
    with SequenceStore.open(folder) as store:
        found = [store.fetch(f"lab:{name}") for name in "abc"]
        assert found == [LONG.decode(), "MKVL", "TTTTNN"]
        assert store.at("then").fetch("lab:s") == "ACAC"
        assert store.at(6).fetch("lab:c") == "TTTTNN"
        report = store.check()
        assert (report.problems, report.snapshots) == ((), 1)
        packs = {path.stem for path in folder.glob("packs/*/*.pack")}
        assert len(packs) == store.status().packs
    assert not list(folder.rglob(".tmp-*"))
    assert not (folder / "mending").exists()


@pytest.fixture
def points(whole: Path, tmp_path: Path, action: str, sound: Path) -> list[Point]:
    """The points of an act that comes to its end."""
    calls = {call: sampled(most) for call, most in CALLS.items()}
    return Act(DRIVER, (action, str(sound))).points(whole, tmp_path / "recorded", calls)


@pytest.mark.service("strace")
@pytest.mark.parametrize("action", ["gc", "undo", "repair"])
def test_care_killed_before_any_system_call_loses_nothing_and_ends_the_next_time(
    whole: Path, points: list[Point], tmp_path: Path, action: str, sound: Path
) -> None:
    assert {point.call for point in points} >= {"write", "fsync", "rename", "openat"}
    act = Act(DRIVER, (action, str(sound)))
    for point, folder, done in act.harmed(whole, points, tmp_path, "signal=KILL"):
        assert done.returncode == -9, (point, done.stderr)
        told(point, examine, folder, action, sound)


@pytest.mark.service("strace")
@pytest.mark.parametrize("action", ["gc", "undo", "repair"])
@pytest.mark.parametrize(
    ("error", "calls"),
    [
        ("ENOSPC", {"write", "mkdir"}),
        pytest.param("EIO", {"fsync", "rename"}, marks=thorough),
    ],
)
def test_care_that_the_disk_refuses_says_so_in_a_sentence_and_loses_nothing(
    whole: Path,
    points: list[Point],
    tmp_path: Path,
    action: str,
    sound: Path,
    error: str,
    calls: set[str],
) -> None:
    act = Act(DRIVER, (action, str(sound)))
    chosen = [point for point in points if point.call in calls][::2]
    for point, folder, done in act.harmed(whole, chosen, tmp_path, f"error={error}"):
        assert done.returncode in {0, 1}, (point, done.stderr)
        assert len(done.stderr.splitlines()) == done.returncode, (point, done.stderr)
        told(point, examine, folder, action, sound)


def told(point: Point, examination: Callable[..., None], *about: object) -> None:
    """Examine, and tell at which point it failed."""
    try:
        examination(*about)
    except Exception as error:
        error.add_note(f"after {point}")
        raise
