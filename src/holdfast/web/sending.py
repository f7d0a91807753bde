"""
Sending files: pieces read when the client takes them, so that no file's length shows in our memory.

A client that takes nothing for a while is given up. What was opened is closed, however it ends.
"""

import asyncio
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime
from email.utils import format_datetime, parsedate_to_datetime
from http import HTTPStatus
from typing import Protocol

from starlette.concurrency import run_in_threadpool
from starlette.requests import Request
from starlette.responses import Response
from starlette.types import Receive, Scope, Send

from holdfast.base.intervals import Slice
from holdfast.web.byteranges import wanted_bytes

PIECE = 512 * 1024  #: bytes read and sent at once
PATIENCE = 60.0  #: seconds for a client to take the next piece


class Source(Protocol):
    """A file that is open."""

    @property
    def size(self) -> int:
        """Bytes."""

    @property
    def modified(self) -> datetime:
        """When it was changed, in whole seconds."""

    @property
    def tag(self) -> str:
        """Names its content."""

    def read(self, start: int, length: int) -> bytes:
        """At most `length` bytes from `start`."""

    def close(self) -> None:
        """Let go of it."""


@dataclass(frozen=True, slots=True)
class _Plan:
    """What is sent: text of ours, and slices of the file."""

    status: HTTPStatus
    parts: tuple[bytes | Slice, ...]
    headers: Mapping[str, str]

    @property
    def length(self) -> int:
        """Bytes of the body."""
        return sum(map(len, self.parts))


class FileAnswer(Response):
    """The answer that brings a file, or parts of it, or says that the client has it already."""

    def __init__(self, request: Request, source: Source, headers: Mapping[str, str]) -> None:
        """A `Refused` where the request asks for bytes that are not there; the file is closed."""
        self._source = source
        self._is_head = request.method == "HEAD"
        try:
            plan = _planned(request, source, headers["content-type"])
        except BaseException:
            source.close()
            raise
        self._parts = plan.parts
        said = {
            **headers,
            "etag": f'"{source.tag}"',
            "last-modified": format_datetime(source.modified, usegmt=True),
            "accept-ranges": "bytes",
            **plan.headers,
        }
        if plan.status is not HTTPStatus.NOT_MODIFIED:
            said["content-length"] = str(plan.length)
        super().__init__(None, plan.status, said)
        if plan.status is HTTPStatus.NOT_MODIFIED:
            del self.headers["content-type"]

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Send it."""
        try:
            await send(
                {
                    "type": "http.response.start",
                    "status": self.status_code,
                    "headers": self.raw_headers,
                }
            )
            for piece in [] if self._is_head else _pieces(self._parts):
                content = piece
                if isinstance(piece, Slice):
                    content = await run_in_threadpool(_read, self._source, piece)
                async with asyncio.timeout(PATIENCE):
                    await send({"type": "http.response.body", "body": content, "more_body": True})
            await send({"type": "http.response.body", "body": b"", "more_body": False})
        finally:
            self._source.close()


def _planned(request: Request, source: Source, media_type: str) -> _Plan:
    if is_known(request, source):
        return _Plan(HTTPStatus.NOT_MODIFIED, (), {})
    header = request.headers.get("range") if _is_same(request, source) else None
    slices = wanted_bytes(header, source.size)
    if not slices:
        return _Plan(HTTPStatus.OK, (Slice(0, source.size),), {})
    if len(slices) == 1:
        said = {"content-range": _content_range(slices[0], source.size)}
        return _Plan(HTTPStatus.PARTIAL_CONTENT, slices, said)
    return _in_parts(slices, source, media_type)


def _in_parts(slices: Sequence[Slice], source: Source, media_type: str) -> _Plan:
    """Several slices in one answer, each with what it is before it."""
    line = f"holdfast-{source.tag[:40]}"
    parts: list[bytes | Slice] = []
    for each in slices:
        of = _content_range(each, source.size)
        parts.append(
            f"\r\n--{line}\r\nContent-Type: {media_type}\r\nContent-Range: {of}\r\n\r\n".encode()
        )
        parts.append(each)
    parts.append(f"\r\n--{line}--\r\n".encode())
    said = {"content-type": f"multipart/byteranges; boundary={line}"}
    return _Plan(HTTPStatus.PARTIAL_CONTENT, tuple(parts), said)


def _content_range(part: Slice, size: int) -> str:
    return f"bytes {part.start}-{part.end - 1}/{size}"


def is_known(request: Request, source: Source) -> bool:
    """Whether the client has the file as it is (``If-None-Match``, ``If-Modified-Since``)."""
    tags = request.headers.get("if-none-match")
    if tags is not None:
        given = {each.strip().removeprefix("W/") for each in tags.split(",")}
        return "*" in given or f'"{source.tag}"' in given
    since = _time(request.headers.get("if-modified-since"))
    return since is not None and source.modified <= since


def _is_same(request: Request, source: Source) -> bool:
    """Whether a range is asked of the file as it is (``If-Range``)."""
    condition = request.headers.get("if-range")
    if condition is None:
        return True
    if condition.strip().startswith('"'):
        return condition.strip() == f'"{source.tag}"'
    return _time(condition) == source.modified


def _time(header: str | None) -> datetime | None:
    if header is None or len(header) > 100:
        return None
    try:
        found = parsedate_to_datetime(header)
    except ValueError:
        return None
    return found.astimezone(UTC) if found.tzinfo else found.replace(tzinfo=UTC)


def _pieces(parts: Sequence[bytes | Slice]) -> Iterator[bytes | Slice]:
    for part in parts:
        if isinstance(part, Slice):
            for start in range(part.start, part.end, PIECE):
                yield Slice(start, min(start + PIECE, part.end))
        else:
            yield part


def _read(source: Source, part: Slice) -> bytes:
    """The bytes of a slice.

    Raises
    ------
    EOFError
        The file is shorter than it was; the connection is cut, so that nobody takes it for whole.
    """
    pieces, start = [], part.start
    while start < part.end:
        piece = source.read(start, part.end - start)
        if not piece:
            raise EOFError(f"a file became shorter while it was sent, at byte {start:,}")
        pieces.append(piece)
        start += len(piece)
    return b"".join(pieces)
