"""``holdfast seq export|digest``: sequences out of the store as files, and digests of any file."""

import json
import sys
from enum import StrEnum
from typing import TYPE_CHECKING, Annotated

import typer

from holdfast.cli.output import Bar, counted, plain, show, size
from holdfast.cli.seq.options import AsJson, At, Output, open_container
from holdfast.errors import UsageError

if TYPE_CHECKING:
    from holdfast.app.sequences.digest import Digested

commands = typer.Typer()


class FormatWord(StrEnum):
    """The formats as they are written on the command line."""

    FASTA = "fasta"
    TWOBIT = "2bit"


class DeflineWord(StrEnum):
    """What stands behind ``>``, as it is written on the command line."""

    NAMES = "names"
    ALIASES = "aliases"


@commands.command("export")
def export_sequences(  # noqa: PLR0913, PLR0917 - each option of the command is an argument here
    names: Annotated[
        list[str] | None,
        typer.Argument(help="Collections and sequences; without any, all sequences."),
    ] = None,
    output: Output = None,
    file_format: Annotated[
        FormatWord | None,
        typer.Option("--format", help="What to write (default: as the file's name ends; fasta)."),
    ] = None,
    compress: Annotated[
        str | None,
        typer.Option(
            metavar="KIND",
            help="gzip, bgzip, zstd, xz, bzip2 or none (default: as the file's name ends).",
        ),
    ] = None,
    width: Annotated[
        int, typer.Option(min=0, help="Residues a line; 0 puts each sequence on one line.")
    ] = 60,
    deflines: Annotated[
        DeflineWord, typer.Option(help="What stands behind '>': names, or all aliases.")
    ] = DeflineWord.NAMES,
    namespace: Annotated[
        str | None,
        typer.Option(help="Where bare names are looked up; whose sequences and aliases count."),
    ] = None,
    exact: Annotated[
        bool,
        typer.Option(
            "--exact", help="A collection byte for byte as the FASTA text it was loaded from."
        ),
    ] = False,
    at: At = None,
    as_json: AsJson = False,
) -> None:
    """Write collections, sequences, or all there are, as FASTA or 2bit.

    Example:

        holdfast seq export S288C.genome.fa.gz --output s288c.fa.bgz
        holdfast seq export --namespace refseq | head

    A file appears whole or not at all. With bgzip its `.fai` and `.gzi` indexes are written beside
    it (but of an exact text only where the lines of each record are alike). Without names, every
    sequence is written under its digest and aliases, or, with `--namespace`, those that have an
    alias there, under it. Exit code 1: a name is unknown, or names different sequences. Exit code
    2: the file's name promises a format or compression that is not written here, as `.rar` or
    `.gbk` do.
    """
    from holdfast.app.sequences import export as asked
    from holdfast.app.sequences.endings import how_to_write

    if as_json and output is None:
        raise UsageError("--json tells about a file; name one with --output")
    request = asked.Request(
        names or (),
        *how_to_write(output, file_format, compress),
        width,
        at,
        namespace,
        asked.Deflines(deflines.value),
        exact,
    )
    with open_container() as container, Bar(silent=as_json or output is None) as bar:
        done = asked.export(container, request, output, sys.stdout.buffer, bar)
    if output is not None:
        sentence = f"{counted(done.records, 'record')}, {counted(done.residues, 'residue')}"
        known = "" if done.size is None else f", {size(done.size)}"
        show(done, f"{sentence} in {done.output}{known}", as_json=as_json)


@commands.command("digest")
def digest_files(
    files: Annotated[
        list[str],
        typer.Argument(help="Files or URLs of any format that load reads; - is standard input."),
    ],
    everything: Annotated[
        bool, typer.Option("--all", help="trunc512, SHA-1, SEGUID and VMC as well.")
    ] = False,
    as_json: AsJson = False,
) -> None:
    """Digest the sequences of files. No store is needed, and none is touched.

    Example:

        holdfast seq digest genome.fa.gz

    One line a record, columns between tabs; then a line with the digest of the collection that
    the file is. Exit code 1: a file is broken or cannot be fetched.
    """
    from holdfast.app.sequences.digest import digest_file

    columns = [*COLUMNS, *MORE_COLUMNS] if everything else COLUMNS
    rows = _JsonRows(columns) if as_json else _TextRows(columns)
    rows.begin()
    with open_container() as container, Bar(silent=as_json) as bar:
        for file in files:
            rows.file()
            rows.end_file(digest_file(container, file, rows.take, bar))
    rows.end()


COLUMNS = ["name", "length", "ga4gh", "md5"]
MORE_COLUMNS = ["trunc512", "sha1", "seguid", "vmc"]


class _TextRows:
    """Records as lines, as they come."""

    def __init__(self, columns: list[str]) -> None:
        self._columns = columns

    def begin(self) -> None:
        sys.stdout.write("\t".join(self._columns) + "\n")

    def file(self) -> None:
        """Nothing stands before a file's records."""

    def take(self, row: "Digested") -> None:
        cells = [str(getattr(row, column)) for column in self._columns]
        sys.stdout.write("\t".join(cells) + "\n")

    def end_file(self, file: object) -> None:
        told = plain(file)
        sys.stdout.write(
            f"# {told['file']} ({told['format']}): the collection {told['collection']}, "
            f"{counted(told['sequences'], 'sequence')}, "
            f"{counted(told['residues'], 'residue')}\n"
        )

    def end(self) -> None:
        """Nothing stands behind the last."""


class _JsonRows:
    """Records as one JSON document, as they come."""

    def __init__(self, columns: list[str]) -> None:
        self._columns = columns
        self._before = self._between = "\n"

    def begin(self) -> None:
        sys.stdout.write('{"files": [')

    def file(self) -> None:
        sys.stdout.write(f'{self._between}{{"records": [')
        self._before, self._between = "\n", ",\n"

    def take(self, row: "Digested") -> None:
        cells = {column: getattr(row, column) for column in self._columns}
        sys.stdout.write(self._before + json.dumps(cells, ensure_ascii=False))
        self._before = ",\n"

    def end_file(self, file: object) -> None:
        told = json.dumps(plain(file), ensure_ascii=False)
        sys.stdout.write(f"], {told[1:]}")

    def end(self) -> None:
        sys.stdout.write("\n]}\n")
