"""``holdfast seq get``: sequences, or parts of them, out of the store."""

import sys
from typing import TYPE_CHECKING, Annotated

import typer

from holdfast.cli.output import show
from holdfast.cli.seq.options import AsJson, At, open_container

if TYPE_CHECKING:
    from holdfast.app.container import Container
    from holdfast.app.sequences.get import Wanted

commands = typer.Typer()


@commands.command()
def get(  # noqa: PLR0913, PLR0917 - each option of the command is an argument here
    names: Annotated[
        list[str] | None, typer.Argument(help="Digests, namespace:alias, or aliases.")
    ] = None,
    ids: Annotated[
        str | None,
        typer.Option("--ids", metavar="FILE", help="A file of names, one a line; - is stdin."),
    ] = None,
    bed: Annotated[
        str | None,
        typer.Option(
            "--bed", metavar="FILE", help="A BED file of regions; the strand - is the other one."
        ),
    ] = None,
    part: Annotated[
        str | None,
        typer.Option(
            "--slice", metavar="START-END", help="From 0; END is not in it, and may be left out."
        ),
    ] = None,
    turned: Annotated[
        bool, typer.Option("--reverse-complement", help="The other strand of each.")
    ] = False,
    namespace: Annotated[
        str | None, typer.Option(help="Where names without a namespace are looked up.")
    ] = None,
    collection: Annotated[
        str | None,
        typer.Option("--in", metavar="COLLECTION", help="The names are those of its records."),
    ] = None,
    raw: Annotated[bool, typer.Option("--raw", help="Residues only, one sequence a line.")] = False,
    at: At = None,
    as_json: AsJson = False,
) -> None:
    """Write sequences, or a slice of each, as FASTA.

    Example:

        holdfast seq get sgd:chrI --slice 100-150
        holdfast seq get --bed genes.bed --in S288C.genome.fa.gz

    Names and regions come from arguments, from a file of names (`--ids`), or from a BED file.
    Every one is looked up before anything is written. Exit code 1: a name is unknown, or names
    different sequences in several namespaces, or a slice or region goes beyond its sequence: nobody
    is given less than was asked for.
    """
    from holdfast.app.sequences.get import Stretch, Wanted

    stretch = Stretch.parse(part) if part is not None else None
    wanted = Wanted(names or (), ids, bed, stretch, turned, namespace, collection, at)
    with open_container() as container:
        if as_json:
            _show(container, wanted)
        else:
            _write(container, wanted, raw)


def _show(container: "Container", wanted: "Wanted") -> None:
    from holdfast.app.sequences.get import get_sequences

    show(list(get_sequences(container, wanted)), as_json=True)


def _write(container: "Container", wanted: "Wanted", raw: bool) -> None:
    from holdfast.app.sequences.get import get_parts
    from holdfast.formats.fasta_writing import FastaWriter, heading_of

    file = sys.stdout.buffer
    writer = FastaWriter(file)
    for part, pieces in get_parts(container, wanted):
        if raw:
            file.writelines(pieces)
            file.write(b"\n")
        else:
            writer.write(heading_of(part.name, part.description), pieces)
    file.flush()
