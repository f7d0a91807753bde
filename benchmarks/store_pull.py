"""
Pulling a store: how many bytes move for a delta of one percent, and how fast a copy is made.

Everything is on this machine: the source behind nginx on loopback (where it is not installed,
behind Python's own server), and at a path. The bytes are those that the server sent, counted on
the wire by a relay between; the bound is what the delta takes in the source: its packs and entries.
``rsync`` of the same folders stands beside.
"""

import shutil
import socket
import subprocess
import sys
import tempfile
import threading
import time
from collections.abc import Iterator
from contextlib import closing, contextmanager
from functools import partial
from http.server import SimpleHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path

from benchmarks import store_data
from benchmarks.report import Row, arguments, show

from holdfast.remotes.interface import TransferPolicy
from holdfast.sequences import SequenceStore
from holdfast.sequences.sync import open_depot

NGINX = """
daemon off; worker_processes 1; master_process off; pid {state}/pid; error_log {state}/error.log;
events {{ worker_connections 128; }}
http {{
  access_log off; default_type application/octet-stream; sendfile on;
  client_body_temp_path {state}/1; proxy_temp_path {state}/2; fastcgi_temp_path {state}/3;
  uwsgi_temp_path {state}/4; scgi_temp_path {state}/5;
  server {{ listen 127.0.0.1:{port}; root "{folder}"; }}
}}
"""


class Relay:
    """Passes connections on to a server, and counts the bytes that come back."""

    def __init__(self, port: int) -> None:
        self.received = 0
        self._to = port
        self._listening = socket.create_server(("127.0.0.1", 0))
        self.port = self._listening.getsockname()[1]
        threading.Thread(target=self._accept, daemon=True).start()

    def _accept(self) -> None:
        while True:
            asking, _ = self._listening.accept()
            answering = socket.create_connection(("127.0.0.1", self._to))
            for source, target, back in (
                (asking, answering, False),
                (answering, asking, True),
            ):
                threading.Thread(
                    target=self._pass_on, args=(source, target, back), daemon=True
                ).start()

    def _pass_on(self, source: socket.socket, target: socket.socket, back: bool) -> None:
        try:
            while content := source.recv(1 << 18):
                self.received += len(content) * back
                target.sendall(content)
            target.shutdown(socket.SHUT_WR)
        except OSError:
            pass


@contextmanager
def served(folder: Path, state: Path) -> Iterator[int]:
    """The port of a server of `folder`."""
    nginx = shutil.which("nginx", path="/usr/sbin:/usr/local/sbin:/usr/bin:/usr/local/bin")
    if nginx is None:
        handler = partial(SimpleHTTPRequestHandler, directory=str(folder))
        server = ThreadingHTTPServer(("127.0.0.1", 0), handler)
        threading.Thread(target=server.serve_forever, daemon=True).start()
        yield server.server_address[1]
        server.shutdown()
        return
    with closing(socket.socket()) as probe:
        probe.bind(("127.0.0.1", 0))
        port = probe.getsockname()[1]
    (state / "nginx.conf").write_text(NGINX.format(state=state, port=port, folder=folder))
    command = [nginx, "-p", str(state), "-e", f"{state}/error.log", "-c", f"{state}/nginx.conf"]
    with subprocess.Popen(command, stderr=subprocess.DEVNULL) as process:
        time.sleep(0.3)
        yield port
        process.terminate()


def fill(store: SequenceStore, folder: Path, name: str, named: list[tuple[str, bytes]]) -> None:
    """Load made-up sequences as one commit."""
    store_data.write_fasta(folder / f"{name}.fa", named)
    store.load(folder / f"{name}.fa", "made", name)


def size_of(folder: Path) -> int:
    """The bytes of the packs and entries of the store in `folder`."""
    files = (*folder.glob("packs/*/*.pack"), *folder.glob("journal/*.zst"))
    return sum(path.stat().st_size for path in files)


def pulled(copy: SequenceStore, place: str, relay: Relay | None, name: str) -> list[Row]:
    """Pull, and say what moved and how long it took."""
    before, began = relay.received if relay else 0, time.perf_counter()
    report = copy.pull(open_depot(place, TransferPolicy()))
    seconds = time.perf_counter() - began
    moved = relay.received - before if relay else report.bytes
    ratio = f"{moved / seconds / 1e6:,.0f} MB/s, verified" if moved > 1e6 else ""
    return [Row(f"{name}: moved", moved, "B", ratio), Row(f"{name}: time", seconds, "s")]


def rsynced(source: Path, target: Path, name: str) -> list[Row]:
    """The same by rsync, which verifies nothing of what is in the files."""
    if shutil.which("rsync") is None:
        return []
    words = ["rsync", "-a", "--stats", "--exclude=index*", "--exclude=lock"]
    began = time.perf_counter()
    done = subprocess.run(
        [*words, f"{source}/", f"{target}/"], check=True, capture_output=True, text=True
    )
    seconds = time.perf_counter() - began
    line = next(each for each in done.stdout.splitlines() if each.startswith("Total bytes sent"))
    moved = int(line.partition(": ")[2].replace(",", ""))
    return [Row(f"{name}: rsync moved", moved, "B"), Row(f"{name}: rsync time", seconds, "s")]


def run(folder: Path, bases: int, proteins: int) -> list[Row]:
    """A store is made, cloned, grown by one percent, and followed."""
    rows = []
    source = SequenceStore.create(folder / "source")
    fill(source, folder, "dna", [("chr1", store_data.chromosome(bases))])
    letters = store_data.proteins(proteins + proteins // 100)
    made = [(f"P{nth:07d}", residues) for nth, residues in enumerate(letters)]
    fill(source, folder, "proteins", made[:proteins])
    whole = size_of(source.folder)
    rows.append(Row("the store", whole, "B", f"{bases:,} bases, {proteins:,} proteins"))
    state = folder / "state"
    state.mkdir()
    with (
        served(source.folder, state) as port,
        SequenceStore.create(folder / "copy", source.id) as copy,
        SequenceStore.create(folder / "here", source.id) as here,
    ):
        relay = Relay(port)
        url = f"http://127.0.0.1:{relay.port}/"
        rows += pulled(copy, url, relay, "whole, HTTP")
        rows += pulled(here, str(source.folder), None, "whole, path")
        rows += rsynced(source.folder, folder / "rsync", "whole")
        chromosome = store_data.chromosome(bases // 100 + 7)[7:]
        fill(source, folder, "delta", [("more", chromosome), *made[proteins:]])
        delta = size_of(source.folder) - whole
        rows.append(Row("the delta", delta, "B", f"{100 * delta / whole:.2f} % of the store"))
        rows += pulled(copy, url, relay, "delta, HTTP")
        moved = rows[-2].value
        rows.append(Row("delta, HTTP: moved beyond the delta", moved - delta, "B"))
        rows += rsynced(source.folder, folder / "rsync", "delta")
        rows += pulled(copy, url, relay, "nothing new, HTTP")
        assert copy.check().problems == (), "the copy is as it was written"
    source.close()
    return rows


def main() -> None:
    parser = arguments(__doc__)
    parser.add_argument("--data", type=Path, help="not needed: everything is made up")
    parser.add_argument("--bases", type=int, default=50_000_000)
    parser.add_argument("--proteins", type=int, default=50_000)
    asked = parser.parse_args()
    with tempfile.TemporaryDirectory() as name:
        rows = run(Path(name), asked.bases, asked.proteins)
    show("pull", rows, asked.json)


if __name__ == "__main__":
    sys.exit(main())
