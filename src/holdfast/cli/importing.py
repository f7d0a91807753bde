"""``holdfast import``: what other programs kept becomes ours, where it is."""

from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer
from rich.console import RenderableType

from holdfast.cli.output import Bar, counted, show, size, table
from holdfast.errors import BankError

if TYPE_CHECKING:
    from holdfast.app.importing.bank import AdoptedRelease, Adoption
    from holdfast.app.importing.site import Imported

commands = typer.Typer(no_args_is_help=True)


@commands.command()
def biomaj(
    config: Annotated[
        Path | None,
        typer.Option(help="The site's global.properties (default: the setting, BIOMAJ_CONF, or .)"),
    ] = None,
    history: Annotated[
        Path | None,
        typer.Option(help="What mongodump or mongoexport wrote of BioMAJ's database."),
    ] = None,
    bank: Annotated[
        list[str] | None, typer.Option(help="Only this bank; repeatable. All, when left out.")
    ] = None,
    dry_run: Annotated[
        bool, typer.Option("--dry-run", help="Only show what would be adopted.")
    ] = False,
    as_json: Annotated[bool, typer.Option("--json", help="Answer as JSON.")] = False,
) -> None:
    """Adopt the banks and releases of a BioMAJ site, where they are.

    Examples:

        holdfast import biomaj --config /etc/biomaj/global.properties --history dump --dry-run

        holdfast import biomaj --config /etc/biomaj/global.properties --history dump

    No file is moved or changed: each release gets a manifest beside its files, for which these are
    read once. What is frozen stays so, and `current` leads where it did. Killed or stopped, the
    same command goes on; asked again, nothing is left to do. Exit codes: 0 all is adopted, 1 a bank
    could not be, 2 there is no such site, bank or dump.
    """
    from holdfast.app.container import Container
    from holdfast.app.importing.site import import_site

    with Container.read() as container, Bar(silent=as_json) as bar:
        imported = import_site(
            container, config, history, bank or (), dry_run=dry_run, listener=bar
        )
    show(imported, *_told(imported), as_json=as_json)
    if imported.problems:
        raise BankError("\n".join(imported.problems))


def _told(imported: "Imported") -> list[RenderableType]:
    """What a person is shown."""
    would = "would be " if imported.dry_run else ""
    rows = [row for each in imported.banks for row in _rows(each, would)]
    columns = ("bank", "release", "created", "files", "size", "", "")
    refused = [each for each in imported.banks if each.recipe]
    parts: list[RenderableType] = [
        table(columns, rows),
        *(f"{each.bank}: {remark}" for each in imported.banks for remark in each.remarks),
        *(f"{each.bank} cannot be updated: {each.recipe}" for each in refused),
        *imported.remarks,
        _sum(imported, would),
    ]
    if imported.setting:
        verb = "would name" if imported.dry_run else "names"
        parts.append(f"the setting biomaj_config {verb} {imported.config}")
    return parts


def _rows(adoption: "Adoption", would: str) -> list[tuple[object, ...]]:
    if not adoption.releases:
        return [(adoption.bank, None, None, None, None, "no releases", None)]
    return [
        (
            adoption.bank,
            each.release,
            each.created,
            each.files,
            size(each.size),
            f"{would}adopted" if each.adopted else "held",
            _marks(each),
        )
        for each in adoption.releases
    ]


def _marks(release: "AdoptedRelease") -> str:
    marks = ("current", release.current), ("frozen", release.frozen)
    return ", ".join(word for word, is_so in marks if is_so)


def _sum(imported: "Imported", would: str) -> str:
    releases = counted(sum(each.adopted for each in imported.banks), "release")
    banks = counted(len(imported.banks), "bank")
    events = counted(imported.events, "event")
    noted = f", {events} of the past {would}noted" if imported.events else ""
    return f"{releases} of {banks} {would}adopted{noted}"
