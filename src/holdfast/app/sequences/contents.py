"""A collection as its page tells of it: its sequences, sorted and in pages, and its origin."""

import re
from collections.abc import Sequence
from dataclasses import dataclass
from enum import Enum

import numpy as np
import numpy.typing as npt

from holdfast.app.container import Container
from holdfast.app.sequences.journal import CommitTold, commits_of
from holdfast.app.sequences.shown import (
    bank_of,
    banks_shown,
    release_of,
    shown,
    shown_collection,
    shown_collections,
    stores_read,
)
from holdfast.base.digests import SHA512T_BYTES, Digest
from holdfast.errors import UsageError
from holdfast.sequences import CollectionRecord, Origin
from holdfast.sequences.collections import seqcol
from holdfast.sequences.collections.seqcol import Columns, Level1
from holdfast.sequences.reading.recent import Recent

BARS = 60  #: sequences that the chart of lengths shows
MEMBERS = 50  #: of a page
MEMBERS_MOST = 1000

COLUMNS_KEPT = 320 << 20  #: bytes of the columns of collections that were asked for lately

Longs = npt.NDArray[np.int64]
#: What a collection's digest fixes; a page asks for it several times, and then for the next page.
_columns: "Recent[str, Columns]" = Recent(COLUMNS_KEPT, lambda each: 140 * len(each.names) + 500)


class Order(Enum):
    """How a collection's sequences are sorted."""

    LISTED = "listed"  #: as they stand in the collection
    NAME = "name"
    LONGEST = "longest"
    SHORTEST = "shortest"


_DIGITS = re.compile(r"(\d{1,18})", re.ASCII)


@dataclass(frozen=True, slots=True)
class MemberShown:
    """A sequence of a collection: its place (from 1), and what it is called there."""

    place: int
    name: str
    length: int
    digest: str


@dataclass(frozen=True, slots=True)
class Members:
    """Some of a collection's sequences; `next` is where the following ones begin, if there are."""

    items: tuple[MemberShown, ...]
    found: int  #: how many there are in all pages
    start: int
    next: int | None


@dataclass(frozen=True, slots=True)
class Lengths:
    """The lengths of a collection's sequences: a chart of the longest, and what is said of all."""

    bars: tuple[MemberShown, ...]  #: the longest, the longest first
    others: int  #: residues of those that have no bar
    longest: int
    shortest: int
    median: int
    n50: int  #: half of all residues are in sequences at least as long
    l50: int  #: how many these are


@dataclass(frozen=True, slots=True)
class CollectionFacts:
    """A collection: what it is called, its digests, where it came from."""

    name: str
    digest: str
    sequences: int
    residues: int
    level1: Level1
    lengths: Lengths | None  #: None of an empty one
    origin: Origin
    bank: str  #: that it is of, if it is here and may be seen; else empty
    release: str
    added: int
    commit: CommitTold | None
    other_names: tuple[str, ...]  #: of the very same collection
    has_layout: bool  #: its text can be written again byte for byte


def collection_facts(container: Container, name: str) -> CollectionFacts:
    """The collection of this name or digest.

    Raises
    ------
    CollectionNotFound
        There is none, or who asks may not see it.
    """
    record = shown_collection(container, name)
    view = shown(container)
    columns = columns_of(container, record)
    bank = bank_of(record)
    is_here = bool(banks_shown(container, [bank]))
    same = (each.name for each in shown_collections(container) if each.digest == record.digest)
    return CollectionFacts(
        name=record.name,
        digest=record.digest,
        sequences=record.sequences,
        residues=record.residues,
        level1=view.level1(record.digest),
        lengths=_lengths(columns),
        origin=record.origin,
        bank=bank if is_here else "",
        release=release_of(record) if is_here else "",
        added=record.added,
        commit=commits_of(container, [record.added]).get(record.added),
        other_names=tuple(each for each in same if each != record.name),
        has_layout=has_layout(container, record),
    )


def columns_of(container: Container, record: CollectionRecord) -> Columns:
    """The names, lengths and digests of a collection that who asks may see."""
    known = _columns.find(record.digest)
    if known is None:
        known = _columns.keep(shown(container).columns(record.name), record.digest)
    return known


def has_layout(container: Container, record: CollectionRecord) -> bool:
    """Whether the text that a collection was loaded from can be written again byte for byte."""
    for store in stores_read(container):
        rows = store.room.index.ask(
            "SELECT t.layout FROM collections c JOIN contents t ON t.entry = c.content"
            " AND t.place = c.place WHERE c.name = ? AND c.retired IS NULL",
            (record.name,),
        )
        if rows:
            return rows[0][0] is not None
    return False


def members(
    container: Container,
    name: str,
    *,
    words: str = "",
    order: Order = Order.LISTED,
    start: int = 0,
    limit: int = MEMBERS,
) -> Members:
    """Some of a collection's sequences: those whose name has `words` in it, from the `start`th on.

    Raises
    ------
    CollectionNotFound
        There is none, or who asks may not see it.
    UsageError
        More are asked for than a page has.
    """
    if not 0 < limit <= MEMBERS_MOST or start < 0:
        raise UsageError(f"a page has 1 to {MEMBERS_MOST:,} sequences")
    record = shown_collection(container, name)
    columns = columns_of(container, record)
    chosen = _chosen(columns, words.strip(), order)
    rows = chosen[start : start + limit]
    following = start + len(rows)
    return Members(
        items=tuple(_member(columns, row) for row in rows),
        found=len(chosen),
        start=start,
        next=following if following < len(chosen) else None,
    )


def list_collections(
    container: Container, *, words: str = "", order: str = "name", bank: str = ""
) -> list[CollectionRecord]:
    """The collections that who asks may see: those with all `words` in their name or digest."""
    wanted = words.casefold().split()
    found = [
        record
        for record in shown_collections(container)
        if all(word in f"{record.name} {record.digest}".casefold() for word in wanted)
        and bank in ("", bank_of(record))
    ]
    match order:
        case "newest":
            found.sort(key=lambda each: -each.added)
        case "largest":
            found.sort(key=lambda each: -each.residues)
        case "sequences":
            found.sort(key=lambda each: -each.sequences)
    return found


def sizes_text(container: Container, name: str) -> str:
    """The names and lengths as ``chrom.sizes`` has them."""
    record = shown_collection(container, name)
    columns = columns_of(container, record)
    pairs = zip(columns.names, columns.lengths, strict=True)
    return "".join(f"{called}\t{length}\n" for called, length in pairs)


def level2(container: Container, name: str) -> seqcol.Level2:
    """The arrays of a collection, as GA4GH has them."""
    record = shown_collection(container, name)
    return seqcol.level2(columns_of(container, record))


def _chosen(columns: Columns, words: str, order: Order) -> Sequence[int]:
    """The rows with all `words` in their name, in order."""
    rows: Sequence[int] = range(len(columns.names))
    if words:
        wanted = words.casefold().split()
        names = map(str.casefold, columns.names)
        rows = [row for row, name in enumerate(names) if all(word in name for word in wanted)]
    match order:
        case Order.LISTED:
            return rows
        case Order.NAME:
            return sorted(rows, key=lambda row: _natural(columns.names[row]))
    turn = -1 if order is Order.LONGEST else 1
    lengths: Longs = turn * np.asarray(columns.lengths, np.int64)[np.asarray(rows, np.int64)]
    return [rows[nth] for nth in np.argsort(lengths, kind="stable").tolist()]


def _natural(name: str) -> tuple[str | int, ...]:
    """A name as people sort it: ``chr2`` before ``chr10``. Texts and numbers take turns."""
    parts = _DIGITS.split(name.casefold())
    return tuple(int(part) if nth % 2 else part for nth, part in enumerate(parts))


def _member(columns: Columns, row: int) -> MemberShown:
    raw = columns.digests[row * SHA512T_BYTES : (row + 1) * SHA512T_BYTES]
    return MemberShown(row + 1, columns.names[row], columns.lengths[row], str(Digest(raw)))


def _lengths(columns: Columns) -> Lengths | None:
    lengths: Longs = np.asarray(columns.lengths, np.int64)
    if not len(lengths):
        return None
    order = np.argsort(-lengths, kind="stable")
    falling = lengths[order]
    sums = np.cumsum(falling)
    half = int(np.searchsorted(sums, sums[-1] / 2))
    shown_rows = order[:BARS].tolist()
    return Lengths(
        bars=tuple(_member(columns, row) for row in shown_rows),
        others=int(falling[BARS:].sum()),
        longest=int(falling[0]),
        shortest=int(falling[-1]),
        median=int(np.median(lengths)),
        n50=int(falling[half]),
        l50=half + 1,
    )
