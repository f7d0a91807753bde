"""
Reordered: the query's contigs as records of a new FASTA file, in the order and as turned as drawn,
or joined along the target.

What is joined is guessed from the target: no base of the gaps is known, and neither is their
length. An AGP file says what was joined to what
(https://www.ncbi.nlm.nih.gov/genbank/genome_agp_specification/).
"""

from collections.abc import Iterable, Iterator
from dataclasses import dataclass

import numpy as np

from holdfast.dotplots.genome import Genome
from holdfast.dotplots.layout.arrangement import Layout
from holdfast.dotplots.layout.choosing import Order, best_others
from holdfast.dotplots.matches import Matches
from holdfast.errors import PlotError

GAP = 100  #: N between two contigs; by convention this many mean that nobody knows how many
UNALIGNED = "_unaligned"  #: behind the names of contigs that belong to no target


@dataclass(frozen=True, slots=True)
class Part:
    """A contig as it is written."""

    contig: int  #: its place in the genome's list
    turned: bool  #: reverse-complemented


@dataclass(frozen=True, slots=True)
class Record:
    """A record of the file: its parts stand one after another, with GAP between them."""

    name: str
    parts: tuple[Part, ...]


def as_drawn_records(query: Genome, layout: Layout) -> tuple[Record, ...]:
    """Each contig of the query by itself, in the order drawn, turned as drawn."""
    turned = layout.query.reversed
    return tuple(
        Record(query.contigs[place].name, (Part(place, turned[place]),))
        for place in layout.query.order
    )


def as_reference_records(
    matches: Matches, target: Genome, query: Genome, layout: Layout, order: Order
) -> tuple[Record, ...]:
    """For each target as drawn the contigs that belong to it, joined; then the others, singly.

    A target to which none belongs has no record.

    Raises
    ------
    PlotError
        Two records would have one name.
    """
    best = best_others(matches, target, query, order)
    turned = layout.query.reversed
    parts: dict[int, list[Part]] = {int(place): [] for place in np.unique(best)}
    for place in layout.query.order:
        parts[int(best[place])].append(Part(place, turned[place]))
    records = [
        Record(target.contigs[place].name, tuple(parts[place]))
        for place in layout.target.order
        if place in parts
    ]
    records += (
        Record(query.contigs[part.contig].name + UNALIGNED, (part,)) for part in parts.get(-1, ())
    )
    _check_names(records)
    return tuple(records)


def agp(records: Iterable[Record], query: Genome, remark: str) -> Iterator[str]:
    """The lines of an AGP 2.1 file on what was joined, each with its end."""
    yield f"##agp-version\t2.1\n# {remark}\n"
    for record in records:
        yield from _agp_lines(record, query)


def _agp_lines(record: Record, query: Genome) -> Iterator[str]:
    end, line = 0, 0
    for number, part in enumerate(record.parts):
        if number:
            line += 1
            yield _agp_line(
                record.name, end, GAP, line, "U", (GAP, *"scaffold yes align_genus".split())
            )
            end += GAP
        contig = query.contigs[part.contig]
        line += 1
        told = (contig.name, 1, contig.length, "-" if part.turned else "+")
        yield _agp_line(record.name, end, contig.length, line, "W", told)
        end += contig.length


def _agp_line(
    name: str, end: int, length: int, line: int, kind: str, told: tuple[object, ...]
) -> str:
    """A line on what stands behind the first `end` bases of a record."""
    return "\t".join(map(str, (name, end + 1, end + length, line, kind, *told))) + "\n"


def _check_names(records: Iterable[Record]) -> None:
    seen: set[str] = set()
    for record in records:
        if record.name in seen:
            raise PlotError(
                f"two records of the joined genome would be called {record.name}; "
                "rename the contig in its file and compare again"
            )
        seen.add(record.name)
