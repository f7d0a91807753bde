"""``holdfast bank``: mirror databanks as immutable releases."""

from pathlib import Path
from typing import Annotated

import typer
from rich.console import RenderableType

from holdfast.app.add_bank import Added, Choices, add_chosen, add_recipe_file
from holdfast.app.bank_status import BankStatus, bank_status, list_banks, list_releases
from holdfast.app.check_bank import BankCheck, check_banks, raise_problems
from holdfast.app.container import Container
from holdfast.app.publish_release import publish_release
from holdfast.app.recipes import convert as convert_recipe
from holdfast.app.show_release import show_release
from holdfast.app.update_bank import (
    UpdateReport,
    UpdateState,
    raise_failures,
    update_banks,
)
from holdfast.banks.sources import ReleaseFrom
from holdfast.cli.output import Bar, show, size, table
from holdfast.errors import UsageError

commands = typer.Typer(no_args_is_help=True)

Bank = Annotated[str, typer.Argument(help="The bank's name.")]
AsJson = Annotated[bool, typer.Option("--json", help="Answer as JSON.")]


@commands.command()
def add(  # noqa: PLR0913, PLR0917 - each option of the command is an argument here
    recipe: Annotated[
        str, typer.Argument(help="A recipe file, or with --url the new bank's name.")
    ],
    url: Annotated[
        str, typer.Option(help="Where the files are: http, https, ftp or file; writes a recipe.")
    ] = "",
    files: Annotated[
        list[str] | None, typer.Option(help="Glob of wanted files, as in '*.fa.gz'; repeatable.")
    ] = None,
    release_from: Annotated[
        ReleaseFrom, typer.Option(help="What a release is named after.")
    ] = ReleaseFrom.DATE,
    pattern: Annotated[
        str, typer.Option(help="Regular expression whose group is the release's name.")
    ] = "",
    release_file: Annotated[
        str, typer.Option(help="The small file to look into, with --release-from content.")
    ] = "",
    unpack: Annotated[bool, typer.Option("--unpack", help="Unpack archives.")] = False,
    load: Annotated[
        str, typer.Option(help="Load FASTA files into the store under this namespace.")
    ] = "",
    replace: Annotated[bool, typer.Option("--replace", help="Replace an existing recipe.")] = False,
    as_json: AsJson = False,
) -> None:
    """Add a bank: keep its recipe.

    Examples:

        holdfast bank add yeast.toml

        holdfast bank add yeast --url https://example.org/yeast/ --files '*.fa.gz' --unpack

    The first keeps a recipe you wrote; the second writes one for you, which you may edit. Nothing
    is fetched yet. Exit codes: 0 added, 2 the recipe is wrong or the bank exists.
    """
    container = Container.read()
    if url:
        chosen = Choices(
            recipe,
            url,
            tuple(files or ()),
            release_from,
            pattern,
            release_file,
            unpack=unpack,
            load=load,
        )
        added = add_chosen(container, chosen, replace=replace)
    else:
        added = _add_file(container, Path(recipe), replace=replace)
    show(
        added,
        f"{added.bank} is added; its recipe is {added.recipe}",
        f"mirror it with: holdfast bank update {added.bank}",
        as_json=as_json,
    )


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
def update(
    banks: Annotated[list[str], typer.Argument(help="The banks, one after another.")],
    dry_run: Annotated[
        bool, typer.Option("--dry-run", help="Show what would change; start nothing.")
    ] = False,
    from_scratch: Annotated[
        bool, typer.Option("--from-scratch", help="Fetch everything again.")
    ] = False,
    as_json: AsJson = False,
) -> None:
    """Bring banks up to what their remotes have now.

    Example:

        holdfast bank update yeast

    What did not change is linked from the previous release, not fetched. An update that was stopped
    goes on where it was. Several banks are updated one after another, and one that fails does not
    stop the others. Exit codes: 0 all are up to date, 1 one failed (what it had published is as it
    was), 2 there is something wrong with the question or a recipe.
    """
    with Container.read() as container:
        for bank in banks:  # a wrong name is misuse, and known before anything starts
            container.catalogue.recipe(bank)
        with Bar(silent=as_json) as bar:
            reports = update_banks(
                container, banks, dry_run=dry_run, from_scratch=from_scratch, listener=bar
            )
    shown = [part for report in reports for part in _update_shown(report)]
    show(reports, *shown, as_json=as_json)
    raise_failures(reports)


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
    total = f"{found.verified:,} of {_files(len(found.files))} verified by more than the size"
    show(found, head, table(("file", "size", "modified", "verified"), rows), total, as_json=as_json)


@commands.command()
def publish(
    bank: Bank,
    release: Annotated[
        str | None, typer.Argument(help="The release; the newest when left out.")
    ] = None,
    as_json: AsJson = False,
) -> None:
    """Make a release the current one.

    Example:

        holdfast bank publish yeast 2018-08-22

    `current` moves by one rename: whoever reads it sees the one or the other, never none.
    """
    published = publish_release(Container.read(), bank, release)
    before = f" (before: {published.before})" if published.before else ""
    show(
        published,
        f"{published.bank}:{published.release} is current{before}",
        as_json=as_json,
    )


@commands.command()
def check(
    banks: Annotated[
        list[str] | None,
        typer.Argument(help="The banks, or files of recipes; all banks when left out."),
    ] = None,
    deep: Annotated[
        bool, typer.Option("--deep", help="Read every file and compare its digest.")
    ] = False,
    strict: Annotated[
        bool, typer.Option("--strict", help="Warnings about recipes are problems.")
    ] = False,
    as_json: AsJson = False,
) -> None:
    """Check recipes, and releases on disk.

    Examples:

        holdfast bank check --deep yeast

        holdfast bank check --strict alu.properties

    Whatever is odd about a recipe, TOML or a property file of BioMAJ, is told with its line and
    key. Every file of every release must be there with its size, and with --deep with its digest.
    Exit codes: 0 no problem, 1 problems, which are listed.
    """
    with Container.read() as container, Bar(silent=as_json) as bar:
        checks = check_banks(container, banks or (), deep=deep, strict=strict, listener=bar)
    remarks = [remark for each in checks for remark in each.remarks]
    show(checks, _check_table(checks), *remarks, as_json=as_json)
    raise_problems(checks)


@commands.command()
def convert(
    file: Annotated[Path, typer.Argument(help="The property file.")],
    to: Annotated[
        Path | None,
        typer.Option("--output", "-o", help="The TOML file to write; left out: print it."),
    ] = None,
    replace: Annotated[bool, typer.Option("--replace", help="Replace what is there.")] = False,
    as_json: AsJson = False,
) -> None:
    """Turn a property file of BioMAJ into a recipe in TOML.

    Example:

        holdfast bank convert alu.properties -o alu.toml

    Comments at the top say what changed. The property file may also stay as it is: in the folder of
    recipes it is one. Exit codes: 0 converted, 2 it cannot be, and why.
    """
    with Container.read() as container:
        converted = convert_recipe(container, file, to, replace=replace)
    told = f"{file} is {to} now" if to is not None else converted.recipe.rstrip()
    show(converted, told, as_json=as_json)


def _add_file(container: Container, file: Path, *, replace: bool) -> Added:
    if not file.is_file():
        raise UsageError(
            f"there is no recipe file {file}; to have one written, say --url and the bank's name"
        )
    return add_recipe_file(container, file, replace=replace)


def _update_shown(report: UpdateReport) -> list[RenderableType]:
    if report.state is UpdateState.FAILED:
        return []
    if report.state is UpdateState.UP_TO_DATE:
        return [f"{report.bank} is up to date: {report.release}"]
    if report.state is UpdateState.PLANNED:
        return _plan_shown(report)
    rows = [
        ("release", f"{report.release}{' (went on)' if report.resumed else ''}"),
        ("fetched", f"{_files(report.fetched)}, {size(report.fetched_bytes)}"),
        ("reused", _files(report.reused)),
        ("dropped", _files(report.dropped)),
        ("size", f"{size(report.size)}, of which {size(report.added)} are new on disk"),
        ("published", "yes" if report.published else "no"),
    ]
    if report.removed:
        rows.append(("removed", ", ".join(report.removed)))
    return [table(("", report.bank), rows)]


def _plan_shown(report: UpdateReport) -> list[RenderableType]:
    rows = [
        (each.change, each.file, size(each.size) if each.size is not None else "unknown")
        for each in report.changes
        if each.change != "reuse"
    ]
    total = (
        f"{report.bank} would become {report.release}: fetch {_files(report.fetched)}"
        f" ({size(report.fetched_bytes)}), reuse {report.reused:,}, drop {report.dropped:,}"
    )
    return [table(("change", "file", "size"), rows), total] if rows else [total]


def _files(count: int) -> str:
    return f"{count:,} file{'' if count == 1 else 's'}"


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


def _check_table(checks: tuple[BankCheck, ...]) -> RenderableType:
    rows = [(each.bank, each.releases, each.files, len(each.problems) or "none") for each in checks]
    return table(("bank", "releases", "files", "problems"), rows)
