"""
Verifying: sequences are read from where an index says they are, and hashed.

Whatever a row says, memory stays bounded, and what is wrong with a sequence is told of that one
alone. Rows are read in the thread that asks for them; they are looked at in any.
"""

import hashlib
from collections.abc import Container, Iterable, Iterator
from dataclasses import dataclass
from itertools import islice
from typing import NamedTuple

import numpy as np
import numpy.typing as npt
import zstandard

from holdfast.base.digests import SHA512T_BYTES, Digest, SequenceHasher
from holdfast.errors import HoldfastError, StoreDamaged
from holdfast.formats.residues import letter_sets
from holdfast.sequences.storage.codecs import open_record
from holdfast.sequences.storage.index import Index
from holdfast.sequences.storage.packs import Packs
from holdfast.sequences.storage.schema import DROPPED

PIECE = 4 << 20  #: residues decoded at once
SHORT = 1 << 16  #: residues up to which a sequence is decoded in one go, and hashed with others
TOGETHER = 1 << 14  #: sequences whose rows are read at once
TASK = 256  #: sequences a thread looks at in one go
OTHERS = "has other digests or letters in the journal than its residues have"
#: What reading a record raises when its row or its bytes are not what was written.
UNREADABLE = (HoldfastError, ValueError, IndexError, OverflowError, KeyError)
Rows = npt.NDArray[np.void]


@dataclass(frozen=True, slots=True)
class Fault:
    """What is wrong with a sequence, as a clause that follows its digest; the pack it is in."""

    digest: Digest
    clause: str
    pack: str


class _Row(NamedTuple):
    """What verifying needs of a row of the index."""

    digest: bytes
    md5: bytes
    sha1: bytes
    letters: int
    pack: int
    encoding: int
    length: int
    offset: int
    size: int
    dictionary: int


class Verifier:
    """Looks at the sequences of an index; those in the packs named `skipped` are passed over."""

    def __init__(self, index: Index, packs: Packs, skipped: Container[str] = ()) -> None:
        self._index, self._packs = index, packs
        known = index.ask("SELECT id, sha256, size FROM packs")
        self._names: dict[int, str] = {number: sha256 for number, sha256, _ in known}
        #: the packs that must be there
        self.needed = np.array([number for number, _, size in known if size], np.int64)
        passed = [DROPPED, *(number for number, sha256, _ in known if sha256 in skipped)]
        self._passed = np.array(passed, np.uint32)
        self._places = [self._place(n + 1) for n in range(index.newest_dictionary())]
        self._made: dict[int, zstandard.ZstdCompressionDict] = {}

    def rows(self, numbers: Iterable[int]) -> Iterator[Rows]:
        """The rows of sequences that are to be looked at, many at a time, in order."""
        waiting = iter(numbers)
        while together := list(islice(waiting, TOGETHER)):
            found = self._index.rows(together)
            yield found[~np.isin(found["pack"], self._passed)]

    def faults(self, rows: Rows) -> list[Fault]:
        """What is wrong with the sequences of `rows`, in their order."""
        columns = (rows[name].tolist() for name in _Row._fields)
        found: dict[int, str] = {}
        short: dict[int, bytes] = {}  # what is hashed and looked at together
        for nth, row in enumerate(map(_Row._make, zip(*columns, strict=True))):
            try:
                if row.length > SHORT:
                    found[nth] = _wrong_in_long(row, self._pieces(row))
                else:
                    short[nth] = next(self._pieces(row), b"")
            except UNREADABLE as error:
                found[nth] = f"cannot be read: {error}"
        if short:
            found |= _wrong_in_short(rows, short)
        return [
            Fault(Digest(rows["digest"][nth].tobytes()), clause, self._name(rows["pack"][nth]))
            for nth, clause in sorted(found.items())
            if clause
        ]

    def _name(self, pack: int) -> str:
        return self._names.get(int(pack), "")

    def _place(self, number: int) -> tuple[str, int, int] | None:
        """Where a dictionary is; asked in the index's own thread. None when it is gone."""
        try:
            return self._index.dictionary(number)
        except StoreDamaged:
            return None

    def _dictionary(self, number: int) -> zstandard.ZstdCompressionDict | None:
        """The dictionary `number`; 0 is none."""
        if number and number not in self._made:
            place = self._places[number - 1]
            if place is None:
                raise StoreDamaged(f"its dictionary {number} is gone")
            content = bytes(self._packs.record(*place))
            self._made[number] = zstandard.ZstdCompressionDict(content)
        return self._made[number] if number else None

    def _pieces(self, row: _Row) -> Iterator[bytes]:
        """The residues of a sequence, some at a time."""
        content = self._packs.record(self._names[row.pack], row.offset, row.size)
        record = open_record(row.encoding, content, row.length, self._dictionary(row.dictionary))
        for start in range(0, row.length, PIECE):
            end = min(start + PIECE, row.length)
            piece = record.residues(start, end)
            if len(piece) != end - start:
                raise StoreDamaged("it is shorter than it says")
            yield piece


def in_tasks(rows: Rows) -> list[Rows]:
    """`rows` in parts, for a thread each."""
    return [rows[start : start + TASK] for start in range(0, len(rows), TASK)]


def _wrong_in_long(row: _Row, pieces: Iterator[bytes]) -> str:
    """What is wrong with a sequence whose residues come in pieces; nothing if nothing is."""
    hasher, letters = SequenceHasher(), 0
    for piece in pieces:
        hasher.update(piece)
        letters |= int(letter_sets([piece])[0])
    found = hasher.digests()
    if found.ga4gh.raw != row.digest:
        return _damaged(found.ga4gh)
    return "" if (found.md5, found.sha1, letters) == (row.md5, row.sha1, row.letters) else OTHERS


def _wrong_in_short(rows: Rows, residues: dict[int, bytes]) -> dict[int, str]:
    """What is wrong with those of `rows` whose residues are there, by their places."""
    nths, texts = np.array([*residues], np.int64), [*residues.values()]
    expected = rows[nths]
    digests = _joined([hashlib.sha512(text).digest()[:SHA512T_BYTES] for text in texts])
    damaged = digests != expected["digest"]
    md5 = _joined([hashlib.md5(text, usedforsecurity=False).digest() for text in texts])
    sha1 = _joined([hashlib.sha1(text, usedforsecurity=False).digest() for text in texts])
    others = (md5 != expected["md5"]) | (sha1 != expected["sha1"])
    others |= letter_sets(texts) != expected["letters"]
    found = dict.fromkeys(nths[others].tolist(), OTHERS)
    told = (_damaged(Digest(digest.tobytes())) for digest in digests[damaged])
    return found | dict(zip(nths[damaged].tolist(), told, strict=True))


def _joined(digests: list[bytes]) -> Rows:
    return np.frombuffer(b"".join(digests), f"V{len(digests[0])}")


def _damaged(found: Digest) -> str:
    return f"is damaged: its residues have the digest {found}"
