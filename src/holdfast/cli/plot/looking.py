"""``holdfast plot list|show``: the plots in the home folder."""

from typing import Annotated

import typer

from holdfast.cli.output import show, table
from holdfast.cli.plot.options import AsJson
from holdfast.cli.plot.shown import percent, summary

commands = typer.Typer(no_args_is_help=True)


@commands.command("list")
def list_(as_json: AsJson = False) -> None:
    """List the plots in the home folder.

    Example:

        holdfast plot list

    Exit codes: 0 always, 1 when a plot is damaged.
    """
    from holdfast.app.container import Container
    from holdfast.app.plots.folders import list_plots

    with Container.read() as container:
        plots = list_plots(container)
    rows = [
        (plot.name, plot.title, plot.matches, percent(plot.identity), plot.created)
        for plot in plots
    ]
    answer = table(("plot", "title", "matches", "identity", "made"), rows)
    show(
        plots,
        answer if rows else "There is no plot yet; make one: holdfast plot run",
        as_json=as_json,
    )


@commands.command("show")
def show_(
    name: Annotated[str, typer.Argument(help="The plot's name.")], as_json: AsJson = False
) -> None:
    """Show what a plot is made of and where it is.

    Example:

        holdfast plot show UWOPS034614.genome-against-S288C.genome

    Exit codes: 0 it is shown, 1 it is damaged, 2 there is none of this name.
    """
    from holdfast.app.container import Container
    from holdfast.app.plots.folders import show_plot

    with Container.read() as container:
        plot = show_plot(container, name)
    show(plot, summary(plot), f"Open {plot.page}", as_json=as_json)
