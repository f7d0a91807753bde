"""
The compiled loops, called through ctypes.

Each call is checked here and again in C. What a loop fills with bytes becomes a ``bytes`` without a
copy: Python's own function for that makes one whose content is still to be written.
"""

import ctypes
from ctypes import POINTER, c_char_p, c_int, c_int64, c_void_p
from pathlib import Path
from typing import Any

import numpy as np
import numpy.typing as npt

from holdfast.base.compiled.build import LIBRARY, sources_digest
from holdfast.base.compiled.contract import Algorithm, Lines, Longs, Sets, filling
from holdfast.base.compiled.twin import NumpyLoops

DONE, OUT_OF_BOUNDS, NOT_HASHED = range(3)  # as loops.h has them

_bytes_to_fill = ctypes.PYFUNCTYPE(ctypes.py_object, c_void_p, ctypes.c_ssize_t)(
    ("PyBytes_FromStringAndSize", ctypes.pythonapi)
)

_BYTES = (c_char_p, c_int64)  # and how many there are
_ARRAY = c_void_p
_ARRAY_OF = (c_void_p, c_int64)  # and how many it has
_ARGUMENTS: dict[str, tuple[Any, ...]] = {
    "digests": (c_char_p, c_int64, *_BYTES, *_ARRAY_OF, c_char_p),
    "count_lines": (*_BYTES, POINTER(c_int64)),
    "lines": (*_BYTES, *_ARRAY_OF, *[_ARRAY] * 4, *_ARRAY_OF),
    "bodies": (*_BYTES, *_ARRAY_OF, *[_ARRAY] * 2, *_ARRAY_OF, *_BYTES),
    "heads": (*_BYTES, _ARRAY, *_ARRAY_OF, *_BYTES),
    "widths": (c_int64, *_ARRAY_OF, *[_ARRAY] * 3, *_ARRAY_OF, c_int64, _ARRAY),
    "letter_sets": (*_BYTES, *_ARRAY_OF, _ARRAY),
}


def load(path: Path = LIBRARY) -> "CompiledLoops | None":
    """The library at `path`; None where there is none, or it was made of other sources."""
    try:
        library = ctypes.CDLL(str(path))
        sources = library.holdfast_sources
    except (OSError, AttributeError):  # not built, or OpenSSL is not there, or of another kind
        return None
    sources.restype = c_char_p
    return CompiledLoops(library) if sources() == sources_digest().encode() else None


class CompiledLoops:
    """The loops of a library."""

    def __init__(self, library: ctypes.CDLL) -> None:
        self._functions = {}
        for name, arguments in _ARGUMENTS.items():
            function = library[f"holdfast_{name}"]
            function.argtypes, function.restype = arguments, c_int
            self._functions[name] = function

    def digests(self, algorithm: Algorithm, whole: bytes, lengths: Longs) -> bytes:
        lengths = filling(whole, lengths)
        name, width = algorithm
        digests = _to_fill(width * len(lengths))
        outcome = self._functions["digests"](
            name.encode(), width, whole, len(whole), _at(lengths), len(lengths), digests
        )
        if outcome == NOT_HASHED:  # hashlib may know the algorithm, or says why it is refused
            return NumpyLoops().digests(algorithm, whole, lengths)
        assert outcome == DONE, "the lengths were checked"
        return digests

    def lines(self, text: bytes) -> Lines:
        if not (text.startswith(b">") and text.endswith(b"\n")):
            raise ValueError("the text does not begin with '>' and end with a line's end")
        counted = (c_int64 * 2)()
        self._functions["count_lines"](text, len(text), counted)
        newlines, records = np.empty(counted[0], np.int64), np.empty((5, counted[1]), np.int64)
        places = [_at(each) for each in records]
        outcome = self._functions["lines"](
            text, len(text), _at(newlines), len(newlines), *places, records.shape[1]
        )
        assert outcome == DONE, "the lines were counted"
        starts, begins, first, counts, letters = records
        return Lines(newlines, starts, begins, first, counts, letters, len(text))

    def bodies(self, text: bytes, lines: Lines) -> bytes:
        arrays = _arrays(lines)
        size = int(arrays.letters.sum())
        if not 0 <= size <= len(text):
            raise ValueError(_NOT_ITS_LINES)
        bodies = _to_fill(size)
        outcome = self._functions["bodies"](
            text, len(text), _at(arrays.newlines), len(arrays.newlines), _at(arrays.begins),
            _at(arrays.first), _at(arrays.counts), len(arrays.counts), bodies, size,
        )  # fmt: skip
        if outcome != DONE:
            raise ValueError(_NOT_ITS_LINES)
        return bodies

    def heads(self, text: bytes, lines: Lines) -> bytes:
        arrays = _arrays(lines)
        count = len(arrays.starts)
        size = int((arrays.begins - arrays.starts).sum()) - count - 1
        if not 0 <= size <= len(text):
            raise ValueError(_NOT_ITS_LINES)
        heads = _to_fill(size)
        outcome = self._functions["heads"](
            text, len(text), _at(arrays.starts), _at(arrays.begins), count, heads, size
        )
        if outcome != DONE:
            raise ValueError(_NOT_ITS_LINES)
        return heads

    def widths(self, lines: Lines, usual: int) -> Longs:
        arrays = _arrays(lines)
        widths = np.empty(len(arrays.counts), np.int64)
        outcome = self._functions["widths"](
            lines.size, _at(arrays.newlines), len(arrays.newlines), _at(arrays.begins),
            _at(arrays.first), _at(arrays.counts), _at(arrays.letters), len(arrays.counts), usual,
            _at(widths),
        )  # fmt: skip
        if outcome != DONE:
            raise ValueError(_NOT_ITS_LINES)
        return widths

    def letter_sets(self, whole: bytes, lengths: Longs) -> Sets:
        lengths = filling(whole, lengths)
        sets = np.empty(len(lengths), np.uint32)
        outcome = self._functions["letter_sets"](
            whole, len(whole), _at(lengths), len(lengths), _at(sets)
        )
        assert outcome == DONE, "the lengths were checked"
        return sets


_NOT_ITS_LINES = "these are not the lines of this text"


def _to_fill(size: int) -> bytes:
    """New bytes, which are filled before anybody else sees them."""
    made: bytes = _bytes_to_fill(None, size)
    return made


def _at(array: npt.NDArray[np.int64] | npt.NDArray[np.uint32]) -> int:
    """Where an array's numbers are. It must be kept while they are used."""
    return array.ctypes.data


def _arrays(lines: Lines) -> Lines:
    """Lines as C reads them.

    Raises
    ------
    ValueError
        Those of the records are not equally many.
    """
    newlines, starts, begins, first, counts, letters = (
        np.ascontiguousarray(each, np.int64) for each in lines[:-1]
    )
    if len({each.shape for each in (starts, begins, first, counts, letters)}) != 1:
        raise ValueError("of each record there is one number of each kind")
    return Lines(newlines, starts, begins, first, counts, letters, lines.size)
