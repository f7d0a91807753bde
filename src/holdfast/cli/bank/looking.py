"""``holdfast bank list``, ``status``, ``releases`` and ``show``: what is held."""

from typing import Annotated

import typer
from rich.console import RenderableType

from holdfast.app.banks.show import show_release
from holdfast.app.banks.status import BankStatus, bank_status, list_banks, list_releases
from holdfast.app.container import Container
from holdfast.cli.bank.options import AsJson, Bank, files
from holdfast.cli.output import show, size, table

commands = typer.Typer()


@commands.command("list")
def list_(as_json: AsJson = False) -> None:
    """List the banks.

    Example:

        holdfast bank list
    """
    banks = list_banks(Container.read())
    rows = [(each.bank, each.current, each.url, each.problem or each.description) for each in banks]
    columns = ("bank", "current", "from", "what it is")
    show(banks, table(columns, rows) if rows else "no banks", as_json=as_json)


@commands.command()
def status(
    bank: Annotated[str | None, typer.Argument(help="The bank; all when left out.")] = None,
    as_json: AsJson = False,
) -> None:
    """Show how banks stand.

    Example:

        holdfast bank status yeast
    """
    with Container.read() as container:
        chosen = [bank] if bank is not None else container.catalogue.banks()
        found = [bank_status(container, each) for each in chosen]
    show(found, _status_table(found), as_json=as_json)


@commands.command()
def releases(bank: Bank, as_json: AsJson = False) -> None:
    """List the releases of a bank, the newest first.

    Example:

        holdfast bank releases yeast

    "added" is what a release takes on disk beside the older ones it shares files with, "verified"
    how many remote files agreed with more than their size: `holdfast bank show` says with what.
    """
    lines = list_releases(Container.read(), bank)
    rows = [
        (
            each.release,
            "current" if each.current else "",
            each.created,
            each.files,
            size(each.size),
            size(each.added),
            each.verified,
        )
        for each in lines
    ]
    columns = ("release", "published", "completed", "files", "size", "added", "verified")
    show(lines, table(columns, rows), as_json=as_json)


@commands.command("show")
def show_(
    bank: Bank,
    release: Annotated[
        str | None, typer.Argument(help="The release; the published one when left out.")
    ] = None,
    as_json: AsJson = False,
) -> None:
    """Show what a release is made of, and how each file was verified.

    Example:

        holdfast bank show yeast 2018-08-22

    Each remote file is listed with its size and with what it agreed with when it arrived: a digest
    and the manifest that promised it, or "archive", which was read to its end.
    """
    with Container.read() as container:
        found = show_release(container, bank, release)
    rows = [
        (
            each.file,
            size(each.size) if each.size is not None else "unknown",
            each.modified,
            ", ".join(each.verified) or "size only",
        )
        for each in found.files
    ]
    head = f"{found.bank}:{found.release} from {found.url}, at {found.path}"
    total = f"{found.verified:,} of {files(len(found.files))} verified by more than the size"
    show(found, head, table(("file", "size", "modified", "verified"), rows), total, as_json=as_json)


def _status_table(found: list[BankStatus]) -> RenderableType:
    rows = [
        (
            each.bank,
            each.current,
            each.newest,
            each.created,
            each.releases,
            size(each.size),
            _doing(each),
        )
        for each in found
    ]
    columns = ("bank", "current", "newest", "completed", "releases", "size", "state")
    return table(columns, rows)


def _doing(status: BankStatus) -> str:
    if status.busy:
        return f"making {status.unfinished}" if status.unfinished else "busy"
    if status.unfinished:
        return f"{status.unfinished} unfinished"
    return "at rest" if status.newest else "never updated"
