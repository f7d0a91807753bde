"""``holdfast seq alias``: the names of sequences and their history."""

from typing import TYPE_CHECKING, Annotated, Any

import typer

from holdfast.cli.output import show, table
from holdfast.cli.seq.options import AsJson, At, Name, Reassign, open_container

if TYPE_CHECKING:
    from holdfast.sequences import AliasRecord

commands = typer.Typer(no_args_is_help=True, help="The names of sequences and their history.")


@commands.command("list")
def alias_list(
    name: Name,
    history: Annotated[bool, typer.Option("--history", help="Retired ones too.")] = False,
    at: At = None,
    as_json: AsJson = False,
) -> None:
    """List the aliases of a sequence.

    Example:

        holdfast seq alias list sgd:chrI --history

    Exit code 1: the name is unknown.
    """
    from holdfast.app.sequences.get import view_at

    with open_container() as container:
        found = view_at(container, at).aliases(name, history=history)
    rows = [(str(each.alias), each.added, each.retired, str(each.digest)) for each in found]
    show(
        [_alias_document(each) for each in found],
        table(("alias", "added", "retired", "digest"), rows),
        as_json=as_json,
    )


@commands.command("add")
def alias_add(
    new: Annotated[str, typer.Argument(metavar="NS:ALIAS", help="The alias to add.")],
    name: Name,
    reassign: Reassign = False,
    as_json: AsJson = False,
) -> None:
    """Give a sequence one more name.

    Example:

        holdfast seq alias add lab:reference sgd:chrI

    Exit code 1: the alias belongs to another sequence (then `--reassign` moves it).
    """
    from holdfast.sequences import Alias

    with open_container() as container:
        added = Alias.parse(new)
        container.store.add_alias(added, name, reassign)
        digest = str(container.store.resolve(new))
    document = {"alias": str(added), "digest": digest}
    show(document, f"{added} is {digest}", as_json=as_json)


@commands.command("retire")
def alias_retire(
    old: Annotated[str, typer.Argument(metavar="NS:ALIAS", help="The alias to retire.")],
    as_json: AsJson = False,
) -> None:
    """End an alias. Its history stays, and snapshots still know it.

    Example:

        holdfast seq alias retire lab:reference
    """
    from holdfast.sequences import Alias

    with open_container() as container:
        retired = Alias.parse(old)
        container.store.retire_alias(retired)
    show({"retired": str(retired)}, f"{retired} is retired", as_json=as_json)


def _alias_document(record: "AliasRecord") -> dict[str, Any]:
    return {
        "alias": str(record.alias),
        "digest": str(record.digest),
        "added": record.added,
        "retired": record.retired,
    }
