"""
How much memory the server takes for a large upload: a file of 2 GB with the form of the page, and
the same in pieces as the page's script sends them.

The server is ``holdfast serve`` with one process. What it takes at most is what the system says of
the process (``VmHWM``), before and after; the client sends zeros and keeps nothing. The form names
an aligner that there is not, so nothing is begun with what came. Sizes are in bytes.
"""

import re
import socket
import sys
import tempfile
import time
from collections.abc import Iterator
from pathlib import Path

import httpx
from benchmarks import rest_client
from benchmarks.report import Row, arguments, show
from benchmarks.rest_slices import serving

GIGABYTE = 10**9
PIECE = 8 << 20  #: bytes of a piece, as the page's script sends them
BLOCK = bytes(1 << 20)
LINE = "----holdfast-benchmark"
HTML = {"Accept": "text/html", "Sec-Fetch-Site": "same-origin"}


def most(process: int) -> int:
    """Bytes of memory that a process has had at once, at most."""
    status = Path(f"/proc/{process}/status").read_text()
    found = re.search(r"VmHWM:\s+(\d+) kB", status)
    assert found is not None
    return int(found[1]) * 1024


def send_form(port: int, size: int) -> None:
    """Send the form of the page with a file of `size` bytes, as a browser does."""
    with httpx.Client(base_url=f"http://127.0.0.1:{port}", headers=HTML, timeout=120) as client:
        page = client.get("/compare")
        token = re.search(r'name="csrf" (?:content|value)="([^"]+)"', page.text)
        assert token is not None
        cookie = "; ".join(f"{name}={value}" for name, value in client.cookies.items())
    fields = {"csrf": token[1], "aligner": "none-such"}
    parts = [
        f'--{LINE}\r\nContent-Disposition: form-data; name="{name}"\r\n\r\n{value}\r\n'
        for name, value in fields.items()
    ]
    parts.append(
        f'--{LINE}\r\nContent-Disposition: form-data; name="target_file"; filename="big.fa"\r\n'
        "Content-Type: application/octet-stream\r\n\r\n"
    )
    head, tail = "".join(parts).encode(), f"\r\n--{LINE}--\r\n".encode()
    request = (
        f"POST /compare HTTP/1.1\r\nHost: 127.0.0.1:{port}\r\nAccept: text/html\r\n"
        f"Sec-Fetch-Site: same-origin\r\nCookie: {cookie}\r\n"
        f"Content-Type: multipart/form-data; boundary={LINE}\r\n"
        f"Content-Length: {len(head) + size + len(tail)}\r\n\r\n"
    )
    with socket.create_connection(("127.0.0.1", port)) as line:
        line.sendall(request.encode() + head)
        for block in blocks(size):
            line.sendall(block)
        line.sendall(tail)
        answer = line.recv(1 << 16)
    if b"none-such" not in answer and not re.match(rb"HTTP/1.1 (400|422)", answer):
        raise SystemExit(f"the form was not taken: {answer[:500].decode('latin-1')}")


def send_pieces(port: int, size: int) -> None:
    """Send the file in pieces, as the page's script does."""
    with httpx.Client(base_url=f"http://127.0.0.1:{port}", timeout=120) as client:
        begun = client.post("/api/v1/uploads", json={"name": "big.fa", "size": size})
        begun.raise_for_status()
        address = begun.headers["Location"]
        for start in range(0, size, PIECE):
            piece = bytes(min(PIECE, size - start))
            client.put(address, params={"offset": start}, content=piece).raise_for_status()
        client.delete(address).raise_for_status()


def blocks(size: int) -> Iterator[bytes]:
    for start in range(0, size, len(BLOCK)):
        yield BLOCK[: size - start]


def main() -> None:
    parser = arguments(__doc__)
    parser.add_argument("--data", help="not used: the file is made of zeros")
    parser.add_argument("--gigabytes", type=float, default=2)
    asked = parser.parse_args()
    size = int(asked.gigabytes * GIGABYTE)
    rows: list[Row] = []
    with tempfile.TemporaryDirectory() as home:
        command = [sys.executable, "-m", "holdfast", "--home", home, "serve", "--port", "0"]
        room = {"HOLDFAST_UPLOAD_LIMIT": str(2 * size), "HOLDFAST_UPLOAD_SPACE": str(4 * size)}
        with serving(command, **room) as port:
            httpx.get(
                f"http://127.0.0.1:{port}/compare", headers=HTML, timeout=120
            ).raise_for_status()
            (process,) = rest_client.listeners(port)
            rows.append(Row("before", most(process), "bytes"))
            for name, send in (("in pieces", send_pieces), ("with the form", send_form)):
                before, begun = most(process), time.perf_counter()
                send(port, size)
                seconds = time.perf_counter() - begun
                more = most(process) - before
                rate = f"{size / seconds / 1e6:,.0f} MB/s"
                rows.append(Row(f"{name}: more than before", more, "bytes", rate))
            rows.append(Row("at most, after all", most(process), "bytes"))
    show(f"Memory of the server for an upload of {size:,} bytes", rows, asked.json)


if __name__ == "__main__":
    sys.exit(main())
