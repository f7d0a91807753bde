"""A repair is killed between any two of its steps; nothing sound is lost, and the next one ends."""

import io
import shutil
from pathlib import Path

import pytest

from holdfast.remotes.interface import TransferPolicy
from holdfast.sequences import Alias, SequenceStore
from holdfast.sequences.sync.folder import FolderDepot
from sequences.killing import killed
from thoroughness import some, thorough

PROGRAM = """
import os, pathlib, shutil, sys
from holdfast.base import files
from holdfast.remotes.interface import TransferPolicy
from holdfast.sequences import SequenceStore
from holdfast.sequences.care import gc
from holdfast.sequences.storage import index, journal, lists, packs
from holdfast.sequences.sync.folder import FolderDepot
from sequences.killing import kill_everywhere

whole, action = pathlib.Path(sys.argv[1]), sys.argv[2]

def act(folder):
    copy = FolderDepot(str(folder / "copy"), TransferPolicy(parallel=1, retries=0))
    if action == "copy":
        SequenceStore.repair(folder / "store", [copy])
    else:
        SequenceStore.repair(folder / "store", drop_lost=True)

kill_everywhere(whole, [
    (os, "fsync"), (os, "rename"), (os, "replace"), (os, "unlink"),
    (index.Index, "make"), (index.Index, "prepare"), (index.Index, "settle"),
    (journal.Journal, "stage"), (journal.Journal, "put"),
    (packs.PackWriter, "append"), (packs.PackWriter, "finish"),
    (lists, "remake_entries"), (gc, "commit"), (shutil, "rmtree"),
], act, after=False)  # the next one begins where one ends
"""
LONG = b"GATTACA" * 80


@pytest.fixture
def whole(tmp_path: Path) -> Path:
    """A store of three packs and two snapshots, and a copy of it."""
    folder = tmp_path / "whole"
    folder.mkdir()
    with SequenceStore.create(folder / "store") as store:
        store.load(io.BytesIO(b">a\n%s\n>b\nMKVL\n" % LONG), "lab", "old")
        store.snapshot("then")
        store.load(io.BytesIO(b">c\nTTTTNN\n>d\nMKVLLL\n"), "lab", "new")
        store.add_alias(Alias("my", "own"), "lab:a")
        store.load(io.BytesIO(b">e\nGGGG\n"), "lab", "newest")
        store.snapshot("late")
    shutil.copytree(folder / "store", folder / "copy")
    return folder


def flip(path: Path, place: int) -> None:
    """Turn over one bit of a file."""
    content = bytearray(path.read_bytes())
    content[place] ^= 4
    path.chmod(0o644)
    path.write_bytes(content)


def pack_of(folder: Path, name: str) -> tuple[Path, int]:
    """The pack of a sequence, below `folder`, and a place in its record."""
    with SequenceStore.open(folder) as store:
        row = store.room.index.find("digest", store.info(name).digest.raw)
    assert row is not None
    return Path("packs", row.pack[:2], f"{row.pack}.pack"), row.offset + row.size // 2


def contents(folder: Path) -> dict[str, bytes]:
    """The packs, entries and snapshots of a store, and their lists."""
    return {
        str(path.relative_to(folder)): path.read_bytes()
        for part in ("packs", "journal", "snapshots")
        for path in (folder / part).rglob("*")
        if path.is_file() and not path.name.startswith(".tmp-")
    }


def test_a_repair_from_a_copy_killed_anywhere_loses_nothing_and_the_next_one_ends(
    whole: Path,
) -> None:
    store, right = whole / "store", contents(whole / "copy")
    damaged, place = pack_of(store, "lab:b")
    missing, _ = pack_of(store, "lab:e")
    flip(store / damaged, place)
    (store / missing).unlink()
    entries = sorted((store / "journal").glob("*.zst"))
    flip(entries[1], 40)
    entries[3].unlink()
    flip(store / "snapshots" / "then.json", 3)
    (store / "journal" / "LIST").write_bytes(b"nonsense\n")
    (store / "index.sqlite").write_bytes(b"no index")
    sound = {name for name, content in contents(store).items() if content == right[name]}

    points = killed(PROGRAM, whole, "copy")
    assert len(points) > 30
    for folder, point in some(points):
        found = contents(folder / "store")
        assert {name: found.get(name) for name in sound} == {n: right[n] for n in sound}, point
        depot = FolderDepot(str(whole / "copy"), TransferPolicy())
        report = SequenceStore.repair(folder / "store", [depot])
        assert (report.problems, report.lost) == ((), ()), point
        assert contents(folder / "store") == right, point
        assert not (folder / "store" / "mending").exists(), point
        assert not list(folder.rglob(".tmp-*")), point
        with SequenceStore.open(folder / "store") as mended:
            assert (mended.fetch("my:own"), mended.fetch("lab:e")) == (LONG.decode(), "GGGG")
    assert {"before replace", "before make", "before settle", "before rmtree"} <= {
        point for _, point in points
    }


@thorough
def test_what_is_lost_is_given_up_wherever_that_was_killed(whole: Path) -> None:
    damaged, place = pack_of(whole / "store", "lab:d")
    flip(whole / "store" / damaged, place)

    points = killed(PROGRAM, whole, "drop lost")
    assert len(points) > 20
    states = set()
    for folder, point in some(points):
        with SequenceStore.open(folder / "store") as store:
            assert_the_others_are_there(store, point)
            states.add(store.check().problems == ())
        report = SequenceStore.repair(folder / "store", drop_lost=True)
        assert (report.problems, report.lost) == ((), ()), point
        with SequenceStore.open(folder / "store") as store:
            assert_the_others_are_there(store, point)
            assert store.status().position == 5, point
            store.load(io.BytesIO(b">d\nMKVLLL\n"), "lab", "again", reassign=True)
            assert store.at("late").fetch("lab:d") == "MKVLLL", point
            assert store.check().problems == (), point
            store.gc()
            assert len(list(folder.glob("store/packs/*/*.pack"))) == store.status().packs, point
        assert not list(folder.rglob(".tmp-*")), point
    assert states == {True, False}
    assert {"before finish", "before write", "before settle", "before unlink"} <= {
        point for _, point in points
    }


def assert_the_others_are_there(store: SequenceStore, point: str) -> None:
    """What was never damaged reads."""
    read = [store.fetch(name) for name in ("my:own", "lab:b", "lab:c", "lab:e")]
    assert read == [LONG.decode(), "MKVL", "TTTTNN", "GGGG"], point
    assert store.at("then").fetch("lab:b") == "MKVL", point
