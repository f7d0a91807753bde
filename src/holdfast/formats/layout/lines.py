"""
Lines: how a record's letters were cut into lines, and cutting them so again.

A width of 0 stands for one line.
"""

from collections.abc import Callable

import numpy as np
import numpy.typing as npt

from holdfast.base.compiled import NONE, ODD, Lines, loops
from holdfast.formats.layout.columns import Column, words_of
from holdfast.formats.residues import Joined

__all__ = ["NONE", "ODD", "BlockLines", "LongLines", "OddWrap", "Wrap"]

Bytes = npt.NDArray[np.uint8]
Longs = npt.NDArray[np.int64]

ALIKE_TOGETHER = 1 << 22  # lengths of lines written down at once


class BlockLines(Lines):
    """The lines below the headings of a block: of each record, where they begin and end.

    Its numbers are those of :class:`~holdfast.base.compiled.Lines`.
    """

    __slots__ = ()

    @classmethod
    def of(cls, text: bytes) -> "BlockLines":
        """The lines of a text that begins with a heading and ends with a line's end.

        Raises
        ------
        ValueError
            The text does not.
        """
        return cls(*loops().lines(text))

    def heads(self, text: bytes) -> bytes:
        """The headings without ``>``, with a line's end between each two."""
        return loops().heads(text, self)

    def bodies(self, text: bytes) -> Joined:
        """What stands below each heading, its lines joined."""
        return Joined(loops().bodies(text, self), self.letters)

    def widths(self, usual: int) -> Longs:
        """The width of each record's lines: `usual` (or 0) if it has one, ODD if they differ."""
        return loops().widths(self, usual)

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


class LongLines:
    """The lines of one long record: alike until they are not, and from then on written down."""

    def __init__(self, column: Column) -> None:
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
            self._column.append(words_of(np.diff(ends, prepend=self._last)))
        self._last = int(ends[-1])
        self.count += len(ends)

    def _write_down(self) -> None:
        """Write the lines so far, which were alike but perhaps for the last."""
        self._alike = False
        whole = max(0, self.count - 1)
        for start in range(0, whole, ALIKE_TOGETHER):
            alike = np.full(min(ALIKE_TOGETHER, whole - start), self._width)
            self._column.append(words_of(alike))
        if self.count:
            self._column.append(words_of(np.array([self._last - whole * self._width])))

    def end(self) -> bool:
        """End the last line if it was not; whether it was."""
        ended = self._last == self._letters and self.count > 0
        if not ended:
            self._take(np.array([self._letters]))
        return ended

    def width(self, usual: int) -> int:
        """The width of the lines: `usual` (or 0) for one line, ODD when they differ."""
        if not self._alike:
            return ODD
        if self.count == 1:
            return usual if self._letters <= usual else 0
        return self._width


class Wrap:
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


class OddWrap:
    """Cuts letters that come in pieces into lines of given lengths; the last line stays open."""

    def __init__(self, length: Callable[[], int], count: int) -> None:
        self._length, self._left = length, count
        self._end = 0  # letters up to the end of the line that is being filled
        self._done = 0
        self._next()

    def _next(self) -> None:
        self._end += self._length()
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
