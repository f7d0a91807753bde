"""
The rows of an index: a plain file beside its database, with the row of sequence `n` at byte 112·n.

A row has a fixed width and its number never changes, so it needs no tree to be found: readers map
the file, and new rows are appended in one call of the system, without a database's log. What a row
means is said in `schema`; which rows mean anything, and how they change safely, in `numbered`.

The file belongs to one database, which knows the random part of its name. So nobody who still has
an old index open is given the rows of the one that took its place. The file never becomes shorter.
"""

import errno
import mmap
import os
import re
import secrets
from contextlib import suppress
from itertools import pairwise
from pathlib import Path

import numpy as np
import numpy.typing as npt

from holdfast.sequences.storage.schema import ROW

WIDTH = ROW.itemsize  #: bytes of a row
WORDS = WIDTH // 8  #: of eight bytes
CLEARED = 1 << 14  #: rows that are cleared in one go
_TOKEN = re.compile(r"[0-9a-f]{8}")

Longs = npt.NDArray[np.int64]
Rows = npt.NDArray[np.void]


def rows_path(index: Path, token: str) -> Path | None:
    """Where the rows of the index at `index` are, whose database says `token`; None if it is none.

    >>> str(rows_path(Path("store/index.sqlite"), "00c0ffee"))
    'store/index-00c0ffee.rows'
    """
    return index.with_name(f"{index.stem}-{token}.rows") if _TOKEN.fullmatch(token) else None


def make_rows(index: Path) -> str:
    """Make an empty file of rows for a new index at `index`; its token."""
    while True:
        token = secrets.token_hex(4)
        path = index.with_name(f"{index.stem}-{token}.rows")
        try:
            os.close(os.open(path, os.O_RDWR | os.O_CREAT | os.O_EXCL | os.O_CLOEXEC, 0o644))
        except FileExistsError:
            continue
        return token


def others(index: Path, token: str) -> list[Path]:
    """The files of rows beside the index at `index` that are not those of `token`."""
    name = re.compile(re.escape(index.stem) + r"-([0-9a-f]{8})\.rows")
    found = ((path, name.fullmatch(path.name)) for path in index.parent.glob("*.rows"))
    return [path for path, match in found if match and match[1] != token]


class RowsFile:
    """A file of rows, open. Any thread may read it; only the one writer may write.

    Raises
    ------
    OSError
        It is not there, or the system will not let it be read.
    """

    def __init__(self, path: Path | None) -> None:
        self.path = path
        self._descriptor, self._writable = _opened(path) if path else (-1, False)
        self._map: mmap.mmap | bytes = b""
        self._words = np.empty((0, WORDS), np.uint64)
        self._unsynced = False

    @property
    def is_there(self) -> bool:
        """Whether there is such a file: None stands for one that is missing."""
        return self.path is not None

    def holds(self, count: int) -> bool:
        """Whether the file is long enough for `count` rows."""
        return len(self._words) >= count or (self.is_there and self._mapped_anew() >= count)

    def row(self, number: int) -> bytes:
        """The bytes of a row, as they are; fewer where the file ends before."""
        start = WIDTH * number
        found = self._map[start : start + WIDTH]
        if len(found) < WIDTH and self.holds(number + 1):
            found = self._map[start : start + WIDTH]
        return found

    def many(self, numbers: Longs) -> Rows:
        """Rows as they are, in the order asked for.

        Raises
        ------
        IndexError
            There is no such row.
        """
        if not len(numbers):
            return np.empty(0, ROW)
        if numbers.min() < 0 or not self.holds(int(numbers.max()) + 1):
            raise IndexError(f"there is no row {numbers.max()}")
        # Whole rows are copied, as words: NumPy would copy records field by field.
        return self._words.take(numbers, axis=0).view(ROW).reshape(-1)

    def part(self, start: int, end: int) -> Rows:
        """The rows from `start` to before `end`, which are there, where they lie in the map."""
        self.holds(end)
        return self._words[start:end].view(ROW).reshape(-1)

    def write(self, first: int, rows: bytes) -> None:
        """Put joined rows at the number `first`; `sync` makes them durable.

        Raises
        ------
        OSError
            The disk is full or broken, or they may not be written.
        """
        if not self._writable:
            raise PermissionError(errno.EACCES, os.strerror(errno.EACCES), str(self.path))
        self._unsynced = True
        place, left = WIDTH * first, memoryview(rows)
        while left:
            done = os.pwrite(self._descriptor, left, place)
            place, left = place + done, left[done:]

    def clear(self, first: int) -> None:
        """Put zeros, which have no seal, into all rows from `first` on; raises as `write` does."""
        left = os.fstat(self._descriptor).st_size - WIDTH * first
        for start in range(0, left, WIDTH * CLEARED):
            size = min(left - start, WIDTH * CLEARED)
            self.write(first + start // WIDTH, bytes(size))

    def rewrite(self, numbers: Longs, rows: Rows) -> None:
        """Put rows in place of those of `numbers`, which are in order; raises as `write` does."""
        joined = rows.tobytes()
        starts = np.flatnonzero(np.diff(numbers, prepend=-2) != 1)
        for start, end in pairwise([*starts.tolist(), len(numbers)]):
            self.write(int(numbers[start]), joined[WIDTH * start : WIDTH * end])

    def sync(self) -> None:
        """Make what was written durable; raises OSError where the disk is broken."""
        if self._unsynced:
            os.fdatasync(self._descriptor)
            self._unsynced = False

    def look_again(self) -> None:
        """Open the file once more: on a network's file system that shows what is new in it."""
        with suppress(OSError):
            if self.path:
                os.close(_opened(self.path)[0])

    def close(self) -> None:
        """Let go of the file. Nothing is made durable by it."""
        descriptor, self._descriptor = self._descriptor, -1
        if descriptor >= 0:
            os.close(descriptor)

    def _mapped_anew(self) -> int:
        """Map what is there now; how many rows that are. (Who reads the old map may go on.)"""
        count = os.fstat(self._descriptor).st_size // WIDTH
        if count > len(self._words):
            mapped = mmap.mmap(self._descriptor, count * WIDTH, access=mmap.ACCESS_READ)
            words = np.frombuffer(mapped, np.uint64).reshape(-1, WORDS)
            self._map, self._words = mapped, words
        return len(self._words)


def _opened(path: Path) -> tuple[int, bool]:
    """The file at `path`, open, and whether it may be written."""
    # As a writer opens it, if that may be: where layers of file systems lie over one another, a
    # file that is opened to be written becomes another one, and this one would see no change.
    try:
        return os.open(path, os.O_RDWR | os.O_CLOEXEC), True
    except FileNotFoundError:
        raise
    except OSError:
        return os.open(path, os.O_RDONLY | os.O_CLOEXEC), False
