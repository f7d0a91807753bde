"""
BSON: documents of a MongoDB dump, one after another, as plain Python values.

A document is its length in four bytes (little-endian, itself included), elements, and a zero byte.
An element is a byte that says its kind, its name up to a zero byte, and its value. Only what such
bytes are is known here, not what they mean. The bytes are not trusted: no length reaches beyond
what it is in, nothing is nested deeper than MongoDB allows, and what is wrong is a FormatError with
the number and place of the document. (The format: bsonspec.org, version 1.1.)
"""

import struct
from collections.abc import Callable, Iterator
from datetime import UTC, datetime, timedelta
from typing import Any, BinaryIO

from holdfast.errors import FormatError

DOCUMENT_LIMIT = 16 * 1024**2 + 16 * 1024  #: bytes; MongoDB has 16 MB and some for its own
SMALLEST = 5  #: bytes of a document without elements
DEPTH = 100  #: how deep MongoDB nests documents
EPOCH = datetime(1970, 1, 1, tzinfo=UTC)

Document = dict[str, Any]


def read_documents(file: BinaryIO, name: str) -> Iterator[Document]:
    """The documents in `file`, which `name` names in errors. Arrays are lists, dates UTC.

    Raises
    ------
    FormatError
        It is cut off, or is no BSON.
    """
    number, place = 0, 0
    while head := file.read(4):
        number += 1
        try:
            content = head + _rest(file, head)
            yield _Reader(content).document(0)
        except ValueError as error:
            raise FormatError(
                name, None, f"document {number} at byte {place:,} is no BSON: {error}"
            ) from error
        place += len(content)


def _rest(file: BinaryIO, head: bytes) -> bytes:
    """What comes after the length of a document."""
    if len(head) < 4:
        raise ValueError("the file is cut off in a length")
    length = int.from_bytes(head, "little", signed=True)
    if not SMALLEST <= length <= DOCUMENT_LIMIT:
        raise ValueError(f"{length:,} is no length of a document")
    rest = file.read(length - 4)
    if len(rest) < length - 4:
        raise ValueError("the file is cut off")
    return rest


class _Reader:
    """Reads one document from its beginning to its end."""

    def __init__(self, content: bytes) -> None:
        self._content = content
        self._at = 0
        self._end = len(content)

    def document(self, depth: int) -> Document:
        """The document that begins here."""
        return dict(self._elements(depth))

    def _elements(self, depth: int) -> Iterator[tuple[str, Any]]:
        if depth > DEPTH:
            raise ValueError(f"it is nested more than {DEPTH} deep")
        outer, start = self._end, self._at
        length = self._int32()
        if length < SMALLEST or start + length > outer:
            raise ValueError(f"a part of {length:,} bytes does not fit in what it is in")
        self._end = start + length
        while kind := self._bytes(1)[0]:
            name = self._name()
            read = _KINDS.get(kind)
            if read is None:
                raise ValueError(f"{kind:#04x} is no kind of a value")
            yield name, read(self, depth + 1)
        if self._at != self._end:
            raise ValueError("a part ends before its length says")
        self._end = outer

    # -- values of each kind -----------------------------------------------------------------------

    def array(self, depth: int) -> list[Any]:
        """An array is a document whose names are numbers, which are not looked at."""
        return [value for _, value in self._elements(depth)]

    def double(self, _: int) -> float:
        """A number in eight bytes."""
        value: float = struct.unpack("<d", self._bytes(8))[0]
        return value

    def text(self, _: int) -> str:
        """Text: its length with the zero byte behind it, then UTF-8."""
        length = self._int32()
        if length < 1:
            raise ValueError(f"{length:,} is no length of a text")
        content = self._bytes(length)
        if content[-1]:
            raise ValueError("a text does not end where its length says")
        return content[:-1].decode()

    def binary(self, _: int) -> bytes:
        """Bytes; the one that says what they are for is passed over."""
        length = self._int32()
        self._bytes(1)
        return self._bytes(length)

    def object_id(self, _: int) -> str:
        """The name of a document, as hexadecimal."""
        return self._bytes(12).hex()

    def boolean(self, _: int) -> bool:
        """Yes or no."""
        value = self._bytes(1)[0]
        if value > 1:
            raise ValueError(f"{value} is neither true nor false")
        return bool(value)

    def date(self, _: int) -> datetime:
        """A time in milliseconds since 1970."""
        milliseconds = self._int64()
        try:
            return EPOCH + timedelta(milliseconds=milliseconds)
        except OverflowError as error:
            raise ValueError(f"{milliseconds:,} ms after 1970 is no date") from error

    def int32(self, _: int) -> int:
        """A whole number in four bytes."""
        return self._int32()

    def int64(self, _: int) -> int:
        """A whole number in eight bytes."""
        return self._int64()

    def expression(self, _: int) -> str:
        """A regular expression; its options are passed over."""
        pattern = self._name()
        self._name()
        return pattern

    def pointer(self, depth: int) -> str:
        """A document in another collection: only its name is kept."""
        self.text(depth)
        return self.object_id(depth)

    def scoped(self, depth: int) -> str:
        """A program and the values it knows, which are passed over."""
        start = self._at
        length = self._int32()
        program = self.text(depth)
        self.document(depth)
        if self._at != start + length:
            raise ValueError("a program does not end where its length says")
        return program

    def decimal(self, _: int) -> bytes:
        """A decimal number, as its bytes: nothing that is read here has one."""
        return self._bytes(16)

    def nothing(self, _: int) -> None:
        """A kind without a value."""

    # -- bytes -------------------------------------------------------------------------------------

    def _bytes(self, count: int) -> bytes:
        if count < 0 or self._at + count > self._end:
            raise ValueError("a value reaches beyond what it is in")
        content = self._content[self._at : self._at + count]
        self._at += count
        return content

    def _name(self) -> str:
        end = self._content.find(b"\0", self._at, self._end)
        if end < 0:
            raise ValueError("a name has no end")
        name = self._content[self._at : end].decode()
        self._at = end + 1
        return name

    def _int32(self) -> int:
        return int.from_bytes(self._bytes(4), "little", signed=True)

    def _int64(self) -> int:
        return int.from_bytes(self._bytes(8), "little", signed=True)


_KINDS: dict[int, Callable[[_Reader, int], Any]] = {
    0x01: _Reader.double,
    0x02: _Reader.text,
    0x03: _Reader.document,
    0x04: _Reader.array,
    0x05: _Reader.binary,
    0x06: _Reader.nothing,  # undefined
    0x07: _Reader.object_id,
    0x08: _Reader.boolean,
    0x09: _Reader.date,
    0x0A: _Reader.nothing,  # null
    0x0B: _Reader.expression,
    0x0C: _Reader.pointer,
    0x0D: _Reader.text,  # a program
    0x0E: _Reader.text,  # a symbol
    0x0F: _Reader.scoped,
    0x10: _Reader.int32,
    0x11: _Reader.int64,  # a time of MongoDB's own
    0x12: _Reader.int64,
    0x13: _Reader.decimal,
    0x7F: _Reader.nothing,  # more than all
    0xFF: _Reader.nothing,  # less than all
}
