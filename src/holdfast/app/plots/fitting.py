"""
Fitting: whether the contigs that an alignment names are those of the genomes it is said to be of.

A name that a genome lacks, or has in another length, means that another genome was aligned, or that
target and query are swapped. Which it is, and in what line, is worth a sentence.
"""

from collections.abc import Mapping
from dataclasses import dataclass

from holdfast.dotplots.genome import Contig, Genome
from holdfast.errors import ContigUnknown
from holdfast.formats.paf import PafTable


@dataclass(frozen=True, slots=True)
class Names:
    """The contigs that an alignment names, with their lengths, in order of appearance."""

    target: Mapping[str, int]
    query: Mapping[str, int]
    table: PafTable

    @classmethod
    def of(cls, table: PafTable) -> "Names":
        """The contigs of `table`."""
        return cls(
            dict(zip(table.target_names, table.target_lengths, strict=True)),
            dict(zip(table.query_names, table.query_lengths, strict=True)),
            table,
        )

    def line(self, side: str, name: str) -> int:
        """The first line of the table that names a contig, from 1."""
        names = self.table.target_names if side == "target" else self.table.query_names
        column = self.table.target if side == "target" else self.table.query
        return int((column == names.index(name)).argmax()) + 1


def fitted(
    names: Names, target: Genome | None, query: Genome | None, file: str, *, lines: bool
) -> tuple[Genome, Genome]:
    """The genomes of an alignment: those that are known, or what it names itself.

    A query that nobody named is the target too, if all its contigs are. `lines` says that the
    table's lines are those of `file`, so that they can be told.

    Raises
    ------
    ContigUnknown
        The alignment names a contig that its genome lacks, or that has another length there.
    """
    _refuse_swapped(names, target, query, file)
    if query is None and target is not None and _fits(target, names.query):
        query = target
    for side, genome in (("target", target), ("query", query)):
        if genome is not None:
            _refuse_strange(names, side, genome, file, lines=lines)
    return target or _genome("target", names.target), query or _genome("query", names.query)


def _genome(name: str, contigs: Mapping[str, int]) -> Genome:
    return Genome(name, tuple(Contig(each, length) for each, length in contigs.items()))


def _fits(genome: Genome | None, contigs: Mapping[str, int]) -> bool:
    """Whether `genome` has all of `contigs`, as long as they are; one that is not known has."""
    if genome is None:
        return True
    known = {contig.name: contig.length for contig in genome.contigs}
    return contigs.items() <= known.items()


def _refuse_swapped(names: Names, target: Genome | None, query: Genome | None, file: str) -> None:
    """Raise a ContigUnknown if each genome has the contigs of the other side, and not its own."""
    straight = _fits(target, names.target) and _fits(query, names.query)
    swapped = _fits(target, names.query) and _fits(query, names.target)
    if straight or not swapped:
        return
    sides = [("target", target, "query"), ("query", query, "target")]
    told = [f"{genome.name} is its {other}" for _, genome, other in sides if genome is not None]
    raise ContigUnknown(
        f"{file}: target and query are swapped: {' and '.join(told)} by the names and lengths of "
        "contigs; exchange the two"
    )


def _refuse_strange(names: Names, side: str, genome: Genome, file: str, *, lines: bool) -> None:
    """Raise a ContigUnknown for the first contig that `genome` lacks, or has in another length."""
    for name, length in (names.target if side == "target" else names.query).items():
        problem = _strange(side, genome, name, length)
        if problem is not None:
            where = f"{file}:{names.line(side, name)}" if lines else file
            raise ContigUnknown(f"{where}: {problem}; name the {side} that was aligned")


def _strange(side: str, genome: Genome, name: str, length: int) -> str | None:
    """What is wrong with a contig that an alignment names."""
    if name not in genome.numbers:
        return f"the alignment names the {side} contig {name!r}, which {genome.name} lacks"
    known = genome.contigs[genome.numbers[name]].length
    if known == length:
        return None
    return (
        f"the {side} contig {name!r} has {length:,} bases in the alignment and {known:,} in "
        f"{genome.name}"
    )
