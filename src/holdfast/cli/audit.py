"""``holdfast audit``: who did what."""

from enum import StrEnum
from typing import Annotated

import typer

from holdfast.cli.output import show, table

commands = typer.Typer(no_args_is_help=True)


class Outcome(StrEnum):
    """How it went."""

    DONE = "done"
    REFUSED = "refused"
    FAILED = "failed"


@commands.command("list")
def list_(
    words: Annotated[
        str, typer.Argument(help="Words that stand in what was done, to what, by whom.")
    ] = "",
    who: Annotated[str, typer.Option(help="Only what this person did.")] = "",
    outcome: Annotated[Outcome | None, typer.Option(help="Only what went so.")] = None,
    limit: Annotated[
        int, typer.Option("--limit", "-n", min=1, max=1000, help="How many at most.")
    ] = 50,
    as_json: Annotated[bool, typer.Option("--json", help="Answer as JSON.")] = False,
) -> None:
    """List who did what over the web and to the users, the newest first.

    Example:

        holdfast audit list --who ann --outcome refused

    What is older than the setting `audit_days` is forgotten by `holdfast serve`.
    """
    from holdfast.accounts.audit import Result, Search
    from holdfast.app.audit import find_deeds
    from holdfast.app.container import Container

    wanted = None if outcome is None else Result(outcome.value)
    with Container.read() as container:
        deeds = find_deeds(container, Search(words, who, wanted, limit=limit))
    rows = [
        (
            deed.when,
            deed.who,
            deed.through,
            deed.address,
            deed.action,
            deed.subject,
            deed.outcome.value,
            deed.detail,
        )
        for deed in deeds
    ]
    columns = ("when", "who", "through", "from", "did", "to", "outcome", "")
    show(deeds, table(columns, rows) if rows else "Nothing is written down.", as_json=as_json)
