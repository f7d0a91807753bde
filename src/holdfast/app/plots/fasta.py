"""
The query of a plot as a FASTA file: contigs in the order drawn and turned as drawn, or joined along
the target.

A plot does not keep residues. They are read from where the query came from, and each contig must be
what was compared: where its digest is known, that is asked, else its length.
"""

import tempfile
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace
from pathlib import Path

from holdfast.app.container import Container
from holdfast.app.plots.genomes import Kind, genome_found
from holdfast.app.plots.opened import OpenedPlot, open_plot
from holdfast.app.plots.spool import Spool, spooled
from holdfast.base.files import atomic_file, write_atomic
from holdfast.base.progress import Listener, ignore
from holdfast.dotplots.genome import genome_name
from holdfast.dotplots.layout.arrangement import Layout
from holdfast.dotplots.layout.choosing import Order, Side, laid_out
from holdfast.dotplots.reordered import (
    GAP,
    UNALIGNED,
    Part,
    Record,
    agp,
    as_drawn_records,
    as_reference_records,
)
from holdfast.errors import UsageError
from holdfast.formats.compressing import compressed, compression
from holdfast.formats.fasta_writing import FastaWriter

WITHOUT_RESIDUES = {Kind.INDEX.value, Kind.ALIGNMENT.value}


@dataclass(frozen=True, slots=True)
class WrittenFasta:
    """What was written."""

    plot: str
    file: Path
    records: int
    residues: int  #: gaps included
    contigs: int
    turned: int  #: contigs that were reverse-complemented
    joined: int  #: contigs that stand in a record with others
    agp: Path | None  #: what was joined to what


def write_query(
    container: Container,
    name: str,
    file: Path,
    *,
    as_reference: bool = False,
    query: str | None = None,
    layout: Layout | None = None,
    listener: Listener = ignore,
) -> WrittenFasta:
    """Write the query of the plot called `name` to `file`, compressed as its ending says.

    Its residues are read from `query`, or from where they were when the plot was made. Contigs
    stand as `layout` says, or as they were drawn when the plot was made.

    Raises
    ------
    UsageError
        There is no such plot, or it does not know where the residues are; nothing was written.
    PlotError
        The query is no longer what was compared.
    """
    opened = open_plot(container, name)
    if layout is not None:
        opened = replace(opened, layout=layout)
    records = _records(opened, as_reference=as_reference)
    file = file.expanduser().absolute()
    agp_file = file.with_name(f"{genome_name(file)}.agp") if as_reference else None
    given = query or _given(opened)
    _check_places(file, agp_file, given)
    with (
        genome_found(container, given, listener) as source,
        tempfile.TemporaryDirectory(dir=file.parent, prefix=".tmp-fasta-") as folder,
    ):
        fasta = source.fasta(container, Path(folder), "query")
        with spooled(fasta, opened.query, Path(folder), _is_partial(opened), listener) as spool:
            records += _unmatched(spool, len(opened.query.contigs), as_reference=as_reference)
            writer = _write(file, records, spool, container.settings.processors)
    if agp_file is not None:
        remark = f"{opened.query.name} joined along {opened.target.name}, plot {opened.plot.name}"
        write_atomic(agp_file, "".join(agp(records, spool.genome, remark)).encode())
    parts = [part for record in records for part in record.parts]
    return WrittenFasta(
        plot=opened.plot.name,
        file=file,
        records=writer.records,
        residues=writer.residues,
        contigs=len(parts),
        turned=sum(part.turned for part in parts),
        joined=sum(len(record.parts) for record in records if len(record.parts) > 1),
        agp=agp_file,
    )


def _records(opened: OpenedPlot, *, as_reference: bool) -> tuple[Record, ...]:
    if not as_reference:
        return as_drawn_records(opened.query, opened.layout)
    target, query = opened.target, opened.query
    layout = opened.layout
    if opened.side is Side.TARGET or opened.order not in {Order.CHAIN, Order.REFERENCE}:
        # As drawn the query's contigs do not stand along the target, so joined they must.
        layout = laid_out(opened.matches, target, query, Order.CHAIN)
    return as_reference_records(opened.matches, target, query, layout, opened.order)


def _is_partial(opened: OpenedPlot) -> bool:
    """Whether the query may have contigs that the plot does not know: an alignment named them."""
    return bool(opened.document["query"].get("kind") == Kind.ALIGNMENT.value)


def _unmatched(spool: Spool, known: int, *, as_reference: bool) -> tuple[Record, ...]:
    """A record for each contig that only the file has, behind the `known` ones."""
    ending = UNALIGNED if as_reference else ""
    return tuple(
        Record(spool.genome.contigs[place].name + ending, (Part(place, turned=False),))
        for place in range(known, len(spool.genome.contigs))
    )


def _given(opened: OpenedPlot) -> str:
    """What to look for the residues by: the file as it was, a URL, a collection, a release."""
    known = opened.document["query"]["provenance"]
    if opened.document["query"].get("kind") in WITHOUT_RESIDUES:
        raise UsageError(
            f"the plot {opened.plot.name} was made without the residues of its query; name the "
            "FASTA file that has them with --query"
        )
    path = known.get("path")
    if path and Path(path).is_file():
        return str(path)
    return str(known.get("collection") or opened.document["query"]["given"])


def _check_places(file: Path, agp_file: Path | None, given: str) -> None:
    """Raise a UsageError for a place where nothing can, or should, be written."""
    if file.is_dir() or not file.parent.is_dir():
        raise UsageError(f"{file} cannot be written; name a file in a folder that is there")
    if Path(given).exists() and file.exists() and file.samefile(given):
        raise UsageError(f"{file} is the query itself; choose another file")
    if agp_file == file:
        raise UsageError(f"{file} would be the AGP file too; let its name end with .fa")


def _write(file: Path, records: Sequence[Record], spool: Spool, threads: int) -> FastaWriter:
    with (
        atomic_file(file) as opened,
        compressed(opened, compression(None, file), threads) as sink,
    ):
        writer = FastaWriter(sink)
        for record in records:
            writer.write(record.name, _joined(record, spool))
    return writer


def _joined(record: Record, spool: Spool) -> Iterator[bytes]:
    """The residues of a record's parts, with gaps between them."""
    for number, part in enumerate(record.parts):
        if number:
            yield b"N" * GAP
        yield from spool.pieces(part.contig, turned=part.turned)
