"""
PAF, the pairwise alignment format of minimap2: read into columns, written from columns.

A file of any size is read in blocks of bytes; every step is one array operation over all lines of a
block, so that no Python object is made per line. Twelve columns are read and checked; of the tags,
those that tell identity: ``de``, ``dv``, ``NM``, ``nn`` and, where ``de`` is missing, ``cs`` or the
gaps of ``cg``. Everything else is skipped. The format is described in the section OUTPUT FORMAT of
https://lh3.github.io/minimap2/minimap2.html.
"""

from collections.abc import Iterator
from pathlib import Path
from typing import Any, BinaryIO

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc
from numpy.typing import NDArray

from holdfast.formats.columns import Readable, Truths, blocks
from holdfast.formats.compression import open_content
from holdfast.formats.paf_lines import PafLines
from holdfast.formats.paf_rows import COLUMNS
from holdfast.formats.paf_table import ABSENT, Floats, Integers, PafTable

__all__ = ["ABSENT", "COLUMNS", "PafTable", "checked_blocks", "read_paf", "write_paf"]

WRITTEN = 100_000  #: lines written at a time


def read_paf(source: Path | BinaryIO, name: str | None = None) -> PafTable:
    """Read `source`, plain or compressed with gzip, bgzip or zstd. An empty file is an empty table.

    Raises
    ------
    FormatError
        The file is not PAF; the error names the file, the line and what is wrong with it.
    """
    reader = PafLines(name or (str(source) if isinstance(source, Path) else "alignment"))
    with open_content(source, reader.name) as content:
        for block in blocks(content):
            reader.take(block)
    return reader.table()


def checked_blocks(content: Readable, name: str) -> Iterator[bytes]:
    """The bytes of `content`, in blocks of whole lines, each checked as :func:`read_paf` does.

    Raises
    ------
    FormatError
        As :func:`read_paf`; `name` is what it calls the content.
    """
    reader = PafLines(name)
    for block in blocks(content, name=name):
        reader.check(block)
        yield block.tobytes()


def write_paf(table: PafTable, file: BinaryIO) -> None:
    """Write the twelve columns of `table` and its tags ``NM``, ``nn``, ``de``, ``dv``."""
    starts = range(0, len(table), WRITTEN)
    file.writelines(_text(table, slice(start, start + WRITTEN)) for start in starts)


def _text(table: PafTable, which: slice) -> bytes:
    """The lines at `which`."""
    columns = (
        _named(table.query[which], table.query_names),
        _of_names(table.query[which], table.query_lengths),
        table.query_start[which],
        table.query_end[which],
        np.where(table.strand[which] > 0, "+", "-"),
        _named(table.target[which], table.target_names),
        _of_names(table.target[which], table.target_lengths),
        table.target_start[which],
        table.target_end[which],
        table.matches[which],
        table.block[which],
        table.mapq[which],
    )
    texts = [pc.cast(pa.array(column), pa.string()) for column in columns]
    tags = _tags(table, which)
    text = pc.binary_join_element_wise(*texts, *tags, "\t", null_handling="skip")
    return "".join([f"{line}\n" for line in text.to_pylist()]).encode()


def _named(codes: NDArray[np.int32], names: tuple[str, ...]) -> Any:
    return pa.array(names, pa.string()).take(pa.array(codes))


def _of_names(codes: NDArray[np.int32], lengths: tuple[int, ...]) -> Integers:
    of_each: Integers = np.asarray(lengths, dtype=np.int64)[codes]
    return of_each


def _tags(table: PafTable, which: slice) -> list[Any]:
    """One column of texts per tag, null where a line has none."""
    columns: tuple[tuple[str, Integers | Floats, Truths], ...] = (
        ("NM:i:", table.edits[which], table.edits[which] == ABSENT),
        ("nn:i:", table.ambiguous[which], table.ambiguous[which] == 0),
        ("de:f:", table.de[which], np.isnan(table.de[which])),
        ("dv:f:", table.dv[which], np.isnan(table.dv[which])),
    )
    return [
        pc.binary_join_element_wise(
            prefix, pc.cast(pa.array(values, mask=missing), pa.string()), ""
        )
        for prefix, values, missing in columns
    ]
