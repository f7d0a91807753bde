"""The pieces of a plot's plan, for ``holdfast task``. The engine calls these; people need not."""

from pathlib import Path
from typing import Annotated

import typer

from holdfast.jobs.progress import reporter_from_environment

commands = typer.Typer(no_args_is_help=True)

Folder = Annotated[Path, typer.Argument(help="The folder in which the plot is made.")]


@commands.command()
def align(
    folder: Folder,
    cores: Annotated[int, typer.Option(min=1, help="Processor cores to use.")] = 1,
    draw: Annotated[bool, typer.Option("--draw", help="Draw the alignment, too.")] = False,
) -> None:
    """Align the two genomes of the plot."""
    from holdfast.app.tasks import align as task
    from holdfast.settings import Settings

    reporter = reporter_from_environment()
    task.run(Settings.read(), folder, cores, reporter)
    if draw:
        from holdfast.app.tasks import draw as drawing

        drawing.run(folder, reporter)


@commands.command()
def take(
    folder: Folder,
    draw: Annotated[bool, typer.Option("--draw", help="Draw the alignment, too.")] = False,
) -> None:
    """Take over the alignment that was given, and see that it is of the genomes named."""
    from holdfast.app.tasks import take as task

    reporter = reporter_from_environment()
    task.run(folder, reporter)
    if draw:
        from holdfast.app.tasks import draw as drawing

        drawing.run(folder, reporter)


@commands.command()
def draw(folder: Folder) -> None:
    """Draw the alignment: scene, page and pictures."""
    from holdfast.app.tasks import draw as task

    task.run(folder, reporter_from_environment())
