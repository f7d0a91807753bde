"""``holdfast bank history``, ``stats`` and ``whatsup``: what happened, grew and goes on."""

from collections.abc import Iterable
from typing import Annotated

import typer
from rich.console import RenderableType

from holdfast.app.banks.held.history import HistoryLine, bank_history
from holdfast.app.banks.held.stats import BankStats, bank_stats
from holdfast.app.banks.held.whatsup import GoingOn, whats_up
from holdfast.app.container import Container
from holdfast.base.wording import span
from holdfast.cli.bank.options import AsJson
from holdfast.cli.output import Bar, amount, show, size, table

commands = typer.Typer()
BLOCKS = 40  #: characters of the longest bar


@commands.command()
def history(
    bank: Annotated[str | None, typer.Argument(help="The bank; all when left out.")] = None,
    limit: Annotated[int, typer.Option(min=1, help="How many, at most.")] = 20,
    as_json: AsJson = False,
) -> None:
    """Show what happened to banks, the newest first.

    Example:

        holdfast bank history yeast

    Updates that brought something or failed, publishing, freezing, removals and whatever else was
    done, with who did it. Exit codes: 0 it is told, 1 there is no such bank.
    """
    with Container.read() as container:
        lines = bank_history(container, bank, limit)
    rows = [_history_row(line) for line in lines]
    columns = ("when", "bank", "action", "release", "outcome", "took", "who", "run", "what")
    show(lines, table(columns, rows) if rows else "nothing has happened yet", as_json=as_json)


@commands.command()
def stats(
    banks: Annotated[list[str] | None, typer.Argument(help="The banks; all when left out.")] = None,
    as_json: AsJson = False,
) -> None:
    """Show how much banks hold, how they grew, and how long their updates take.

    Example:

        holdfast bank stats yeast

    A file that several releases share is on disk once: "size" counts it in each, "on disk" once.
    With one bank named, a bar for each release shows its size, and dark in it what it added. Exit
    codes: 0 it is told, 1 there is no such bank.
    """
    with Container.read() as container, Bar(silent=as_json) as bar:
        found = bank_stats(container, tuple(banks or ()), bar)
    rows = [_stats_row(each) for each in found]
    columns = (
        "bank", "releases", "files", "size", "on disk", "shared", "grew by", "updates", "mean time",
    )  # fmt: skip
    charts = [_chart(each) for each in found if banks and each.each]
    problems = [each.problem for each in found if each.problem]
    show(found, table(columns, rows) if rows else "no banks", *charts, *problems, as_json=as_json)


@commands.command()
def whatsup(as_json: AsJson = False) -> None:
    """Show what is done to banks now.

    Example:

        holdfast bank whatsup

    Each step at work, since when and how far. "unfinished" is what a kill left: the next update of
    the bank goes on with it.
    """
    with Container.read() as container:
        found = whats_up(container)
    rows = [row for each in found for row in _going_on_rows(each)]
    columns = ("bank", "what", "state", "run", "jobs", "step", "since", "progress")
    show(found, table(columns, rows) if rows else "nothing goes on", as_json=as_json)


def _history_row(line: HistoryLine) -> tuple[object, ...]:
    return (
        line.when,
        line.bank,
        line.action,
        line.release,
        line.outcome,
        span(line.seconds),
        line.who,
        line.run,
        line.detail,
    )


def _stats_row(each: BankStats) -> tuple[object, ...]:
    if each.problem:
        return each.bank, *[None] * 7, "cannot be read"
    return (
        each.bank,
        each.releases,
        each.files,
        size(each.size),
        size(each.on_disk),
        size(each.shared),
        _grown(each.growth),
        each.runs,
        span(each.seconds),
    )


def _grown(growth: int | None) -> str | None:
    if growth is None:
        return None
    return f"{'-' if growth < 0 else '+'}{size(abs(growth))}"


def _chart(stats: BankStats) -> RenderableType:
    """A bar for each release: as long as it is large, dark what it added."""
    longest = max(each.size for each in stats.each) or 1
    rows = []
    for each in stats.each:
        whole = round(BLOCKS * each.size / longest)
        dark = min(whole, round(BLOCKS * each.added / longest))
        bar = "█" * dark + "░" * (whole - dark)
        name = f"{each.release} (current)" if each.current else each.release
        rows.append((name, bar, size(each.size), f"{size(each.added)} new"))
    return table((stats.bank, "", "size", "added"), rows)


def _going_on_rows(each: GoingOn) -> Iterable[tuple[object, ...]]:
    jobs = f"{each.done:,} of {each.jobs:,}" if each.jobs else None
    head: tuple[object, ...] = (each.bank, each.what, each.state, each.run, jobs)
    if not each.steps:
        yield *head, None, each.since, None
    for step in each.steps:
        progress = amount(step.progress) if step.progress is not None else step.status.value
        yield *head, step.step, step.since, progress
        head = (None,) * len(head)
