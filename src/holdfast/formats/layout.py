"""
Layouts: what a FASTA text has beside names, descriptions and residues, so that it can be written
again byte for byte.

Normalisation takes away case, ``*``, blanks and line ends; a layout keeps them in columns over the
whole text, each compressed as it grows, so that a text of the usual form costs some hundred bytes
and a soft-masked genome a few bytes for each masked stretch. Positions count residues from the
first of the text. All numbers of a column are little-endian uint32; :data:`MORE` says that the
number goes on in the next word.

============  ====================================================================================
``case``      the residues at which case changes, each as its distance from the one before
``extra_at``  the residues before which something was taken away (not a line's end), as distances
``extras``    what was taken away there, a byte each
``lines``     the lengths of lines, for records whose lines are not alike
``counts``    how many lines each such record has
``heads``     headings that are not ``name description``, one a line
``head_of``   the records of these headings, as distances
``preface``   what stands before the first record
============  ====================================================================================

In the header are *runs*, each a value and for how many records it holds: ``widths`` (letters a
line; 0 for one line, -1 for a record whose lines are in ``lines``), ``tails`` (what stands behind
the last residue), ``crlf`` (whether lines end in two bytes), and ``ended``: whether the text's last
line does end.
"""

import json
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from typing import Any, BinaryIO, Generic, TypeVar

import numpy as np
import numpy.typing as npt
import zstandard

from holdfast.errors import FormatError

Bytes = npt.NDArray[np.uint8]
Longs = npt.NDArray[np.int64]
Value = TypeVar("Value", int, str)

VERSION = 1
MORE = 0xFFFFFFFF
LEVEL = 3
TAIL_LIMIT = 1 << 24  # bytes behind a record's last residue; more is no FASTA
HEADER_LIMIT = 1 << 30
PIECE = 1 << 22  # residues written at once: bounds the memory
NAMES = ("case", "extra_at", "extras", "lines", "counts", "heads", "head_of", "preface")
#: Bytes of a heading that needs no second look: what Python does not take for blanks.
_PLAIN = bytes(range(32, 127)) + b"\n"


@dataclass(frozen=True, slots=True)
class RawBlock:
    """Whole records as they stand in a text, beside what was read from them.

    `starts` and `ends` are where each heading's line begins (at ``>``) and ends.
    """

    text: bytes
    starts: Sequence[int]
    ends: Sequence[int]
    names: Sequence[str]
    descriptions: Sequence[str]
    residues: Sequence[bytes]
    changed: bool  #: whether normalisation took away more than line ends


class LayoutWriter:
    """Takes a text as it is read, and says at the end how it was laid out."""

    def __init__(self) -> None:
        self._columns = {name: _Column() for name in NAMES}
        self._case = _Positions(self._columns["case"])
        self._extra_at = _Positions(self._columns["extra_at"])
        self._head_of = _Positions(self._columns["head_of"])
        self._widths, self._crlf = _Runs[int](), _Runs[int]()
        self._tails = _Runs[str]()
        self._width = 0  # of the last record of several lines
        self._lower = False  # the case of the last residue
        self._records = 0
        self._residues = 0
        self._ended = True
        self._long = _LongLines(self._columns["lines"])
        self._tail = b""

    def preface(self, text: bytes) -> None:
        """Take what stands before the first record."""
        self._columns["preface"].append(text)

    # Many records at once

    def block(self, block: RawBlock) -> None:
        """Take the next records."""
        text, starts, ends = block.text, block.starts, block.ends
        crlf = b"\r" in text and text.count(b"\r\n") == text.count(b"\n")
        if not text.endswith(b"\n"):
            text, self._ended = text + (b"\r\n" if crlf else b"\n"), False
        if crlf:
            text, starts, ends = _without_returns(text, starts, ends)
        lines = _Lines.of(text, starts, ends)
        self._headings(block, [text[s + 1 : e] for s, e in zip(starts, ends, strict=True)])
        self._crlf.add(int(crlf), len(starts))
        self._lay_lines(lines)
        residues = np.fromiter(map(len, block.residues), np.int64, len(starts))
        if block.changed:
            self._changes(text, lines, residues)
        else:
            self._tails.add("", len(starts))
            self._take_case(np.zeros(1, bool), 0)
        self._records += len(starts)
        self._residues += int(residues.sum())

    def _headings(self, block: RawBlock, heads: list[bytes]) -> None:
        joined = b"\n".join(heads)
        odd = joined.translate(None, _PLAIN) or b"  " in joined
        if not (odd or joined.startswith(b" ") or joined.endswith(b" ")) and not (
            b"\n " in joined or b" \n" in joined
        ):
            return
        names = zip(block.names, block.descriptions, strict=True)
        for nth, ((name, description), head) in enumerate(zip(names, heads, strict=True)):
            self._heading(self._records + nth, head, name, description)

    def _heading(self, record: int, head: bytes, name: str, description: str) -> None:
        if head != heading(name, description):
            self._head_of.append(np.array([record]))
            self._columns["heads"].append(head + b"\n")

    def _lay_lines(self, lines: "_Lines") -> None:
        widths = lines.widths(self._width)
        several = widths[(lines.counts > 1) & (widths > 0)]
        self._width = int(several[-1]) if len(several) else self._width
        self._widths.add_all(widths)
        for nth in np.flatnonzero(widths < 0).tolist():
            found = lines.lengths(nth)
            self._columns["lines"].append(_words(found))
            self._columns["counts"].append(_words(np.array([len(found)])))

    def _changes(self, text: bytes, lines: "_Lines", residues: Longs) -> None:
        """Keep the case of letters, and what stands among and behind them."""
        letters = np.frombuffer(text, np.uint8)[lines.inside()]
        is_letter = _is_letter(letters)
        self._take_case(letters[is_letter] >= 97, 0)
        extras = np.flatnonzero(~is_letter)
        before = extras - np.arange(len(extras))  # residues that stand before each
        # What stands behind a record's last residue has as many before it as the next's first.
        record = np.searchsorted(np.cumsum(lines.letters), extras, side="right")
        behind = before == np.cumsum(residues)[record]
        self._extra_at.append(before[~behind] + self._residues)
        self._columns["extras"].append(letters[extras[~behind]].tobytes())
        self._add_tails(letters[extras[behind]], record[behind], len(residues))

    def _add_tails(self, tails: Bytes, record: Longs, records: int) -> None:
        counts = np.bincount(record, minlength=records)
        if counts.max(initial=0) <= 1:
            found = np.zeros(records, np.int64)
            found[record] = tails
            for value, count in _runs(found):
                self._tails.add(chr(value) if value else "", count)
            return
        joined, done = tails.tobytes().decode("latin-1"), 0
        for count in counts.tolist():
            self._tails.add(joined[done : done + count], 1)
            done += count

    def _take_case(self, lower: npt.NDArray[np.bool_], offset: int) -> None:
        """Keep where case changes in residues that begin `offset` after those so far."""
        flips = np.flatnonzero(np.diff(lower, prepend=self._lower))
        self._case.append(flips + (self._residues + offset))
        if len(lower):
            self._lower = bool(lower[-1])

    # A long record, piece by piece

    def long_heading(self, head: bytes, name: str, description: str) -> None:
        """Take the heading of a long record; its pieces follow, then `long_end`."""
        self._heading(self._records, head, name, description)
        self._crlf.add(0, 1)

    def long_piece(self, text: bytes, residues: int) -> None:
        """Take the next piece of a long record, of which `residues` residues were read.

        Raises
        ------
        ValueError
            There is too much behind the last residue for it to be FASTA.
        """
        raw = np.frombuffer(text, np.uint8)
        newlines = np.flatnonzero(raw == 10)
        self._long.add(newlines - np.arange(len(newlines)), len(raw) - len(newlines))
        if len(raw) - len(newlines) == residues and raw.max(initial=0) < 97:
            self._take_tail(residues)
            self._take_case(np.zeros(min(1, residues), bool), 0)
        else:
            self._long_changes(raw[raw != 10])
        self._residues += residues

    def _long_changes(self, letters: Bytes) -> None:
        is_letter = _is_letter(letters)
        lower = letters[is_letter] >= 97
        self._take_tail(len(lower))
        self._take_case(lower, 0)
        extras = np.flatnonzero(~is_letter)
        before = extras - np.arange(len(extras))
        inner = before < len(lower)
        self._extra_at.append(before[inner] + self._residues)
        self._columns["extras"].append(letters[extras[inner]].tobytes())
        self._tail += letters[extras[~inner]].tobytes()
        if len(self._tail) > TAIL_LIMIT:
            raise ValueError("there are too many blanks behind the residues of a record")

    def _take_tail(self, residues: int) -> None:
        """What seemed to stand behind the last residue stands before more of them."""
        if self._tail and residues:
            self._extra_at.append(np.full(len(self._tail), self._residues))
            self._columns["extras"].append(self._tail)
            self._tail = b""

    def long_end(self) -> None:
        """End the long record."""
        lines, self._long = self._long, _LongLines(self._columns["lines"])
        self._ended = lines.end()
        width = lines.width(self._width)
        self._width = width if width > 0 and lines.count > 1 else self._width
        self._widths.add(width, 1)
        if width < 0:
            self._columns["counts"].append(_words(np.array([lines.count])))
        self._tails.add(self._tail.decode("latin-1"), 1)
        self._tail = b""
        self._records += 1

    def finish(self) -> bytes:
        """The layout, as it is kept."""
        columns = {name: column.finish() for name, column in self._columns.items()}
        header = {
            "version": VERSION,
            "records": self._records,
            "residues": self._residues,
            "ended": self._ended,
            "widths": self._widths.runs,
            "crlf": self._crlf.runs,
            "tails": self._tails.runs,
            "columns": {name: len(content) for name, content in columns.items() if content},
        }
        text = json.dumps(header, separators=(",", ":")).encode()
        packed = zstandard.ZstdCompressor(level=LEVEL, write_checksum=True).compress(text)
        return len(packed).to_bytes(4, "little") + packed + b"".join(columns.values())


def heading(name: str, description: str) -> bytes:
    """The usual heading of a record, without ``>``."""
    return f"{name} {description}".encode() if description else name.encode()


@dataclass(frozen=True, slots=True)
class _Lines:
    """The lines below the headings of a block: of each record, where they begin and end.

    `first` is the place in `newlines` of the end of a record's first line; `letters` is how many
    bytes its lines have without their ends.
    """

    newlines: Longs
    begins: Longs
    first: Longs
    counts: Longs
    letters: Longs
    size: int

    @classmethod
    def of(cls, text: bytes, starts: Sequence[int], ends: Sequence[int]) -> "_Lines":
        newlines = np.flatnonzero(np.frombuffer(text, np.uint8) == 10)
        begins = np.array(ends, np.int64) + 1
        stops = np.append(np.array(starts[1:], np.int64), len(text))
        first = np.searchsorted(newlines, begins)
        counts = np.searchsorted(newlines, stops) - first
        return cls(newlines, begins, first, counts, stops - begins - counts, len(text))

    def widths(self, usual: int) -> Longs:
        """The width of each record's lines: `usual` (or 0) if it has one, -1 if they differ."""
        found = self.newlines[self.first] - self.begins
        # One line may have any width from its length on; the usual one makes for longer runs.
        several = found[(self.counts > 1) & (found > 0)]
        usual = int(several[0]) if len(several) else usual
        found = np.where(self.counts == 1, np.where(self.letters <= usual, usual, 0), found)
        return np.where(self._alike(found), found, -1)

    def _alike(self, widths: Longs) -> npt.NDArray[np.bool_]:
        """Of each record, whether all its lines have its width, but for a shorter last one."""
        record = np.repeat(np.arange(len(self.counts)), self.counts)
        place = np.arange(len(record)) - (np.cumsum(self.counts) - self.counts)[record]
        expected = self.begins[record] + (place + 1) * (widths[record] + 1) - 1
        odd = self.newlines[self.first[record] + place] != expected
        odd[np.cumsum(self.counts) - 1] = False  # last lines may be shorter
        last = self.letters - widths * (self.counts - 1)
        usual = (last >= 1) & ((last <= widths) | (self.counts == 1))
        alike: npt.NDArray[np.bool_] = usual & (np.bincount(record[odd], minlength=len(usual)) == 0)
        return alike

    def lengths(self, record: int) -> Longs:
        """The lengths of a record's lines."""
        first = self.first[record]
        ends = self.newlines[first : first + self.counts[record]]
        return np.diff(ends, prepend=self.begins[record] - 1) - 1

    def inside(self) -> npt.NDArray[np.bool_]:
        """Which bytes of the text are in lines below headings, and not their ends."""
        edges = np.zeros(self.size + 1, np.int8)
        edges[self.begins] += 1
        edges[self.begins + self.letters + self.counts] -= 1
        inside: npt.NDArray[np.bool_] = np.cumsum(edges[:-1], dtype=np.int8).astype(bool)
        inside[self.newlines] = False
        return inside


class _LongLines:
    """The lines of one long record: alike until they are not, and from then on written down."""

    def __init__(self, column: "_Column") -> None:
        self._column = column
        self._letters = 0
        self._width = 0
        self._alike = True
        self._last = 0  # where the last line ended
        self.count = 0

    def add(self, newlines: Longs, letters: int) -> None:
        """Take a piece of `letters` bytes without its line ends, which are behind `newlines`."""
        ends = newlines + self._letters
        self._letters += letters
        if len(ends):
            self._take(ends)

    def _take(self, ends: Longs) -> None:
        if not self.count:
            self._width = int(ends[0])
        # The last end before may have been a shorter last line; that more come says it was not.
        expected = self._width * (np.arange(len(ends)) + self.count + 1)
        alike = self._width > 0 and self._last == self._width * self.count
        alike = alike and bool((ends[:-1] == expected[:-1]).all())
        alike = alike and 0 < ends[-1] - (expected[-1] - self._width) <= self._width
        if self._alike and not alike:
            self._write_down()
        if not self._alike:
            self._column.append(_words(np.diff(ends, prepend=self._last)))
        self._last = int(ends[-1])
        self.count += len(ends)

    def _write_down(self) -> None:
        """Write the lines so far, which were alike but perhaps for the last."""
        self._alike = False
        whole = max(0, self.count - 1)
        for start in range(0, whole, PIECE):
            alike = np.full(min(PIECE, whole - start), self._width)
            self._column.append(_words(alike))
        if self.count:
            self._column.append(_words(np.array([self._last - whole * self._width])))

    def end(self) -> bool:
        """End the last line if it was not; whether it was."""
        ended = self._last == self._letters and self.count > 0
        if not ended:
            self._take(np.array([self._letters]))
        return ended

    def width(self, usual: int) -> int:
        """The width of the lines: `usual` (or 0) for one line, -1 when they differ."""
        if not self._alike:
            return -1
        if self.count == 1:
            return usual if self._letters <= usual else 0
        return self._width


class _Column:
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


class _Positions:
    """Positions in a column, each as its distance from the one before."""

    def __init__(self, column: _Column) -> None:
        self._column = column
        self._last = 0

    def append(self, positions: Longs) -> None:
        if len(positions):
            self._column.append(_words(np.diff(positions, prepend=self._last)))
            self._last = int(positions[-1])


class _Runs(Generic[Value]):
    """Values of records one after another, equal ones counted."""

    def __init__(self) -> None:
        self.runs: list[tuple[Value, int]] = []

    def add(self, value: Value, count: int) -> None:
        if self.runs and self.runs[-1][0] == value:
            self.runs[-1] = (value, self.runs[-1][1] + count)
        elif count:
            self.runs.append((value, count))

    def add_all(self: "_Runs[int]", values: Longs) -> None:
        for value, count in _runs(values):
            self.add(value, count)


def _runs(values: Longs) -> list[tuple[int, int]]:
    """Runs of equal values: each value and how often it stands there."""
    starts = np.flatnonzero(np.diff(values, prepend=values[:1] - 1))
    counts = np.diff(starts, append=len(values))
    return list(zip(values[starts].tolist(), counts.tolist(), strict=True))


def _words(numbers: Longs) -> bytes:
    """Numbers as words of a column."""
    if not len(numbers) or int(numbers.max()) < MORE:
        return numbers.astype("<u4").tobytes()
    counts = numbers // MORE + 1
    words = np.full(int(counts.sum()), MORE, "<u4")
    words[np.cumsum(counts) - 1] = numbers % MORE
    return words.tobytes()


def _is_letter(letters: Bytes) -> npt.NDArray[np.bool_]:
    # What is left of a checked text are letters and what normalisation removes: all below.
    small = letters | np.uint8(32)
    found: npt.NDArray[np.bool_] = (small >= 97) & (small <= 122)
    return found


def _without_returns(
    text: bytes, starts: Sequence[int], ends: Sequence[int]
) -> tuple[bytes, list[int], list[int]]:
    """The text with one byte at the end of each line, and where its headings are then."""
    newlines = np.flatnonzero(np.frombuffer(text, np.uint8) == 10)
    begins = np.array(starts, np.int64) - np.searchsorted(newlines, starts)
    stops = np.array(ends, np.int64) - np.searchsorted(newlines, ends) - 1
    return text.replace(b"\r\n", b"\n"), begins.tolist(), stops.tolist()


# Writing the text again


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
            self._widths = _spread(header["widths"])
            self._crlf = _spread(header["crlf"])
            self._tails = _spread(header["tails"])
        except (ValueError, KeyError, TypeError, zstandard.ZstdError) as error:
            raise self._damaged(str(error)) from error
        self._case = _Cursor(columns.get("case", b""))
        self._extra_at = _Cursor(columns.get("extra_at", b""))
        self._extras = _Stream(columns.get("extras", b""))
        self._lines = _Stream(columns.get("lines", b""))
        self._counts = _Stream(columns.get("counts", b""))
        self._heads = _Stream(columns.get("heads", b""))
        self._head_of = _Cursor(columns.get("head_of", b""))
        self._preface = _Stream(columns.get("preface", b""))
        self._lower = False

    def write(self, file: BinaryIO, records: Sequence[Laid] | Iterator[Laid]) -> int:
        """Write `records` to `file` as the text had them; how many.

        Raises
        ------
        FormatError
            The layout is of other records.
        """
        try:
            return self._write(file, records)
        except (ValueError, zstandard.ZstdError, StopIteration) as error:
            raise self._damaged(str(error)) from error

    def _write(self, file: BinaryIO, records: Sequence[Laid] | Iterator[Laid]) -> int:
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

    def _record(
        self, file: BinaryIO, record: Laid, number: int, first: int, *, ended: bool
    ) -> None:
        crlf, width, tail = next(self._crlf), next(self._widths), next(self._tails)
        head = heading(record.name, record.description)
        if len(self._head_of.until(number + 1)):
            head = self._heads.line()
        newline = b"\r\n" if crlf else b"\n"
        wrap = self._wrap(width)
        file.write(b">" + head + newline)
        for start in range(0, record.length, PIECE):
            end = min(record.length, start + PIECE)
            letters = self._letters(record.residues(start, end), first + start)
            if end == record.length:
                letters = np.append(letters, np.frombuffer(tail.encode("latin-1"), np.uint8))
            text = wrap(letters)
            file.write(text.replace(b"\n", newline) if crlf else text)
        if ended:
            file.write(newline)

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
            self._lower = bool(lower[-1])
        at = self._extra_at.until(end) - first
        if len(at):
            extras = np.frombuffer(self._extras.exactly(len(at)), np.uint8)
            letters = np.insert(letters, at, extras)
        return letters

    def _wrap(self, width: int) -> Callable[[Bytes], bytes]:
        if width >= 0:
            return _Wrap(width)
        (count,) = self._words(self._counts, 1).tolist()
        return _OddWrap(lambda: self._words(self._lines, 1), count)

    @staticmethod
    def _words(stream: "_Stream", count: int) -> Longs:
        """The next numbers of a column."""
        found = []
        for _ in range(count):
            value = word = MORE
            value = 0
            while word == MORE:
                word = int.from_bytes(stream.exactly(4), "little")
                value += word
            found.append(value)
        return np.array(found, np.int64)

    def _damaged(self, problem: str) -> FormatError:
        return FormatError(self._name, None, f"the layout is damaged: {problem}")


class _Wrap:
    """Cuts letters that come in pieces into lines of one width; the last line stays open."""

    def __init__(self, width: int) -> None:
        self._width = width
        self._filled = 0

    def __call__(self, letters: Bytes) -> bytes:
        width = self._width
        if not width or not len(letters):
            return letters.tobytes()
        first = letters[: width - self._filled]
        rest = letters[len(first) :]
        whole = len(rest) // width
        lines = np.empty((whole, width + 1), np.uint8)
        lines[:, 0] = 10
        lines[:, 1:] = rest[: whole * width].reshape(whole, width)
        last = rest[whole * width :]
        self._filled = len(last) or (width if whole else self._filled + len(first))
        return b"".join(
            [first.tobytes(), lines.tobytes(), b"\n" if len(last) else b"", last.tobytes()]
        )


class _OddWrap:
    """Cuts letters that come in pieces into lines of given lengths; the last line stays open."""

    def __init__(self, lengths: Callable[[], Longs], count: int) -> None:
        self._lengths, self._left = lengths, count
        self._end = 0  # letters up to the end of the line that is being filled
        self._done = 0
        self._next()

    def _next(self) -> None:
        self._end += int(self._lengths()[0])
        self._left -= 1

    def __call__(self, letters: Bytes) -> bytes:
        text, parts, at = letters.tobytes(), [], 0
        while self._left and self._end <= self._done + len(text):
            cut = self._end - self._done
            parts.append(text[at:cut])
            at = cut
            self._next()
        self._done += len(text)
        return b"\n".join([*parts, text[at:]])


class _Stream:
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

    def line(self) -> bytes:
        """The bytes up to the next line feed."""
        while b"\n" not in self._rest:
            more = self._reader.read(1 << 16) if self._reader else b""
            if not more:
                raise ValueError("it is cut short")
            self._rest += more
        line, _, self._rest = self._rest.partition(b"\n")
        return line


class _Cursor:
    """Positions of a column, in order."""

    def __init__(self, content: bytes) -> None:
        self._stream = _Stream(content)
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


def _spread(runs: list[list[Any]]) -> Iterator[Any]:
    """The values of runs, one by one."""
    for value, count in runs:
        for _ in range(count):
            yield value
