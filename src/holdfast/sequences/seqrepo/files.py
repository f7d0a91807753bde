"""
The FASTA files of an instance: BGZF with ``.fai`` and ``.gzi`` beside, read slice by slice.

Where a record begins is asked of the ``.fai``; how long it is and whether its text is plain
residues is known from the database. A text that holds more than capitals A-Z (SeqRepo kept ``*``,
blanks and small letters although its keys do not count them) is read whole and normalised, so that
what is given out always fits its key. A few files stay open, and no more.
"""

from collections import OrderedDict
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from threading import Lock

import numpy as np

from holdfast.base.files import safe_name
from holdfast.errors import FormatError, StoreDamaged, UnsafeName
from holdfast.formats.bgzf import BgzfReader
from holdfast.formats.fai import FaiRow, read_fai
from holdfast.formats.residues import normalise

OPEN_FILES = 16  #: kept open by one instance; each keeps at most 4 MiB of unpacked text
FAI, GZI = ".fai", ".gzi"
_STEP = 1 << 16  # bytes read at once where the end of a record is sought


class FastaFile:
    """One file of an instance, open for slices by many threads.

    Raises
    ------
    StoreDamaged
        It is not there, or cannot be read.
    """

    def __init__(self, path: Path) -> None:
        index = path.with_name(path.name + GZI)
        try:
            rows = read_fai(path.with_name(path.name + FAI))
            self._reader = BgzfReader(path, index if index.exists() else None)
        except FormatError as error:
            raise StoreDamaged(
                f"the instance lacks a file, or it is damaged: {error}; fetch it again"
            ) from error
        self._names = np.array([row.name.encode() for row in rows], "S")
        self._order = np.argsort(self._names, kind="stable")
        # A million names must not be a million objects: the numbers stand in one array.
        self._rows = np.array([row[1:] for row in rows], np.int64).reshape(-1, 4)

    def residues(self, name: str, start: int, end: int) -> bytes:
        """The residues of a record from `start` to before `end`, which lie within it."""
        row = self._row(name)
        if end > row.length:
            raise StoreDamaged(f"the .fai index says that {name} is shorter than the database says")
        return self._read(*row.span(start, end)).replace(b"\n", b"")

    def whole(self, name: str) -> bytes:
        """All residues of a record, normalised, whatever its lines look like."""
        parts: list[bytes] = []
        at = self._row(name).offset
        while part := self._read(at, _STEP):
            end = part.find(b">")
            parts.append(part if end < 0 else part[:end])
            if end >= 0:
                break
            at += len(part)
        return normalise(b"".join(parts))

    def close(self) -> None:
        """Close the file; nobody may be reading."""
        self._reader.close()

    def _read(self, offset: int, size: int) -> bytes:
        try:
            return self._reader.read(offset, size)
        except FormatError as error:
            raise StoreDamaged(f"a file of the instance is damaged: {error}") from error

    def _row(self, name: str) -> FaiRow:
        wanted = name.encode()
        place = int(np.searchsorted(self._names, wanted, sorter=self._order))
        if place < len(self._order):
            nth = int(self._order[place])
            if self._names[nth] == wanted:
                return FaiRow(name, *self._rows[nth].tolist())
        raise StoreDamaged(f"the .fai index has no record {name}; the database says it should")


class _Held:
    """An open file, how many read it now, and whether the last of them shall close it."""

    def __init__(self, file: FastaFile) -> None:
        self.file, self.readers, self.leaving = file, 0, False


class FastaFiles:
    """The files below a folder, opened when first read; the least lately used ones are closed."""

    def __init__(self, folder: Path, most: int = OPEN_FILES) -> None:
        self._folder, self._most = folder, max(1, most)
        self._held: OrderedDict[str, _Held] = OrderedDict()
        self._lock = Lock()

    @contextmanager
    def open(self, relpath: str) -> Iterator[FastaFile]:
        """The file at `relpath`, for the time of the block.

        Raises
        ------
        StoreDamaged
            It is not there, cannot be read, or would be outside the folder.
        """
        held = self._take(relpath)
        try:
            yield held.file
        finally:
            self._give_back(held)

    def path(self, relpath: str) -> Path:
        """Where the file at `relpath` is, which the database says and which must not climb."""
        try:
            return self._folder / safe_name(relpath)
        except UnsafeName as error:
            raise StoreDamaged(f"the database names a file outside its folder: {error}") from error

    def close(self) -> None:
        """Close all files, those being read when their readers are done."""
        with self._lock:
            held, self._held = list(self._held.values()), OrderedDict()
            for each in held:
                self._leave(each)

    def _take(self, relpath: str) -> _Held:
        with self._lock:
            held = self._held.get(relpath)
            if held is None:
                held = self._held[relpath] = _Held(FastaFile(self.path(relpath)))
            self._held.move_to_end(relpath)
            held.readers += 1
            while len(self._held) > self._most:
                self._leave(self._held.popitem(last=False)[1])
        return held

    def _give_back(self, held: _Held) -> None:
        with self._lock:
            held.readers -= 1
            if held.leaving and not held.readers:
                held.file.close()

    @staticmethod
    def _leave(held: _Held) -> None:
        held.leaving = True
        if not held.readers:
            held.file.close()
