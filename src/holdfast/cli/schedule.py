"""``holdfast schedule``: what is done by itself, and when."""

from typing import TYPE_CHECKING, Annotated

import typer
from rich.console import RenderableType

from holdfast.cli.output import Bar, show, table

if TYPE_CHECKING:
    from holdfast.app.schedule import DueTime, LastRun, ScheduleLine, ScheduleList

commands = typer.Typer(no_args_is_help=True)

AsJson = Annotated[bool, typer.Option("--json", help="Answer as JSON.")]
NONE_YET = (
    "No schedules. Give one to a bank in its recipe, under [schedule], or to all in holdfast.toml, "
    "under [schedules.NAME]."
)


@commands.command("list")
def list_(as_json: AsJson = False) -> None:
    """List the schedules, how they went last, and when they come next.

    Example:

        holdfast schedule list

    A schedule is declared in `holdfast.toml`, under `[schedules.NAME]`, or in a bank's recipe,
    under `[schedule]`; `holdfast worker` does what is due. Exit codes: 0, or 1 if a recipe cannot
    be read, or a schedule would fail; what is wrong is listed.
    """
    from holdfast.app.container import Container
    from holdfast.app.schedule import list_schedules
    from holdfast.cli.main import NOUNS

    with Container.read() as container:
        found = list_schedules(container, NOUNS)
    show(found, *_listed(found), as_json=as_json)
    if found.problems or any(line.problem for line in found.schedules):
        raise typer.Exit(1)


@commands.command("next")
def next_(
    name: Annotated[
        str | None, typer.Argument(help="The schedule; all that are switched on when left out.")
    ] = None,
    count: Annotated[
        int, typer.Option("--count", "-n", min=1, max=10_000, help="How many due times to show.")
    ] = 10,
    as_json: AsJson = False,
) -> None:
    """Show when schedules come next.

    Example:

        holdfast schedule next nightly --count 3

    Each due time is shown in the time zone of its schedule and in UTC. With jitter, "begins" is
    when it will really begin. Exit codes: 0, or 2 if there is no such schedule.
    """
    from holdfast.app.container import Container
    from holdfast.app.schedule import next_due_times

    with Container.read() as container:
        times = next_due_times(container, name, count)
    show(times, _times_table(times) if times else "Nothing is due any more.", as_json=as_json)


@commands.command("run")
def run(
    name: Annotated[str, typer.Argument(help="The schedule.")], as_json: AsJson = False
) -> None:
    """Do now what a schedule does, and wait for it.

    Example:

        holdfast schedule run nightly

    What of it was due up to now counts as done. A schedule that is switched off can be run, too.
    Exit codes: 0 it was done, 1 it failed or is still being done since before, 2 there is no such
    schedule.
    """
    from holdfast.app.container import Container
    from holdfast.app.schedule import run_schedule
    from holdfast.jobs.model import Status

    with Container.read() as container, Bar(silent=as_json) as bar:
        done = run_schedule(container, name, listener=bar)
    if done.run is None:
        sentence = f"{done.schedule}: there was nothing to do"
    else:
        sentence = f"{done.schedule}: run {done.run} {done.status.value}"
        if done.status is not Status.DONE:
            sentence += f"; see: holdfast job show {done.run}"
    show(done, sentence, as_json=as_json)
    if done.status is not Status.DONE:
        raise typer.Exit(1)


def _listed(found: "ScheduleList") -> list[RenderableType]:
    shown: list[RenderableType] = []
    if found.schedules:
        rows = [
            (line.name, line.what, _when(line), _last(line.last), _next(line))
            for line in found.schedules
        ]
        shown.append(table(("schedule", "does", "when", "last run", "next"), rows))
    elif not found.problems:
        shown.append(NONE_YET)
    problems = [f"{line.name}: {line.problem}" for line in found.schedules if line.problem]
    return [*shown, *problems, *found.problems]


def _when(line: "ScheduleLine") -> str:
    return f"{line.words} ({line.zone})"


def _last(last: "LastRun | None") -> str:
    if last is None:
        return "never"
    state = last.status.value if last.ended is not None else "going on"
    return f"{last.started.astimezone():%Y-%m-%d %H:%M} {state} (run {last.run})"


def _next(line: "ScheduleLine") -> str:
    if not line.enabled:
        return "switched off"
    if line.next_start is None:
        return "never again"
    return f"{line.next_start.astimezone():%Y-%m-%d %H:%M}"


def _times_table(times: "tuple[DueTime, ...]") -> RenderableType:
    rows = [
        (
            each.schedule,
            f"{each.local:%a %Y-%m-%d %H:%M %Z}",
            f"{each.due:%Y-%m-%d %H:%M}",
            f"{each.start.astimezone(each.local.tzinfo):%H:%M:%S}",
        )
        for each in times
    ]
    return table(("schedule", "due", "in UTC", "begins"), rows)
