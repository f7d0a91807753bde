"""
Writing a text again from its layout and the residues of its records.
"""

import json
from collections.abc import Callable, Iterable, Iterator, Sequence
from dataclasses import dataclass
from typing import Any, BinaryIO

import numpy as np
import numpy.typing as npt
import zstandard

from holdfast.errors import FormatError
from holdfast.formats.fai import FaiRow
from holdfast.formats.layout.columns import Cursor, Stream, spread
from holdfast.formats.layout.lines import NONE, ODD, OddWrap, Wrap
from holdfast.formats.layout.reading import VERSION, heading

Bytes = npt.NDArray[np.uint8]
Longs = npt.NDArray[np.int64]

HEADER_LIMIT = 1 << 30
FIRST_SEEN, LAST_SEEN = b"!~"  # of the characters that are no blanks
PIECE = 1 << 22  # residues written at once: bounds the memory


@dataclass(frozen=True, slots=True)
class Laid:
    """A record to be written as it was: `residues` gives those from one to before another."""

    name: str
    description: str
    length: int
    residues: Callable[[int, int], bytes]


class Layout:
    """A kept layout, read once from its beginning to its end.

    Raises FormatError when its bytes are no layout.
    """

    def __init__(self, content: bytes, name: str) -> None:
        self._name = name
        try:
            header, columns = _opened(content)
            self.records, self.residues = int(header["records"]), int(header["residues"])
            self._ended = bool(header["ended"])
            self._widths = spread(header["widths"])
            self._crlf = spread(header["crlf"])
            self._tails = spread(header["tails"])
        except (ValueError, KeyError, TypeError, zstandard.ZstdError) as error:
            raise self._damaged(str(error)) from error
        self._case = Cursor(columns.get("case", b""))
        self._extra_at = Cursor(columns.get("extra_at", b""))
        self._extras = Stream(columns.get("extras", b""))
        self._lines = Stream(columns.get("lines", b""))
        self._counts = Stream(columns.get("counts", b""))
        self._heads = Stream(columns.get("heads", b""))
        self._head_of = Cursor(columns.get("head_of", b""))
        self._preface = Stream(columns.get("preface", b""))
        self._lower = False

    def write(
        self,
        file: BinaryIO,
        records: Sequence[Laid] | Iterator[Laid],
        index: list[FaiRow] | None = None,
    ) -> int:
        """Write `records` to `file` as the text had them; how many.

        The ``.fai`` rows of the text are appended to `index`: of each record that has residues, or
        of none if the text cannot have such an index, because a record's lines are not alike.

        Raises
        ------
        FormatError
            The layout is of other records.
        """
        text = _Text(file) if index is None else _IndexedText(file)
        try:
            done = self._write(text, records)
        except (ValueError, zstandard.ZstdError, StopIteration) as error:
            raise self._damaged(str(error)) from error
        if index is not None:
            index += text.rows()
        return done

    def small_letters(self, lengths: Iterable[int]) -> Iterator[tuple[Longs, Longs]]:
        """Of records of these lengths: where small letters begin in each, and how many stand there.

        Raises
        ------
        FormatError
            The layout is damaged.
        """
        first, lower = 0, False
        for length in lengths:
            try:
                flips = self._case.until(first + length) - first
            except (ValueError, zstandard.ZstdError) as error:
                raise self._damaged(str(error)) from error
            edges = np.concatenate([[0] if lower else [], flips]).astype(np.int64)
            lower = bool(len(edges) % 2)
            edges = np.append(edges, length) if lower else edges
            starts, sizes = edges[::2], edges[1::2] - edges[::2]
            yield starts[sizes > 0], sizes[sizes > 0]
            first += length

    def _write(self, file: "_Text", records: Sequence[Laid] | Iterator[Laid]) -> int:
        while preface := self._preface.read(PIECE):
            file.write(preface)
        done = first = 0
        for record in records:
            last = done + 1 == self.records
            self._record(file, record, done, first, ended=self._ended or not last)
            done, first = done + 1, first + record.length
        if done != self.records or first != self.residues:
            raise ValueError("it is of other records")
        return done

    def _record(self, file: "_Text", record: Laid, number: int, first: int, *, ended: bool) -> None:
        crlf, width, tail = next(self._crlf), next(self._widths), next(self._tails)
        head = heading(record.name, record.description)
        if len(self._head_of.until(number + 1)):
            head = self._heads.line()
        newline = b"\r\n" if crlf else b"\n"
        wrap = self._wrap(width)
        file.begin(head, newline)
        for start in range(0, max(1, record.length), PIECE):
            end = min(record.length, start + PIECE)
            letters = self._letters(record.residues(start, end), first + start)
            if end == record.length:
                letters = np.append(letters, np.frombuffer(tail.encode("latin-1"), np.uint8))
            file.look_at(letters)
            text = wrap(letters)
            file.write(text.replace(b"\n", newline) if crlf else text)
        if ended and width != NONE:
            file.write(newline)
        file.end(head, width, newline)

    def _letters(self, residues: bytes, first: int) -> Bytes:
        """Residues (the first of which is the text's `first`) in their case, and what is among."""
        letters = np.frombuffer(residues, np.uint8)
        end = first + len(letters)
        flips = self._case.until(end) - first
        if len(flips) or self._lower:
            lower = np.zeros(len(letters), np.int8)
            lower[flips] = 1
            lower = (np.cumsum(lower, dtype=np.int8) + np.int8(self._lower)) & 1
            letters = letters + (lower.astype(np.uint8) << 5)
            self._lower = bool(lower[-1]) if len(lower) else self._lower
        at = self._extra_at.until(end) - first
        if len(at):
            extras = np.frombuffer(self._extras.exactly(len(at)), np.uint8)
            letters = np.insert(letters, at, extras)
        return letters

    def _wrap(self, width: int) -> Callable[[Bytes], bytes]:
        if width != ODD:
            return Wrap(max(0, width))
        return OddWrap(self._lines.number, self._counts.number())

    def _damaged(self, problem: str) -> FormatError:
        return FormatError(self._name, None, f"the layout is damaged: {problem}")


class _Text:
    """A text as it is written."""

    def __init__(self, file: BinaryIO) -> None:
        self._file = file

    def write(self, content: bytes) -> None:
        """Write the next bytes."""
        self._file.write(content)

    def begin(self, head: bytes, newline: bytes) -> None:
        """Write a heading."""
        self.write(b">" + head + newline)

    def look_at(self, letters: Bytes) -> None:
        """What of a record is written next, without line ends."""

    def end(self, head: bytes, width: int, newline: bytes) -> None:
        """Here a record ends."""

    def rows(self) -> list[FaiRow]:
        """The index of the text."""
        return []


class _IndexedText(_Text):
    """A text whose index is told."""

    def __init__(self, file: BinaryIO) -> None:
        super().__init__(file)
        self._rows: list[FaiRow] = []
        self._size = self._begin = self._length = 0
        self._has_index = True

    def write(self, content: bytes) -> None:
        super().write(content)
        self._size += len(content)

    def begin(self, head: bytes, newline: bytes) -> None:
        super().begin(head, newline)
        self._begin, self._length = self._size, 0

    def look_at(self, letters: Bytes) -> None:
        self._length += len(letters)
        # What cannot be seen is left out by programs that count residues.
        seen = letters.min(initial=FIRST_SEEN) >= FIRST_SEEN and letters.max(initial=0) <= LAST_SEEN
        self._has_index = self._has_index and bool(seen)

    def end(self, head: bytes, width: int, newline: bytes) -> None:
        line = min(self._length, width) if width > 0 else self._length
        name, *_ = head.split(maxsplit=1) or [b""]
        if not name or width == ODD:
            self._has_index = False
        elif self._length:
            row = FaiRow(name.decode(), self._length, self._begin, line, line + len(newline))
            self._rows.append(row)

    def rows(self) -> list[FaiRow]:
        return self._rows if self._has_index else []


def _opened(content: bytes) -> tuple[dict[str, Any], dict[str, bytes]]:
    """Header and compressed columns of a kept layout."""
    size = int.from_bytes(content[:4], "little")
    packed = content[4 : 4 + size]
    if zstandard.frame_content_size(packed) > HEADER_LIMIT:
        raise ValueError("its header would unpack to too much")
    header = json.loads(zstandard.ZstdDecompressor().decompress(packed))
    if header["version"] != VERSION:
        raise ValueError(f"its version is {header['version']}; this Holdfast reads {VERSION}")
    columns, at = {}, 4 + size
    for name, length in header["columns"].items():
        columns[name] = content[at : at + length]
        at += length
    if at != len(content):
        raise ValueError("it is cut short")
    return header, columns
