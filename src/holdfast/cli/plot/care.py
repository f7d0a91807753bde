"""``holdfast plot remove``: plots that nobody needs any more."""

from typing import TYPE_CHECKING, Annotated

import typer

from holdfast.cli.output import counted, show, size
from holdfast.cli.plot.options import AsJson

if TYPE_CHECKING:
    from holdfast.app.plots.removing import Removal

commands = typer.Typer(no_args_is_help=True)


@commands.command("remove")
def remove_(
    names: Annotated[list[str] | None, typer.Argument(help="The plots.")] = None,
    older_than: Annotated[
        str | None,
        typer.Option(help="Those made longer ago, for example 30d; without names, of all plots."),
    ] = None,
    dry_run: Annotated[
        bool, typer.Option("--dry-run", help="Only say what would be removed.")
    ] = False,
    as_json: AsJson = False,
) -> None:
    """Remove plots from the home folder.

    Example:

        holdfast plot remove S288C-against-SK1

        holdfast plot remove --older-than 30d --dry-run

    With an age and no names, plots in the gallery stay, and what killed comparisons left goes too.
    To have it done every night, give these words to a schedule. Exit codes: 0 they are gone, 1 one
    is being made, 2 there is none of this name.
    """
    from holdfast.app.container import Container
    from holdfast.app.plots.removing import remove_plots
    from holdfast.cli.job.options import ago

    before = None if older_than is None else ago("--older-than", older_than)
    with Container.read() as container:
        removal = remove_plots(container, names or (), before, dry_run=dry_run)
    show(removal, *_told(removal), as_json=as_json)


def _told(removal: "Removal") -> list[str]:
    verb = "would be removed" if removal.dry_run else "removed"
    told = [f"{name} {verb}" for name in removal.plots]
    told += [f"{name} stays: it is in the gallery" for name in removal.kept]
    beside = ""
    if removal.leftovers:
        beside = f", and {counted(removal.leftovers, 'folder')} of killed comparisons"
    return [*told, f"{counted(len(removal.plots), 'plot')}{beside} {verb} ({size(removal.size)})"]
