"""Connections of threads and of forked processes."""

import multiprocessing
import sqlite3
import threading
from collections.abc import Iterator
from pathlib import Path

import pytest

from holdfast.sequences.storage.connections import Connections

FORK = multiprocessing.get_context("fork")


@pytest.fixture
def connections(tmp_path: Path) -> Iterator[Connections]:
    """The connections of a database that holds one number."""
    path = tmp_path / "numbers.sqlite"
    with sqlite3.connect(path) as made:
        made.execute("PRAGMA journal_mode = WAL")
        made.execute("CREATE TABLE numbers (n INTEGER)")
        made.execute("INSERT INTO numbers VALUES (7)")
    made.close()
    them = Connections(lambda: sqlite3.connect(path, check_same_thread=False))
    yield them
    them.close()


def number(connections: Connections) -> int:
    return int(connections.get().execute("SELECT n FROM numbers").fetchone()[0])


def open_files() -> int:
    return len(list(Path("/proc/self/fd").iterdir()))


def test_a_thread_keeps_its_connection_and_others_have_their_own(
    connections: Connections,
) -> None:
    mine = connections.get()
    assert connections.get() is mine
    theirs: list[sqlite3.Connection] = []
    thread = threading.Thread(target=lambda: theirs.append(connections.get()))
    thread.start()
    thread.join()
    assert theirs[0] is not mine


def test_a_connection_is_closed_when_its_thread_ends(connections: Connections) -> None:
    before = open_files()
    for _ in range(50):
        thread = threading.Thread(target=number, args=[connections])
        thread.start()
        thread.join()
    assert len(connections) == 0
    assert open_files() <= before + 3  # one connection's files at most


def test_after_closing_whoever_asks_gets_a_new_connection(connections: Connections) -> None:
    old = connections.get()
    connections.close()
    assert len(connections) == 0
    with pytest.raises(sqlite3.ProgrammingError):
        old.execute("SELECT 1")
    assert number(connections) == 7


def test_a_forked_process_neither_uses_nor_closes_what_it_inherited(
    connections: Connections,
) -> None:
    mine = connections.get()
    mine.execute("BEGIN IMMEDIATE")  # a lock that only this process may give back
    mine.execute("UPDATE numbers SET n = 8")

    def child(answers: "multiprocessing.SimpleQueue[object]") -> None:
        other = connections.get()
        answers.put((other is mine, number(connections)))
        connections.close()
        answers.put(len(connections))

    answers = FORK.SimpleQueue()
    process = FORK.Process(target=child, args=[answers])
    process.start()
    process.join()
    assert process.exitcode == 0
    assert answers.get() == (False, 7)
    assert answers.get() == 0
    mine.execute("COMMIT")
    assert number(connections) == 8


def test_a_process_forked_while_a_thread_holds_the_lock_goes_on(
    connections: Connections,
) -> None:
    connections._changing.acquire()  # as if another thread were just opening one
    process = FORK.Process(target=number, args=[connections])
    process.start()
    process.join(20)
    connections._changing.release()
    assert process.exitcode == 0
