"""
Tables of a store as Arrow: its sequences and its aliases, for pandas, Polars, DuckDB and Parquet.

Rows come in batches of some ten thousand, made column by column from the index without an object
for each row, so ten million rows need no more memory than one batch until somebody keeps them all.
A table shows one position of the journal from its first row to its last.
"""

from binascii import hexlify
from collections.abc import Callable, Iterator, Sequence

import numpy as np
import numpy.typing as npt
import pyarrow as pa

from holdfast.base.digests import PREFIX
from holdfast.errors import UsageError
from holdfast.formats.residues import alphabet
from holdfast.sequences.collections import seqcol
from holdfast.sequences.naming import listing as alias_listing
from holdfast.sequences.storage.codecs import Encoding
from holdfast.sequences.storage.index import Index
from holdfast.sequences.storage.schema import DROPPED, NOW

TOGETHER = 1 << 16  #: rows of a batch of sequences
Rows = npt.NDArray[np.void]


# Sequences


def sequences(
    index: Index, limit: int = NOW, columns: Sequence[str] | None = None
) -> pa.RecordBatchReader:
    """The sequences numbered below `limit`, in the order in which they were stored.

    `columns` chooses some of :data:`SEQUENCE_COLUMNS`, in order (default: all).

    Raises
    ------
    UsageError
        There is no such column.
    """
    wanted = list(SEQUENCE_COLUMNS) if columns is None else list(columns)
    unknown = [name for name in wanted if name not in SEQUENCE_COLUMNS]
    if unknown:
        raise UsageError(
            f"there is no column {unknown[0]!r}; choose from {', '.join(SEQUENCE_COLUMNS)}"
        )
    schema = pa.schema([(name, SEQUENCE_COLUMNS[name][0]) for name in wanted])
    batches = (
        pa.record_batch([SEQUENCE_COLUMNS[name][1](rows) for name in wanted], schema=schema)
        for rows in _kept_rows(index, limit)
    )
    return pa.RecordBatchReader.from_batches(schema, batches)


def _kept_rows(index: Index, limit: int) -> Iterator[Rows]:
    """The rows of all sequences whose residues are there, some at a time."""
    total = min(limit, index.position().sequences)
    for start in range(0, total, TOGETHER):
        rows = index.rows(list(range(start, min(start + TOGETHER, total))))
        dropped = rows["pack"] == DROPPED
        yield rows[~dropped]
        if dropped.any():
            yield _loaded_again(index, rows[dropped], limit)


def _loaded_again(index: Index, dropped: Rows, limit: int) -> Rows:
    """Those of the dropped sequences that came back too late to be below `limit` themselves."""
    known = index.known([row["digest"].tobytes() for row in dropped])
    return index.rows([number for number in known.values() if number >= limit])


def _digests(rows: Rows) -> pa.Array:
    return digest_texts(rows["digest"].tobytes())


def _hexadecimal(kind: str, letters: int) -> Callable[[Rows], pa.Array]:
    def column(rows: Rows) -> pa.Array:
        return _fixed_texts(hexlify(rows[kind].tobytes()), letters)

    return column


def _numbers(kind: str) -> Callable[[Rows], pa.Array]:
    return lambda rows: pa.array(rows[kind].astype(np.int64))


def _words(kind: str, word: Callable[[int], str]) -> Callable[[Rows], pa.Array]:
    """A column of which few values are different, each written by `word`."""

    def column(rows: Rows) -> pa.Array:
        values, codes = np.unique(rows[kind], return_inverse=True)
        words = pa.array([word(value) for value in values.tolist()], pa.string())
        return pa.DictionaryArray.from_arrays(pa.array(codes.astype(np.int32)), words)

    return column


_WORDS = pa.dictionary(pa.int32(), pa.string())

#: Column -> its type, and how it is made from rows of the index. Lengths are in residues, `size` in
#: stored bytes.
SEQUENCE_COLUMNS: dict[str, tuple[pa.DataType, Callable[[Rows], pa.Array]]] = {
    "digest": (pa.string(), _digests),
    "length": (pa.int64(), _numbers("length")),
    "md5": (pa.string(), _hexadecimal("md5", 32)),
    "sha1": (pa.string(), _hexadecimal("sha1", 40)),
    "alphabet": (_WORDS, _words("letters", alphabet)),
    "encoding": (_WORDS, _words("encoding", lambda value: Encoding(value).name.lower())),
    "size": (pa.int64(), _numbers("size")),
}


# Aliases


def aliases(
    blocks: Iterator[alias_listing.AliasColumns], *, history: bool = False
) -> pa.RecordBatchReader:
    """Aliases that come in blocks; with `history` also when each was added and retired."""
    fields = [("namespace", _WORDS), ("alias", pa.string()), ("digest", pa.string())]
    if history:
        fields += [("added", pa.int64()), ("retired", pa.int64())]
    schema = pa.schema(fields)
    batches = (pa.record_batch(_alias_columns(block, history), schema=schema) for block in blocks)
    return pa.RecordBatchReader.from_batches(schema, batches)


def _alias_columns(block: alias_listing.AliasColumns, history: bool) -> list[pa.Array]:
    columns = [
        pa.array(block.namespaces, pa.string()).dictionary_encode(),
        pa.array(block.texts, pa.string()),
        digest_texts(block.digests),
    ]
    if history:
        columns += [pa.array(block.added, pa.int64()), pa.array(block.retired, pa.int64())]
    return columns


# Texts of one length


def digest_texts(joined: bytes) -> pa.Array:
    """Digests (24 bytes each) as ``SQ.…``, made without a text for each.

    >>> digest_texts(bytes(24)).to_pylist()
    ['SQ.AAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAA']
    """
    letters = seqcol.digest_letters(joined)
    rows = np.empty(len(letters), f"S{len(PREFIX)},{letters.dtype.str[1:]}")
    rows["f0"], rows["f1"] = PREFIX.encode(), letters
    return _fixed_texts(rows.tobytes(), rows.itemsize)


def _fixed_texts(joined: bytes, letters: int) -> pa.Array:
    """Texts of so many letters each, which stand joined."""
    count = len(joined) // letters
    places = pa.py_buffer(np.arange(count + 1, dtype=np.int32) * np.int32(letters))
    return pa.StringArray.from_buffers(count, places, pa.py_buffer(joined))
