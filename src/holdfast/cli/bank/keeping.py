"""``holdfast bank maintenance``, ``owner``, ``visibility``: what is decided about banks."""

from enum import Enum
from typing import Annotated

import typer

from holdfast.app.container import Container
from holdfast.banks.recipe import Visibility
from holdfast.cli.bank.options import AsJson, Bank
from holdfast.cli.output import Bar, counted, show

commands = typer.Typer()


class Turn(Enum):
    """What to do about maintenance."""

    ON = "on"
    OFF = "off"
    STATUS = "status"
    REINDEX = "reindex"


@commands.command()
def maintenance(
    turn: Annotated[
        Turn, typer.Argument(help="on, off, status; or reindex: read again what is held.")
    ] = Turn.STATUS,
    why: Annotated[str, typer.Option(help="Why, with on: people are told.")] = "",
    as_json: AsJson = False,
) -> None:
    """Let no update begin for a while, or read again what is held.

    Examples:

        holdfast bank maintenance on --why 'new disks'

        holdfast bank maintenance reindex

    While it is on, updates are refused with exit code 1; what runs already goes on, and all else
    can be asked and done. reindex has `holdfast bank search` know what is on disk now, after
    somebody changed it by hand. Exit codes: 0 done, 1 it could not be.
    """
    from holdfast.app.banks.holding import reindex
    from holdfast.app.banks.maintenance import maintenance as status
    from holdfast.app.banks.maintenance import turn_off, turn_on

    with Container.read() as container:
        if turn is Turn.REINDEX:
            with Bar(silent=as_json) as bar:
                done = reindex(container, bar)
            told = f"{counted(done.banks, 'bank')} known, {counted(done.releases, 'release')} read"
            gone = [f"{bank} is no longer there" for bank in done.forgotten]
            show(done, told, *gone, *done.problems, as_json=as_json)
            return
        match turn:
            case Turn.ON:
                found = turn_on(container, why)
            case Turn.OFF:
                found = turn_off(container)
            case _:
                found = status(container)
    show(found, found.sentence, as_json=as_json)


@commands.command()
def owner(
    bank: Bank,
    new: Annotated[
        str | None, typer.Argument(help="Whose it is from now on; '' for nobody's.")
    ] = None,
    as_json: AsJson = False,
) -> None:
    """Show or change whose a bank is.

    Example:

        holdfast bank owner yeast ann

    Exit codes: 0 it is told or changed, 1 there is no such bank or it is busy.
    """
    from holdfast.app.banks.keeping import bank_owner

    with Container.read() as container:
        owned = bank_owner(container, bank, new)
    before = f" (before: {owned.before or 'nobody'})" if owned.before != owned.owner else ""
    show(owned, f"{bank}'s owner is {owned.owner or 'nobody'}{before}", as_json=as_json)


@commands.command()
def visibility(
    bank: Bank,
    new: Annotated[Visibility | None, typer.Argument(help="Who may see it from now on.")] = None,
    as_json: AsJson = False,
) -> None:
    """Show or change who may see a bank.

    Example:

        holdfast bank visibility yeast private

    What is said here counts more than the recipe. A private bank's folder can be entered by the
    account of Holdfast and its group alone (permissions 0750). Exit codes: 0 it is told or changed,
    1 there is no such bank or it is busy.
    """
    from holdfast.app.banks.keeping import bank_visibility

    with Container.read() as container:
        seen = bank_visibility(container, bank, new)
    source = "" if seen.marked else ", as its recipe says"
    show(seen, f"{bank} is {seen.visibility.value}{source}: {seen.folder}", as_json=as_json)
