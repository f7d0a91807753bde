"""
Columns of a layout: bytes and numbers that are only ever appended, compressed as they come.

Numbers are little-endian uint32; :data:`MORE` says that a number goes on in the next word.
Positions are written as distances, and values of records as runs of equal ones.
"""

from collections.abc import Iterator
from typing import Any, Generic, TypeVar

import numpy as np
import numpy.typing as npt
import zstandard

Longs = npt.NDArray[np.int64]
Value = TypeVar("Value", int, str)

MORE = 0xFFFFFFFF
LEVEL = 3


class Column:
    """Bytes that are only ever appended, compressed as they come."""

    def __init__(self) -> None:
        self._parts: list[bytes] = []
        self._compressor: Any = None

    def append(self, content: bytes) -> None:
        if content:
            if self._compressor is None:
                self._compressor = zstandard.ZstdCompressor(level=LEVEL).compressobj()
            self._parts.append(self._compressor.compress(content))

    def finish(self) -> bytes:
        tail = self._compressor.flush() if self._compressor is not None else b""
        return b"".join([*self._parts, tail])


class Positions:
    """Positions in a column, each as its distance from the one before."""

    def __init__(self, column: Column) -> None:
        self._column = column
        self._last = 0

    def append(self, positions: Longs) -> None:
        if len(positions):
            self._column.append(words_of(np.diff(positions, prepend=self._last)))
            self._last = int(positions[-1])


class Runs(Generic[Value]):
    """Values of records one after another, equal ones counted."""

    def __init__(self) -> None:
        self.runs: list[tuple[Value, int]] = []

    def add(self, value: Value, count: int) -> None:
        if self.runs and self.runs[-1][0] == value:
            self.runs[-1] = (value, self.runs[-1][1] + count)
        elif count:
            self.runs.append((value, count))

    def add_all(self: "Runs[int]", values: Longs) -> None:
        for value, count in runs_of(values):
            self.add(value, count)


def runs_of(values: Longs) -> list[tuple[int, int]]:
    """Runs of equal values: each value and how often it stands there."""
    starts = np.flatnonzero(np.diff(values, prepend=values[:1] - 1))
    counts = np.diff(starts, append=len(values))
    return list(zip(values[starts].tolist(), counts.tolist(), strict=True))


def spread(runs: list[list[Any]]) -> Iterator[Any]:
    """The values of runs, one by one."""
    for value, count in runs:
        for _ in range(count):
            yield value


def words_of(numbers: Longs) -> bytes:
    """Numbers as words of a column."""
    if not len(numbers) or int(numbers.max()) < MORE:
        return numbers.astype("<u4").tobytes()
    counts = numbers // MORE + 1
    words = np.full(int(counts.sum()), MORE, "<u4")
    words[np.cumsum(counts) - 1] = numbers % MORE
    return words.tobytes()


class Stream:
    """The plain bytes of a column, read from the beginning on."""

    def __init__(self, content: bytes) -> None:
        self._reader = zstandard.ZstdDecompressor().stream_reader(content) if content else None
        self._rest = b""

    def read(self, size: int) -> bytes:
        """Up to `size` bytes, none at the end."""
        if self._rest:
            part, self._rest = self._rest[:size], self._rest[size:]
            return part
        return self._reader.read(size) if self._reader else b""

    def exactly(self, size: int) -> bytes:
        """The next `size` bytes."""
        parts = []
        while size:
            part = self.read(size)
            if not part:
                raise ValueError("it is cut short")
            parts.append(part)
            size -= len(part)
        return b"".join(parts)

    def number(self) -> int:
        """The next number."""
        value = word = int.from_bytes(self.exactly(4), "little")
        while word == MORE:
            word = int.from_bytes(self.exactly(4), "little")
            value += word
        return value

    def line(self) -> bytes:
        """The bytes up to the next line feed."""
        while b"\n" not in self._rest:
            more = self._reader.read(1 << 16) if self._reader else b""
            if not more:
                raise ValueError("it is cut short")
            self._rest += more
        line, _, self._rest = self._rest.partition(b"\n")
        return line


class Cursor:
    """Positions of a column, in order."""

    def __init__(self, content: bytes) -> None:
        self._stream = Stream(content)
        self._last = 0
        self._found = np.empty(0, np.int64)

    def until(self, end: int) -> Longs:
        """The positions not yet given that are before `end`."""
        parts = []
        while not len(self._found) or self._found[-1] < end:
            parts.append(self._found)
            if not self._more():
                self._found = np.empty(0, np.int64)
                return np.concatenate(parts)
        cut = int(np.searchsorted(self._found, end))
        parts.append(self._found[:cut])
        self._found = self._found[cut:]
        return np.concatenate(parts)

    def _more(self) -> bool:
        """Read on; whether there was more."""
        content = self._stream.read(1 << 20)
        if not content:
            return False
        content += self._stream.exactly(-len(content) % 4)
        while content.endswith(b"\xff\xff\xff\xff"):  # a number is read whole
            content += self._stream.exactly(4)
        words = np.frombuffer(content, "<u4")
        sums = np.cumsum(words, dtype=np.int64) + self._last
        self._last = int(sums[-1])
        self._found = sums[words != MORE]
        return True
