"""
The remote side of the story: a databank on this disk, shown by real servers on loopback.

Each release is a folder. An unchanged file keeps its time of modification from one release to the
next, as it does at the databanks we know.
"""

import gzip
import shutil
import threading
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from functools import partial
from http.server import SimpleHTTPRequestHandler, ThreadingHTTPServer
from os import utime
from pathlib import Path

from pyftpdlib.authorizers import DummyAuthorizer
from pyftpdlib.handlers import FTPHandler
from pyftpdlib.servers import ThreadedFTPServer

#: when the first file of the databank was made: 2024-01-15 12:00 UTC, in seconds
FIRST_DAY = 1_705_320_000
DAY = 86_400


def publish_release(
    folder: Path, files: Mapping[str, bytes], previous: Path | None, day: int
) -> None:
    """Put a release of `files` (name → content) at `folder`, as made `day` days after the first.

    A file that is in the `previous` release with the same content keeps that file's time.
    """
    folder.mkdir(parents=True)
    for name, content in files.items():
        before = previous / name if previous else None
        if before is not None and before.exists() and before.read_bytes() == content:
            shutil.copy2(before, folder / name)
        else:
            (folder / name).write_bytes(content)
            utime(folder / name, (FIRST_DAY + day * DAY,) * 2)


def compressed(content: bytes) -> bytes:
    """`content` as gzip makes it, the same bytes every time."""
    return gzip.compress(content, mtime=0)


class _QuietPages(SimpleHTTPRequestHandler):
    """Python's own web server, without its log."""

    def log_message(self, format: str, *args: object) -> None:  # noqa: A002 - the base's name
        """Say nothing: the story is on the screen."""


@contextmanager
def http_server(folder: Path) -> Iterator[str]:
    """Serve `folder` by HTTP on loopback; gives the URL of its root."""
    server = ThreadingHTTPServer(("127.0.0.1", 0), partial(_QuietPages, directory=str(folder)))
    thread = threading.Thread(target=server.serve_forever, daemon=True)
    thread.start()
    try:
        yield f"http://127.0.0.1:{server.server_address[1]}/"
    finally:
        server.shutdown()
        server.server_close()
        thread.join()


@contextmanager
def ftp_server(folder: Path) -> Iterator[str]:
    """Serve `folder` by anonymous FTP on loopback; gives the URL of its root."""
    authorizer = DummyAuthorizer()
    authorizer.add_anonymous(str(folder))
    handler = type("Handler", (FTPHandler,), {"authorizer": authorizer})
    server = ThreadedFTPServer(("127.0.0.1", 0), handler)
    thread = threading.Thread(
        target=server.serve_forever, kwargs={"handle_exit": False}, daemon=True
    )
    thread.start()
    try:
        yield f"ftp://127.0.0.1:{server.address[1]}/"
    finally:
        server.close_all()
        thread.join(timeout=5)
