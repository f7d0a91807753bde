"""
Taking a text's layout while it is read: blocks of whole records, and long records in pieces.
"""

import json
from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
import numpy.typing as npt
import zstandard

from holdfast.formats.headings import cut_usual
from holdfast.formats.layout.columns import LEVEL, Column, Positions, Runs, runs_of, words_of
from holdfast.formats.layout.lines import ODD, BlockLines, LongLines

Bytes = npt.NDArray[np.uint8]
Longs = npt.NDArray[np.int64]

VERSION = 1
TAIL_LIMIT = 1 << 24  # bytes behind a record's last residue; more is no FASTA
NAMES = ("case", "extra_at", "extras", "lines", "counts", "heads", "head_of", "preface")


@dataclass(frozen=True, slots=True)
class RawBlock:
    """Whole records as they stand in a text, beside what was read from them."""

    text: bytes
    ended: bool  #: whether the last line does end; if not, `text` has a newline more
    lines: BlockLines
    heads: bytes  #: the headings without ``>``, joined by newlines
    usual: bool  #: whether they all are ``name description``, see `formats.headings`
    names: Sequence[str]
    descriptions: Sequence[str]
    residues: Longs  #: how many each record has
    changed: bool  #: whether normalisation took away more than line ends


class LayoutWriter:
    """Takes a text as it is read, and says at the end how it was laid out."""

    def __init__(self) -> None:
        self._columns = {name: Column() for name in NAMES}
        self._case = Positions(self._columns["case"])
        self._extra_at = Positions(self._columns["extra_at"])
        self._head_of = Positions(self._columns["head_of"])
        self._widths, self._crlf = Runs[int](), Runs[int]()
        self._tails = Runs[str]()
        self._width = 0  # of the last record of several lines
        self._lower = False  # the case of the last residue
        self._records = 0
        self._residues = 0
        self._ended = True
        self._long = LongLines(self._columns["lines"])
        self._tail = b""

    def preface(self, text: bytes) -> None:
        """Take what stands before the first record."""
        self._columns["preface"].append(text)

    # Many records at once

    def block(self, block: RawBlock) -> None:
        """Take the next records."""
        text, lines, heads, usual = block.text, block.lines, block.heads, block.usual
        count = len(block.names)
        self._ended = block.ended
        crlf = _has_returns(block)
        if crlf:
            text = _without_returns(block)
            lines = BlockLines.of(text)
            heads = heads.replace(b"\r\n", b"\n").removesuffix(b"\r")
            usual = cut_usual(heads) is not None
        if not usual:
            self._headings(block, heads)
        self._crlf.add(int(crlf), count)
        self._lay_lines(lines)
        residues = int(block.residues.sum())
        if block.changed:
            self._changes(text, lines, block.residues)
        else:
            self._tails.add("", count)
            self._take_case(np.zeros(min(1, residues), bool), 0)
        self._records += count
        self._residues += residues

    def _headings(self, block: RawBlock, heads: bytes) -> None:
        names = zip(block.names, block.descriptions, strict=True)
        each = zip(names, heads.split(b"\n"), strict=True)
        for nth, ((name, description), head) in enumerate(each):
            self._heading(self._records + nth, head, name, description)

    def _heading(self, record: int, head: bytes, name: str, description: str) -> None:
        if head != heading(name, description):
            self._head_of.append(np.array([record]))
            self._columns["heads"].append(head + b"\n")

    def _lay_lines(self, lines: BlockLines) -> None:
        widths = lines.widths(self._width)
        several = widths[(lines.counts > 1) & (widths > 0)]
        self._width = int(several[-1]) if len(several) else self._width
        self._widths.add_all(widths)
        for nth in np.flatnonzero(widths == ODD).tolist():
            found = lines.lengths(nth)
            self._columns["lines"].append(words_of(found))
            self._columns["counts"].append(words_of(np.array([len(found)])))

    def _changes(self, text: bytes, lines: BlockLines, residues: Longs) -> None:
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
            for value, count in runs_of(found):
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
        lines, self._long = self._long, LongLines(self._columns["lines"])
        self._ended = lines.end()
        width = lines.width(self._width)
        self._width = width if width > 0 and lines.count > 1 else self._width
        self._widths.add(width, 1)
        if width == ODD:
            self._columns["counts"].append(words_of(np.array([lines.count])))
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


def _is_letter(letters: Bytes) -> npt.NDArray[np.bool_]:
    # What is left of a checked text are letters and what normalisation removes: all below.
    small = letters | np.uint8(32)
    found: npt.NDArray[np.bool_] = (small >= 97) & (small <= 122)
    return found


def _has_returns(block: RawBlock) -> bool:
    """Whether all lines end in two bytes, but for a last one that does not end."""
    if b"\r" not in block.text:
        return False
    added = 0 if block.ended else 1
    found = block.text.count(b"\r\n", 0, len(block.text) - added)
    return found == len(block.lines.newlines) - added


def _without_returns(block: RawBlock) -> bytes:
    """The text with one byte at the end of each line."""
    text = block.text if block.ended else block.text[:-1] + b"\r\n"
    return text.replace(b"\r\n", b"\n")
