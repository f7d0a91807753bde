"""``holdfast bank update``: bring banks up to what their remotes have."""

from typing import Annotated

import typer
from rich.console import RenderableType

from holdfast.app.banks.report import UpdateReport, UpdateState, raise_failures
from holdfast.app.banks.update import update_banks
from holdfast.app.container import Container
from holdfast.cli.bank.options import AsJson, files
from holdfast.cli.output import Bar, show, size, table

commands = typer.Typer()


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


def _update_shown(report: UpdateReport) -> list[RenderableType]:
    if report.state is UpdateState.FAILED:
        return []
    if report.state is UpdateState.UP_TO_DATE:
        return [f"{report.bank} is up to date: {report.release}"]
    if report.state is UpdateState.PLANNED:
        return _plan_shown(report)
    rows = [
        ("release", f"{report.release}{' (went on)' if report.resumed else ''}"),
        ("fetched", f"{files(report.fetched)}, {size(report.fetched_bytes)}"),
        ("reused", files(report.reused)),
        ("dropped", files(report.dropped)),
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
        f"{report.bank} would become {report.release}: fetch {files(report.fetched)}"
        f" ({size(report.fetched_bytes)}), reuse {report.reused:,}, drop {report.dropped:,}"
    )
    return [table(("change", "file", "size"), rows), total] if rows else [total]
