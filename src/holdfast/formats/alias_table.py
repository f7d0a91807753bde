"""
Tables of aliases: one line an alias, fields between tabs.

Without a heading the fields are namespace, alias, and a name or digest of the sequence. A first
line that has ``namespace`` and ``alias`` among its fields is a heading: it says the order, the
third being called ``digest``, ``sequence`` or ``name``; other fields are passed over, but for
``retired``: a line that has something there tells of the past and is left out. Blank lines and
lines that begin with ``#`` are left out too.

The reader yields blocks of a few megabytes; nothing but :class:`FormatError` comes out of it.
"""

import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass

import numpy as np

from holdfast.errors import FormatError
from holdfast.formats.compression import Content

BLOCK = 4 << 20
NAMESPACE, ALIAS, RETIRED = "namespace", "alias", "retired"
TARGETS = ("digest", "sequence", "name")
_LEFT_OUT = re.compile(rb"^(?:#.*|[ \r]*)$", re.MULTILINE)
_REGULAR = np.frombuffer(b"\t\t\n", np.uint8)


@dataclass(frozen=True, slots=True)
class AliasRows:
    """Some lines of a table, in columns; `lines` are where they stand in the file, from 1."""

    namespaces: Sequence[str]
    texts: Sequence[str]
    targets: Sequence[str]
    lines: Sequence[int]


@dataclass(frozen=True, slots=True)
class _Order:
    """Which field is which, and whether a heading said so."""

    namespace: int = 0
    text: int = 1
    target: int = 2
    retired: int | None = None
    fields: int = 3
    said: bool = False


class AliasTable:
    """Reads one table once."""

    def __init__(self, content: Content, block: int = BLOCK) -> None:
        self._content, self._block = content, block
        self._line = 1
        self._order: _Order | None = None

    def blocks(self) -> Iterator[AliasRows]:
        """All lines, in order.

        Raises
        ------
        FormatError
            A line is no UTF-8 text, is endless, or has too few fields: it says which.
        """
        rest = b""
        while part := self._read():
            whole, newline, rest = (rest + part).rpartition(b"\n")
            if newline:
                yield from self._rows(whole)
            elif len(rest) > self._block:
                raise FormatError(
                    self._content.name, self._line, "is too long a line for a table of aliases"
                )
        if rest:
            yield from self._rows(rest)

    def _read(self) -> bytes:
        try:
            return self._content.read(self._block)
        except FormatError as error:
            raise FormatError(self._content.name, self._line, error.problem) from error

    def _rows(self, text: bytes) -> Iterator[AliasRows]:
        decoded, first = self._decoded(text), self._line
        self._line += text.count(b"\n") + 1
        if self._order == _Order() and _is_regular(text):
            flat = decoded.replace("\n", "\t").split("\t")
            yield AliasRows(flat[0::3], flat[1::3], flat[2::3], range(first, self._line))
        else:
            yield from self._odd_rows(text, decoded.split("\n"), first)

    def _odd_rows(self, text: bytes, lines: list[str], first: int) -> Iterator[AliasRows]:
        """The rows of lines that must be looked at one by one."""
        numbers: Sequence[int] = range(first, first + len(lines))
        if _LEFT_OUT.search(text):
            kept = [place for place, line in enumerate(lines) if _says_something(line)]
            numbers = [numbers[place] for place in kept]
            lines = [lines[place] for place in kept]
        if b"\r" in text:
            lines = [line.removesuffix("\r") for line in lines]
        rows = [line.split("\t") for line in lines]
        if self._order is None and rows:
            self._order = _order(rows[0], self._content.name, numbers[0])
            if self._order.said:
                rows, numbers = rows[1:], numbers[1:]
        if rows and self._order is not None:
            yield self._columns(rows, numbers, self._order)

    def _columns(self, rows: list[list[str]], numbers: Sequence[int], order: _Order) -> AliasRows:
        short = next((at for at, row in enumerate(rows) if len(row) < order.fields), None)
        if short is not None:
            raise FormatError(
                self._content.name,
                numbers[short],
                f"has {len(rows[short])} fields where {order.fields} are wanted: namespace, alias, "
                "and a name or digest, with tabs between them",
            )
        if order.retired is not None:
            kept = [at for at, row in enumerate(rows) if not row[order.retired]]
            rows, numbers = [rows[at] for at in kept], [numbers[at] for at in kept]
        return AliasRows(
            [row[order.namespace] for row in rows],
            [row[order.text] for row in rows],
            [row[order.target] for row in rows],
            numbers,
        )

    def _decoded(self, text: bytes) -> str:
        try:
            return text.decode()
        except UnicodeDecodeError as error:
            line = self._line + text.count(b"\n", 0, error.start)
            raise FormatError(
                self._content.name, line, "is not UTF-8 text; save the table as UTF-8"
            ) from error


def _says_something(line: str) -> bool:
    return bool(line.strip(" \r")) and not line.startswith("#")


def _is_regular(text: bytes) -> bool:
    """Whether each line is three fields, and none is a comment or blank."""
    raw = np.frombuffer(text + b"\n", np.uint8)
    marks = raw[raw <= ord("\r")]  # with other control characters, which are looked at elsewhere
    if len(marks) % 3 or text.startswith(b"#") or b"\n#" in text:
        return False
    return bool((marks.reshape(-1, 3) == _REGULAR).all())


def _order(first: list[str], file: str, line: int) -> _Order:
    """The order that the first line says, if it is a heading, or the usual one."""
    names = [field.strip().lower() for field in first]
    if NAMESPACE not in names or ALIAS not in names:
        return _Order()
    target = next((names.index(word) for word in TARGETS if word in names), None)
    if target is None:
        raise FormatError(
            file, line, f"is a heading without {', '.join(TARGETS[:-1])} or {TARGETS[-1]}"
        )
    retired = names.index(RETIRED) if RETIRED in names else None
    places = (names.index(NAMESPACE), names.index(ALIAS), target)
    wanted = max(*places, -1 if retired is None else retired) + 1
    return _Order(*places, retired, wanted, said=True)
