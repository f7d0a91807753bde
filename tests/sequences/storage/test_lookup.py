"""Every key that was added is found, whatever was merged meanwhile."""

import sqlite3
from collections.abc import Iterator
from typing import cast

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from holdfast.sequences.storage import lookup

WIDTH = 24


def database() -> sqlite3.Connection:
    connection = sqlite3.connect(":memory:", isolation_level=None)
    connection.execute("ATTACH ':memory:' AS other")
    for name in ("main", "other"):
        for statement in lookup.SCHEMA.strip().split("\n"):
            connection.execute(statement.replace("TABLE ", f"TABLE {name}."))
    return connection


@pytest.fixture
def connection() -> Iterator[sqlite3.Connection]:
    made = database()
    yield made
    made.close()


def digests(count: int, seed: int = 1) -> list[bytes]:
    joined = np.random.default_rng(seed).bytes(count * WIDTH)
    return [joined[at : at + WIDTH] for at in range(0, len(joined), WIDTH)]


def add(connection: sqlite3.Connection, some: list[bytes], first: int) -> None:
    lookup.add(connection, lookup.keys_of([(b"".join(some), WIDTH)], first))


#: Digests, some of which begin alike or lie at the ends of what there can be.
DIGESTS = st.binary(min_size=WIDTH, max_size=WIDTH) | st.builds(
    lambda beginning, end: beginning * lookup.PREFIX_BYTES + end,
    st.sampled_from([b"\0", b"\xff", b"\x01"]),
    st.binary(min_size=WIDTH - lookup.PREFIX_BYTES, max_size=WIDTH - lookup.PREFIX_BYTES),
)


@given(st.lists(st.lists(DIGESTS, min_size=1, max_size=80), max_size=20), st.lists(DIGESTS))
def test_each_digest_leads_to_all_that_begin_like_it(
    commits: list[list[bytes]], others: list[bytes]
) -> None:
    connection, known = database(), list[bytes]()
    for commit in commits:
        add(connection, commit, len(known))
        known += commit
    assert len(lookup.all_runs(connection)) <= lookup.RUNS_MOST
    expected: dict[bytes, list[int]] = {}
    for number, digest in enumerate(known):
        expected.setdefault(digest[: lookup.PREFIX_BYTES], []).append(number)
    for digest in [*known, *others]:
        found = expected.get(digest[: lookup.PREFIX_BYTES], [])
        assert lookup.numbers_of_one(connection, digest) == found
        assert lookup.numbers_of(connection, digest).tolist() == found
    found = lookup.numbers_of(connection, b"".join(known)).tolist() if known else []
    assert found == list(range(len(known)))
    connection.close()


def test_many_runs_of_many_sizes_stay_few_and_lose_nothing(connection: sqlite3.Connection) -> None:
    known, rng = digests(60_000), np.random.default_rng(3)
    done = 0
    while done < len(known):
        count = int(rng.integers(1, 3000))
        add(connection, known[done : done + count], done)
        done += count
    runs = lookup.all_runs(connection)
    assert len(runs) <= lookup.RUNS_MOST
    assert sum(run.keys for run in runs) == len(known)
    found = lookup.numbers_of(connection, b"".join(known[::7]))
    assert found.tolist() == list(range(0, len(known), 7))
    assert lookup.numbers_of(connection, b"".join(digests(500, seed=2))).tolist() == []


def test_a_merge_in_parts_is_as_one_at_once(
    connection: sqlite3.Connection, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(lookup, "MERGED_TOGETHER", 100)
    known = digests(3000)
    for first in range(0, len(known), 100):
        add(connection, known[first : first + 100], first)
    assert lookup.numbers_of(connection, b"".join(known)).tolist() == list(range(len(known)))


def test_a_merge_between_two_questions_hides_no_keys(connection: sqlite3.Connection) -> None:
    known, added = digests(2000), [1000]

    class Merging:
        """A connection beside which another one adds keys, and merges, between the questions."""

        def execute(self, sql: str, values: tuple[str]) -> sqlite3.Cursor:
            answer = connection.execute(sql, values)
            if added[0] < len(known):
                add(connection, known[added[0] : added[0] + 500], added[0])
                added[0] += 500
            return answer

    for first in range(0, 1000, 100):
        add(connection, known[first : first + 100], first)
    asked = b"".join(known)
    found = lookup.numbers_of(cast("sqlite3.Connection", Merging()), asked)
    assert found.tolist() == list(range(len(known)))


@given(st.lists(DIGESTS, max_size=40), st.lists(DIGESTS, max_size=40), st.data())
def test_digests_are_matched_whole(
    asked: list[bytes], others: list[bytes], data: st.DataObject
) -> None:
    stored = list(dict.fromkeys([*others, *asked[::2]]))
    numbers = {digest: 7 * place + 1 for place, digest in enumerate(stored)}
    order = data.draw(st.permutations(stored))
    found = lookup.matched(
        b"".join(asked), b"".join(order), np.array([numbers[each] for each in order], np.int64)
    )
    assert found.tolist() == [numbers.get(each, -1) for each in asked]


@given(st.lists(st.lists(DIGESTS, min_size=1, max_size=90), max_size=6), st.lists(DIGESTS))
def test_what_is_staged_is_found_however_it_came(
    blocks: list[list[bytes]], others: list[bytes]
) -> None:
    joined, known = bytearray(), dict[bytes, int]()
    staged = lookup.Staged(joined, 5)
    for block in blocks:
        # as a batch does: what begins like one before it is looked for first
        new = [each for each in dict.fromkeys(block) if each[:8] not in {k[:8] for k in known}]
        new = list({each[:8]: each for each in new}.values())
        first = 5 + len(known)
        joined += b"".join(new)
        staged.add(b"".join(new), first)
        known.update(zip(new, range(first, first + len(new)), strict=True))
    asked = [*others, *known, *others]
    found = staged.numbers_of(b"".join(asked))
    assert found.tolist() == [known.get(each, -1) for each in asked]


def test_the_same_keys_in_other_runs_are_no_difference(connection: sqlite3.Connection) -> None:
    known = digests(2000)
    for first in range(0, len(known), 100):
        add(connection, known[first : first + 100], first)
    other = database()
    add(other, known, 0)
    for table, rows in (("runs", "?, ?, ?"), ("pages", "?, ?")):
        connection.executemany(
            f"INSERT INTO other.{table} VALUES ({rows})", other.execute(f"SELECT * FROM {table}")
        )
    other.close()
    assert lookup.differences(connection, "main", "other") == 0
    page, keys = connection.execute("SELECT id, keys FROM other.pages LIMIT 1").fetchone()
    changed = keys[:8] + bytes([keys[8] ^ 1]) + keys[9:]
    connection.execute("UPDATE other.pages SET keys = ? WHERE id = ?", (changed, page))
    assert lookup.differences(connection, "main", "other") == 2
