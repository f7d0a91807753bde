"""
From the beginning of a digest to the numbers of the sequences that may have it.

A key is one number of 64 bits: the first 32 of a digest, and the number of its sequence. (So few
lead to a wrong sequence one time in a hundred when there are fifty million digests; who asks holds
the digests against each other.) Keys that come together are kept together, as a sorted *run*; when
there are many runs, the newest of like size are merged (a log-structured merge tree; O'Neil et al.
1996), so that each key is written a few times, in order, however large the store is. Digests are
spread evenly, so a run is cut into 2^bits pages by the first bits of its keys, and the page of a
key is known without a search. Runs are rows of the index's database: they come and go with its
transactions. What is staged and not yet committed is found in a like way, in memory
(:class:`Staged`).
"""

import json
import sqlite3
import sys
from bisect import bisect_left
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from itertools import pairwise

import numpy as np
import numpy.typing as npt

from holdfast.base.arrays import distinct
from holdfast.base.digests import SHA512T_BYTES
from holdfast.base.sorted_runs import SortedRuns
from holdfast.errors import StoreError

PREFIX_BYTES = 4  #: of a digest, in a key
#: At most, on average: more cost less to write, fewer less to read when one digest is sought.
KEYS_A_PAGE = 256
RUNS_MOST = 8  #: more are merged
MERGED_TOGETHER = 1 << 20  #: keys merged at once, about: bounds the memory
FEW = 1 << 6  #: staged digests that a dictionary finds, when they come by so few …
RECENT = 1 << 12  #: … until they are as many as this
PREFIX_BITS = 8 * PREFIX_BYTES
MOST = 1 << 64 - PREFIX_BITS  #: sequences whose numbers have room in a key
PAGE_BITS = PREFIX_BITS  # of a page's number, behind its run's in the key of its row
STAGED_BYTES = 8  # of a digest that is staged

Keys = npt.NDArray[np.uint64]
Words = npt.NDArray[np.uint64]
Longs = npt.NDArray[np.int64]
_KEY = np.dtype("<u8")  # as it is written
_DIGEST = np.dtype(f"V{SHA512T_BYTES}")

#: The pages in which keys may be that begin with these 32 bits. (In one statement with what asks
#: for the runs: a merge between two statements would hide keys.)
_PAGES_OF_ONE = (
    "SELECT p.keys FROM runs r JOIN pages p"
    f" ON p.id = ((r.id << {PAGE_BITS}) | (? >> ({PAGE_BITS} - r.bits)))"
)
_RUNS_AND_PAGES = (
    "SELECT id, bits, keys, NULL FROM runs"
    " UNION ALL SELECT 0, 0, 0, keys FROM pages WHERE id IN (SELECT value FROM json_each(?))"
)
_LITTLE = sys.byteorder == "little"

SCHEMA = """
CREATE TABLE runs (id INTEGER PRIMARY KEY, bits INTEGER, keys INTEGER);
CREATE TABLE pages (id INTEGER PRIMARY KEY, keys BLOB);
"""


@dataclass(frozen=True, slots=True)
class Run:
    """A sorted run: its place in age, how many bits name a page, and how many keys it has."""

    id: int
    bits: int
    keys: int

    def pages(self, keys: Keys) -> Words:
        """The rows of the pages in which keys are."""
        return np.uint64(self.id << PAGE_BITS) | _leading(keys, self.bits)


def keys_of(columns: Iterable[tuple[bytes, int]], first: int) -> Keys:
    """The keys of sequences numbered from `first`: columns of joined digests, and their widths.

    Raises
    ------
    StoreError
        There are more sequences than keys can tell apart.
    """
    parts = []
    for joined, width in columns:
        prefixes = _prefixes(joined, width, PREFIX_BYTES)
        if first + len(prefixes) > MOST:
            raise StoreError(f"a store holds {MOST:,} sequences at most; begin another")
        numbers = np.arange(first, first + len(prefixes), dtype=np.uint64)
        parts.append(prefixes << np.uint64(64 - PREFIX_BITS) | numbers)
    return np.concatenate(parts)


def add(connection: sqlite3.Connection, keys: Keys) -> None:
    """Take in new keys as a run, and merge runs when there are too many."""
    last = connection.execute("SELECT ifnull(max(id), 0) FROM runs").fetchone()[0]
    _write(connection, Run(last + 1, _bits(len(keys)), len(keys)), [np.sort(keys)])
    runs = all_runs(connection)
    while len(runs) > RUNS_MOST:
        _merge(connection, _alike(runs))
        runs = all_runs(connection)


def all_runs(connection: sqlite3.Connection, database: str = "main") -> list[Run]:
    """All runs, oldest first."""
    rows = connection.execute(f"SELECT id, bits, keys FROM {database}.runs ORDER BY id").fetchall()
    return [Run(*row) for row in rows]


def numbers_of(connection: sqlite3.Connection, digests: bytes) -> Longs:
    """The numbers of sequences that have a digest which begins like one of the joined `digests`."""
    prefixes = distinct(_prefixes(digests, SHA512T_BYTES, PREFIX_BYTES))
    keys = _pages_with(connection, prefixes << np.uint64(64 - PREFIX_BITS))
    its = keys >> np.uint64(64 - PREFIX_BITS)
    alike = prefixes[np.minimum(np.searchsorted(prefixes, its), len(prefixes) - 1)] == its
    return distinct(keys[alike] & np.uint64(MOST - 1)).astype(np.int64)


def _pages_with(connection: sqlite3.Connection, sought: Keys) -> Keys:
    """The keys of all pages in which keys that begin like those `sought` would be."""
    runs: list[Run] = []
    while True:
        pages = [page for run in runs for page in distinct(run.pages(sought)).tolist()]
        # Runs and pages are of one moment, being asked for at once; after a merge both are others.
        rows = connection.execute(_RUNS_AND_PAGES, (json.dumps(pages),)).fetchall()
        there = [Run(*row[:3]) for row in rows if row[3] is None]
        if there == runs:
            return _joined((row[3],) for row in rows if row[3] is not None)
        runs = there


def numbers_of_one(connection: sqlite3.Connection, digest: bytes) -> list[int]:
    """The same for one digest: without NumPy, whose calls cost more than all of this."""
    prefix = int.from_bytes(digest[:PREFIX_BYTES], "big")
    low, high = prefix << 64 - PREFIX_BITS, prefix + 1 << 64 - PREFIX_BITS
    found = set()
    for (keys,) in connection.execute(_PAGES_OF_ONE, (prefix,)):
        words = memoryview(keys if _LITTLE else _swapped(keys)).cast("Q")
        place = bisect_left(words, low)
        while place < len(words) and words[place] < high:
            found.add(words[place] & MOST - 1)
            place += 1
    return sorted(found)


def _swapped(keys: bytes) -> bytes:
    """Keys as a machine writes them that begins with a number's highest byte."""
    return np.frombuffer(keys, _KEY).byteswap().tobytes()


class Staged:
    """The numbers of staged digests, in 16 bytes each when they are many.

    `joined` are all of them, 24 bytes each, the first one's number being `first`. Who appends to it
    says so with `add`.
    """

    def __init__(self, joined: bytearray, first: int) -> None:
        self._joined, self._first = joined, first
        self._recent: dict[bytes, int] = {}
        self._runs = SortedRuns()

    def add(self, digests: bytes, number: int) -> None:
        """Take in joined digests that are numbered from `number`."""
        count = len(digests) // SHA512T_BYTES
        if count < FEW:
            self._recent.update(zip(cut(digests), range(number, number + count), strict=True))
            if len(self._recent) < RECENT:
                return
            recent = np.fromiter(self._recent.values(), np.int64, len(self._recent))
            self._runs.add(beginnings(b"".join(self._recent)), recent)
            self._recent = {}
            return
        self._runs.add(beginnings(digests), np.arange(number, number + count))

    def numbers_of(self, digests: bytes) -> Longs:
        """The number of each of the joined `digests`, -1 where it is not staged."""
        asked = np.frombuffer(digests, _DIGEST)
        found = np.full(len(asked), -1)
        # Two staged digests that begin alike were never seen; they would be stored twice, which
        # does no harm: a digest leads to both, and both are its residues.
        begin = beginnings(digests)
        order = np.argsort(begin)
        places, numbers = self._runs.find(begin[order])
        if len(places):
            places = order[places]
            staged = np.frombuffer(self._joined, _DIGEST)[numbers - self._first]
            same = staged == asked[places]
            found[places[same]] = numbers[same]
        if self._recent:
            recent = [self._recent.get(digest, -1) for digest in cut(digests)]
            found = np.maximum(found, recent)
        return found


def cut(joined: bytes) -> list[bytes]:
    """Each of many digests."""
    return [joined[at : at + SHA512T_BYTES] for at in range(0, len(joined), SHA512T_BYTES)]


def beginnings(joined: bytes) -> Words:
    """How each of many digests of 24 bytes begins, as a number of 64 bits."""
    return _prefixes(joined, SHA512T_BYTES, STAGED_BYTES)


def matched(asked: bytes, digests: bytes, numbers: Longs) -> Longs:
    """The number of each digest of `asked`, given some `digests` and their numbers; -1: none.

    All are joined, 24 bytes each.
    """
    begin, known = beginnings(asked), beginnings(digests)
    order = np.argsort(known, kind="stable")
    known = known[order]
    its, theirs = np.frombuffer(asked, _DIGEST), np.frombuffer(digests, _DIGEST)
    found = np.full(len(its), -1)
    at = np.searchsorted(known, begin)
    left = np.arange(len(its))
    while True:
        left = left[at[left] < len(known)]
        left = left[known[at[left]] == begin[left]]
        if not len(left):
            return found
        here = order[at[left]]
        same = theirs[here] == its[left]
        found[left[same]] = numbers[here[same]]
        left = left[~same]  # others may begin like one of them
        at[left] += 1


def _prefixes(joined: bytes, width: int, size: int) -> Words:
    """The first `size` bytes of each of many digests of `width` bytes, as numbers."""
    row = np.dtype({"names": ["prefix"], "formats": [f">u{size}"], "itemsize": width})
    return np.frombuffer(joined, row)["prefix"].astype(np.uint64)


def differences(connection: sqlite3.Connection, one: str, other: str) -> int:
    """How many keys only one of two databases has; in which runs they are does not matter."""
    count = 0
    runs = [(name, all_runs(connection, name)) for name in (one, other)]
    most = max(sum(run.keys for run in its) for _, its in runs)
    for low, high in _parts(most):
        first, second = (_all_between(connection, its, low, high, name) for name, its in runs)
        if not np.array_equal(first, second):
            count += len(set(first.tolist()) ^ set(second.tolist())) or 1
    return count


def _all_between(
    connection: sqlite3.Connection, runs: list[Run], low: int, high: int, database: str
) -> Keys:
    """The keys of all runs from `low` to `high`, in order."""
    parts = [_between(connection, run, low, high, database) for run in runs]
    return np.sort(np.concatenate([np.empty(0, np.uint64), *parts]))


def _bits(keys: int) -> int:
    """How many bits name a page of a run of so many keys."""
    return max(0, -(-keys // KEYS_A_PAGE) - 1).bit_length()


def _leading(keys: Keys, bits: int) -> Words:
    """The first `bits` of each key (a shift by all 64 would mean nothing)."""
    return keys >> np.uint64(64 - bits) if bits else np.zeros_like(keys)


def _joined(rows: Iterable[tuple[bytes]]) -> Keys:
    """The keys of pages."""
    return np.frombuffer(b"".join([keys for (keys,) in rows]), _KEY).astype(np.uint64, copy=False)


def _write(connection: sqlite3.Connection, run: Run, parts: Iterable[Keys]) -> None:
    """Write a run whose keys come in sorted parts, no page of them in two parts."""
    connection.execute("INSERT INTO runs VALUES (?, ?, ?)", (run.id, run.bits, run.keys))
    for keys in parts:
        of_each, width = run.pages(keys), _KEY.itemsize  # in order, as the keys are
        starts = np.flatnonzero(np.append(True, of_each[1:] != of_each[:-1])[: len(keys)])
        raw = keys.astype(_KEY, copy=False).tobytes()
        cuts = [*(starts * width).tolist(), len(raw)]
        pages = [raw[start:end] for start, end in pairwise(cuts)]
        connection.executemany(
            "INSERT INTO pages VALUES (?, ?)", zip(of_each[starts].tolist(), pages, strict=True)
        )


def _alike(runs: list[Run]) -> list[Run]:
    """The newest runs that had best be merged: two, and those before them that are no larger."""
    first = len(runs) - 2
    while first and runs[first - 1].keys <= sum(run.keys for run in runs[first:]):
        first -= 1
    return runs[first:]


def _merge(connection: sqlite3.Connection, runs: list[Run]) -> None:
    """Put one run in the place of several that follow one another."""
    total = sum(run.keys for run in runs)
    merged = Run(runs[-1].id + 1, _bits(total), total)
    parts = (
        np.sort(np.concatenate([_between(connection, run, low, high) for run in runs]))
        for low, high in _parts(total)
    )
    _write(connection, merged, parts)
    for run in runs:
        first = run.id << PAGE_BITS
        last = first | (1 << PAGE_BITS) - 1
        connection.execute("DELETE FROM pages WHERE id BETWEEN ? AND ?", (first, last))
        connection.execute("DELETE FROM runs WHERE id = ?", (run.id,))


def _parts(keys: int) -> Iterator[tuple[int, int]]:
    """First and last key of equal parts in which so many keys are merged."""
    bits = min(_bits(keys), (keys // MERGED_TOGETHER).bit_length())
    width = 1 << 64 - bits
    return ((start, start + width - 1) for start in range(0, 1 << 64, width))


def _between(
    connection: sqlite3.Connection, run: Run, low: int, high: int, database: str = "main"
) -> Keys:
    """The keys of a run from `low` to `high`."""
    first, last = run.pages(np.array([low, high], np.uint64)).tolist()
    keys = _joined(
        connection.execute(
            f"SELECT keys FROM {database}.pages WHERE id BETWEEN ? AND ? ORDER BY id", (first, last)
        )
    )
    return keys[(keys >= low) & (keys <= high)]
