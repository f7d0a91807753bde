"""
From the beginning of a digest to the numbers of the sequences that may have it.

A key is the first eight bytes of a digest and the number of its sequence. Keys that come together
are kept together, as a sorted *run*; when there are many runs, the newest of like size are merged
(a log-structured merge tree; O'Neil et al. 1996), so that each key is written a few times, in
order, however large the store is. Digests are spread evenly, so a run is cut into 2^bits pages by
the first bits of its keys, and the page of a key is known without a search. Runs are rows of the
index's database: they come and go with its transactions. What is staged and not yet committed is
found in the same way, in memory (:class:`Staged`).
"""

import json
import sqlite3
import sys
from bisect import bisect_left
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from itertools import pairwise

import numpy as np
import numpy.typing as npt

from holdfast.base.arrays import distinct
from holdfast.base.digests import SHA512T_BYTES
from holdfast.base.sorted_runs import SortedRuns

PREFIX_BYTES = 8  #: of a digest, in a key
#: At most, on average: more cost less to write, fewer less to read when one digest is sought.
KEYS_A_PAGE = 128
RUNS_MOST = 8  #: more are merged
MERGED_TOGETHER = 1 << 20  #: keys merged at once, about: bounds the memory
FEW = 1 << 6  #: staged digests that a dictionary finds, when they come by so few …
RECENT = 1 << 12  #: … until they are as many as this
PAGE_BITS = 32  # of a page's number, behind its run's in the key of its row

KEY = np.dtype([("prefix", "<u8"), ("number", "<u8")])
Keys = npt.NDArray[np.void]
Words = npt.NDArray[np.uint64]

#: The row of the page in which run `r` has keys that begin with these 32 bits. (In one statement
#: with what asks for the page: a merge between two statements would hide keys.)
_PAGE_OF = f"((r.id << {PAGE_BITS}) | ({{}} >> ({PAGE_BITS} - r.bits)))"
_PAGES_OF_ONE = f"SELECT p.keys FROM runs r JOIN pages p ON p.id = {_PAGE_OF.format('?')}"
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

    def pages(self, prefixes: Words) -> Words:
        """The rows of the pages in which keys that begin so would be."""
        return np.uint64(self.id << PAGE_BITS) | _leading(prefixes, self.bits)


def keys_of(columns: Iterable[tuple[bytes, int]], first: int) -> Keys:
    """The keys of sequences numbered from `first`: columns of joined digests, and their widths."""
    parts = []
    for joined, width in columns:
        prefixes = prefixes_of(joined, width)
        keys = np.empty(len(prefixes), KEY)
        keys["prefix"] = prefixes
        keys["number"] = np.arange(first, first + len(prefixes))
        parts.append(keys)
    return np.concatenate(parts)


def add(connection: sqlite3.Connection, keys: Keys) -> None:
    """Take in new keys as a run, and merge runs when there are too many."""
    last = connection.execute("SELECT ifnull(max(id), 0) FROM runs").fetchone()[0]
    _write(connection, Run(last + 1, _bits(len(keys)), len(keys)), [_sorted(keys)])
    runs = all_runs(connection)
    while len(runs) > RUNS_MOST:
        _merge(connection, _alike(runs))
        runs = all_runs(connection)


def all_runs(connection: sqlite3.Connection, database: str = "main") -> list[Run]:
    """All runs, oldest first."""
    rows = connection.execute(f"SELECT id, bits, keys FROM {database}.runs ORDER BY id").fetchall()
    return [Run(*row) for row in rows]


def numbers_of(connection: sqlite3.Connection, digests: Sequence[bytes]) -> list[int]:
    """The numbers of sequences that have a digest which begins like one of `digests`, in order."""
    prefixes = _prefixes(digests)
    highs = json.dumps((prefixes >> np.uint64(64 - PAGE_BITS)).tolist())
    keys = _joined(
        connection.execute(
            "SELECT keys FROM pages WHERE id IN"
            f" (SELECT {_PAGE_OF.format('j.value')} FROM runs r, json_each(?) j)",
            (highs,),
        )
    )
    places = np.searchsorted(prefixes, keys["prefix"])
    alike = prefixes[np.minimum(places, len(prefixes) - 1)] == keys["prefix"]
    numbers: list[int] = distinct(keys["number"][alike]).tolist()
    return numbers


def numbers_of_one(connection: sqlite3.Connection, digest: bytes) -> list[int]:
    """The same for one digest: without NumPy, whose calls cost more than all of this."""
    wanted = int.from_bytes(digest[:PREFIX_BYTES], "big")
    found = set()
    for (keys,) in connection.execute(_PAGES_OF_ONE, (wanted >> 64 - PAGE_BITS,)):
        words = memoryview(keys if _LITTLE else _swapped(keys)).cast("Q")
        place = 2 * bisect_left(words[::2], wanted)  # keys are in order; each is two words
        while place < len(words) and words[place] == wanted:
            found.add(words[place + 1])
            place += 2
    return sorted(found)


def _swapped(keys: bytes) -> bytes:
    """Keys as a machine writes them that begins with a number's highest byte."""
    return np.frombuffer(keys, "<u8").byteswap().tobytes()


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
            self._runs.add(prefixes_of(b"".join(self._recent), SHA512T_BYTES), recent)
            self._recent = {}
            return
        self._runs.add(prefixes_of(digests, SHA512T_BYTES), np.arange(number, number + count))

    def find(self, digests: bytes) -> dict[bytes, int]:
        """The numbers of those of the joined `digests` that are staged."""
        found = {}
        if self._recent:
            recent = self._recent
            found = {digest: recent[digest] for digest in recent.keys() & set(cut(digests))}
        # Two staged digests that begin alike were never seen; they would be stored twice, which
        # does no harm: a digest leads to both, and both are its residues.
        _, numbers = self._runs.find(np.sort(prefixes_of(digests, SHA512T_BYTES)))
        found.update((self._digest(number), number) for number in numbers.tolist())
        return found

    def _digest(self, number: int) -> bytes:
        start = SHA512T_BYTES * (number - self._first)
        return bytes(self._joined[start : start + SHA512T_BYTES])


def cut(joined: bytes) -> list[bytes]:
    """Each of many digests."""
    return [joined[at : at + SHA512T_BYTES] for at in range(0, len(joined), SHA512T_BYTES)]


def prefixes_of(joined: bytes, width: int) -> Words:
    """How each of many digests of `width` bytes begins, as a number."""
    row = np.dtype([("prefix", ">u8"), ("rest", f"V{width - PREFIX_BYTES}")])
    return np.frombuffer(joined, row)["prefix"].astype(np.uint64)


def _prefixes(digests: Sequence[bytes]) -> Words:
    """How digests begin, as numbers, in order, each once."""
    beginnings = b"".join([digest[:PREFIX_BYTES] for digest in digests])
    return distinct(np.frombuffer(beginnings, ">u8").astype(np.uint64))


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
    """The keys of all runs from the prefix `low` to `high`, in order."""
    parts = [_between(connection, run, low, high, database) for run in runs]
    keys = np.concatenate([np.empty(0, KEY), *parts])
    return keys[np.lexsort((keys["number"], keys["prefix"]))]


def _bits(keys: int) -> int:
    """How many bits name a page of a run of so many keys."""
    return max(0, -(-keys // KEYS_A_PAGE) - 1).bit_length()


def _leading(prefixes: Words, bits: int) -> Words:
    """The first `bits` of each prefix (a shift by all 64 would mean nothing)."""
    return prefixes >> np.uint64(64 - bits) if bits else np.zeros_like(prefixes)


def _sorted(keys: Keys) -> Keys:
    """Keys in the order of their prefixes."""
    # Whole keys are moved, as words: NumPy would move records field by field.
    words = keys.view("<u8").reshape(-1, 2)
    order = np.argsort(np.ascontiguousarray(words[:, 0]))
    return words.take(order, axis=0).view(KEY).reshape(-1)


def _joined(rows: Iterable[tuple[bytes]]) -> Keys:
    """The keys of pages."""
    return np.frombuffer(b"".join([keys for (keys,) in rows]), KEY)


def _write(connection: sqlite3.Connection, run: Run, parts: Iterable[Keys]) -> None:
    """Write a run whose keys come in sorted parts, no page of them in two parts."""
    connection.execute("INSERT INTO runs VALUES (?, ?, ?)", (run.id, run.bits, run.keys))
    for keys in parts:
        of_each = run.pages(keys["prefix"])  # in order, as the keys are
        starts = np.flatnonzero(np.append(True, of_each[1:] != of_each[:-1])[: len(keys)])
        raw, cuts = keys.tobytes(), [*(starts * KEY.itemsize).tolist(), len(keys) * KEY.itemsize]
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
        _sorted(np.concatenate([_between(connection, run, low, high) for run in runs]))
        for low, high in _parts(total)
    )
    _write(connection, merged, parts)
    for run in runs:
        first = run.id << PAGE_BITS
        last = first | (1 << PAGE_BITS) - 1
        connection.execute("DELETE FROM pages WHERE id BETWEEN ? AND ?", (first, last))
        connection.execute("DELETE FROM runs WHERE id = ?", (run.id,))


def _parts(keys: int) -> Iterator[tuple[int, int]]:
    """First and last prefix of equal parts in which so many keys are merged."""
    bits = min(_bits(keys), (keys // MERGED_TOGETHER).bit_length())
    width = 1 << 64 - bits
    return ((start, start + width - 1) for start in range(0, 1 << 64, width))


def _between(
    connection: sqlite3.Connection, run: Run, low: int, high: int, database: str = "main"
) -> Keys:
    """The keys of a run from the prefix `low` to `high`."""
    first, last = run.pages(np.array([low, high], np.uint64)).tolist()
    keys = _joined(
        connection.execute(
            f"SELECT keys FROM {database}.pages WHERE id BETWEEN ? AND ? ORDER BY id", (first, last)
        )
    )
    return keys[(keys["prefix"] >= low) & (keys["prefix"] <= high)]
