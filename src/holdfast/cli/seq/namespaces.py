"""``holdfast seq namespaces|export-aliases``: all names of a store."""

import sys
from contextlib import nullcontext
from typing import Annotated

import typer

from holdfast.cli.output import counted, show, table
from holdfast.cli.seq.options import AsJson, At, Output, open_container

commands = typer.Typer()


@commands.command()
def namespaces(at: At = None, as_json: AsJson = False) -> None:
    """List the namespaces and how many aliases each has.

    Example:

        holdfast seq namespaces
    """
    from holdfast.app.sequences.alias import namespaces_in_use

    with open_container() as container:
        found = namespaces_in_use(container, at)
    rows = [
        (each.namespace, each.aliases, ", ".join(each.synonyms), each.meaning) for each in found
    ]
    columns = ("namespace", "aliases", "also", "meaning")
    show(found, table(columns, rows) if rows else "no aliases", as_json=as_json)


@commands.command("export-aliases")
def export_aliases(
    output: Output = None,
    namespace: Annotated[str | None, typer.Option(help="Only aliases of this namespace.")] = None,
    history: Annotated[
        bool, typer.Option("--history", help="Retired ones too, with the commits of both.")
    ] = False,
    at: At = None,
    as_json: AsJson = False,
) -> None:
    """Write all aliases as a table: namespace, alias, digest, with tabs between them.

    Example:

        holdfast seq export-aliases --namespace refseq > refseq.tsv

    With `--history` two more columns say which commit added and which retired an alias. `holdfast
    seq alias load` reads the table again. With `--json` the aliases need `--output`, and the
    answer says how many they were.
    """
    from holdfast.app.sequences.alias import export_aliases
    from holdfast.base.files import atomic_file
    from holdfast.errors import UsageError

    if as_json and output is None:
        raise UsageError("--json says how many there were; name a file for them with --output")
    writing = atomic_file(output) if output is not None else nullcontext(sys.stdout.buffer)
    with open_container() as container, writing as file:
        count = export_aliases(container, file, namespace=namespace, history=history, at=at)
    if output is not None:
        answer = f"wrote {counted(count, 'alias', 'aliases')} to {output}"
        show({"aliases": count, "file": output}, answer, as_json=as_json)
