"""
BGZF: gzip in blocks, of which any can be unpacked without those before it.

A BGZF file is a run of gzip members of at most 64 KiB each, whose extra field says how long the
member is, and ends with an empty one of 28 bytes (SAM specification 1.6, section 4.1). Any gzip
program reads it. :class:`BgzfWriter` packs blocks in several threads; :class:`BgzfReader` answers
``read(offset, size)`` in bytes of the unpacked text, for many threads at once. The ``.gzi`` index
beside a file says where blocks begin: a count, and pairs (offset in the file, offset in the text)
of every block after the first, all little-endian uint64; without one the blocks are walked through.
Nothing but :class:`FormatError` comes out of bytes that are no BGZF.
"""

import os
import struct
from bisect import bisect_right
from collections import OrderedDict, deque
from concurrent.futures import Future, ThreadPoolExecutor
from dataclasses import dataclass
from pathlib import Path
from threading import Lock
from typing import BinaryIO, cast

import numpy as np
from isal import igzip_lib, isal_zlib

from holdfast.base.closing import Closes
from holdfast.errors import FormatError

TEXT_BLOCK = 0xFF00  #: bytes of text in a block, as htslib cuts it
FILE_BLOCK = 1 << 16  #: bytes a block may have in the file, and its text too
END = bytes.fromhex("1f8b08040000000000ff0600424302001b0003000000000000000000")
BLOCKS_TOGETHER = 16  #: packed by one thread at a time: a megabyte
PACKED_AHEAD = 2  #: such megabytes waiting for each thread; bounds the memory
CACHED_BLOCKS = 64  #: unpacked blocks kept by a reader: 4 MiB
HEADER = 18  #: bytes of a block before its deflated text, when BC is the only extra field
LEVEL = 1  #: of ISA-L: 7 % larger than zlib's best on DNA, and fifty times as fast
_ISAL_ERROR = cast("type[Exception]", isal_zlib.error)  # its stub takes the class for an instance


class BgzfWriter:
    """Packs what is written to it into `file`, block by block, in `threads` threads.

    Only :meth:`close` makes the file complete; leaving a ``with`` block by an error does not, so
    that a reader sees that something is missing. `file` stays open.
    """

    def __init__(self, file: BinaryIO, threads: int = 1) -> None:
        self._file = file
        self._pool = ThreadPoolExecutor(threads)
        self._ahead = threads * PACKED_AHEAD
        self._packing: deque[Future[list[bytes]]] = deque()
        self._pending: list[bytes] = []
        self._pending_size = 0
        self._sizes: list[int] = []  # of the blocks in the file
        self.size = 0  #: bytes of text taken so far
        self._closed = False

    def write(self, text: bytes | memoryview) -> int:
        """Take the next bytes of text; waits while the threads are far behind."""
        self._pending.append(bytes(text))
        self._pending_size += len(text)
        self.size += len(text)
        if self._pending_size >= TEXT_BLOCK * BLOCKS_TOGETHER:
            self._hand_over(self._pending_size - self._pending_size % TEXT_BLOCK)
        return len(text)

    def close(self) -> None:
        """Pack what is left and write the empty block that ends the file."""
        if self._closed:
            return
        self._hand_over(self._pending_size)
        self._drain(0)
        self._file.write(END)
        self.abandon()

    def abandon(self) -> None:
        """Stop without completing the file."""
        self._closed = True
        self._pool.shutdown(cancel_futures=True)

    def gzi(self) -> bytes:
        """The ``.gzi`` index of the blocks; whole once the writer is closed."""
        places = np.zeros((max(0, len(self._sizes) - 1), 2), "<u8")
        places[:, 0] = np.cumsum(self._sizes[:-1], dtype=np.uint64)
        places[:, 1] = np.arange(1, len(places) + 1, dtype=np.uint64) * np.uint64(TEXT_BLOCK)
        return struct.pack("<Q", len(places)) + places.tobytes()

    def __enter__(self) -> "BgzfWriter":
        return self

    def __exit__(self, kind: type[BaseException] | None, *_: object) -> None:
        if kind is None:
            self.close()
        else:
            self.abandon()

    def _hand_over(self, size: int) -> None:
        """Give the first `size` pending bytes to the threads."""
        text = b"".join(self._pending)
        step = TEXT_BLOCK * BLOCKS_TOGETHER
        for at in range(0, size, step):
            part = text[at : min(at + step, size)]
            self._packing.append(self._pool.submit(_pack_all, part))
            self._drain(self._ahead)
        self._pending, self._pending_size = [text[size:]], len(text) - size

    def _drain(self, most: int) -> None:
        while len(self._packing) > most:
            blocks = self._packing.popleft().result()
            self._sizes.extend(map(len, blocks))
            self._file.write(b"".join(blocks))


def _pack_all(text: bytes) -> list[bytes]:
    """The blocks of `text`, cut where htslib cuts."""
    return [_pack(text[at : at + TEXT_BLOCK]) for at in range(0, len(text), TEXT_BLOCK)]


def _pack(text: bytes) -> bytes:
    deflated = igzip_lib.compress(text, LEVEL, igzip_lib.COMP_DEFLATE)
    if len(deflated) > FILE_BLOCK - HEADER - 8:  # what does not get shorter is stored as it is
        deflated = b"\x01" + struct.pack("<HH", len(text), len(text) ^ 0xFFFF) + text
    size = HEADER + len(deflated) + 8
    checksum = struct.pack("<II", isal_zlib.crc32(text), len(text))
    return END[:16] + struct.pack("<H", size - 1) + deflated + checksum


@dataclass(frozen=True, slots=True)
class _Block:
    """An unpacked block: its text, and where in the file the next one begins."""

    text: bytes
    end: int


class BgzfReader(Closes):
    """Random access to the text of a BGZF file, for any number of threads.

    `gzi` is the path of its index; without one the blocks are found by walking through the file
    (one small read a block). All offsets and sizes are bytes of the unpacked text.

    Raises
    ------
    FormatError
        (Also later, when a block is read.) It cannot be opened, is no BGZF, is cut short, or the
        index belongs to another file.
    """

    def __init__(self, path: Path, gzi: Path | None = None) -> None:
        self._path = path
        self._cache: OrderedDict[int, _Block] = OrderedDict()
        self._lock = Lock()
        try:
            self._file = path.open("rb", buffering=0)
        except OSError as error:
            raise FormatError(path, None, f"cannot be opened: {error.strerror}") from error
        try:
            self._end = os.fstat(self._file.fileno()).st_size
            self._starts, self._places = ([0], [0]) if gzi is None else self._read_gzi(gzi)
            self._walk()
        except BaseException:
            self._file.close()
            raise

    def read(self, offset: int, size: int) -> bytes:
        """`size` bytes of text from `offset`; fewer only where the text ends.

        Raises
        ------
        FormatError
            A block on the way is damaged.
        """
        if offset < 0 or size < 0:
            raise ValueError(f"offset {offset} and size {size} must not be negative")
        end = min(offset + size, self.size)
        if offset >= end:
            return b""
        nth = bisect_right(self._places, offset) - 1
        start, place = self._starts[nth], self._places[nth]
        parts: list[bytes] = []
        while place < end:
            block = self._block(start)
            text = block.text
            if place + len(text) > offset:
                parts.append(text[max(0, offset - place) : end - place])
            start, place = block.end, place + len(text)
            nth = self._check_place(nth, start, place)
        return parts[0] if len(parts) == 1 else b"".join(parts)

    def close(self) -> None:
        """Close the file; nobody may be reading."""
        self._file.close()

    def _check_place(self, nth: int, start: int, place: int) -> int:
        """The number of the last indexed block at or before `start`, where the text is at `place`.

        The index is only believed as far as the blocks agree with it.
        """
        after = nth + 1
        if after < len(self._starts) and start >= self._starts[after]:
            if (start, place) != (self._starts[after], self._places[after]):
                raise FormatError(
                    self._path, None, "the .gzi beside it belongs to another file; remove the .gzi"
                )
            return after
        if start >= self._end and place < self.size:
            raise FormatError(self._path, None, "is cut short; fetch it again")
        return nth

    def _block(self, start: int) -> _Block:
        """The block that begins at `start` in the file, from the cache or unpacked."""
        with self._lock:
            found = self._cache.get(start)
            if found is not None:
                self._cache.move_to_end(start)
                return found
        made = self._unpack(start, self._bytes(start, FILE_BLOCK))
        with self._lock:
            self._cache[start] = made
            if len(self._cache) > CACHED_BLOCKS:
                self._cache.popitem(last=False)
        return made

    def _bytes(self, start: int, size: int) -> bytes:
        """The bytes of the file from `start`, as many as there are of `size`."""
        try:
            return os.pread(self._file.fileno(), size, start)
        except OSError as error:
            raise FormatError(self._path, None, f"cannot be read: {error.strerror}") from error

    def _unpack(self, start: int, content: bytes) -> _Block:
        body, size = self._measure(start, content)
        if size > len(content):
            raise self._damaged(start, "is cut short")
        checksum, length = struct.unpack_from("<II", content, size - 8)
        unpacker = isal_zlib.decompressobj(-15)
        try:
            text = unpacker.decompress(content[body : size - 8], FILE_BLOCK + 1)
        except _ISAL_ERROR as error:
            raise self._damaged(start, f"is damaged ({error})") from error
        if not unpacker.eof or len(text) != length or isal_zlib.crc32(text) != checksum:
            raise self._damaged(start, "is damaged (its checksum or its length is wrong)")
        return _Block(text, start + size)

    def _measure(self, start: int, content: bytes) -> tuple[int, int]:
        """Where the deflated text of the block at the head of `content` begins, and its size."""
        if content[:4] != END[:4] or len(content) < HEADER:
            problem = "is cut short" if END.startswith(content[:4]) else "is no BGZF block"
            raise self._damaged(start, problem)
        (extra,) = struct.unpack_from("<H", content, 10)
        body = 12 + extra
        size = _block_size(content[12:body])
        if size is None or size < body + 8:
            raise self._damaged(start, "is no BGZF block")
        return body, size

    def _damaged(self, start: int, problem: str) -> FormatError:
        advice = "compress it with bgzip, not gzip" if start == 0 else "fetch it again"
        return FormatError(self._path, None, f"the block at byte {start} {problem}; {advice}")

    def _read_gzi(self, path: Path) -> tuple[list[int], list[int]]:
        """Where the indexed blocks begin, in the file and in the text."""
        try:
            content = path.read_bytes() if path.stat().st_size <= 8 + self._end else b""
        except OSError as error:
            raise FormatError(path, None, f"cannot be read: {error.strerror}") from error
        numbers = np.frombuffer(content[: len(content) // 8 * 8], "<u8")
        if len(content) % 16 != 8 or int(numbers[0]) * 2 + 1 != len(numbers):
            raise FormatError(path, None, "is no .gzi index of this file; remove it")
        starts = np.concatenate([np.zeros(1, np.uint64), numbers[1::2]])
        places = np.concatenate([np.zeros(1, np.uint64), numbers[2::2]])
        forward = (starts[1:] > starts[:-1]).all() and (places[1:] >= places[:-1]).all()
        if not forward or starts[-1] > self._end:
            raise FormatError(path, None, "is no .gzi index of this file; remove it")
        return starts.tolist(), places.tolist()

    def _walk(self) -> None:
        """Find the blocks after the last indexed one, and so the size of the text."""
        if self._bytes(max(0, self._end - len(END)), len(END)) != END:
            raise FormatError(
                self._path,
                None,
                "does not end as BGZF does: it is cut short, or compressed with gzip; fetch it "
                "again, or compress it with bgzip",
            )
        start, place = self._starts[-1], self._places[-1]
        while start < self._end:
            length, end = self._look(start)
            if start > self._starts[-1] and length:
                self._starts.append(start)
                self._places.append(place)
            start, place = end, place + length
        self.size = place  #: bytes of the whole text

    def _look(self, start: int) -> tuple[int, int]:
        """How long the text of the block at `start` is, and where the next block begins."""
        head = self._bytes(start, HEADER)
        extra = int.from_bytes(head[10:12], "little")
        if extra > HEADER - 12:
            head += self._bytes(start + HEADER, extra + 12 - HEADER)
        _, size = self._measure(start, head)
        length = int.from_bytes(self._bytes(start + size - 4, 4), "little")
        if start + size > self._end or length > FILE_BLOCK:
            raise self._damaged(start, "is cut short or damaged")
        return length, start + size


def _block_size(extra: bytes) -> int | None:
    """The size of a block, by its extra field: subfields of two letters, a length and content."""
    at = 0
    while at + 4 <= len(extra):
        (length,) = struct.unpack_from("<H", extra, at + 2)
        if extra[at : at + 2] == b"BC" and length == 2 and at + 6 <= len(extra):
            return int(struct.unpack_from("<H", extra, at + 4)[0]) + 1
        at += 4 + length
    return None
