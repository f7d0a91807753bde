"""
Compression is recognised by a file's first bytes, never by its name.

:func:`open_content` gives the plain bytes of a path or an open binary stream, whether they are
plain, gzip (many members too, as bgzip writes), zstd, bzip2 or xz. A stream that ends too early or
holds something else behind its end is refused with a :class:`~holdfast.errors.FormatError`.
"""

import bz2
import io
import lzma
import zlib
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import IO, BinaryIO, Protocol, cast

from isal import igzip, isal_zlib

from holdfast.errors import FormatError

GZIP = b"\x1f\x8b"
ZSTD = b"\x28\xb5\x2f\xfd"
BZIP2 = b"BZh"
XZ = b"\xfd7zXZ\x00"
PLAIN = "plain"
XZ_MEMORY = 1 << 30  # bytes an xz dictionary may take; xz itself makes at most 64 MiB
BUFFER = 1 << 20
STEP = 1 << 15  # bytes asked of a compressed stream first: a break is told to this many bytes …
STEP_MOST = 1 << 18  # … and to more in a long one, where asking often keeps other threads waiting
PLAIN_STEP = 1 << 21  # asked of a plain stream at once
ISAL_ERROR = cast("type[Exception]", isal_zlib.error)  # its stub takes the class for an instance

#: Kinds we know by sight and do not open, so that the sentence can name them.
FOREIGN = {
    b"PK\x03\x04": "zip",
    b"7z\xbc\xaf": "7z",
    b"Rar!": "rar",
    b"\x1f\x9d": "compress (.Z)",
    b"\x04\x22\x4d\x18": "lz4",
}


def open_zstd(stream: IO[bytes]) -> BinaryIO:
    """The plain bytes of the zstd frames in `stream`, one after another.

    Arrow's reader, unlike python-zstandard's, says so (OSError) when the last frame is cut off, and
    never holds more than is asked for, however much a frame unpacks to.
    """
    import pyarrow  # noqa: PLC0415 - it takes long to load, and zstd is rare

    return cast("BinaryIO", pyarrow.CompressedInputStream(pyarrow.PythonFile(stream), "zstd"))


class _Unpacker(Protocol):
    """What bz2 and lzma have for one stream."""

    @property
    def eof(self) -> bool: ...
    @property
    def needs_input(self) -> bool: ...
    @property
    def unused_data(self) -> bytes: ...
    def decompress(self, data: bytes, max_length: int = -1) -> bytes: ...


class _Streams(io.RawIOBase):
    """The plain bytes of compressed streams one after another, as bzip2 and xz files may hold.

    Python's own readers pass over what is no stream behind the last; this one refuses it. `padded`
    says that zeros may follow a stream, as they may in xz.
    """

    def __init__(self, stream: IO[bytes], unpacker: Callable[[], _Unpacker], padded: bool) -> None:
        self._stream, self._new, self._padded = stream, unpacker, padded
        self._unpacker: _Unpacker | None = unpacker()
        self._given = b""  # read, and not yet given to an unpacker

    def readable(self) -> bool:
        return True

    def readinto(self, buffer: memoryview) -> int:  # type: ignore[override]  # typeshed's Buffer
        part = b""
        while not part and self._unpacker is not None:
            part = self._next(self._unpacker, len(buffer))
        buffer[: len(part)] = part
        return len(part)

    def _next(self, unpacker: _Unpacker, size: int) -> bytes:
        """Some more bytes, at most `size`; none of them may be a step to the next stream."""
        if unpacker.eof:
            self._unpacker = self._following(unpacker.unused_data)
            return b""
        if unpacker.needs_input and not self._given:
            self._given = self._stream.read(STEP)
            if not self._given:
                raise EOFError("the end is missing")
        given, self._given = self._given, b""
        return unpacker.decompress(given, size)

    def _following(self, rest: bytes) -> _Unpacker | None:
        """What unpacks the stream behind the one that ended; None at the end."""
        self._given = self._without_padding(rest)
        while not self._given:
            part = self._stream.read(STEP)
            if not part:
                return None
            self._given = self._without_padding(part)
        return self._new()

    def _without_padding(self, rest: bytes) -> bytes:
        return rest.lstrip(b"\0") if self._padded else rest


def open_bzip2(stream: IO[bytes]) -> io.BufferedReader:
    """The plain bytes of the bzip2 streams in `stream`, one after another."""
    return io.BufferedReader(_Streams(stream, bz2.BZ2Decompressor, padded=False), BUFFER)


def open_xz(stream: IO[bytes]) -> io.BufferedReader:
    """The plain bytes of the xz streams in `stream`, one after another."""

    def unpacker() -> lzma.LZMADecompressor:
        return lzma.LZMADecompressor(lzma.FORMAT_XZ, XZ_MEMORY)

    return io.BufferedReader(_Streams(stream, unpacker, padded=True), BUFFER)


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


class Readable(Protocol):
    """What can be read some bytes at a time."""

    def read1(self, size: int, /) -> bytes:
        """Up to `size` bytes, none at the end."""


class Content:
    """A readable run of plain bytes; other libraries' errors come out as FormatError."""

    def __init__(self, stream: "Readable", name: str, kind: str, step: int = 0) -> None:
        self._stream, self.name, self.kind = stream, name, kind
        self._step = step or (PLAIN_STEP if kind == PLAIN else STEP)
        self._ahead = b""  # looked at, and not read yet
        self._broken: FormatError | None = None  # what looking met with behind that
        self.lost = b""  #: what a read that failed had got before: it tells where the break is

    def read(self, size: int) -> bytes:
        """Up to `size` bytes: fewer only at the end, none when there are no more."""
        parts: list[bytes] = []
        while size > 0:
            try:
                part = self._take_ahead(size) or self._read_some(size)
            except FormatError:
                self.lost = b"".join(parts)
                raise
            if not part:
                break
            parts.append(part)
            size -= len(part)
        return parts[0] if len(parts) == 1 else b"".join(parts)

    def peek(self, size: int) -> bytes:
        """The next `size` bytes, or all there are up to the end or a break; they stay unread."""
        while len(self._ahead) < size and self._broken is None:
            try:
                part = self._read_some(size - len(self._ahead))
            except FormatError as error:
                self._broken = error  # for the one who reads so far
                break
            if not part:
                break
            self._ahead += part
        return self._ahead[:size]

    def _take_ahead(self, size: int) -> bytes:
        part, self._ahead = self._ahead[:size], self._ahead[size:]
        return part

    def _read_some(self, size: int) -> bytes:
        if self._broken is not None:
            raise self._broken
        try:
            # One step at a time: a longer read would throw away what it had before a break.
            part = self._stream.read1(min(size, self._step)) or b""
        except (EOFError, ISAL_ERROR, lzma.LZMAError, zlib.error) as error:
            raise FormatError(self.name, None, self._problem(error)) from error
        except OSError as error:
            # gzip's BadGzipFile is an OSError without a number; a disk's error has one.
            unreadable = f"cannot be read: {error.strerror}"
            problem = self._problem(error) if error.errno is None else unreadable
            raise FormatError(self.name, None, problem) from error
        self._step = max(self._step, min(2 * self._step, STEP_MOST))
        return part

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

    read1 = read

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
    replayed = _Replayed(head, stream)
    whole = io.BufferedReader(replayed, BUFFER)
    for magic, kind in FOREIGN.items():
        if head.startswith(magic):
            raise FormatError(name, None, f"is {kind}, which is not read; unpack it first")
    if head.startswith(GZIP):
        with igzip.IGzipFile(fileobj=whole, mode="rb") as opened:
            yield Content(cast("io.BufferedIOBase", opened), name, "gzip")
    elif head.startswith(ZSTD):
        yield Content(cast("io.BufferedIOBase", open_zstd(whole)), name, "zstd")
    elif head.startswith(BZIP2):
        yield Content(open_bzip2(whole), name, "bzip2")
    elif head.startswith(XZ):
        yield Content(open_xz(whole), name, "xz")
    else:
        yield Content(replayed, name, PLAIN)
