"""
A pull or a push is killed between any two of its steps; both stores are sound, and it goes on.

As in the trials of a load: a child process copies the stores for each crash point and forks; the
fork pulls (or pushes) and kills itself with SIGKILL at that point. Every call of the functions
below is a point, and so is the end.
"""

import io
import json
import shutil
import subprocess
import sys
import tomllib
from pathlib import Path

import pytest

from holdfast.remotes.interface import TransferPolicy
from holdfast.sequences import SequenceStore
from holdfast.sequences.storage.lists import entries_match, read_entries
from holdfast.sequences.sync import open_depot
from holdfast.sequences.sync.folder import FolderDepot
from servers.served import nginx_server

DRIVER = """
import collections, json, os, pathlib, shutil, signal, sys
from holdfast.base import files
from holdfast.remotes import landing
from holdfast.remotes.interface import TransferPolicy
from holdfast.sequences import SequenceStore
from holdfast.sequences.storage import index
from holdfast.sequences.storage import lists
from holdfast.sequences.sync import arrivals, open_depot, pull
from holdfast.sequences.sync.folder import FolderDepot
from holdfast.sequences.sync.rsync import RsyncDepot

whole, action = pathlib.Path(sys.argv[1]), sys.argv[2]
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
        return real(*args, **said)
    setattr(owner, name, wrapped)

PULLING = [
    (os, "fsync"), (os, "rename"), (os, "replace"), (os, "unlink"),
    (index.Index, "prepare"), (index.Index, "stack"), (index.Index, "conclude"),
    (arrivals.Arrivals, "name_packs"), (arrivals.Arrivals, "commit"), (arrivals, "settle"),
    (lists, "remake_entries"), (shutil, "rmtree"),
]
PUSHING = [(RsyncDepot, "put"), (RsyncDepot, "replace")]
for owner, name in PULLING if action == "pull" else PUSHING:
    deadly(owner, name)

POLICY = TransferPolicy(parallel=1, retries=0)

def act():
    if action == "pull":
        with SequenceStore.open(folder / "clone") as store:
            store.pull(FolderDepot(str(folder / "source"), POLICY))
    else:
        with SequenceStore.open(folder / "source") as store:
            store.push(open_depot(action.format(folder=folder), POLICY))

def run(fatal_point, number):
    global folder, fatal
    folder, fatal = whole.with_name(f"killed-{number}"), fatal_point
    shutil.copytree(whole, folder)
    child = os.fork()
    if child == 0:
        act()
        step("at the end")
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
POLICY = TransferPolicy(parallel=1, retries=0)


@pytest.fixture
def whole(tmp_path: Path) -> Path:
    """A source of three commits and two snapshots, and a clone that has one of each."""
    folder = tmp_path / "whole"
    folder.mkdir()
    with SequenceStore.create(folder / "source") as store:
        store.load(io.BytesIO(b">a\nACGT\n"), "lab", "old")
        store.snapshot("first")
        store.close()
        shutil.copytree(folder / "source", folder / "clone")
        store.load(io.BytesIO(b">a\nGGGG\n>b\nMKVL\n"), "lab", "new", reassign=True)
        store.load(io.BytesIO(b">c\nTTTT\n"), "lab", "newer")
        store.snapshot("second")
    return folder


def killed(whole: Path, action: str) -> list[tuple[Path, str]]:
    """The folders in which `action` was killed, and where."""
    command = [sys.executable, "-c", DRIVER, str(whole), action]
    done = subprocess.run(command, capture_output=True, text=True, timeout=100, check=False)
    assert done.returncode == 0, done.stderr
    lines = map(json.loads, done.stdout.splitlines())
    return [(Path(line["folder"]), line["at"]) for line in lines]


def test_a_pull_killed_anywhere_is_there_or_not_and_goes_on(whole: Path) -> None:
    points = killed(whole, "pull")
    assert len(points) > 40
    states, moved_again = set(), {}
    for folder, point in points:
        with SequenceStore.open(folder / "clone") as clone:
            assert clone.check().problems == (), point
            states.add((clone.status().position, clone.fetch("a")))
            report = clone.pull(FolderDepot(str(folder / "source"), POLICY))
            moved_again[point] = report.bytes
            assert (report.after, clone.fetch("c")) == (3, "TTTT"), point
            assert [each.name for each in clone.snapshots()] == ["first", "second"], point
            assert entries_match(clone.folder / "journal"), point
            assert not (clone.folder / "incoming").exists(), point
            assert not list(clone.folder.rglob(".tmp-*")), point
        shutil.rmtree(folder)
    assert states == {(1, "ACGT"), (3, "GGGG")}  # never two of the three commits
    assert {"before commit", "before settle", "before conclude", "at the end"} <= set(moved_again)
    assert moved_again["before name_packs"] < 1000  # lists and snapshots, no entry and no pack


@pytest.mark.service("rsync", "nginx")
def test_a_push_killed_anywhere_leaves_the_old_or_the_new_and_goes_on(
    whole: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    shell = whole.parent / "shell"
    shell.write_text('#!/bin/sh\nshift\nexec "$@"\n', encoding="utf-8")
    shell.chmod(0o755)
    monkeypatch.setenv("RSYNC_RSH", str(shell))
    for path in (whole / "clone").glob("index.sqlite*"):
        path.unlink()
    listed = []
    for number, (folder, point) in enumerate(killed(whole, "host:{folder}/clone")):
        # A static server shows what LIST names and nothing else.
        entries = (folder / "clone" / "journal" / "LIST").read_bytes()
        listed.append(len(read_entries(entries, 1, "LIST")))
        look(folder / "clone", whole.parent / f"reader-{number}", listed[-1])
        with SequenceStore.open(folder / "source") as source:
            source.push(open_depot(f"host:{folder}/clone", POLICY))
        with SequenceStore.open(folder / "clone") as clone:
            assert (clone.status().position, clone.fetch("c")) == (3, "TTTT"), point
            assert clone.check().problems == (), point
            assert [each.name for each in clone.snapshots()] == ["first", "second"], point
    assert sorted(set(listed)) == [1, 3]
    assert listed == sorted(listed)


def look(folder: Path, reader: Path, listed: int) -> None:
    """Pull what the lists in `folder` name, and see that it is whole."""
    with nginx_server(folder) as url, SequenceStore.create(reader, id_of(folder)) as store:
        assert store.pull(open_depot(url, POLICY)).after == listed
        assert store.check().problems == ()


def id_of(folder: Path) -> str:
    """The id of the store in `folder`, which stays unopened."""
    with (folder / "store.toml").open("rb") as file:
        return str(tomllib.load(file)["id"])
