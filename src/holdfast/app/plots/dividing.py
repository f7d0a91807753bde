"""
Dividing a PAF file by query contigs, and putting parts of several together.

Where the lines of each contig stand is found block by block with a few array operations; the lines
themselves are copied as bytes and never looked at again.
"""

from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import BinaryIO

import numpy as np

from holdfast.formats.columns import Bytes, Spans, blocks, lines, words
from holdfast.formats.compression import PLAIN, Content

TAB = ord("\t")
STEP = 1 << 20


@dataclass(frozen=True, slots=True)
class Stretch:
    """Whole lines of a file, from `start` to `end` in bytes."""

    start: int
    end: int


def by_query(file: Path) -> dict[str, list[Stretch]]:
    """Where the lines of each query contig stand in a plain PAF file, in the order of the file."""
    found: dict[str, list[Stretch]] = {}
    offset = 0
    with file.open("rb") as stream:
        for block in blocks(Content(stream, str(file), PLAIN)):
            for name, stretch in _runs(block, offset):
                found.setdefault(name, []).append(stretch)
            offset += len(block)
    return found


def parts(file: BinaryIO, stretches: list[Stretch]) -> Iterator[bytes]:
    """The bytes of `stretches`, in pieces."""
    for stretch in stretches:
        file.seek(stretch.start)
        left = stretch.end - stretch.start
        while left and (part := file.read(min(left, STEP))):
            left -= len(part)
            yield part


def _runs(data: Bytes, offset: int) -> Iterator[tuple[str, Stretch]]:
    """Each run of lines of one query contig; the block stands at `offset` in its file."""
    rows = lines(data)
    tabs = np.append(np.flatnonzero(data == TAB), len(data))
    ends = np.minimum(tabs[np.searchsorted(tabs, rows.starts)], rows.ends)
    encoded = words(data, Spans(rows.starts, ends)).dictionary_encode()
    codes = encoded.indices.to_numpy()
    first = np.flatnonzero(np.concatenate(([True], codes[1:] != codes[:-1])))
    starts = rows.starts[first]
    for place, start, end in zip(first, starts, (*starts[1:], len(data)), strict=True):
        name = encoded.dictionary[int(codes[place])].as_py()
        yield name.decode(errors="replace"), Stretch(offset + int(start), offset + int(end))
