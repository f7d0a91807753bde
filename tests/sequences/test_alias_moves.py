"""
Readers by alias beside writers: what was committed when they asked is what they are told.

Asking is quick because a reader need not ask the index while its edition stays the same; so here is
everything that could let it believe so for too long.
"""

import mmap
import multiprocessing
import os
import shutil
import signal
import subprocess
import sys
import threading
import time
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from holdfast.errors import AliasNotFound
from holdfast.sequences import Alias, SequenceStore
from holdfast.sequences.storage import edition
from holdfast.sequences.storage.index import Index

FORK = multiprocessing.get_context("fork")
NAME = Alias("lab", "x")


def made(folder: Path, sequences: int) -> SequenceStore:
    """A store of sequences of 1, 2, 3 … residues, named by their lengths; `lab:x` is the first."""
    store = SequenceStore.create(folder)
    with store.write() as batch:
        batch.add(b"A", [Alias("lab", "1"), NAME])
        for length in range(2, sequences + 1):
            batch.add(b"A" * length, [Alias("lab", str(length))])
        batch.commit()
    return store


@pytest.fixture
def store(tmp_path: Path) -> Iterator[SequenceStore]:
    with made(tmp_path / "store", 4) as store:
        yield store


BEGUN, DONE, END = range(3)  #: a round that began, one that is committed, and the end
ROUNDS = 150


class Together:
    """One process that moves `lab:x` on and on, and threads of this one that ask what it means."""

    def __init__(self, folder: Path, *, reindexes: bool) -> None:
        self.folder, self.reindexes = folder, reindexes
        self.shared = memoryview(mmap.mmap(-1, 24)).cast("q")  # whose numbers change in one go
        self.asked, self.mistakes = 0, list[tuple[int, int, int]]()

    def write(self) -> None:
        with SequenceStore.open(self.folder) as store:
            for length in range(2, ROUNDS + 1):
                self.shared[BEGUN] = length
                store.add_alias(NAME, f"lab:{length}", reassign=True)
                self.shared[DONE] = length
                if self.reindexes and length % 10 == 0:
                    store.reindex()
                time.sleep(length % 3 / 1000)  # sometimes readers have a while, sometimes none

    def read(self, store: SequenceStore) -> None:
        while not self.shared[END]:
            for _ in range(1000):
                least = self.shared[DONE]
                found = len(store.fetch("lab:x"))
                most = max(self.shared[BEGUN], 1)
                if not least <= found <= most:
                    self.mistakes.append((least, found, most))
            self.asked += 1000

    def run(self, store: SequenceStore) -> int | None:
        """Let them write and read; how the writer ended."""
        writer = FORK.Process(target=self.write)
        writer.start()
        readers = [threading.Thread(target=self.read, args=[store]) for _ in range(2)]
        for reader in readers:
            reader.start()
        writer.join(60)
        self.shared[END] = 1
        for reader in readers:
            reader.join()
        return writer.exitcode


@pytest.mark.parametrize("reindexes", [False, True], ids=["commits", "commits and new indexes"])
def test_readers_see_what_another_process_has_committed_and_never_less(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, reindexes: bool
) -> None:
    made(tmp_path / "store", ROUNDS).close()
    together, state, calls = Together(tmp_path / "store", reindexes=reindexes), Index.state, []

    def counted(self: Index) -> object:
        calls.append(self)
        return state(self)

    with SequenceStore.open(tmp_path / "store") as store:
        monkeypatch.setattr(Index, "state", counted)
        assert together.run(store) == 0
        assert together.mistakes == []
        assert len(calls) < together.asked / 5, "the edition spared next to nothing"
        assert len(store.fetch("lab:x")) == ROUNDS


#: Moves `lab:x` to the second sequence, and is killed when it has written the edition so often.
KILLED = """
import os, signal, sys
from holdfast.sequences import Alias, SequenceStore
from holdfast.sequences.storage import edition
times, write = int(sys.argv[2]), edition._write
def fatal(*what):
    global times
    times -= 1
    if times < 0:
        os.kill(os.getpid(), signal.SIGKILL)
    write(*what)
with SequenceStore.open(sys.argv[1]) as store:
    edition._write = fatal
    store.add_alias(Alias("lab", "x"), "lab:2", reassign=True)
"""


@pytest.mark.parametrize(
    ("written", "found"), [(0, 1), (1, 2)], ids=["before the change", "behind the change"]
)
def test_a_writer_killed_beside_the_change_leaves_right_answers(
    store: SequenceStore, written: int, found: int
) -> None:
    for _ in range(2):
        assert len(store.fetch("lab:x")) == 1
    command = [sys.executable, "-c", KILLED, str(store.folder), str(written)]
    assert subprocess.run(command, check=False).returncode == -signal.SIGKILL
    assert store.room.index.edition.now() % 2 == written
    for _ in range(3):
        assert len(store.fetch("lab:x")) == found
    # The entry is in the journal: whoever opens the store next sees it, and all others with him.
    with SequenceStore.open(store.folder) as other:
        assert len(other.fetch("lab:x")) == len(store.fetch("lab:x")) == 2
        other.add_alias(NAME, "lab:3", reassign=True)
    assert store.room.index.edition.now() % 2 == 0
    for _ in range(3):
        assert len(store.fetch("lab:x")) == 3


def test_a_copy_made_in_the_middle_of_a_change_is_read_and_written(
    store: SequenceStore, tmp_path: Path
) -> None:
    with store.room.index.edition.turning():
        shutil.copytree(store.folder, tmp_path / "copy")
    with SequenceStore.open(tmp_path / "copy") as copy:
        assert copy.room.index.edition.now() % 2 == 1
        assert len(copy.fetch("lab:x")) == 1
        copy.add_alias(NAME, "lab:2", reassign=True)
        assert copy.room.index.edition.now() % 2 == 0
        assert (len(copy.fetch("lab:x")), len(store.fetch("lab:x"))) == (2, 1)


#: Reads with no right to write, and says whether the edition helped.
LOOKER = """
import os, sys
import numpy.ma  # loaded late by NumPy, when the installation may be out of reach
from holdfast.sequences import SequenceStore
from holdfast.sequences.storage.index import Index
if os.getuid() == 0:
    os.setgid(65534)
    os.setuid(65534)
with SequenceStore.open(sys.argv[1]) as store:
    for _ in sys.stdin:
        first, calls = len(store.fetch("lab:x")), []
        ask, Index.state = Index.state, lambda index: calls.append(index)
        print(first, len(store.fetch("lab:x")), len(calls), flush=True)
        Index.state = ask
"""


def test_who_may_only_read_is_spared_the_asking_as_well(tmp_path: Path) -> None:
    folder = Path("/tmp") / f"holdfast-{os.getpid()}-{time.monotonic_ns()}"
    try:
        store = made(folder, 4)
        store.close()
        folder.chmod(0o555)
        command = [sys.executable, "-c", LOOKER, str(folder)]
        with subprocess.Popen(
            command, stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True
        ) as looker:
            assert looker.stdin is not None
            assert looker.stdout is not None
            for length in (1, 2, 3):
                looker.stdin.write("look\n")
                looker.stdin.flush()
                assert looker.stdout.readline() == f"{length} {length} 0\n"
                folder.chmod(0o755)
                with SequenceStore.open(folder) as store:
                    store.add_alias(NAME, f"lab:{length + 1}", reassign=True)
                folder.chmod(0o555)
            looker.stdin.close()
    finally:
        folder.chmod(0o755)
        shutil.rmtree(folder)


# Anything, in any order, beside a plain model


WHO = st.integers(0, 1)
STEPS = st.lists(
    st.one_of(
        st.tuples(st.just("ask"), WHO),
        st.tuples(st.just("ask"), WHO),
        st.tuples(st.just("ask elsewhere"), WHO),
        st.tuples(st.just("move"), WHO, st.integers(1, 4)),
        st.tuples(st.just("move elsewhere"), WHO, st.integers(1, 4)),
        st.tuples(st.just("retire"), WHO),
        st.tuples(st.just("undo"), WHO),
        st.tuples(st.just("reindex"), WHO),
        st.tuples(st.just("killed"), WHO),
        st.tuples(st.just("removed"), WHO),
        st.tuples(st.just("given up"), WHO),
        st.tuples(st.just("closed"), WHO),
    ),
    max_size=25,
)


class Trial:
    """Two open stores over one folder, and what `lab:x` has meant, commit by commit."""

    def __init__(self, folder: Path) -> None:
        self.stores = [made(folder, 4), SequenceStore.open(folder)]
        self.meant: list[int | None] = [1]

    def step(self, what: str, who: int, length: int = 0) -> None:
        {
            "ask": self.ask, "ask elsewhere": self.ask_elsewhere, "move": self.move,
            "move elsewhere": self.move_elsewhere, "retire": self.retire, "undo": self.undo,
            "reindex": self.reindex, "killed": self.killed, "removed": self.removed,
            "given up": self.give_up, "closed": self.closed,
        }[what](self.stores[who], length)  # fmt: skip

    def ask(self, store: SequenceStore, _: int = 0) -> None:
        try:
            found: int | None = len(store.fetch("lab:x"))
        except AliasNotFound:
            found = None
        assert found == self.meant[-1]

    def ask_elsewhere(self, store: SequenceStore, _: int) -> None:
        self._in_a_thread(lambda: self.ask(store))

    def move(self, store: SequenceStore, length: int) -> None:
        store.add_alias(NAME, f"lab:{length}", reassign=True)
        if self.meant[-1] != length:  # nothing is committed when nothing changes
            self.meant.append(length)

    def move_elsewhere(self, store: SequenceStore, length: int) -> None:
        self._in_a_thread(lambda: self.move(store, length))

    def retire(self, store: SequenceStore, _: int) -> None:
        if self.meant[-1] is not None:
            store.retire_alias(NAME)
            self.meant.append(None)

    def undo(self, store: SequenceStore, _: int) -> None:
        if len(self.meant) > 1:
            store.undo_to(store.status().position - 1)
            self.meant.append(self.meant[-2])

    def reindex(self, store: SequenceStore, _: int) -> None:
        store.reindex()

    def killed(self, store: SequenceStore, _: int) -> None:
        """As if a writer had been killed in the middle of a change."""
        path = store.room.index.edition.path
        if path.exists():
            content = bytearray(path.read_bytes())
            content[0 if sys.byteorder == "little" else 7] |= 1
            with path.open("r+b") as file:
                file.write(content)

    def removed(self, store: SequenceStore, _: int) -> None:
        store.room.index.edition.path.unlink(missing_ok=True)

    def give_up(self, store: SequenceStore, _: int) -> None:
        """Begin to write, and do not commit."""
        with store.write() as batch:
            batch.alias(NAME, store.resolve("lab:2"), reassign=True)

    def closed(self, store: SequenceStore, _: int) -> None:
        store.close()

    def _in_a_thread(self, act: Callable[[], None]) -> None:
        failed: list[Exception] = []

        def acting() -> None:
            try:
                act()
            except Exception as error:  # noqa: BLE001 - it is raised where it is seen
                failed.append(error)

        thread = threading.Thread(target=acting)
        thread.start()
        thread.join()
        if failed:
            raise failed[0]


@settings(
    max_examples=60,
    deadline=None,
    derandomize=True,
    suppress_health_check=[HealthCheck.function_scoped_fixture, HealthCheck.too_slow],
)
@given(steps=STEPS)
def test_whatever_happens_in_whatever_order_a_name_means_what_was_committed_last(
    tmp_path: Path, steps: list[tuple[str, int] | tuple[str, int, int]]
) -> None:
    folder = tmp_path / f"store-{time.monotonic_ns()}"
    with pytest.MonkeyPatch.context() as patched:
        patched.setattr(edition, "LEASE", 0.02)
        trial = Trial(folder)
        for each in steps:
            trial.step(*each)
            trial.ask(trial.stores[0])
            trial.ask(trial.stores[1])
        for store in trial.stores:
            store.close()
    shutil.rmtree(folder)
