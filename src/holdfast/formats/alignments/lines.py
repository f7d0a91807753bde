"""
The lines of a file of alignments, read one after another, with the number of the one at hand.

Reading is in blocks; a line may be as long as a chromosome (MAF has such), so what is held is one
block or one line. What is refused is refused with the number of the line.
"""

from collections.abc import Iterator
from typing import Self

from holdfast.errors import FormatError
from holdfast.formats.alignments.interface import Readable
from holdfast.formats.columns import DIGITS, MAX_LINE

BLOCK = 1 << 20  #: bytes read at a time
SHOWN = 40  #: bytes of a wrong word that its sentence shows


class Lines:
    """The lines of `content`, without their ends (``\\n`` or ``\\r\\n``)."""

    def __init__(self, content: Readable, name: str) -> None:
        self.name = name
        self.number = 0  #: of the line given last, from 1
        self._each = self._read(content)

    def __iter__(self) -> Self:
        return self

    def __next__(self) -> bytes:
        line = next(self._each)
        self.number += 1
        return line

    def follow(self, content: Readable, before: int) -> None:
        """Go on with the lines of `content`, before which the file has `before` lines."""
        self.number = before
        self._each = self._read(content)

    def error(self, problem: str) -> FormatError:
        """`problem`, said of the line given last."""
        return FormatError(self.name, self.number or None, problem)

    def whole(self, word: bytes, what: str) -> int:
        """The whole number, 0 or more, that `word` writes; `what` it is, for the sentence.

        Raises
        ------
        FormatError
            It writes none.
        """
        if not word.isdigit() or len(word) > DIGITS:
            raise self.error(f"{what} is not a whole number: {shown(word)}")
        return int(word)

    def fraction(self, word: bytes, what: str, most: float) -> float:
        """The number from 0 to `most` that `word` writes.

        Raises
        ------
        FormatError
            It writes none.
        """
        try:
            value = float(word)
        except ValueError:
            value = -1.0
        if not 0 <= value <= most or b"_" in word:
            raise self.error(f"{what} is not a number from 0 to {most:g}: {shown(word)}")
        return value

    def _read(self, content: Readable) -> Iterator[bytes]:
        held: list[bytes] = []
        size = 0
        while block := content.read(BLOCK):
            cut = block.rfind(b"\n")
            if cut < 0:
                held.append(block)
                size += len(block)
                if size > MAX_LINE:
                    self.number += 1
                    raise self.error(f"a line is longer than {MAX_LINE} bytes; is it text?")
                continue
            whole = b"".join((*held, block[:cut]))
            held = [block[cut + 1 :]]
            size = len(held[0])
            for line in whole.split(b"\n"):
                yield line.removesuffix(b"\r")
        rest = b"".join(held)
        if rest:
            yield rest.removesuffix(b"\r")


def shown(word: bytes) -> str:
    """`word`, shortened, for a sentence."""
    return repr(word[:SHOWN].decode(errors="replace"))


def first_lines(head: bytes) -> list[bytes]:
    """The whole lines of a file's `head`; its only line, if it is longer than that.

    >>> first_lines(b"one\\r\\ntwo\\nthr")
    [b'one', b'two']
    """
    lines = [line.removesuffix(b"\r") for line in head.split(b"\n")]
    return lines[:-1] if len(lines) > 1 else [line for line in lines if line]


def first_line(head: bytes, comment: bytes = b"#") -> bytes:
    """The first line of `head` that is neither blank nor a comment; empty if there is none."""
    lines = (line for line in first_lines(head) if line.strip())
    return next((line for line in lines if not line.startswith(comment)), b"")


def are_digits(words: list[bytes]) -> bool:
    """Whether there are `words`, and all are whole numbers."""
    return bool(words) and all(word.isdigit() for word in words)


def is_number(word: bytes) -> bool:
    """Whether `word` writes a number, whole or not."""
    try:
        float(word)
    except ValueError:
        return False
    return True
