"""``holdfast task``: one piece of a plan. The engine calls these; people need not."""

import sys
from pathlib import Path
from typing import Annotated

import typer

from holdfast.cli import task_plot
from holdfast.jobs.progress import reporter_from_environment

commands = typer.Typer(no_args_is_help=True)

Bank = Annotated[str, typer.Argument(help="The bank.")]
Release = Annotated[str, typer.Argument(help="The release that is being made.")]
StepName = Annotated[str, typer.Argument(help="The step of the recipe.")]


@commands.command()
def fetch(bank: Bank, release: Release) -> None:
    """Bring what changed and put the release's files together."""
    from holdfast.app.tasks import fetch as task
    from holdfast.remotes.policy import policy_of
    from holdfast.settings import Settings

    settings = Settings.read()
    task.run(settings, policy_of(settings), bank, release, reporter_from_environment())


@commands.command()
def unpack(bank: Bank, release: Release, step: StepName) -> None:
    """Replace archives of the release by what is in them."""
    from holdfast.app.tasks import unpack as task
    from holdfast.settings import Settings

    task.run(Settings.read(), bank, release, step, reporter_from_environment())


@commands.command()
def select(bank: Bank, release: Release, step: StepName) -> None:
    """Keep the files of the release that a step means, and no others."""
    from holdfast.app.tasks import select as task
    from holdfast.settings import Settings

    task.run(Settings.read(), bank, release, step, reporter_from_environment())


@commands.command()
def index(bank: Bank, release: Release, step: StepName) -> None:
    """Make indexes of the release with the tool that a step uses."""
    from holdfast.app.tasks import index as task
    from holdfast.settings import Settings

    reporter = reporter_from_environment()
    task.run(Settings.read(), bank, release, step, reporter, sys.stderr.write)


@commands.command()
def load(bank: Bank, release: Release, step: StepName) -> None:
    """Load FASTA files of the release into the sequence store."""
    from holdfast.app.container import Container
    from holdfast.app.tasks import load as task

    with Container.read() as container:
        task.run(container, bank, release, step, reporter_from_environment())


@commands.command()
def finish(bank: Bank, release: Release) -> None:
    """Verify the release, make it durable, declare it complete."""
    from holdfast.app.tasks import finish as task
    from holdfast.settings import Settings

    task.run(Settings.read(), bank, release, reporter_from_environment())


@commands.command()
def publish(bank: Bank, release: Release) -> None:
    """Make the finished release the current one."""
    from holdfast.app.tasks import publish as task
    from holdfast.settings import Settings

    task.run(Settings.read(), bank, release)


@commands.command()
def notices() -> None:
    """Hand in the notices that are due; the answer, as JSON, is what became of each."""
    from holdfast.app.container import Container
    from holdfast.app.notices.sending import send_due
    from holdfast.cli.output import show

    with Container.read() as container:
        show(send_due(container), as_json=True)


@commands.command()
def errand(word: Annotated[str, typer.Argument(help="The errand's id.")]) -> None:
    """Do what somebody asked for through the web."""
    from holdfast.app.container import Container
    from holdfast.app.errands.doing import do_errand

    with Container.read() as container:
        do_errand(container, word, _log)


def _log(line: str) -> None:
    """Write a line of an errand's log, with the time."""
    from datetime import UTC, datetime

    sys.stdout.write(f"{datetime.now(UTC):%Y-%m-%d %H:%M:%S} {line}\n")
    sys.stdout.flush()


@commands.command()
def contain(
    words: Annotated[list[str], typer.Argument(help="The command.")],
    name: Annotated[str, typer.Option(help="The container's name.")],
    image: Annotated[str, typer.Option(help="The image.")],
    folder: Annotated[Path, typer.Option(help="Where the command runs.")],
    show: Annotated[list[str] | None, typer.Option(help="read:, write: or empty:FOLDER.")] = None,
    variables: Annotated[str, typer.Option(help="What it is told, with commas between.")] = "",
    network: Annotated[bool, typer.Option(help="Let it have a network.")] = False,
    memory: Annotated[int | None, typer.Option(help="Bytes it may have.")] = None,
) -> None:
    """Run a step's command in a container."""
    from holdfast.app.tasks import contain as task
    from holdfast.banks.commands.containers import Contained, Shown
    from holdfast.settings import Settings

    wanted = Contained(
        name,
        image,
        tuple(words),
        folder,
        tuple(filter(None, variables.split(","))),
        tuple(map(Shown.parse, show or ())),
        network,
        memory,
    )
    raise typer.Exit(task.run(Settings.read(), wanted))


commands.add_typer(task_plot.commands)
