"""
Applying the journal: what an entry says becomes rows of the index.

The rows of sequences go into a file of their own, new ones at once and changed ones when the
transaction has ended (see `numbered`); all the rest is SQL.
"""

import json
import sqlite3
from collections.abc import Iterable
from dataclasses import asdict, dataclass, field

import numpy as np

from holdfast.base.digests import SHA512T_BYTES
from holdfast.base.texts import json_of
from holdfast.errors import StoreDamaged
from holdfast.sequences.storage import lookup
from holdfast.sequences.storage.journal import (
    Aliases,
    Entry,
    Moved,
    NamedCollection,
    SequenceColumns,
)
from holdfast.sequences.storage.numbered import rewrite
from holdfast.sequences.storage.opening import IndexConnection
from holdfast.sequences.storage.schema import DROPPED, NOW, Position, joined_rows


@dataclass(slots=True)
class Ahead:
    """What the index has taken in of an entry before that is complete.

    So many of its sequences, and in each namespace so many of the aliases it adds, from the first.
    """

    sequences: int = 0
    aliases: dict[str, int] = field(default_factory=dict)
    namespaces: int = 0  #: the number of the last namespace that was known before

    def fits(self, connection: sqlite3.Connection, entry: Entry) -> bool:
        """Whether the pack and the namespaces have the numbers that the complete entry gives."""
        if self.sequences and next_pack(connection) != _pack_of(connection, entry):
            return False  # the pack was known already, under another number
        named = [each.namespace for each in (*entry.retired, *entry.added)]
        numbers = dict(connection.execute("SELECT name, id FROM namespaces").fetchall())
        new = [each for each in dict.fromkeys(named) if numbers.get(each, NOW) > self.namespaces]
        given = sorted(
            (each for each in self.aliases if numbers[each] > self.namespaces),
            key=numbers.__getitem__,
        )
        return given == new[: len(given)]


def take_aliases(
    connection: sqlite3.Connection, added: Iterable[Aliases], number: int, ahead: Ahead
) -> None:
    """Take in aliases that the entry `number` will add."""
    if not ahead.aliases:
        (ahead.namespaces,) = connection.execute(
            "SELECT ifnull(max(id), 0) FROM namespaces"
        ).fetchone()
    for aliases in added:
        _apply_aliases(connection, aliases, number)
        done = ahead.aliases.get(aliases.namespace, 0)
        ahead.aliases[aliases.namespace] = done + len(aliases.texts)


def apply_entry(connection: IndexConnection, entry: Entry, before: Position, ahead: Ahead) -> None:
    """Take in an entry, but for what of it was taken in `ahead`."""
    taken = ahead.sequences
    packs = _apply_packs(connection, entry)
    connection.executemany(
        'INSERT INTO dictionaries (pack, "offset", size) VALUES (?, ?, ?)',
        [(packs[each.pack], each.offset, each.size) for each in entry.dictionaries],
    )
    rest = entry.sequences.part(taken, len(entry.sequences)) if taken else entry.sequences
    if len(rest):
        apply_sequences(connection, rest, packs, before.sequences + taken)
    for aliases in entry.retired:
        _retire(connection, aliases.namespace, aliases.texts, entry.number)
    for aliases in entry.added:
        _apply_aliases(connection, aliases, entry.number, ahead.aliases.get(aliases.namespace, 0))
    for name in entry.retired_collections:
        _retire_collection(connection, name, entry.number)
    for place, named in enumerate(entry.collections):
        _apply_collection(connection, entry.number, place, named, packs)
    undone = [(each, entry.number) for each in entry.undoes]
    connection.executemany("INSERT OR REPLACE INTO undone VALUES (?, ?)", undone)
    _apply_moved(connection, entry.moved, packs)
    _apply_dropped(connection, entry)


def next_pack(connection: sqlite3.Connection) -> int:
    """The number that the index will give to the next new pack."""
    return int(connection.execute("SELECT ifnull(max(id), 0) + 1 FROM packs").fetchone()[0])


def _pack_of(connection: sqlite3.Connection, entry: Entry) -> int:
    """The number of an entry's one pack: the next one, or the one it has already."""
    (pack,) = entry.packs
    found = connection.execute("SELECT id FROM packs WHERE sha256 = ?", (pack.sha256,)).fetchone()
    return int(found[0]) if found else next_pack(connection)


def _apply_aliases(
    connection: sqlite3.Connection, aliases: Aliases, number: int, start: int = 0
) -> None:
    """Add aliases from the one at `start` on, in the table's order.

    The texts go as JSON and the numbers as a run of digits: to make and to cut these takes a
    fraction of what an object of all pairs would.
    """
    if start >= len(aliases.texts):
        return
    texts = aliases.texts[start:] if start else aliases.texts
    numbers = np.asarray(aliases.sequences, np.int64)[start:]
    width = len(str(numbers.max()))
    powers = 10 ** np.arange(width - 1, -1, -1, dtype=np.int64)
    digits = (numbers[:, np.newaxis] // powers % 10 + 48).astype(np.uint8).tobytes()
    connection.execute(
        "INSERT INTO aliases SELECT value, :namespace, :number, NULL,"
        f" CAST(CAST(substr(:digits, key * {width} + 1, {width}) AS TEXT) AS INTEGER)"
        " FROM json_each(:texts) ORDER BY value",
        {
            "namespace": _namespace(connection, aliases.namespace),
            "number": number,
            "digits": digits,
            "texts": json_of(texts),
        },
    )


def _apply_packs(connection: sqlite3.Connection, entry: Entry) -> list[int]:
    """Take in the entry's packs; their numbers in the index."""
    connection.executemany(
        "INSERT INTO packs (sha256, size) VALUES (?, ?)"
        " ON CONFLICT (sha256) DO UPDATE SET size = excluded.size",
        [(pack.sha256, pack.size) for pack in entry.packs],
    )
    return [
        connection.execute("SELECT id FROM packs WHERE sha256 = ?", (pack.sha256,)).fetchone()[0]
        for pack in entry.packs
    ]


def apply_sequences(
    connection: IndexConnection, columns: SequenceColumns, packs: list[int], first: int
) -> None:
    """Take in sequences numbered from `first`; their rows are durable when they are synced."""
    connection.rows.write(first, joined_rows(columns, packs, first))
    connection.taken = first + len(columns)
    digests = ((columns.digests, SHA512T_BYTES), (columns.md5, 16), (columns.sha1, 20))
    lookup.add(connection, lookup.keys_of(digests, first))


def _apply_collection(
    connection: sqlite3.Connection,
    number: int,
    place: int,
    named: NamedCollection,
    packs: list[int],
) -> None:
    _retire_collection(connection, named.name, number)
    if not named.content:
        layout = named.layout
        kept = (layout.sha256, packs[layout.pack], layout.offset, layout.size) if layout else None
        connection.execute(
            "INSERT INTO contents VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?)",
            (
                number, place, named.digest, len(named.sequences), named.residues,
                *(kept or (None, None, None, None)),
            ),
        )  # fmt: skip
    content = named.content or number
    if named.content:
        place = named.place if named.place >= 0 else _place_of(connection, named)
    connection.execute(
        "INSERT OR REPLACE INTO collections VALUES (?, ?, NULL, ?, ?, ?, ?)",
        (named.name, number, named.digest, content, place, json.dumps(asdict(named.origin))),
    )


def _place_of(connection: sqlite3.Connection, named: NamedCollection) -> int:
    """The place of the content that an entry refers to by its digest alone."""
    found = connection.execute(
        "SELECT place FROM contents WHERE entry = ? AND digest = ? ORDER BY place DESC LIMIT 1",
        (named.content, named.digest),
    ).fetchone()
    if found is None:
        raise StoreDamaged(
            f"the collection {named.name!r} refers to the entry {named.content}, which has it not; "
            "restore the journal from a copy"
        )
    return int(found[0])


def _retire_collection(connection: sqlite3.Connection, name: str, number: int) -> None:
    connection.execute(
        "UPDATE collections SET retired = ? WHERE name = ? AND retired IS NULL", (number, name)
    )


def _apply_moved(connection: IndexConnection, moved: Moved, packs: list[int]) -> None:
    """Say where sequences, dictionaries and layouts are now."""
    numbered = np.array([0, *packs], np.int64)[np.array(moved.packs, np.int64) + 1]
    rewrite(connection, moved.sequences, numbered.tolist(), moved.offsets, moved.sizes)
    connection.executemany(
        'UPDATE dictionaries SET pack = ?, "offset" = ?, size = ? WHERE id = ?',
        [(packs[at.pack], at.offset, at.size, number) for number, at in moved.dictionaries],
    )
    connection.executemany(
        'UPDATE contents SET pack = ?, "offset" = ?, size = ? WHERE entry = ? AND place = ?',
        [(packs[at.pack], at.offset, at.size, entry, nth) for entry, nth, at in moved.layouts],
    )


def _apply_dropped(connection: IndexConnection, entry: Entry) -> None:
    """Mark the sequences whose residues are gone, and forget the packs and what went with them."""
    count = len(entry.dropped)
    rewrite(connection, entry.dropped, [DROPPED] * count, [entry.number] * count, [0] * count)
    packs = [(each,) for each in entry.dropped_packs]
    connection.executemany(
        'UPDATE contents SET layout = NULL, pack = NULL, "offset" = NULL, size = NULL'
        " WHERE pack = (SELECT id FROM packs WHERE sha256 = ?)",
        packs,
    )
    # Its number stays its own: a reader that is a moment late must not take another pack for it.
    connection.executemany("UPDATE packs SET size = 0 WHERE sha256 = ?", packs)


def _retire(
    connection: sqlite3.Connection, namespace: str, texts: Iterable[str], number: int
) -> None:
    which = _namespace(connection, namespace)
    connection.executemany(
        f"UPDATE aliases SET retired = {number:d}"
        f" WHERE alias = ? AND namespace = {which:d} AND added < {number:d} AND retired IS NULL",
        [(text,) for text in texts],
    )


def _namespace(connection: sqlite3.Connection, name: str) -> int:
    connection.execute("INSERT OR IGNORE INTO namespaces (name) VALUES (?)", (name,))
    return int(
        connection.execute("SELECT id FROM namespaces WHERE name = ?", (name,)).fetchone()[0]
    )
