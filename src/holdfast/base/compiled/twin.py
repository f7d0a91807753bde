"""
The loops without the compiled library: NumPy over whole buffers, hashlib for each sequence.
"""

import hashlib
from collections.abc import Iterator
from itertools import pairwise

import numpy as np
import numpy.typing as npt

from holdfast.base.arrays import distinct
from holdfast.base.compiled.contract import (
    LETTER_BITS,
    NONE,
    ODD,
    Algorithm,
    Lines,
    Longs,
    Sets,
    filling,
)

Bytes = npt.NDArray[np.uint8]

PART = 1 << 18  # residues whose letter sets are made at once: their working room stays in the cache


class NumpyLoops:
    """The loops as NumPy and hashlib do them."""

    def digests(self, algorithm: Algorithm, whole: bytes, lengths: Longs) -> bytes:
        ends = np.cumsum(filling(whole, lengths)).tolist()
        digest_of, width = getattr(hashlib, algorithm.name), algorithm.width
        return b"".join(
            [
                digest_of(whole[start:end], usedforsecurity=False).digest()[:width]
                for start, end in pairwise([0, *ends])
            ]
        )

    def lines(self, text: bytes) -> Lines:
        if not (text.startswith(b">") and text.endswith(b"\n")):
            raise ValueError("the text does not begin with '>' and end with a line's end")
        raw = np.frombuffer(text, np.uint8)
        newlines = np.flatnonzero(raw == 10)
        before = np.flatnonzero(raw[newlines[:-1] + 1] == 62)  # the line ends behind which one is
        starts = np.concatenate([[0], newlines[before] + 1])
        first = np.concatenate([[1], before + 2])
        begins = newlines[first - 1] + 1
        counts = np.append(before + 1, len(newlines)) - first
        stops = np.append(starts[1:], len(text))
        return Lines(newlines, starts, begins, first, counts, stops - begins - counts, len(text))

    def bodies(self, text: bytes, lines: Lines) -> bytes:
        _check(text, lines)
        flat = text.replace(b"\n", b"")
        begins = lines.begins - lines.first
        ends = (begins + lines.letters).tolist()
        bodies = b"".join(
            [flat[begin:end] for begin, end in zip(begins.tolist(), ends, strict=True)]
        )
        if len(bodies) != lines.letters.sum():
            raise ValueError("these are not the lines of this text")
        return bodies

    def heads(self, text: bytes, lines: Lines) -> bytes:
        _check(text, lines)
        starts, ends = (lines.starts + 1).tolist(), (lines.begins - 1).tolist()
        return b"\n".join([text[start:end] for start, end in zip(starts, ends, strict=True)])

    def widths(self, lines: Lines, usual: int) -> Longs:
        # (A record without lines, at the end, has no newline to look at.)
        found = lines.newlines[np.minimum(lines.first, len(lines.newlines) - 1)] - lines.begins
        several = found[(lines.counts > 1) & (found > 0)]
        usual = int(several[0]) if len(several) else usual
        found = np.where(lines.counts == 1, np.where(lines.letters <= usual, usual, 0), found)
        found = np.where(_alike(lines, found), found, ODD)
        return np.where(lines.counts == 0, NONE, found)

    def letter_sets(self, whole: bytes, lengths: Longs) -> Sets:
        lengths = filling(whole, lengths)
        if lengths.all():
            return _letter_sets(whole, lengths)
        letters = np.zeros(len(lengths), np.uint32)
        some = lengths > 0
        letters[some] = _letter_sets(whole, lengths[some])
        return letters


def _check(text: bytes, lines: Lines) -> None:
    if len(text) != lines.size:
        raise ValueError("these are not the lines of this text")


def _alike(lines: Lines, widths: Longs) -> npt.NDArray[np.bool_]:
    """Of each record, whether all its lines have its width, but for a shorter last one."""
    record = np.repeat(np.arange(len(lines.counts)), lines.counts)
    place = np.arange(len(record)) - (np.cumsum(lines.counts) - lines.counts)[record]
    expected = lines.begins[record] + (place + 1) * (widths[record] + 1) - 1
    odd = lines.newlines[lines.first[record] + place] != expected
    odd[np.cumsum(lines.counts)[lines.counts > 0] - 1] = False  # last lines may be shorter
    last = lines.letters - widths * (lines.counts - 1)
    usual = (last >= 1) & ((last <= widths) | (lines.counts == 1))
    alike: npt.NDArray[np.bool_] = usual & (np.bincount(record[odd], minlength=len(usual)) == 0)
    return alike


def _letter_sets(whole: bytes, lengths: Longs) -> Sets:
    """The same for sequences of which none is empty."""
    starts = np.concatenate([np.zeros(1, np.int64), np.cumsum(lengths)])
    raw = np.frombuffer(whole, np.uint8)
    letters = np.empty(len(lengths), np.uint32)
    are_letters = raw.min(initial=65) >= 65 and raw.max(initial=65) <= 90
    bits = _bits_of_letters if are_letters else _bits_of_bytes
    for first, last in _parts(starts, len(raw)):
        part = bits(raw[starts[first] : starts[last]])
        letters[first:last] = np.bitwise_or.reduceat(part, starts[first:last] - starts[first])
    return letters


def _parts(starts: Longs, size: int) -> Iterator[tuple[int, int]]:
    """First and last (not in it) sequence of parts of about PART residues; none is empty."""
    cuts = np.searchsorted(starts[:-1], np.arange(0, size, PART))
    return pairwise(distinct(np.append(cuts, len(starts) - 1)).tolist())


def _bits_of_letters(raw: Bytes) -> Sets:
    """The bit of each letter; a shift is several times as fast as a table."""
    bits: Sets = np.left_shift(np.uint32(1), raw - np.uint8(65), dtype=np.uint32)
    return bits


def _bits_of_bytes(raw: Bytes) -> Sets:
    """The bit of each byte, which may be foreign."""
    return np.take(LETTER_BITS, raw)
