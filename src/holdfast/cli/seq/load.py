"""``holdfast seq load``: sequences into the store."""

from typing import Annotated

import typer

from holdfast.cli.output import Bar, show, size, table
from holdfast.cli.seq.options import AsJson, Reassign, alarm, open_container

commands = typer.Typer()


@commands.command()
def load(
    files: Annotated[
        list[str],
        typer.Argument(help="Files or URLs (http, https, ftp, file); - is standard input."),
    ],
    namespace: Annotated[
        str,
        typer.Option(
            help="The namespace in which the records' names become aliases; auto infers it."
        ),
    ] = "local",
    collection: Annotated[
        str | None, typer.Option(help="What to call the records (default: the file's name).")
    ] = None,
    definitions: Annotated[
        str,
        typer.Option(
            metavar="none|bars|all", help="What else of a definition line becomes an alias."
        ),
    ] = "bars",
    reassign: Reassign = False,
    as_json: AsJson = False,
) -> None:
    """Load files of sequences: FASTA, GenBank, EMBL, UniProtKB or 2bit.

    Example:

        holdfast seq load yeast.fa.gz --namespace sgd
        holdfast seq load https://example.org/genomes/chr1.gbk --namespace genbank

    The format is recognised by the content, and so is the compression: gzip, bgzip, zstd, bzip2,
    xz. Each file is loaded whole or not at all. Its records' names become aliases, and together
    they are a collection. Names between bars, as in `sp|P69905|HBA_HUMAN`, become aliases too;
    `--definitions all` takes Ensembl's names as well, with and without their version. Exit code
    1: a file is broken or cannot be fetched, or a name belongs to another sequence.
    """
    from holdfast.app.sequences.load import load_sequences

    with open_container() as container, Bar(silent=as_json) as bar:
        loaded = load_sequences(
            container,
            files,
            namespace,
            collection,
            definitions=definitions,
            reassign=reassign,
            listener=bar,
        )
    columns = ("collection", "sequences", "new", "residues", "aliases", "retired", "stored")
    rows = [
        (
            report.collection,
            report.sequences_seen,
            report.sequences_new,
            report.residues_seen,
            report.aliases_added,
            report.aliases_retired,
            size(report.bytes_added),
        )
        for report in loaded.files
    ]
    alarms = [alarm(alias) for report in loaded.files for alias in report.alarms]
    show(loaded, table(columns, rows), *alarms, as_json=as_json)
