"""``holdfast bank pending`` and ``repair``: what went wrong, and putting it right."""

from datetime import UTC, datetime, timedelta
from typing import Annotated

import typer
from rich.console import RenderableType

from holdfast.app.banks.releases.pending import Pending, give_up_pending, pending_releases
from holdfast.app.banks.releases.repair import Repair, raise_problems, repair_bank
from holdfast.app.container import Container
from holdfast.cli.bank.options import AsJson, Bank, files
from holdfast.cli.output import Bar, counted, show, size, table
from holdfast.errors import UsageError

commands = typer.Typer()


@commands.command()
def pending(
    bank: Annotated[str | None, typer.Argument(help="The bank; all when left out.")] = None,
    release: Annotated[
        str | None, typer.Argument(help="With --remove: the one release to give up.")
    ] = None,
    remove: Annotated[
        bool, typer.Option("--remove", help="Give up what is unfinished, and free its disk.")
    ] = False,
    as_json: AsJson = False,
) -> None:
    """List the releases that were begun and are not finished, or give them up.

    Examples:

        holdfast bank pending

        holdfast bank pending yeast 2018-08-22 --remove

    Each is told with what it waits for: the job that failed, with its log, or just the next update.
    That goes on with it by itself; when it is given up, the next update begins anew. Exit codes: 0
    done, 1 it is being made right now, 2 there is no such release.
    """
    with Container.read() as container:
        if remove:
            if bank is None:
                raise UsageError("say of which bank, as in: holdfast bank pending yeast --remove")
            given_up = give_up_pending(container, bank, release)
            names = ", ".join(given_up.releases)
            told = f"given up: {names}; {size(given_up.freed)} freed" if names else "nothing"
            show(given_up, f"{bank}: {told}", as_json=as_json)
            return
        if release is not None:
            raise UsageError("a release is named with --remove; without it all are listed")
        found = pending_releases(container, bank)
    rows = [_row(each) for each in found]
    columns = ("bank", "release", "last tried", "arrived", "size", "waits for")
    show(found, table(columns, rows) if rows else "nothing is pending", as_json=as_json)


@commands.command()
def repair(
    bank: Bank,
    releases: Annotated[
        list[str] | None, typer.Argument(help="The releases; all when left out.")
    ] = None,
    as_json: AsJson = False,
) -> None:
    """Put a bank right: damaged files, links and marks.

    Example:

        holdfast bank repair yeast

    Every file is read. One that is not what it was is linked from another release that has its
    content, or fetched again if the remote still has it; what is there is never made worse. Links
    that lead nowhere, marks of releases that are gone and remains of interruptions are put right
    too. Exit codes: 0 all is well now, 1 something could not be mended, and why, 2 there is no such
    release.
    """
    with Container.read() as container, Bar(silent=as_json) as bar:
        found = repair_bank(container, bank, releases or (), bar)
    show(found, *_repair_shown(found), as_json=as_json)
    raise_problems(found)


def _repair_shown(found: Repair) -> list[RenderableType]:
    looked_at = f"{files(found.files)} of {counted(found.releases, 'release')} looked at"
    shown: list[RenderableType] = []
    if found.mended:
        rows = [(each.release, each.file, each.was, each.how) for each in found.mended]
        shown.append(table(("release", "file", "it", "mended"), rows))
    shown += found.settled
    done, left = len(found.mended) + len(found.settled), len(found.problems)
    became = f"{done:,} put right" if done or left else "all is well"
    became += f", {left:,} not" if left else ""
    shown.append(f"{found.bank}: {looked_at}; {became}")
    return shown


def _row(each: Pending) -> tuple[object, ...]:
    arrived = f"{each.arrived:,} of {each.files:,}"
    log = f" (log: {each.failed.log})" if each.failed is not None else ""
    return (
        each.bank,
        each.release,
        age(datetime.now(UTC) - each.tried),
        arrived,
        size(each.size),
        f"{each.waits_for}{log}",
    )


def age(time: timedelta) -> str:
    """How long ago something was, in the greatest unit that fits.

    >>> age(timedelta(seconds=5)), age(timedelta(minutes=1)), age(timedelta(days=12, hours=5))
    ('just now', '1 minute ago', '12 days ago')
    """
    for unit, seconds in (("day", 86400), ("hour", 3600), ("minute", 60)):
        count = int(time.total_seconds() // seconds)
        if count > 0:
            return f"{counted(count, unit)} ago"
    return "just now"
