"""Several processes at one store: writers take turns, readers see whole commits only."""

import subprocess
import sys
from pathlib import Path

import pytest

from holdfast.errors import StoreBusy
from holdfast.sequences import SequenceStore

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
