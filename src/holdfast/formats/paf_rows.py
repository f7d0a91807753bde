"""
Where columns and tags of PAF stand in a block of text.
"""

import numpy as np

from holdfast.formats.columns import Bytes, Positions, Spans, Truths, beginning_with, lines

COLUMNS = 12
TAB = ord("\t")


class Rows:
    """The lines of a block and where their columns stand."""

    def __init__(self, data: Bytes) -> None:
        self.data = data
        self.lines = lines(data) if len(data) else Spans(*np.zeros((2, 0), dtype=np.int64))
        self.tabs = np.flatnonzero(data == TAB)
        self.first = np.searchsorted(self.tabs, self.lines.starts)  #: each line's first tab
        self.columns = np.searchsorted(self.tabs, self.lines.ends) - self.first + 1

    def before(self, bad: Truths) -> "Rows":
        """The lines before the first of the `bad` ones."""
        if not bad.any():
            return self
        return Rows(self.data[: self.lines.starts[bad.argmax()]])

    def column(self, number: int) -> Spans:
        """Where column `number`, from 0 to 11, stands in each line."""
        starts = self.tabs[self.first + number - 1] + 1 if number else self.lines.starts
        if number < COLUMNS - 1:
            return Spans(starts, self.tabs[self.first + number])
        return Spans(starts, self._ends(self.first + number))

    def tags(self) -> tuple[Positions, Spans]:
        """Each column after the twelfth: its line, and where it stands."""
        counts = self.columns - COLUMNS
        line = np.repeat(np.arange(len(self.lines)), counts)
        if not len(line):
            return line, Spans(line, line)
        before = np.cumsum(counts) - counts
        tag = np.arange(len(line)) + (self.first + COLUMNS - 1 - before)[line]
        ends = np.append(self.tabs, len(self.data))[tag + 1]
        return line, Spans(self.tabs[tag] + 1, np.minimum(ends, self.lines.ends[line]))

    def _ends(self, tab: Positions) -> Positions:
        """Where the column before `tab` ends, which may be the end of the line."""
        ends: Positions = np.append(self.tabs, len(self.data))[tab]
        return np.minimum(ends, self.lines.ends)


class Tags:
    """The tags of a block's lines."""

    def __init__(self, rows: Rows) -> None:
        self.rows = rows
        self.line, self.spans = rows.tags()

    def of(self, prefix: bytes) -> tuple[Positions, Spans]:
        """The lines that have the tag `prefix`, and where its value stands in each."""
        found = beginning_with(self.rows.data, self.spans, prefix)
        spans = self.spans[found]
        return self.line[found], Spans(spans.starts + len(prefix), spans.ends)
