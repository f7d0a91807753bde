"""``holdfast bank list``, ``status``, ``releases`` and ``show``: what is held."""

from collections.abc import Iterable, Sequence
from typing import Annotated

import typer
from rich.console import RenderableType

from holdfast.app.banks.held.show import show_release
from holdfast.app.banks.held.status import BankStatus, Which, banks_status, list_releases
from holdfast.app.banks.maintenance import maintenance
from holdfast.app.container import Container
from holdfast.banks.releases.metadata import Made
from holdfast.cli.bank.options import AsJson, Bank, files
from holdfast.cli.output import Bar, show, size, table

commands = typer.Typer()


Formats = Annotated[
    list[str] | None, typer.Option("--format", help="Only banks with one of these formats.")
]
Types = Annotated[
    list[str] | None, typer.Option("--type", help="Only banks with one of these types.")
]
Failed = Annotated[bool, typer.Option("--failed", help="Only banks whose last update failed.")]
Outdated = Annotated[
    bool,
    typer.Option("--outdated", help="Only banks whose remote has something new: it is asked."),
]


@commands.command("list")
def list_(
    formats: Formats = None,
    types: Types = None,
    failed: Failed = False,
    outdated: Outdated = False,
    as_json: AsJson = False,
) -> None:
    """List the banks.

    Examples:

        holdfast bank list

        holdfast bank list --format fasta --failed

    Exit codes: 0 they are listed, 1 the ledger cannot be read.
    """
    found = _found([], Which(tuple(formats or ()), tuple(types or ()), failed, outdated), as_json)
    rows = [
        (
            each.bank,
            each.current,
            size(each.size) if each.newest else None,
            ", ".join(each.formats),
            ", ".join(each.types),
            each.url,
            each.problem or each.description,
        )
        for each in found
    ]
    columns = ("bank", "current", "size", "formats", "types", "from", "what it is")
    show(found, table(columns, rows) if rows else "no banks", as_json=as_json)


@commands.command()
def status(
    banks: Annotated[list[str] | None, typer.Argument(help="The banks; all when left out.")] = None,
    formats: Formats = None,
    types: Types = None,
    failed: Failed = False,
    outdated: Outdated = False,
    as_json: AsJson = False,
) -> None:
    """Show how banks stand.

    Examples:

        holdfast bank status yeast

        holdfast bank status --outdated

    "last update" is the last that brought something or failed, "next" when a schedule updates the
    bank again. Exit codes: 0 it is told, 1 there is no such bank.
    """
    which = Which(tuple(formats or ()), tuple(types or ()), failed, outdated)
    found = _found(banks or [], which, as_json)
    remarks = [f"{each.bank}: {each.failure}" for each in found if each.failure]
    remarks += [f"{each.bank}: {each.problem}" for each in found if each.problem]
    pause = maintenance(Container.read())
    if pause.on:
        remarks.append(pause.sentence)
    show(found, _status_table(found) if found else "no banks", *remarks, as_json=as_json)


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
            "frozen" if each.frozen else "",
            each.created,
            each.files,
            size(each.size),
            size(each.added),
            each.verified,
        )
        for each in lines
    ]
    columns = (
        "release", "published", "kept", "completed", "files", "size", "added", "verified",
    )  # fmt: skip
    show(lines, table(columns, rows), as_json=as_json)


@commands.command("show")
def show_(
    bank: Bank,
    release: Annotated[
        str | None, typer.Argument(help="The release; the published one when left out.")
    ] = None,
    as_json: AsJson = False,
) -> None:
    """Show what a release is made of, how each file was verified, and what steps made of it.

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
    marks = ["current"] * found.current + ["frozen"] * found.frozen
    said = f" ({', '.join(marks)})" if marks else ""
    head = f"{found.bank}:{found.release}{said} from {found.url}, at {found.path}"
    total = f"{found.verified:,} of {files(len(found.files))} verified by more than the size"
    parts: list[RenderableType] = [table(("file", "size", "modified", "verified"), rows), total]
    if found.made:
        parts.append(_made_table(found.made))
    show(found, head, *parts, *found.problems, as_json=as_json)


def _found(banks: Sequence[str], which: Which, as_json: bool) -> tuple[BankStatus, ...]:
    with Container.read() as container, Bar(silent=as_json) as bar:
        return banks_status(container, banks, which, bar)


def _made_table(made: Iterable[Made]) -> RenderableType:
    rows = [
        (
            each.format,
            ", ".join(each.types),
            ", ".join(f"{name}:{value}" for name, value in each.tags.items()),
            "\n".join(each.files),
            each.step,
        )
        for each in made
    ]
    return table(("made", "types", "tags", "files", "by step"), rows)


def _status_table(found: Iterable[BankStatus]) -> RenderableType:
    rows = [
        (
            each.bank,
            each.current,
            each.newest,
            each.releases,
            size(each.size),
            each.last_update,
            each.next_update,
            _doing(each),
        )
        for each in found
    ]
    columns = (
        "bank", "current", "newest", "releases", "size", "last update", "next", "state",
    )  # fmt: skip
    return table(columns, rows)


def _doing(status: BankStatus) -> str:
    if status.busy:
        return f"making {status.unfinished}" if status.unfinished else "busy"
    if status.failure:
        return "failed"
    if status.unfinished:
        return f"{status.unfinished} unfinished"
    return "at rest" if status.newest else "never updated"
