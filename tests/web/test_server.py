"""The server as people start it: a process of its own, slow and broken clients, long answers."""

import random
import re
import signal
import socket
import subprocess
import sys
import time
from collections.abc import Iterator
from contextlib import contextmanager
from io import BytesIO
from pathlib import Path

import httpx
import pytest

from holdfast.sequences import SequenceStore
from holdfast.web.server import address_of, listen

MEGABYTE = 1 << 20
LENGTH = 100 * MEGABYTE
BEGINNING = "".join(random.Random(1).choices("ACGT", k=4096))
CHROMOSOME = "/refget/sequence/lab:chr"
ASKED = f"GET {CHROMOSOME} HTTP/1.1\r\nHost: x\r\n\r\n".encode()


Serving = tuple[subprocess.Popen[str], httpx.Client]


@contextmanager
def holdfast(*arguments: str, home: Path | None = None) -> Iterator[Serving]:
    """``holdfast serve`` as a process, and a client of it."""
    at = ["--home", str(home)] if home else []
    command = [sys.executable, "-m", "holdfast", *at, "serve", "--port", "0", *arguments]
    process = subprocess.Popen(command, stderr=subprocess.PIPE, text=True)
    try:
        assert process.stderr is not None
        found = re.search(r"http://127\.0\.0\.1:\d+/", process.stderr.readline())
        assert found is not None
        with httpx.Client(
            base_url=found[0], headers={"Accept-Encoding": "identity"}, timeout=30
        ) as client:
            yield process, client
    finally:
        process.send_signal(signal.SIGINT)
        process.communicate(timeout=20)


def filled(home: Path, length: int = 0) -> str:
    """Make the home's store, with a sequence of `length` bases (default 100); its residues."""
    residues = (BEGINNING * (length // len(BEGINNING) + 1))[: length or 100]
    file = home / "made.fa"
    file.write_text(f">chr\n{residues}\n")
    with SequenceStore.create(home / "store") as store:
        store.load(file, "lab")
    return residues


def test_the_sequences_are_served_alone(home: Path) -> None:
    residues = filled(home)
    with holdfast("--only", "sequences") as (process, client):
        assert client.get("/refget/sequence/lab:chr").text == residues
        assert client.get("/readyz").json()["status"] == "ready"
        front = client.get("/").json()
        assert front["name"] == "Holdfast sequences"
        assert client.get(front["description"]).status_code == 200
        assert client.get(front["seqrepo"]).status_code == 200
    assert process.returncode == 0


def test_pages_and_sequences_are_served_together(home: Path) -> None:
    residues = filled(home)
    with holdfast() as (process, client):
        assert "<h1>" in client.get("/").text
        assert client.get("/refget/sequence/lab:chr").text == residues
        assert client.get("/openapi.json").json()["info"]["title"] == "Holdfast sequences"
        assert client.get("/api/v1/openapi.json").json()["openapi"].startswith("3.1")
        assert client.get("/plots/plot", headers={"Accept": "text/html"}).status_code == 404
    assert process.returncode == 0


def test_a_store_may_come_later_when_plots_are_served(home: Path) -> None:
    with holdfast() as (_, client):
        assert client.get("/refget/sequence/lab:chr").status_code == 503
        residues = filled(home)
        assert client.get("/refget/sequence/lab:chr").text == residues


def test_without_a_store_there_is_nothing_to_serve_alone() -> None:
    command = [sys.executable, "-m", "holdfast", "serve", "--only", "sequences", "--port", "0"]
    done = subprocess.run(command, capture_output=True, text=True, check=False, timeout=30)
    assert done.returncode == 1
    assert "make one with: holdfast seq init" in done.stderr


def test_an_address_that_is_taken_is_one_sentence() -> None:
    with socket.create_server(("127.0.0.1", 0)) as taken:
        port = str(taken.getsockname()[1])
        command = [sys.executable, "-m", "holdfast", "serve", "--port", port]
        done = subprocess.run(command, capture_output=True, text=True, check=False, timeout=30)
    assert done.returncode == 1
    assert done.stderr.strip() == f"holdfast: 127.0.0.1:{port}: Address already in use"


@pytest.mark.parametrize("host", ["no such host", "198.51.100.7", "::1::"])
def test_an_address_that_cannot_be_had_is_named(host: str) -> None:
    with pytest.raises(OSError, match=re.escape(f"{host}:0")) as refused:
        listen(host, 0)
    assert "Unknown error" not in str(refused.value)


def test_private_namespaces_are_a_setting(home: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    filled(home)
    monkeypatch.setenv("HOLDFAST_PRIVATE_NAMESPACES", "other, lab")
    with holdfast("--only", "sequences") as (_, client):
        assert client.get("/refget/sequence/lab:chr").status_code == 404


def test_layers_are_served_as_one_store(
    home: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    residues = filled(home)
    with SequenceStore.create(tmp_path / "public") as below:
        below.load(BytesIO(b">low\nGATTACA\n"), "lab", "low.fa")
        below.load(BytesIO(b">hidden\nTTTT\n"), "secret", "hidden.fa")
    monkeypatch.setenv("HOLDFAST_STORE_LAYERS", str(tmp_path / "public"))
    monkeypatch.setenv("HOLDFAST_PRIVATE_NAMESPACES", "secret")
    with holdfast("--only", "sequences") as (_, client):
        assert client.get("/refget/sequence/lab:chr").text == residues
        assert client.get("/seqrepo/1/sequence/low").text == "GATTACA"
        assert client.get("/refget/sequence/secret:hidden").status_code == 404
        slices = [{"name": "lab:low", "end": 3}, {"name": "lab:chr", "end": 5}]
        assert client.post("/sequences/v1/slices", json=slices).json() == ["GAT", residues[:5]]
        listed = client.get("/seqcol/list/collection").json()
        assert listed["pagination"]["total"] == 2
        assert client.get("/refget/sequence/low/metadata").json()["metadata"]["length"] == 7
        info = client.get("/refget/sequence/service-info").json()
        assert info["refget"]["identifier_types"] == ["lab"]


def test_several_processes_answer_side_by_side(home: Path) -> None:
    residues = filled(home)
    with holdfast("--only", "sequences", "--workers", "2") as (process, client):
        until = time.monotonic() + 30
        while len(children := children_of(process.pid)) < 3 and time.monotonic() < until:
            time.sleep(0.05)  # two answer, and one minds what Python shares among them
        for _ in range(20):
            with httpx.Client(base_url=client.base_url) as fresh:
                assert fresh.get("/refget/sequence/lab:chr").text == residues
        assert len(children) >= 2
    assert process.returncode == 0
    until = time.monotonic() + 10
    while any(Path(f"/proc/{child}").exists() for child in children):
        assert time.monotonic() < until, "a process outlived the server"
        time.sleep(0.05)


def children_of(process: int) -> list[int]:
    tasks = Path(f"/proc/{process}/task").glob("*/children")
    return [int(child) for task in tasks for child in task.read_text().split()]


@pytest.fixture(scope="module")
def long(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Serving]:
    """A server of one chromosome of `LENGTH` bases."""
    home = tmp_path_factory.mktemp("long")
    filled(home, LENGTH)
    with holdfast("--only", "sequences", home=home) as serving:
        yield serving


def test_a_chromosome_is_streamed_in_little_memory(long: Serving) -> None:
    process, client = long
    assert client.get(f"{CHROMOSOME}?start=0&end=50").status_code == 200
    before = own_memory(process.pid)
    received, most = 0, 0
    with client.stream("GET", CHROMOSOME) as answer:
        assert answer.headers["content-length"] == str(LENGTH)
        for piece in answer.iter_raw(MEGABYTE):
            received += len(piece)
            most = max(most, own_memory(process.pid))
    assert received == LENGTH
    assert most - before < 16 * MEGABYTE


def test_a_cut_connection_ends_only_itself(long: Serving) -> None:
    """Writing to a closed connection raises SIGPIPE, which ends a careless program."""
    process, client = long
    for _ in range(5):
        with client.stream("GET", CHROMOSOME) as answer:
            next(answer.iter_raw())
    for _ in range(5):
        raw(client, ASKED).close()
    assert client.get("/healthz").status_code == 200
    assert process.poll() is None


def test_others_are_answered_while_slow_clients_take_their_time(long: Serving) -> None:
    _, client = long
    slow = [raw(client, ASKED) for _ in range(30)]
    halves = [raw(client, ASKED[:-8]) for _ in range(30)]
    begun = time.monotonic()
    for start in range(50):
        answer = client.get(f"{CHROMOSOME}?start={start}&end={start + 9}")
        assert answer.text == BEGINNING[start : start + 9]
    assert time.monotonic() - begun < 10
    for each in (*slow, *halves):
        each.close()


def own_memory(process: int) -> int:
    """Bytes of a process's own memory, without the files it has mapped."""
    status = Path(f"/proc/{process}/status").read_text()
    found = re.search(r"RssAnon:\s+(\d+) kB", status)
    assert found is not None
    return int(found[1]) * 1024


def raw(client: httpx.Client, content: bytes) -> socket.socket:
    """A connection of its own, on which `content` was sent and nothing is read."""
    opened = socket.create_connection((client.base_url.host, client.base_url.port or 80))
    opened.sendall(content)
    return opened


def test_an_address_is_a_url() -> None:
    with listen("127.0.0.1", 0) as listening:
        port = listening.getsockname()[1]
        assert address_of(listening) == f"http://127.0.0.1:{port}/"


def test_small_answers_do_not_wait_for_an_acknowledgement(home: Path) -> None:
    """A server that sends head and body apart waits 40 ms in between, unless it says not to."""
    filled(home)
    with holdfast("--only", "sequences") as (_, client):
        times = []
        for _ in range(20):
            begun = time.perf_counter()
            client.get(f"{CHROMOSOME}?start=0&end=9")
            times.append(time.perf_counter() - begun)
    assert min(times) < 0.03
