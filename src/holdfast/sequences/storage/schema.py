"""
The index's tables, and what the rows of sequences mean.

A sequence is one row of fixed width (:data:`ROW`) in a file of its own (see `rows`), which ends
with a *seal* that no row with a flipped bit has, nor one in the place of another: nothing else
would notice, and other residues would be read.
"""

from dataclasses import dataclass
from operator import mul
from struct import Struct

import numpy as np
import numpy.typing as npt

from holdfast.sequences.storage import lookup
from holdfast.sequences.storage.journal import SequenceColumns

VERSION = 8
NOW = 1 << 62  #: a position after every entry

SCHEMA = (
    """
CREATE TABLE entries (number INTEGER PRIMARY KEY, hash TEXT, time TEXT, note TEXT, who TEXT,
                      sequences INTEGER, residues INTEGER, aliases INTEGER, added INTEGER,
                      retired INTEGER, dropped INTEGER);
CREATE TABLE packs (id INTEGER PRIMARY KEY, sha256 TEXT UNIQUE, size INTEGER); -- 0: not needed
CREATE TABLE dictionaries (id INTEGER PRIMARY KEY, pack INTEGER, "offset" INTEGER, size INTEGER);
CREATE TABLE rows_file (token TEXT); -- one: the random part of the name of the file of rows
CREATE TABLE rewritten (id INTEGER PRIMARY KEY, row BLOB); -- on their way into that file
CREATE TABLE namespaces (id INTEGER PRIMARY KEY, name TEXT UNIQUE);
CREATE TABLE aliases (alias TEXT, namespace INTEGER, added INTEGER, retired INTEGER,
                      sequence INTEGER, PRIMARY KEY (alias, namespace, added)) WITHOUT ROWID;
CREATE INDEX aliases_of ON aliases (sequence, retired);
CREATE TABLE contents (entry INTEGER, place INTEGER, digest TEXT, sequences INTEGER,
                       residues INTEGER, layout TEXT, pack INTEGER, "offset" INTEGER, size INTEGER,
                       PRIMARY KEY (entry, place)) WITHOUT ROWID;
CREATE INDEX contents_of ON contents (digest);
CREATE TABLE collections (name TEXT, added INTEGER, retired INTEGER, digest TEXT, content INTEGER,
                          place INTEGER, origin TEXT, PRIMARY KEY (name, added)) WITHOUT ROWID;
CREATE TABLE undone (entry INTEGER PRIMARY KEY, by INTEGER);
"""
    + lookup.SCHEMA
)
#: The tables that are a function of the journal.
TABLES = (
    "entries", "packs", "dictionaries", "namespaces", "aliases", "contents", "collections",
    "undone",
)  # fmt: skip


#: A sequence's row; all numbers are little-endian.
ROW = np.dtype(
    [
        ("digest", "V24"), ("md5", "V16"), ("sha1", "V20"), ("letters", "<u4"), ("pack", "<u4"),
        ("encoding", "<u4"), ("length", "<u8"), ("offset", "<u8"), ("size", "<u8"),
        ("dictionary", "<u8"), ("seal", "<u8"),
    ]
)  # fmt: skip
ROW_STRUCT = Struct("<24s16s20sIIIQQQQQ")
ROW_WORDS = Struct("<14Q")
#: What each word of a row is multiplied by: odd, so that the sum of all changes with any bit.
WEIGHTS = np.arange(1, 27, 2, dtype=np.uint64) * np.uint64(0x9E3779B97F4A7C15)
WEIGHT_LIST = WEIGHTS.tolist()
#: The same for the row's number, from 1: so a row of zeros has no seal.
NUMBER_WEIGHT = 0xD6E8FEB86659FD93
_WORD = 0xFFFFFFFFFFFFFFFF
DROPPED = 0  #: the pack of sequences whose residues are gone; packs are numbered from 1

#: The columns of a :class:`Position`.
POSITION = "number, hash, sequences, residues, aliases, dropped"


@dataclass(frozen=True, slots=True)
class Position:
    """How far the journal is applied: the last entry and the totals up to it.

    `aliases` are those of then; `dropped` are the sequences whose residues had gone by then.
    """

    number: int
    hash: str
    sequences: int
    residues: int
    aliases: int = 0
    dropped: int = 0


@dataclass(frozen=True, slots=True)
class Row:
    """A sequence as the index knows it.

    When its residues are gone, `pack` is empty and `offset` is the entry that dropped them.
    """

    id: int
    first: int  #: the number it had first: another one if it was dropped and loaded again
    digest: bytes
    md5: bytes
    sha1: bytes
    length: int
    letters: int
    pack: str
    offset: int
    size: int
    encoding: int
    dictionary: int


def joined_rows(columns: SequenceColumns, packs: list[int], first: int) -> bytes:
    """The rows of sequences numbered from `first`, joined.

    `packs` are the index's numbers of the entry's packs.
    """
    rows = np.zeros(len(columns), ROW)
    for kind, joined in (
        ("digest", columns.digests),
        ("md5", columns.md5),
        ("sha1", columns.sha1),
    ):
        rows[kind] = np.frombuffer(joined, ROW[kind])
    rows["length"], rows["letters"] = columns.lengths, columns.letters
    rows["pack"] = np.array(packs, np.uint32)[columns.packs]
    rows["offset"], rows["size"] = columns.offsets, columns.sizes
    rows["encoding"], rows["dictionary"] = columns.encodings, columns.dictionaries
    rows["seal"] = seals_of(rows, np.arange(first, first + len(rows)))
    return rows.tobytes()


def seals_of(rows: npt.NDArray[np.void], numbers: npt.NDArray[np.int64]) -> npt.NDArray[np.uint64]:
    """The seals that the rows of sequences of these numbers should have."""
    words = rows.view("<u8").reshape(-1, len(WEIGHTS) + 1)[:, :-1]
    own = (numbers + 1).astype(np.uint64) * np.uint64(NUMBER_WEIGHT)
    seals: npt.NDArray[np.uint64] = words @ WEIGHTS + own
    return seals


def is_sealed(row: bytes, number: int) -> bool:
    """Whether these bytes are the row of the sequence `number`, with its seal."""
    if len(row) != ROW.itemsize:
        return False
    *words, seal = ROW_WORDS.unpack(row)
    return bool(sum(map(mul, words, WEIGHT_LIST), (number + 1) * NUMBER_WEIGHT) & _WORD == seal)
