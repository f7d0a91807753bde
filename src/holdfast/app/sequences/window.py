"""
A window on a sequence's residues: as much as a page shows, wherever the window is.

Only the window is read, so a chromosome opens as quickly as a gene. What a collection had in small
letters (soft-masked repeats) is told as spans of the window; a collection's runs of small letters
are kept for a while, since one window is seldom the last.
"""

import re
from collections.abc import Iterator
from dataclasses import dataclass
from itertools import islice

import numpy as np
import numpy.typing as npt

from holdfast.app.container import Container
from holdfast.app.sequences.sequence import is_nucleotides
from holdfast.app.sequences.shown import shown, shown_collection
from holdfast.errors import CollectionNotFound, UsageError
from holdfast.formats.residues import reverse_complement
from holdfast.sequences import View
from holdfast.sequences.reading.recent import Recent

GROUP = 10  #: residues that stand together
ROW = 60  #: residues of a row
SIZES = (300, 600, 1200, 3000, 6000)  #: residues of a window that may be chosen
SIZE = 600
MOST = 12_000  #: residues of a window
MASKS_KEPT = 32 << 20  #: bytes of runs of small letters
_PLACE = re.compile(r"([\d,_ ]{1,24})(?:(?:-|\.\.|–)([\d,_ ]{1,24}))?", re.ASCII)

Longs = npt.NDArray[np.int64]
_masks: "Recent[tuple[str, str, str, int], tuple[Longs, Longs]]" = Recent(
    MASKS_KEPT, lambda runs: 64 + runs[0].nbytes + runs[1].nbytes
)


@dataclass(frozen=True, slots=True)
class Piece:
    """Residues of a group that are all masked, or all not."""

    text: str
    is_masked: bool


@dataclass(frozen=True, slots=True)
class Group:
    """Ten residues, or fewer at the end; `position` of the first, counted from 1."""

    position: int
    pieces: tuple[Piece, ...]


@dataclass(frozen=True, slots=True)
class Line:
    """A row of groups. Of the other strand the positions go down."""

    position: int
    groups: tuple[Group, ...]


@dataclass(frozen=True, slots=True)
class Window:
    """Residues from `start` to before `end` (from 0) of a sequence of `length`."""

    digest: str
    length: int
    start: int
    end: int
    size: int
    turned: bool
    is_nucleotides: bool
    lines: tuple[Line, ...]
    masked_in: str  #: the collection whose small letters are shown; empty: none are known
    masked: int  #: residues of the window that are masked


def window(
    container: Container,
    name: str,
    start: int = 0,
    size: int = SIZE,
    *,
    turned: bool = False,
    collection: str = "",
) -> Window:
    """`size` residues from `start` on, or fewer at the end, in rows.

    A start beyond the end shows the last window.

    Raises
    ------
    SequenceNotFound, AliasNotFound, AliasAmbiguous
        Nothing, or more than one thing, has this name.
    UsageError
        The other strand is wanted of what has none, or the window cannot be one.
    """
    if not 0 < size <= MOST or start < 0:
        raise UsageError(f"a window shows 1 to {MOST:,} residues, from 0 on")
    view = shown(container)
    digest = str(view.resolve(name))
    info = view.info(digest)
    start = min(start, max(0, _row_before(info.length - size)))
    end = min(start + size, info.length)
    residues = view.residues(digest, start, end)
    covered = _covered(container, view, collection, digest, start, end)
    if turned:
        residues, covered = reverse_complement(residues), covered[::-1]
    return Window(
        digest=digest,
        length=info.length,
        start=start,
        end=end,
        size=size,
        turned=turned,
        is_nucleotides=is_nucleotides(info.alphabet),
        lines=tuple(_lines(residues.decode("ascii"), covered, start, end, turned=turned)),
        masked_in=collection if covered.any() else "",
        masked=int(covered.sum()),
    )


def read_place(text: str, length: int) -> tuple[int, int]:
    """Where a person wants to go (``1204``, ``chr1:1,204-1,300``), from 0 and half-open.

    People count from 1, and their end is in. Without an end, the end is the start's next.

    >>> read_place("1,204-1,300", 5000), read_place("chr1:7", 10)
    ((1203, 1300), (6, 7))

    Raises
    ------
    UsageError
        It is no place, or beyond the sequence.
    """
    found = _PLACE.fullmatch(text.rpartition(":")[2].strip())
    first = _number(found[1]) if found else 0
    last = _number(found[2]) if found and found[2] else first
    if not 0 < first <= last:
        raise UsageError(
            f"{text[:50]!r} is no place; write a position (1204) or a range (1204-1300)"
        )
    if last > length:
        raise UsageError(f"the sequence ends at {length:,}, before {last:,}")
    return first - 1, last


def _number(text: str) -> int:
    digits = re.sub(r"\D", "", text)
    return int(digits) if digits else 0


def _row_before(place: int) -> int:
    """The beginning of the row after which the last window begins, so that rows stay rows."""
    return -(-place // ROW) * ROW


# Rows


def _lines(
    text: str, covered: npt.NDArray[np.bool_], start: int, end: int, *, turned: bool
) -> Iterator[Line]:
    for row in range(0, len(text), ROW):
        groups = []
        for at in range(row, min(row + ROW, len(text)), GROUP):
            position = end - at if turned else start + at + 1
            groups.append(Group(position, tuple(_pieces(text, covered, at, row + ROW))))
        yield Line(groups[0].position, tuple(groups))


def _pieces(text: str, covered: npt.NDArray[np.bool_], at: int, row_end: int) -> Iterator[Piece]:
    last = min(at + GROUP, row_end, len(text))
    while at < last:
        masked, until = bool(covered[at]), at + 1
        while until < last and bool(covered[until]) is masked:
            until += 1
        yield Piece(text[at:until], masked)
        at = until


# Small letters


def _covered(  # the window and where it is
    container: Container, view: View, collection: str, digest: str, start: int, end: int
) -> npt.NDArray[np.bool_]:
    """Which residues of the window a collection had in small letters; none, if it has not it."""
    covered = np.zeros(end - start, np.bool_)
    if not collection:
        return covered
    starts, lengths = _mask(container, view, collection, digest)
    first = int(np.searchsorted(starts + lengths, start, "right"))
    last = int(np.searchsorted(starts, end, "left"))
    for at, length in zip(starts[first:last].tolist(), lengths[first:last].tolist(), strict=True):
        covered[max(0, at - start) : at + length - start] = True
    return covered


def _mask(container: Container, view: View, collection: str, digest: str) -> tuple[Longs, Longs]:
    """Starts and lengths of the small letters of a sequence in a collection."""
    nowhere = np.empty(0, np.int64)
    try:
        record = shown_collection(container, collection)
    except CollectionNotFound:
        return nowhere, nowhere
    key = (str(container.settings.home), record.name, digest, record.added)
    known = _masks.find(key)
    if known is None:
        members = view.collection(record.name).members
        row = next((nth for nth, each in enumerate(members) if str(each.digest) == digest), None)
        known = (nowhere, nowhere)
        if row is not None:
            known = next(islice(view.small_letters(record.name), row, None), known)
        _masks.keep(known, key)
    return known
