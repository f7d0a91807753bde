"""``holdfast seq snapshot``: frozen, named views of the store."""

from typing import Annotated

import typer

from holdfast.cli.output import counted, show, table
from holdfast.cli.seq.log import AsTsv, Limit, compare
from holdfast.cli.seq.options import AsJson, open_container

commands = typer.Typer(no_args_is_help=True, help="Frozen, named views of the store.")

Name = Annotated[str, typer.Argument(help="The snapshot's name.")]


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
    held = counted(made.sequences, "sequence")
    show(made, f"{made.name}: {held} as of {made.position}", as_json=as_json)


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
    show(found, table(columns, rows) if rows else "no snapshots", as_json=as_json)


@commands.command("show")
def snapshot_show(name: Name, as_json: AsJson = False) -> None:
    """Show one snapshot: its position, the hash of its journal entry, and what was there.

    Example:

        holdfast seq snapshot show 2026-11

    Two stores with the same hash hold the same. Exit code 1: there is no such snapshot.
    """
    with open_container() as container:
        found = container.store.find_snapshot(name)
    rows: list[tuple[str, object]] = [
        ("snapshot", found.name),
        ("created", found.created),
        ("position", f"{found.position:,}"),
        ("hash", found.hash),
        ("sequences", f"{found.sequences:,}"),
        ("residues", f"{found.residues:,}"),
        ("aliases", f"{found.aliases:,}"),
        ("collections", f"{found.collections:,}"),
    ]
    show(found, table(("", ""), rows), as_json=as_json)


@commands.command("compare")
def snapshot_compare(
    before: Annotated[str, typer.Argument(metavar="A", help="The first snapshot.")],
    after: Annotated[str, typer.Argument(metavar="B", help="The second snapshot.")],
    limit: Limit = 20,
    as_tsv: AsTsv = False,
    as_json: AsJson = False,
) -> None:
    """Compare two snapshots, as `holdfast seq diff` does.

    Example:

        holdfast seq snapshot compare 2026-10 2026-11

    Exit code 1: there is no such snapshot.
    """
    compare(before, after, limit, as_tsv=as_tsv, as_json=as_json)


@commands.command("remove")
def snapshot_remove(name: Name, as_json: AsJson = False) -> None:
    """Forget a snapshot. What it alone kept from being garbage, `holdfast seq gc` may then drop.

    Example:

        holdfast seq snapshot remove 2024-01

    Exit code 1: there is no such snapshot.
    """
    with open_container() as container:
        container.store.remove_snapshot(name)
    show({"removed": name}, f"the snapshot {name} is removed", as_json=as_json)
