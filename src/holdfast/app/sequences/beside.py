"""
Two stored collections side by side: how they agree, and what is only in one or called otherwise.

How two records belong together is told by their sequences first: the same sequence under the same
name is *kept*, under another name *renamed*; a name that stands for another sequence is *changed*;
what is left is only in one. A name or a sequence that stands several times is told of as often.
"""

from collections import defaultdict, deque
from dataclasses import dataclass
from enum import Enum
from heapq import nlargest

import numpy as np
import numpy.typing as npt

from holdfast.app.container import Container
from holdfast.app.sequences.collection import CollectionsCompared, compared
from holdfast.app.sequences.contents import MemberShown, columns_of
from holdfast.app.sequences.shown import shown, shown_collection
from holdfast.base.digests import SHA512T_BYTES, Digest
from holdfast.errors import UsageError
from holdfast.sequences import CollectionRecord
from holdfast.sequences.collections import seqcol
from holdfast.sequences.collections.seqcol import Columns, Level1
from holdfast.sequences.reading.recent import Recent

SEQUENCES_MOST = 1_000_000  #: of both together, that a page compares
DRAWN = 48  #: pairs of records in the picture
_KEPT = 64 << 20  #: bytes of comparisons that are kept
_kept: "Recent[tuple[str, str], _Compared]" = Recent(_KEPT, lambda each: each.cost)


class Fate(Enum):
    """What became of a record from A to B."""

    KEPT = "kept"  #: the same sequence under the same name
    RENAMED = "renamed"  #: the same sequence under another name
    CHANGED = "changed"  #: the same name, another sequence
    ONLY_A = "only in A"
    ONLY_B = "only in B"


#: Rows (from 0) of A and B that belong together, and how; -1 where there is none.
_Fated = tuple[Fate, tuple[int, int]]


@dataclass(frozen=True, slots=True)
class Pair:
    """A record of A and the one of B that it belongs to; None: there is none."""

    fate: Fate
    a: MemberShown | None
    b: MemberShown | None


@dataclass(frozen=True, slots=True)
class Beside:
    """Two collections side by side. `pairs` are some of those that were asked for."""

    a: CollectionRecord
    b: CollectionRecord
    agreement: CollectionsCompared
    level1: tuple[Level1, Level1]
    counts: dict[Fate, int]
    moved: int  #: kept records that stand at another place
    drawn: tuple[Pair, ...]  #: some of the pairs, for a picture


@dataclass(frozen=True, slots=True)
class Pairs:
    """Some pairs of one fate; `next` is where the following ones begin, if there are."""

    items: tuple[Pair, ...]
    found: int
    start: int
    next: int | None


@dataclass(frozen=True, slots=True)
class _Compared:
    """What is kept of a comparison: rows (from 0) of both, by fate. Digests fix it."""

    agreement: CollectionsCompared
    rows: dict[Fate, list[tuple[int, int]]]  #: -1 where there is none
    cost: int


def compare_beside(container: Container, a: str, b: str) -> Beside:
    """How two stored collections, each by name or digest, agree.

    Raises
    ------
    CollectionNotFound
        There is no such collection, or who asks may not see it.
    UsageError
        They are too large for a page.
    """
    one, other = (shown_collection(container, name) for name in (a, b))
    view = shown(container)
    columns = columns_of(container, one), columns_of(container, other)
    known = _compared(one, other, columns)
    rows = known.rows
    return Beside(
        a=one,
        b=other,
        agreement=known.agreement,
        level1=(view.level1(one.digest), view.level1(other.digest)),
        counts={fate: len(rows[fate]) for fate in Fate},
        moved=sum(first != second for first, second in rows[Fate.KEPT]),
        drawn=_drawn(columns, rows),
    )


def pairs(
    container: Container, a: str, b: str, fate: Fate, start: int = 0, limit: int = 100
) -> Pairs:
    """The pairs of one fate, in the order of A (or of B, where A has none).

    Raises what :func:`compare_beside` raises.
    """
    one, other = (shown_collection(container, name) for name in (a, b))
    columns = columns_of(container, one), columns_of(container, other)
    rows = _compared(one, other, columns).rows[fate]
    some = rows[start : start + limit]
    following = start + len(some)
    return Pairs(
        items=tuple(_pair(columns, fate, row) for row in some),
        found=len(rows),
        start=start,
        next=following if following < len(rows) else None,
    )


def _compared(
    one: CollectionRecord, other: CollectionRecord, columns: tuple[Columns, Columns]
) -> _Compared:
    total = one.sequences + other.sequences
    if total > SEQUENCES_MOST:
        raise UsageError(
            f"the two have {total:,} sequences together, too many for a page; type: "
            "holdfast seq collection compare"
        )
    key = (one.digest, other.digest)
    known = _kept.find(key)
    if known is None:
        agreement = compared("A", "B", *map(seqcol.level2, columns))
        known = _kept.keep(_Compared(agreement, _fates(*columns), 120 * total + 4000), key)
    return known


def _fates(a: Columns, b: Columns) -> dict[Fate, list[tuple[int, int]]]:
    """Which rows of A and B belong together, by fate."""
    left, right = (_digests(each) for each in (a, b))
    rows: dict[Fate, list[tuple[int, int]]] = {fate: [] for fate in Fate}
    in_a, in_b = set(range(len(a.names))), set(range(len(b.names)))

    def match(fate: Fate, keys_a: list[object], keys_b: list[object]) -> None:
        waiting: defaultdict[object, deque[int]] = defaultdict(deque)
        for row in sorted(in_b):
            waiting[keys_b[row]].append(row)
        for row in sorted(in_a):
            if waiting.get(keys_a[row]):
                partner = waiting[keys_a[row]].popleft()
                rows[fate].append((row, partner))
                in_a.discard(row)
                in_b.discard(partner)

    both_a, both_b = list(zip(a.names, left, strict=True)), list(zip(b.names, right, strict=True))
    match(Fate.KEPT, list(both_a), list(both_b))
    match(Fate.RENAMED, list(left), list(right))
    match(Fate.CHANGED, list(a.names), list(b.names))
    rows[Fate.ONLY_A] = [(row, -1) for row in sorted(in_a)]
    rows[Fate.ONLY_B] = [(-1, row) for row in sorted(in_b)]
    return rows


def _drawn(
    columns: tuple[Columns, Columns], rows: dict[Fate, list[tuple[int, int]]]
) -> tuple[Pair, ...]:
    """The pairs for a picture, as they stand in A, then in B: the longest of those that differ, and
    the longest of all others beside them."""
    lengths = tuple(map(_lengths, columns))

    def length(each: _Fated) -> int:
        """Of the longer record of the two."""
        return max(int(of[row]) for of, row in zip(lengths, each[1], strict=True) if row >= 0)

    apart: list[_Fated] = [
        (fate, pair) for fate in Fate if fate is not Fate.KEPT for pair in rows[fate]
    ]
    kept: list[_Fated] = [(Fate.KEPT, pair) for pair in rows[Fate.KEPT]]
    found = nlargest(DRAWN // 2, apart, length)
    found += nlargest(DRAWN - len(found), kept, length)
    found.sort(key=lambda each: (each[1][0] < 0, each[1]))
    return tuple(_pair(columns, fate, pair) for fate, pair in found)


def _pair(columns: tuple[Columns, Columns], fate: Fate, rows: tuple[int, int]) -> Pair:
    a, b = (
        None if row < 0 else _member(each, row) for each, row in zip(columns, rows, strict=True)
    )
    return Pair(fate, a, b)


def _member(columns: Columns, row: int) -> MemberShown:
    raw = columns.digests[row * SHA512T_BYTES : (row + 1) * SHA512T_BYTES]
    return MemberShown(row + 1, columns.names[row], columns.lengths[row], str(Digest(raw)))


def _lengths(columns: Columns) -> npt.NDArray[np.int64]:
    return np.asarray(columns.lengths, np.int64)


def _digests(columns: Columns) -> list[bytes]:
    raw, step = columns.digests, SHA512T_BYTES
    return [raw[at : at + step] for at in range(0, len(raw), step)]
