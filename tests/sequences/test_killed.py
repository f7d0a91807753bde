"""
A load is killed between any two steps of its commit; the store is sound and goes on.

One child process makes a copy of the store for each crash point and forks; the fork loads a file
and kills itself with SIGKILL at that point. The list of points is not written down: every call of
the functions below is one, before and after it, in a load that comes to its end unharmed.
"""

import io
import json
import subprocess
import sys
from pathlib import Path

import pytest

from holdfast.errors import AliasNotFound
from holdfast.sequences import SequenceStore

DRIVER = """
import collections, io, json, os, pathlib, shutil, signal, sys
from holdfast.sequences import SequenceStore
from holdfast.sequences.storage import index
from holdfast.sequences.storage import journal
from holdfast.sequences.storage import packs
from holdfast.sequences.writing import batch
from holdfast.sequences.storage import snapshots
from holdfast.base import files

batch.INDEXED_TOGETHER = 1  # so that the index takes rows in while the load goes on
whole, text, action = pathlib.Path(sys.argv[1]), sys.argv[2].encode(), sys.argv[3]
# A point is a name and how often it was passed before: two threads take their steps side by side,
# so the order of all steps is no name for one.
passed, fatal = collections.Counter(), None

def step(name):
    point = (name, passed[name])
    passed[name] += 1
    if fatal is None:
        os.write(told, json.dumps(point).encode() + b"\\n")
    if point == fatal:
        os.write(1, json.dumps({"folder": str(folder), "at": name}).encode() + b"\\n")
        os.kill(os.getpid(), signal.SIGKILL)

def deadly(owner, name):
    real = getattr(owner, name)
    def wrapped(*args, **said):
        step("before " + name)
        result = real(*args, **said)
        step("after " + name)
        return result
    setattr(owner, name, wrapped)

for owner, name in [
    (os, "fsync"), (os, "rename"), (os, "fchmod"), (os, "unlink"),
    (packs.PackWriter, "append"), (packs.PackWriter, "finish"), (journal.Journal, "write"),
    (index, "_apply_sequences"), (index, "_apply_collection"),
    (index.Index, "take"), (index.Index, "prepare"), (index.Index, "settle"),
    (files, "fsync_directory"), (snapshots.Snapshots, "write"),
]:
    deadly(owner, name)

def run(fatal_point, number):
    global folder, fatal
    folder, fatal = whole.with_name(f"killed-{number}"), fatal_point
    shutil.copytree(whole, folder)
    child = os.fork()
    if child == 0:
        with SequenceStore.open(folder) as store:
            if action == "load":
                store.load(io.BytesIO(text), "lab", "new", reassign=True)
            else:
                store.snapshot("new")
        os._exit(0)
    return os.waitpid(child, 0)[1]

hears, told = os.pipe()
assert run(None, "never") == 0
os.close(told)
with os.fdopen(hears) as lines:
    points = [tuple(json.loads(line)) for line in lines]
for number, point in enumerate(points):
    assert run(point, number) == signal.SIGKILL, point
"""
OLD = b">a\nACGT\n>b\nMKVL\n"
NEW = b">a\nGGGG\n>c\nTTTTNN\n>d\nMKVLMKVL\n"


def killed_stores(whole: Path, action: str) -> list[tuple[Path, str]]:
    """The stores in which `action` was killed, and where."""
    command = [sys.executable, "-c", DRIVER, str(whole), NEW.decode(), action]
    done = subprocess.run(command, capture_output=True, text=True, timeout=100, check=False)
    assert done.returncode == 0, done.stderr
    lines = map(json.loads, done.stdout.splitlines())
    return [(Path(line["folder"]), line["at"]) for line in lines]


@pytest.fixture
def whole(tmp_path: Path) -> Path:
    with SequenceStore.create(tmp_path / "whole") as store:
        store.load(io.BytesIO(OLD), "lab", "old")
    return tmp_path / "whole"


def test_a_load_killed_anywhere_leaves_a_sound_store(whole: Path) -> None:
    points = killed_stores(whole, "load")
    assert len(points) > 30
    for folder, point in points:
        with SequenceStore.open(folder) as store:
            assert store.check().problems == (), point
            assert (store.fetch("a"), store.fetch("b")) in {("ACGT", "MKVL"), ("GGGG", "MKVL")}
            committed = store.fetch("a") == "GGGG"
            if committed:
                assert store.fetch("d") == "MKVLMKVL"
            else:
                with pytest.raises(AliasNotFound):
                    store.fetch("d")
            store.load(io.BytesIO(NEW), "lab", "new", reassign=True)
            assert (store.fetch("a"), store.fetch("c")) == ("GGGG", "TTTTNN")
            assert store.status().position == 2
            assert store.check().problems == (), point
            assert not list(folder.rglob(".tmp-*"))
    last_words = {point for _, point in points}
    assert {
        "before rename",
        "after finish",
        "after write",
        "after take",
        "after prepare",
        "before settle",
    } <= last_words


def test_a_snapshot_killed_anywhere_is_there_or_not(whole: Path) -> None:
    points = killed_stores(whole, "snapshot")
    assert len(points) > 5
    for folder, point in points:
        with SequenceStore.open(folder) as store:
            assert store.check().problems == (), point
            if not store.snapshots():
                store.snapshot("new")
            assert store.at("new").fetch("a") == "ACGT"
