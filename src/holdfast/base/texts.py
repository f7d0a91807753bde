"""
Texts in one run of bytes: the names of a hundred thousand records, without an object for each.
"""

import json
from collections.abc import Iterator, Sequence
from typing import overload

import numpy as np

SEPARATOR = "\n"  # no name and no description has one
_ESCAPED = b'"\\'  # what JSON writes otherwise, of what is printed


class Texts(Sequence[str]):
    """Texts without newlines, joined by them, in UTF-8; who asks for one has all of them cut.

    >>> list(Texts(b"chr1\\nchr2", 2))
    ['chr1', 'chr2']
    """

    __slots__ = ("_count", "_cut", "raw")

    def __init__(self, raw: bytes, count: int) -> None:
        self.raw, self._count = raw, count
        self._cut: list[str] | None = None  # a block's are soon gone; all names of a file are large

    @classmethod
    def read(cls, raw: bytes) -> "Texts":
        """The texts in `raw`, one or more.

        Raises
        ------
        UnicodeDecodeError
            It is no UTF-8.
        """
        if not raw.isascii():
            raw.decode()
        return cls(raw, raw.count(SEPARATOR.encode()) + 1)

    def __len__(self) -> int:
        return self._count

    @overload
    def __getitem__(self, place: int) -> str: ...
    @overload
    def __getitem__(self, place: slice) -> Sequence[str]: ...
    def __getitem__(self, place: int | slice) -> str | Sequence[str]:
        if self._cut is None:
            self._cut = self.all()
        return self._cut[place]

    def __iter__(self) -> Iterator[str]:
        return iter(self.all())

    def __eq__(self, other: object) -> bool:
        return isinstance(other, Sequence) and self.all() == list(other)

    __hash__ = None  # type: ignore[assignment]  # equal to lists, which have none

    def __repr__(self) -> str:
        return f"Texts({self.all()!r})"

    @property
    def longest(self) -> int:
        """The bytes of the longest text."""
        ends = np.flatnonzero(np.frombuffer(self.raw, np.uint8) == ord(SEPARATOR))
        return int(np.diff(ends, prepend=-1, append=len(self.raw)).max(initial=1)) - 1

    def all(self) -> list[str]:
        """Each text."""
        return self.raw.decode().split(SEPARATOR) if self._count else []


class TextsBuilder:
    """Takes texts a block at a time."""

    def __init__(self) -> None:
        self._blocks: list[bytes] = []
        self._count = 0
        self._empty = True

    def __len__(self) -> int:
        return self._count

    @property
    def are_empty(self) -> bool:
        """Whether no text so far has a letter."""
        return self._empty

    def extend(self, texts: Sequence[str]) -> None:
        """Take the next texts. A newline in one becomes a blank."""
        if not texts:
            return
        raw = joined(texts)
        if raw is None:
            raw = SEPARATOR.join([text.replace(SEPARATOR, " ") for text in texts]).encode()
        self._empty = self._empty and len(raw) == len(texts) - 1
        self._blocks.append(raw)
        self._count += len(texts)

    def finish(self) -> Texts:
        """All texts."""
        return Texts(SEPARATOR.encode().join(self._blocks), self._count)


def joined(texts: Sequence[str]) -> bytes | None:
    """Texts joined by newlines, in UTF-8; None when there are none, or one has a newline."""
    if isinstance(texts, Texts):
        return texts.raw if len(texts) else None
    found = SEPARATOR.join(texts)
    return found.encode() if texts and found.count(SEPARATOR) == len(texts) - 1 else None


def json_of(texts: Sequence[str]) -> str:
    """The JSON of a list of texts, as compact as can be; canonical, too (RFC 8785).

    >>> json_of(Texts(b"chr1\\nchr2", 2)) == json_of(["chr1", "chr2"])
    True
    """
    if isinstance(texts, Texts) and len(texts) and _is_plain(texts.raw):
        return '["' + texts.raw.decode().replace(SEPARATOR, '","') + '"]'
    return json.dumps(list(texts), ensure_ascii=False, separators=(",", ":"))


def _is_plain(raw: bytes) -> bool:
    """Whether JSON writes these texts as they are."""
    return raw.isascii() and not raw.translate(None, _PLAIN)


_PLAIN = bytes(byte for byte in range(32, 127) if byte not in _ESCAPED) + SEPARATOR.encode()
