"""
What differs in structure between the genomes of a plot, as a list, a table or BED.
"""

from collections.abc import Collection, Iterable
from dataclasses import dataclass

from holdfast.app.container import Container
from holdfast.app.plots.folders import ALIGNMENT_FILE
from holdfast.app.plots.opened import OpenedPlot, open_plot
from holdfast.dotplots.aligners.hidden import REVEALED
from holdfast.dotplots.genome import Genome
from holdfast.dotplots.layout.choosing import Side
from holdfast.dotplots.structure.accounts import Sizes
from holdfast.dotplots.structure.events import COLOURS, Event, EventKind, Place
from holdfast.dotplots.structure.finding import structure_of
from holdfast.errors import UsageError
from holdfast.formats.paf_gaps import read_gaps

COLUMNS = (
    *("kind", "target", "target_start", "target_end", "query", "query_start", "query_end"),
    *("strand", "target_bases", "query_bases", "identity", "matches", "matching_bases"),
)


@dataclass(frozen=True, slots=True)
class Interval:
    """Part of a contig, zero-based, half-open, in bases of its forward strand."""

    contig: str
    start: int
    end: int

    @property
    def bases(self) -> int:
        """Its length."""
        return self.end - self.start


@dataclass(frozen=True, slots=True)
class Difference:
    """An event, with its contigs by name."""

    kind: EventKind
    target: Interval | None
    query: Interval | None
    strand: int  #: +1 or -1
    identity: float | None  #: 0 to 1
    matches: int
    matching_bases: int

    @property
    def bases(self) -> int:
        """Bases, on the longer of its two sides."""
        return max(place.bases for place in (self.target, self.query) if place is not None)


@dataclass(frozen=True, slots=True)
class PlotStructure:
    """What differs between the genomes of a plot."""

    plot: str
    title: str
    least: int  #: bases; nothing smaller is told
    differences: tuple[Difference, ...]  #: along the target
    hides: bool  #: the alignment tells nothing of small pieces within its own gaps

    def of_kind(self, kind: EventKind) -> tuple[Difference, ...]:
        """Those of one kind."""
        return tuple(each for each in self.differences if each.kind is kind)


def find_structure(
    container: Container,
    name: str,
    kinds: Collection[EventKind] = tuple(EventKind),
    least: int = Sizes().least,
) -> PlotStructure:
    """What differs between the genomes of the plot called `name`, of these kinds and this size.

    Raises
    ------
    UsageError
        There is no such plot, or it compares a genome with itself.
    PlotError
        The plot is damaged.
    """
    opened = open_plot(container, name)
    if opened.alone:
        problem = f"{name} compares a genome with itself, which differs from itself in nothing"
        raise UsageError(f"{problem}; see: holdfast plot summary {name}")
    # What is small explains bases as well, so it is found first and left out afterwards.
    sizes = Sizes(min(least, Sizes().least))
    gaps = read_gaps(opened.plot.folder / ALIGNMENT_FILE, sizes.least)
    events = structure_of(opened.matches, opened.target, opened.query, gaps, sizes)
    told = tuple(
        _difference(event, opened)
        for event in events
        if event.kind in kinds and event.size >= least
    )
    command = opened.document["aligner"].get("command", "")
    hides = command.startswith("minimap2") and not command.endswith(REVEALED)
    return PlotStructure(opened.plot.name, opened.plot.title, least, told, hides)


def _difference(event: Event, opened: OpenedPlot) -> Difference:
    return Difference(
        kind=event.kind,
        target=_interval(event.target, opened.target),
        query=_interval(event.query, opened.query),
        strand=event.strand,
        identity=event.identity,
        matches=event.matches,
        matching_bases=event.bases,
    )


def _interval(place: Place | None, genome: Genome) -> Interval | None:
    if place is None:
        return None
    return Interval(genome.contigs[place.contig].name, place.start, place.end)


def table_lines(found: PlotStructure) -> Iterable[str]:
    """Tab-separated text, a difference a line; what is not there is empty."""
    yield "\t".join(COLUMNS) + "\n"
    for each in found.differences:
        identity = "" if each.identity is None else f"{each.identity:.6f}"
        row = (
            *(each.kind.value, *_columns(each.target), *_columns(each.query)),
            *("-" if each.strand < 0 else "+", _bases(each.target), _bases(each.query)),
            *(identity, each.matches, each.matching_bases),
        )
        yield "\t".join(map(str, row)) + "\n"


def bed_lines(found: PlotStructure, side: Side) -> Iterable[str]:
    """BED of nine columns on the genome of `side`, sorted by place; the score is the identity.

    What only the other genome tells has no place here. A name says the kind, and where it is on the
    other genome.
    """
    rows = [(each, *_sides(each, side)) for each in found.differences]
    placed = [(each, here, there) for each, here, there in rows if here is not None]
    for each, here, there in sorted(placed, key=lambda row: (row[1].contig, row[1].start)):
        there_name = there and f"{there.contig}:{there.start + 1}-{there.end}"
        name = each.kind.value.replace(" ", "_") + (f"({there_name})" if there_name else "")
        score = 0 if each.identity is None else round(1000 * each.identity)
        row = (
            *(here.contig, here.start, here.end, name, score, "-" if each.strand < 0 else "+"),
            *(here.start, here.end, _rgb(COLOURS[each.kind][0])),
        )
        yield "\t".join(map(str, row)) + "\n"


def _sides(each: Difference, side: Side) -> tuple[Interval | None, Interval | None]:
    """Where it is on the genome of `side`, and on the other."""
    return (each.target, each.query) if side is Side.TARGET else (each.query, each.target)


def _rgb(colour: str) -> str:
    """
    >>> _rgb("#c2185b")
    '194,24,91'
    """
    return ",".join(str(channel) for channel in bytes.fromhex(colour[1:]))


def _columns(interval: Interval | None) -> tuple[object, ...]:
    return ("", "", "") if interval is None else (interval.contig, interval.start, interval.end)


def _bases(interval: Interval | None) -> object:
    return "" if interval is None else interval.bases
