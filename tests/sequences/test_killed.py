"""A load is killed between any two steps of its commit; the store is sound and goes on."""

import io
from pathlib import Path

import pytest

from holdfast.errors import AliasNotFound
from holdfast.sequences import SequenceStore
from sequences.killing import killed
from thoroughness import some

PROGRAM = """
import io, os, pathlib, sys
from holdfast.base import files
from holdfast.sequences import SequenceStore
from holdfast.sequences.storage import applying, edition, index, journal, packs, rows, snapshots
from holdfast.sequences.writing import batch
from sequences.killing import kill_everywhere

batch.INDEXED_TOGETHER = 1  # so that the index takes rows in while the load goes on
whole, action, text = pathlib.Path(sys.argv[1]), sys.argv[2], sys.argv[3].encode()

def act(folder):
    with SequenceStore.open(folder) as store:
        if action == "load":
            store.load(io.BytesIO(text), "lab", "new", reassign=True)
        elif action == "reindex":
            store.reindex()
        else:
            store.snapshot("new")

kill_everywhere(whole, [
    (os, "fsync"), (os, "fdatasync"), (os, "rename"), (os, "fchmod"), (os, "unlink"),
    (index, "make_rows"), (index.Index, "_remove_rows_but"), (rows.RowsFile, "write"),
    (packs.PackWriter, "append"), (packs.PackWriter, "finish"),
    (journal.Journal, "stage"), (journal.Journal, "put"),
    (applying, "apply_sequences"), (applying, "_apply_collection"),
    (index.Index, "take"), (index.Index, "prepare"), (index.Index, "settle"),
    (edition, "_write"),
    (files, "fsync_directory"), (snapshots.Snapshots, "write"),
], act)
"""
OLD = b">a\nACGT\n>b\nMKVL\n"
NEW = b">a\nGGGG\n>c\nTTTTNN\n>d\nMKVLMKVL\n"


@pytest.fixture
def whole(tmp_path: Path) -> Path:
    with SequenceStore.create(tmp_path / "whole") as store:
        store.load(io.BytesIO(OLD), "lab", "old")
    return tmp_path / "whole"


def test_a_load_killed_anywhere_leaves_a_sound_store(whole: Path) -> None:
    points = killed(PROGRAM, whole, "load", NEW.decode())
    assert len(points) > 30
    for folder, point in some(points):
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
        "after stage",
        "after put",
        "after take",
        "after prepare",
        "before settle",
        "before fdatasync",
    } <= last_words


def test_a_snapshot_killed_anywhere_is_there_or_not(whole: Path) -> None:
    points = killed(PROGRAM, whole, "snapshot", "")
    assert len(points) > 5
    for folder, point in some(points):
        with SequenceStore.open(folder) as store:
            assert store.check().problems == (), point
            if not store.snapshots():
                store.snapshot("new")
            assert store.at("new").fetch("a") == "ACGT"


def test_an_index_whose_making_is_killed_anywhere_is_made_again(whole: Path) -> None:
    points = killed(PROGRAM, whole, "reindex", "")
    assert {"before make_rows", "after make_rows", "before _remove_rows_but", "after write"} <= {
        point for _, point in points
    }
    for folder, point in some(points):
        with SequenceStore.open(folder) as store:
            assert (store.fetch("a"), store.fetch("b")) == ("ACGT", "MKVL"), point
            store.load(io.BytesIO(NEW), "lab", "new", reassign=True)
            assert store.check().problems == (), point
        assert len(list(folder.glob("index-*.rows"))) == 1, point
