"""``holdfast bank maintenance``, ``owner``, ``visibility``, ``rename``, ``move``."""

from enum import Enum
from pathlib import Path
from typing import Annotated

import typer

from holdfast.app.container import Container
from holdfast.banks.recipes.recipe import Visibility
from holdfast.cli.bank.options import AsJson, Bank
from holdfast.cli.output import Bar, counted, show, size

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
    from holdfast.app.banks.held.holding import reindex
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

    An owner is an account of this machine. It and the accounts of the setting `administrators` may
    change the bank, and nobody else. Exit codes: 0 it is told or changed, 1 there is no such bank,
    it is busy, or it is another's.
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


@commands.command()
def rename(
    old: Annotated[str, typer.Argument(help="The bank's name.")],
    new: Annotated[str, typer.Argument(help="Its name from now on.")],
    as_json: AsJson = False,
) -> None:
    """Call a bank otherwise.

    Example:

        holdfast bank rename yeast saccharomyces

    Its recipe, its folder, its releases and its history go with it. The folders of its releases are
    called as they were, and links below the bank's folder hold. When it is killed, the next command
    about banks finishes it. Exit codes: 0 renamed, 1 the bank is busy or has an unfinished update,
    2 the new name cannot be used.
    """
    from holdfast.app.banks.rename import rename_bank

    with Container.read() as container:
        renamed = rename_bank(container, old, new)
    told = f"{renamed.before} is {renamed.bank} now: {renamed.folder}"
    show(renamed, told, *renamed.remarks, as_json=as_json)


@commands.command()
def move(
    bank: Bank,
    folder: Annotated[Path, typer.Argument(help="Where it will be: empty, or not there yet.")],
    as_json: AsJson = False,
) -> None:
    """Move a bank to another folder, most often on another disk.

    Example:

        holdfast bank move yeast /data2/yeast

    It is copied there and read again, links between releases stay links, its recipe names the new
    folder in one step, and then the old folder is removed. When it is stopped, say the same again:
    it goes on. Exit codes: 0 it is there, 1 it could not be moved and is where it was, 2 its recipe
    cannot say where it is.
    """
    from holdfast.app.banks.move import move_bank

    with Container.read() as container, Bar(silent=as_json) as bar:
        moved = move_bank(container, bank, folder, bar)
    before = f", and no longer at {moved.before}" if moved.before is not None else " already"
    told = f"{bank} is at {moved.folder}{before}"
    if moved.files:
        told += f" ({counted(moved.files, 'file')}, {size(moved.size)})"
    show(moved, told, as_json=as_json)
