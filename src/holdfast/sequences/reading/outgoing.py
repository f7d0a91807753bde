"""
Sequences on their way out of the store: whole, in part, or the other strand.

Short parts are read many at once, as one array; long ones come in pieces, so that a chromosome
takes some megabytes of memory. A part's pieces must be used before the next part is asked for.
"""

from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from itertools import pairwise
from typing import TYPE_CHECKING

import numpy as np

from holdfast.base.digests import SHA512T_BYTES, Digest
from holdfast.formats.residues import reverse_complement
from holdfast.sequences.collections.collection import Member
from holdfast.sequences.naming.alias import Alias
from holdfast.sequences.storage.index import Index
from holdfast.sequences.storage.schema import DROPPED, NOW

if TYPE_CHECKING:
    from holdfast.sequences.view import View

PIECE = 1 << 22  #: residues of a long part read at once
SHORT = 1 << 16  #: residues up to which parts are read together
TOGETHER = 1 << 22  #: residues of short parts read at once
MOST = 1 << 12  #: parts, or sequences with their aliases, read at once


@dataclass(frozen=True, slots=True)
class Part:
    """Residues of a sequence under a name: from `start` to before `end`, or their other strand."""

    name: str
    description: str
    digest: Digest
    start: int
    end: int
    turned: bool = False  #: the other strand is wanted

    def __len__(self) -> int:
        return self.end - self.start


def whole(member: Member) -> Part:
    """All of a record of a collection."""
    return Part(member.name, member.description, member.digest, 0, member.length)


def read_parts(view: "View", parts: Iterable[Part]) -> Iterator[tuple[Part, Iterator[bytes]]]:
    """Each of `parts`, in order, with its residues in pieces.

    Raises
    ------
    SequenceNotFound
        There is no such sequence.
    UsageError
        The other strand is wanted of something that has none.
    """
    short: list[Part] = []
    size = 0
    for part in parts:
        if len(part) > SHORT:
            yield from _together(view, short)
            short, size = [], 0
            yield part, _pieces(view, part)
            continue
        short.append(part)
        size += len(part)
        if size >= TOGETHER or len(short) >= MOST:
            yield from _together(view, short)
            short, size = [], 0
    yield from _together(view, short)


def _together(view: "View", parts: list[Part]) -> Iterator[tuple[Part, Iterator[bytes]]]:
    if not parts:
        return
    starts = np.fromiter((part.start for part in parts), np.int64, len(parts))
    ends = np.fromiter((part.end for part in parts), np.int64, len(parts))
    found = view.slices([part.digest for part in parts], starts, ends)
    residues = found.residues.tobytes()
    for part, (first, last) in zip(parts, pairwise(found.offsets.tolist()), strict=True):
        piece = residues[first:last]
        yield part, iter([reverse_complement(piece) if part.turned else piece])


def _pieces(view: "View", part: Part) -> Iterator[bytes]:
    if part.turned:
        for end in range(part.end, part.start, -PIECE):
            piece = view.residues(part.digest, max(part.start, end - PIECE), end)
            yield reverse_complement(piece)
        return
    for start in range(part.start, part.end, PIECE):
        yield view.residues(part.digest, start, min(start + PIECE, part.end))


@dataclass(frozen=True, slots=True)
class Known:
    """A sequence with the aliases it has; `length` in residues."""

    digest: Digest
    length: int
    aliases: tuple[Alias, ...]


def all_sequences(index: Index, at: int = NOW, limit: int = NOW) -> Iterator[Known]:
    """Every sequence below the number `limit`, as first stored, with its aliases as of `at`.

    Sequences whose residues are gone are left out.
    """
    end = min(limit, index.position().sequences)
    for first in range(0, end, MOST):
        numbers = list(range(first, min(first + MOST, end)))
        rows = index.rows(numbers)
        aliases = _aliases(index, at, numbers[0], numbers[-1])
        digests, lengths = rows["digest"].tobytes(), rows["length"].tolist()
        for nth in np.flatnonzero(rows["pack"] != DROPPED).tolist():
            digest = Digest(digests[nth * SHA512T_BYTES : (nth + 1) * SHA512T_BYTES])
            yield Known(digest, lengths[nth], tuple(aliases.get(numbers[nth], ())))


def _aliases(index: Index, at: int, first: int, last: int) -> dict[int, list[Alias]]:
    """The aliases of the sequences from `first` to `last`, in the order of their texts."""
    found: dict[int, list[Alias]] = {}
    for number, namespace, text in index.ask(
        "SELECT a.sequence, s.name, a.alias FROM aliases a JOIN namespaces s ON s.id = a.namespace"
        " WHERE a.sequence BETWEEN ? AND ? AND a.added <= ?"
        " AND (a.retired IS NULL OR a.retired > ?) ORDER BY a.sequence, s.name, a.alias",
        (first, last, at, at),
    ):
        found.setdefault(number, []).append(Alias(namespace, text))
    return found
