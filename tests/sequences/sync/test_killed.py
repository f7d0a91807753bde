"""A pull or a push is killed between any two steps; both stores are sound, and it goes on."""

import io
import shutil
import tomllib
from pathlib import Path

import pytest

from holdfast.remotes.interface import TransferPolicy
from holdfast.sequences import SequenceStore
from holdfast.sequences.storage.lists import entries_match, read_entries
from holdfast.sequences.sync import open_depot
from holdfast.sequences.sync.folder import FolderDepot
from sequences.killing import killed
from servers.served import nginx_server

PROGRAM = """
import os, pathlib, shutil, sys
from holdfast.remotes.interface import TransferPolicy
from holdfast.sequences import SequenceStore
from holdfast.sequences.storage import index, lists
from holdfast.sequences.sync import arrivals, open_depot
from holdfast.sequences.sync.folder import FolderDepot
from holdfast.sequences.sync.rsync import RsyncDepot
from sequences.killing import kill_everywhere

POLICY = TransferPolicy(parallel=1, retries=0)
whole, action = pathlib.Path(sys.argv[1]), sys.argv[2]

def pull(folder):
    with SequenceStore.open(folder / "clone") as store:
        store.pull(FolderDepot(str(folder / "source"), POLICY))

def push(folder):
    with SequenceStore.open(folder / "source") as store:
        store.push(open_depot(action.format(folder=folder), POLICY))

PULLING = [
    (os, "fsync"), (os, "rename"), (os, "replace"), (os, "unlink"),
    (index.Index, "prepare"), (index.Index, "stack"), (index.Index, "conclude"),
    (arrivals.Arrivals, "name_packs"), (arrivals.Arrivals, "commit"), (arrivals, "settle"),
    (lists, "remake_entries"), (shutil, "rmtree"),
]
PUSHING = [(RsyncDepot, "put"), (RsyncDepot, "replace")]
functions, act = (PULLING, pull) if action == "pull" else (PUSHING, push)
kill_everywhere(whole, functions, act, after=False)  # the next one begins where one ends
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


def test_a_pull_killed_anywhere_is_there_or_not_and_goes_on(whole: Path) -> None:
    points = killed(PROGRAM, whole, "pull")
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
    for number, (folder, point) in enumerate(killed(PROGRAM, whole, "host:{folder}/clone")):
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
