"""
Details: the alignments of a few matches base by base, for a plot that is looked at from near.

An alignment is a row of runs: `=` bases that are alike, `X` bases that are not, `M` bases of which
the alignment does not say, `I` bases of the query alone, `D` bases of the target alone. Of a long
alignment only the runs between what is looked at are told, and where they begin. The target is read
forwards; a query with strand -1 is met from its end.
"""

import re
from collections import OrderedDict
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path
from threading import Lock
from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray

from holdfast.formats.columns import Spans, whole_numbers
from holdfast.formats.paf_places import Places, read_places, tag_of

MOST_RUNS = 200_000  #: told at once
MOST_ALIGNMENTS = 400  #: told at once, the longest
KEPT_RUNS = 4_000_000  #: of alignments that were read, about 25 bytes each
MATCH, LONE, UNLIKE, EXTRA, LACKING = b"=MXID"
ON_TARGET = np.zeros(256, dtype=np.int64)
ON_TARGET[list(b"=MXDN")] = 1
ON_QUERY = np.zeros(256, dtype=np.int64)
ON_QUERY[list(b"=MXI")] = 1
#: An operation of a ``cs`` difference string (https://lh3.github.io/minimap2/minimap2.html).
DIFFERENCE = re.compile(rb":(\d+)|=([A-Za-z]+)|\*[A-Za-z]{2}|\+([A-Za-z]+)|-([A-Za-z]+)|~..(\d+)..")


class Place(NamedTuple):
    """A slice of a contig, in bases of its forward strand."""

    contig: str
    start: int
    end: int


@dataclass(frozen=True, slots=True)
class Alignment:
    """A match, and the runs of its alignment between the places asked for."""

    target: Place
    query: Place
    strand: int
    cigar: str
    begin: tuple[int, int]  #: where the first run begins on the target and on the query


@dataclass(frozen=True, slots=True)
class Details:
    """The alignments there; `cut` if there are more than can be told."""

    alignments: tuple[Alignment, ...]
    cut: bool


@dataclass(frozen=True, slots=True)
class Runs:
    """The runs of one alignment: kinds, lengths, and where each begins; one more place at the end.

    `target` counts up from the match's start, `query` from where the match meets it.
    """

    kinds: NDArray[np.uint8]
    lengths: NDArray[np.int64]
    target: NDArray[np.int64]
    query: NDArray[np.int64]

    def __len__(self) -> int:
        return len(self.kinds)

    def between(self, target: tuple[int, int], query: tuple[int, int]) -> slice:
        """The runs that lie between both slices, in the runs' own places."""
        first = max(_run_at(self.target, target[0]), _run_at(self.query, query[0]))
        last = min(
            int(np.searchsorted(self.target[:-1], target[1])),
            int(np.searchsorted(self.query[:-1], query[1])),
        )
        return slice(first, max(last, first))


def _run_at(places: NDArray[np.int64], place: int) -> int:
    """The run that holds `place`: the first that ends behind it."""
    return int(np.searchsorted(places[1:], place, side="right"))


def runs_of(line: bytes) -> Runs | None:
    """What a line of PAF tells of its alignment; None where it tells nothing, or nonsense."""
    cigar = tag_of(line, b"cg:Z:")
    if cigar is not None:
        return _placed(*_cigar(cigar))
    differences = tag_of(line, b"cs:Z:")
    return None if differences is None else _placed(*_differences(differences))


def _cigar(text: bytes) -> tuple[NDArray[np.uint8], NDArray[np.int64]]:
    letters = np.frombuffer(text, np.uint8)
    at = np.flatnonzero((letters < ord("0")) | (letters > ord("9")))
    starts = np.concatenate(([0], at[:-1] + 1)).astype(np.int64) if len(at) else at
    lengths, good = whole_numbers(letters, Spans(starts, at))
    kinds = letters[at]
    known = (ON_TARGET[kinds] + ON_QUERY[kinds]) > 0
    if not good.all() or not known.all():
        return np.zeros(0, np.uint8), np.zeros(0, np.int64)
    return np.where(kinds == ord("N"), LACKING, kinds).astype(np.uint8), lengths


def _differences(text: bytes) -> tuple[NDArray[np.uint8], NDArray[np.int64]]:
    kinds, lengths = bytearray(), []
    for found in DIFFERENCE.finditer(text):
        number, like, more, less, skipped = found.groups()
        if number is not None or like is not None:
            kinds.append(MATCH)
            lengths.append(int(number) if number is not None else len(like))
        elif more is not None:
            kinds.append(EXTRA)
            lengths.append(len(more))
        elif less is not None or skipped is not None:
            kinds.append(LACKING)
            lengths.append(len(less) if less is not None else int(skipped))
        else:
            kinds.append(UNLIKE)
            lengths.append(1)
    return np.frombuffer(bytes(kinds), np.uint8), np.array(lengths, np.int64)


def _placed(kinds: NDArray[np.uint8], lengths: NDArray[np.int64]) -> Runs | None:
    if not len(kinds):
        return None
    target = np.concatenate(([0], np.cumsum(lengths * ON_TARGET[kinds])))
    query = np.concatenate(([0], np.cumsum(lengths * ON_QUERY[kinds])))
    return Runs(kinds, lengths, target, query)


class Alignments:
    """The lines of one alignment file, found again by what they align. Threads may share it."""

    def __init__(self, path: Path) -> None:
        """Read where the lines stand.

        Raises
        ------
        FormatError
            As for :func:`~holdfast.formats.paf_places.read_places`.
        """
        self.path = path
        self.places: Places = read_places(path)
        self._kept: OrderedDict[int, Runs | None] = OrderedDict()
        self._size = 0  # of all that is kept
        self._lock = Lock()

    def between(self, target: Sequence[Place], query: Sequence[Place]) -> Details:
        """The alignments of matches that lie on one of the `target` and one of the `query` places.

        The longest come first. A match whose alignment is not known is not among them.
        """
        lines = self._lines(target, query)
        told: list[Alignment] = []
        runs, cut = 0, len(lines) > MOST_ALIGNMENTS
        for line in lines[:MOST_ALIGNMENTS]:
            found = self._told(line, target, query)
            if found is None:
                continue
            alignment, count = found
            runs += count
            if runs > MOST_RUNS:
                return Details(tuple(told), cut=True)
            told.append(alignment)
        return Details(tuple(told), cut)

    def _lines(self, target: Sequence[Place], query: Sequence[Place]) -> list[int]:
        places = self.places
        across = np.zeros(len(places), dtype=bool)
        upwards = across.copy()
        for place in target:
            across |= places.target.meeting(*place)
        for place in query:
            upwards |= places.query.meeting(*place)
        lines = np.flatnonzero(across & upwards)
        spans = places.target.end[lines] - places.target.start[lines]
        chosen: list[int] = lines[np.argsort(-spans, kind="stable")].tolist()
        return chosen

    def _told(
        self, line: int, target: Sequence[Place], query: Sequence[Place]
    ) -> tuple[Alignment, int] | None:
        """The line's alignment where it is asked for, and how many runs that is."""
        runs = self._runs(line)
        whole = self._match(line)
        if runs is None or not _fits(runs, whole):
            return None
        wanted = _joined(self._asked(runs, whole, target, query))
        kinds, lengths = runs.kinds[wanted], runs.lengths[wanted]
        text = "".join(
            f"{n}{chr(k)}" for k, n in zip(kinds.tolist(), lengths.tolist(), strict=True)
        )
        on_target = whole.target.start + int(runs.target[wanted.start])
        ahead = int(runs.query[wanted.start])
        on_query = whole.query.start + ahead if whole.strand > 0 else whole.query.end - ahead
        told = Alignment(whole.target, whole.query, whole.strand, text, (on_target, on_query))
        return told, len(kinds)

    def _asked(
        self, runs: Runs, whole: Alignment, target: Sequence[Place], query: Sequence[Place]
    ) -> Iterator[slice]:
        """The runs between each pair of places that are asked for."""
        for across in target:
            if across.contig != whole.target.contig:
                continue
            start, end = (each - whole.target.start for each in across[1:])
            for upwards in query:
                if upwards.contig != whole.query.contig:
                    continue
                low, high = (each - whole.query.start for each in upwards[1:])
                if whole.strand < 0:
                    size = whole.query.end - whole.query.start
                    low, high = size - high, size - low
                yield runs.between((start, end), (low, high))

    def _match(self, line: int) -> Alignment:
        sides = [
            Place(side.name(line), int(side.start[line]), int(side.end[line]))
            for side in (self.places.target, self.places.query)
        ]
        return Alignment(sides[0], sides[1], int(self.places.strand[line]), "", (0, 0))

    def _runs(self, line: int) -> Runs | None:
        with self._lock:
            if line in self._kept:
                self._kept.move_to_end(line)
                return self._kept[line]
        with self.path.open("rb") as file:
            runs = runs_of(self.places.text(file, line))
        with self._lock:
            if line not in self._kept:  # another thread may have been quicker
                self._kept[line] = runs
                self._size += _size(runs)
            while len(self._kept) > 1 and self._size > KEPT_RUNS:
                self._size -= _size(self._kept.popitem(last=False)[1])
        return runs


def _size(runs: Runs | None) -> int:
    return 1 if runs is None else len(runs)


def _fits(runs: Runs, whole: Alignment) -> bool:
    """Whether the runs are as long as the match they are of."""
    return (
        int(runs.target[-1]) == whole.target.end - whole.target.start
        and int(runs.query[-1]) == whole.query.end - whole.query.start
    )


def _joined(parts: Iterator[slice]) -> slice:
    """From the first to the last of the runs in `parts`; none where they are empty."""
    some = [part for part in parts if part.start < part.stop]
    if not some:
        return slice(0, 0)
    return slice(min(part.start for part in some), max(part.stop for part in some))


def turned(alignment: Alignment) -> Alignment:
    """The same alignment with target and query exchanged."""
    other = {"I": "D", "D": "I"}
    runs = [(kind, size) for size, kind in re.findall(r"(\d+)(.)", alignment.cigar)]
    on_target, on_query = alignment.begin
    if alignment.strand < 0:  # the new target is read forwards: the last run comes first
        on_target += sum(int(size) for kind, size in runs if kind in "=MXD")
        on_query -= sum(int(size) for kind, size in runs if kind in "=MXI")
        runs.reverse()
    text = "".join(f"{size}{other.get(kind, kind)}" for kind, size in runs)
    return Alignment(
        alignment.query, alignment.target, alignment.strand, text, (on_query, on_target)
    )
