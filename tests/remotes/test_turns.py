"""Turns: a server sees no more transfers at once than its rule allows, whoever makes them."""

import subprocess
import sys
import threading
import time
from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path

import pytest

from holdfast.remotes.access import Access, Rule
from holdfast.remotes.interface import RemoteFile, open_remote
from holdfast.remotes.turns import Turns
from holdfast.testing.remotes import HASTE
from servers.scripted import Document, Fault, Handler, ScriptedServer


class Slowly(Fault):
    """Serves well, after a while, and knows how many it served at once."""

    def __init__(self) -> None:
        self.now = self.most = 0
        self._lock = threading.Lock()

    def answer(self, handler: Handler, document: Document | None) -> None:
        assert document is not None
        with self._lock:
            self.now += 1
            self.most = max(self.most, self.now)
        time.sleep(0.05)
        with self._lock:  # before the answer, for then the next may come
            self.now -= 1
        handler.serve(document)


@pytest.fixture
def slowly() -> Slowly:
    """How eight files are served."""
    return Slowly()


@pytest.fixture
def server(slowly: Slowly) -> Iterator[ScriptedServer]:
    """A server that takes its time."""
    with ScriptedServer() as server:
        for number in range(8):
            server.documents[f"/{number}"] = Document(b"x")
            server.forever[f"/{number}"] = slowly
        yield server


def fetch(server: ScriptedServer, here: Path, turns: Path | None, most: int) -> None:
    access = Access((Rule("127.0.0.1", transfers=most),), turns=turns)
    files = [RemoteFile(str(n), f"{server.url}{n}", 1, None) for n in range(8)]
    open_remote(server.url, replace(HASTE, parallel=8, access=access)).fetch(files, here)


@pytest.mark.parametrize("most", [1, 2])
def test_no_more_transfers_are_under_way_than_allowed(
    server: ScriptedServer, slowly: Slowly, tmp_path: Path, most: int
) -> None:
    fetch(server, tmp_path / "here", None, most)
    assert slowly.most == most


def test_without_a_rule_many_are_under_way(
    server: ScriptedServer, slowly: Slowly, tmp_path: Path
) -> None:
    fetch(server, tmp_path / "here", None, 0)
    assert slowly.most > 2


def test_several_who_fetch_count_together(
    server: ScriptedServer, slowly: Slowly, tmp_path: Path
) -> None:
    turns = tmp_path / "turns"
    threads = [
        threading.Thread(target=fetch, args=(server, tmp_path / str(number), turns, 2))
        for number in range(3)
    ]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert slowly.most == 2
    assert all(len(list((tmp_path / str(number)).iterdir())) == 8 for number in range(3))


HOLDER = """
import sys, time
from pathlib import Path
from holdfast.remotes.turns import Turns
with Turns(Path(sys.argv[1])) as turns:
    assert turns.take("h:80", 1)
    print("held", flush=True)
    time.sleep(60)
"""


def test_the_turn_of_a_killed_process_is_free(tmp_path: Path) -> None:
    words = [sys.executable, "-c", HOLDER, str(tmp_path)]
    with (
        subprocess.Popen(words, stdout=subprocess.PIPE, text=True) as holder,
        Turns(tmp_path) as turns,
    ):
        assert holder.stdout is not None
        assert holder.stdout.readline() == "held\n"
        assert turns.take("h:80", 1) is None
        assert turns.take("other:80", 1) is not None
        holder.kill()
        holder.wait()
        assert turns.take("h:80", 1) is not None


def test_a_servers_name_is_no_path(tmp_path: Path) -> None:
    with Turns(tmp_path / "turns") as turns:
        assert turns.take("../../x/..\n:80", 1) is not None
    assert len(list((tmp_path / "turns").iterdir())) == 1
    assert {path.name for path in tmp_path.iterdir()} == {"turns"}
