"""
The remote side of the story: a databank on this disk, shown by real servers on loopback.

Each release is a folder. An unchanged file keeps its time of modification from one release to the
next, as it does at the databanks we know.
"""

import gzip
import logging
import shutil
import threading
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass, field
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
    return gzip.compress(content, compresslevel=1, mtime=0)


@dataclass(frozen=True, slots=True)
class Shown:
    """A folder as a server shows it: the URL of its root, and the files it has sent since."""

    url: str
    sent: list[str] = field(default_factory=list)

    def sent_since_asked(self) -> list[str]:
        """The names of the files sent since this was last asked, sorted."""
        names = sorted(self.sent)
        self.sent.clear()
        return names


class _Server(ThreadingHTTPServer):
    request_queue_size = 64  # a mirror opens many connections at once


@contextmanager
def http_server(folder: Path) -> Iterator[Shown]:
    """Show `folder` by HTTP on loopback, with the pages of Python's own web server."""
    sent: list[str] = []

    class Pages(SimpleHTTPRequestHandler):
        def do_GET(self) -> None:
            if not self.path.endswith("/"):
                sent.append(self.path.rpartition("/")[2])
            super().do_GET()

        def log_message(self, *_: object) -> None:
            """Say nothing: the story is on the screen."""

    server = _Server(("127.0.0.1", 0), partial(Pages, directory=str(folder)))
    thread = threading.Thread(target=server.serve_forever, daemon=True)
    thread.start()
    try:
        yield Shown(f"http://127.0.0.1:{server.server_address[1]}/", sent)
    finally:
        server.shutdown()
        server.server_close()
        thread.join()


@contextmanager
def ftp_server(folder: Path) -> Iterator[Shown]:
    """Show `folder` by anonymous FTP on loopback."""
    # With a handler of its own the server does not set up logging to the screen.
    logging.getLogger("pyftpdlib").addHandler(logging.NullHandler())
    sent: list[str] = []
    authorizer = DummyAuthorizer()
    authorizer.add_anonymous(str(folder))

    class Session(FTPHandler):
        def on_file_sent(self, file: str) -> None:
            sent.append(Path(file).name)

    Session.authorizer = authorizer
    server = ThreadedFTPServer(("127.0.0.1", 0), Session)
    serve = partial(server.serve_forever, handle_exit=False)
    thread = threading.Thread(target=serve, daemon=True)
    thread.start()
    try:
        yield Shown(f"ftp://127.0.0.1:{server.address[1]}/", sent)
    finally:
        server.close_all()
        thread.join(timeout=5)
