"""
Words and numbers out of a block of text, for all lines at once.

A block is an array of bytes that holds whole lines; a span is where one word stands in it, from
`starts` to `ends`, half-open. Each function is a few array operations, never a loop over lines, so
that tables of millions of lines are read at the speed of memory.
"""

from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any, Protocol

import numpy as np
import pyarrow as pa
from numpy.typing import NDArray

from holdfast.errors import FormatError

BLOCK = 8 * 1024**2  #: bytes read at a time; a longer line makes its block longer
MAX_LINE = 1024**3  #: bytes; offsets within a block stay below 2**31
DIGITS = 15  #: digits a number may have, so that it is exact in a double as well

WORD = 8  #: bytes taken as one number
#: What is left of such a number when only its last bytes count: none of them, one, … all eight.
LAST = np.array([(1 << 64) - (1 << 8 * (8 - count)) for count in range(9)], dtype=np.uint64)

NEWLINE, RETURN = b"\n\r"

Bytes = NDArray[np.uint8]
Positions = NDArray[np.int64]
Truths = NDArray[np.bool_]


@dataclass(frozen=True, slots=True)
class Spans:
    """Where words stand in a block: one from `starts[i]` to `ends[i]`."""

    starts: Positions
    ends: Positions

    def __len__(self) -> int:
        return len(self.starts)

    def __getitem__(self, which: Any) -> "Spans":
        return Spans(self.starts[which], self.ends[which])

    @property
    def lengths(self) -> Positions:
        """The number of bytes of each word."""
        return self.ends - self.starts

    def text(self, data: Bytes, position: int) -> str:
        """The word at `position`, shortened, for a sentence."""
        word = data[self.starts[position] : self.ends[position]][:40].tobytes()
        return word.decode(errors="replace")


class Readable(Protocol):
    """What is read, uncompressed already: an open binary file, or a compressed one's content."""

    def read(self, size: int, /) -> bytes:
        """Up to `size` bytes; none at the end."""


def blocks(content: Readable, size: int = BLOCK, *, name: str | None = None) -> Iterator[Bytes]:
    """The bytes of `content` in blocks of whole lines; a last line without newline gets one.

    `name` is what people know it by; without one it is asked for its own.

    Raises
    ------
    FormatError
        A line is longer than MAX_LINE.
    """
    held: list[bytes] = []
    while piece := content.read(size):
        cut = piece.rfind(b"\n") + 1
        if cut:
            yield np.frombuffer(b"".join((*held, piece[:cut])), dtype=np.uint8)
            held = []
        held.append(piece[cut:])
        if sum(map(len, held)) > MAX_LINE:
            known = name or str(getattr(content, "name", "the text"))
            raise FormatError(known, None, f"a line is longer than {MAX_LINE} bytes; is it text?")
    rest = b"".join(held)
    if rest:
        yield np.frombuffer(rest + b"\n", dtype=np.uint8)


def lines(data: Bytes) -> Spans:
    """Where the lines of a block stand, without their newlines (``\\n`` or ``\\r\\n``)."""
    ends = np.flatnonzero(data == NEWLINE)
    starts = np.concatenate(([0], ends[:-1] + 1)).astype(np.int64)
    returned = (ends > starts) & (data[np.maximum(ends - 1, 0)] == RETURN)
    return Spans(starts, ends - returned)


def whole_numbers(data: Bytes, spans: Spans) -> tuple[Positions, Truths]:
    """The whole number each span writes in decimal digits, and which spans really do.

    Eight digits are taken at a time, as one number of eight bytes of which each is a digit; then
    neighbours are joined: digits to pairs, pairs to fours, fours to eight.
    """
    lengths = spans.lengths
    good = (lengths > 0) & (lengths <= DIGITS)
    values, right = _eight_digits(data, spans.ends, np.clip(lengths, 0, WORD))
    good &= right
    long = np.flatnonzero(good & (lengths > WORD))
    if len(long):
        ends = spans.ends[long] - WORD
        upper, right = _eight_digits(data, ends, lengths[long] - WORD)
        values[long] += upper * 10**WORD
        good[long] &= right
    return values, good


def _eight_digits(data: Bytes, ends: Positions, lengths: Positions) -> tuple[Positions, Truths]:
    """The numbers that the last `lengths` bytes, 0 to 8, before `ends` write; which are digits."""
    if len(data) < WORD:
        data = np.concatenate((data, np.zeros(WORD, dtype=np.uint8)))
    every = np.ndarray((len(data) - WORD + 1,), "<u8", np.ascontiguousarray(data), 0, (1,))
    starts = ends - WORD
    digits = every[np.maximum(starts, 0)]
    first = np.flatnonzero(starts < 0)  # near the beginning of the block there is nothing before
    digits[first] <<= (-starts[first] * 8).astype(np.uint64)
    digits ^= np.uint64(0x3030303030303030)  # "0" to "9" become 0 to 9, and nothing else does
    digits &= LAST[lengths]
    odd = (digits + np.uint64(0x7676767676767676)) | digits
    good = (odd & np.uint64(0x8080808080808080)) == 0
    digits = (digits * np.uint64(10) + (digits >> np.uint64(8))) & np.uint64(0x00FF00FF00FF00FF)
    digits = (digits * np.uint64(100) + (digits >> np.uint64(16))) & np.uint64(0x0000FFFF0000FFFF)
    digits = (digits * np.uint64(10000) + (digits >> np.uint64(32))) & np.uint64(0xFFFFFFFF)
    return digits.astype(np.int64), good


def words(data: Bytes, spans: Spans) -> Any:
    """The words of `spans` as an Arrow binary array."""
    lengths = spans.lengths
    offsets = np.zeros(len(spans) + 1, dtype=np.int64)
    np.cumsum(lengths, out=offsets[1:])
    source = np.repeat(spans.starts - offsets[:-1], lengths) + np.arange(offsets[-1])
    buffers = [None, pa.py_buffer(offsets.astype(np.int32)), pa.py_buffer(data[source])]
    return pa.Array.from_buffers(pa.binary(), len(spans), buffers)


def beginning_with(data: Bytes, spans: Spans, prefix: bytes) -> Positions:
    """The places of the spans that begin with `prefix`."""
    places = np.flatnonzero(spans.lengths >= len(prefix))
    for step, letter in enumerate(prefix):  # each letter leaves fewer to look at
        places = places[data[spans.starts[places] + step] == letter]
    return places
