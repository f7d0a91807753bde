"""``holdfast job prune`` and ``metrics``."""

import sys
from typing import TYPE_CHECKING, Annotated

import typer

from holdfast.cli.job.options import AsJson, ago
from holdfast.cli.output import counted, show, size

if TYPE_CHECKING:
    from holdfast.app.jobs.pruning import Pruned

commands = typer.Typer()


@commands.command("prune")
def prune_(
    older: Annotated[
        str | None,
        typer.Option(help="Runs that ended longer ago, for example 30d; else history_days counts."),
    ] = None,
    dry_run: Annotated[
        bool, typer.Option("--dry-run", help="Only say what would be forgotten.")
    ] = False,
    as_json: AsJson = False,
) -> None:
    """Forget old runs and their logs.

    Example:

        holdfast job prune --older 30d --dry-run

    Runs without an end stay, and so do the counts of `holdfast job metrics`. A `holdfast worker`
    does the same once a day. Exit codes: 0, or 2 if the question was wrong.
    """
    from holdfast.app.container import Container
    from holdfast.app.jobs.pruning import prune

    before = None if older is None else ago("--older", older)
    with Container.read() as container:
        pruned = prune(container, before, dry_run=dry_run)
    show(pruned, _told(pruned), as_json=as_json)


@commands.command("metrics")
def metrics(as_json: AsJson = False) -> None:
    """Tell how jobs ended, and what is at work.

    Example:

        holdfast job metrics

    That is how many jobs of each label ended how, how long they took, and what is at work and waits
    now, in the text format of Prometheus, for all engines of the ledger. Exit codes: 0.
    """
    from holdfast.app.container import Container
    from holdfast.app.metrics import measure, metrics_text

    with Container.read() as container:
        if as_json:
            show(measure(container), as_json=True)
        else:
            sys.stdout.write(metrics_text(container))


def _told(pruned: "Pruned") -> str:
    verb = "would be forgotten" if pruned.dry_run else "forgotten"
    runs, logs = counted(len(pruned.runs), "run"), counted(pruned.folders, "folder")
    before = f"{pruned.before.astimezone():%Y-%m-%d %H:%M}"
    return f"{runs} that ended before {before} {verb}, and {logs} of logs ({size(pruned.size)})"
