"""
Made-up genomes: a target with families of repeats, and a query made of it by known changes.

The target is cut into slots of equal length, and every change has a slot of its own (one that moves
has two), so that changes never touch one another. The query is put together of pieces of the
target, some turned, some elsewhere, some twice, and of new bases; then single bases are changed
everywhere, and a few lost or gained. The same seed gives the same genomes.
"""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field, replace
from itertools import pairwise
from pathlib import Path

import numpy as np
from numpy.typing import NDArray

from holdfast.dotplots.genome import Contig, Genome
from holdfast.dotplots.structure.events import EventKind, Place

LETTERS = np.frombuffer(b"ACGT", dtype=np.uint8)
COMPLEMENT = np.zeros(256, dtype=np.uint8)
COMPLEMENT[LETTERS] = LETTERS[::-1]

Residues = NDArray[np.uint8]

#: How many of each kind; a replaced region counts as one of each of the last two: fifty in all.
FIFTY: Mapping[EventKind, int] = {
    EventKind.INVERSION: 8,
    EventKind.TRANSLOCATION: 7,
    EventKind.INVERTED_TRANSLOCATION: 4,
    EventKind.DUPLICATION: 7,
    EventKind.INVERTED_DUPLICATION: 3,
    EventKind.INSERTION: 8,
    EventKind.DELETION: 7,
    EventKind.UNALIGNED_TARGET: 3,
    EventKind.UNALIGNED_QUERY: 3,
}


@dataclass(frozen=True, slots=True)
class Plan:
    """What to make."""

    seed: int = 1
    chromosomes: int = 3
    slot: int = 16_000  #: bases that one change has for itself
    sizes: tuple[int, int] = (1_500, 6_000)  #: of what is moved, turned or doubled, in bases
    indels: tuple[int, int] = (100, 3_000)
    changes: Mapping[EventKind, int] = field(default_factory=lambda: FIFTY)
    substitutions: float = 0.01
    gaps: float = 0.0005  #: of bases that are lost, or gain another few
    families: int = 6  #: of repeats
    copies: int = 8  #: of each
    repeat: tuple[int, int] = (300, 3_000)
    repeat_divergence: float = 0.1


@dataclass(frozen=True, slots=True)
class Change:
    """One change that was made, as an event should tell it."""

    kind: EventKind
    target: Place | None
    query: Place | None


@dataclass(frozen=True, slots=True)
class MadeUp:
    """Two genomes and what was changed between them."""

    target: tuple[Residues, ...]
    query: tuple[Residues, ...]
    changes: tuple[Change, ...]

    def genomes(self) -> tuple[Genome, Genome]:
        """Both, without residues."""
        return _genome("t", self.target), _genome("q", self.query)

    def write(self, folder: Path) -> tuple[Path, Path]:
        """Both as FASTA files in `folder`."""
        files = folder / "target.fa", folder / "query.fa"
        for file, name, contigs in zip(files, "tq", (self.target, self.query), strict=True):
            with file.open("wb") as opened:
                for number, residues in enumerate(contigs):
                    opened.write(f">{name}{number}\n".encode() + residues.tobytes() + b"\n")
        return files


@dataclass(frozen=True, slots=True)
class _Piece:
    """A piece of the query: of the target, or `new` bases; `kind` if it tells of a change."""

    contig: int = 0
    start: int = 0
    end: int = 0
    turned: bool = False
    kind: EventKind | None = None
    new: int = 0  #: bases of its own
    lost: tuple[int, int] | None = None  #: target bases that are missing before it


def made_up(plan: Plan | None = None, target: Sequence[Residues] = ()) -> MadeUp:
    """Genomes by `plan`; `target`, where given, is a real one in place of a made-up one."""
    plan = plan or Plan()
    random = np.random.default_rng(plan.seed)
    acts = [act for kind, n in plan.changes.items() for k in range(n) for act in _acts(kind, k)]
    target = tuple(target) or _target(plan, random, len(acts))
    slots = _slots(plan, random, acts, target)
    pieces = _pieces(plan, random, slots, target)
    query, changes = [], []
    for number, row in enumerate(pieces):
        residues, told = _built(plan, random, target, number, row)
        query.append(residues)
        changes += told
    return MadeUp(target, tuple(query), tuple(changes))


# -- the target -------------------------------------------------------------------------------


Act = tuple[EventKind, str]  #: a kind of change, and the part of it that happens in one slot
Slots = list[list[tuple[int, EventKind, str]]]  #: of each chromosome: where, and what


def _slots(
    plan: Plan, random: np.random.Generator, acts: list[Act], target: Sequence[Residues]
) -> Slots:
    """What happens in which slot of each chromosome."""
    free = [
        (number, place)
        for number, contig in enumerate(target)
        for place in range(len(contig) // plan.slot - 1)
    ]
    chosen = [free[place] for place in random.permutation(len(free))[: len(acts)]]
    rows: Slots = [[] for _ in target]
    for (number, place), act in zip(chosen, acts, strict=True):
        rows[number].append((place, *act))
    return [sorted(row, key=lambda each: each[0]) for row in rows]


def _acts(kind: EventKind, number: int) -> Iterator[Act]:
    """The slots one change needs."""
    if kind in (EventKind.TRANSLOCATION, EventKind.INVERTED_TRANSLOCATION):
        yield kind, f"from {number}"
        yield kind, f"to {number}"
    elif kind in (EventKind.DUPLICATION, EventKind.INVERTED_DUPLICATION):
        if kind is EventKind.DUPLICATION and number % 2:
            yield kind, "tandem"
        else:
            yield kind, f"source {number}"
            yield kind, f"to {number}"
    elif kind is not EventKind.UNALIGNED_QUERY:  # the other side of what was replaced
        yield kind, "here"


def _target(plan: Plan, random: np.random.Generator, slots: int) -> tuple[Residues, ...]:
    """Random chromosomes with room for so many slots, and copies of repeats all over them."""
    each = -(-slots // plan.chromosomes)
    target = [_bases(random, (each + 1) * plan.slot) for _ in range(plan.chromosomes)]
    for _ in range(plan.families):
        family = _bases(random, _size(random, plan.repeat))
        for _ in range(plan.copies):
            copy = _substituted(random, family, plan.repeat_divergence)
            copy = COMPLEMENT[copy][::-1] if random.random() < 0.5 else copy
            contig = target[random.integers(len(target))]
            start = random.integers(len(contig) - len(copy))
            contig[start : start + len(copy)] = copy
    return tuple(target)


# -- the query --------------------------------------------------------------------------------


def _pieces(
    plan: Plan,
    random: np.random.Generator,
    slots: Slots,
    target: Sequence[Residues],
) -> list[list[_Piece]]:
    """The query's contigs, piece by piece."""
    moved = {
        (kind, part.split()[1]): (number, *_segment(plan, random, place, plan.sizes))
        for number, row in enumerate(slots)
        for place, kind, part in row
        if part.startswith(("from", "source"))
    }
    rows = []
    for number, row in enumerate(slots):
        pieces, done = [], 0
        for place, kind, part in row:
            if part.startswith("source"):
                continue
            if part.startswith("from"):
                _, start, end = moved[kind, part.split()[1]]
            else:
                sizes = plan.indels if kind in INDELS else plan.sizes
                start, end = _segment(plan, random, place, sizes)
            pieces.append(_Piece(number, done, start))
            if part.startswith("to"):
                source = moved[kind, part.split()[1]]
                pieces.append(_Piece(*source, turned=kind in TURNED, kind=kind))
                done = start
            else:
                pieces += _changed(kind, part, number, start, end)
                done = start if kind is EventKind.INSERTION else end
        pieces.append(_Piece(number, done, len(target[number])))
        rows.append(pieces)
    return rows


INDELS = (EventKind.INSERTION, EventKind.DELETION)
TURNED = (EventKind.INVERTED_TRANSLOCATION, EventKind.INVERTED_DUPLICATION)


def _changed(kind: EventKind, part: str, number: int, start: int, end: int) -> list[_Piece]:
    """What stands in the query where the target has `start` to `end`."""
    if kind is EventKind.INVERSION:
        return [_Piece(number, start, end, turned=True, kind=kind)]
    if part == "tandem":
        again = _Piece(number, start, end, kind=kind)
        return [_Piece(number, start, end), again]
    if kind is EventKind.INSERTION:
        return [_Piece(number, start, start, kind=kind, new=end - start)]
    if kind is EventKind.DELETION:
        return [_Piece(number, kind=kind, lost=(start, end))]
    if kind is EventKind.UNALIGNED_TARGET:
        return [_Piece(number, kind=kind, new=end - start, lost=(start, end))]
    return []  # moved away


def _built(
    plan: Plan,
    random: np.random.Generator,
    target: Sequence[Residues],
    number: int,
    pieces: list[_Piece],
) -> tuple[Residues, list[Change]]:
    """A contig of the query, and what was changed on it."""
    parts: list[Residues] = []
    changes: list[Change] = []
    at = 0
    for piece in pieces:
        part = (
            _bases(random, piece.new)
            if piece.new
            else target[piece.contig][piece.start : piece.end]
        )
        part = COMPLEMENT[part][::-1] if piece.turned else part
        part = _worn(plan, random, part)
        if piece.kind is not None:
            changes += _told(piece, Place(number, at, at + len(part)))
        parts.append(part)
        at += len(part)
    return np.concatenate(parts), changes


def _told(piece: _Piece, query: Place) -> list[Change]:
    lost = piece.lost and Place(piece.contig, *piece.lost)
    if piece.kind is EventKind.UNALIGNED_TARGET:
        return [
            Change(EventKind.UNALIGNED_TARGET, lost, None),
            Change(EventKind.UNALIGNED_QUERY, None, query),
        ]
    assert piece.kind is not None
    return [Change(piece.kind, lost or Place(piece.contig, piece.start, piece.end), query)]


def _worn(plan: Plan, random: np.random.Generator, part: Residues) -> Residues:
    """`part` with single bases changed, and a few lost or gained."""
    part = _substituted(random, part, plan.substitutions)
    amounts = np.ones(len(part), dtype=np.int64)
    hit = np.flatnonzero(random.random(len(part)) < plan.gaps)
    amounts[hit] = random.choice([0, 0, 2, 3], len(hit))
    return np.repeat(part, amounts)


def _substituted(random: np.random.Generator, part: Residues, rate: float) -> Residues:
    part = part.copy()
    hit = np.flatnonzero(random.random(len(part)) < rate)
    codes = np.searchsorted(LETTERS, part[hit])
    part[hit] = LETTERS[(codes + random.integers(1, 4, len(hit))) % 4]
    return part


def _segment(
    plan: Plan, random: np.random.Generator, place: int, sizes: tuple[int, int]
) -> tuple[int, int]:
    """Where in slot `place` the change is: in its middle, at least a quarter from its ends."""
    size = min(_size(random, sizes), plan.slot // 2)
    start = place * plan.slot + plan.slot // 2 + (plan.slot - size) // 2
    return start, start + size


def _size(random: np.random.Generator, sizes: tuple[int, int]) -> int:
    """Any size between two, every order of magnitude alike."""
    return int(np.exp(random.uniform(*np.log(sizes))))


def _bases(random: np.random.Generator, count: int) -> Residues:
    return LETTERS[random.integers(0, 4, count)]


def _genome(name: str, contigs: tuple[Residues, ...]) -> Genome:
    return Genome(
        name, tuple(Contig(f"{name}{number}", len(each)) for number, each in enumerate(contigs))
    )


def cut_up(made: MadeUp, contigs: int, seed: int = 1) -> MadeUp:
    """The same with the query in so many contigs, in any order, half of them turned.

    It is cut where nothing was changed nearby.
    """
    random = np.random.default_rng(seed)
    cuts: list[list[int]] = [[0, len(each)] for each in made.query]
    while sum(len(each) - 1 for each in cuts) < contigs:
        number = int(random.integers(len(made.query)))
        place = int(random.integers(CLEAR, len(made.query[number]) - CLEAR))
        if _is_clear(made, number, place, cuts[number]):
            cuts[number].append(place)
    pieces = [
        (number, start, end)
        for number, each in enumerate(cuts)
        for start, end in pairwise(sorted(each))
    ]
    order = random.permutation(len(pieces)).tolist()
    turned = random.random(len(pieces)) < 0.5
    pieces = [pieces[place] for place in order]
    query = [made.query[number][start:end] for number, start, end in pieces]
    return MadeUp(
        target=made.target,
        query=tuple(
            COMPLEMENT[each][::-1] if turn else each
            for each, turn in zip(query, turned, strict=True)
        ),
        changes=tuple(
            replace(change, query=change.query and _on_piece(change.query, pieces, turned.tolist()))
            for change in made.changes
        ),
    )


CLEAR = 3_000  #: bases between a cut and a change, or another cut


def _is_clear(made: MadeUp, number: int, place: int, cuts: list[int]) -> bool:
    places = [change.query for change in made.changes if change.query is not None]
    mine = [(each.start, each.end) for each in places if each.contig == number]
    mine += [(cut, cut) for cut in cuts]
    return all(not start - CLEAR < place < end + CLEAR for start, end in mine)


def _on_piece(place: Place, pieces: list[tuple[int, int, int]], turned: list[bool]) -> Place:
    for number, (contig, start, end) in enumerate(pieces):
        if contig == place.contig and start <= place.start and place.end <= end:
            if turned[number]:
                return Place(number, end - place.end, end - place.start)
            return Place(number, place.start - start, place.end - start)
    raise AssertionError("a change was cut")
