"""
Mirroring, as a person does it: whole ``holdfast bank update`` commands against a loopback nginx.

- an update that finds nothing new on a bank of 10,000 remote files;
- the first mirror of 10,000 files of 1 kB, beside ``wget`` and ``curl`` fetching the same;
- the first mirror of one file of 1 GB, beside the same.

A mirror does more than a fetch: it lists, digests what arrives, verifies, makes it durable and
publishes. `wget` and `curl` leave that to others.
"""

import os
import shutil
import socket
import subprocess
import sys
import tempfile
import time
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from pathlib import Path
from urllib.request import urlopen

from benchmarks.report import Row, arguments, show

FILES, FILE_SIZE = 10_000, 1_000
BIG_SIZE = 10**9
NGINX = """
daemon off;
worker_processes 1;
pid {folder}/nginx.pid;
error_log {folder}/error.log;
events {{ worker_connections 512; }}
http {{
  access_log off;
  sendfile on;
  client_body_temp_path {folder}/body;
  proxy_temp_path {folder}/proxy;
  fastcgi_temp_path {folder}/fastcgi;
  uwsgi_temp_path {folder}/uwsgi;
  scgi_temp_path {folder}/scgi;
  keepalive_requests 100000;
  server {{ listen 127.0.0.1:{port}; root {root}; autoindex on; }}
}}
"""


@contextmanager
def nginx(root: Path) -> Iterator[str]:
    """The URL of an nginx that shows `root` while the block lasts."""
    with socket.socket() as free:
        free.bind(("127.0.0.1", 0))
        port = free.getsockname()[1]
    with tempfile.TemporaryDirectory() as folder:
        configuration = Path(folder) / "nginx.conf"
        configuration.write_text(NGINX.format(folder=folder, port=port, root=root))
        program = shutil.which("nginx", path=f"{os.environ['PATH']}:/usr/sbin") or "nginx"
        # Its master would become another user's worker, who may not read our temporary folder.
        words = [program, "-c", str(configuration), "-g", "user root;" if not os.getuid() else ""]
        server = subprocess.Popen([word for word in words if word], stderr=subprocess.DEVNULL)
        url = f"http://127.0.0.1:{port}/"
        try:
            _wait_for(url)
            yield url
        finally:
            server.terminate()
            server.wait()


def main(words: Sequence[str]) -> None:
    """Measure and show."""
    parser = arguments(__doc__)
    parser.add_argument("--folder", type=Path, help="where to work (default: temporary)")
    parser.add_argument("--data", help="not used: the files are made here")
    parser.add_argument("--quick", action="store_true", help="a hundredth of the sizes")
    chosen = parser.parse_args(words)
    scale = 100 if chosen.quick else 1
    with tempfile.TemporaryDirectory(dir=chosen.folder) as folder:
        work = Path(folder)
        rows = [*_many(work, FILES // scale), *_big(work, BIG_SIZE // scale)]
    show("bank update (whole commands)", rows, chosen.json)


def _many(work: Path, count: int) -> Iterator[Row]:
    """Many small files."""
    root = work / "many"
    root.mkdir()
    for number in range(count):
        (root / f"file-{number:05}.dat").write_bytes(os.urandom(FILE_SIZE))
    with nginx(root) as url:
        names = [f"{url}{path.name}" for path in sorted(root.iterdir())]
        wget = _seconds(["wget", "-q", "-r", "-np", "-nd", "-P", str(work / "wget"), url])
        listed = "".join(
            f'url = "{name}"\noutput = "{work}/curl/{name.rpartition("/")[2]}"\n' for name in names
        )
        (work / "curl").mkdir()
        (work / "names").write_text(listed)
        curl = _seconds(
            [
                "curl",
                "-s",
                "--no-progress-meter",
                "-Z",
                "--parallel-max",
                "8",
                "-K",
                str(work / "names"),
            ]
        )
        mirror, again = _mirrored(work / "home-many", url)
        dry = _seconds(_holdfast("update", "bank", "--dry-run"), work / "home-many")
    yield Row(
        f"first mirror of {count:,} files of 1 kB",
        mirror,
        "s",
        f"{mirror / wget:.2f} x wget -r, {mirror / curl:.2f} x curl -Z",
    )
    yield Row("  wget -r, the same files", wget, "s")
    yield Row("  curl -Z (8 at once), the same files", curl, "s")
    yield Row(
        f"update with no change, {count:,} remote files",
        again,
        "s",
        f"{again / count * 1e6:.0f} µs a file",
    )
    yield Row("  the same as --dry-run", dry, "s")


def _big(work: Path, size: int) -> Iterator[Row]:
    """One large file."""
    root = work / "big"
    root.mkdir()
    with (root / "big.dat").open("wb") as file:
        block = os.urandom(10**6)
        for _ in range(size // len(block)):
            file.write(block)
    with nginx(root) as url:
        wget = _seconds(["wget", "-q", "-O", str(work / "wget.dat"), f"{url}big.dat"])
        (work / "wget.dat").unlink()
        curl = _seconds(["curl", "-s", "-o", str(work / "curl.dat"), f"{url}big.dat"])
        (work / "curl.dat").unlink()
        mirror, _ = _mirrored(work / "home-big", url)
    yield Row(
        f"first mirror of one file of {size / 1e9:g} GB",
        mirror,
        "s",
        f"{mirror / wget:.2f} x wget, {mirror / curl:.2f} x curl",
    )
    yield Row("  of it per second", size / mirror / 1e6, "MB/s")
    yield Row("  wget, the same file", wget, "s")
    yield Row("  curl, the same file", curl, "s")


def _mirrored(home: Path, url: str) -> tuple[float, float]:
    """Seconds of the first update of a bank, and of the second, which finds nothing new."""
    _seconds(_holdfast("add", "bank", "--url", url, "--files", "*.dat"), home)
    first = _seconds(_holdfast("update", "bank"), home)
    return first, _seconds(_holdfast("update", "bank"), home)


def _holdfast(*words: str) -> list[str]:
    return [sys.executable, "-m", "holdfast", "bank", *words]


def _seconds(words: Sequence[str], home: Path | None = None) -> float:
    """How long a command takes; it must end well."""
    environment = {**os.environ, **({"HOLDFAST_HOME": str(home)} if home else {})}
    begun = time.perf_counter()
    subprocess.run(words, check=True, stdout=subprocess.DEVNULL, env=environment)
    return time.perf_counter() - begun


def _wait_for(url: str) -> None:
    until = time.monotonic() + 10
    while True:
        try:
            with urlopen(url, timeout=1):
                return
        except OSError:
            if time.monotonic() > until:
                raise
            time.sleep(0.05)


if __name__ == "__main__":
    main(sys.argv[1:])
