"""
Genomes cut into contigs whose true order and orientation are known, with made-up matches.

A target has families of repeats at known places. The query is the target rearranged, cut, shuffled
and turned; each piece matches where it comes from, in blocks with small gaps, and each of its
repeats also matches other copies of the family, which are less alike.
"""

from bisect import bisect_left
from dataclasses import dataclass, replace

import numpy as np

from holdfast.dotplots.genome import Contig, Genome
from holdfast.dotplots.layout.arrangement import Arrangement
from holdfast.dotplots.matches import Matches

LEAST = 150  #: bases; shorter pieces match nothing


@dataclass(frozen=True, slots=True)
class Making:
    """How a jigsaw is cut."""

    chromosomes: int = 4
    length: int = 500_000  #: bases of a chromosome, about
    contig: int = 20_000  #: bases of a contig, about
    families: tuple[tuple[int, int], ...] = ()  #: of repeats: bases and copies
    moved: int = 0  #: ends of chromosomes that are exchanged, and pieces put elsewhere
    turned: int = 0  #: inversions
    copies_matched: int = 25  #: other copies that a repeat matches, at most


@dataclass(frozen=True, slots=True)
class Stretch:
    """A stretch of the target as it is in the query."""

    target: int
    start: int
    end: int
    strand: int

    @property
    def length(self) -> int:
        return self.end - self.start

    def split(self, at: int) -> "tuple[Stretch, Stretch]":
        """Its first `at` bases, as the query reads it, and the rest."""
        one, other = self.start, self.end
        if self.strand > 0:
            cut = one + at
            return (
                Stretch(self.target, one, cut, 1),
                Stretch(self.target, cut, other, 1),
            )
        cut = other - at
        return Stretch(self.target, cut, other, -1), Stretch(self.target, one, cut, -1)

    def flipped(self) -> "Stretch":
        return Stretch(self.target, self.start, self.end, -self.strand)


Piece = list[Stretch]


@dataclass(frozen=True, slots=True)
class Jigsaw:
    """Two genomes, their matches, and the truth."""

    target: Genome
    query: Genome
    matches: Matches
    place: tuple[float, ...]  #: of each contig's larger part on the target's axis
    turned: tuple[bool, ...]  #: contigs that must be turned

    def share_in_order(self, found: Arrangement) -> float:
        """The longest run of contigs, not needing to be neighbours, that stand in true order."""
        ends: list[float] = []
        for contig in found.order:
            place = bisect_left(ends, self.place[contig])
            ends[place : place + 1] = [self.place[contig]]
        return len(ends) / len(self.place)

    def share_turned_right(self, found: Arrangement) -> float:
        return float(np.mean(np.array(found.reversed) == np.array(self.turned)))


def jigsaw(making: Making, seed: int) -> Jigsaw:
    """A jigsaw; the same for the same seed."""
    random = np.random.default_rng(seed)
    lengths = random.integers(
        int(making.length * 0.6), int(making.length * 1.4), making.chromosomes
    )
    target = Genome("t", tuple(Contig(f"T{i}", int(each)) for i, each in enumerate(lengths)))
    chromosomes = [[Stretch(i, 0, int(each), 1)] for i, each in enumerate(lengths)]
    for _ in range(making.moved):
        _move(chromosomes, random)
    for _ in range(making.turned):
        _invert(chromosomes[random.integers(len(chromosomes))], random)
    pieces = [piece for each in chromosomes for piece in _cut(each, making.contig, random)]
    shuffled = [pieces[i] for i in random.permutation(len(pieces))]
    pieces = [
        [each.flipped() for each in piece[::-1]] if random.random() < 0.5 else piece
        for piece in shuffled
    ]
    contigs = tuple(Contig(f"c{i}", _length(piece)) for i, piece in enumerate(pieces))
    rows = _Rows(random, _repeats(making, target, random), making.copies_matched)
    for number, piece in enumerate(pieces):
        rows.add(number, piece)
    larger = [_larger(piece) for piece in pieces]
    return Jigsaw(
        target,
        Genome("q", contigs),
        rows.matches(),
        tuple(float(target.offsets[t] + middle) for t, middle, _ in larger),
        tuple(strand < 0 for *_, strand in larger),
    )


def with_insertions(puzzle: Jigsaw, seed: int, apart: int = 30_000, bases: int = 20_000) -> Jigsaw:
    """The puzzle after the target got insertions, about as far apart and as long as said.

    No match is parted, so that one may seem to lie where an insertion is: the places of matches
    drift away from each other as those of a genome full of young transposons do.
    """
    random = np.random.default_rng(seed)
    target, matches = puzzle.target, puzzle.matches
    starts, place = matches.target_start.copy(), np.array(puzzle.place)
    owner = np.searchsorted(target.offsets, place, side="right") - 1
    place -= target.offsets[owner]
    contigs = []
    for number, contig in enumerate(target.contigs):
        at = np.sort(random.integers(0, contig.length, max(1, contig.length // apart)))
        added = np.concatenate(([0], np.cumsum(random.exponential(bases, len(at)).astype(int))))
        for values, which in ((starts, matches.target == number), (place, owner == number)):
            values[which] += added[np.searchsorted(at, values[which], side="right")]
        contigs.append(Contig(contig.name, contig.length + int(added[-1])))
    grown = Genome(target.name, tuple(contigs))
    ends = np.minimum(
        starts + matches.target_end - matches.target_start, grown.lengths[matches.target]
    )
    moved = replace(matches, target_start=starts, target_end=ends)
    places = tuple((place + grown.offsets[owner]).tolist())
    return replace(puzzle, target=grown, matches=moved, place=places)


def _length(piece: Piece) -> int:
    return sum(each.length for each in piece)


def _larger(piece: Piece) -> tuple[int, float, int]:
    """Where the larger part of a piece lies: the target, its middle there, and the strand."""
    bases: dict[int, int] = {}
    for each in piece:
        bases[each.target] = bases.get(each.target, 0) + each.length
    target = max(bases, key=lambda each: bases[each])
    there = [each for each in piece if each.target == target]
    largest = max(there, key=lambda each: each.length)
    strand = sum(each.length * each.strand for each in there)
    return target, (largest.start + largest.end) / 2, 1 if strand >= 0 else -1


def _parted(piece: Piece, at: int) -> tuple[Piece, Piece]:
    """The first `at` bases of a piece, and the rest."""
    before: Piece = []
    for number, each in enumerate(piece):
        if at < each.length:
            first, second = each.split(at) if at else (None, each)
            return [*before, *([first] if first else [])], [second, *piece[number + 1 :]]
        before.append(each)
        at -= each.length
    return before, []


def _move(chromosomes: list[Piece], random: np.random.Generator) -> None:
    """Two chromosomes exchange their ends, or a piece of one goes elsewhere."""
    one, other = (int(each) for each in random.integers(len(chromosomes), size=2))
    if random.random() < 0.5 and one != other:
        first, second = (
            _parted(chromosomes[each], int(random.uniform(0.2, 0.8) * _length(chromosomes[each])))
            for each in (one, other)
        )
        chromosomes[one], chromosomes[other] = first[0] + second[1], second[0] + first[1]
        return
    length = _length(chromosomes[one])
    start = int(random.uniform(0, 0.8) * length)
    before, rest = _parted(chromosomes[one], start)
    taken, after = _parted(rest, int(random.uniform(0.05, 0.2) * length))
    chromosomes[one] = before + after
    left, right = _parted(
        chromosomes[other], int(random.uniform(0, 1) * _length(chromosomes[other]))
    )
    chromosomes[other] = left + taken + right


def _invert(piece: Piece, random: np.random.Generator) -> None:
    length = _length(piece)
    before, rest = _parted(piece, int(random.uniform(0, 0.8) * length))
    taken, after = _parted(rest, int(random.uniform(0.02, 0.15) * length))
    piece[:] = before + [each.flipped() for each in taken[::-1]] + after


def _cut(piece: Piece, contig: int, random: np.random.Generator) -> list[Piece]:
    pieces = []
    while _length(piece) > contig * 2:
        first, piece = _parted(piece, int(random.uniform(0.3, 1.7) * contig))
        pieces.append(first)
    return [*pieces, piece]


Copies = list[tuple[int, int, int, int, int]]


def _repeats(making: Making, target: Genome, random: np.random.Generator) -> Copies:
    """Each copy: family, target, start, end, strand."""
    copies: Copies = []
    for family, (bases, count) in enumerate(making.families):
        for _ in range(count):
            chromosome = int(random.integers(len(target.contigs)))
            start = int(random.integers(target.contigs[chromosome].length - bases))
            copies.append((family, chromosome, start, start + bases, int(random.choice([-1, 1]))))
    return copies


class _Rows:
    """Collects matches row by row."""

    def __init__(self, random: np.random.Generator, copies: Copies, most: int) -> None:
        self.random, self.copies, self.most = random, copies, most
        self.of_family: dict[int, Copies] = {}
        for copy in copies:
            self.of_family.setdefault(copy[0], []).append(copy)
        self.rows: list[tuple[int, int, int, int, int, int, int, float]] = []

    def add(self, contig: int, piece: Piece) -> None:
        begin = 0
        for stretch in piece:
            self._true(contig, begin, stretch)
            self._copies(contig, begin, stretch)
            begin += stretch.length

    def _true(self, contig: int, begin: int, stretch: Stretch) -> None:
        """The stretch where it comes from, in blocks."""
        at = 0
        while at < stretch.length:
            block = min(int(self.random.exponential(8000)) + 300, stretch.length - at)
            if block >= LEAST:
                self._row(contig, begin, stretch, at, at + block, self.random.normal(0.985, 0.005))
            at += block + int(self.random.exponential(150))

    def _row(
        self, contig: int, begin: int, stretch: Stretch, start: int, end: int, identity: float
    ) -> None:
        if stretch.strand > 0:
            on_target = (stretch.start + start, stretch.start + end)
        else:
            on_target = (stretch.end - end, stretch.end - start)
        row = (contig, begin + start, begin + end, stretch.target, *on_target, stretch.strand)
        self.rows.append((*row, min(identity, 1.0)))

    def _copies(self, contig: int, begin: int, stretch: Stretch) -> None:
        """Other copies of the repeats of the stretch."""
        for copy in self.copies:
            family, target, first, last, strand = copy
            low, high = max(first, stretch.start), min(last, stretch.end)
            if target != stretch.target or high - low < LEAST:
                continue
            others = [each for each in self.of_family[family] if each is not copy]
            chosen = self.random.permutation(len(others))[: self.most]
            on_query = (
                (low - stretch.start, high - stretch.start)
                if stretch.strand > 0
                else (stretch.end - high, stretch.end - low)
            )
            for number in chosen:
                _, where, begins, ends, facing = others[number]
                if facing == strand:
                    there = (begins + low - first, begins + high - first)
                else:
                    there = (ends - (high - first), ends - (low - first))
                row = (contig, begin + on_query[0], begin + on_query[1], where, *there)
                both = stretch.strand * strand * facing
                self.rows.append((*row, both, float(self.random.uniform(0.8, 0.97))))

    def matches(self) -> Matches:
        columns = [np.array(column) for column in zip(*self.rows, strict=True)]
        query, query_start, query_end, target, target_start, target_end, strand, identity = columns
        return Matches(
            target=target.astype(np.int32),
            query=query.astype(np.int32),
            target_start=target_start,
            target_end=target_end,
            query_start=query_start,
            query_end=query_end,
            strand=strand.astype(np.int8),
            identity=identity.astype(np.float32),
            bases=((query_end - query_start) * identity).astype(np.int64),
            mapq=np.full(len(query), 60, dtype=np.uint8),
        )
