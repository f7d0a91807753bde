"""``holdfast seq collection``: the loaded files, each with its digest."""

import typer

from holdfast.cli.output import show, table
from holdfast.cli.seq.options import AsJson, At, open_container

commands = typer.Typer(no_args_is_help=True, help="The loaded files, each with its digest.")


@commands.command("list")
def collection_list(at: At = None, as_json: AsJson = False) -> None:
    """List the collections: the loaded files, each with its digest.

    Example:

        holdfast seq collection list
    """
    from holdfast.app.sequences.get import view_at

    with open_container() as container:
        found = view_at(container, at).collections()
    rows = [(each.name, each.sequences, each.residues, each.digest) for each in found]
    show(found, table(("collection", "sequences", "residues", "digest"), rows), as_json=as_json)
