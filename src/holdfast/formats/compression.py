"""
Compression is recognised by a file's first bytes, never by its name.

:func:`open_content` gives the plain bytes of a path or an open binary stream, whether they are
plain, gzip (many members too, as bgzip writes) or zstd. A stream that ends too early or holds
something else behind its end is refused with a :class:`~holdfast.errors.FormatError`.
"""

import io
import zlib
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import IO, BinaryIO, cast

from isal import igzip, isal_zlib

from holdfast.errors import FormatError

GZIP = b"\x1f\x8b"
ZSTD = b"\x28\xb5\x2f\xfd"
BUFFER = 1 << 20
STEP = 8192  # bytes asked of a stream at once: a break is told to this many bytes
ISAL_ERROR = cast("type[Exception]", isal_zlib.error)  # its stub takes the class for an instance

#: Kinds we know by sight and do not open, so that the sentence can name them.
FOREIGN = {
    b"BZh": "bzip2",
    b"\xfd7zXZ\x00": "xz",
    b"PK\x03\x04": "zip",
}


def open_zstd(stream: IO[bytes]) -> BinaryIO:
    """The plain bytes of the zstd frames in `stream`, one after another.

    Arrow's reader, unlike python-zstandard's, says so (OSError) when the last frame is cut off, and
    never holds more than is asked for, however much a frame unpacks to.
    """
    import pyarrow  # noqa: PLC0415 - it takes long to load, and zstd is rare

    return cast("BinaryIO", pyarrow.CompressedInputStream(pyarrow.PythonFile(stream), "zstd"))


@contextmanager
def open_content(source: Path | BinaryIO, name: str | None = None) -> Iterator["Content"]:
    """The plain bytes of `source`; `name` is what errors call it.

    A path is closed at the end of the block, a stream that was given open stays open.

    Raises
    ------
    FormatError
        It cannot be opened, or (while reading) is cut short or damaged.
    """
    if not isinstance(source, Path):
        with _content(source, name or stream_name(source)) as content:
            yield content
        return
    try:
        file = source.open("rb")
    except OSError as error:
        raise FormatError(source, None, f"cannot be opened: {error.strerror}") from error
    with file, _content(file, name or str(source)) as content:
        yield content


def stream_name(stream: BinaryIO) -> str:
    """What to call an open stream: its file's name, or "standard input"."""
    name = getattr(stream, "name", None)
    return name if isinstance(name, str) and not name.startswith("<") else "standard input"


class Content:
    """A readable run of plain bytes; other libraries' errors come out as FormatError."""

    def __init__(self, stream: io.BufferedIOBase, name: str, kind: str) -> None:
        self._stream, self.name, self.kind = stream, name, kind
        self.lost = b""  #: what a read that failed had got before: it tells where the break is

    def read(self, size: int) -> bytes:
        """Up to `size` bytes: fewer only at the end, none when there are no more."""
        parts: list[bytes] = []
        while size > 0:
            try:
                part = self._read_some(size)
            except FormatError:
                self.lost = b"".join(parts)
                raise
            if not part:
                break
            parts.append(part)
            size -= len(part)
        return parts[0] if len(parts) == 1 else b"".join(parts)

    def _read_some(self, size: int) -> bytes:
        try:
            # One step at a time: a longer read would throw away what it had before a break.
            return self._stream.read1(min(size, STEP)) or b""
        except (EOFError, ISAL_ERROR, zlib.error) as error:
            raise FormatError(self.name, None, self._problem(error)) from error
        except OSError as error:
            # gzip's BadGzipFile is an OSError without a number; a disk's error has one.
            unreadable = f"cannot be read: {error.strerror}"
            problem = self._problem(error) if error.errno is None else unreadable
            raise FormatError(self.name, None, problem) from error

    def _problem(self, error: Exception) -> str:
        return (
            f"the {self.kind} data are damaged or cut short ({error}); "
            "fetch or compress the file again"
        )


class _Replayed(io.RawIOBase):
    """A stream whose first bytes were read to look at them, and are read again."""

    def __init__(self, head: bytes, stream: BinaryIO) -> None:
        self._head, self._stream = head, stream

    def read(self, size: int = -1) -> bytes:
        if self._head:
            cut = len(self._head) if size < 0 else size
            part, self._head = self._head[:cut], self._head[cut:]
            return part
        return self._stream.read(size)

    def readable(self) -> bool:
        return True

    def readinto(self, buffer: memoryview) -> int:  # type: ignore[override]  # typeshed's Buffer
        part = self.read(len(buffer))
        buffer[: len(part)] = part
        return len(part)


def _head(stream: BinaryIO) -> bytes:
    """The first six bytes, or all there are."""
    head = b""
    while len(head) < 6 and (part := stream.read(6 - len(head))):
        head += part
    return head


@contextmanager
def _content(stream: BinaryIO, name: str) -> Iterator[Content]:
    try:
        head = _head(stream)
    except OSError as error:
        raise FormatError(name, None, f"cannot be read: {error.strerror}") from error
    whole = io.BufferedReader(_Replayed(head, stream), BUFFER)
    for magic, kind in FOREIGN.items():
        if head.startswith(magic):
            raise FormatError(name, None, f"is {kind}; unpack it, or use gzip or zstd")
    if head.startswith(GZIP):
        with igzip.IGzipFile(fileobj=whole, mode="rb") as opened:
            yield Content(cast("io.BufferedIOBase", opened), name, "gzip")
    elif head.startswith(ZSTD):
        yield Content(cast("io.BufferedIOBase", open_zstd(whole)), name, "zstd")
    else:
        yield Content(whole, name, "plain")
