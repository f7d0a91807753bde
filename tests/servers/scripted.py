"""
An HTTP server that fails as it is told.

It serves :class:`Document` values by path, with pages for folders as Python's server makes them,
ranges, tags and times. For each path a script can be given: faults for the next requests of the
file's bytes, after which all is well again. It keeps what it was asked.
"""

import contextlib
import time
from collections import defaultdict, deque
from collections.abc import Iterable
from dataclasses import dataclass, field
from datetime import UTC, datetime
from email.utils import format_datetime
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from threading import Thread
from typing import Any
from urllib.parse import quote, unquote

NOON = datetime(2026, 1, 2, 12, 0, 34, tzinfo=UTC)


@dataclass(frozen=True)
class Document:
    """A file on the server."""

    content: bytes
    modified: datetime | None = NOON
    etag: str | None = None

    def headers(self) -> dict[str, str]:
        """What tells its version."""
        told = {}
        if self.modified is not None:
            told["Last-Modified"] = format_datetime(self.modified, usegmt=True)
        if self.etag is not None:
            told["ETag"] = self.etag
        return told


@dataclass(frozen=True)
class Request:
    """What was asked."""

    method: str
    path: str
    headers: dict[str, str] = field(default_factory=dict)
    body: str = ""  #: of a form that was posted


class Fault:
    """A way to answer wrongly."""

    def answer(self, handler: "Handler", document: Document | None) -> None:
        """Do so."""
        raise NotImplementedError


@dataclass(frozen=True)
class Status(Fault):
    """Answer with this status."""

    code: int
    headers: dict[str, str] = field(default_factory=dict)
    body: bytes = b"sorry"

    def answer(self, handler: "Handler", document: Document | None) -> None:
        handler.say(self.code, {**self.headers, "Content-Length": str(len(self.body))}, self.body)


@dataclass(frozen=True)
class Vanish(Fault):
    """Close the connection without a word."""

    def answer(self, handler: "Handler", document: Document | None) -> None:
        handler.close_connection = True


@dataclass(frozen=True)
class CutAfter(Fault):
    """Announce everything (of the range), send so many bytes, and close."""

    count: int

    def answer(self, handler: "Handler", document: Document | None) -> None:
        assert document is not None
        handler.serve(document, stop=self.count)
        handler.close_connection = True


@dataclass(frozen=True)
class StallAfter(Fault):
    """Send so many bytes, and then nothing for so many seconds."""

    count: int
    seconds: float

    def answer(self, handler: "Handler", document: Document | None) -> None:
        assert document is not None
        handler.serve(document, stop=self.count)
        handler.server.rest(self.seconds)
        handler.close_connection = True


@dataclass(frozen=True)
class Endless(Fault):
    """Announce no size, and send `chunk` again and again."""

    chunk: bytes = bytes(65536)

    def answer(self, handler: "Handler", document: Document | None) -> None:
        handler.close_connection = True
        handler.say(200, {"Connection": "close"}, self.chunk)
        while not handler.server.stopped:
            handler.wfile.write(self.chunk)


@dataclass(frozen=True)
class WholeAlways(Fault):
    """Answer a range with the whole file."""

    def answer(self, handler: "Handler", document: Document | None) -> None:
        assert document is not None
        handler.serve(document, ranges=False)


@dataclass(frozen=True)
class Become(Fault):
    """Serve the file well; from its end on it is another."""

    other: Document

    def answer(self, handler: "Handler", document: Document | None) -> None:
        assert document is not None
        handler.server.documents[handler.plain_path()] = self.other
        handler.serve(document)


class ScriptedServer(ThreadingHTTPServer):
    """The server. Use it in a ``with`` block; `documents`, `pages` and `scripts` are by path."""

    daemon_threads = True
    request_queue_size = 64
    block_on_close = False

    def __init__(self) -> None:
        super().__init__(("127.0.0.1", 0), Handler)
        self.documents: dict[str, Document] = {}
        self.pages: dict[str, bytes] = {}  #: folders shown otherwise than by their documents
        self.scripts: dict[str, deque[Fault]] = defaultdict(deque)
        self.forever: dict[str, Fault] = {}  #: answers to all requests
        self.heads: dict[str, Fault] = {}  #: answers to questions for the head only
        self.requests: list[Request] = []
        self._stopped = False
        self._thread = Thread(target=self.serve_forever, args=(0.02,))

    def __enter__(self) -> "ScriptedServer":
        self._thread.start()
        return self

    def __exit__(self, *_: object) -> None:
        self._stopped = True
        self.shutdown()
        self._thread.join()
        self.server_close()

    @property
    def url(self) -> str:
        """Of the root."""
        return f"http://127.0.0.1:{self.server_address[1]}/"

    @property
    def stopped(self) -> bool:
        """Whether the test is over."""
        return self._stopped

    def handle_error(self, *_: object) -> None:
        """A client that goes away is nothing to speak of."""

    def script(self, path: str, faults: Iterable[Fault]) -> None:
        """Answer the next requests for the bytes at `path` so, one after another."""
        self.scripts[path].extend(faults)

    def asked(self, method: str, path: str) -> list[Request]:
        """The requests of this kind so far."""
        return [one for one in self.requests if (one.method, one.path) == (method, path)]

    def rest(self, seconds: float) -> None:
        """Do nothing for a while, or until the end."""
        until = time.monotonic() + seconds
        while time.monotonic() < until and not self._stopped:
            time.sleep(0.02)

    def page(self, path: str) -> bytes | None:
        """The page of the folder `path`, if there is anything in it."""
        if path in self.pages:
            return self.pages[path]
        below = [name[len(path) :] for name in self.documents if name.startswith(path)]
        names = sorted({name.partition("/")[0] + "/" * ("/" in name) for name in below})
        links = "".join(f'<li><a href="{quote(name)}">{name}</a></li>' for name in names)
        return f"<ul>{links}</ul>".encode() if names or path == "/" else None


class Handler(BaseHTTPRequestHandler):
    """One connection."""

    protocol_version = "HTTP/1.1"
    disable_nagle_algorithm = True  # else each answer waits for the other side's confirmation
    server: ScriptedServer

    def plain_path(self) -> str:
        """The path asked for."""
        return unquote(self.path.partition("?")[0])

    def do_GET(self) -> None:
        """Bytes, as the script has it."""
        self._answer()

    def do_HEAD(self) -> None:
        """The head only: scripts do not apply, unless for ever."""
        self._answer()

    def do_POST(self) -> None:
        """Bytes for a form, as the script has it."""
        self._answer(self.rfile.read(int(self.headers["Content-Length"])).decode())

    def _answer(self, body: str = "") -> None:
        path = self.plain_path()
        self.server.requests.append(Request(self.command, path, dict(self.headers), body))
        document = self.server.documents.get(path)
        script = self.server.scripts[path]
        fault = self.server.forever.get(path)
        if script and self.command == "GET":
            fault = script.popleft()
        elif self.command == "HEAD":
            fault = self.server.heads.get(path, fault)
        with contextlib.suppress(ConnectionError):
            if fault is not None:
                fault.answer(self, document)
            elif document is not None:
                self.serve(document)
            else:
                self._folder(path)

    def _folder(self, path: str) -> None:
        page = self.server.page(path) if path.endswith("/") else None
        if page is None:
            Status(404).answer(self, None)
        else:
            self.say(200, {"Content-Length": str(len(page)), "Content-Type": "text/html"}, page)

    def serve(self, document: Document, stop: int | None = None, ranges: bool = True) -> None:
        """The document, or the rest of it when the version is the one asked for."""
        content, headers, code = document.content, document.headers(), 200
        start = self._start(document) if ranges else 0
        if start:
            code = 206
            headers["Content-Range"] = f"bytes {start}-{len(content) - 1}/{len(content)}"
        headers["Content-Length"] = str(len(content) - start)
        self.say(code, headers, content[start:] if stop is None else content[start:][:stop])

    def _start(self, document: Document) -> int:
        asked, condition = self.headers.get("Range"), self.headers.get("If-Range")
        if asked is None or condition not in (None, *document.headers().values()):
            return 0
        return int(asked.removeprefix("bytes=").partition("-")[0])

    def say(self, code: int, headers: dict[str, str], body: bytes) -> None:
        """Send an answer."""
        self.send_response(code)
        for name, value in headers.items():
            self.send_header(name, value)
        self.end_headers()
        if self.command != "HEAD":
            self.wfile.write(body)
            self.wfile.flush()

    def log_message(self, *_: Any) -> None:
        """Say nothing."""
