"""
An undo, and a tidying, are killed between any two of their steps; the store is sound and goes on.
"""

import io
from pathlib import Path

import pytest

from holdfast.errors import AliasNotFound
from holdfast.sequences import Alias, SequenceStore
from holdfast.sequences.care.gc import Wish
from sequences.killing import killed
from thoroughness import some

PROGRAM = """
import os, pathlib, sys
from holdfast.base import files
from holdfast.sequences import SequenceStore
from holdfast.sequences.care import gc
from holdfast.sequences.storage import index, journal, packs, rows
from sequences.killing import kill_everywhere

whole, action = pathlib.Path(sys.argv[1]), sys.argv[2]

def act(folder):
    with SequenceStore.open(folder) as store:
        if action == "undo":
            store.undo()
        else:
            store.gc(gc.Wish(fraction=0, compact=True, target=200))

kill_everywhere(whole, [
    (os, "fsync"), (os, "rename"), (os, "fchmod"), (os, "unlink"),
    (index, "carry_over"), (rows.RowsFile, "rewrite"), (rows.RowsFile, "sync"),
    (packs.PackWriter, "append"), (packs.PackWriter, "finish"),
    (journal.Journal, "stage"), (journal.Journal, "put"),
    (index.Index, "prepare"), (index.Index, "settle"), (files, "fsync_directory"),
    (gc, "commit"),
], act)
"""
LONG = b"GATTACA" * 80


@pytest.fixture
def whole(tmp_path: Path) -> Path:
    """A store with garbage in a pack that is partly needed, a snapshot, an orphan, small packs."""
    folder = tmp_path / "whole"
    with SequenceStore.create(folder) as store:
        store.load(io.BytesIO(b">a\n%s\n>b\nMKVL\n>old\nTTTTNNNNTTTT\n" % LONG), "lab", "old")
        store.retire_collection("old")
        store.retire_alias(Alias("lab", "old"))
        store.load(io.BytesIO(b">s\nACAC\n"), "lab", "kept")
        store.snapshot("then")
        store.retire_alias(Alias("lab", "s"))
        store.load(io.BytesIO(b">a\nGGGG\n>c\nTTTTNN\n"), "lab", "new", reassign=True)
    (folder / "packs" / "00").mkdir(exist_ok=True)
    (folder / "packs" / "00" / f"{'0' * 64}.pack").write_bytes(b"holdfast pack 1\n")
    return folder


def test_an_undo_killed_anywhere_is_done_or_not(whole: Path) -> None:
    points = killed(PROGRAM, whole, "undo")
    assert len(points) > 10
    states = set()
    for folder, point in some(points):
        with SequenceStore.open(folder) as store:
            assert store.check().problems == (), point
            done = store.fetch("lab:a") == LONG.decode()
            states.add(done)
            if done:
                with pytest.raises(AliasNotFound):
                    store.fetch("lab:c")
            else:
                assert store.fetch("lab:c") == "TTTTNN"
                store.undo()
            assert store.fetch("lab:a") == LONG.decode()
            assert store.status().position == 7
            assert store.check().problems == (), point
    assert states == {True, False}
    assert {"before rename", "before prepare", "before settle"} <= {point for _, point in points}


#: Kills here leave rows that are changed by a commit and not yet in their file.
WAITING = ("before carry_over", "before rewrite", "after rewrite")


def test_a_tidying_killed_anywhere_loses_nothing(whole: Path) -> None:
    points = killed(PROGRAM, whole, "gc")
    assert len(points) > 30
    waiting = [each for each in points if each[1] in WAITING]
    for folder, point in dict.fromkeys([*some(points), *waiting]):
        with SequenceStore.open(folder) as store:
            left = store.room.index.ask("SELECT count(*) FROM rewritten") != [(0,)]
            assert left or point not in WAITING, point
            assert_all_is_there(store, point)
            store.gc(Wish(fraction=0, compact=True, target=200))
            assert_all_is_there(store, point)
            assert store.room.index.ask("SELECT count(*) FROM rewritten") == [(0,)], point
            needed = store.status().packs
            assert len(list(folder.glob("packs/*/*.pack"))) == needed, point
            assert not list(folder.rglob(".tmp-*"))
    passed = {point for _, point in points}
    assert {"after finish", "after put", "before settle", "before unlink"} <= passed
    assert {"after unlink", *WAITING} <= passed


def assert_all_is_there(store: SequenceStore, point: str) -> None:
    """What has a name, now or in the snapshot, reads; and the store is sound."""
    assert (store.fetch("lab:a"), store.fetch("lab:c")) == ("GGGG", "TTTTNN"), point
    then = store.at("then")
    assert (then.fetch("lab:a"), then.fetch("lab:s")) == (LONG.decode(), "ACAC"), point
    exact = io.BytesIO()
    store.write_exact("new", exact)
    assert exact.getvalue() == b">a\nGGGG\n>c\nTTTTNN\n"
    assert store.check().problems == (), point
