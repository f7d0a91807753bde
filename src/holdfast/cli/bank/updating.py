"""``holdfast bank update``: bring banks up to what their remotes have."""

from typing import Annotated

import typer
from rich.console import RenderableType

from holdfast.app.banks.updating.report import UpdateReport, UpdateState, raise_failures
from holdfast.app.banks.updating.update import check_wishes, update_banks
from holdfast.app.container import Container
from holdfast.banks.updating.stages import USUAL, Wishes
from holdfast.cli.bank.options import AsJson, files
from holdfast.cli.output import Bar, show, size, table
from holdfast.errors import BankNotFound, UsageError

commands = typer.Typer()


@commands.command()
def update(  # noqa: PLR0913, PLR0917 - each option of the command is an argument here
    banks: Annotated[list[str] | None, typer.Argument(help="The banks.")] = None,
    every: Annotated[bool, typer.Option("--all", help="All banks there are.")] = False,
    at_once: Annotated[
        int | None,
        typer.Option(min=1, max=64, help="How many side by side (default: updates_at_once)."),
    ] = None,
    dry_run: Annotated[
        bool, typer.Option("--dry-run", help="Show what would change; start nothing.")
    ] = False,
    from_scratch: Annotated[
        bool, typer.Option("--from-scratch", help="Fetch everything again.")
    ] = False,
    stop_before: Annotated[
        str, typer.Option(help="Do all that this step needs, and no more.")
    ] = "",
    stop_after: Annotated[
        str, typer.Option(help="Do this step with all that it needs, and no more.")
    ] = "",
    from_task: Annotated[
        str, typer.Option(help="Do this step again, with all that need it, and no other.")
    ] = "",
    process: Annotated[
        str, typer.Option(help="As --from-task, with a step of the recipe by BioMAJ's name.")
    ] = "",
    release: Annotated[
        str, typer.Option(help="The release that is to be made, or with --from-task made again.")
    ] = "",
    publish: Annotated[
        bool, typer.Option("--publish", help="Publish the new release, whatever the recipe says.")
    ] = False,
    as_json: AsJson = False,
) -> None:
    """Bring banks up to what their remotes have now.

    Examples:

        holdfast bank update yeast

        holdfast bank update yeast --stop-before finish

        holdfast bank update yeast --from-task blast

        holdfast bank update --all --at-once 8

    What did not change is linked from the previous release, not fetched. An update that was stopped
    goes on where it was. Banks that others are made from are updated before these. Several banks
    are updated side by side, and one that fails does not stop the others. Steps are those of the
    recipe, and check, depends, before, ask, fetch, finish, publish; BioMAJ's names for them are
    known too. Exit codes: 0 all are up to date, 1 one failed (what it had published is as it was),
    2 there is something wrong with the question or a recipe.
    """
    wishes = Wishes(stop_before, stop_after, from_task, process, release, publish=publish)
    if from_scratch and (from_task or process):
        raise UsageError("--from-scratch makes everything again: leave --from-task out")
    with Container.read() as container:
        chosen = _chosen(container, banks or [], every=every)
        if not every or wishes != USUAL:  # misuse is known before anything starts
            check_wishes(container, chosen, wishes)
        with Bar(silent=as_json) as bar:
            reports = update_banks(
                container,
                chosen,
                dry_run=dry_run,
                from_scratch=from_scratch,
                wishes=wishes,
                at_once=at_once or container.settings.updates_at_once,
                listener=bar,
            )
    shown = [part for report in reports for part in _update_shown(report)]
    show(reports, *shown, as_json=as_json)
    raise_failures(reports)


def _chosen(container: Container, banks: list[str], *, every: bool) -> tuple[str, ...]:
    if every:
        if banks:
            raise UsageError("--all is all banks: leave the names out")
        return container.catalogue.banks()
    if not banks:
        raise UsageError("which bank? Name one or several, or say --all")
    for bank in banks:
        try:
            container.catalogue.recipe(bank)
        except BankNotFound as error:  # which is the question's fault, here
            raise UsageError(str(error)) from error
    return tuple(banks)


def _update_shown(report: UpdateReport) -> list[RenderableType]:
    if report.state is UpdateState.FAILED:
        return []
    if report.state is UpdateState.UP_TO_DATE:
        return [f"{report.bank} is up to date: {report.release}"]
    if report.state is UpdateState.STOPPED:
        at = f" at release {report.release}" if report.release else ""
        return [f"{report.bank} stopped{at} as asked; the next update goes on"]
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
