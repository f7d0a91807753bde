"""FTP as people start it: alone, and beside the pages, with which it ends."""

import re
import signal
import subprocess
import sys
import time
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from ftplib import FTP

from holdfast.app.container import Container
from thoroughness import thorough


@contextmanager
def serve(*words: str) -> Iterator[tuple[subprocess.Popen[str], int]]:
    """``holdfast serve`` as a process, and the port at which it answers FTP."""
    command = [sys.executable, "-m", "holdfast", "serve", *words]
    process = subprocess.Popen(command, stderr=subprocess.PIPE, text=True)
    try:
        assert process.stderr is not None
        said = process.stderr.readline()
        found = re.search(r"ftp://127\.0\.0\.1:(\d+)/", said)
        assert found is not None, said
        yield process, int(found[1])
    finally:
        process.send_signal(signal.SIGTERM)
        process.communicate(timeout=20)


def names(port: int) -> list[str]:
    with FTP(timeout=20) as client:
        client.connect("127.0.0.1", port)
        client.login()
        return client.nlst()


@thorough
def test_it_is_served_alone(container: Container) -> None:
    with serve("--only", "ftp", "--port", "0") as (process, port):
        assert names(port) == ["x"]
    assert process.returncode == 0


def test_it_is_served_beside_the_pages_and_ends_with_them_however_they_end(
    container: Container,
) -> None:
    with serve("--port", "0", "--ftp", "0") as (process, port):
        assert names(port) == ["x"]
        process.kill()
        process.wait(20)
        until = time.monotonic() + 20
        with suppress(ConnectionError, EOFError):
            while time.monotonic() < until:
                names(port)
                time.sleep(0.1)
        assert time.monotonic() < until, "it outlived the pages"
