"""
Reading ahead: a thread unpacks the next part of a compressed file while the last one is used.
"""

from collections import deque
from collections.abc import Iterator
from concurrent.futures import Future, ThreadPoolExecutor
from contextlib import contextmanager

from holdfast.errors import FormatError
from holdfast.formats.compression import PLAIN, Content

PART = 1 << 19  #: bytes unpacked at once
PARTS = 4  #: that may wait to be used: bounds the memory


class Ahead:
    """What `content` holds, read by a thread. What breaks is told where it breaks."""

    def __init__(self, content: Content) -> None:
        self._content = content
        self._thread = ThreadPoolExecutor(1)
        self._parts: deque[Future[bytes]] = deque()
        self._part, self._at = b"", 0
        self._error: FormatError | None = None
        self._ended = False

    def close(self) -> None:
        """Read no further."""
        self._thread.shutdown(cancel_futures=True)

    def read1(self, size: int) -> bytes:
        """Up to `size` bytes, none at the end.

        Raises
        ------
        FormatError
            All before a break was given; the content says what it is.
        """
        if self._at == len(self._part) and not self._ended:
            while len(self._parts) < PARTS:
                self._parts.append(self._thread.submit(self._next))
            self._part, self._at = self._parts.popleft().result(), 0
            self._ended = not self._part
            while self._ended and self._parts:  # whoever reads the stream then is alone with it
                self._parts.popleft().result()
        if self._ended and self._error:
            raise self._error
        part = self._part[self._at : self._at + size]
        self._at += len(part)
        return part

    # In the thread

    def _next(self) -> bytes:
        """The next part; nothing at the end and behind a break."""
        if self._error:
            return b""
        try:
            return self._content.read(PART)
        except FormatError as error:
            self._error = error
            return self._content.lost


@contextmanager
def read_ahead(content: Content) -> Iterator[Content]:
    """`content`, read by a thread of its own if that has anything to unpack."""
    if content.kind == PLAIN:
        yield content
        return
    ahead = Ahead(content)
    try:
        yield Content(ahead, content.name, content.kind, PART)
    finally:
        ahead.close()
