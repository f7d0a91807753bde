"""``holdfast seq snapshot``: frozen, named views of the store."""

from typing import Annotated

import typer

from holdfast.cli.output import show, table
from holdfast.cli.seq.options import AsJson, open_container

commands = typer.Typer(no_args_is_help=True, help="Frozen, named views of the store.")


@commands.command("create")
def snapshot_create(
    name: Annotated[str, typer.Argument(help="What to call it.")], as_json: AsJson = False
) -> None:
    """Freeze the store as it is now under a name. It costs one small file.

    Example:

        holdfast seq snapshot create 2026-11

    Exit code 1: there is a snapshot of this name.
    """
    with open_container() as container:
        made = container.store.snapshot(name)
    show(made, f"{made.name}: {made.sequences:,} sequences as of {made.position}", as_json=as_json)


@commands.command("list")
def snapshot_list(as_json: AsJson = False) -> None:
    """List the snapshots, oldest first.

    Example:

        holdfast seq snapshot list
    """
    with open_container() as container:
        found = container.store.snapshots()
    rows = [
        (each.name, each.position, each.sequences, each.aliases, each.created) for each in found
    ]
    columns = ("snapshot", "position", "sequences", "aliases", "created")
    show(found, table(columns, rows), as_json=as_json)
