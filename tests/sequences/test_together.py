"""Several processes at one store: writers take turns, readers see whole commits only."""

import io
import subprocess
import sys
import tempfile
import threading
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

import pytest

from holdfast.errors import StoreBusy
from holdfast.sequences import SequenceStore
from holdfast.sequences.storage.index import Index
from holdfast.sequences.storage.journal import Entry

#: Each commit moves both names together, to residues of one length.
WRITER = """
import io, sys
from holdfast.sequences import SequenceStore
with SequenceStore.open(sys.argv[1], wait=60) as store:
    for number in range(int(sys.argv[2])):
        length = store.status().position + 1  # a guess that another writer may have made as well
        text = b">a\\n%s\\n>b\\n%s\\n" % (b"AC" * length, b"GT" * length)
        store.load(io.BytesIO(text), "lab", f"{sys.argv[3]}-{number}", reassign=True)
"""
READER = """
import sys
from holdfast.sequences import SequenceStore
with SequenceStore.open(sys.argv[1]) as store:
    seen = set()
    while len(store.collections()) < int(sys.argv[2]):
        position = store.status().position
        then = store.at(position)
        a, b = then.fetch("a"), then.fetch("b")
        assert len(a) == len(b), (position, a, b)
        assert a == then.fetch("lab:a"), position
        seen.add(position)
    print(len(seen))
"""
WRITERS, READERS, COMMITS = 3, 2, 5


def start(script: str, *words: object) -> subprocess.Popen[str]:
    command = [sys.executable, "-c", script, *map(str, words)]
    return subprocess.Popen(command, stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True)


def test_writers_take_turns_and_readers_see_whole_commits(tmp_path: Path) -> None:
    folder = tmp_path / "store"
    SequenceStore.create(folder).close()
    subprocess.run([sys.executable, "-c", WRITER, str(folder), "1", "first"], check=True)
    readers = [start(READER, folder, WRITERS * COMMITS + 1) for _ in range(READERS)]
    writers = [start(WRITER, folder, COMMITS, f"writer{each}") for each in range(WRITERS)]
    for process in [*writers, *readers]:
        printed, trouble = process.communicate(timeout=90)
        assert process.returncode == 0, trouble
        if process in readers:
            assert int(printed) > 1
    with SequenceStore.open(folder) as store:
        assert len(store.collections()) == WRITERS * COMMITS + 1
        assert store.check().problems == ()


def test_a_writer_that_may_not_wait_is_told_who_writes(tmp_path: Path) -> None:
    with (
        SequenceStore.create(tmp_path / "store") as store,
        SequenceStore.open(tmp_path / "store") as other,
        store.write(),
        pytest.raises(
            StoreBusy, match=r"process \d+ is writing to .*; try again when it has ended"
        ),
    ):
        other.snapshot("now")


#: Reads as somebody who may not write to the store, and is told when to look once more.
LOOKER = """
import os, sys, time
import numpy.ma  # loaded late by NumPy, when the installation may be out of reach
from holdfast.sequences import SequenceStore
if os.getuid() == 0:
    os.setgid(65534)
    os.setuid(65534)
else:
    os.access = lambda *_: False
with SequenceStore.open(sys.argv[1]) as store:
    print(store.fetch("a"), flush=True)
    seen, until = set(), time.monotonic() + 60
    while store.fetch("a") != "ACGTACGT" and time.monotonic() < until:
        position = store.status().position
        then = store.at(position)
        assert len(then.fetch("a")) == len(then.fetch("lab:b")), position
        seen.add(position)
    print(store.fetch("a"), len(seen) > 1, flush=True)
    for _ in sys.stdin:
        print(store.fetch("a"), flush=True)
"""


@pytest.fixture
def public() -> Iterator[Path]:
    """A folder that anybody may read and only we may write."""
    with tempfile.TemporaryDirectory() as name:
        Path(name).chmod(0o755)
        yield Path(name)


def test_who_may_only_read_sees_each_commit_while_others_write_and_after(public: Path) -> None:
    folder = public / "store"

    def load(store: SequenceStore, residues: str) -> None:
        text = f">a\n{residues}\n>b\n{residues[::-1]}\n"
        store.load(io.BytesIO(text.encode()), "lab", residues, reassign=True)

    with SequenceStore.create(folder) as store:
        load(store, "ACGT")
    command = [sys.executable, "-c", LOOKER, str(folder)]
    with subprocess.Popen(
        command, stdin=subprocess.PIPE, stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True
    ) as looker:
        assert (looker.stdin, looker.stdout, looker.stderr).count(None) == 0
        assert looker.stdout.readline() == "ACGT\n", looker.stderr.read()
        with SequenceStore.open(folder) as store:
            for number in range(2, 14):
                load(store, "GATTACA" * number)
            load(store, "ACGTACGT")
            assert looker.stdout.readline() == "ACGTACGT True\n", looker.stderr.read()
        for residues in ("GATTACA", "CATCAT"):  # now nobody has the store open but the looker
            with SequenceStore.open(folder) as store:
                load(store, residues)
            looker.stdin.write("again\n")
            looker.stdin.flush()
            assert looker.stdout.readline() == f"{residues}\n", looker.stderr.read()
        looker.stdin.close()
        assert looker.wait(30) == 0
    with SequenceStore.open(folder) as store:
        assert store.check().problems == ()


def test_readers_have_the_old_index_until_a_new_one_is_whole_and_then_the_new_one(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    begun, go_on = threading.Event(), threading.Event()
    prepare = Index.prepare

    def slowly(self: Index, entry: Entry) -> None:
        begun.set()
        assert go_on.wait(30)
        prepare(self, entry)

    folder = tmp_path / "store"
    with (
        SequenceStore.create(folder) as writer,
        SequenceStore.open(folder) as reader,
        ThreadPoolExecutor(2) as pool,
    ):
        writer.load(io.BytesIO(b">a\nACGT\n"), "lab", "first")
        assert reader.fetch("a") == "ACGT"
        monkeypatch.setattr(Index, "prepare", slowly)
        making = pool.submit(writer.reindex)
        assert begun.wait(30)
        assert reader.fetch("a") == "ACGT"
        opening = pool.submit(SequenceStore.open, folder)
        assert reader.fetch("lab:a") == "ACGT"
        assert not opening.done()
        go_on.set()
        assert making.result() == 1
        with opening.result() as late:
            assert late.fetch("a") == "ACGT"
        writer.load(io.BytesIO(b">b\nGGCC\n"), "lab", "second")
        assert reader.fetch("b") == "GGCC"
