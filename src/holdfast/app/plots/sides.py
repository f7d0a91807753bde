"""
Sides of an alignment that is given: what is known of its two genomes before it is read.

A side may be named as any genome is, or by an index, which has names and lengths and no residues:
one of D-Genies (``.idx``: a name, then a line for each contig) or one of samtools (``.fai``).
"""

import json
import re
from collections.abc import Iterable, Mapping
from contextlib import ExitStack
from dataclasses import asdict, dataclass
from pathlib import Path
from typing import Any

from holdfast.app.container import Container
from holdfast.app.plots.genomes import GenomeSource, Kind, genome_found
from holdfast.base.files import write_atomic
from holdfast.base.progress import Listener, ignore
from holdfast.dotplots.genome import Contig, Genome, genome_name, read_genome
from holdfast.errors import FormatError
from holdfast.formats.compression import open_content
from holdfast.formats.contig_index import read_index
from holdfast.formats.fai import read_fai

INDEX_ENDING, FAI_ENDING = ".idx", ".fai"
HEAD = 4096  #: bytes looked at
TABS = 2  #: in a line of an index that says how its contigs were drawn
#: How an index of D-Genies begins: a name, and a contig with its length.
INDEX = re.compile(rb"[^>\t\n][^\t\n]*\n[^\t\n]+\t\d+(\t[01])?\r?(\n|$)")


@dataclass(frozen=True, slots=True)
class Side:
    """What is known of one genome of an alignment."""

    told: Mapping[str, Any]  #: what the plot's question says of it
    contigs: tuple[Contig, ...] | None = None  #: None: its FASTA file tells, or nothing does
    source: GenomeSource | None = None  #: where its residues are, if that is known
    turned: frozenset[str] | None = None  #: drawn reversed, by an index that says which

    @property
    def name(self) -> str | None:
        """What the genome is called; None if nothing says."""
        name: str | None = self.told["name"]
        return name

    def prepare(self, container: Container, making: Path, side: str) -> dict[str, str] | None:
        """Put into `making` what the task needs to know of this side, and say where it is."""
        if self.contigs is not None:
            file = making / f"{side}.contigs.json"
            write_atomic(file, json.dumps([asdict(each) for each in self.contigs]).encode())
            return {"contigs": str(file)}
        if self.source is not None:
            return {"fasta": str(self.source.fasta(container, making, side))}
        return None


UNKNOWN = Side({"name": None, "given": "", "kind": Kind.ALIGNMENT.value, "provenance": {}})


def read_prepared(prepared: Mapping[str, str] | None, name: str) -> Genome | None:
    """The genome of a side as :meth:`Side.prepare` left it; None if nothing is known of it.

    Raises
    ------
    FormatError
        Its FASTA file cannot be read.
    """
    if prepared is None:
        return None
    if "fasta" in prepared:
        return read_genome(Path(prepared["fasta"]), name)
    rows = json.loads(Path(prepared["contigs"]).read_bytes())
    return Genome(name, tuple(Contig(**row) for row in rows))


def find_side(
    container: Container, given: str | None, stack: ExitStack, listener: Listener = ignore
) -> Side:
    """The side that a person calls `given`; what had to be fetched for it is there as long as
    `stack` is open.

    Raises
    ------
    UsageError
        There is no such genome, or there are several.
    FormatError
        Its index cannot be read.
    """
    if given is None:
        return UNKNOWN
    source = stack.enter_context(genome_found(container, given, listener))
    ending = None if source.file is None else _index_ending(source.file)
    if source.file is not None and ending is not None:
        return side_of_index(source.file, source.side(), ending)
    contigs = None
    if source.kind is Kind.COLLECTION:
        members = container.store.collection(source.provenance["collection_digest"]).members
        contigs = tuple(Contig(each.name, each.length, str(each.digest)) for each in members)
    if source.kind is Kind.SEQUENCE:
        digest = source.provenance["sequence_digest"]
        contigs = (Contig(source.name, source.bases, digest),)
    return Side(source.side(), contigs, source)


def side_of_index(file: Path, told: Mapping[str, Any], ending: str = INDEX_ENDING) -> Side:
    """The side that an index describes; `told` is what the plot's question says of the file.

    Raises
    ------
    FormatError
        It cannot be read, or two of its contigs have one name.
    """
    told = {**told, "kind": Kind.INDEX.value}
    if ending == FAI_ENDING:  # of a FASTA file, whose name is before its own ending
        contigs = _distinct(file, [(row.name, row.length) for row in read_fai(file)])
        return Side({**told, "name": genome_name(Path(told["name"]))}, contigs)
    name, rows = read_index(file)
    contigs = tuple(Contig(row.name, row.length) for row in rows)
    turned = None
    if _is_arranged(file):
        turned = frozenset(row.name for row in rows if row.reversed)
    return Side({**told, "name": name}, contigs, None, turned)


def _is_arranged(file: Path) -> bool:
    """Whether an index has the third column, which one of contigs in no particular order lacks."""
    with open_content(file) as content:
        _, _, rest = content.peek(HEAD).partition(b"\n")
    return rest.partition(b"\n")[0].count(b"\t") == TABS


def _index_ending(file: Path) -> str | None:
    """Which kind of index `file` is, if it is one."""
    ending = Path(file.name.lower()).suffix
    if ending in (INDEX_ENDING, FAI_ENDING):
        return ending
    with open_content(file) as content:
        return INDEX_ENDING if INDEX.match(content.peek(HEAD)) else None


def _distinct(file: Path, rows: Iterable[tuple[str, int]]) -> tuple[Contig, ...]:
    """The contigs of the rows of an index, whose names must differ."""
    contigs: dict[str, Contig] = {}
    for line, (name, length) in enumerate(rows, start=1):
        if name in contigs:
            problem = f"a second sequence is called {name}; give each its own name"
            raise FormatError(file, line, problem)
        contigs[name] = Contig(name, length)
    return tuple(contigs.values())
