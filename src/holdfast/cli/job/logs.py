"""``holdfast job logs``."""

import json
import sys
from collections.abc import Collection
from typing import TYPE_CHECKING, Annotated

import typer
from rich.console import Console
from rich.text import Text

from holdfast.cli.job.options import Run
from holdfast.cli.output import plain, show, size

if TYPE_CHECKING:
    from holdfast.app.jobs.logs import JobLog, LogLine

commands = typer.Typer()

COLOURS = ("cyan", "green", "magenta", "yellow", "blue", "bright_red")
NAME = 24  #: characters of a job's name before its lines


@commands.command("logs")
def logs(
    run: Run,
    job: Annotated[str | None, typer.Argument(help="The job; without it, all of the run.")] = None,
    follow: Annotated[
        bool, typer.Option("--follow", "-f", help="Go on with what is added, until the end.")
    ] = False,
    lines: Annotated[
        int, typer.Option("--lines", "-n", min=1, help="How many of the last lines to show.")
    ] = 100,
    as_json: Annotated[
        bool, typer.Option("--json", help="Answer as JSON; with -f, each line as one of JSON.")
    ] = False,
) -> None:
    """Show the last lines that a run's jobs wrote.

    Example:

        holdfast job logs 3 unpack -f

    The heading names the file that has them all. With -f the lines of all jobs come as they are
    written, each after the name of its job; control-C ends it, and not the run. Exit codes: 0, or 1
    if there is no such run or job.
    """
    from holdfast.app.container import Container
    from holdfast.app.jobs.logs import follow_logs, job_logs

    with Container.read() as container:
        if not follow:
            found = job_logs(container, run, job, lines)
            shown = [part for log in found for part in _log_text(log)]
            nothing = [Text("No job of this run was started.")]
            show(found, *(shown or nothing), as_json=as_json)
            return
        names = () if job is not None or as_json else tuple(container.ledger.outcomes(run))
        tell = _tell_json if as_json else Teller(names)
        for line in follow_logs(container, run, job, lines):
            tell(line)


class Teller:
    """Writes each line as it comes; if there are `names`, after that of its job, in its colour."""

    def __init__(self, names: Collection[str] = ()) -> None:
        self._console = Console(highlight=False, markup=False, emoji=False, soft_wrap=True)
        self._width = min(NAME, max(map(len, names), default=0))  # 0: no names are written
        self._prefixes: dict[str, str] = {}

    def __call__(self, line: "LogLine") -> None:
        """Write a line."""
        prefix = self._prefix(line.job) if self._width else ""
        if line.passed_over:
            sys.stdout.write(f"{prefix}… {size(line.passed_over)} are left out; the log has them\n")
        # Not printed by the console: lines come by the thousand, and it is slow.
        sys.stdout.write(f"{prefix}{line.line}\n")
        sys.stdout.flush()

    def _prefix(self, job: str) -> str:
        if job not in self._prefixes:
            name = job if len(job) <= NAME else f"{job[: NAME - 1]}…"
            colour = COLOURS[len(self._prefixes) % len(COLOURS)]
            with self._console.capture() as captured:
                self._console.print(Text(f"{name:{self._width}} │ ", style=colour), end="")
            self._prefixes[job] = captured.get()
        return self._prefixes[job]


def _tell_json(line: "LogLine") -> None:
    sys.stdout.write(json.dumps(plain(line), ensure_ascii=False) + "\n")
    sys.stdout.flush()


def _log_text(log: "JobLog") -> list[Text]:
    heading = Text(f"{log.job}: {log.log}", style="bold")
    return [heading, *(Text(line) for line in log.lines)]
