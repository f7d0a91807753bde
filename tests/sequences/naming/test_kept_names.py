"""Names are kept while nothing changes, and never a moment longer."""

import os
import subprocess
import sys
from pathlib import Path
from threading import Barrier, Thread

import pytest

from holdfast.errors import AliasNotFound
from holdfast.sequences import Alias, SequenceStore

MOVE = """
import sys
from holdfast.sequences import Alias, SequenceStore
with SequenceStore.open(sys.argv[1]) as store:
    store.add_alias(Alias("lab", "x"), sys.argv[2], reassign=True)
"""


@pytest.fixture
def store(tmp_path: Path) -> SequenceStore:
    store = SequenceStore.create(tmp_path / "store")
    with store.write() as batch:
        batch.add(b"ACGT", [Alias("lab", "a"), Alias("lab", "x")])
        batch.add(b"GGGG", [Alias("lab", "b")])
        batch.commit()
    return store


def test_a_name_moved_by_this_object_means_the_new_sequence_at_once(store: SequenceStore) -> None:
    for target, residues in (("lab:b", "GGGG"), ("lab:a", "ACGT")) * 3:
        store.add_alias(Alias("lab", "x"), target, reassign=True)
        assert store.fetch("lab:x") == store.fetch("x") == residues
    store.retire_alias(Alias("lab", "x"))
    with pytest.raises(AliasNotFound):
        store.fetch("lab:x")


def test_a_name_moved_by_another_process_means_the_new_sequence_at_once(
    store: SequenceStore,
) -> None:
    for target, residues in (("lab:b", "GGGG"), ("lab:a", "ACGT")):
        assert store.fetch("lab:x") != residues
        command = [sys.executable, "-c", MOVE, str(store.folder), target]
        subprocess.run(command, check=True)
        assert store.fetch("lab:x") == residues


def test_every_thread_sees_what_another_one_moved(store: SequenceStore) -> None:
    turns, seen = Barrier(3, timeout=30), []

    def read() -> None:
        for _ in range(6):
            turns.wait()
            seen.append(store.fetch("lab:x"))
            turns.wait()

    readers = [Thread(target=read) for _ in range(2)]
    for reader in readers:
        reader.start()
    expected = []
    for turn in range(6):
        target, residues = (("lab:b", "GGGG"), ("lab:a", "ACGT"))[turn % 2]
        store.add_alias(Alias("lab", "x"), target, reassign=True)
        expected += [residues] * 2
        turns.wait()
        turns.wait()
    for reader in readers:
        reader.join()
    assert seen == expected


def test_a_forked_process_does_not_trust_what_its_parent_kept(store: SequenceStore) -> None:
    assert store.fetch("lab:x") == "ACGT"
    told, tell = os.pipe()
    go, begin = os.pipe()
    child = os.fork()
    if child == 0:  # the name moves before the child asks for the first time
        os.read(go, 1)
        os.write(tell, store.fetch("lab:x").encode())
        os._exit(0)
    subprocess.run([sys.executable, "-c", MOVE, str(store.folder), "lab:b"], check=True)
    os.write(begin, b"!")
    assert os.read(told, 4) == b"GGGG"
    assert os.waitpid(child, 0)[1] == 0
    for descriptor in (told, tell, go, begin):
        os.close(descriptor)


def test_a_name_means_the_same_after_the_index_is_made_anew(store: SequenceStore) -> None:
    assert store.fetch("lab:x") == "ACGT"
    store.reindex()
    assert store.fetch("lab:x") == "ACGT"
