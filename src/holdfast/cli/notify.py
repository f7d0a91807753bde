"""``holdfast notify``: whether notices arrive, and which wait."""

from typing import Annotated

import typer
from rich.console import RenderableType

from holdfast.app.container import Container
from holdfast.app.notices.sending import Delivery
from holdfast.cli.output import show, table

commands = typer.Typer(no_args_is_help=True)

AsJson = Annotated[bool, typer.Option("--json", help="Answer as JSON.")]


@commands.command("list")
def list_waiting(as_json: AsJson = False) -> None:
    """List notices that were not taken yet.

    Example:

        holdfast notify list

    They are tried again by `holdfast worker`, and at the end of each update. Exit codes: 0.
    """
    from holdfast.app.notices.asking import waiting

    with Container.read() as container:
        found = waiting(container)
    rows = [
        (each.made, each.bank, each.to, each.attempts, each.after, each.problem) for each in found
    ]
    columns = ("made", "bank", "to", "attempts", "not before", "problem")
    show(found, table(columns, rows) if rows else "no notice waits", as_json=as_json)


@commands.command("test")
def try_notices(
    bank: Annotated[
        str | None, typer.Option(help="To all who are told of this bank; without: of any.")
    ] = None,
    as_json: AsJson = False,
) -> None:
    """Send a test to all who could be told, and say what became of it.

    Example:

        holdfast notify test --bank yeast

    Exit codes: 0 all took it, 1 one did not, and why, 2 nobody would be told.
    """
    from holdfast.app.notices.asking import raise_untaken, try_out

    with Container.read() as container:
        deliveries = try_out(container, bank)
    show(deliveries, _shown(deliveries), as_json=as_json)
    raise_untaken(deliveries)


@commands.command()
def send(as_json: AsJson = False) -> None:
    """Send all notices that wait, now.

    Example:

        holdfast notify send

    Exit codes: 0 none is left, 1 one was not taken, and why.
    """
    from holdfast.app.notices.asking import raise_untaken, send_waiting

    with Container.read() as container:
        deliveries = send_waiting(container)
    show(deliveries, _shown(deliveries) if deliveries else "no notice waits", as_json=as_json)
    raise_untaken(deliveries)


def _shown(deliveries: tuple[Delivery, ...]) -> RenderableType:
    rows = [(each.bank, each.to, each.subject, each.fate.value) for each in deliveries]
    return table(("bank", "to", "subject", "fate"), rows)
