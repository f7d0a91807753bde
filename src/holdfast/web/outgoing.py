"""
Outgoing: files that are written while they are sent.

What writes one knows nothing of the web: it writes to a stream, in a thread of its own, which waits
while the client is behind; a client that goes ends the writing. The first bytes are awaited before
the answer begins, so what cannot be written is refused with a status and a sentence.
"""

import io
from collections.abc import Callable, Iterator
from queue import Full, Queue
from threading import Event, Thread
from typing import Any, BinaryIO, cast

from starlette.requests import Request
from starlette.responses import Response, StreamingResponse

from holdfast.app.sequences.downloads import Download

PIECE = 1 << 18  #: bytes that are sent together
AHEAD = 4  #: pieces that may wait for the client
PATIENCE = 60.0  #: seconds without a piece taken, after which the client is given up
LOOK = 0.2  #: seconds between two looks whether the client has gone


class _Gone(Exception):
    """The client takes no more."""


class _Stream(io.RawIOBase):
    """What the writer writes to: pieces for the one who sends."""

    def __init__(self) -> None:
        self.pieces: Queue[bytes | BaseException | None] = Queue(AHEAD)
        self.is_over = Event()

    def writable(self) -> bool:
        return True

    def write(self, content: Any) -> int:
        size = len(memoryview(content).cast("B"))
        self.put(bytes(content))
        return size

    def put(self, piece: bytes | BaseException | None) -> None:
        """Hand on a piece, the end (None), or what went wrong; waits while the client is behind."""
        waited = 0.0
        while not self.is_over.is_set():
            try:
                return self.pieces.put(piece, timeout=LOOK)
            except Full:
                waited += LOOK
                if waited >= PATIENCE:
                    break
        raise _Gone


def sent(request: Request, download: Download, headers: dict[str, str] | None = None) -> Response:
    """The answer that brings a file to keep; of a HEAD, its headers."""
    said = {
        "Content-Disposition": f'attachment; filename="{download.file}"',
        "Cache-Control": "no-cache",
        **(headers or {}),
    }
    if request.method == "HEAD":
        return Response(headers=said, media_type=download.media_type)
    return StreamingResponse(written(download.write), headers=said, media_type=download.media_type)


def written(write: Callable[[BinaryIO], object]) -> Iterator[bytes]:
    """What `write` writes, piece by piece. What it raises before the first piece is raised here."""
    stream = _Stream()
    Thread(target=_write, args=(stream, write), name="outgoing", daemon=True).start()
    first = stream.pieces.get()
    if isinstance(first, BaseException):
        raise first
    return _pieces(stream, first)


def _write(stream: _Stream, write: Callable[[BinaryIO], object]) -> None:
    buffered = io.BufferedWriter(stream, PIECE)
    try:
        try:
            write(cast(BinaryIO, buffered))
            buffered.flush()
            stream.put(None)
        except _Gone:
            pass
        except Exception as error:  # noqa: BLE001 - raised where the answer is made
            stream.put(error)
    except _Gone:
        pass
    finally:
        stream.is_over.set()
        buffered.raw.close()


def _pieces(stream: _Stream, first: bytes | None) -> Iterator[bytes]:
    piece: bytes | BaseException | None = first
    try:
        while piece is not None:
            if isinstance(piece, BaseException):
                raise piece  # the answer is cut off, so that nobody takes half for the whole
            yield piece
            piece = stream.pieces.get()
    finally:
        stream.is_over.set()
