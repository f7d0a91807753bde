"""``holdfast key``: what programs show to the pages and the API instead of a password."""

from typing import Annotated

import typer

from holdfast.cli.output import remarks, show, table

commands = typer.Typer(no_args_is_help=True)

AsJson = Annotated[bool, typer.Option("--json", help="Answer as JSON.")]
User = Annotated[str, typer.Argument(help="Whose key: the name of a user.")]


@commands.command("add")
def add(
    user: User,
    name: Annotated[str, typer.Argument(help="By which one knows the key again.")],
    scopes: Annotated[
        list[str] | None,
        typer.Option(
            "--scope", help="What it lets its bearer do: read, banks, sequences, plots, admin."
        ),
    ] = None,
    days: Annotated[
        float, typer.Option(help="For how many days it is valid; 0 means for ever.")
    ] = 90.0,
    as_json: AsJson = False,
) -> None:
    """Make a key for a user. It is shown once.

    Example:

        holdfast key add ann "nightly script" --scope read --scope banks --days 365

    A program sends it as the header `Authorization: Bearer hf_…`, or as the password of the user's
    name. Without `--scope` it may read.
    """
    from holdfast.app.accounts.keys import add_key, scopes_of
    from holdfast.app.container import Container

    with Container.read() as container:
        new = add_key(container, user, name, scopes_of(scopes or ["read"]), days or None)
    show(new, new.secret, as_json=as_json)
    remarks.print("Keep it now: it is not shown again.")


@commands.command("list")
def list_(user: User, as_json: AsJson = False) -> None:
    """List the keys of a user, the newest first.

    Example:

        holdfast key list ann
    """
    from holdfast.app.accounts.keys import list_keys
    from holdfast.app.container import Container

    with Container.read() as container:
        keys = list_keys(container, user)
    rows = [
        (
            key.id,
            key.name,
            f"{key.hint}…",
            " ".join(scope.value for scope in key.scopes),
            key.state,
            key.ends or "never",
            key.used or "never",
        )
        for key in keys
    ]
    columns = ("key", "name", "begins", "may", "state", "expires", "used last")
    nothing = f"{user} has no keys. Make one with: holdfast key add {user} NAME"
    show(keys, table(columns, rows) if rows else nothing, as_json=as_json)


@commands.command("revoke")
def revoke(
    user: User,
    key: Annotated[int, typer.Argument(help="Which: its number in the list.")],
    as_json: AsJson = False,
) -> None:
    """Let nobody in any more with a key.

    Example:

        holdfast key revoke ann 3
    """
    from holdfast.app.accounts.keys import revoke_key
    from holdfast.app.container import Container

    with Container.read() as container:
        revoked = revoke_key(container, user, key)
    show(revoked, f"The key {revoked.name} ({revoked.hint}…) is revoked.", as_json=as_json)
