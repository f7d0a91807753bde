"""``holdfast seq get``: sequences out of the store."""

from typing import Annotated

import typer

from holdfast.cli.output import show
from holdfast.cli.seq.options import AsJson, At, open_container

commands = typer.Typer()


@commands.command()
def get(
    names: Annotated[list[str], typer.Argument(help="Digests, namespace:alias, or aliases.")],
    part: Annotated[
        str | None,
        typer.Option("--slice", metavar="START-END", help="From 0; END is not in it."),
    ] = None,
    raw: Annotated[bool, typer.Option("--raw", help="Residues only, one sequence a line.")] = False,
    at: At = None,
    as_json: AsJson = False,
) -> None:
    """Write sequences, or a slice of each, as FASTA.

    Example:

        holdfast seq get sgd:chrI --slice 100-150

    Exit code 1: a name is unknown, or names different sequences in several namespaces.
    """
    from holdfast.app.sequences.get import get_sequences, read_slice

    with open_container() as container:
        found = get_sequences(container, names, read_slice(part), at)
    if as_json:
        show(found, as_json=True)
        return
    for got in found:
        where = f" {got.start}-{got.end}" if part else ""
        if not raw:
            typer.echo(f">{got.name}{where}")
        step = max(1, len(got.residues)) if raw else 60
        for start in range(0, len(got.residues), step):
            typer.echo(got.residues[start : start + step])
