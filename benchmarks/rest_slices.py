"""
Random slices of 50 bases over HTTP on loopback: one request each, on 1 and on 16 connections kept
open, and many in one batch. Then refget alone, of 50 and of 1,000 bases, on 32 connections, asked
of ``holdfast serve`` with two processes, as of a machine of two cores; how many of these a server
answers in a second of a processor tells the same on a machine that does other things too.

Holdfast is asked as people start it (``holdfast serve --only sequences``, one process). Beside it
stand the bounds: uvicorn answering 50 constant bytes, bare and through FastAPI; and the peer,
seqrepo-rest-service as it is shipped, but with its files kept open, where ``--peer`` says where
its command is (it takes port 5000). The client is the same bare socket for all and shares the
machine with the server. Slices are checked against the FASTA.
"""

import hashlib
import os
import random
import re
import signal
import socket
import subprocess
import sys
import tempfile
import threading
import time
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from pathlib import Path

from benchmarks import rest_client, store_data
from benchmarks.report import Row, arguments, show

from holdfast.sequences import SequenceStore

WIDTH = 50
CONNECTIONS = 16
BATCH = 1000
RUNS = 3
MANY, WORKERS = 32, 2  #: connections and processes of what is asked of a machine of two cores
WIDTHS = (50, 1000)

BARE = """
async def bare(scope, receive, send):
    if scope["type"] != "http":
        return
    headers = [(b"content-type", b"text/plain"), (b"content-length", b"50")]
    await send({"type": "http.response.start", "status": 200, "headers": headers})
    await send({"type": "http.response.body", "body": b"A" * 50})
"""
FRAMED = """
from fastapi import FastAPI
from starlette.responses import Response
framed = FastAPI()
@framed.get("/{path:path}")
async def answer():
    return Response(b"A" * 50, media_type="text/plain")
"""
UVICORN = """
import uvicorn
from holdfast.web.server import address_of, listen
listening = listen("127.0.0.1", 0)
print(address_of(listening), flush=True)
config = uvicorn.Config({name}, log_config=None, access_log=False, server_header=False)
uvicorn.Server(config).run(sockets=[listening])
"""


class Connection:
    """One connection kept open, and bare enough not to be what is measured."""

    def __init__(self, port: int) -> None:
        self._socket = socket.create_connection(("127.0.0.1", port))
        self._socket.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)

    def ask(self, request: bytes) -> bytes:
        """The body of the answer, which must be a 200 that says its length."""
        self._socket.sendall(request)
        received = self._socket.recv(1 << 16)
        while (head := received.find(b"\r\n\r\n")) < 0:
            received += self._more()
        if not received.startswith(b"HTTP/1.1 200"):
            raise RuntimeError(received[:300].decode("latin-1"))
        found = re.search(rb"content-length: (\d+)", received[:head].lower())
        assert found is not None
        end = head + 4 + int(found[1])
        parts, size = [received[head + 4 :]], len(received)
        while size < end:
            parts.append(self._more())
            size += len(parts[-1])
        return b"".join(parts)

    def _more(self) -> bytes:
        received = self._socket.recv(1 << 20)
        if not received:
            raise RuntimeError("the server hung up")
        return received

    def close(self) -> None:
        self._socket.close()


def get(path: str) -> bytes:
    return f"GET {path} HTTP/1.1\r\nHost: 127.0.0.1\r\n\r\n".encode()


def post(path: str, body: bytes) -> bytes:
    head = f"POST {path} HTTP/1.1\r\nHost: 127.0.0.1\r\nAccept: text/plain\r\n"
    kind = f"Content-Type: application/json\r\nContent-Length: {len(body)}\r\n\r\n"
    return (head + kind).encode() + body


@contextmanager
def serving(command: Sequence[str], **environment: str) -> Iterator[int]:
    """The port at which the server that `command` starts has told that it listens.

    What servers tell goes to a file: a pipe that nobody reads stops them. They are started, and
    ended, with the processes they start themselves.
    """
    with tempfile.NamedTemporaryFile() as told:
        process = subprocess.Popen(
            command,
            stdout=told,
            stderr=subprocess.STDOUT,
            env=os.environ | environment,
            start_new_session=True,
        )
        try:
            port = told_port(Path(told.name), process)
            wait_for(port)
            yield port
        finally:
            os.killpg(process.pid, signal.SIGTERM)
            process.wait(20)


def told_port(told: Path, process: subprocess.Popen[bytes]) -> int:
    """The port that a server tells, when it has told it."""
    until = time.monotonic() + 30
    while time.monotonic() < until and process.poll() is None:
        if found := re.search(r"http://127\.0\.0\.1:(\d+)", told.read_text()):
            return int(found[1])
        time.sleep(0.05)
    raise RuntimeError(f"a server did not start: {told.read_text()[-1000:]}")


def wait_for(port: int) -> None:
    until = time.monotonic() + 30
    while time.monotonic() < until:
        try:
            socket.create_connection(("127.0.0.1", port), timeout=1).close()
        except OSError:
            time.sleep(0.05)
        else:
            return
    raise RuntimeError(f"nothing listens on port {port}")


def per_second(port: int, requests: Sequence[bytes], connections: int) -> tuple[float, list[bytes]]:
    """Requests answered in a second (the best of some runs), and the answers of the last."""
    best, bodies = 0.0, []
    for _ in range(RUNS):
        opened = [Connection(port) for _ in range(connections)]
        answers: list[list[bytes]] = [[] for _ in opened]

        def work(nth: int, opened: list[Connection], answers: list[list[bytes]]) -> None:
            answers[nth].extend(map(opened[nth].ask, requests[nth::connections]))

        threads = [
            threading.Thread(target=work, args=(nth, opened, answers)) for nth in range(connections)
        ]
        begun = time.perf_counter()
        for thread in threads:
            thread.start()
        for thread in threads:
            thread.join()
        best = max(best, len(requests) / (time.perf_counter() - begun))
        for connection in opened:
            connection.close()
        bodies = [b""] * len(requests)
        for nth, some in enumerate(answers):
            bodies[nth::connections] = some
    return best, bodies


def holdfast_rows(folder: Path, starts: Sequence[int], residues: bytes) -> list[Row]:
    """Our own figures: single slices by digest and by alias, and batches."""
    home = folder / "home"
    home.mkdir()
    store_data.write_fasta(folder / "made.fa", [("chr1", residues)])
    with SequenceStore.create(home / "store") as store:
        store.load(folder / "made.fa", "made")
        digest = str(store.resolve("made:chr1"))
    rows = []
    command = [sys.executable, "-m", "holdfast", "--home", str(home), "serve"]
    with serving([*command, "--only", "sequences", "--port", "0"]) as port:
        for what, name in (("digest", digest), ("alias", "made:chr1")):
            for connections in (1, CONNECTIONS):
                asked = [
                    get(f"/refget/sequence/{name}?start={at}&end={at + WIDTH}") for at in starts
                ]
                rate, bodies = per_second(port, asked, connections)
                check(bodies, starts, residues)
                rows.append(Row(f"holdfast, by {what}, {plural(connections)}", rate, "slices/s"))
        for connections in (1, CONNECTIONS):
            asked = [batch(digest, starts[at : at + BATCH]) for at in range(0, len(starts), BATCH)]
            rate, bodies = per_second(port, asked * 4, connections)
            check(b"".join(bodies).split(), starts * 4, residues)
            name = f"holdfast, {BATCH:,} in a batch, {plural(connections)}"
            rows.append(Row(name, rate * BATCH, "slices/s"))
    return rows


def batch(name: str, starts: Sequence[int]) -> bytes:
    """A request for many slices."""
    items = (f'{{"name":"{name}","start":{at},"end":{at + WIDTH}}}' for at in starts)
    return post("/sequences/v1/slices", f"[{','.join(items)}]".encode())


def bound_rows(starts: Sequence[int]) -> list[Row]:
    """What the server and the framework can do with nothing behind them."""
    rows = []
    asked = [get("/anything")] * len(starts)
    for what, program, name in (
        ("uvicorn, 50 constant bytes (bound)", BARE, "bare"),
        ("uvicorn and FastAPI, 50 constant bytes", FRAMED, "framed"),
    ):
        command = [sys.executable, "-c", program + UVICORN.format(name=name)]
        with serving(command) as port:
            for connections in (1, CONNECTIONS):
                rate, _ = per_second(port, asked, connections)
                rows.append(Row(f"{what}, {plural(connections)}", rate, "answers/s"))
    return rows


def peer_rows(command: str, folder: Path, starts: Sequence[int], residues: bytes) -> list[Row]:
    """seqrepo-rest-service over an instance with the same chromosome."""
    from biocommons.seqrepo import SeqRepo  # noqa: PLC0415 - it may not be installed

    repo = SeqRepo(str(folder / "instance"), writeable=True)
    repo.store(residues.decode(), [{"namespace": "made", "alias": "chr1"}])
    repo.commit()
    rows = []
    kept_open = {"SEQREPO_FD_CACHE_MAXSIZE": "16"}
    with serving([command, str(folder / "instance")], **kept_open) as port:
        asked = [get(f"/seqrepo/1/sequence/made:chr1?start={at}&end={at + WIDTH}") for at in starts]
        rate, bodies = per_request(port, asked)
        check(bodies, starts, residues)
        rows.append(Row("seqrepo-rest-service, by alias", rate, "slices/s"))
        who = f"seqrepo-rest-service, {MANY} connections"
        rows += refget_rows(port, who, starts, residues, kept=False)
    return rows


def refget_rows(
    port: int, who: str, starts: Sequence[int], residues: bytes, *, kept: bool
) -> list[Row]:
    """Slices by refget of a server, all of them right; the best of some runs."""
    name = hashlib.md5(residues, usedforsecurity=False).hexdigest()
    rows = []
    for width in WIDTHS:
        places = [min(at, len(residues) - width) for at in starts]
        asked = [get(f"/refget/1/sequence/{name}?start={at}&end={at + width}") for at in places]
        best, processes = 0.0, rest_client.listeners(port)
        before = rest_client.processor_seconds(processes)
        for _ in range(RUNS):
            rate, bodies = rest_client.answered(port, asked, MANY, kept=kept)
            check(bodies, places, residues, width)
            best = max(best, rate)
        spent = rest_client.processor_seconds(processes) - before
        what = f"{who}, refget, {width:,} bases"
        rows.append(Row(what, best, "slices/s"))
        rows.append(Row(f"{what}: in a processor's second", RUNS * len(asked) / spent, "slices"))
    return rows


def on_two_cores(home: Path, starts: Sequence[int], residues: bytes) -> list[Row]:
    """What ``holdfast serve`` answers, all of it: pages, API and sequences."""
    command = [sys.executable, "-m", "holdfast", "--home", str(home), "serve", "--port", "0"]
    with serving([*command, "--workers", str(WORKERS)]) as port:
        for _ in range(20):  # until both processes answer
            rest_client.answered(port, [get("/healthz")] * MANY, MANY)
        who = f"holdfast, {WORKERS} processes, {MANY} connections"
        return refget_rows(port, who, starts, residues, kept=True)


def per_request(port: int, requests: Sequence[bytes]) -> tuple[float, list[bytes]]:
    """Requests answered in a second by a server that closes each connection."""
    begun = time.perf_counter()
    bodies = []
    for request in requests:
        connection = Connection(port)
        bodies.append(connection.ask(request))
        connection.close()
    return len(requests) / (time.perf_counter() - begun), bodies


def check(
    bodies: Sequence[bytes], starts: Sequence[int], residues: bytes, width: int = WIDTH
) -> None:
    """Fail unless every slice is as in the FASTA."""
    wrong = sum(body != residues[at : at + width] for body, at in zip(bodies, starts, strict=True))
    if wrong:
        raise SystemExit(f"{wrong} slices are not as in the FASTA")


def plural(connections: int) -> str:
    return "1 connection" if connections == 1 else f"{connections} connections"


def main() -> None:
    parser = arguments(__doc__)
    parser.add_argument("--data", help="not used: the sequences are made")
    parser.add_argument("--bases", type=int, default=50_000_000)
    parser.add_argument("--slices", type=int, default=5000)
    parser.add_argument("--peer", help="the command seqrepo-rest-service")
    asked = parser.parse_args()
    residues = store_data.chromosome(asked.bases)
    chooser = random.Random(7)
    starts = [chooser.randrange(len(residues) - WIDTH) for _ in range(asked.slices)]
    with tempfile.TemporaryDirectory() as name:
        bounds = bound_rows(starts)
        ours = holdfast_rows(Path(name), starts, residues)
        rows = [*bounds, *(compared(row, bounds) for row in ours)]
        together = on_two_cores(Path(name) / "home", starts, residues)
        rows += together
        if asked.peer:
            peers = peer_rows(asked.peer, Path(name), starts[:500], residues)
            beside = [ours[2], *together]
            rows += [
                Row(
                    peer.name,
                    peer.value,
                    peer.unit,
                    f"holdfast is {our.value / peer.value:.1f} x as fast",
                )
                for peer, our in zip(peers, beside, strict=True)
            ]
    show(f"Slices of {WIDTH} bases over HTTP (all as in the FASTA)", rows, asked.json)


def compared(row: Row, bounds: Sequence[Row]) -> Row:
    """`row` beside the framework's bound with as many connections."""
    framed = bounds[3 if str(CONNECTIONS) in row.name else 2].value
    return Row(row.name, row.value, row.unit, f"{row.value / framed:.2f} x FastAPI alone")


if __name__ == "__main__":
    sys.exit(main())
