"""``holdfast plot fasta``: the query as a plot shows it, as a FASTA file."""

from pathlib import Path
from typing import Annotated

import typer

from holdfast.cli.output import Bar, counted, show
from holdfast.cli.plot.answers import PlotName
from holdfast.cli.plot.options import GENOME, AsJson

commands = typer.Typer(no_args_is_help=True)


@commands.command()
def fasta(
    name: PlotName,
    file: Annotated[
        Path, typer.Argument(help="The file to write; .gz, .bgz, .zst, .xz or .bz2 compresses it.")
    ],
    as_reference: Annotated[
        bool,
        typer.Option(
            "--as-reference",
            help="Join the contigs that belong to one target, with 100 N between them.",
        ),
    ] = False,
    query: Annotated[
        str | None,
        typer.Option(help=f"{GENOME}: where the query's residues are now."),
    ] = None,
    as_json: AsJson = False,
) -> None:
    """Write the query's contigs in the order in which a plot shows them, turned as there.

    Example:

        holdfast plot fasta new-against-old ordered.fa.gz

        holdfast plot fasta new-against-old chromosomes.fa --as-reference

    With `--as-reference` a record has the name of its target; contigs that belong to none follow,
    with `_unaligned` behind their names, and an AGP file beside says what was joined. A plot keeps
    no residues: they are read from where they were, and must be what was compared. Exit codes: 0 it
    is written, 1 the query has changed, 2 there is no such plot, or its query is not found.
    """
    from holdfast.app.container import Container
    from holdfast.app.plots.fasta import write_query

    with Container.read() as container, Bar(silent=as_json) as bar:
        written = write_query(
            container, name, file, as_reference=as_reference, query=query, listener=bar
        )
    contigs = counted(written.contigs, "contig")
    told = f"{contigs}, {written.turned:,} of them turned, in {counted(written.records, 'record')}"
    answer = [f"Written: {written.file} ({told})"]
    if written.agp is not None:
        answer.append(f"What was joined: {written.agp}")
    show(written, *answer, as_json=as_json)
