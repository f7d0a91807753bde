"""
The log: the commits of a store as people ask for them, newest first.

Everything here is read from the index. Who committed, when, from which file with which digest, is
in the journal for ever and travels with it: whoever pulls a store can read it.
"""

import json
from collections import defaultdict
from dataclasses import dataclass
from datetime import UTC, date, datetime, time
from typing import Any

from holdfast.errors import SnapshotNotFound, suggestion
from holdfast.sequences.storage.index import Index
from holdfast.sequences.storage.journal import Origin
from holdfast.sequences.storage.snapshots import Snapshots


@dataclass(frozen=True, slots=True)
class CommitCollection:
    """A collection that got its name in a commit, and where it came from."""

    name: str
    digest: str
    origin: Origin


@dataclass(frozen=True, slots=True)
class CommitRecord:
    """One commit: who, when, what. `sequences` and `residues` are those it brought.

    `dropped` are sequences whose residues it dropped as garbage; `undoes` are the commits it
    reversed, `undone_by` the one that reversed it.
    """

    number: int
    hash: str
    time: str
    who: str
    note: str
    sequences: int
    residues: int
    aliases_added: int
    aliases_retired: int
    dropped: int
    collections: tuple[CommitCollection, ...]
    collections_retired: tuple[str, ...]
    undoes: tuple[int, ...]
    undone_by: int | None


def commits(index: Index, before: int, limit: int) -> list[CommitRecord]:
    """The commits numbered below `before`, newest first, at most `limit`."""
    rows = index.ask(
        "SELECT e.number, e.hash, e.time, e.who, e.note,"
        " e.sequences - ifnull(p.sequences, 0), e.residues - ifnull(p.residues, 0),"
        " e.added, e.retired, e.dropped - ifnull(p.dropped, 0)"
        " FROM entries e LEFT JOIN entries p ON p.number = e.number - 1"
        " WHERE e.number < ? ORDER BY e.number DESC LIMIT ?",
        (before, limit),
    )
    if not rows:
        return []
    first, last = rows[-1][0], rows[0][0]
    named, ended = _collections(index, first, last)
    undoes, undone = _reversals(index, first, last)
    found = []
    for row in rows:
        number = row[0]
        names = tuple(named[number]), tuple(ended[number])
        facts: list[Any] = [*row, *names, tuple(undoes[number]), undone.get(number)]
        found.append(CommitRecord(*facts))
    return found


def position_of(text: str, snapshots: Snapshots, index: Index) -> int:
    """The journal position that `text` names: a snapshot, a position's number, or a time.

    A time is ISO 8601, in UTC unless it says else, and means the last commit not after it; a date
    alone means its end.

    Raises
    ------
    SnapshotNotFound
        It names no snapshot, and no position there is.
    """
    if snapshots.exists(text):
        return snapshots.read(text).position
    last = index.position().number
    if text.isascii() and text.isdigit():
        if len(text) <= len(str(last)) and int(text) <= last:
            return int(text)
        raise SnapshotNotFound(f"there is no journal position {text[:20]}; the last is {last}")
    moment = read_moment(text)
    if moment is None:
        raise SnapshotNotFound(
            f"there is no snapshot {text!r}{suggestion(text, snapshots.names())}; "
            "give the name of one, a position's number, or a time (2026-11-21T12:00); "
            "see: holdfast seq snapshot list"
        )
    (found,) = index.ask("SELECT ifnull(max(number), 0) FROM entries WHERE time <= ?", (moment,))[0]
    return int(found)


def read_moment(text: str) -> str | None:
    """The time that `text` writes, as entries write theirs, or None.

    >>> read_moment("2026-11-21"), read_moment("2026-11-21T13:00+01:00"), read_moment("later")
    ('2026-11-21T23:59:59+00:00', '2026-11-21T12:00:00+00:00', None)
    """
    try:
        moment = datetime.combine(date.fromisoformat(text), time(23, 59, 59))
    except ValueError:
        try:
            moment = datetime.fromisoformat(text)
        except ValueError:
            return None
    if moment.tzinfo is None:
        moment = moment.replace(tzinfo=UTC)
    try:
        return moment.astimezone(UTC).isoformat(timespec="seconds")
    except OverflowError:  # the first and the last year have hours that no year has elsewhere
        return None


def _collections(
    index: Index, first: int, last: int
) -> tuple[dict[int, list[CommitCollection]], dict[int, list[str]]]:
    """What got a name in the commits from `first` to `last`, and which names ended there."""
    named: dict[int, list[CommitCollection]] = defaultdict(list)
    for name, digest, origin, added in index.ask(
        "SELECT name, digest, origin, added FROM collections WHERE added BETWEEN ? AND ?"
        " ORDER BY added, place",
        (first, last),
    ):
        named[added].append(CommitCollection(name, digest, Origin(**json.loads(origin))))
    ended: dict[int, list[str]] = defaultdict(list)
    for name, retired in index.ask(
        "SELECT name, retired FROM collections WHERE retired BETWEEN ? AND ? ORDER BY name",
        (first, last),
    ):
        if all(name != each.name for each in named[retired]):
            ended[retired].append(name)
    return named, ended


def _reversals(index: Index, first: int, last: int) -> tuple[dict[int, list[int]], dict[int, int]]:
    undoes: dict[int, list[int]] = defaultdict(list)
    undone: dict[int, int] = {}
    for entry, by in index.ask("SELECT entry, by FROM undone ORDER BY entry"):
        if first <= entry <= last:
            undone[entry] = by
        if first <= by <= last:
            undoes[by].append(entry)
    return undoes, undone
